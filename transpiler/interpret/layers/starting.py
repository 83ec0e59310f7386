"""Initializers that a variable holds, one of several: made where the program makes them.

if output_bias is not None:
    output_bias = keras.initializers.Constant(output_bias)
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.statics import const, rewrite
from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import Configured, Expr, OneOf
from transpiler.record import replace


def one_of_initializers(region: Region, value: Value | None) -> Expr | None:
    """The variable, if it holds an initializer that is one of several, or perhaps none."""
    if not isinstance(value, Static) or value.either is None or value.expr.known:
        return None
    options = [option.expr for option in _options(value)]
    places = [o.value.place for o in options if isinstance(o.value, Configured)]
    if not all(place and is_made_here(region, place) for place in places):
        return None
    for option in options:
        made = option.value
        if not isinstance(made, Configured) or made.place is None:
            continue
        if region.file.rules.held_initializer(option) is None:
            return None
        if held_key(made.place) not in region.wants:
            region.want(held_key(made.place), True)
    return replace(value.expr, value=OneOf(tuple(options)))


def held_key(place: tuple[int, int]) -> str:
    """What asks for the function that stands for an initializer at a place of the file."""
    return f"initializer:{place[0]}"


def hold(region: Region, node: cst.Call, made: Static) -> None:
    """Both programs, and what is left of a builder, make that function there."""
    function: Expr = region.file.rules.held_initializer(made.expr)
    rewrite(region, node, Static(function))
    region.settled[region.tree.span(node)] = function.text
    region.helpers_used |= function.helpers


def _options(value: Static) -> Iterator[Static]:
    """What a variable may hold, whichever ways are taken."""
    if value.either is None:
        yield value
        return
    test = value.either.test.expr
    for option, none_if in zip(value.either.options, ("is", "is not"), strict=True):
        if not isinstance(option, Static):
            yield Static(Expr(""))
        elif test.text == f"{option.expr.text} {none_if} None" and test.names == option.expr.names:
            yield const(None)
        else:
            yield from _options(option)


def is_made_here(region: Region, place: tuple[int, int]) -> bool:
    """Whether it is made in the function that makes the layer, or in the script that does."""
    if region.function is None:
        return region.is_module
    start, end = region.tree.span(region.function)
    return start <= place[0] < end
