"""What other files of a project change of what a function reads, once something may have run it.

import losses

trainer.fit(x, y)
losses.ALPHA *= 0.1               # `own` of that file reads it, which Keras has traced by now
trainer.fit(x, y)
"""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.effects import ANY, Effect, effects_of, looks_up, may_be_one, spelled
from transpiler.source.held_values import called_name
from transpiler.source.imported import imported_texts, real_path
from transpiler.source.importers import importing_files
from transpiler.source.known_as import is_of_plain, leading_to, may_call
from transpiler.source.origins import imported_from, imports_in, of_modules
from transpiler.source.steady_settings import program_in
from transpiler.source.syntax import all_in, parts_of, program_tree

#: What a call may be named that trains, or asks how well a model does.
_RUNS = regex(r"_?(?:fit|train|evaluat|test|predict|run|learn|step|search|tune|experiment|main)\w*")
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.comprehension)
_ROOMS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_OF_OBJECT = ("self", "cls")


def files_around(path: str, text: str) -> dict[str, str]:
    """The other files that may have something of a file, or of those that it imports.

    Also those that the former import, and may give it to.
    """
    homes = [path, *(str(other) for other, _ in imported_texts(text, path))]
    importing = {other for home in homes for other in importing_files(home, r"\w")}
    given = {str(p) for one in importing for p, _ in imported_texts(program_in(one), one)}
    found = {*homes, *importing, *given}
    return {place: program_in(place) for place in map(real_path, found) if place != real_path(path)}


@record(frozen=True, slots=True)
class Read:
    """Where a file reads something that must stay as it is from there on."""

    text: str  #: of the file
    begin: tuple[int, int]  #: line and column, as Python's trees count
    end: tuple[int, int] | None = None  #: until it has been read for the last time
    path: str = ""  #: of the file, where it is not the one that holds what is read


def read_from(text: str, begin: int, end: int | None = None, path: str = "") -> Read:
    """What is read from an offset of a file on, until another one."""
    last = None if end is None else _as_python_counts(text, end)
    return Read(text, _as_python_counts(text, begin), last, path)


def _as_python_counts(text: str, place: int) -> tuple[int, int]:
    """The line of a place, and its column in bytes from 0."""
    start = text.rfind("\n", 0, place) + 1
    return text.count("\n", 0, place) + 1, len(text[start:place].encode())


def changed_since(
    paths: Iterable[tuple[str, ...]], home: str, read: Read, made_by: str = ""
) -> str:
    """The first of the paths that another file changes after a place in the file `home`."""
    paths = [path for path in paths if path[0] not in _OF_OBJECT or len(path) > 2]
    files = files_around(home, read.text) if paths else {}
    if not files:
        return ""
    found = changed_later(paths, home, files, made_by, since=read)
    return found or changed_in_modules(paths, home, read.text, made_by, read)


def changed_at_home(
    paths: Iterable[tuple[str, ...]], home: str, read: Read | None, made_by: str = ""
) -> str:
    """The first of the paths of the file `home` that changes, by its own functions, too.

    After a place in another file, or else after a training or a call of the function `made_by`.
    """
    if not (paths := list(paths)):
        return ""
    text = program_in(home)
    files = _with_both(files_around(home, text), home, text, read)
    setters = {name: spelled(path) for path in paths for name in _setters(text, path[0])}
    found = changed_later(paths, home, files, made_by, setters, read)
    return found or changed_in_modules(paths, home, text, made_by, read)


def changed_later(
    paths: Iterable[tuple[str, ...]],
    home: str,
    files: Mapping[str, str],
    made_by: str = "",
    methods: Mapping[str, str] = MappingProxyType({}),
    since: Read | None = None,
) -> str:
    """The first of the paths to which a file gives another value that late, "" if none does.

    `paths` are what functions of the file `home` read: `ALPHA`, `self.rate`, `CFG[...]`. Late is
    what happens after something has been trained, or after a call of the function `made_by`, or
    `since` a place; `methods` of the file `home` change what they are given with.
    """
    around = _Around(files, made_by, since)
    leading = leading_to([*files.values(), program_in(home)], methods)
    wanted, stem = sorted(set(paths)), os.path.splitext(os.path.basename(home))[0]
    for text in files.values():
        names = (*leading, *(name.strip(".[]'") for path in wanted for name in (path[0], path[-1])))
        if not any(name in text for name in names) and "setattr" not in text:
            continue
        module = program_tree(text)
        if module is None:
            continue
        effects, _ = effects_of(text)
        given, called = _given_by(module, home), {stem, *_aliases(module, stem)}
        imported = {new: name for _, new, name in imports_in(module)}
        for path in wanted:
            for effect in effects:
                if _is_of(effect, path, given, called, imported):
                    if _is_late(module, effect.node, around):
                        return spelled(path)
        for call in all_in(module) if methods else ():
            if isinstance(call, ast.Call) and (changing := may_call(call, leading, text)):
                if _is_late(module, call, around):
                    return methods[min(changing)]
    return ""


