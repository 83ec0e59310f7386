"""What variables of a function are by the constants that a call gives it, as far as its text tells.

def build(classes):                                     build(1)
    loss = "mse" if classes == 1 else "hinge"           loss = "mse"
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from transpiler.source.syntax import all_in

#: Comparisons and operators that such functions are written with.
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_COMPUTED: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}


class Unsettled(Exception):
    """It depends on more than constants."""


def settled(function: ast.FunctionDef, given: Mapping[str, Any], text: str) -> Any:
    """The constant that an expression is wherever the function reads it. Raises Unsettled.

    `given` are parameters. All of its variables have their values before anything reads them.
    """
    try:
        wanted = ast.parse(text, mode="eval").body
    except SyntaxError:  # it has tokens for what is named later
        raise Unsettled from None
    nodes = [n for n in all_in(function) if isinstance(n, ast.Name)]
    for name in (n.id for n in all_in(wanted) if isinstance(n, ast.Name)):
        stored = [n.lineno for n in nodes if n.id == name and not isinstance(n.ctx, ast.Load)]
        read = [n.lineno for n in nodes if n.id == name and isinstance(n.ctx, ast.Load)]
        if stored and max(stored) >= min(read, default=max(stored) + 1):
            raise Unsettled
    known = dict(given)
    _run(function.body, known)
    found = _value(wanted, known)
    if isinstance(found, list):  # which something may change
        held = [n for n in nodes if isinstance(wanted, ast.Name) and n.id == wanted.id]
        if len([n for n in held if isinstance(n.ctx, ast.Load)]) != 1:
            raise Unsettled
    return found


def _run(body: list[ast.stmt], known: dict[str, Any]) -> None:
    """Follow statements: what variables hold behind them."""
    for statement in body:
        match statement:
            case ast.Assign(targets=[target], value=value):
                _bind(target, value, known)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                _bind(target, value, known)
            case ast.If(test=test, body=one, orelse=other):
                try:
                    way = one if _value(test, known) else other
                except Unsettled:
                    _forget(statement, known)
                else:
                    _run(way, known)
            case ast.With(body=inner):
                _run(inner, known)
            case ast.Return() | ast.Raise():
                return
            case _:
                _forget(statement, known)


def _bind(target: ast.expr, value: ast.expr, known: dict[str, Any]) -> None:
    """Give one or several variables their values."""
    targets, values = [target], [value]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        targets, values = target.elts, value.elts
    found: dict[str, Any] = {}
    for one, given in zip(targets, values, strict=False):
        with suppress(Unsettled):
            found |= {one.id: _value(given, known)} if isinstance(one, ast.Name) else {}
    _forget(target, known)
    known |= found if len(targets) == len(values) else {}


def _forget(node: ast.AST, known: dict[str, Any]) -> None:
    """Nothing is known of what a statement may bind."""
    for name in _bound(node):
        known.pop(name, None)


def _bound(node: ast.AST) -> Iterator[str]:
    for inner in all_in(node):
        if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            yield inner.id
        elif isinstance(inner, (ast.FunctionDef, ast.ClassDef)):
            yield inner.name
        elif isinstance(inner, (ast.Nonlocal, ast.Global)):
            yield from inner.names


def _value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """The constant that an expression is."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.Tuple(elts=parts):
            return tuple(_value(part, known) for part in parts)
        case ast.List(elts=parts):
            return [_value(part, known) for part in parts]
        case ast.IfExp(test=test, body=one, orelse=other):
            return _value(one if _value(test, known) else other, known)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return not _value(inner, known)
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, known) for part in parts)
        case ast.BoolOp(op=ast.Or(), values=parts):
            return any(_value(part, known) for part in parts)
        case ast.Compare(left=one, ops=[how], comparators=[other]) if type(how) in _COMPARED:
            return _applied(_COMPARED[type(how)], _value(one, known), _value(other, known))
        case ast.BinOp(left=one, op=how, right=other) if type(how) in _COMPUTED:
            return _applied(_COMPUTED[type(how)], _value(one, known), _value(other, known))
    raise Unsettled


def _applied(operation: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
    try:
        return operation(one, other)
    except (TypeError, ZeroDivisionError):
        raise Unsettled from None
