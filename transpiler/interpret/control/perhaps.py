"""Callbacks that a list has on one way of a branch only.

callbacks = [TerminateOnNaN()]
if args.early:
    callbacks.append(EarlyStopping(patience=3))
"""

from __future__ import annotations

from collections.abc import Iterator

from transpiler.interpret.statics import const
from transpiler.interpret.values import Choice, Sequence, Static, UserClass, Value
from transpiler.ir.expr import Configured, Expr, expr, ternary


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
