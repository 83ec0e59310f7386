"""What other files put into the lists and dicts of a module: the builders of a registry.

registry.py: TABLE = {}            nets.py: registry.TABLE["mlp"] = mlp      or @register("mlp")
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from transpiler.source.far_frames import (
    NOTHING,
    PUTS,
    PUTTING,
    Box,
    Frame,
    Made,
    Module,
    Value,
    put_in,
)
from transpiler.source.imported import read_text
from transpiler.source.importers import importing_files
from transpiler.source.lexical import imports_framework
from transpiler.source.syntax import all_in


def put_by_others(
    frame: Frame,
    name: str,
    frame_of: Callable[[str], Frame | None],
    value_of: Callable[[ast.AST | None, Frame], Value],
) -> Value:
    """What the other files of its project put into a list or dict of a module."""
    found = NOTHING
    if imports_framework(read_text(frame.path)):
        return found  # whose own models are known
    for path in importing_files(frame.path, PUTS):
        if not imports_framework(read_text(path)):
            continue
        other = frame_of(path)
        if other is not None and other is not frame:
            for held in _put(other, frame, name, value_of):
                found |= held
    return found


def _put(
    other: Frame, frame: Frame, name: str, value_of: Callable[[ast.AST | None, Frame], Value]
) -> Iterator[Value]:
    module = Module(frame.path)
    own = {
        alias.asname or alias.name: alias.name
        for node in all_in(other.node)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in frame.bindings
    }

    def is_of(node: ast.AST) -> bool:
        """Whether an expression is something of the module: `register`, `registry.register`."""
        if isinstance(node, ast.Call):
            return is_of(node.func)
        if isinstance(node, ast.Attribute):
            return module in value_of(node.value, other)
        return isinstance(node, ast.Name) and node.id in own

    def is_it(node: ast.AST) -> bool:
        """Whether it is the list or dict in question."""
        if isinstance(node, ast.Attribute):
            return node.attr == name and module in value_of(node.value, other)
        return isinstance(node, ast.Name) and own.get(node.id) == name

    for node in all_in(other.node):
        match node:
            case ast.Assign(targets=[ast.Subscript(value=of)], value=value) if is_it(of):
                yield frozenset({Box(value_of(value, other))})
            case ast.Call(func=ast.Attribute(value=of, attr=put), args=[*_, value]) if is_it(of):
                yield put_in(put, value_of(value, other) if put in PUTTING else NOTHING)
            case ast.Call(func=func, args=args) if is_of(func):
                values = [one for arg in args for one in value_of(arg, other)]
                made = frozenset(one for one in values if isinstance(one, Made))
                yield frozenset({Box(made)}) if made else NOTHING
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                if any(map(is_of, node.decorator_list)):
                    yield frozenset({Box(frozenset({Made(node, other)}))})
            case _:
                pass
