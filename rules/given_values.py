"""Arguments of callbacks that mean something else where they are None, 0 or less than 0.

wait = 0 if baseline is None or val_loss < baseline else wait + 1       # baseline=baseline
ReduceLROnPlateau(optimizer, patience=max(patience - 1, 0))             # patience=patience
"""

from __future__ import annotations

from rules.monitors import PLAIN
from transpiler.ir.expr import OR, POSTFIX, Expr, call, expr, infix
from transpiler.ir.training import Fit
from transpiler.rule import by_name


def above_zero(min_delta: Expr) -> Expr:
    """The difference that counts, of which Keras takes the absolute value."""
    if not min_delta.known:
        return call("abs", min_delta)
    value = min_delta.value
    return expr(-value) if isinstance(value, (int, float)) and value < 0 else min_delta


def may_be_none(given: Expr) -> bool:
    """Whether an argument that only the program knows may be the one that was not given."""
    return not given.known and not OR < given.strength < POSTFIX


def evaluated_once(fit: Fit, given: Expr, name: str, before: list[str]) -> Expr:
    """An argument that two conditions read: a name for it, where it is longer than one."""
    if not may_be_none(given) or PLAIN.fullmatch(given.text):
        return given
    before.append(f"{(named := fit.free(name))} = {given}")
    return Expr(named)


def one_less(epochs: Expr) -> Expr:
    """How many epochs torch waits; to Keras, none at all is as good as one."""
    if epochs.is_const(0):
        return expr(0)
    less = infix(by_name(epochs), "-", 1)
    return less if epochs.known else call("max", less, 0)


def unless_none(function: Expr, called: str) -> tuple[str, ...]:
    """A call of what a variable of the program may hold."""
    if function.known or not function.text.isidentifier():
        return (called,)
    return f"if {function} is not None:", f"    {called}"
