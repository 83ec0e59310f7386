"""Sizes of the arrays that a function makes or loads, as its statements show them in their order.

They are only looked for where they are asked for: by calls of models.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeAlias

import libcst as cst

from transpiler.interpret.context import Shape
from transpiler.interpret.region import GiveUp, Region
from transpiler.source.suites import assigned_names, nodes_of, suites

#: What an assignment binds, with the sizes of that, by its target and its value.
Sized: TypeAlias = "Iterable[tuple[str, Shape | None]]"
Bind: TypeAlias = "Callable[[Region, cst.BaseExpression, cst.BaseExpression], Sized]"


def note_own_arrays(
    region: Region, node: cst.CSTNode | None, bind: Bind, plain: Collection[str]
) -> None:
    """Remember what the variables of a function hold before a node, as long as it is asked.

    Only values are looked at in which nothing is called but functions of these names.
    """
    region.own_arrays.clear()
    if isinstance(region.function, cst.FunctionDef) and node is not None:
        place = region.tree.span(node)[0]
        if isinstance(region.function.body, cst.IndentedBlock):
            _read(region, region.function.body, place, bind, plain)


def _read(
    region: Region, suite: cst.BaseSuite, place: int, bind: Bind, plain: Collection[str]
) -> None:
    """Follow the statements of a suite up to a place."""
    held = region.own_arrays
    for statement in suite.body:
        start, end = region.tree.span(statement)
        if start > place or (isinstance(statement, cst.SimpleStatementLine) and place < end):
            return
        if isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                if not isinstance(small, cst.Assign):
                    held |= dict.fromkeys(bound_by(small))
                    continue
                known = _known(region, small, bind) if _is_plain(small.value, plain) else {}
                held |= {**dict.fromkeys(bound_by(small)), **known}
            continue
        held |= dict.fromkeys(bound_by(statement))
        for inner in suites(statement):
            first, last = region.tree.span(inner)
            if first <= place < last:
                _read(region, inner, place, bind, plain)
                return


def _known(region: Region, node: cst.Assign, bind: Bind) -> dict[str, Shape | None]:
    """What an assignment binds; nothing is known where its value is not understood."""
    try:
        return dict(pair for t in node.targets for pair in bind(region, t.target, node.value))
    except GiveUp:
        return {}


def _is_plain(value: cst.BaseExpression, plain: Collection[str]) -> bool:
    for node in nodes_of(value):
        if isinstance(node, cst.Call):
            called = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
            if not isinstance(called, cst.Name) or called.value not in plain:
                return False
    return True


def bound_by(node: cst.CSTNode) -> Iterator[str]:
    """The variables that something binds; what is changed in place keeps its axes."""
    for part in nodes_of(node):
        if isinstance(part, (cst.AssignTarget, cst.For, cst.CompFor, cst.NamedExpr, cst.AnnAssign)):
            yield from assigned_names(part.target)
        elif isinstance(part, cst.AsName) and isinstance(part.name, cst.Name):
            yield part.name.value
