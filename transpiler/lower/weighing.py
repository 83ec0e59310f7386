"""Calls that give samples or classes weights of their own."""

from __future__ import annotations

from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Sequence, Static, Value
from transpiler.ir.pipeline import Pipeline


def weighs(call: TrainingCall) -> bool:
    """Whether a `fit` or `evaluate` gives samples or classes weights of their own."""
    return holds_weights(call, "x") or any(
        n in call.given and not is_none(call.given[n].value)
        for n in ("class_weight", "sample_weight")
    )


def holds_weights(call: TrainingCall, name: str) -> bool:
    """Whether an argument is a data set that gives a weight with each sample."""
    value = call.given[name].value if name in call.given else None
    pipeline = value.expr.value if isinstance(value, Static) else None
    element = pipeline.element if isinstance(pipeline, Pipeline) else ()
    return isinstance(element, tuple) and len(element) == 3


def is_weighed(call: TrainingCall) -> bool:
    """Whether a `fit` gives the samples that it validates weights of their own."""
    given = call.given.get("validation_data")
    if holds_weights(call, "validation_data"):
        return True
    return given is not None and isinstance(given.value, Sequence) and len(given.value.items) == 3


def is_none(value: Value) -> bool:
    """Whether an argument is None."""
    return isinstance(value, Static) and value.expr.is_const(None)
