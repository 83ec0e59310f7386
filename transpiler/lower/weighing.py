"""Calls that give samples or classes weights of their own."""

from __future__ import annotations

from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Sequence, Static, Value
from transpiler.lower.data import element_of


def weighs(call: TrainingCall) -> bool:
    """Whether a `fit` or `evaluate` gives samples or classes weights of their own."""
    return holds_weights(call, "x") or any(
        n in call.given and not is_none(call.given[n].value)
        for n in ("class_weight", "sample_weight")
    )


def holds_weights(call: TrainingCall, name: str) -> bool:
    """Whether an argument gives batches, and a weight with each sample."""
    element = element_of(call.given.get(name))
    return isinstance(element, tuple) and len(element) == 3


def is_weighed(call: TrainingCall) -> bool:
    """Whether a `fit` gives the samples that it validates weights of their own."""
    given = call.given.get("validation_data")
    if call.validates_weighed or holds_weights(call, "validation_data"):
        return True
    return given is not None and isinstance(given.value, Sequence) and len(given.value.items) == 3


def is_none(value: Value) -> bool:
    """Whether an argument is None."""
    return isinstance(value, Static) and value.expr.is_const(None)
