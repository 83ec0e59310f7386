"""Arguments that decide what is emitted, and of which only the run tells the value.

Where a rule can't leave the decision to the run, the class is written for the one value that the
program gives to the parameter, and raises for any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import Region
from transpiler.interpret.statics import const, constant
from transpiler.interpret.values import Layer, Sequence, Static, Value
from transpiler.ir.expr import UNKNOWN
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.regex import regex

#: What the parameter is called that is an axis.
AXIS = regex(r"axis|chan\w*_?dim", re.I)


def presume(region: Region, layer: Layer, runs: Callable[[Layer], Any]) -> None:
    """Ask that parameters have the values that the program gives, if the layer converts then."""
    names = sorted(set(_open_names(region, layer)))
    values = {n: v for n in names if (v := presumable(region, n)) is not None}
    for chosen in (*([n] for n in values), list(values)):
        if not chosen:
            continue
        try:
            runs(_with_values(layer, {n: values[n] for n in chosen}))
        except Unsupported:
            continue
        for name in chosen:
            region.want(f"presumed:{name}", values[name].expr)


def presumable(region: Region, name: str) -> Static | None:
    """The value that the call gives to a parameter, or, where that is open, its default.

    Where only other files call a function, an axis that it gets is that of the channels.
    """
    if name not in region.given or (id(region.function), name) in region.file.varied:
        return None
    value = constant_given(region, name, region.given[name])
    if value is UNKNOWN and region.given[name] is not None:
        value = constant_given(region, name, None)
    if value is UNKNOWN and region.given[name] is None and AXIS.search(name):
        if region.parameters[name].default is None and region.file.has_callers:
            value = -1
    return None if value is UNKNOWN else const(value)


def constant_given(region: Region, name: str, given: Value | None) -> Any:
    """The constant that a parameter is, or UNKNOWN."""
    if given is not None:
        return constant(given)
    default = region.parameters[name].default
    return UNKNOWN if default is None else constant(evaluate(region, default))


def _open_names(region: Region, value: Value) -> list[str]:
    """The parameters as which arguments of a layer are given, of the layers in it, too."""
    if isinstance(value, Layer):
        return [n for inner in value.arguments.values() for n in _open_names(region, inner)]
    if isinstance(value, Sequence):
        return [n for inner in value.items for n in _open_names(region, inner)]
    if not isinstance(value, Static) or value.expr.known:
        return []
    name = value.expr.text
    same = name in region.given and value.expr.names == region.scope.read(name).names
    return [name] if same and region.scope.version(name) == 0 else []


def _with_values(value: Any, values: dict[str, Static]) -> Any:
    if isinstance(value, Layer):
        given = {p: _with_values(inner, values) for p, inner in value.arguments.items()}
        return replace(value, arguments=given)
    if isinstance(value, Sequence):
        return replace(value, items=tuple(_with_values(i, values) for i in value.items))
    if isinstance(value, Static) and not value.expr.known:
        return values.get(value.expr.text, value)
    return value
