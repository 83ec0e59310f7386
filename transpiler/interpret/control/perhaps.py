"""Callbacks that a list has on one way of a branch only.

callbacks = [TerminateOnNaN()]
if args.early:
    callbacks.append(EarlyStopping(patience=3))
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.statics import const
from transpiler.interpret.values import Choice, Sequence, Static, UserClass, Value
from transpiler.ir.expr import Configured, Expr, expr, ternary
from transpiler.record import replace


def joined_callbacks(test: Static, then: Value, otherwise: Value) -> Sequence | None:
    """One list for both ways, where each is a list of callbacks or None; else nothing."""
    one, other = _items(then), _items(otherwise)
    if one is None or other is None or not all(map(is_callback, (*one, *other))):
        return None
    if not one and not other:
        return None
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] is other[shared]:
        shared += 1
    items: list[Value] = [*one[:shared]]
    items += [_perhaps(test, item, const(None)) for item in one[shared:]]
    items += [_perhaps(test, const(None), item) for item in other[shared:]]
    return Sequence(tuple(items), list)


def _perhaps(test: Static, then: Value, otherwise: Value) -> Choice:
    one, other = _expr(then), _expr(otherwise)
    return Choice(test, then, otherwise, ternary(test.expr, one, other))


def _expr(value: Value) -> Expr:
    held = value.static if isinstance(value, Choice) else None
    return value.expr if isinstance(value, Static) else held or expr(None)


def _items(value: Value) -> tuple[Value, ...] | None:
    if isinstance(value, Sequence):
        return tuple(value.items)
    return () if isinstance(value, Static) and value.expr.is_const(None) else None


def is_callback(value: Value) -> bool:
    """Whether it is a callback, of Keras or of the program's own, at least on one way."""
    if isinstance(value, Choice):
        return all(_is_nothing(option) or is_callback(option) for option in value.options)
    made = value.expr.value if isinstance(value, Static) else None
    if isinstance(made, Configured):
        return made.name.startswith("keras.callbacks.")
    return isinstance(made, UserClass) and any("Callback" in base for base in made.bases)


def are_callbacks(region: Region, value: Sequence) -> bool:
    """Whether a list has nothing else in it; also an empty one that a function gets for such."""
    given = value.static is not None and value.static.text in region.joined
    return (given or bool(value.items)) and all(map(is_callback, value.items))


def callbacks_left(node: cst.ListComp, listed: Value) -> Sequence | None:
    """`[c for c in callbacks if c is not None]`: the same list; elsewhere nothing."""
    if not isinstance(listed, Sequence) or not isinstance(node.elt, cst.Name):
        return None
    loop, name = node.for_in, node.elt.value
    plain = loop.inner_for_in is None and loop.target.deep_equals(cst.Name(name))
    if not plain or not all(_is_there(one.test, name) for one in loop.ifs):
        return None
    items = tuple(map(_told_apart, listed.items))
    known = all(is_callback(i) or _is_nothing(i) for i in items)
    return Sequence(items, list) if known and any(map(is_callback, items)) else None


def _told_apart(value: Value) -> Value:
    """A callback or None, with the condition on which it depends."""
    if not isinstance(value, Static) or value.either is None:
        return value
    return replace(value.either, static=value.expr)


def _is_there(test: cst.BaseExpression, name: str) -> bool:
    """Whether a condition only asks if a variable holds something."""
    match test:
        case cst.Comparison(
            left=cst.Name(held),
            comparisons=[cst.ComparisonTarget(operator=cst.IsNot(), comparator=cst.Name("None"))],
        ):
            return held == name
    return isinstance(test, cst.Name) and test.value == name


def _is_nothing(value: Value) -> bool:
    return isinstance(value, Static) and value.expr.is_const(None)


def by_conditions(
    value: Value, tests: tuple[tuple[Static, bool], ...] = ()
) -> Iterator[tuple[tuple[tuple[Static, bool], ...], Value]]:
    """What a value may be, each with the conditions and whether they hold then."""
    if not isinstance(value, Choice):
        if not (tests and _is_nothing(value)):
            yield tests, value
        return
    for holds, option in ((True, value.then), (False, value.otherwise)):
        yield from by_conditions(option, (*tests, (value.test, holds)))
