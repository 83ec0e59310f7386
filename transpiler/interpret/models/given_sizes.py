"""The sizes of the samples that a model is trained on, where functions of the program give these.

x_train, x_test, y_train, y_test = load()           # `load` of this file, or of another one
model = Sequential([Dense(6), Dense(1)])            # x_train.shape[1]
model.fit(x_train, y_train)
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import Region
from transpiler.interpret.statics import const
from transpiler.interpret.values import Sequence, Static
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.regex import regex
from transpiler.source.given_axes import axes_of

#: An array, as a program names it, or some rows of one.
_PLACE = regex(r"""([a-zA-Z_][\w.]*(?:\[["']\w+["']\])?)(?:\[[^\[\],]*:[^\[\],]*\])?""")


@provides("given_sizes")
def given_sizes(
    region: Region, source: str, made: int, handed: int, of_module: bool = False
) -> Sequence | None:
    """The sizes of one sample of an array, the same where a model is made and where it gets it."""
    found = _PLACE.fullmatch(source)
    if found is None:
        return None
    name, text = found.group(1), region.tree.text
    root = re.split(r"\W", name)[0]
    if re.search(rf"(?<![\w.]){root}\b[^\n=(]*(?<![<>!=])=(?!=)", region.tree.blanked[made:handed]):
        return None  # it is another one by then, perhaps
    lines = (text.count("\n", 0, place) + 1 for place in (made, handed))
    path = region.file.path
    first, last = (axes_of(text, path, line, name, of_module) for line in lines)
    if first is None or first != last or len(first) < 2:
        return None
    names = frozenset() if of_module else region.scope.read(root).names
    sizes = [
        (
            Static(Expr(f"{name}.shape[{axis}]", strength=POSTFIX, names=names))
            if size is None
            else const(size)
        )
        for axis, size in enumerate(first)
    ]
    return Sequence((*sizes[1:],), tuple)


@provides("sizes_at")
def sizes_at(region: Region, node: cst.BaseExpression) -> tuple[int | None, ...] | None:
    """The lengths of the axes of an array where it is read."""
    if _PLACE.fullmatch(source := region.tree.source(node)) is None:
        return None
    line = region.tree.text.count("\n", 0, region.tree.span(node)[0]) + 1
    return axes_of(region.tree.text, region.file.path, line, source)
