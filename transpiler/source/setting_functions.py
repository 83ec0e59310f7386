"""Which variables of a module statements change by the functions and methods that they call.

def use(profile):
    global config
    config = PROFILES[profile]

use("fast")         # `config`
sizes.widen()       # `sizes`, whose method sets attributes
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from transpiler.source.changing_functions import changing_functions
from transpiler.source.effects import effects_of
from transpiler.source.reached import program_of
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, python_tree

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OF_OBJECT = ("self", "cls")


def set_by_functions(text: str) -> frozenset[str]:
    """The variables of a module to which functions of it give other values."""
    if "global " not in text:
        return frozenset()
    return frozenset(name for found in _changed(text).values() for name, whole in found if whole)


@lru_cache(maxsize=256)
def changed_by_calls(text: str, code: str) -> dict[str, bool]:
    """What calls in some lines of a program change, and whether it is another object then."""
    if "(" not in code or "def " not in text:
        return {}
    changed, changing = _changed(text), changing_functions(text)
    made = program_of(text).made
    parsed = python_tree(code) if changed or changing.names else None
    if parsed is None or made.keys().isdisjoint(_names(parsed)):
        return {}
    found: dict[str, bool] = {}
    for function in program_of(text).called(code) & changed.keys():
        for name, whole in changed[function]:
            if name not in _OF_OBJECT:
                found[name] = found.get(name, False) or whole
    for node in all_in(parsed):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in made:
            if any(name in _OF_OBJECT for name, _ in changed.get(node.func.attr, ())):
                found.setdefault(_root(node.func), False)
        given = (*node.args, *(keyword.value for keyword in node.keywords))
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if given and name in made and changing.has(name, isinstance(node.func, ast.Attribute)):
            found.update({_root(one): False for one in given if _root(one) not in found})
    return {name: whole for name, whole in found.items() if name}


def _names(node: ast.AST) -> Iterator[str]:
    for one in all_in(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


@remembered
def _changed(text: str) -> dict[str, frozenset[tuple[str, bool]]]:
    """The variables of the module, and objects, that each function or method changes, by its name.

    With each, whether it gets another object.
    """
    found: dict[str, set[tuple[str, bool]]] = {}
    for effect in effects_of(text)[0]:
        function, (root, *parts) = effect.scope.function, effect.path
        if not isinstance(function, _FUNCTIONS):
            continue
        if root in _OF_OBJECT and effect.on_parameter and function.name != "__init__":
            found.setdefault(function.name, set()).add((root, False))
        elif effect.scope.owner(root) is None:
            found.setdefault(function.name, set()).add((root, not parts))
    return {name: frozenset(changes) for name, changes in found.items()}
