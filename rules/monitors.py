"""What a callback monitors: a value of the epoch, and whether it is better the larger it is.

if best_loss is None or val_loss < best_loss:                 # monitor="val_loss"
if best_value is None or better(logs[monitor], best_value):   # monitor=monitor
"""

from __future__ import annotations

import re

from transpiler.ir.expr import Expr, expr, literal
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Fit
from transpiler.record import record
from transpiler.regex import regex
from transpiler.rule import is_written

#: What is better the larger it is, by its name.
_ACCURACY = regex("acc|^fmeasure")
_STOPPING = regex("(?:acc|accuracy|auc)$")


@record(frozen=True, slots=True)
class Monitored:
    """A value that a callback looks at in each epoch."""

    name: str  #: what variables for its best value end with
    value: str  #: the expression
    reads: tuple[str, ...]  #: the keys that it may be
    larger: bool | str  #: whether more is better; where only the program knows, what tells it
    before: tuple[str, ...] = ()  #: statements before the loop
    note: str = ""
    compare: str = ""  #: the variable for what compares, where only the program knows that
    picks: tuple[str, ...] = ()  #: statements of each epoch before it is looked at
    looks_if: str = ""  #: the condition under which alone it is a value of the validation

    @property
    def worst(self) -> str:
        """What no value is worse than, in Keras 2."""
        if isinstance(self.larger, str):
            return f'float("-inf") if {self.compare} is operator.gt else float("inf")'
        return 'float("-inf")' if self.larger else 'float("inf")'

    def better(self, best: str, min_delta: Expr) -> str:
        """Whether the value is better than another, by more than so much."""
        value = self.value
        if not is_written(min_delta, 0, 0.0):
            value = f"{value} {'+' if self.larger is False else '-'} {min_delta.wrapped(13)}"
        if self.compare:
            return f"{self.compare}({value}, {best})"
        return f"{value} {'>' if self.larger else '<'} {best}"


def monitored(
    fit: Fit, monitor: Expr, mode: Expr, stops: bool = False, compares: bool = True
) -> Monitored:
    """What a callback looks at; some words mean another thing to one that stops the training.

    Keras 2 goes by the name of what is monitored, Keras 3 asks the metric.
    """
    if (ways := _ways(fit, monitor)) is not None:
        found = _either(fit, *ways, mode, _STOPPING if stops else _ACCURACY)
        if found is not None:
            return found
    larger = _larger(fit, monitor, mode, _STOPPING if stops else _ACCURACY)
    before: list[str] = []
    if monitor.known:
        key = str(monitor.value)
        name, value = key.removeprefix("val_"), fit.values.get(key) or fit.added[key]
    else:
        name, text = "value", str(monitor)
        if PLAIN.fullmatch(text) is None:
            text = fit.free("monitor")
            before.append(f"{text} = {monitor}")
        value = f"{fit.logs}[{text}]"
    compare = ""
    if isinstance(larger, str) and compares:
        compare = fit.named[larger] if larger in fit.named else fit.free("better")
        fit.named[larger] = compare
        before.append(f"{compare} = operator.gt if {larger} else operator.lt")
    reads = (key,) if monitor.known else tuple(fit.values)
    note = "" if monitor.known else _MISSING
    return Monitored(name, value, reads, larger, tuple(before), note, compare)


def _ways(fit: Fit, monitor: Expr) -> tuple[str, str, str] | None:
    """`"val_loss" if validates else "loss"`: the condition, and what it chooses from."""
    found = None if monitor.known else _EITHER.fullmatch(str(monitor))
    if found is None:
        return None
    first, test, second = found["first"], found["test"], found["second"]
    return (test, first, second) if {first, second} <= fit.values.keys() else None


