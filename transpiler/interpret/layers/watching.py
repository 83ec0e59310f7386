"""Layers whose results regularizers look at, which adds to the loss of a model that is trained."""

from __future__ import annotations

import itertools

from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant
from transpiler.interpret.values import Bound, Layer, Static, Unknown, Value
from transpiler.ir.expr import Bind, Configured, Expr, variable
from transpiler.ir.tensor import Layout
from transpiler.record import replace
from transpiler.rule import after

#: Each has a number of its own: statements may be run again elsewhere.
_numbers = itertools.count(1)
#: The layer that does nothing else.
ALONE = "keras.layers.ActivityRegularization"


def watched(region: Region, layer: Layer, value: Value) -> Value:
    """The result in a statement of its own, behind which `forward` can say what is added for it."""
    given = activity_regularizer(layer)
    if given is None or layer.problem or not isinstance(value, Bound):
        return value
    number = next(_numbers)
    region.activities[number] = layer, given
    provided("own_penalty")(region, layer, "activity_regularizer", given, value.tensor)
    if value.tensor.layout is Layout.LAST:
        region.file.in_order.add(id(layer))
    made, tensor = variable("out"), value.tensor
    bind = Bind(made.text, replace(tensor.code, before=()), number)
    code = replace(after(bind, made), before=(*tensor.code.before, bind))
    layer.gave = made.text
    region.last_layer = layer, layer.gave
    return replace(value, tensor=replace(tensor, code=code))


def activity_regularizer(layer: Layer) -> Value | None:
    """What looks at the results of a layer, if something does."""
    if layer.symbol != ALONE:
        value = layer.arguments.get("activity_regularizer")
        return None if value is None or constant(value) is None else value
    factors: list[tuple[str, Expr]] = []
    for name in ("l1", "l2"):
        value = layer.arguments.get(name)
        if value is not None and not isinstance(value, Static):
            return Unknown(f"{name} of {ALONE}")
        if isinstance(value, Static) and not value.expr.is_const(0, 0.0):
            factors.append((name, value.expr))
    if not factors:
        return None
    return Static(Expr("", Configured("keras.regularizers.L1L2", (), tuple(factors))))
