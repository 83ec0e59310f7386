"""Calls of layers."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.arguments import Argument, arguments_of
from transpiler.interpret.calls.tensors import tensor_function
from transpiler.interpret.dispatch import provided
from transpiler.interpret.late_binding import refuse_late_names
from transpiler.interpret.layers.adapting import on_array
from transpiler.interpret.layers.applying import apply_layer
from transpiler.interpret.layers.formats import wanted_layout
from transpiler.interpret.layers.functions import activated_by
from transpiler.interpret.layers.inputs import declared_rank
from transpiler.interpret.layers.watching import watched
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.tensors.layouts import parameter_behind, want_tensor
from transpiler.interpret.tensors.names import ensure_current
from transpiler.interpret.values import (
    SPOILED,
    Bound,
    Constant,
    Framework,
    Function,
    Layer,
    Mapping,
    Model,
    Static,
    Unknown,
    Value,
)


def call_on_arguments(region: Region, node: cst.Call, layer: Layer) -> Value:
    arguments = arguments_of(region, node)
    place = next((i for i, (k, _) in enumerate(arguments) if k in _FIRST_INPUT), None)
    if place is None:
        raise GiveUp("a layer is called without a tensor", node)
    _, inputs = arguments.pop(place)
    return call_layer(region, node, layer, inputs, arguments)


#: How the first tensor of a call may be passed.
_FIRST_INPUT = (None, "inputs", "query", "sequences", "x")
_EVERY_STEP = "keras.layers.TimeDistributed"


def call_layer(
    region: Region, node: cst.CSTNode, layer: Layer, inputs: Value, rest: list[Argument]
) -> Value:
    """`layer(inputs, ...)`."""
    if isinstance(inputs, Unknown):
        if inputs.reason.startswith(SPOILED):
            raise GiveUp(inputs.reason, node)
        raise GiveUp(_not_known(inputs), node)
    if isinstance(inputs, Static):
        name = inputs.expr.text
        if not rest and (given := on_array(region, node, layer, inputs)) is not None:
            return given
        if behind := parameter_behind(region, inputs.expr):
            want_tensor(region, behind, declared_rank(layer), wanted_layout(layer))
        raise GiveUp(f"a layer is called on `{name}`, which is not known to be a tensor", node)
    if isinstance(inputs, Bound) and inputs.at is not None:
        inputs = ensure_current(region, inputs, node)
    layer.took = inputs if layer.took is None else layer
    if isinstance(layer.arguments.get("layer"), Model) and layer.symbol == _EVERY_STEP:
        at_every_step: Value = provided("at_every_step")(region, node, layer, inputs, rest)
        return at_every_step
    if layer.block is not None:
        if (rest and any(k != "training" for k, _ in rest)) or not isinstance(inputs, Bound):
            raise GiveUp("a block is called with arguments that are not known", node)
        return provided("call_deferred")(region, node, layer, inputs)
    if layer.symbol == "keras.layers.Lambda":
        made = _call_lambda(region, node, layer, inputs)
        called = constant(layer.arguments["name"]) if "name" in layer.arguments else None
        if isinstance(made, Bound) and isinstance(called, str):
            region.given_by_name.append((made, called))
        return made
    rule = layer.rule
    order = iter([] if rule is None else [n for n in rule.parameters if n in rule.call_only])
    call_arguments: dict[str, Value] = {}
    for keyword, value in rest:
        parameter = keyword if keyword is not None else next(order, None)
        if parameter is None:
            raise GiveUp("a layer is called with more arguments than are known", node)
        call_arguments[parameter] = value
    if layer.after is None:
        return watched(region, layer, apply_layer(region, layer, inputs, call_arguments, node))
    only = layer.symbol == "keras.layers.Activation"
    made = inputs if only else apply_layer(region, layer, inputs, call_arguments, node)
    return watched(region, layer, activated_by(region, node, layer, made))


def _call_lambda(region: Region, node: cst.CSTNode, layer: Layer, inputs: Value) -> Value:
    function = layer.arguments.get("function")
    known = set(layer.arguments) - {
        "function",
        "output_shape",
        "name",
        "mask",
        "dtype",
        "arguments",
        "trainable",
        "input_shape",
    }
    if known:
        raise GiveUp(f"Lambda: the argument {sorted(known)[0]} is not known", node)
    arguments: list[Argument] = [(None, inputs)]
    extra = layer.arguments.get("arguments")
    if isinstance(extra, Mapping):
        arguments += [(str(k), v) for k, v in extra.items.items()]
    elif extra is not None:
        raise GiveUp("Lambda: its arguments are not known", node)
    if isinstance(function, Framework):
        return tensor_function(region, layer.node, function.name, arguments)
    if isinstance(function, Function):
        refuse_late_names(region, node, function)
        return provided("call_function")(region, node, function, arguments)
    raise GiveUp("Lambda: its function is not known", node)


def _not_known(inputs: Unknown) -> str:
    """Why a layer can't be called on something that is no tensor of a model."""
    if isinstance(inputs, Constant):
        return (
            "Keras computes a layer on a constant once, when the model is built: its weights are "
            "not part of the model and never train; call it in a layer of your own"
        )
    if _CALLED in inputs.reason:
        return f"{_CALLED}what another one gives, which is left as it is"
    return f"{_CALLED}something unknown: {inputs.reason}"


_CALLED = "a layer is called on "
