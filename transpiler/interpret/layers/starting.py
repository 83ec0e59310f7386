"""Initializers that are made where the program makes them: functions that fill a weight.

if output_bias is not None:                     one of several, or none
    output_bias = keras.initializers.Constant(output_bias)

block(x, 64, init=keras.initializers.RandomNormal(stddev=0.02))
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.dispatch import evaluate
from transpiler.interpret.region import Region
from transpiler.interpret.statics import const, rewrite
from transpiler.interpret.values import Framework, Static, Value
from transpiler.ir.expr import POSTFIX, Configured, Expr, OneOf
from transpiler.record import replace

INITIALIZERS = "keras.initializers."


def as_function(region: Region, node: cst.Call, made: Static) -> Static:
    """An initializer as such a function, for blocks that are given it; layers know what it is.

    What is still in the text when all layers are converted becomes that function there.
    """
    held = made.expr.value
    if not isinstance(held, Configured) or held.name.rpartition(".")[2] in ("get", "deserialize"):
        return made
    if not all(v.known for v in (*held.args, *(v for _, v in held.kwargs))):
        return made
    function: Expr | None = region.file.rules.filling(made.expr)
    if function is None:
        return made
    region.file.initializers[region.tree.span(node)] = _kept(region, node, function)
    return Static(replace(function, value=held))


def note_default(region: Region, default: cst.BaseExpression | None) -> None:
    """Note an initializer that is the default of a parameter."""
    if isinstance(default, cst.Call):
        made = evaluate(region, default.func)
        if isinstance(made, Framework) and made.name.startswith(INITIALIZERS):
            evaluate(region, default)


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
    function = _kept(region, node, function)
    rewrite(region, node, Static(function))
    region.settled[region.tree.span(node)] = function.text
    region.helpers_used |= function.helpers


def _kept(region: Region, node: cst.CSTNode, function: Expr) -> Expr:
    """The function; where the body of a class makes it an attribute, objects have it as it is."""
    start, end = region.tree.span(node)
    spans = (
        region.tree.span(statement)
        for made in region.file.user_classes
        for statement in made.node.body.body
        if isinstance(statement, cst.SimpleStatementLine)
    )
    if not any(first <= start and end <= last for first, last in spans):
        return function
    return replace(function, text=f"staticmethod({function.text})", strength=POSTFIX)


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
