"""Which keys a dict has that functions of a program give, by what they return.

def make_data():
    return x, {"age": ages, "kind": kinds}          x, targets = make_data()
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from transpiler.regex import regex
from transpiler.source.changes import changed_in_place
from transpiler.source.syntax import all_in, parts_of, program_tree

#: What stands on a line before one of the variables that a call gives.
_BEFORE = regex(r"[ \t(]*(?:\w+\s*,\s*)*")


def keys_held(text: str, name: str, function: str = "") -> tuple[str, ...] | None:
    """The keys of the dict that a variable of a function, or of the module, always holds."""
    # only then is it worth to look at the program as a whole
    calls = re.finditer(rf"{name}(?=\b[\w\s,)]*=\s*\w+\()", text)
    if not any(_BEFORE.fullmatch(text[: m.start()].rpartition("\n")[2]) for m in calls):
        return None
    module = program_tree(text)
    if module is None or changed_in_place(text, [name]):
        return None
    functions = {n.name: n for n in module.body if isinstance(n, ast.FunctionDef)}
    named = [n for n in all_in(module) if getattr(n, "name", "") == function != ""]
    scope = module if not function else named[0] if len(named) == 1 else None
    if scope is None:
        return None
    own = list(_own(scope))
    if any(_is_taken(node, name, scope) for node in all_in(module)):
        return None
    assigned = [(n, _place(n.targets[0], name)) for n in own if isinstance(n, ast.Assign)]
    found: list[tuple[str, ...] | None] = []
    for node, place in assigned:
        match node.value:
            case ast.Call(func=ast.Name(id=called)) if place is not None and called in functions:
                found += _returned(functions[called], place)
            case _:
                found += [None] if place is not None else []
    bound = sum(isinstance(n, ast.Name) and n.id == name and _is_stored(n) for n in own)
    given = sum(place is not None for _, place in assigned)
    return found[0] if len(set(found)) == 1 and bound == given else None


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or of the module, those of functions in it left out."""
    pending = list(parts_of(scope))
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            pending += parts_of(node)


def _is_taken(node: ast.AST, name: str, scope: ast.AST) -> bool:
    """Whether a variable is a parameter, or one that functions share."""
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return name in node.names
    arguments = scope.args if isinstance(scope, ast.FunctionDef) else None
    return node is arguments and any(a.arg == name for a in all_in(node) if isinstance(a, ast.arg))


def _is_stored(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _place(target: ast.expr, name: str) -> int | None:
    """Which part of a value a variable gets; -1: all of it."""
    match target:
        case ast.Name(id=held) if held == name:
            return -1
        case ast.Tuple(elts=parts):
            names = [part.id if isinstance(part, ast.Name) else "" for part in parts]
            return names.index(name) if names.count(name) == 1 else None
    return None


def _returned(function: ast.FunctionDef, place: int) -> list[tuple[str, ...] | None]:
    """The keys in that part of all that a function returns."""
    returns = [n.value for n in all_in(function) if isinstance(n, ast.Return)]
    found: list[tuple[str, ...] | None] = []
    for value in returns:
        part = value
        if place >= 0:
            listed = value.elts if isinstance(value, ast.Tuple) else []
            part = listed[place] if place < len(listed) else None
        found.append(_keys(function, part))
    return found or [None]


def _keys(function: ast.FunctionDef, node: ast.expr | None) -> tuple[str, ...] | None:
    match node:
        case ast.Dict(keys=keys):
            names = [k.value for k in keys if isinstance(k, ast.Constant)]
            plain = len(names) == len(keys) and all(isinstance(n, str) for n in names)
            return tuple(map(str, names)) if plain else None
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            given = [k.arg for k in keywords if k.arg is not None]
            return tuple(given) if len(given) == len(keywords) else None
        case ast.Name(id=name):
            return _built(function, name)
    return None


def _built(function: ast.FunctionDef, name: str) -> tuple[str, ...] | None:
    """The keys of a dict that a function makes, and fills entry by entry on every way."""
    found: tuple[str, ...] | None = None
    known = 0
    for statement in function.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=held)], value=value) if held == name:
                found, known = (
                    _keys(function, value if not isinstance(value, ast.Name) else None),
                    1,
                )
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id=held), slice=ast.Constant(value=key))]
            ) if (held == name and found is not None):
                found = (*found, *((str(key),) if key not in found else ()))
                known += 1
            case ast.Return():
                known += 1
    uses = sum(isinstance(n, ast.Name) and n.id == name for n in all_in(function))
    return found if uses == known else None
