"""What the statements of a module bind, and its imports, each name alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from transpiler.source.syntax import program_tree


def definition_lines(text: str) -> dict[str, range]:
    """The lines of the functions and classes of a module."""
    module = program_tree(text)
    return {
        s.name: range(s.lineno, (s.end_lineno or s.lineno) + 1)
        for s in (module.body if module is not None else ())
        if isinstance(s, (ast.FunctionDef, ast.ClassDef))
    }


def names_of(statement: ast.stmt) -> Iterator[str]:
    """What a statement of a module binds."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from ((a.asname or a.name).partition(".")[0] for a in statement.names)
    elif isinstance(statement, ast.Assign):
        yield from (t.id for t in statement.targets if isinstance(t, ast.Name))


def bound_in(text: str) -> set[str]:
    """What a module binds at its top level."""
    module = program_tree(text)
    return {name for s in (module.body if module is not None else ()) for name in names_of(s)}


def only_imported(text: str) -> set[str]:
    """What a module binds by imports alone: what is emitted may have such a name instead."""
    module = program_tree(text)
    body = module.body if module is not None else []
    imported = {name for s in body if isinstance(s, IMPORTING) for name in names_of(s)}
    return imported - {n for s in body if not isinstance(s, IMPORTING) for n in names_of(s)}


def single_import(statement: ast.Import | ast.ImportFrom, name: str) -> str:
    """The import of one name alone."""
    alias = next(a for a in statement.names if (a.asname or a.name).partition(".")[0] == name)
    one: ast.Import | ast.ImportFrom = ast.Import([alias])
    if isinstance(statement, ast.ImportFrom):
        one = ast.ImportFrom(statement.module, [alias], statement.level)
    return ast.unparse(one)


def single_imports(text: str) -> set[str]:
    """The imports of a module, each name alone."""
    module = program_tree(text)
    imports = [s for s in module.body if isinstance(s, IMPORTING)] if module is not None else []
    return {single_import(s, name) for s in imports for name in names_of(s) if name != "*"}


IMPORTING = (ast.Import, ast.ImportFrom)


def import_of(text: str, names: list[ast.alias]) -> str:
    """An import of some of its names."""
    head = re.match(r"(?:from\s+\S+\s+)?import\s+", text)
    assert head is not None
    return f"{head.group()}{', '.join(map(ast.unparse, names))}"
