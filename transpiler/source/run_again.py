"""Functions that a program runs more than once, as far as its text tells.

What `__init__` does, runs as often as its class is called.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.source.imported import read_text
from transpiler.source.importers import importing_files
from transpiler.source.syntax import nodes_of_kind, parts_of, program_tree

_ROUNDS = (
    ast.For,
    ast.While,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Lambda,
)


def runs_again(text: str, name: str, path: str = "", depth: int = 4) -> bool:
    """Whether a function, by its name, is called twice, in a loop, or by one of which that is true.

    A name that stands for something else than a call may be called any number of times. With the
    `path` of a file, those that import it may call what it has.
    """
    others = map(read_text, importing_files(path, rf"\b{name}\b"))
    modules = filter(None, map(program_tree, (text, *others)))
    return sum(_times(module, name, depth) for module in modules) > 1


def _times(module: ast.Module, name: str, depth: int) -> int:
    """How often a function or class is called; no more than some times are told apart."""
    times = 0
    for looped, around, is_base in _named(module, name):
        outer = _times(module, around, depth - 1) if around and depth and not looped else 1
        times += 2 if looped else outer if is_base else max(outer, 1)
    return times


def called_as(text: str, function: str, start: int) -> str:
    """The name by which a function is called whose `def` stands at a place of a text."""
    module, line = program_tree(text), text.count("\n", 0, start) + 1
    for made in nodes_of_kind(module, ast.ClassDef) if module and function == _INIT else ():
        for method in made.body:
            if isinstance(method, ast.FunctionDef) and method.name == _INIT:
                if method.lineno == line:
                    return made.name
    return function


def _named(module: ast.Module, name: str) -> Iterator[tuple[bool, str, bool]]:
    """Where a name is read: whether in a loop, and in which function; or of which class as base."""
    pending: list[tuple[ast.AST, bool, str, str]] = [(module, False, "", "")]
    while pending:
        node, looped, around, owner = pending.pop()
        match node:
            case ast.Name(id=read, ctx=ast.Load()) | ast.Attribute(attr=read, ctx=ast.Load()):
                if read == name:
                    yield looped, around, False
            case ast.ClassDef(name=made, bases=bases, body=body):
                if any(getattr(b, "id", getattr(b, "attr", "")) == name for b in bases):
                    yield False, made, True
                pending += [(one, looped, around, made) for one in body]
                continue
            case ast.FunctionDef(name=inner):
                looped, around, owner = False, owner if inner == _INIT else inner, ""
        looped |= isinstance(node, _ROUNDS)
        pending += [(child, looped, around, owner) for child in parts_of(node)]


_INIT = "__init__"
