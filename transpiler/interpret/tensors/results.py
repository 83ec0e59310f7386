"""Rules that are run on tensors, and what they give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.diagnostics import UNSUPPORTED
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.tensors.names import is_plain, materialize, refreshed
from transpiler.interpret.values import Bound, Sequence, Static, Value
from transpiler.ir import tokens
from transpiler.ir.code import Construct, Line
from transpiler.ir.expr import Expr, Module, reads
from transpiler.ir.tensor import Tensor, UnknownRank, Unsupported
from transpiler.record import replace


def result_values(region: Region, result: Any, inputs: list[Bound]) -> Value:
    """What a rule gave back, as values."""
    if isinstance(result, Tensor):
        source = ""
        if len(inputs) == 1 and result.layout is inputs[0].tensor.layout:
            before = inputs[0].tensor
            same_rank = (result.dims is None) == (before.dims is None) and (
                result.dims is None or before.dims is None or len(result.dims) == len(before.dims)
            )
            source = inputs[0].source if same_rank else ""
        return Bound(result, source)
    if isinstance(result, Expr):
        return Static(result)
    if isinstance(result, (list, tuple)):
        return Sequence(tuple(result_values(region, r, []) for r in result), list)
    raise GiveUp("a rule gave back something that is not a tensor")


def evaluate_twice(
    region: Region, inputs: list[Bound], build: Callable[[list[Tensor]], Any]
) -> tuple[Any, list[Bound]]:
    """Run a rule; an input that its code repeats is put into a variable first."""
    simple = [is_plain(v.tensor.code) for v in inputs]
    if not all(simple):
        probes = [
            replace(refreshed(region, value), code=Expr(tokens.operand(i)))
            for i, value in enumerate(inputs)
        ]
        text = _all_text(build(probes))
        for i, value in enumerate(inputs):
            if not simple[i] and text.count(tokens.operand(i)) > 1:
                inputs[i] = materialize(region, value)
    return build([refreshed(region, v) for v in inputs]), inputs


def _all_text(result: Any) -> str:
    if isinstance(result, Tensor):
        seen: dict[int, str] = {}
        _texts_before(result.code, seen)
        mask = result.mask.text if result.mask is not None else ""
        return " ".join([*seen.values(), result.code.text, mask])
    if isinstance(result, (list, tuple)):
        return " ".join(_all_text(r) for r in result)
    return str(result)


def _texts_before(code: Expr, seen: dict[int, str]) -> None:
    for bind in code.before:
        if id(bind) not in seen:
            seen[id(bind)] = bind.value.text
            _texts_before(bind.value, seen)


def run_rule(
    region: Region,
    node: cst.CSTNode,
    bounds: list[Bound],
    build: Callable[[list[Tensor]], Any],
    what: str,
) -> Value:
    """Run a rule on tensors and register what it made."""
    try:
        result, bounds = evaluate_twice(region, bounds, build)
    except UnknownRank:
        source = next((b.source for b in bounds if b.source and b.tensor.dims is None), "")
        if not source:
            raise GiveUp(f"{what}: the number of dimensions is not known", node) from None
        raise
    except Unsupported as why:
        region.say(UNSUPPORTED, node, f"{what}: {why}")
        raise GiveUp(f"{what}: {why}", node) from None
    value = result_values(region, result, bounds)
    register(region, value)
    return value


def register(region: Region, value: Value, hint: str = "") -> None:
    """Let `__init__` construct the modules that a result calls."""
    for module in modules_of(value):
        if module.token not in region.constructed:
            region.constructed.add(module.token)
            region.emit_init(Construct(module))
            if hint:
                region.module_hints[module.token] = hint


def called_once(region: Region, node: cst.CSTNode, code: Expr, result: Value) -> Expr | None:
    """A variable for several outputs that are all handed on: else each would be a call by itself.

    None where the call gives one thing, or the program takes what it gives apart.
    """
    end = region.tree.span(node)[1]
    handed_on = region.whole is not node and region.tree.text[end : end + 1] in (")", "]", ",")
    if not handed_on or not isinstance(result, Sequence) or len(result.items) < 2:
        return None
    region.temporaries += 1
    target = tokens.variable(f"outputs:m{region.temporaries}")
    made = Line(f"{target} = {code.text}", frozenset({target}), reads(code), code.modules)
    region.emit_forward(made)
    region.scope.bump(target)
    return region.scope.read(target)


def modules_of(value: Value) -> list[Module]:
    """The modules in the code of a value, in the order in which they are called."""
    found: dict[str, Module] = {}
    if isinstance(value, Bound):
        _collect_modules(value.tensor.code, found)
    elif isinstance(value, Sequence):
        for item in value.items:
            for module in modules_of(item):
                found.setdefault(module.token, module)
    return list(found.values())


def _collect_modules(code: Expr, found: dict[str, Module]) -> None:
    for bind in code.before:
        _collect_modules(bind.value, found)
    for module in code.modules:
        found.setdefault(module.token, module)


def with_sizes_of(running: Tensor, sized: Tensor) -> Tensor:
    """What `forward` computes, its sizes as `__init__` can write them."""
    dims = sized.dims
    if dims is not None:
        dims = tuple(None if d is None or tokens.NO_SIZE in d.text else d for d in dims)
    return replace(running, dims=dims, channels_hint=sized.channels_hint)
