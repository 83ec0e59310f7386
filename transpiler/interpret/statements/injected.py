"""Parts of the framework that a function puts into variables of the module.

layers = None

def set_framework(name):
    global layers
    layers = keras.layers
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import GiveUp, Region, Restart
from transpiler.interpret.statements.imports import import_from, import_module
from transpiler.interpret.values import Framework, Sequence, Value


def injected(region: Region, function: cst.FunctionDef) -> dict[str, Framework]:
    """The variables that a function of the module gives one and the same part of the framework."""
    if "global" not in region.tree.words:
        return {}
    statements = list(_statements(function.body))
    names = {n for s in statements if isinstance(s, cst.Global) for n in _declared(s)}
    if not names:
        return {}
    inside = Region(region.file, region.scope.copy(), function.name.value)
    found: dict[str, list[Value | None]] = {name: [] for name in names}
    for statement in statements:
        if isinstance(statement, cst.Import):
            import_module(inside, statement)
        elif isinstance(statement, cst.ImportFrom):
            import_from(inside, statement)
        elif isinstance(statement, cst.Assign):
            for name, value in _assigned(inside, statement):
                if name in names:
                    found[name].append(value)
    return {name: part for name, values in found.items() if (part := _only_part(values))}


def _statements(suite: cst.BaseSuite) -> Iterator[cst.CSTNode]:
    """The simple statements of a function, those under conditions too."""
    for statement in suite.body:
        if isinstance(statement, cst.SimpleStatementLine):
            yield from statement.body
        elif isinstance(statement, (cst.If, cst.Try, cst.With, cst.For, cst.While)):
            yield from _statements(statement.body)
            if isinstance(statement, cst.Try):
                for handler in statement.handlers:
                    yield from _statements(handler.body)
            orelse = getattr(statement, "orelse", None)
            while isinstance(orelse, cst.If):
                yield from _statements(orelse.body)
                orelse = orelse.orelse
            if orelse is not None:
                yield from _statements(orelse.body)
        elif not isinstance(statement, cst.BaseCompoundStatement):
            yield statement


def _declared(statement: cst.Global) -> list[str]:
    return [item.name.value for item in statement.names]


def _assigned(region: Region, statement: cst.Assign) -> Iterator[tuple[str, Value | None]]:
    """The names that an assignment binds, with their values where they are known."""
    try:
        value: Value | None = evaluate(region, statement.value)
    except (GiveUp, Restart):  # what a layer asks for there concerns the function alone
        value = None
    for target in statement.targets:
        if isinstance(target.target, cst.Name):
            yield target.target.value, value
        elif isinstance(target.target, (cst.Tuple, cst.List)):
            elements = [element.value for element in target.target.elements]
            parts: tuple[Value | None, ...] = (None,) * len(elements)
            if isinstance(value, Sequence) and len(value.items) == len(elements):
                parts = value.items
            for element, part in zip(elements, parts, strict=True):
                if isinstance(element, cst.Name):
                    yield element.value, part


def _only_part(values: list[Value | None]) -> Framework | None:
    parts = {value.name for value in values if isinstance(value, Framework)}
    if len(parts) != 1 or not all(isinstance(value, Framework) for value in values):
        return None
    return Framework(parts.pop())
