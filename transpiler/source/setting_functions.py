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

from transpiler.regex import regex
from transpiler.source.changing_functions import Changing, changing_functions
from transpiler.source.effects import effects_of
from transpiler.source.imported import imported_texts
from transpiler.source.reached import program_of
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, nodes_of_kind, program_tree, python_tree

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_OF_OBJECT = ("self", "cls")


@remembered
def texts_imported(text: str, path: str) -> tuple[str, ...]:
    """The texts of the files of its project that a file imports."""
    return tuple(other for _, other in imported_texts(text, path)) if path else ()


def set_by_functions(text: str) -> frozenset[str]:
    """The variables of a module to which functions of it give other values."""
    if "global " not in text:
        return frozenset()
    return frozenset(name for found in _changed(text).values() for name, whole in found if whole)


@lru_cache(maxsize=256)
def changed_by_calls(text: str, code: str, others: tuple[str, ...] = ()) -> dict[str, bool]:
    """What calls in some lines of a program change, and whether it is another object then.

    Of the `others`, the texts of files that it imports, any function may be called.
    """
    named = set(_WORD.findall(code)) if "(" in code else set[str]()
    parsed = None
    found: dict[str, bool] = {}
    for program in (text, *others):
        if named.isdisjoint(_defined(program)):
            continue
        changed, changing = _changed(program), changing_functions(program)
        if not changed and not changing.names:
            continue
        parsed = parsed or python_tree(code)
        if program is text:
            for function in program_of(text).called(code) & changed.keys():
                for name, whole in changed[function]:
                    if name not in _OF_OBJECT:
                        found[name] = found.get(name, False) or whole
        elif not changed.keys().isdisjoint(named):
            found.update(dict.fromkeys(_imported(text), False))  # what it has of that file
        for node in all_in(parsed) if parsed is not None else ():
            if isinstance(node, ast.Call):
                for name in _changed_by(node, program, changed, changing):
                    found.setdefault(name, False)
    return {name: whole for name, whole in found.items() if name}


def _changed_by(
    node: ast.Call,
    program: str,
    changed: dict[str, frozenset[tuple[str, bool]]],
    changing: Changing,
) -> Iterator[str]:
    """The variables whose objects a call changes: that of a method, or what it is given."""
    is_method = isinstance(node.func, ast.Attribute)
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name not in _defined(program):
        return
    if is_method:  # itself, or another one that it calls
        led_to = program_of(program).called(f".{name}") & changed.keys()
        if any(one in _OF_OBJECT for other in led_to for one, _ in changed[other]):
            yield _root(node.func)
    if changing.has(name, is_method):
        yield from map(_root, (*node.args, *(keyword.value for keyword in node.keywords)))


_WORD = regex(r"[A-Za-z_]\w*")
_DEFINITION = regex(r"\b(?:def|class)[ \t]+(\w+)")


@lru_cache(maxsize=64)
def _defined(text: str) -> frozenset[str]:
    return frozenset(_DEFINITION.findall(text))


@lru_cache(maxsize=8)
def _imported(text: str) -> frozenset[str]:
    """What the imports of a program bind."""
    module = program_tree(text)
    if module is None:
        return frozenset()
    imports: list[ast.Import | ast.ImportFrom] = [*nodes_of_kind(module, ast.Import)]
    imports += nodes_of_kind(module, ast.ImportFrom)
    aliases = (alias for node in imports for alias in node.names)
    return frozenset((alias.asname or alias.name).partition(".")[0] for alias in aliases)


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