def changed_in_modules(
    paths: Iterable[tuple[str, ...]],
    home: str,
    text: str,
    made_by: str = "",
    since: Read | None = None,
) -> str:
    """The same of what a file reads of modules of its project: `conf.BETA`, which these may set."""
    for path in sorted(set(paths)):
        found = [(place, read, [read]) for place, read in of_modules(path, home, text)]
        for place, variable in imported_from(path[0], home, text):
            found.append((place, (variable, *(path[1:] or (ANY,))), []))
        for place, (variable, *parts), reads in found:
            program, part = program_in(place), parts[0] if parts else ""
            files = _with_both(files_around(place, program), home, text, since)
            inside = [*_setters(program, variable, part), *_methods_that_set(program, part)]
            setters = dict.fromkeys(inside, spelled(path))
            if changed_later(reads, place, files, made_by, setters, since):
                return spelled(path)
    return ""


def _with_both(
    files: Mapping[str, str], home: str, text: str, since: Read | None
) -> dict[str, str]:
    """Files, with what that of a reading function holds now, and that of its last call."""
    own = {real_path(home): text}
    return {**files, **own, **({real_path(since.path): since.text} if since and since.path else {})}


def _setters(program: str, variable: str, part: str = "") -> Iterator[str]:
    """The functions of a file that give a variable of it another value, or change it in place.

    With a `part` of it, only those that change that: who has imported it, has the same object.
    """
    for effect in effects_of(program)[0]:
        name = getattr(effect.scope.function, "name", "")
        first, *deeper = effect.path
        if name and first == variable and effect.scope.owner(variable) is None:
            if not part or (deeper and may_be_one(part, deeper[0])):
                yield name


def _methods_that_set(program: str, part: str) -> Iterator[str]:
    """The methods of the classes of a file that change a part of their object."""
    for effect in effects_of(program)[0] if part else ():
        name = getattr(effect.scope.function, "name", "")
        first, *deeper = effect.path
        if name not in ("", "__init__") and first in _OF_OBJECT and deeper:
            if may_be_one(part, deeper[0]):
                yield name


def _given_by(module: ast.Module, home: str) -> dict[str, str]:
    """What a file calls what it imports of another one, as far as the names of files tell."""
    stem, folder = os.path.splitext(os.path.basename(home))[0], os.path.dirname(home)
    names = {stem, os.path.basename(folder), ""}
    return {new: name for last, new, name in imports_in(module) if last in names}


def _meant(given: Mapping[str, str], name: str) -> str:
    """What another file calls a name of one that may have all of that, by `import *`."""
    return given.get(name, name if "*" in given else "")


def _aliases(module: ast.Module, stem: str) -> Iterator[str]:
    """What a file calls a module of that name."""
    for node in all_in(module):
        for alias in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else ():
            if alias.asname and alias.name.rpartition(".")[2] == stem:
                yield alias.asname


def _is_of(
    effect: Effect,
    path: tuple[str, ...],
    given: Mapping[str, str],
    called: Collection[str],
    imported: Mapping[str, str],
) -> bool:
    """Whether an effect may be on what a path of another file leads to."""
    name, *parts = path
    if isinstance(effect.node, (*_ROOMS, ast.Import, ast.ImportFrom)):
        return False
    first, *deeper = effect.path
    if name not in _OF_OBJECT and deeper and looks_up(parts) and imported.get(first, first) == name:
        return may_be_one(parts[0], deeper[0])
    if name not in _OF_OBJECT and deeper and _meant(given, first) == name:
        return True
    if name not in _OF_OBJECT and f".{name}" in deeper and (first, len(deeper)) != ("self", 1):
        return True
    if ANY in deeper and not parts and first in called:
        return True  # `setattr(conf, name, value)`
    if ".optimizer" in deeper and ".optimizer" not in parts:
        return False
    named = [part for part in parts if part != ANY]
    return bool(named) and first not in _OF_OBJECT and named[-1] in deeper


@record(frozen=True, slots=True)
class _Around:
    """What tells when something happens."""

    files: Mapping[str, str]
    made_by: str
    since: Read | None

    @property
    def texts(self) -> Iterator[str]:
        """Those of all files that may call a function."""
        yield from self.files.values()
        if self.since is not None and self.since.text not in self.files.values():
            yield self.since.text

    def is_since(self, module: ast.Module, room: ast.AST, nodes: list[ast.AST]) -> bool | None:
        """Whether the outermost of some nodes of a function comes in that time; None: elsewhere."""
        since = self.since
        if since is None or module is not program_tree(since.text):
            return None
        first, last = _starts(nodes[0]), _ends(nodes[0])
        if isinstance(room, ast.Module) and since.end is not None:
            begun = _function_at(module, since.begin)
            if begun and begun != _function_at(module, since.end):  # lines tell little
                calls = [_starts(c) for c in _calls_in(module) if called_name(c.func) in begun]
                return min(calls) < last if calls else None
        if not isinstance(room, ast.Module) and not _starts(room) <= since.begin <= _ends(room):
            return None
        return since.begin < last and (since.end is None or first < since.end)

    def imports_late(self, module: ast.Module, depth: int) -> bool:
        """Whether a file is imported by a statement that comes that late."""
        stems = {
            os.path.splitext(os.path.basename(path))[0]
            for path, text in self.files.items()
            if self.since is not None and program_tree(text) is module
        }
        for text in self.texts if stems else ():
            tree = program_tree(text) if any(stem in text for stem in stems) else None
            for node in all_in(tree) if tree is not None and tree is not module else ():
                if isinstance(node, (ast.Import, ast.ImportFrom)) and stems & {*_modules(node)}:
                    assert tree is not None
                    if _is_late(tree, node, self, depth - 1):
                        return True
        return False


