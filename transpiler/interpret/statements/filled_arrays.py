"""Arrays whose elements a statement changes: these keep their axes, as lists need not.

y = np.zeros((n, steps, 1))
for k, length in enumerate(lengths):
    y[k, :length, 0] = ...
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Region
from transpiler.interpret.statements.own_arrays import bound_by
from transpiler.record import replace
from transpiler.source.lexical import standing


def current_arrays(region: Region) -> frozenset[str]:
    """The variables of the module that hold arrays whose sizes are known, and are no lists."""
    arrays = region.file.arrays.items()
    return frozenset(
        name
        for name, array in arrays
        if array.shape and not array.listed and array.version == region.scope.version(name)
    )


def keep_filled(region: Region, statement: cst.CSTNode, before: frozenset[str]) -> None:
    """Of the arrays that were known before a statement, what it only fills keeps its sizes."""
    arrays, scope = region.file.arrays, region.scope
    changed = {name for name in before if scope.version(name) != arrays[name].version}
    if not changed:
        return
    changed -= set(bound_by(statement))
    for name in changed:
        if not is_given_inside(region.file, name):
            arrays[name] = replace(arrays[name], version=scope.version(name))


def is_resized(file: FileContext, name: str) -> bool:
    """Whether a program gives an array another shape in place: `x.shape = 3, 4`."""
    own = rf"{standing(name)}\.(?:resize\b|shape\s*=(?!=))"
    return re.search(own, file.tree.blanked) is not None


def is_bound_in_passing(file: FileContext, name: str) -> bool:
    """Whether a program may give the variable something by other statements than assignments."""
    found = r"\bfor\b[^:\n]*\b{0}\b[^:\n]*\bin\b|\b(?:as|def|class) +{0}\b|\b{0} *:="
    return re.search(found.format(re.escape(name)), file.tree.blanked) is not None


def is_given_inside(file: FileContext, name: str) -> bool:
    """Whether a function gives the variable something else."""
    text = file.tree.blanked
    return "global" in text and re.search(rf"global\b.*\b{re.escape(name)}\b", text) is not None
