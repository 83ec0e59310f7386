"""Functions of other files that give parts of the training: they come to where they are called.

from callbacks import get_callbacks         def tf2torch_get_callbacks(patience):
                                                return [EarlyStopping(patience=patience)]

model.fit(x, callbacks=get_callbacks(3))    model.fit(x, callbacks=tf2torch_get_callbacks(3))

A file is interpreted again with them, as if they were its own: these go with the training.
"""

from __future__ import annotations

import ast
import builtins
import os
import re
from collections.abc import Iterator
from pathlib import Path

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.compile_callers import KERAS
from transpiler.interpret.functions.done_first import places_of_names
from transpiler.interpret.functions.given_parts import is_about_parts
from transpiler.interpret.functions.summaries import symbol_of
from transpiler.interpret.statements.imports import dotted
from transpiler.interpret.statics import rewritten
from transpiler.interpret.values import (
    Framework,
    Function,
    Namespace,
    Static,
    UserClass,
    Value,
    is_plain,
)
from transpiler.ir.expr import expr
from transpiler.record import record
from transpiler.source.children import children_of
from transpiler.source.imported import locate
from transpiler.source.occurrences import Occurrences
from transpiler.source.replaced import Span, replaced
from transpiler.source.stores import names_bound
from transpiler.source.syntax import all_in

#: What the names of such functions begin with; none of a program does.
COPIED = "tf2torch_"


@record(frozen=True, slots=True)
class Widened:
    """A file with functions of other ones in it."""

    text: str
    lines: list[int]  #: the line of the file that each line of the text stands for
    gone: frozenset[str]  #: imported names that nothing else reads
    imports: tuple[str, ...]  #: what the functions read of other modules, where it stays

    def line(self, number: int) -> int:
        """The line of the file that a line of the text stands for."""
        return self.lines[min(number, len(self.lines)) - 1]


@record(frozen=True, slots=True)
class _Import:
    """What an import binds a name to."""

    statement: cst.SimpleStatementLine
    module: str
    name: str  #: of what it takes from the module; "" where that is the module

    @property
    def line(self) -> str:
        """The import alone."""
        return f"from {self.module} import {self.name}" if self.name else f"import {self.module}"


class _Unknown(Exception):
    """Something of a function means nothing where it is called."""


def with_parts(file: FileContext) -> Widened | None:
    """A file with the functions of other files that give it parts of its trainings."""
    if not file.parts_elsewhere or COPIED in file.tree.text:
        return None
    tree = file.tree
    copier = _Copier(file)
    edits: dict[Span, str] = {}
    called: dict[str, int] = {}
    places: list[cst.SimpleStatementLine] = []
    for node, function in file.parts_elsewhere.values():
        root = _root(node.func)
        import_ = copier.imports.get(root) or _starred(file, function)
        if import_ is None or not (name := copier.copied(function, import_, node.func)):
            continue
        edits[tree.span(node.func)] = name
        called[root] = called.get(root, 0) + 1
        places.append(import_.statement)
    if not edits:
        return None
    spot = spot_behind(file, places)
    edits[spot, spot] = "".join(copier.texts.values())
    for statement, names in copier.wanted.items():
        start, end = tree.span(aliases_of(statement)[-1])
        before = tree.text[tree.line_start(start) : start]
        gap = " " if before.strip() else f"\n{before}"
        edits[end, end] = "".join(f",{gap}{name}" for name in names)
    found = Occurrences(tree.text)
    gone = frozenset(n for n, count in called.items() if len(found.of(n)) == count + 1)
    text, lines = replaced(tree.text, edits)
    return Widened(text, lines, gone, tuple(copier.lines))


def spot_behind(file: FileContext, imports: list[cst.SimpleStatementLine]) -> int:
    """Where functions go: before the first statement that is no import behind some of these."""
    body, tree = file.tree.module.body, file.tree
    last = max(body.index(statement) for statement in imports)
    while last + 1 < len(body) and _names_of(body[last + 1]):
        last += 1
    end = tree.line_end(tree.span(body[last])[1] - 1)
    while tree.text[end : tree.line_end(end)].isspace():
        end = tree.line_end(end)
    return end


def aliases_of(statement: cst.CSTNode) -> list[cst.ImportAlias]:
    """What an import names."""
    small = _import_in(statement)
    return [] if small is None or isinstance(small.names, cst.ImportStar) else [*small.names]


