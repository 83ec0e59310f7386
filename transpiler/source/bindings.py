"""What a file binds its names to, and where: imports by what they name, all else as its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.record import record
from transpiler.source.occurrences import Positions
from transpiler.source.syntax import all_in, parts_of, program_tree

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@record(frozen=True, slots=True)
class Binding:
    """A place where a name comes to stand for something."""

    place: int
    imported: str  #: what an import names, with dots: `torch.nn`; "" of all else
    start: int  #: where the name is known: a function, or the whole file
    end: int
    inside: bool  #: of a function


@record(frozen=True, slots=True)
class _Scope:
    start: int
    end: int
    inside: bool
    shared: frozenset[str] = frozenset()  #: what `global` makes names of the module


def bindings(text: str) -> dict[str, list[Binding]]:
    """The bindings of a file's names; those of attributes of classes are none."""
    found: dict[str, list[Binding]] = {}
    module = program_tree(text)
    if module is None:
        return found
    positions = Positions(text)
    whole = _Scope(0, len(text), False)
    pending: list[tuple[ast.AST, _Scope | None, _Scope]] = [(module, whole, whole)]
    while pending:
        node, scope, around = pending.pop()
        for name, imported in _bound(node) if scope is not None else ():
            home = whole if name in around.shared else around
            place = positions.span(node)[0] if isinstance(node, (ast.expr, ast.stmt)) else 0
            binding = Binding(place, imported, home.start, home.end, home.inside)
            found.setdefault(name, []).append(binding)
        if isinstance(node, ast.ExceptHandler) and _of_imports(node):
            continue  # what stands in for a module that is not installed
        if isinstance(node, ast.ClassDef):
            scope = None
        elif isinstance(node, (*_FUNCTIONS, *_COMPREHENSIONS)):
            shared = (n for n in all_in(node) if isinstance(n, ast.Global))
            names = frozenset(name for n in shared for name in n.names)
            scope = around = _Scope(*positions.span(node), True, names)
        pending += [(inner, scope, around) for inner in parts_of(node)]
    return found


def _bound(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that a node binds itself, each with what an import names."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, ""
    elif isinstance(node, ast.arg):
        yield node.arg, ""
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name, ""
    elif isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (first, first)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            module = "." * node.level + (node.module or "")
            yield alias.asname or alias.name, f"{module}.{alias.name}"
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name, ""


def _of_imports(handler: ast.ExceptHandler) -> bool:
    names = {n.id for n in all_in(handler.type or handler) if isinstance(n, ast.Name)}
    return bool(names & {"ImportError", "ModuleNotFoundError"})
