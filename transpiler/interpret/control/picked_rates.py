"""Learning rates of which only the run tells whether they are a number or follow a schedule.

lr = ExponentialDecay(0.1, 100, 0.9) if args.decay else 0.1
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import Configured, Expr
from transpiler.record import replace

_SCHEDULES = "keras.optimizers.schedules."
#: Stands for a schedule that a condition picks: it is told the condition and both rates.
PICKED = f"{_SCHEDULES}Picked"
#: Calls that only look.
_LOOKS = re.compile(r"\b(?:len|isinstance|\w+\.(?:get|startswith|lower))\(")


def picked_rate(
    region: Region, node: cst.IfExp, test: Static, a: Value, b: Value, made: Static
) -> Static | None:
    """What such a conditional expression gives; None where it is another one.

    Its condition is looked at again in each step, so that it may be no more than a look.
    """
    if not isinstance(a, Static) or not isinstance(b, Static):
        return None
    rates = (a.expr, b.expr)
    if not any(map(_is_schedule, rates)) or not all(_is_schedule(r) or _is_rate(r) for r in rates):
        return None
    if re.search(r"[\w\])]\(|:=|\bawait\b|\byield\b", _LOOKS.sub("", test.expr.text)):
        return None
    names = frozenset().union(*(e.names for e in (made.expr, test.expr, *rates)))
    value = Configured(PICKED, (test.expr, *rates), place=region.tree.span(node))
    return replace(made, expr=replace(made.expr, value=value, names=names))


def is_picked(rate: Expr) -> bool:
    """Whether it is such a rate."""
    return isinstance(rate.value, Configured) and rate.value.name == PICKED


def _is_schedule(rate: Expr) -> bool:
    made = rate.value
    return isinstance(made, Configured) and made.name.startswith(_SCHEDULES)


def _is_rate(rate: Expr) -> bool:
    """Whether it is a number, as far as can be seen."""
    if not rate.known:
        return bool(rate.text) and "(" not in rate.text.replace("float(", "")
    return isinstance(rate.value, (int, float)) and not isinstance(rate.value, bool)
