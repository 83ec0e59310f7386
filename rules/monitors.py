"""What a callback monitors: a value of the epoch, and whether it is better the larger it is.

if best_loss is None or val_loss < best_loss:                 # monitor="val_loss"
if best_value is None or better(logs[monitor], best_value):   # monitor=monitor
"""

from __future__ import annotations

import re

from transpiler.ir.expr import Expr, literal
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
