"""What expressions read by functions and methods of other files of a project that they call.

optimizer = SGD(settings.get("lr"))         # `CONFIG` of settings.py, which `get` reads
callback = ReduceLROnPlateau(config.rate())     # `config.lr`, which the method reads of its object
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from transpiler.source.between import read_when_called
from transpiler.source.changed_later import imported_from, modules_called
from transpiler.source.imported import imported_texts
from transpiler.source.paths_read import CALLED, paths_read
from transpiler.source.remembered import remembered
from transpiler.source.steady_settings import program_in
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree, python_tree

_OBJECT = "<object>"  #: stands for what a method is called on


@remembered
def read_by_calls(
    path: str, text: str, expression: str
) -> tuple[list[tuple[str, ...]], dict[str, list[tuple[str, ...]]]]:
    """The paths of a file that such calls read, and those of the other files, by these."""
    here: list[tuple[str, ...]] = []
    there: dict[str, list[tuple[str, ...]]] = {}
    parsed = python_tree(expression) if "(" in expression else None
    calls = [n for n in all_in(parsed) if isinstance(n, ast.Call)] if parsed is not None else []
    for call in calls:
        for home, owner, read in _called(path, text, call.func):
            for one in read:
                if one[0] == _OBJECT:
                    here += [(*base, *one[1:]) for base in owner]
                else:
                    there.setdefault(home, []).append(one)
    return list(dict.fromkeys(here)), there


def _called(
    path: str, text: str, called: ast.expr
) -> Iterator[tuple[str, list[tuple[str, ...]], list[tuple[str, ...]]]]:
    """The files that may have what is called, what it is called on, and what it reads there."""
    if isinstance(called, ast.Name):
        for home, name in imported_from(called.id, path, text):
            yield home, [], read_when_called(program_in(home), (name,))
    if not isinstance(called, ast.Attribute):
        return
    if isinstance(called.value, ast.Name):
        for home in modules_called(called.value.id, path, text):
            yield home, [], read_when_called(program_in(home), (called.attr,))
    method = f"{called.attr}{CALLED}"
    for place, other in imported_texts(text, path):
        module = program_tree(other) if f"def {called.attr}(" in other else None
        if module is not None and _has(module, called.attr):
            owner = list(paths_read(ast.unparse(called.value)))
            yield str(place), owner, read_when_called(other, (_OBJECT, method))


def _has(module: ast.Module, method: str) -> bool:
    """Whether a class of a file has such a method."""
    classes = nodes_of_kind(module, ast.ClassDef)
    return any(getattr(one, "name", "") == method for made in classes for one in made.body)
