"""Callbacks that functions get, and put into one list with their own.

def train(model, x, y, extra=None):
    callbacks = [EarlyStopping(patience=3)]
    if extra is not None:
        callbacks += extra
    return model.fit(x, y, callbacks=callbacks)
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import libcst as cst

from transpiler.interpret.control.perhaps import is_callback
from transpiler.interpret.region import Region
from transpiler.interpret.statics import const
from transpiler.interpret.values import Function, Model, Sequence, Static, UserClass, Value
from transpiler.ir.expr import POSTFIX, Expr
from transpiler.record import replace
from transpiler.source.syntax import all_in

_CHANGING = ("append", "extend", "insert", "remove", "pop", "clear", "reverse", "sort")
_COPYING = ("list", "tuple")


def with_joined(function: Function, given: dict[str, Value]) -> dict[str, Value]:
    """The arguments of a call, with what stands for lists of callbacks that it leaves out."""
    names = _joined(function, given)
    found: dict[str, Value] = {}
    declared = function.node.params
    for parameter in (*declared.params, *declared.kwonly_params) if names else ():
        name = parameter.name.value
        if name in names and name not in given:
            value = _default(parameter.default)
            lasts = isinstance(value, Sequence) and value.kind is list and names[name]
            if value is not None and not lasts:  # else it has what earlier calls have added
                found[name] = value
    return {**given, **found} if found else given


def joined_kind(function: Function, name: str, given: dict[str, Value]) -> Any:
    """What an interpretation of the function depends on, where it joins such a list; else None."""
    value = given[name]
    if name not in _joined(function, given) or not _is_listed(value):
        return None
    if not isinstance(value, Sequence):
        return ("callbacks", None)
    found = (i for i in own_by_place(name, value) if isinstance(i, Static))
    return ("callbacks", *((i.expr.text, id(i.expr.value) * is_own(i)) for i in found))


def bind_joined(region: Region, function: Function, given: dict[str, Value]) -> None:
    """Let the body see the callbacks themselves."""
    for name in _joined(function, given).keys() & given.keys():
        value = given[name]
        if _is_listed(value):
            region.joined.add(name)
            if isinstance(value, Sequence):
                value = replace(value, items=tuple(own_by_place(name, value)), static=None)
            region.scope.values[name] = value


def _is_listed(value: Value) -> bool:
    """Whether it is None, or a list of callbacks."""
    if not isinstance(value, Sequence):
        return isinstance(value, Static) and value.expr.is_const(None)
    return all(isinstance(item, Static) and is_callback(item) for item in value.items)


def is_own(value: Value | None) -> bool:
    """Whether it is an object of a class of callbacks that the program has."""
    made = value.expr.value if isinstance(value, Static) else None
    return isinstance(made, UserClass) and value is not None and is_callback(value)


def own_by_place(name: str, held: Sequence) -> list[Value]:
    """The callbacks of a list, those of the program's own by their places among these.

    A function goes on getting these, by the name of its parameter.
    """
    items: list[Value] = []
    number = 0
    for item in held.items:
        if isinstance(item, Static) and is_own(item):
            place = Expr(f"{name}[{number}]", item.expr.value, strength=POSTFIX)
            item, number = replace(item, expr=place), number + 1
        items.append(item)
    return items


def _default(node: cst.BaseExpression | None) -> Value | None:
    """What a parameter is where a call does not give it: None or an empty list."""
    if isinstance(node, cst.Name) and node.value == "None":
        return const(None)
    if isinstance(node, (cst.List, cst.Tuple)) and not node.elements:
        return Sequence((), list if isinstance(node, cst.List) else tuple)
    return None


def _joined(function: Function, given: dict[str, Value]) -> dict[str, bool]:
    """Such parameters of a function that gets a model, and whether it changes the lists."""
    trains = any(isinstance(value, Model) for value in given.values())
    if not trains or function.owner or function.file is None:
        return {}
    text = function.file.tree.source(function.node)
    return _joined_in(text) if "callbacks" in text else {}


@lru_cache(maxsize=256)
def _joined_in(text: str) -> dict[str, bool]:
    """The parameters that get into lists of callbacks, and whether those lists are changed."""
    try:
        made = ast.parse(text).body[0]
    except SyntaxError:  # decorators, or statements in one line with others
        return {}
    if not isinstance(made, ast.FunctionDef):
        return {}
    nodes = list(all_in(made))
    given = [k.value for n in nodes if isinstance(n, ast.Call) for k in n.keywords if _holds(k)]
    listed = {name for value in given for name in _parts(value)}
    before: set[str] = set()
    while listed != before:
        before = set(listed)
        for name, value in _put(nodes):
            listed |= set(_parts(value)) if name in listed else set()
    own = {a.arg for a in (*made.args.args, *made.args.kwonlyargs)} & listed
    direct = {id(value) for value in given}
    found = {}
    for name in own:
        reads = [n for n in nodes if isinstance(n, ast.Name) and n.id == name]
        if any(id(n) not in direct for n in reads):
            found[name] = not _changed(nodes).isdisjoint(_aliases(nodes, name))
    return found


def _holds(keyword: ast.keyword) -> bool:
    return keyword.arg == "callbacks"


def _put(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """What variables get, or lists more of."""
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AugAssign(target=ast.Name(id=name), value=value)
                | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="extend"), args=[value])
            ):
                yield name, value


def _parts(node: ast.expr) -> Iterator[str]:
    """The variables whose items are those of a list."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.BinOp(left=one, right=other, op=ast.Add()) | ast.IfExp(body=one, orelse=other):
            yield from (*_parts(one), *_parts(other))
        case ast.BoolOp(values=values):
            yield from (name for value in values for name in _parts(value))
        case ast.List(elts=values) | ast.Tuple(elts=values):
            spread = (v.value for v in values if isinstance(v, ast.Starred))
            yield from (name for value in spread for name in _parts(value))
        case ast.Call(func=ast.Name(id=copying), args=[value]) if copying in _COPYING:
            yield from _parts(value)
        case ast.Call(func=ast.Attribute(value=value, attr="copy")):
            yield from _parts(value)


def _changed(nodes: Iterable[ast.AST]) -> set[str]:
    """The lists that are changed in place."""
    found = set()
    for node in nodes:
        match node:
            case ast.AugAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if (
                attr in _CHANGING
            ):
                found.add(name)
    return found


def _aliases(nodes: list[ast.AST], name: str) -> set[str]:
    """The variables that may hold the very list that a parameter is."""
    found = {name}
    before: set[str] = set()
    while found != before:
        before = set(found)
        for node in nodes:
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=other)],
                    value=ast.Name() | ast.BoolOp() | ast.IfExp() as value,
                ) if found & set(_parts(value)):
                    found.add(other)
    return found
