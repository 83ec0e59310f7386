"""Which options a dict may hold that a function takes and unpacks, by the calls of a text.

def load(path, options):                    load("train", dict(zoom_range=0.2))
    generator = Generator(**options)        load("test", {"rescale": 1 / 255})
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from transpiler.source.call_arguments import given_in
from transpiler.source.changes import changed_in_place
from transpiler.source.syntax import all_in, program_tree


def options_given(text: str, function: str, parameter: str) -> frozenset[str] | None:
    """The keys of all dicts that calls of a function give a parameter; None where one isn't seen.

    Nor are those known of a dict that is changed anywhere.
    """
    module = program_tree(text)
    return None if module is None else Program(text, module).given(function, parameter)


class Program:
    """The nodes of a text, and what its variables hold."""

    def __init__(self, text: str, module: ast.Module) -> None:
        self._text = text
        self._nodes = list(all_in(module))

    def given(self, name: str, parameter: str) -> frozenset[str] | None:
        """The keys in all dicts that calls of a function give a parameter."""
        defined = [n for n in self._nodes if isinstance(n, ast.FunctionDef) and n.name == name]
        calls = [n for n in self._nodes if isinstance(n, ast.Call) and _is_name(n.func, name)]
        mentioned = [n for n in self._nodes if _is_name(n, name)]
        if len(defined) != 1 or not calls or len(mentioned) != len(calls):
            return None
        if self._is_changed(parameter) or parameter in _bound(defined[0]):
            return None
        found = [self.keys((given_in(defined[0], call) or {}).get(parameter)) for call in calls]
        return together(found)

    def keys(
        self, node: ast.expr | None, seen: frozenset[str] = frozenset()
    ) -> frozenset[str] | None:
        """The keys of a dict that is written out, also where a variable holds it.

        What has been `seen` adds nothing to itself: `options = {**options, "epochs": 3}`.
        """
        match node:
            case ast.Dict(keys=keys, values=values):
                return together(
                    [
                        self.keys(value, seen) if key is None else _constant(key)
                        for key, value in zip(keys, values, strict=True)
                    ]
                )
            case ast.Call(func=ast.Name("dict"), args=[], keywords=keywords):
                return together(
                    self.keys(k.value, seen) if k.arg is None else frozenset({k.arg})
                    for k in keywords
                )
            case ast.Name(id=name) if name in seen:
                return frozenset()
            case ast.Name(id=name):
                stores = [n for n in self._nodes if _is_name(n, name, ast.Store)]
                held = [
                    n.value
                    for n in self._nodes
                    if isinstance(n, ast.Assign) and any(_is_name(t, name) for t in n.targets)
                ]
                if not held or len(held) != len(stores) or self._is_changed(name):
                    return None
                return together([self.keys(value, seen | {name}) for value in held])
        return None

    def _is_changed(self, name: str) -> bool:
        return changed_in_place(self._text, [name])


def together(found: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """All keys; None where one is not known."""
    known = frozenset[str]()
    for keys in found:
        if keys is None:
            return None
        known |= keys
    return known


def _constant(key: ast.expr) -> frozenset[str] | None:
    plain = isinstance(key, ast.Constant) and isinstance(key.value, str)
    return frozenset({key.value}) if plain else None  # type: ignore[attr-defined]


def _is_name(node: ast.AST, name: str, kind: type[ast.expr_context] = ast.expr_context) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, kind)


def _bound(function: ast.FunctionDef) -> Iterator[str]:
    """What a function assigns."""
    for node in all_in(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
