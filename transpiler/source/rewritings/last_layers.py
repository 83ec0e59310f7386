"""Last layers that each way of a condition adds before it compiles: one layer, added behind it.

if classes == 2:                                 if classes == 2:
    model.add(Dense(1, activation="sigmoid"))        units, activation = 1, "sigmoid"
else:                                            else:
    model.add(Dense(classes, ...))                   units, activation = classes, "softmax"
                                                 model.add(Dense(units, activation=activation))
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from transpiler.record import record

#: What the first arguments of layers are called.
_FIRST = {"Dense": ("units", "activation")}


@record(frozen=True, slots=True)
class LastLayer:
    """Such a layer of all ways: what differs, by the variables for it, and what adds it."""

    adds: tuple[ast.Expr, ...]  #: the statements, of each way
    given: tuple[dict[str, ast.expr], ...]  #: what the variables are, on each way
    call: tuple[ast.expr, ...]  #: all arguments, in the order of the call
    keys: tuple[str, ...]  #: the keywords of those; "" of one without
    variables: dict[int, str]  #: which of the arguments are variables


def last_layer(bodies: Sequence[Sequence[ast.stmt]], places: Sequence[int]) -> LastLayer | None:
    """The layers that stand right before other statements of some ways; None where they differ."""
    adds = [body[place - 1] if place else None for body, place in zip(bodies, places, strict=True)]
    calls = [call for add in adds if (call := _added(add)) is not None]
    if len(calls) < len(bodies):
        return None
    first, *_ = calls
    alike = {
        (ast.dump(c.func), len(c.args), tuple(k.arg for k in c.keywords), _holder(a))
        for c, a in zip(calls, adds, strict=True)
    }
    names = _FIRST.get(_called(first.func), ())
    keywords = [k.arg for k in first.keywords]
    if len(alike) > 1 or len(first.args) > len(names) or None in keywords:
        return None
    keys = ["" for _ in first.args] + [str(key) for key in keywords]
    called = [*names[: len(first.args)], *map(str, keywords)]
    values = [[*c.args, *(k.value for k in c.keywords)] for c in calls]
    differ = [n for n in range(len(keys)) if len({ast.dump(v[n]) for v in values}) > 1]
    named = any(called[n] == "name" for n in differ)  # which something may ask for
    if named or not differ or not all(_is_plain(v[n]) for v in values for n in differ):
        return None
    given = tuple({called[n]: v[n] for n in differ} for v in values)
    found = tuple(add for add in adds if isinstance(add, ast.Expr))
    return LastLayer(found, given, tuple(values[0]), tuple(keys), {n: called[n] for n in differ})


def _added(statement: ast.stmt | None) -> ast.Call | None:
    """The layer that a statement adds: `model.add(Dense(3))`."""
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(), attr="add"),
                args=[ast.Call() as made],
                keywords=[],
            )
        ):
            return made
    return None


def _holder(statement: ast.stmt | None) -> str:
    """What it is added to."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(name)))):
            return name
    return ""


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, (ast.Constant, ast.Name, ast.Attribute, ast.Subscript))


def _called(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
