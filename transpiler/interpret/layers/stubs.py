"""What stands in the place of a layer that can't be translated."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.diagnostics import PRETRAINED
from transpiler.interpret.layers.freezing import as_trainable, place_of, write_freezes
from transpiler.interpret.layers.names import layer_name_hint, snake
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant, to_expr
from transpiler.interpret.values import Bound, Layer, Value, is_graph
from transpiler.ir.code import Comments, Construct
from transpiler.ir.expr import Module
from transpiler.ir.tensor import Placeholder, Tensor
from transpiler.rule import Rule, own


def stub(
    region: Region, layer: Layer, inputs: Value, node: cst.CSTNode, code: Any, reason: str = ""
) -> Value:
    """A module that raises, in the place of a layer that can't be translated."""
    reason = reason or layer.problem
    if not reason.startswith("keras."):
        reason = f"{layer.symbol}: {reason}"
    if not isinstance(inputs, Bound):
        raise GiveUp(reason, layer.node)
    module = _not_converted(region, layer, code, reason)
    tensor = inputs.tensor
    units = next((layer.arguments[n] for n in ("units", "filters") if n in layer.arguments), None)
    channels = to_expr(region, units) if units is not None and not is_graph(units) else None
    result = Tensor(
        module(tensor.code),
        None if tensor.dims is None else (*(None,) * (len(tensor.dims) - 1), channels),
        tensor.layout,
        channels_hint=channels if tensor.dims is None else None,
    )
    value = Bound(result)
    layer.rule = layer.rule or _STUB_RULE
    return value


def _not_converted(
    region: Region, layer: Layer, code: Any, reason: str, advice: str = ""
) -> Module:
    """The stub itself, which `__init__` makes and says why."""
    message = f"{reason}: {advice}" if advice else reason
    region.say(code, layer.node, message)
    module = own(
        "NotConverted", f"{code.code}: {reason}", hint=snake(layer.symbol.rpartition(".")[2])
    )
    module = as_trainable(layer, module)
    region.constructed.add(module.token)
    todo = Comments((code.todo(message), *layer.notes))
    _construct_at(region, layer, Construct(module, todo, layer.origins))
    hint = layer_name_hint(region, layer)
    if hint:
        region.module_hints[module.token] = hint
    return module


def _construct_at(region: Region, layer: Layer, made: Construct) -> None:
    """A stub is made where it is first called, or before the statements that freeze it."""
    place = place_of(region, layer, []) if layer.freezes else None
    if place is None:
        region.emit_init(made)
    else:
        nodes, marker = place
        nodes.insert(nodes.index(marker), made)


def placeholder(
    region: Region, layer: Layer, x: Bound, why: Placeholder, training: Value | None
) -> Value:
    """A stub, called as often as the layer is, of which is known what it would give."""
    modes = (training, layer.arguments.get("trainable"))
    frozen = layer.freezes or any(m is not None and constant(m) is False for m in modes)
    advice = f"{why.advice}; it stays in eval mode" if frozen else why.advice
    made = next((m for m in layer.modules if m.token in region.constructed), None)
    if made is None:
        made = _not_converted(region, layer, PRETRAINED, str(why), advice)
        layer.modules = (made,)
        write_freezes(layer)
    layer.calls.append(())
    hint = why.channels if why.dims is None else None
    return Bound(Tensor(made(x.tensor.code), why.dims, x.tensor.layout, channels_hint=hint))


def _identity(x: Tensor) -> Tensor:
    """Stands for a layer without a rule."""
    return x


_STUB_RULE = Rule((), _identity, "layer")
