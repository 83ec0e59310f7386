"""Data sets that functions of the program take and give."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.calls.pipelines import is_text, pipeline_of
from transpiler.interpret.region import Region
from transpiler.interpret.statics import UNDONE
from transpiler.interpret.values import Sequence, Static, Unknown, Value
from transpiler.ir.expr import Expr, index
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


def returned_data(region: Region, node: cst.CSTNode, value: Value | None, called: Value) -> Value:
    """What a call gives of a function that gives a data set, or several in a tuple."""
    if not isinstance(called, Static):
        return called
    if isinstance(value, Sequence):
        parts = tuple(
            _returned(region, node, part, index(called.expr, number))
            for number, part in enumerate(value.items)
        )
        return Sequence(parts, value.kind, static=called.expr)
    return _returned(region, node, value, called.expr)


def _returned(region: Region, node: cst.CSTNode, value: Value | None, made: Expr) -> Value:
    pipeline = pipeline_of(value)
    if pipeline is None:
        return Static(made)
    alike = pipeline.is_done or (pipeline.passes is None and pipeline.windows is None)
    order = pipeline.shuffled
    if not alike or (order is not None and not (order.is_const(True) and pipeline.seed is None)):
        region.file.left_data[id(node)] = (node, UNDONE)
        return Unknown(UNDONE)
    return Static(replace(made, value=pipeline))
