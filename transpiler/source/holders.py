"""Variables that may hold an object, alone or in lists and dicts: `runs.append(history)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from transpiler.source.syntax import all_in

#: Functions that give what they get, or an element of it.
_GIVING = frozenset({
    "dict", "enumerate", "iter", "list", "max", "min", "next", "reversed", "sorted", "tuple", "zip",
})  # fmt: skip
_VIEWS = frozenset({"copy", "get", "items", "pop", "values"})


def holders_of(module: ast.Module, made: ast.AST | None, names: set[str]) -> set[str]:
    """The names that may hold what an expression gives, or what is held under some names."""
    found = set(names)
    nodes, before = list(all_in(module)), -1
    while before != len(found):
        before = len(found)
        for node in nodes:
            found |= set(_taken(node, made, found))
    return found - names


def _taken(node: ast.AST, made: ast.AST | None, held: set[str]) -> Iterator[str]:
    """The names that a statement, a call or the head of a loop makes hold it."""
    targets: list[ast.expr] = []
    match node:
        case ast.Assign(targets=to, value=value) if _gives(value, made, held):
            targets = to
        case ast.For(target=to, iter=value) | ast.comprehension(target=to, iter=value):
            targets = [to] if _gives(value, made, held) else []
        case ast.Call(ast.Attribute(ast.Name(name), "append" | "insert" | "extend"), arguments):
            if any(_gives(value, made, held) for value in arguments):
                yield name
    for target in targets:
        parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        for part in parts:
            while isinstance(part, ast.Subscript):
                part = part.value
            if isinstance(part, ast.Name):
                yield part.id


def _gives(node: ast.expr | None, made: ast.AST | None, held: set[str]) -> bool:
    """Whether an expression gives the object, or a list or dict with it."""
    parts: Sequence[ast.expr | None] = []
    match node:
        case ast.Name(name):
            return name in held
        case ast.List(parts) | ast.Tuple(parts) | ast.Dict(values=parts):
            pass
        case ast.Subscript(value) | ast.Starred(value) | ast.NamedExpr(value=value):
            parts = [value]
        case ast.IfExp(body=one, orelse=other):
            parts = [one, other]
        case ast.ListComp(elt=value) | ast.DictComp(value=value) | ast.GeneratorExp(elt=value):
            parts = [value]
        case ast.Call(ast.Name(name), arguments) if name in _GIVING:
            parts = arguments
        case ast.Call(ast.Attribute(value, name)) if name in _VIEWS:
            parts = [value]
    return node is not None and (node is made or any(_gives(part, made, held) for part in parts))
