"""What a call passes: its arguments in order, each with its keyword."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import Region
from transpiler.interpret.values import Mapping, Sequence, Static, Value

#: The keyword, or none, and what is given.
Argument = tuple[str | None, Value]


def arguments_of(region: Region, node: cst.Call) -> list[Argument]:
    """The arguments of a call in order, stars spread out."""
    found: list[Argument] = []
    for argument in node.args:
        value = evaluate(region, argument.value)
        if argument.star == "**":
            if isinstance(value, Mapping):
                found += [(str(k), v) for k, v in value.items.items()]
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
