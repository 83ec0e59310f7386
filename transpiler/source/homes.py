"""Functions and classes by their names, in a module and in those of its project that it imports.

from data import preprocess                 # the function of `data.py`
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from typing import TypeAlias

import libcst as cst

from transpiler.source.files import Undecodable, program_at
from transpiler.source.imported import locate, real_path
from transpiler.source.parsing import parse
from transpiler.source.remembered import remembered
from transpiler.source.suites import assigned_names

Callee: TypeAlias = "cst.FunctionDef | cst.Lambda | cst.ClassDef"


class Home:
    """A module: what it has under its names."""

    def __init__(self, text: str, path: str, module: cst.Module) -> None:
        self.text = text
        self.path = path
        self.module = module

    @cached_property
    def made(self) -> dict[str, Callee]:
        """Its functions and classes, those alone whose names it binds once."""
        found = list(_bound(self.module))
        counts = Counter(name for name, _ in found)
        return {name: node for name, node in found if node is not None and counts[name] == 1}

    @cached_property
    def imports(self) -> dict[str, tuple[str, str]]:
        """The names that it imports: of which module, and what of it; "" for all."""
        return dict(_imports(self.module))

    @cached_property
    def stars(self) -> list[str]:
        """The modules of which it imports all names, in order."""
        lines = (s.body for s in self.module.body if isinstance(s, cst.SimpleStatementLine))
        parts = (part for line in lines for part in line if isinstance(part, cst.ImportFrom))
        return [_above(part) for part in parts if isinstance(part.names, cst.ImportStar)]

    def find(self, name: str) -> tuple[Home, Callee] | None:
        """The function or class that it has under a name, and the module that makes it."""
        if name in self.made:
            return self, self.made[name]
        module, wanted = self.imports.get(name, ("", ""))
        if module or any(name == bound for bound, _ in _bound(self.module)):
            other = self.other(module) if wanted else None
            return other.find(wanted) if other is not None else None
        others = (self.other(module) for module in reversed(self.stars))
        given = (other.find(name) for other in others if other is not None)
        return next((found for found in given if found is not None), None)

    def module_at(self, name: str) -> Home | None:
        """The module of the project that a name stands for."""
        module, wanted = self.imports.get(name, ("", ""))
        if wanted:  # `from package import data`
            return self.other(f"{module}{'' if module.endswith('.') else '.'}{wanted}")
        return self.other(module) if module else None

    def methods(self, made: cst.ClassDef) -> dict[str, tuple[Home, cst.FunctionDef]]:
        """The methods of a class, those that it inherits from classes of the project, too."""
        found: dict[str, tuple[Home, cst.FunctionDef]] = {}
        for base in made.bases:
            above = self.find(base.value.value) if isinstance(base.value, cst.Name) else None
            if above is not None and isinstance(above[1], cst.ClassDef) and above[1] is not made:
                found |= above[0].methods(above[1])
        own = (s for s in made.body.body if isinstance(s, cst.FunctionDef))
        return found | {method.name.value: (self, method) for method in own}

    def other(self, module: str) -> Home | None:
        """A module of the project, as it imports that."""
        home = os.path.dirname(real_path(self.path))
        found = locate(home, module, self.text) if self.path else None
        return home_at(str(found)) if found is not None else None


@remembered
def home_at(path: str) -> Home | None:
    """The module in a file; None where it is none."""
    with suppress(OSError, Undecodable, cst.ParserSyntaxError):
        text = program_at(path)
        return Home(text, path, parse(text))
    return None


def _bound(module: cst.Module) -> Iterator[tuple[str, Callee | None]]:
    """The names that the statements of a module bind, and their functions and classes."""
    for statement in module.body:
        match statement:
            case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
                yield name.value, statement
            case cst.SimpleStatementLine(body=parts):
                for part in parts:
                    targets = part.targets if isinstance(part, cst.Assign) else ()
                    for target in targets:
                        value = part.value if isinstance(part, cst.Assign) else None
                        made = value if isinstance(value, cst.Lambda) else None
                        yield from ((name, made) for name in assigned_names(target.target))


def _imports(module: cst.Module) -> Iterator[tuple[str, tuple[str, str]]]:
    for statement in module.body:
        parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
        for part in parts:
            if isinstance(part, cst.Import):
                for alias in part.names:
                    if alias.asname is not None or isinstance(alias.name, cst.Name):
                        yield _called(alias), (_dotted(alias.name), "")
            elif isinstance(part, cst.ImportFrom) and not isinstance(part.names, cst.ImportStar):
                yield from ((_called(a), (_above(part), _dotted(a.name))) for a in part.names)


def _above(part: cst.ImportFrom) -> str:
    """The module of which an import takes names."""
    return "." * len(part.relative) + (_dotted(part.module) if part.module is not None else "")


def _called(alias: cst.ImportAlias) -> str:
    """What an import is called."""
    name = alias.asname.name if alias.asname is not None else alias.name
    return _dotted(name)


def _dotted(name: cst.BaseExpression) -> str:
    match name:
        case cst.Name(value=text):
            return text
        case cst.Attribute(value=held, attr=cst.Name(text)):
            return f"{_dotted(held)}.{text}"
    return ""
