"""Finds axes that are moved and moved straight back, which no conversion may emit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

#: `permute`, `transpose` or `movedim`, and its arguments.
Move: TypeAlias = tuple[str, tuple[int, ...]]


def moved_back(text: str) -> Iterator[str]:
    """The places where a tensor is moved whose axes were only just moved the other way."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            yield from _in_block(node.body, {})


def _in_block(statements: list[ast.stmt], moved: dict[str, Move]) -> Iterator[str]:
    for statement in statements:
        blocks = [getattr(statement, name, []) for name in ("body", "orelse")]
        if any(blocks) and not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            inside = {name: move for name, move in moved.items() if name not in _names(statement)}
            for block in blocks:
                yield from _in_block(block, dict(inside if _loops(statement) else moved))
            moved = inside
            continue
        for call in ast.walk(statement):
            move = _move(call)
            if move is not None and _before(call, moved) == _inverse(move):
                yield f"line {call.lineno}: moved back: {ast.unparse(call)}"
        for name in _names(statement):
            moved.pop(name, None)
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            if (move := _move(statement.value)) is not None:
                moved[statement.targets[0].id] = move


def _loops(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.For, ast.While))


def _names(statement: ast.stmt) -> set[str]:
    """The names that a statement assigns, itself or inside."""
    nodes = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    return {node.id for node in nodes if isinstance(node.ctx, ast.Store)}


def _before(call: ast.AST, moved: dict[str, Move]) -> Move | None:
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    receiver = call.func.value
    return moved.get(receiver.id) if isinstance(receiver, ast.Name) else _move(receiver)


def _move(node: ast.AST) -> Move | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if node.func.attr not in ("permute", "transpose", "movedim"):
        return None
    try:
        return node.func.attr, tuple(ast.literal_eval(argument) for argument in node.args)
    except ValueError:
        return None


def _inverse(move: Move) -> Move:
    name, axes = move
    if name == "permute":
        return name, tuple(sorted(range(len(axes)), key=axes.__getitem__))
    return (name, axes) if name == "transpose" else (name, axes[::-1])