def _either(
    fit: Fit, test: str, first: str, second: str, mode: Expr, keras_2: re.Pattern[str]
) -> Monitored | None:
    """One of two values of each epoch; None where not the same is better of both."""
    larger = _larger(fit, expr(first), mode, keras_2)
    if larger != _larger(fit, expr(second), mode, keras_2) or isinstance(larger, str):
        return None
    name = first.removeprefix("val_")
    name = name if name == second.removeprefix("val_") else "value"
    picked = fit.free("monitored")
    picks = f"{picked} = {fit.values[first]} if {test} else {fit.values[second]}"
    validates = [key.startswith("val_") for key in (first, second)]
    looks_if = test if validates == [True, False] else _unless(test)
    looks_if = looks_if if any(validates) and not all(validates) else ""
    reads = (first, second)
    return Monitored(name, picked, reads, larger, picks=(picks,), looks_if=looks_if)


def _unless(test: str) -> str:
    """The opposite of a condition."""
    if test.startswith("not "):
        return test.removeprefix("not ")
    held, negated, _ = test.partition(" is not None")
    if negated:
        return f"{held} is None"
    held, absent, _ = test.partition(" is None")
    return f"{held} is not None" if absent else f"not {test}"


#: One of two values, by what may be evaluated again in each epoch.
_EITHER = regex(
    r"""(?P<a>["'])(?P<first>\w+)(?P=a) if (?P<test>(?:not )?[A-Za-z_][\w.]*|[A-Za-z_][\w.]* is"""
    r""" (?:not )?None) else (?P<b>["'])(?P<second>\w+)(?P=b)"""
)
_MISSING = "where no value of the epochs has that name, Keras warns, and this is a KeyError"


#: What may be evaluated again in each epoch.
PLAIN = regex(r"[A-Za-z_][\w.]*(?:\[(?:\"\w+\"|'\w+')\])?")


def _larger(fit: Fit, monitor: Expr, mode: Expr, keras_2: re.Pattern[str]) -> bool | str:
    """Whether more is better, or the expression that tells it when the program runs."""
    if mode.is_const("min", "max"):
        return bool(mode.value == "max")
    automatic = _larger_by_itself(fit, monitor, keras_2)
    if mode.known:
        return automatic
    if automatic is False:
        return f'{mode.wrapped(8)} == "max"'
    if automatic is True:
        return f'{mode.wrapped(8)} != "min"'
    return f'{mode.wrapped(8)} == "max" or ({mode.wrapped(8)} != "min" and {automatic})'


def _larger_by_itself(fit: Fit, monitor: Expr, keras_2: re.Pattern[str]) -> bool | str:
    """The same where the program leaves it to Keras."""
    if monitor.known:
        key = str(monitor.value)
        return bool(keras_2.search(key)) if fit.rate == "lr" else fit.better.get(key, False)
    if fit.rate == "lr":
        better = [key for key in fit.values if keras_2.search(key)]
    else:
        better = [key for key in fit.values if fit.better[key]]
    if len(better) == 1:
        return f"{monitor.wrapped(8)} == {literal(better[0])}"
    return f"{monitor.wrapped(8)} in ({', '.join(map(literal, better))})" if better else False


def lacking(fit: Fit, monitor: Expr, mode: Expr) -> str:
    """What to say where no value of the epochs is the one that a callback looks at."""
    if not monitor.known:
        return ""
    key = str(monitor.value)
    sure = not mode.known or mode.is_const("min", "max") or fit.rate == "lr"
    if key in fit.values or (key in fit.added and sure):
        return ""
    if key in {*fit.logged, *fit.sometimes, *fit.perhaps}:
        raise Unsupported(f"monitor={key!r}, which another callback adds to the values")
    there = ", ".join(sorted(fit.values))
    if fails(fit, monitor, mode) and fit.keras == "3":
        raise Unsupported(f"monitor={key!r} is not among {there}: Keras 3 fails there")
    return f"monitor={key!r} is not among the values of an epoch ({there}); Keras only warns, and"


def fails(fit: Fit, monitor: Expr, mode: Expr) -> bool:
    """Whether Keras 3 does not know what is better of a value that is not there."""
    known = str(monitor.value).removeprefix("val_") in fit.values
    return not known and not mode.is_const("min", "max")


def first_or(fit: Fit, best: str, better: str) -> str:
    """Whether there is nothing to compare with yet, or a value is better than that."""
    return f"{best} is None or {better}" if fit.keras != "2" else better