def _import_in(statement: cst.CSTNode) -> cst.Import | cst.ImportFrom | None:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    return small if isinstance(small, (cst.Import, cst.ImportFrom)) else None


def _names_of(statement: cst.CSTNode) -> list[tuple[str, _Import]]:
    """The names that an import binds."""
    small = _import_in(statement)
    found: list[tuple[str, _Import]] = []
    if small is None or not isinstance(statement, cst.SimpleStatementLine):
        return found
    for alias in aliases_of(statement):
        path = dotted(alias.name)
        given = alias.asname.name if alias.asname is not None else None
        bound = given.value if isinstance(given, cst.Name) else path.partition(".")[0]
        if isinstance(small, cst.ImportFrom):
            module = f"{'.' * len(small.relative)}{dotted(small.module)}"
            found.append((bound, _Import(statement, module, path)))
        elif given is not None or "." not in path:
            found.append((bound, _Import(statement, path, "")))
    return found


def imports_of(file: FileContext) -> dict[str, _Import]:
    """What the imports of a module bind, each name once."""
    found: dict[str, _Import] = {}
    for statement in file.tree.module.body:
        found |= dict(_names_of(statement))
    return found


def _starred(file: FileContext, function: Function) -> _Import | None:
    """The `from callbacks import *` that brings a function."""
    folder = os.path.dirname(os.path.realpath(file.path))
    for statement in file.tree.module.body:
        small = _import_in(statement)
        if isinstance(small, cst.ImportFrom) and isinstance(small.names, cst.ImportStar):
            module = f"{'.' * len(small.relative)}{dotted(small.module)}"
            if locate(folder, module, file.tree.text) == Path(function.file.path):
                assert isinstance(statement, cst.SimpleStatementLine)
                return _Import(statement, module, "*")
    return None


