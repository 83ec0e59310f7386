"""Calls that ask a layer of a model, by its name or place there or by a variable of its own."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import Region
from transpiler.interpret.training import OF_WEIGHTS, SIGNATURES, TrainingCall, bind_arguments
from transpiler.interpret.values import Inside, Unknown, Value


@provides("name_layer")
def note_named_layer(
    region: Region, name: str, inside: Inside, node: cst.BaseExpression | None
) -> None:
    """Note `last = model.layers[-1]`, whose weights are asked for by that name."""
    asked = rf"\b{name}\.(?:[sg]et_weights|\w+\.(?:assign|numpy))\("
    of = _model_of(node)
    if of is None or inside.made is None or not re.search(asked, region.tree.blanked):
        return
    assert isinstance(node, (cst.Call, cst.Subscript))
    call = TrainingCall(node, "layer", inside.model, {}, region.statement, inside.model.compiled)
    call.conditional, call.in_loop = bool(region.branches), bool(region.loops)
    call.layer, call.of, call.variable = inside.made, of, name
    region.training[id(node)] = region.named_in_models[id(inside)] = call


def _model_of(node: cst.CSTNode | None) -> cst.BaseExpression | None:
    """The model of which an expression picks a layer by its name or place."""
    match node:
        case cst.Call(func=cst.Attribute(value=of, attr=cst.Name("get_layer"))) | cst.Subscript(
            value=cst.Attribute(value=of, attr=cst.Name("layers"))
        ):
            return of
    return None


@provides("ask_layer")
def note_asked_layer(
    region: Region, node: cst.Call | cst.Attribute, inside: Inside, name: str
) -> Value:
    """Note `model.get_layer("dense").get_weights()` and its like; what it gives.

    `model.layers[0].bias.assign(...)`, or the weight alone, asks for what is behind the layer.
    """
    name = "layer.reset_states" if name == "reset_state" else f"layer.{name}"
    method = node.func if isinstance(node, cst.Call) else node
    asked = method.value if isinstance(method, cst.Attribute) else method
    if name in OF_WEIGHTS and isinstance(node, cst.Call):
        if not isinstance(asked, cst.Attribute):  # a variable holds the weight
            region.left_calls.append((node, name, inside))
            return Unknown("what a layer of a model gives")
        asked = asked.value
    named = region.named_in_models.get(id(inside)) if isinstance(asked, cst.Name) else None
    of = _model_of(asked) if named is None else named.of
    values = region.scope.values
    itself = isinstance(asked, cst.Name) and values.get(asked.value) is inside.made
    holder = next((n for n in values if values[n] is inside.model), "") if itself else ""
    if (of is not None or holder) and name in SIGNATURES and inside.made is not None:
        call = TrainingCall(node, name, inside.model, {}, region.statement, inside.model.compiled)
        call.conditional, call.in_loop = bool(region.branches), bool(region.loops)
        call.layer, call.of, call.holder = inside.made, of, holder
        call.variable = "" if named is None else named.variable
        if isinstance(node, cst.Call):
            bind_arguments(region, node, call, SIGNATURES[name])
        region.training[id(node)] = call
    region.left_calls.append((node, name, inside))
    return Unknown("what a layer of a model gives")
