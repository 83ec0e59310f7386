"""Functions of the program's own as activations: `Dense(8, activation=swish)`.

The layer is called without an activation, and the function on what it gives.
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Bound, Function, Layer, Value

#: Layers that activate what they give, and nothing on the way.
_AT_THE_END = re.compile(
    r"keras\.layers\.((Separable|Depthwise|LocallyConnected)?Conv\dD(Transpose)?|"
    r"Convolution\dD|Dense|EinsumDense|Activation)"
)


def take_function(layer: Layer) -> None:
    """Take a function of the program's own out of the arguments of a layer that ends with it."""
    given = layer.arguments.get("activation")
    if isinstance(given, Function) and _AT_THE_END.fullmatch(layer.symbol):
        layer.after = given
        del layer.arguments["activation"]


def activated_by(region: Region, node: cst.CSTNode, layer: Layer, value: Value) -> Value:
    """What the function of such a layer makes of what the layer gave."""
    function = layer.after
    assert isinstance(function, Function)
    if not isinstance(value, Bound):
        raise GiveUp(f"`{function.name}` activates more than a tensor", node)
    if function.parameter:
        raise GiveUp(f"the activation `{function.parameter}` is a function that is passed on", node)
    result: Value = provided("call_function")(region, node, function, [(None, value)])
    if isinstance(result, Bound):
        region.last_layer = layer, result.tensor.code.text
    return result
