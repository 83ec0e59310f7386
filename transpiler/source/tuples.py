"""How long the tuples are that functions of a file give, by what they return.

def load(n):
    return x[:n], y[:n]
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.source.suites import returns_of


def tuple_length(module: cst.Module, node: cst.BaseExpression) -> int | None:
    """How long the tuple is that a call of a function of the file gives: as `returned_length`."""
    if not isinstance(node, cst.Call):
        return None
    called = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    function = functions_of(module).get(called.value) if isinstance(called, cst.Name) else None
    return None if function is None else returned_length(function)


def functions_of(module: cst.Module) -> dict[str, cst.FunctionDef]:
    """The functions of a module and the methods of its classes, by their names."""
    return {function.name.value: function for function in _functions(module)}


def _functions(node: cst.CSTNode) -> Iterator[cst.FunctionDef]:
    """The functions of a module, and the methods of its classes."""
    for statement in getattr(node, "body", ()):
        if isinstance(statement, cst.FunctionDef):
            yield statement
        elif isinstance(statement, cst.ClassDef):
            yield from _functions(statement.body)


def returned_length(function: cst.FunctionDef) -> int | None:
    """How long the tuples are that a function gives; 0 if it varies or a dict comes, else None."""
    found = {_of_value(node.value) for node in returns_of(function)}
    return None if found <= {None} else found.pop() if len(found) == 1 else 0


def _of_value(value: cst.BaseExpression | None) -> int | None:
    if isinstance(value, cst.Dict):
        return 0
    if not isinstance(value, cst.Tuple):
        return None
    starred = any(isinstance(element, cst.StarredElement) for element in value.elements)
    return 0 if starred else len(value.elements)
