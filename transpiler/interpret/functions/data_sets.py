"""Data sets that functions of the program take."""

from __future__ import annotations

from transpiler.interpret.calls.pipelines import is_text, pipeline_of
from transpiler.interpret.statics import UNDONE
from transpiler.interpret.values import Sequence, Static, Unknown, Value
from transpiler.ir.expr import Expr
from transpiler.record import replace


def given_data(value: Value | None, reading: Expr) -> Value | None:
    """A data set that is an argument, as the function sees it; None of anything else."""
    if value is not None and is_text(value):
        return Static(replace(reading, value=value.expr.value))
    pipeline = pipeline_of(value)
    if pipeline is None:
        return None
    if not pipeline.is_done:  # whoever passes it says so
        return Unknown(UNDONE)
    return Static(replace(reading, value=pipeline))


def holds_data(value: Value | None) -> bool:
    """Whether it is a data set, or a tuple with one in it."""
    if isinstance(value, Sequence):
        return any(map(holds_data, value.items))
    return pipeline_of(value) is not None
