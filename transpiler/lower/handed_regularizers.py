"""Regularizers that functions get as objects: functions of a weight, for layers to carry.

reg = l2(1e-4)                             reg = l2_penalty(1e-4)

def block(x, width, reg=None):
    return Conv2D(width, 3, kernel_regularizer=reg)(x)

self.conv = regularized(nn.Conv2d(channels, width, 3), regularizer=reg)
"""

from __future__ import annotations

from typing import Any

from transpiler.interpret.context import FileContext
from transpiler.interpret.region import Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import Configured, Expr, call, with_helper
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Penalty
from transpiler.lower.everywhere import penalty_of
from transpiler.record import replace

#: The emitted functions that make such functions.
PENALTIES = frozenset({"l1_penalty", "l2_penalty", "l1_l2_penalty"})
_REGULARIZERS = "keras.regularizers."


class Handed:
    """The parameters that are regularizers, and what calls give them."""

    def __init__(self) -> None:
        self._wanted: set[tuple[int, str]] = set()  #: by the ids of functions
        self._refused: set[tuple[int, str]] = set()

    def made(self, region: Region, node: Any, made: Static) -> Static:
        """A regularizer that the program makes, written as a function of a weight."""
        penalty = _sum_of(region.file, made)
        if penalty is None:
            return made
        text = _written(penalty)
        span = region.tree.span(node)
        region.settled[span] = text.text
        region.settled_helpers[span] = text.helpers
        return Static(replace(text, value=made.expr.value))

    def wants(self, region: Region, value: Value) -> Expr | None:
        """What a layer carries whose regularizer is a parameter of the function that makes it."""
        if not isinstance(value, Static) or value.expr.known or value.either is not None:
            return None
        name = value.expr.text
        if name not in region.parameters:
            return None
        self._wanted.add((id(region.function), name))
        return value.expr

    def is_sure(self, region: Region, value: Expr) -> bool:
        """Whether all calls give such a parameter what it can be."""
        return (id(region.function), value.text) not in self._refused

    def check(self, summary: Summary, given: dict[str, Value], caller: Region | None) -> None:
        """See what a call gives to such parameters of its function."""
        function = id(summary.function.node)
        for parameter in summary.parameters:
            key = function, parameter.name
            if key not in self._wanted:
                continue
            value = given.get(parameter.name)
            default = parameter.default
            if value is None and getattr(default, "value", "") == "None":
                continue
            if value is None or not self._is_one(value, caller):
                self._refused.add(key)

    def _is_one(self, value: Value, caller: Region | None) -> bool:
        """Whether a value is a regularizer as it is written, or None."""
        if not isinstance(value, Static):
            return False
        if value.either is not None and not value.expr.known:
            return all(self._is_one(one, caller) for one in value.either.options)
        if value.expr.is_const(None):
            return True
        if isinstance(value.expr.value, Configured):
            return caller is not None and _sum_of(caller.file, value) is not None
        outer = self.wants(caller, value) if caller is not None else None
        return outer is not None and caller is not None and self.is_sure(caller, outer)


def _sum_of(file: FileContext, made: Static) -> Penalty | None:
    """What a regularizer adds, where that is a sum over single numbers."""
    held = made.expr.value
    if not isinstance(held, Configured) or not held.name.startswith(_REGULARIZERS):
        return None
    try:
        penalty = penalty_of(file, "kernel", "kernel_regularizer", made, at_once=True)
    except Unsupported:
        return None
    return penalty if penalty.is_sum else None


def _written(penalty: Penalty) -> Expr:
    """The function of a weight."""
    factors = {"l1": penalty.absolute, "l2": penalty.square}
    told = {k: v for k, v in factors.items() if v is not None and not v.is_const(0, 0.0)}
    name = "_".join([*(told or factors), "penalty"])
    given = (told or factors).values()
    return with_helper(call(name, *(v for v in given if v is not None)), name)
