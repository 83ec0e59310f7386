"""Functions and classes of other files that get models of a file: they come to it as guests.

from train import train_model               def train_model(model, x, y):
                                                return model.fit(x, y, epochs=3)

model = build()                             model = build()
train_model(model, x, y)                    train_model(model, x, y)

The file is interpreted again with them, as if they were its own. What becomes of them goes home
when the file is written, and the file imports them as before.
"""

from __future__ import annotations

import ast
import builtins
import os
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TypeAlias

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.wishes import name_of
from transpiler.interpret.statements.brought import aliases_of, imports_of, spot_behind
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.values import Framework, Function, Namespace, UserClass, Value
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.files import Undecodable, program_at
from transpiler.source.imported import locate
from transpiler.source.occurrences import Occurrences, Positions
from transpiler.source.replaced import Span, replaced
from transpiler.source.rewritings.picked_classes import made_where_picked
from transpiler.source.shared_lines import Apart, apart
from transpiler.source.syntax import program_tree

#: What names begin with that mean something else in the file, until the guests go home.
ASIDE = "tf2t_"
#: What imports call their guests, which stand in the file meanwhile.
AWAY = f"{ASIDE}away_"
USED_ELSEWHERE = "it is used elsewhere, or its names clash there"


#: Where a definition stands in its file, its text with each statement on a line of its own, and
#: what tells which of them share one.
_Definition: TypeAlias = "tuple[Span, str, Apart | None]"


@record(frozen=True, slots=True)
class Guest:
    """A function or class of another file, in a file that gives it models."""

    path: str  #: its home
    name: str  #: what it is called there
    here: str  #: what it is called as a guest
    written: str  #: how the file refers to it: `train.train_model`
    span: Span  #: where it stands at home
    renamed: tuple[tuple[str, str], ...]  #: what it reads, and by which names there
    shared: Apart | None  #: where statements share lines at home, which they don't do here


@record(frozen=True, slots=True)
class Hosting:
    """A file with its guests."""

    text: str
    lines: tuple[int, ...]  #: the line of the file that each line of the text stands for
    guests: tuple[Guest, ...]
    own: str  #: the text of the file itself
    away: dict[str, str]  #: what stands in its imports instead of guests, and what did
    reserved: frozenset[str]  #: what has a name at the homes of the guests

    def line(self, number: int) -> int:
        """The line of the file that a line of the text stands for."""
        return self.lines[min(number, len(self.lines)) - 1]


#: What a function is for that gives callbacks, or an optimizer.
_MAKES_PARTS = regex(
    r"\b(?:EarlyStopping|ModelCheckpoint|ReduceLROnPlateau|LearningRateScheduler|CSVLogger"
    r"|TensorBoard|optimizers\.\w+|Adam|SGD|RMSprop)\([^\n]*[\s\S]*\breturn\b|\breturn\b[\s\[(]*"
    r"(?:\w+\.)*(?:EarlyStopping|ModelCheckpoint|ReduceLROnPlateau|LearningRateScheduler"
    r"|optimizers\.\w+|Adam|SGD|RMSprop)\("
)


class _Unknown(Exception):
    """Something of a definition means nothing to the file."""


def with_guests(
    file: FileContext, before: Hosting | None, unwelcome: Collection[tuple[str, str]]
) -> Hosting | None:
    """A file with what others define that gets models of it, beside the guests that it has."""
    if not file.lent or not file.path or file.path.endswith(".ipynb"):
        return None
    if not _imports(file):  # all stand in functions: nothing shows where guests may go
        return None
    host = _Host(file)
    here = set() if before is None else {(g.path, g.name) for g in before.guests}
    for definition in file.lent.values():
        places = {(d.file.path, d.name) for d in (definition, host.at_home(definition)) if d}
        if places.isdisjoint({*unwelcome, *here}):
            host.invite(definition)
    host.invite_makers()
    host.write()
    if not host.texts or {(one.path, one.name) for one in host.guests} <= here:
        return None
    text, lines = replaced(file.tree.text, host.edits())
    known = () if before is None else before.guests
    reserved = {name for guest in host.guests for name in host.homes[guest.path].globals}
    reserved |= {n for g in host.guests for n in imports_of(host.homes[g.path])}
    return Hosting(
        text,
        tuple(lines if before is None else map(before.line, lines)),
        (*known, *host.guests),
        file.tree.text if before is None else before.own,
        host.away if before is None else {**before.away, **host.away},
        frozenset(reserved) | (frozenset() if before is None else before.reserved),
    )


