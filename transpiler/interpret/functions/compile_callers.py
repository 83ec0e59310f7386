"""Files that call builders of other files, and what they need to write what these compile with."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import TypeAlias

from transpiler.interpret.context import FileContext
from transpiler.interpret.functions.wishes import name_of
from transpiler.interpret.values import Function, UserClass
from transpiler.record import record
from transpiler.source.imported import locate
from transpiler.source.lexical import words_in
from transpiler.source.syntax import all_in

#: What statements that a file writes for another one call Keras; nothing else is called so.
KERAS = "tf2torch_keras"


@record(frozen=True, slots=True)
class Inserted:
    """A line that is put into a file."""

    line: int  #: which line of the file it comes behind, from 1
    text: str
    joined: bool = False  #: at the end of that line, rather


_Import: TypeAlias = "ast.Import | ast.ImportFrom"


class NotWritable(Exception):
    """Something of the call means nothing to the caller: which argument, where that is known."""


class Caller:
    """The file that calls, and what it needs for what it writes."""

    def __init__(self, file: FileContext, call: ast.Call) -> None:
        self.file, self.text = file, file.tree.text
        called = call.func
        while isinstance(called, ast.Attribute):
            called = called.value
        self.root = called.id if isinstance(called, ast.Name) else ""
        self.read: set[str] = set()  #: names of its own
        #: functions that it does not import, by modules, and whether they are neighbours
        self.wanted: dict[tuple[str, bool], list[str]] = {}

    def note(self, given: ast.expr) -> None:
        """Note what an expression of its own reads; it must mean the same once more."""
        plain = (
            *(ast.Name, ast.Attribute, ast.Constant, ast.Tuple, ast.List, ast.UnaryOp, ast.BinOp),
            *(ast.Subscript, ast.operator, ast.unaryop, ast.expr_context, ast.Slice),
        )
        if not all(isinstance(n, plain) for n in ast.walk(given)):
            raise NotWritable
        self.read |= {n.id for n in all_in(given) if isinstance(n, ast.Name)}

    def named(self, function: Function | UserClass) -> ast.expr:
        """A loss or metric of the project, as the file has it, or imports it from now on."""
        name = name_of(self.file, function)
        if not name or self._passed_on(function, name):
            name, module = function.name, self._module_of(function)
            here = self._is_neighbour(module)
            known = name in words_in(self.file.tree.blanked) or self._brings() is None
            inner = isinstance(function, Function) and (function.owner or function.nested_in)
            if inner or not module or known:
                raise NotWritable
            names = self.wanted.setdefault((module, here), [])
            names += [name] * (name not in names)
        return ast.Name(name, ast.Load())

    def _passed_on(self, function: Function | UserClass, name: str) -> bool:
        """Whether the file has it by `import models` or a star, of one that imports it itself.

        That one needs it no longer, unless this file says its name.
        """
        if function.file in (None, self.file) or function.name in self.file.tree.words:
            return False
        root, dot, _ = name.partition(".")
        brings = _import_of(root, self.text)
        if brings is None or not (dot or brings.names[0].name == "*"):
            return False
        here = os.path.dirname(os.path.realpath(self.file.path))
        modules = [module for module, bound in _modules(brings) if bound in (root, "*")]
        return not any(_leads(here, m, self.text, function.file.path) for m in modules)

    def _module_of(self, function: Function | UserClass) -> str:
        """What the file calls the module of a function; "" where that is not known."""
        brings, path = self._brings(), function.file.path
        if brings is None:
            return ""
        stem = os.path.splitext(os.path.basename(path))[0]
        module = _module(brings)
        dot = "" if module.endswith(".") else "."
        beside = module[: module.rfind(".") + 1]
        here = os.path.dirname(os.path.realpath(self.file.path))
        near = (module, f"{module}{dot}{stem}", f"{beside}{stem}", stem)
        return next((m for m in near if _leads(here, m, self.text, path)), "")

    def _is_neighbour(self, module: str) -> bool:
        """Whether the function that is called comes from a module, too."""
        brings = self._brings()
        if not isinstance(brings, ast.ImportFrom) or brings.names[0].name == "*":
            return False
        return module == _module(brings) and self.root in {a.asname or a.name for a in brings.names}

    def _brings(self) -> _Import | None:
        """The import that brings the function which is called."""
        return _import_of(self.root, self.text)

    def imports(self) -> Iterator[Inserted]:
        """What imports functions, with that which is called if they are its neighbours."""
        brings = self._brings()
        for (module, here), names in self.wanted.items():
            assert brings is not None
            line, listed = self.text.split("\n")[brings.lineno - 1], ", ".join(names)
            alone = brings.lineno == brings.end_lineno and not re.search(r"[#;()\\]", line)
            if here and alone:
                yield Inserted(brings.lineno, f", {listed}", joined=True)
            else:
                yield Inserted(brings.end_lineno or 0, f"from {module} import {listed}")


def _import_of(name: str, text: str) -> _Import | None:
    """The import that gives a file a name; the last star where none does so by the name."""
    imports = [s for s in ast.parse(text).body if isinstance(s, (ast.Import, ast.ImportFrom))]
    for statement in imports:
        if any((one.asname or one.name).partition(".")[0] == name for one in statement.names):
            return statement
    return next((s for s in reversed(imports) if name and s.names[0].name == "*"), None)


def _modules(brings: _Import) -> Iterator[tuple[str, str]]:
    """The modules that an import may be of, and the names that it binds."""
    module = _module(brings)
    for one in brings.names:
        bound = one.asname or one.name
        if isinstance(brings, ast.Import):
            yield one.name, bound.partition(".")[0]
        elif bound == "*":
            yield module, bound
        else:
            yield f"{module}{'' if module.endswith('.') else '.'}{one.name}", bound


def _module(brings: _Import) -> str:
    """The module that an import is of."""
    if isinstance(brings, ast.Import):
        return brings.names[0].name
    return f"{'.' * brings.level}{brings.module or ''}"


def _leads(folder: str, module: str, text: str, path: str) -> bool:
    """Whether a file in a folder means one with a certain path by a module."""
    found = locate(folder, module, text)
    return found is not None and os.path.realpath(found) == os.path.realpath(path)
