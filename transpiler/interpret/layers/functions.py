"""Functions of the program's own as activations: `Dense(8, activation=swish)`.

The layer is called without an activation, and the function on what it gives.
"""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.dispatch import provided
from transpiler.interpret.late_binding import refuse_late_names
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.values import Bound, Function, Layer, Static, Value
from transpiler.record import replace
from transpiler.regex import regex

#: Layers that activate what they give, and nothing on the way.
_AT_THE_END = regex(
    r"keras\.layers\.((Separable|Depthwise|LocallyConnected)?Conv\dD(Transpose)?|"
    r"Convolution\dD|Dense|EinsumDense|Activation)"
)


def take_function(region: Region, layer: Layer) -> None:
    """Take a function of the program's own out of the arguments of a layer that ends with it."""
    given = layer.arguments.get("activation")
    if isinstance(given, Static) and (name := constant(given)) in region.file.custom_objects:
        given = _custom_object(region, layer, name)
    if isinstance(given, Function) and _AT_THE_END.fullmatch(layer.symbol):
        layer.after = given
        del layer.arguments["activation"]


def _custom_object(region: Region, layer: Layer, name: str) -> Value:
    """What a string means that the program gave a meaning of its own.

    Keras 3 knows its own activations alone by their strings; Keras 2 asks the program first.
    """
    file = region.file
    function = file.custom_objects[name]
    known = layer.arguments["activation"]
    if f"keras.activations.{name}" in file.rules.activations:
        new = any(
            f"keras.activations.{n}" not in file.rules.activations for n in file.custom_objects
        )
        older = file.options.keras == "2" or (new and file.options.keras == "auto")
        which = (
            "the function of the program, as in Keras 2" if older else "Keras's own, as in Keras 3"
        )
        region.say(ASSUMED, layer.node, f"the activation `{name}` is taken to be {which}")
        if not older:
            return known
    if function is None or not _AT_THE_END.fullmatch(layer.symbol):
        layer.problem = layer.problem or f"the activation `{name}` is a custom object"
        return known
    layer.arguments["activation"] = function
    return function


def activated_by(region: Region, node: cst.CSTNode, layer: Layer, value: Value) -> Value:
    """What the function of such a layer makes of what the layer gave."""
    function = layer.after
    assert isinstance(function, Function)
    if not isinstance(value, Bound):
        raise GiveUp(f"`{function.name}` activates more than a tensor", node)
    if function.parameter:
        raise GiveUp(f"the activation `{function.parameter}` is a function that is passed on", node)
    if isinstance(function.node, cst.Lambda):  # which stands in `forward`
        refuse_late_names(region, node, function, "its activation")
    result: Value = provided("call_function")(region, node, function, [(None, value)])
    if isinstance(result, Bound):
        result = replace(result, tensor=replace(result.tensor, mask=value.tensor.mask))
        layer.gave = result.tensor.code.text
        region.last_layer = layer, layer.gave
    return result