def _above(made: UserClass) -> tuple[UserClass, ...]:
    """The classes that one is derived from, also those of other files, the nearest first."""
    last = made.lineage[-1].base_elsewhere
    return (*made.lineage[1:], *(() if last is None else (last, *_above(last))))


def _imports(file: FileContext) -> list[cst.SimpleStatementLine]:
    """The imports of a module that stand in lines of their own."""
    lines = (s for s in file.tree.module.body if isinstance(s, cst.SimpleStatementLine))
    return [line for line in lines if aliases_of(line) or _is_star(line)]


class _Host:
    """Writes definitions of other files as the file that gives them models would have them."""

    def __init__(self, file: FileContext) -> None:
        self.file = file
        self.found = Occurrences(file.tree.text)
        self.imports = imports_of(file)
        #: those that come, by the ids of their nodes, and what they are called
        self.invited: dict[int, tuple[Function | UserClass, str, str]] = {}
        self.texts: dict[int, str] = {}
        self.guests: list[Guest] = []
        self.homes: dict[str, FileContext] = {}
        self.lines: dict[str, str] = {}  #: the imports that come with them, by the names they bind
        self.changes: dict[Span, str] = {}
        self.written: dict[str, dict[str, _Definition]] = {}  #: all definitions, by paths
        self.away: dict[str, str] = {}  #: what stands in imports instead of them, and what did
        self.places: list[cst.SimpleStatementLine] = []

    def invite(
        self, definition: Function | UserClass, seen: Function | UserClass | None = None
    ) -> bool:
        """Have a definition in the file, with what it is derived from; tell whether it can be.

        `seen` is what it is in another file, which has it as a guest, and gives it to this one.
        """
        key = id(definition.node)
        if key in self.invited:
            return True
        if (itself := self.at_home(definition)) is not definition:
            if itself is None or not self.invite(itself, definition):
                return False
            self.invited[key] = self.invited[id(itself.node)]
            return True
        home, node = definition.file, definition.node
        if not isinstance(node, (cst.FunctionDef, cst.ClassDef)) or node.decorators:
            return False
        source = self._defined(home, definition.name)[1]
        alike = self.file.options.keras == home.options.keras
        if not source or not alike or re.search(r"\t|\bglobal\b|__name__|__file__", source):
            return False
        above = _above(definition) if isinstance(definition, UserClass) else ()
        if not all(self.invite(base) for base in reversed(above)):
            return False
        written = _written(self.file, definition)
        written = written or (_written(self.file, seen) if seen is not None else "")
        here = written.rpartition(".")[2] or definition.name
        if written != here and here in self.found.names:
            here = f"{ASIDE}{here}"
        self.invited[key] = definition, here, written
        return True

    def invite_makers(self) -> None:
        """Have those functions of the same files that make callbacks and optimizers for these."""
        pending = [definition for definition, _, _ in self.invited.values()]
        while pending:
            one = pending.pop()
            home: FileContext = one.file
            for read in sorted(Occurrences(self._defined(home, one.name)[1]).names):
                value = home.globals.get(read)
                if isinstance(value, Function) and value.file is home and not value.owner:
                    new = id(value.node) not in self.invited
                    makes = _MAKES_PARTS.search(self._defined(home, value.name)[1]) is not None
                    if new and makes and self.invite(value):
                        pending.append(value)

    def at_home(self, definition: Function | UserClass) -> Function | UserClass | None:
        """What a definition is in its own file, where another one has it as a guest."""
        hosting = definition.file.hosting
        guests = hosting.guests if hosting is not None else ()
        guest = next((one for one in guests if one.here == definition.name), None)
        if guest is None:
            return definition
        try:
            found = (self.file.load(self.file, self._module(guest.path)) or {}).get(guest.name)
        except _Unknown:
            return None
        return found if isinstance(found, type(definition)) else None

    def _is_of_project(self, import_: cst.SimpleStatementLine) -> bool:
        known = (one for one in self.imports.values() if one.statement is import_)
        folder = os.path.dirname(os.path.realpath(self.file.path))
        return any(locate(folder, one.module, self.file.tree.text) is not None for one in known)

    def write(self) -> None:
        """Write all that come, but for what means nothing to the file."""
        for key, (definition, here, written) in list(self.invited.items()):
            if id(definition.node) not in self.texts and not self._is_written(
                definition, here, written
            ):
                del self.invited[key]  # the others read it otherwise
                for known in (self.lines, self.texts, self.guests, self.changes, self.away):
                    known.clear()
                self.write()
                return

    def _is_written(self, definition: Function | UserClass, here: str, written: str) -> bool:
        """Write a definition, and tell whether all of it means something to the file."""
        try:
            self._write(definition, here, written)
        except _Unknown:
            return False
        return True

    def edits(self) -> dict[Span, str]:
        """What changes in the file."""
        tree, every = self.file.tree, _imports(self.file)
        spot = spot_behind(self.file, self.places or every)
        own = next((n for n, s in enumerate(every) if self._is_of_project(s)), len(every))
        beside = every[own - 1] if own and not _is_of_python(every[own - 1]) else None
        if beside is not None:
            place = tree.line_end(tree.span(beside)[1] - 1)
        else:
            place = tree.line_start(tree.span(every[min(own, len(every) - 1)])[0])
        edits = dict(self.changes)
        edits[place, place] = "".join(f"{line}\n" for line in self.lines.values())
        definitions = "".join(f"{text}\n\n\n" for text in self.texts.values())
        edits[spot, spot] = edits.get((spot, spot), "") + definitions
        return edits

    def _write(self, definition: Function | UserClass, here: str, written: str) -> None:
        home: FileContext = definition.file
        span, source, shared = self._defined(home, definition.name)
        inside = Occurrences(source)
        start = source.index(definition.name)
        edits: dict[Span, str] = {(start, start + len(definition.name)): here}
        renamed: dict[str, str] = {}
        for read in sorted(inside.names):
            places = [p for p in inside.of(read) if not p.local and not p.binds]
            other = self._name_for(home, read) if places else read
            edits |= {(p.start, p.start + len(read)): other for p in places if other != read}
            renamed |= {other: read} if places else {}
        self.texts[id(definition.node)], _ = replaced(source, edits)
        self.homes[home.path] = home
        names = tuple(renamed.items())
        self.guests.append(Guest(home.path, definition.name, here, written, span, names, shared))
        self._make_room(here, written)

    def _defined(self, home: FileContext, name: str) -> _Definition:
        """Where a definition stands in its file, as it is on the disk, and its text."""
        if home.path not in self.written:
            self.written[home.path] = _definitions(home.path)
        return self.written[home.path].get(name, ((0, 0), "", None))

    def _make_room(self, here: str, written: str) -> None:
        """What imports a guest has another name meanwhile, and what reads it through a module."""
        root, _, attribute = written.partition(".")
        known = self.imports.get(root)
        if known is not None:
            self.places.append(known.statement)
        if attribute:
            places = [p for p in self.found.of(root) if p.attribute == attribute and not p.local]
            self.changes |= {(p.start, p.attribute_end): here for p in places}
        elif known is not None:
            tree = self.file.tree
            for alias in aliases_of(known.statement):
                if _bound(alias) == root:
                    self.changes[tree.span(alias)] = f"{AWAY}{root}"
                    self.away[f"{AWAY}{root}"] = tree.source(alias).rstrip(" ,\n")

    def _name_for(self, home: FileContext, name: str) -> str:
        """What the file calls what a module has under a name; it is imported if need be."""
        value, theirs = home.globals.get(name), self.file.globals.get(name)
        if isinstance(value, (Function, UserClass)) and id(value.node) in self.invited:
            return self.invited[id(value.node)][1]
        if value is None and not _binds(home, name):
            if hasattr(builtins, name) and theirs is None:
                return name
            raise _Unknown
        if _is_same(value, theirs):
            return name
        line = self._import(home, name, value)
        known = self.imports.get(name)
        if known is not None and known.line == _as(line, known.name or known.module):
            return name
        free = name not in self.found.names and self.lines.get(name, line) == line
        alias = name if free else f"{ASIDE}{name}"
        while self.lines.get(alias, line := _as(line, alias)) != line:
            alias += "_"
        self.lines[alias] = line
        return alias

    def _import(self, home: FileContext, name: str, value: Value | None) -> str:
        """The import that brings it to the file."""
        if isinstance(value, Framework):
            whole = re.sub(r"^tf\b", "tensorflow", value.name)
            module, _, last = whole.rpartition(".")
            return (
                f"from {module} import {last} as {name}" if module else f"import {whole} as {name}"
            )
        if re.search(rf"\.{name}\s*=(?!=)", self.file.tree.blanked):  # set from outside
            raise _Unknown
        import_ = imports_of(home).get(name)
        if import_ is None:
            return f"from {self._module(home.path)} import {name}"
        folder = os.path.dirname(os.path.realpath(home.path))
        path = locate(folder, import_.module, home.tree.text)
        if path is not None and not import_.name:
            return f"import {self._module(str(path))} as {name}"
        if path is not None:
            inner = locate(folder, _joined(import_.module, import_.name), home.tree.text)
            if inner is None or path.name != "__init__.py":
                return f"from {self._module(str(path))} import {import_.name} as {name}"
            path = inner
        elif import_.name:
            path = locate(folder, _joined(import_.module, import_.name), home.tree.text)
        if path is not None:
            module, _, last = self._module(str(path)).rpartition(".")
            start = f"from {module} import {last}" if module else f"import {last}"
            return f"{start} as {name}"
        if import_.module.startswith("."):
            raise _Unknown
        return (
            import_.line if name in (import_.name, import_.module) else f"{import_.line} as {name}"
        )

    def _module(self, path: str) -> str:
        """What the file calls the module at a path."""
        folder = os.path.dirname(os.path.realpath(self.file.path))
        whole = os.path.splitext(os.path.realpath(path))[0].removesuffix(f"{os.sep}__init__")
        around = folder
        while True:
            below = os.path.relpath(whole, around)
            module = below.replace(os.sep, ".")
            if not below.startswith(os.pardir):
                if (found := locate(folder, module)) and found.samefile(Path(path)):
                    return module
            if around == os.path.dirname(around):
                raise _Unknown
            around = os.path.dirname(around)


