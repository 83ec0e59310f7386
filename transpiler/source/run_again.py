"""Functions that a program runs more than once, as far as its text tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.source.syntax import parts_of, program_tree

_ROUNDS = (
    ast.For,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Lambda,
)


def runs_again(text: str, name: str, depth: int = 4) -> bool:
    """Whether a function, by its name, is called twice, in a loop, or by one of which that is true.

    A name that stands for something else than a call may be called any number of times.
    """
    module = program_tree(text)
    if module is None:
        return False
    found = [*_named(module, name)]
    if len(found) != 1:
        return len(found) > 1
    [(looped, around)] = found
    return looped or bool(around and depth and runs_again(text, around, depth - 1))


def _named(module: ast.Module, name: str) -> Iterator[tuple[bool, str]]:
    """Where a name is read: whether in a loop, and in which function."""
    pending: list[tuple[ast.AST, bool, str]] = [(module, False, "")]
    while pending:
        node, looped, around = pending.pop()
        match node:
            case ast.Name(id=read, ctx=ast.Load()) | ast.Attribute(attr=read, ctx=ast.Load()):
                if read == name:
                    yield looped, around
            case ast.FunctionDef(name=inner):
                looped, around = False, inner
        looped |= isinstance(node, _ROUNDS)
        pending += [(child, looped, around) for child in parts_of(node)]
