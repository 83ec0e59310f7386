"""The constants of a module: names that are given one literal, once."""

from __future__ import annotations

import ast
from collections import Counter
from functools import lru_cache
from typing import TypeAlias

from transpiler.regex import regex
from transpiler.source.stores import stores_of
from transpiler.source.syntax import all_in, program_tree, python_tree

#: The usual ones, which need no parsing.
_LITERAL = regex(
    r"[-+]?[\d.]+(?:e[-+]?\d+)?|\"[^\"\\]*\"|'[^'\\]*'|None|True|False|[\d\s,.()\[\]]+"
)
Literal: TypeAlias = "str | int | float | tuple[Literal, ...]"


def literals(text: str) -> dict[str, Literal]:
    """The numbers, strings and tuples of them that a module's names always stand for.

    Nothing in a text that Python can't parse.
    """
    module = program_tree(text)
    if module is None:
        return {}
    stores = Counter(_bound(module))
    found: dict[str, Literal] = {}
    for statement in module.body:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target = statement.targets[0]
        if isinstance(target, ast.Name) and stores[target.id] == 1:
            value = _value(statement.value, found)
            if value is not None:
                found[target.id] = value
    return found


def computed(text: str) -> set[str]:
    """The names of a module for what is not written out, or not the same all the time.

    Its functions and classes are among them, unless it has nothing else.
    """
    module = program_tree(text)
    if module is None:
        return set()
    assigned = [s.targets[0] for s in module.body if isinstance(s, ast.Assign)]
    targets = [part for to in assigned for part in (to.elts if isinstance(to, ast.Tuple) else [to])]
    names = {to.id for to in targets if isinstance(to, ast.Name)}
    if names:
        stores = Counter(_bound(module))
        made = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        found = {s.name for s in module.body if isinstance(s, made)}
        names |= {name for name in found if stores[name] == 1}
    return names - literals(text).keys()


def is_settled_at_once(expression: str, text: str) -> bool:
    """Whether it calls nothing, and reads at most what the statements of a module bind once."""
    if _LITERAL.fullmatch(expression):
        return True
    parsed = python_tree(expression)
    nodes = [*all_in(parsed)] if parsed is not None else []
    if not nodes or any(isinstance(node, ast.Call) for node in nodes):
        return False
    return all(n.id in _bound_by_statements(text) for n in nodes if isinstance(n, ast.Name))


@lru_cache(maxsize=4)
def _bound_by_statements(text: str) -> frozenset[str]:
    """The names that the statements of a module bind once, and nothing else."""
    module, made = program_tree(text), set[str]()
    for statement in module.body if module is not None else ():
        match statement:
            case ast.Assign(targets=targets):
                made |= {to.id for to in targets if isinstance(to, ast.Name)}
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                made |= {(alias.asname or alias.name).split(".")[0] for alias in names}
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                made.add(name)
    stores = Counter(_bound(module)) if module is not None else Counter[str]()
    return frozenset(name for name in made if stores[name] == 1)


def lists_bound_to(text: str, name: str) -> int:
    """How often a name is assigned a list that is written out: `[table[key] for key in keys]`."""
    return sum(isinstance(v, (ast.List, ast.ListComp)) for v in _values_of(text, name))


def dicts_bound_to(text: str, name: str) -> int:
    """How often a name is assigned a dict: `{key: table[key] for key in keys}`, `dict(table)`."""
    return sum(map(_is_dict, _values_of(text, name)))


def is_always_dict(text: str, name: str) -> bool:
    """Whether all that a name is assigned by itself are dicts."""
    values = _values_of(text, name) if name.isidentifier() and f"{name} = " in text else []
    return bool(values) and all(map(_is_dict, values))


def constants_in(text: str, node: ast.expr) -> list[str | int | float] | None:
    """What a list that is written out holds, or one that a name stands for throughout a program."""
    if isinstance(node, ast.Name):
        stores, values = stores_of(text), _values_of(text, node.id)
        if len(values) != 1 or stores is None or not stores.is_steady(node):
            return None
        node = values[0]
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    found = [part.value for part in parts if isinstance(part, ast.Constant)]
    plain = [value for value in found if isinstance(value, (str, int, float))]
    return plain if len(plain) == len(parts) and parts != [node] else None


def _is_dict(node: ast.expr) -> bool:
    match node:
        case ast.Dict() | ast.DictComp() | ast.Call(ast.Name("dict")):
            return True
    return False


def _values_of(text: str, name: str) -> list[ast.expr]:
    """All that a name is assigned by itself."""
    module = program_tree(text)
    nodes = all_in(module) if module is not None else ()
    made = [(n.value, n.targets) for n in nodes if isinstance(n, ast.Assign)]
    return [v for v, to in made for t in to if isinstance(t, ast.Name) and t.id == name]


def _bound(module: ast.Module) -> list[str]:
    """The names that are bound anywhere, each as often as it is; a star may bind any."""
    nodes = list(all_in(module))
    names = [n.id for n in nodes if isinstance(n, ast.Name) and _stores(n)]
    methods = {id(s) for node in nodes if isinstance(node, ast.ClassDef) for s in node.body}
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names += [node.name] if id(node) not in methods else []
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names += [(a.asname or a.name).split(".")[0] for a in node.names]
            if any(a.name == "*" for a in node.names):
                return 2 * names
    return names


def _stores(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _value(node: ast.expr, known: dict[str, Literal]) -> Literal | None:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    parts = value if isinstance(value, tuple) else (value,)
    return value if all(isinstance(p, (str, int, float)) for p in parts) else None
