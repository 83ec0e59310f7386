"""What expressions read by functions, methods and properties of files of a project.

optimizer = SGD(settings.get("lr"))         # `CONFIG` of settings.py, which `get` reads
callback = ReduceLROnPlateau(config.rate())     # `config.lr`, which the method reads of its object
optimizer = SGD(halved())                   # what a function of this file asks one of another for
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from transpiler.source.between import read_when_called
from transpiler.source.held_values import called_name
from transpiler.source.imported import imported_texts, with_imported
from transpiler.source.origins import imported_from, of_modules
from transpiler.source.paths_read import CALLED, paths_in, paths_read
from transpiler.source.remembered import remembered
from transpiler.source.steady_settings import program_in
from transpiler.source.syntax import nodes_of_kind, program_tree

#: A file, what it holds, and a path in it.
_Read: TypeAlias = "tuple[str, str, tuple[str, ...]]"
_OBJECT = "<object>"  #: stands for what a method is called on
_MOST = 300  #: paths that are followed


@remembered
def read_by_calls(
    path: str, text: str, expression: str
) -> tuple[list[tuple[str, ...]], dict[str, list[tuple[str, ...]]]]:
    """The paths of a file that are read so, and those of the other files.

    Functions lead on to those that they call, of whichever file.
    """
    here: dict[tuple[str, ...], None] = {}
    there: dict[str, dict[tuple[str, ...], None]] = {}
    if not any(imported_texts(text, path)):
        return [], {}
    pending: list[_Read] = [(path, text, one) for one in paths_read(expression)]
    for home, program, read in pending:  # grows
        for place, other, one in _led_to(home, program, read):
            found = here if place == path else there.setdefault(place, {})
            if one not in found and len(pending) < _MOST:
                found[one] = None
                pending.append((place, other, one))
    return _objects(here), {place: _objects(found) for place, found in there.items()}


def _objects(paths: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Of methods that are called, what they are called on."""
    held = (path[:-1] if path[-1].endswith(CALLED) else path for path in paths)
    return [path for path in dict.fromkeys(held) if path]


def _led_to(home: str, program: str, read: tuple[str, ...]) -> Iterator[_Read]:
    """What is read where a file reads a path, by what that stands for."""
    yield from ((home, program, one) for one in read_when_called(program, read))
    *owner, last = read
    name = last.removesuffix(CALLED).removeprefix(".")
    if not owner:
        yield from ((home, program, one) for one in _stands_for(program, name))
        for place, there in imported_from(name, home, program):
            yield from _of(place, there)
    if not owner or not name.isidentifier():
        return
    for place, (there, *parts) in of_modules(read, home, program):
        if not parts:
            yield from _of(place, there)
    for place, other in with_imported(home, itself=False):
        if f"def {name}(" in other and _is_method(other, name):
            for one in read_when_called(other, (_OBJECT, last)):
                if one[0] == _OBJECT:
                    yield home, program, (*owner, *one[1:])
                else:
                    yield place, other, one


def _of(place: str, name: str) -> Iterator[_Read]:
    """What a function of a file reads."""
    program = program_in(place)
    yield from ((place, program, one) for one in read_when_called(program, (name,)))
    yield from ((place, program, one) for one in _stands_for(program, name))


@remembered
def _stands_for(program: str, name: str) -> list[tuple[str, ...]]:
    """What a variable is another name of: `rate = scaled`, `rate = partial(scaled, 0.5)`."""
    module = program_tree(program) if name in program else None
    found: list[tuple[str, ...]] = []
    for node in nodes_of_kind(module, ast.Assign) if module is not None else ():
        if any(getattr(target, "id", "") == name for target in node.targets):
            match node.value:
                case ast.Call(func=func, args=[given, *_]) if called_name(func) == "partial":
                    found += paths_in(given)
                case ast.Name() | ast.Attribute():
                    found += paths_in(node.value)
    return found


@remembered
def _is_method(program: str, name: str) -> bool:
    """Whether a class of a file has a method of that name."""
    module = program_tree(program)
    classes = nodes_of_kind(module, ast.ClassDef) if module is not None else []
    return any(getattr(one, "name", "") == name for made in classes for one in made.body)