def _definitions(path: str) -> dict[str, _Definition]:
    """The functions and classes of a file, by name."""
    try:
        text = program_at(path)
    except (OSError, Undecodable):
        return {}
    module, positions = program_tree(text), Positions(text)
    picked = made_where_picked(text)
    edits = {} if picked is None else picked.edits
    found: dict[str, _Definition] = {}
    for statement in module.body if module is not None else ():
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            start, end = positions.span(statement)
            inside = {
                (a - start, b - start): new for (a, b), new in edits.items() if start < a < end
            }
            whole, _ = replaced(text[start:end], inside)
            shared = apart(whole)
            source = whole if shared is None else shared.text
            found[statement.name] = (start, end), source, shared
    return found


def _is_of_python(statement: cst.SimpleStatementLine) -> bool:
    """Whether an import is of Python's own library."""
    small = statement.body[0]
    module = small.module if isinstance(small, cst.ImportFrom) else aliases_of(statement)[0].name
    return dotted(module).partition(".")[0] in sys.stdlib_module_names


def _is_star(statement: cst.CSTNode) -> bool:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    return isinstance(small, cst.ImportFrom) and isinstance(small.names, cst.ImportStar)


def _as(line: str, alias: str) -> str:
    """An import that binds another name."""
    start, _, last = re.sub(r" as \w+$", "", line).rpartition(" ")
    return f"{start} {last}" if last == alias else f"{start} {last} as {alias}"


def _joined(module: str, name: str) -> str:
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"


def _bound(alias: cst.ImportAlias) -> str:
    """The name that a part of an import binds."""
    given = alias.asname.name if alias.asname is not None else alias.name
    return given.value if isinstance(given, cst.Name) else ""


def _binds(home: FileContext, name: str) -> bool:
    """Whether a module has something under a name."""
    places = Occurrences(home.tree.text).of(name)
    return any(place.binds and not place.local for place in places)


def _is_same(one: Value | None, other: Value | None) -> bool:
    """Whether a name surely means the same in two files."""
    if isinstance(one, Framework):
        return isinstance(other, Framework) and other.name == one.name
    if isinstance(one, (Function, UserClass)):
        return isinstance(other, type(one)) and other.node is one.node
    return False


def _written(file: FileContext, definition: Function | UserClass) -> str:
    """How a file refers to what another one defines; "" where it does not."""
    if isinstance(definition, Function):
        return name_of(file, definition)
    for name, held in file.globals.items():
        if isinstance(held, UserClass) and held.node is definition.node:
            return name
        for inner, value in held.items.items() if isinstance(held, Namespace) else ():
            if isinstance(value, UserClass) and value.node is definition.node:
                return f"{name}.{inner}"
    return ""
