"""From which files of a project a file has its names, also through packages and `import *`.

from conf import rate               # conf/__init__.py: from .settings import rate
import conf.settings                # conf.settings.rate
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from transpiler.regex import regex
from transpiler.source.imported import imported_texts
from transpiler.source.paths_read import CALLED
from transpiler.source.remembered import remembered
from transpiler.source.steady_settings import program_in
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree


def of_modules(
    path: tuple[str, ...], home: str, text: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a path of a file leads to in modules of its project, and in which of them.

    `settings.rate`, `conf.settings.rate` and, of what a package has from `settings`, `conf.rate`.
    """
    names = [part.removeprefix(".") for part in path]
    for place in modules_called(path[0], home, text):
        yield from _with_origins(place, path[1:])
    for found, _ in imported_texts(text, home) if len(path) > 2 else ():
        above = [*found.parent.parts, *([found.stem] * (found.name != "__init__.py"))]
        for count in range(2, len(path)):
            if names[:count] == above[-count:]:
                yield from _with_origins(str(found), path[count:])


def _with_origins(place: str, path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A path in a file, which begins with an attribute, and where the file may have that from."""
    if not path or not (path[0].startswith(".") or path[0].endswith(CALLED)):
        return
    name, parts = path[0].removeprefix(".").removesuffix(CALLED), path[1:]
    yield place, (name, *parts)
    for other, old in imported_from(name, place, program_in(place)):
        yield other, (old, *parts)


def modules_called(name: str, home: str, text: str) -> Iterator[str]:
    """The files of the project that a file imports under a name."""
    importing = rf"^[ \t]*(?:from|import)\b[^\n]*?(\w+)[ \t]+as[ \t]+{name}\b"
    for stem in re.findall(importing, text, re.M):
        yield from (str(p) for p, _ in imported_texts(text, home) if _stem(p) == stem)
    yield from (
        str(place)
        for place, _ in imported_texts(text, home)
        if place.stem == name or (place.name == "__init__.py" and place.parent.name == name)
    )


def imported_from(name: str, home: str, text: str) -> Iterator[tuple[str, str]]:
    """The files that a file may have imported a name from, and what it is called there.

    Those that a package has it from come, too, and all of which it has whatever they have.
    """
    pending, seen = [(name, home, text)], set[tuple[str, str]]()
    for wanted, path, program in pending:  # grows
        for last, new, old in _imports(program):
            if new not in (wanted, "*"):
                continue
            for place, other in imported_texts(program, path):
                found = str(place), wanted if new == "*" else old
                may_have = found[1] in other or "import *" in other
                if _stem(place) == last and found not in seen and may_have:
                    seen.add(found)
                    pending.append((found[1], found[0], other))
                    yield found


def _stem(place: Path) -> str:
    """What a module is called: a package by its folder."""
    return place.parent.name if place.name == "__init__.py" else place.stem


@remembered
def _imports(program: str) -> list[tuple[str, str, str]]:
    module = program_tree(program)
    return [] if module is None else [*imports_in(module)]


def imports_in(module: ast.Module) -> Iterator[tuple[str, str, str]]:
    """From where a file imports names, what it calls them, and what they are called there."""
    for node in all_in(module):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                last = (node.module or "").rpartition(".")[2]
                yield last, alias.asname or alias.name, alias.name


@remembered
def passed_on(text: str, path: str) -> list[str]:
    """The files of which a program has functions or objects by way of packages."""
    found: dict[str, None] = {}
    module = program_tree(text)
    files = list(imported_texts(text, path))
    packages = [(place, other) for place, other in files if _is_package(place)]
    modules = {_stem(place) for place, _ in files}
    if module is None or not packages:
        return []
    taken: dict[str, set[str]] = {}
    for last, _, name in imports_in(module):
        taken.setdefault(last, set()).add(name)
    for node in nodes_of_kind(module, ast.Attribute):
        if isinstance(node.value, ast.Name):
            taken.setdefault(node.value.id, set()).add(node.attr)
    for alias in (one for node in nodes_of_kind(module, ast.Import) for one in node.names):
        if alias.asname:
            taken.setdefault(alias.name.rpartition(".")[2], set()).update(
                taken.get(alias.asname, ())
            )
    for place, other in packages:
        names = taken.get(place.parent.name, set())
        if "*" in names:
            names = {node.id for node in nodes_of_kind(module, ast.Name)}
        for name in names:
            if name in modules or ("import *" not in other and name not in other):
                continue
            is_class = _CLASS.fullmatch(name) is not None
            if is_class and f"{name}." not in text:
                continue  # it makes objects: nobody asks the class itself
            made = rf"class {name}\b" if is_class else rf"def {name}\("
            defines = re.compile(rf"^(?:{made}|{name}\b[^\n(]*=)", re.MULTILINE)
            for one, _ in imported_from(name, str(place), other):
                found |= {one: None} if defines.search(program_in(one)) else {}
    return [*found]


#: What makes objects, as which class it is: `Conv2D`; a constant is written large throughout.
_CLASS = regex(r"_*[A-Z]\w*[a-z]\w*")


def _is_package(place: Path) -> bool:
    return place.name == "__init__.py"
