"""Data sets that functions of the program give: with their conditions as the call has them."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.calls.pipelines import pipeline_of
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.region import Region
from transpiler.interpret.statics import UNDONE
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Sequence, Static, Unknown, Value
from transpiler.ir.expr import Expr, expr, index, prefix
from transpiler.ir.pipeline import decided
from transpiler.record import replace


def decided_data(summary: Summary, bound: dict[str, Value]) -> Value | None:
    """What a function gives, with its conditions as the call has them: `training=True`."""
    defaults = {p.name: p.default for p in parameters_of(summary.function.node)}

    def decide(condition: Expr) -> Expr | bool:
        name, negated = condition.text.removeprefix("not "), condition.text.startswith("not ")
        given, default = bound.get(name), defaults.get(name)
        if name not in defaults or condition.names != {(name, 0)}:
            return condition
        held = given.expr if isinstance(given, Static) else None
        if given is None and isinstance(default, cst.Name):
            known = {"True": True, "False": False, "None": None}
            held = expr(known[default.value]) if default.value in known else None
        if held is None:
            return condition
        if isinstance(held.value, (bool, int, float, str, type(None))):
            return bool(held.value) != negated
        return prefix("not", held) if negated else held

    def within(value: Value) -> Value:
        if isinstance(value, Sequence):
            return replace(value, items=tuple(map(within, value.items)))
        pipeline = pipeline_of(value)
        if pipeline is None or not isinstance(value, Static):
            return value
        return Static(replace(value.expr, value=decided(pipeline, decide)))

    return None if summary.result is None else within(summary.result)


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
    times, order = pipeline.passes, pipeline.shuffled
    known = times is None or (times.known and pipeline.repeats_if is None)
    alike = pipeline.is_done or (known and pipeline.windows is None)
    if not alike or (order is not None and not (order.is_const(True) and pipeline.seed is None)):
        region.file.left_data[id(node)] = (node, UNDONE)
        return Unknown(UNDONE)
    # what has as many rows has a name in the function alone
    return Static(replace(made, value=replace(pipeline, rows=None)))