def _root(node: cst.BaseExpression) -> str:
    """The name that an expression such as `utils.callbacks.make` begins with."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


class _Copier:
    """Writes functions of other files as the file that calls them would have them."""

    def __init__(self, file: FileContext) -> None:
        self.file = file
        self.imports = imports_of(file)
        self.texts: dict[int, str] = {}  #: by the ids of their nodes
        self.names: dict[int, str] = {}
        self.wanted: dict[cst.SimpleStatementLine, list[str]] = {}  #: for imports that are there
        self.lines: dict[str, None] = {}  #: imports of other modules

    def copied(self, function: Function, import_: _Import, called: cst.BaseExpression) -> str:
        """The name of the copy of a function; "" where it can't be one."""
        key = id(function.node)
        if key not in self.names:
            before = {s: [*names] for s, names in self.wanted.items()}, dict(self.lines)
            self.names[key] = f"{COPIED}{function.name}{len(self.names) or ''}"
            try:
                self.texts[key] = self._text(function, import_, called)
            except _Unknown:
                self.wanted, self.lines = before
                self.names[key] = ""
        return self.names[key]

    def _text(self, function: Function, import_: _Import, called: cst.BaseExpression) -> str:
        """The function, with its names as the file that calls it has them."""
        home: FileContext = function.file
        node = function.node
        assert isinstance(node, cst.FunctionDef)
        source = home.tree.source(node)
        own = names_bound(parsed := ast.parse(source))
        own |= {n.arg for n in all_in(parsed) if isinstance(n, ast.arg)}
        if any(isinstance(n, (ast.Global, ast.Nonlocal)) for n in all_in(parsed)):
            raise _Unknown
        chains = {id(c): c for c in _chains(node)}
        written: dict[Span, str] = {home.tree.span(node.name): self.names[id(node)]}
        for name in places_of_names(node):
            if name.value not in own and name is not node.name:
                chain = next((c for c in chains.values() if _first(c) is name), name)
                part, text = self._written(function, chain, import_, called)
                written[home.tree.span(part)] = text
        return f"{rewritten(home.tree, node, written)}\n"

    def _written(
        self,
        function: Function,
        chain: cst.BaseExpression,
        import_: _Import,
        called: cst.BaseExpression,
    ) -> tuple[cst.BaseExpression, str]:
        """A part of what a function reads that has another name, and that."""
        home: FileContext = function.file
        parts = _prefixes(chain)
        name = parts[0]
        assert isinstance(name, cst.Name)
        value = function.closure.get(name.value) or home.globals.get(name.value)
        if isinstance(value, Framework):
            for part in parts:
                found = symbol_of(function, part)
                if isinstance(found, Framework) and f"{found.name}.".startswith("keras."):
                    return part, found.name.replace("keras", KERAS, 1)
            raise _Unknown
        if isinstance(value, Namespace) and len(parts) > 1:
            assert isinstance(parts[1], cst.Attribute)
            held = value.items.get(parts[1].attr.value)
            theirs = self.file.globals.get(name.value)
            other = theirs.items if isinstance(theirs, Namespace) else {}
            return self._constant(held, other.get(parts[1].attr.value), parts[1])
        if isinstance(value, Static):
            return self._constant(value, self.file.globals.get(name.value), name)
        if isinstance(value, (Function, UserClass)) and value.file is home:
            return name, self._of_home(function, value, name.value, import_, called)
        if value is None and name.value not in home.globals:
            return name, self._of_other_module(home, name.value)
        raise _Unknown

    def _constant(
        self, value: Value | None, theirs: Value | None, node: cst.BaseExpression
    ) -> tuple[cst.BaseExpression, str]:
        """A number or string: by its name where that is the same, else as it is."""
        if not isinstance(value, Static) or not is_plain(value):
            raise _Unknown
        name = node.attr.value if isinstance(node, cst.Attribute) else _root(node)
        if re.search(rf"\.{name}\s*=(?!=)", self.file.tree.blanked):  # set from outside
            raise _Unknown
        if isinstance(theirs, Static) and is_plain(theirs):
            if repr(theirs.expr.value) == repr(value.expr.value):
                return _prefixes(node)[0], _root(node)
        return node, expr(value.expr.value).text

    def _of_home(
        self,
        function: Function,
        value: Function | UserClass,
        name: str,
        import_: _Import,
        called: cst.BaseExpression,
    ) -> str:
        """A function or class beside the one that comes: it comes too, or is imported as well."""
        if isinstance(value, Function):
            module = function.file.module
            made = isinstance(value.node, cst.FunctionDef) and not value.node.decorators
            if made and is_about_parts(module, value):
                if copy := self.copied(value, import_, called):
                    return copy
                raise _Unknown
        if isinstance(called, cst.Attribute):
            return f"{self.file.tree.source(called.value)}.{name}"
        known = self.imports.get(name)
        if known is not None and (known.module, known.name) == (import_.module, name):
            return name
        if import_.name == "*" and name in self.file.globals:
            return name
        if import_.name in ("", "*") or name in self.file.tree.words:
            raise _Unknown
        names = self.wanted.setdefault(import_.statement, [])
        names += [name] * (name not in names)
        return name

    def _of_other_module(self, home: FileContext, name: str) -> str:
        """What a function reads of a module that is none of the project's; or of Python itself."""
        import_ = imports_of(home).get(name)
        theirs = self.imports.get(name)
        if import_ is None:
            if hasattr(builtins, name) and theirs is None and name not in self.file.globals:
                return name
            raise _Unknown
        folder = home.path.rpartition("/")[0] or "."
        if (
            import_.module.startswith(".")
            or locate(folder, import_.module, home.tree.text) is not None
        ):
            raise _Unknown
        if theirs is not None and theirs.line == import_.line:
            return name
        if theirs is not None or name in self.file.globals:
            raise _Unknown
        alias = "" if name in (import_.name, import_.module) else f" as {name}"
        self.lines[f"{import_.line}{alias}"] = None
        return name


def _chains(node: cst.CSTNode) -> Iterator[cst.Attribute]:
    """The longest expressions such as `a.b.c` in a node."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Attribute) and _root(node):
            yield node
        else:
            pending += children_of(node)


def _first(chain: cst.BaseExpression) -> cst.BaseExpression:
    return _prefixes(chain)[0]


def _prefixes(chain: cst.BaseExpression) -> list[cst.BaseExpression]:
    """`a`, `a.b` and `a.b.c` of `a.b.c`."""
    found = [chain]
    while isinstance(chain, cst.Attribute):
        chain = chain.value
        found.append(chain)
    return found[::-1]
