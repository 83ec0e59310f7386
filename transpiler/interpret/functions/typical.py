"""What a parameter typically is: a whole number, or a tuple of some, so that sizes are computed."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import Parameter, Region
from transpiler.interpret.statics import to_expr
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Sequence, Static, Value, is_graph
from transpiler.ir import tokens
from transpiler.ir.expr import Expr, is_whole
from transpiler.ir.sizes import UNSIZED, row_length
from transpiler.record import replace

_WHOLE = replace(UNSIZED, whole=True)


def typical(region: Region, parameter: Parameter, value: Value | None) -> Expr:
    """What a parameter is like: by its annotation, its default or what it is given."""
    if (id(region.function), parameter.name) in region.file.varied:
        return UNSIZED
    kind = None if parameter.annotation is None else parameter.annotation.annotation
    several = isinstance(parameter.default, (cst.Tuple, cst.List))
    if kind is not None and not several:
        return replace(UNSIZED, whole=isinstance(kind, cst.Name) and kind.value == "int")
    if isinstance(parameter.default, cst.Integer):
        return _WHOLE
    if several:
        assert parameter.default is not None
        return _sizes_of(region, evaluate(region, parameter.default))
    return UNSIZED if parameter.default is not None else _sizes_of(region, value)


def _sizes_of(region: Region, value: Value | None) -> Expr:
    """A plain value, of which it counts what is a whole number in it."""
    plain = isinstance(value, (Static, Sequence)) and not is_graph(value)
    return to_expr(region, value) if plain and value is not None else UNSIZED


def check_sizes(home: FileContext, summary: Summary, given: dict[str, Value]) -> None:
    """See that a call of a builder gives numbers, or tuples, where its class computes with such.

    Else nothing is known of the parameter. Most blocks don't compute with them: their callers do.
    """
    region = summary.region
    computes = any(
        tokens.owner_and_axis(s)[1] not in ("channels", "features") for s in summary.sizes
    )
    if region is None or (summary.kind != "builder" and not computes):
        return
    for parameter in summary.parameters:
        expected = typical(region, parameter, region.given.get(parameter.name))
        passed = _sizes_of(region, given.get(parameter.name))
        for one, other in ((expected, passed), (passed, expected)):
            if is_whole(one) and row_length(other):
                home.varied.add((id(summary.function.node), parameter.name))
                home.grown = True
