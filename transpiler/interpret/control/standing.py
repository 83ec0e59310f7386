"""Statements of a builder that have nothing to do with its models: they stay where they are.

def main():
    try:
        with open("mean.txt") as file:
            mean = float(file.read())
    except OSError:
        mean = 0.0

Nothing is known of what such a statement gives but its names. Classes get them as arguments.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.scope import Scope
from transpiler.interpret.values import Function, Namespace, Static, Value
from transpiler.ir.code import Line
from transpiler.ir.expr import UNKNOWN, Configured
from transpiler.source.lexical import names_read
from transpiler.source.suites import leaf_statements
from transpiler.source.syntax import all_in

_LEAVING = frozenset({"return", "yield", "await", "nonlocal", "global", "del", "lambda"})
_STANDING = frozenset({cst.Try, cst.With, cst.If, cst.For, cst.While})
_BINDING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def may_stand(region: Region, statement: cst.CSTNode) -> bool:
    """Whether a statement could stay where it is, as far as its place tells."""
    outer = not (region.branches or region.loops or region.ways)
    plain = not (region.is_module or region.functional or region.tensor_order)
    return outer and plain and type(statement) in _STANDING


def run_or_stand(region: Region, statement: cst.CSTNode, run: Callable[[], None]) -> None:
    """Run a statement; one that is not understood, and that only is about plain values, stays."""
    scope, events = region.scope.copy(), region.graph_events
    programs = list(region.init), list(region.forward)
    entered = len(region.entered)
    failed: GiveUp | None = None
    try:
        run()
    except GiveUp as why:
        failed = why.with_traceback(None)  # which would hold all that is known here
    if failed is None and len(region.entered) == entered:
        return
    source = textwrap.dedent(_lines_of(region, statement))
    stored = _stored(source)
    if (
        stored is None
        or region.graph_events != events
        or not _is_about_values(scope, source, region)
    ):
        if failed is not None:
            raise failed
        return
    known = frozenset(names_read(source)) & (scope.values.keys() | set(region.parameters))
    region.scope = scope
    region.init[:], region.forward[:] = programs
    kind = type(statement).__name__.lower()
    region.standing.append(
        failed or GiveUp(f"`{kind}` in a function that builds or trains a model", statement)
    )
    del region.entered[entered:]
    for name in sorted(stored):
        scope.bump(name)
        scope.values[name] = Static(scope.read(name))
    starts = tuple(region.tree.span(leaf)[0] for leaf in leaf_statements([statement]))
    line = Line(
        source, stored, known | stored, effect=True, origins=starts, static=True, apart=True
    )
    region.emit_init(line)


def _is_about_values(scope: Scope, source: str, region: Region) -> bool:
    """Whether a statement neither leaves the function nor names anything of the framework."""
    names = names_read(source)
    return not names & _LEAVING and all(_is_plain(region, scope.get(name)) for name in names)


def _lines_of(region: Region, statement: cst.CSTNode) -> str:
    start, end = region.tree.span(statement)
    return region.tree.text[region.tree.line_start(start) : end]


def _is_plain(region: Region, value: Value | None) -> bool:
    """Whether nothing of a model, and no object of the framework, goes by a name."""
    match value:
        case None:
            return True
        case Static(expr=held):
            return not isinstance(held.value, Configured) and (
                held.value is UNKNOWN or _is_literal(held.value)
            )
        case Function():
            uses: Any = provided("mentions_framework")
            return not uses(region.file, value)
        case Namespace():
            return True
    return False


def _is_literal(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_literal, value))
    if isinstance(value, dict):
        return all(map(_is_literal, value.values()))
    return value is None or isinstance(value, (bool, int, float, str, bytes))


def _stored(source: str) -> frozenset[str] | None:
    """The names that a statement binds; None where it defines or imports something."""
    nodes = list(all_in(ast.parse(source)))
    if any(isinstance(node, _BINDING) for node in nodes):
        return None
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return frozenset(names | {n.name for n in nodes if isinstance(n, ast.ExceptHandler) and n.name})
