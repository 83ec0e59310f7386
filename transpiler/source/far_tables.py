"""Tables of pandas that a module has from others of its project, or that these give it.

from data import load          # the function of another file gives tables
x, y = load()
def train(x, y): ...            # or another file calls it with some
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from transpiler.source.imported import locate, real_path
from transpiler.source.near import near
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, program_tree
from transpiler.source.tables import Tables, speaks_of_tables


@remembered
def tables_of(text: str, path: str) -> Tables:
    """The tables of a program, also those that it has from other files of its project."""
    others = near(text, path) if path else {}
    if not others or not any(map(speaks_of_tables, (text, *others.values()))):
        return Tables(text)
    modules: dict[str, _Module] = {}
    for place, said in {real_path(path): text, **others}.items():
        tree = program_tree(said)
        if tree is not None:
            modules[place] = _Module(tree, said, place)
    for module in modules.values():
        module.connect(modules)
    before = None
    while before != (before := [module.tables.found() for module in modules.values()]):
        for module in modules.values():
            module.follow()
    return modules[real_path(path)].tables


class _Module:
    """A module, and what it has from others."""

    def __init__(self, tree: ast.Module, text: str, path: str) -> None:
        self._tree, self._text, self._path = tree, text, path
        self.tables = Tables("")
        self.tables.read(tree)
        self._names: list[tuple[str, _Module, str]] = []  #: what it calls which name of which
        self._others: list[_Module] = []
        self._own = set(self.tables.functions)

    def connect(self, modules: dict[str, _Module]) -> None:
        """Find out what it imports, and which functions it may call."""
        for node in all_in(self._tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for name, module, there in _imported(node):
                    found = locate(os.path.dirname(self._path), module, self._text)
                    other = None if found is None else modules.get(real_path(str(found)))
                    if other is not None and other is not self:
                        self._names.append((name, other, there))
        self._others = list({id(other): other for _, other, _ in self._names}.values())

    def follow(self) -> None:
        """What it has from others, and what its own statements hand on."""
        own, functions = self.tables, self.tables.functions
        for other in self._others:  # methods, and attributes of objects
            own.names |= {name for name in other.tables.names if name.startswith("self.")}
            for name, parts in other.tables.returning.items():
                if name not in self._own:
                    own.give(name, parts)
            for name, called in other.tables.functions.items():
                functions.setdefault(name, called)
            own.records |= other.tables.records
            own.transformed |= other.tables.transformed
        for name, other, there in self._names:
            if there == "*":
                own.names |= other.tables.names
            elif there:
                own.names |= {name} if there in other.tables.names else set()
                if there in other.tables.returning:
                    own.give(name, other.tables.returning[there])
                if there in other.tables.functions:
                    functions.setdefault(name, other.tables.functions[there])
                own.imports.discard(name)  # an object that the other holds, else
            else:
                own.names |= {f"{name}.{held}" for held in other.tables.names if _is_near(held)}
        own.follow()


def _is_near(name: str) -> bool:
    """Whether others may call it by that of the module: modules that import each other go on."""
    return name.count(".") < _DOTTED and not name.startswith("self.")


_DOTTED = 2


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str, str]]:
    """The names that a statement binds, the modules behind them, and what they are called there.

    A module itself is "" there.
    """
    for alias in node.names:
        name = alias.asname or alias.name
        if isinstance(node, ast.Import):
            yield name, alias.name, ""
            continue
        module = f"{'.' * node.level}{node.module or ''}"
        yield name, module, alias.name
        if alias.name != "*":
            yield name, f"{module}{'' if module.endswith('.') else '.'}{alias.name}", ""
