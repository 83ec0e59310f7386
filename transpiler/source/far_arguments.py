"""What the parameters of a function get, for `far_values.py`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from transpiler.source.far_frames import ANYTHING, NOTHING, Box, Value


def bound(
    parameters: ast.arguments,
    own: bool,
    passed: Iterable[Value | Box],
    named: Iterable[tuple[str | None, Value]],
) -> dict[str, Value]:
    """What they get from a call that passes values in their order, and others by names.

    A box stands for a list of nobody knows what length, that is unpacked; no name for a dict of
    which that is true. `own` is whether the first parameter is the object of a method.
    """
    names = [one.arg for one in (*parameters.posonlyargs, *parameters.args)][own:]
    left, found, rest, more = list(names), dict[str, Value](), NOTHING, NOTHING
    for one in passed:
        if isinstance(one, Box):
            found |= dict.fromkeys(left, one.held)
            rest |= one.held
            left = []
        elif left:
            found[left.pop(0)] = one
        else:
            rest |= one
    known = {*names, *(one.arg for one in parameters.kwonlyargs)}
    for name, value in named:
        if name in known:
            found[name] = value
        elif name is None:
            found = dict.fromkeys(known, value) | found
            more |= value
        else:
            more |= value
    found = {name: value for name, value in found.items() if value not in (ANYTHING, NOTHING)}
    packed = ((parameters.vararg, rest), (parameters.kwarg, more))
    if found or rest or more:
        found |= {p.arg: frozenset({Box(v)}) for p, v in packed if p is not None and v != ANYTHING}
    return found


def defaults(parameters: ast.arguments) -> dict[str, Value]:
    """The parameters that are None or empty where nothing else is given."""
    names = [*parameters.posonlyargs, *parameters.args][::-1]
    values: list[tuple[ast.arg, ast.expr | None]]
    values = [*zip(names, parameters.defaults[::-1], strict=False)]
    values += zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True)
    found = {
        name.arg: NOTHING
        for name, value in values
        if isinstance(value, ast.Constant) and value.value is None
    }
    packed = (one for one in (parameters.vararg, parameters.kwarg) if one is not None)
    return found | {one.arg: frozenset({Box(NOTHING)}) for one in packed}