def _function_at(module: ast.Module, place: tuple[int, int]) -> tuple[str, ...]:
    """The names of the classes and functions around a place, from the outermost one."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    rooms = (n for n in all_in(module) if isinstance(n, kinds))
    return tuple(room.name for room in rooms if _starts(room) <= place <= _ends(room))


def _modules(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The last names of the modules that a statement may import."""
    yield from (alias.name.rpartition(".")[2] for alias in node.names)
    if isinstance(node, ast.ImportFrom) and node.module:
        yield node.module.rpartition(".")[2]


def _starts(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _ends(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


def _is_late(module: ast.Module, node: ast.AST, around: _Around, depth: int = 3) -> bool:
    """Whether something may have been trained, or made, before a node of a file runs."""
    outer = _around(module, node)
    rooms = [one for one in outer if isinstance(one, _ROOMS)]
    room = rooms[-1] if rooms else module
    inner = outer[outer.index(room) + 1 :] if rooms else outer
    loops = [one for one in inner if isinstance(one, _LOOPS)]
    if isinstance(room, (ast.Lambda, ast.ClassDef)):
        return True
    if (since := around.is_since(module, room, [*loops, node])) is not None:
        return since
    if loops:
        return True
    place = _starts(node)
    for call in _calls_in(room):
        name = called_name(call.func)
        runs = _RUNS.fullmatch(name) is not None or name == around.made_by != ""
        if _starts(call) < place and runs:
            return True
    if isinstance(room, ast.Module):
        return bool(depth) and around.imports_late(module, depth)
    text = next((one for one in around.texts if program_tree(one) is module), "")
    called = [n for n in all_in(module) if _names(n, room.name) and not is_of_plain(n, text)]
    if not called and _is_unused(rooms, around):
        return False
    if not depth:
        return True  # a function that calls itself, for instance
    if len(rooms) == 1:
        trees = (tree for text in around.texts if (tree := _calling(text, room.name)))
        others = [(t, c) for t in trees if t is not module for c in _calls_of(t, room.name)]
        late = any(_is_late(tree, call, around, depth - 1) for tree, call in others)
        if late or not called:
            return late or not others
    if len(called) != 1 or len(rooms) > 1:
        return True
    return _is_late(module, called[0], around, depth - 1)


def _is_unused(rooms: Sequence[ast.AST], around: _Around) -> bool:
    """Whether no other file asks for a function, or for a method of a class of its own kind."""
    *outer, room = rooms
    name = getattr(room, "name", "")
    if name.startswith("__") and outer and name != "__init_subclass__":
        name = getattr(outer[-1], "name", "")  # nobody has an object of the class
    if getattr(room, "decorator_list", ()) or not name or name.startswith("__"):
        return False
    if any(not isinstance(one, ast.ClassDef) or one.bases for one in outer):
        return False
    trees = [tree for text in around.texts if name in text if (tree := program_tree(text))]
    return not any(_names(n, name) or _says(n, name) for tree in trees for n in all_in(tree))


def _says(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == name


def _calling(text: str, name: str) -> ast.Module | None:
    return program_tree(text) if f"{name}(" in text else None


def _calls_of(module: ast.Module, name: str) -> Iterator[ast.Call]:
    calls = (node for node in all_in(module) if isinstance(node, ast.Call))
    return (call for call in calls if called_name(call.func) == name)


def _names(node: ast.AST, name: str) -> bool:
    return getattr(node, "id", getattr(node, "attr", None)) == name


def _around(module: ast.Module, node: ast.AST) -> list[ast.AST]:
    """The nodes around one, from the outermost on."""
    above: dict[ast.AST, ast.AST] = {}
    for one in all_in(module):
        above.update((part, one) for part in parts_of(one))
    found: list[ast.AST] = []
    current = above.get(node)
    while current is not None and current is not module:
        found.insert(0, current)
        current = above.get(current)
    return found


def _calls_in(room: ast.AST) -> Iterator[ast.Call]:
    """The calls that run with a function, or a module, itself."""
    pending = list(parts_of(room))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, _ROOMS):
            pending += parts_of(node)
