"""What a program asks of an object that a variable or a list holds, or changes in it.

hit = Hit(2.0)
model.compile("sgd", "mse", metrics=[hit])
watch = Watch(hit)          # `self.metric.result()` in a method of `Watch`
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

from transpiler.source.near import near
from transpiler.source.patched_methods import setters_of
from transpiler.source.remembered import remembered
from transpiler.source.syntax import all_in, program_tree
from transpiler.source.whereabouts import last_name, seen_whereabouts

_NAMED = (ast.Name, ast.Attribute, ast.Subscript)
#: What models have as well.
_OF_ANY = frozenset({"variables", "weights", "get_config"})


@remembered
def use_of_object(
    text: str, path: str, name: str, asked: frozenset[str], kept: frozenset[str]
) -> str:
    """The line that asks an object for something, or sets what it has kept; "" where none does.

    In other files that get it, all objects are looked at, whichever they are.
    """
    module = program_tree(text)
    if module is None:
        return ""
    names = seen_whereabouts(text, name)
    if found := next(_uses(text, module, names, asked, kept), ""):
        return f"`{found}`"
    if path and _goes_elsewhere(module, names):
        for other, said in near(text, path).items():
            tree = program_tree(said) if any(f".{one}" in said for one in asked | kept) else None
            if tree is not None and (found := next(_uses_of_any(said, tree, asked, kept), "")):
                return f"`{found}` in {os.path.basename(other)}"
    return ""


def _mentions(node: ast.AST, names: frozenset[str]) -> bool:
    return any(
        isinstance(n, (ast.Name, ast.Attribute)) and last_name(n) in names for n in all_in(node)
    )


def _uses(
    text: str,
    module: ast.Module,
    names: frozenset[str],
    asked: frozenset[str],
    kept: frozenset[str],
) -> Iterator[str]:
    """The lines that do so, of objects with some names."""
    lines = text.splitlines()
    for node in all_in(module):
        match node:
            case ast.Attribute(held, attribute) if attribute in asked and last_name(held) in names:
                if attribute not in _OF_ANY or not isinstance(held, ast.Subscript):
                    yield lines[node.lineno - 1].strip()
            case ast.Call(func) if isinstance(func, _NAMED) and last_name(func) in names:
                yield lines[node.lineno - 1].strip()
    for setter in setters_of(text):
        if (setter.name in kept or not setter.name) and setter.held in names:
            yield setter.line


def _uses_of_any(
    text: str, module: ast.Module, asked: frozenset[str], kept: frozenset[str]
) -> Iterator[str]:
    """The same of any objects but modules, and those of the methods themselves.

    What is kept is never called: `rows.count(3)` is about another `count`.
    """
    lines, others = text.splitlines(), {"self", "cls", *_imported(module)}
    called = {id(node.func) for node in all_in(module) if isinstance(node, ast.Call)}
    for node in all_in(module):
        match node:
            case ast.Attribute(held, attribute) if attribute in asked and attribute not in _OF_ANY:
                other = attribute in kept and id(node) in called
                if not other and last_name(held) not in others:
                    yield lines[node.lineno - 1].strip()
    yield from (one.line for one in setters_of(text) if one.name in kept and not one.owner)


def _imported(module: ast.Module) -> set[str]:
    """The names that a module has by its imports."""
    return {
        (alias.asname or alias.name).partition(".")[0]
        for node in all_in(module)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }


def _goes_elsewhere(module: ast.Module, names: frozenset[str]) -> bool:
    """Whether what a module imports may get it."""
    imported = _imported(module)
    for node in all_in(module):
        if not isinstance(node, ast.Call) or last_name(node.func) == "compile":
            continue
        if _root(node.func) in imported:
            if any(_mentions(one, names) for one in (*node.args, *node.keywords)):
                return True
    return False


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
