"""Sizes of the targets that calls of models get, as long as their variables keep them.

A function may be looked at before the program gives a variable that it reads something else.
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.context import Shape
from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import Region
from transpiler.record import record
from transpiler.source.set_outside import set_when_run
from transpiler.source.suites import nodes_of


@record(slots=True)
class Sized:
    """The sizes of an array where it is asked for, and the variables that it is made of."""

    shape: Shape
    region: Region
    names: frozenset[str]

    def known(self) -> Shape | None:
        """The sizes, None where the variables may get others by other functions or files."""
        file = self.region.file
        if not self.region.is_module and self.names & file.reshaped:
            return None
        changed = file.path and any(map(set_when_run(file.path).fullmatch, self.names))
        return None if changed else self.shape


def sized(region: Region, node: cst.BaseExpression | None) -> Sized | None:
    """What is known of an argument; None: not even how many axes it has."""
    shape: Any = provided("shape_of")(region, node)
    if shape is None or node is None:
        return None
    names = (part.value for part in nodes_of(node) if isinstance(part, cst.Name))
    return Sized(shape, region, frozenset(names))


def sized_to_validate(region: Region, node: cst.BaseExpression | None) -> Sized | None:
    """The same of the targets in `validation_data`."""
    if isinstance(node, (cst.Tuple, cst.List)) and len(node.elements) > 1:
        return sized(region, node.elements[1].value)
    return None
