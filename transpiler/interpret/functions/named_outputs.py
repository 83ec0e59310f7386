"""The names of outputs that blocks give: those of the layers which these end with.

def age_branch(x):
    return layers.Dense(1, name="age")(x)

model = keras.Model(x, [age_branch(x), gender_branch(x)])    # "age" and "gender"
"""

from __future__ import annotations

from collections.abc import Iterator

from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Bound, Layer, Sequence, Static, Value


def note_name(region: Region, summary: Summary, bound: dict[str, Value], given: Value) -> None:
    """Note the names of what a call of a block gives, where the program gives it some."""
    for outer, inner in _pairs(given, summary.result):
        if name := _name_of(summary.region, inner, bound):
            region.given_by_name.append((outer, name))


def _pairs(given: Value, result: Value | None) -> Iterator[tuple[Bound, Bound]]:
    """The tensors that a call gives, each with what it is in the block."""
    if isinstance(given, Bound) and isinstance(result, Bound):
        yield given, result
    elif isinstance(given, Sequence) and isinstance(result, Sequence):
        for outer, inner in zip(given.items, result.items, strict=True):
            yield from _pairs(outer, inner)


def _name_of(inner: Region | None, result: Bound, bound: dict[str, Value]) -> str:
    """The name of the layer, the model or the block that gives a result; "" where none is known."""
    if inner is None:
        return ""
    code = result.tensor.code
    names = {name for value, name in inner.given_by_name if value.tensor.code == code}
    for layer in inner.called_layers:
        if "name" in layer.arguments and _gives(layer, result):
            held = layer.arguments["name"]
            if isinstance(held, Static) and held.expr.text in inner.parameters:
                held = bound.get(held.expr.text, held)
            name = constant(held)
            names.add(name if isinstance(name, str) else "")
    return names.pop() if len(names) == 1 else ""


def _gives(layer: Layer, result: Bound) -> bool:
    code = result.tensor.code
    return layer.gave == code.text if layer.output is None else layer.output.tensor.code == code
