"""Layers whose input size only the first batch tells."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.diagnostics import LAZY_SIZE
from transpiler.interpret.layers.rules import rule_arguments, run_layer, with_module
from transpiler.interpret.region import Region
from transpiler.interpret.tensors.results import modules_of
from transpiler.interpret.values import Bound, Layer, Value
from transpiler.ir import tokens
from transpiler.ir.expr import Expr, Module
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.record import replace
from transpiler.regex import regex

#: Stands for an input size that only the first batch tells: makes `nn.Linear` an `nn.LazyLinear`.
LAZY = Expr(tokens.FIRST_BATCH)


_LAZY = regex(
    r"^(with_init\()?nn\.(Linear|Conv\dd|ConvTranspose\dd|BatchNorm\dd)"
    rf"\({tokens.FIRST_BATCH}(?:, )?"
)


def lazily(
    region: Region,
    layer: Layer,
    bounds: list[Bound],
    call_arguments: dict[str, Value],
    node: cst.CSTNode,
) -> Any:
    """The layer as an `nn.Lazy*` module, where torch has one."""
    if len(bounds) != 1:
        return None
    tensor = bounds[0].tensor
    if tensor.dims is None:
        probe = replace(tensor, channels_hint=LAZY)
    else:
        probe = replace(tensor, dims=(*tensor.dims[:-1], LAZY))
    try:
        result = run_layer(
            region, layer, rule_arguments(region, layer, call_arguments, node), [probe]
        )
    except (Unsupported, ValueError, TypeError):
        return None
    if not isinstance(result, Tensor):
        return None
    for module in modules_of(Bound(result)):
        text = module.constructor.text
        if LAZY.text not in text:
            continue
        lazy = _lazy(module.constructor, region.file.options.init == "keras")
        if lazy is None:
            return None
        changed = Module(lazy, module.hint)
        result = replace(result, code=with_module(result.code, module, changed))
        region.say(
            LAZY_SIZE,
            layer.node,
            f"{layer.symbol}: the number of inputs comes from the first batch",
        )
    channels = result.last_dim
    if channels is not None and LAZY.text in channels.text:
        if result.dims is None:
            return replace(result, channels_hint=None)
        return replace(result, dims=(*result.dims[:-1], None))
    return result


def _lazy(made: Expr, like_keras: bool) -> Expr | None:
    """The constructor of the lazy module, which starts its weights when they get their size."""
    match = _LAZY.match(made.text)
    if match is None:
        return None
    wrapped, kind = match.groups()
    rest = made.text[match.end() :]
    if not like_keras or (kind.startswith("BatchNorm") and not wrapped):
        return None if LAZY.text in rest else replace(made, text=f"nn.Lazy{kind}({rest}")
    if LAZY.text in rest or kind.startswith("BatchNorm"):
        return None
    if not wrapped:
        return replace(made, text=f"Lazy{kind}({rest}", helpers=made.helpers | {f"Lazy{kind}"})
    end = _closing(rest)
    chosen = rest[end + 1 : -1].removeprefix(", ")
    name = f"InitializedLazy{kind}"
    text = f"{name}({rest[:end]}, init=dict({chosen}))"
    return replace(made, text=text, helpers=made.helpers - {"with_init"} | {name})


def _closing(text: str) -> int:
    """Where the bracket closes that was opened before the text."""
    depth = 1
    for position, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if not depth:
            return position
    raise ValueError("a bracket is not closed")
