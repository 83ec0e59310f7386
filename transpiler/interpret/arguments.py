"""What a call passes: its arguments in order, each with its keyword."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import Region
from transpiler.interpret.values import Mapping, Sequence, Static, Unknown, Value
from transpiler.ir.expr import index

#: The keyword, or none, and what is given.
Argument = tuple[str | None, Value]


def arguments_of(region: Region, node: cst.Call) -> list[Argument]:
    """The arguments of a call in order, stars spread out."""
    found: list[Argument] = []
    for argument in node.args:
        value = evaluate(region, argument.value)
        if argument.star == "**":
            value = region.unpacked.get(id(argument), value)
            if isinstance(value, Mapping):
                found += [(str(k), _entry(region, value, k)) for k in value.items]
                continue
            if isinstance(value, Static) and value.expr.known and value.expr.value == {}:
                continue
            found.append(("**", value))
        elif argument.star == "*":
            if isinstance(value, Sequence):
                found += [(None, v) for v in value.items]
                continue
            found.append(("*", value))
        else:
            found.append((argument.keyword.value if argument.keyword is not None else None, value))
    return found


def _entry(region: Region, held: Mapping, key: Any) -> Value:
    """An entry of a dict, as it can be written where the dict is unpacked."""
    value = held.items[key]
    if not isinstance(value, Static) or region.scope.current(value.expr):
        return value
    if held.static is None or not region.scope.current(held.static):
        return Unknown(f"what the dict has for {key} has changed since")
    return Static(index(held.static, str(key)))
