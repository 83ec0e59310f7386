"""Data sets that functions of the program take and give."""

from __future__ import annotations

from transpiler.interpret.calls.pipelines import pipeline_of
from transpiler.interpret.values import Function, Sequence, Static, Unknown, Value
from transpiler.ir.expr import Expr, index
from transpiler.record import replace


def given_data(value: Value | None, reading: Expr) -> Value | None:
    """A data set that is an argument, as the function sees it; None of anything else."""
    pipeline = pipeline_of(value)
    if pipeline is None:
        return None
    if not pipeline.is_done:
        return Unknown("a data set that is still to be shuffled, repeated or cut")
    return Static(replace(reading, value=pipeline))


def holds_data(value: Value | None) -> bool:
    """Whether it is a data set, or a tuple with one in it."""
    if isinstance(value, Sequence):
        return any(map(holds_data, value.items))
    return pipeline_of(value) is not None


def returned_data(function: Function, value: Value | None, called: Value) -> Value:
    """What a call gives of a function that gives a data set, or several in a tuple."""
    if not isinstance(called, Static):
        return called
    if isinstance(value, Sequence):
        parts = tuple(
            _returned(function, part, index(called.expr, number))
            for number, part in enumerate(value.items)
        )
        return Sequence(parts, value.kind, static=called.expr)
    return _returned(function, value, called.expr)


def _returned(function: Function, value: Value | None, made: Expr) -> Value:
    pipeline = pipeline_of(value)
    if pipeline is None:
        return Static(made)
    alike = pipeline.is_done or (pipeline.passes is None and pipeline.windows is None)
    order = pipeline.shuffled
    if not alike or (order is not None and not (order.is_const(True) and pipeline.seed is None)):
        return Unknown(f"a data set that `{function.name}` leaves to be shuffled, repeated or cut")
    return Static(replace(made, value=pipeline))
