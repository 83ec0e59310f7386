"""Parameters whose one value a class is written for; other values raise when it is made."""

from __future__ import annotations

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.context import FileContext
from transpiler.interpret.layers.presuming import constant_given, presumable
from transpiler.interpret.region import GiveUp, Parameter, Region
from transpiler.interpret.statics import const
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Static, Value
from transpiler.ir.code import If, Line
from transpiler.ir.expr import UNKNOWN, Expr, literal
from transpiler.record import replace

_WRITTEN_FOR = "`{}` is written for {}={} in its own file"


def as_presumed(region: Region, parameter: Parameter, value: Value | None, reading: Expr) -> Expr:
    """What the body sees of a plain parameter; where it must have a value, `__init__` says so."""
    name = parameter.name
    region.given[name] = value
    wanted: Expr | None = region.wants.get(f"presumed:{name}")
    if wanted is None:
        return reading
    region.presumed[name] = wanted
    message = literal(f"{name} must be {wanted.value!r}")
    raised = Line(f"raise NotImplementedError({message})", effect=True)
    region.emit_init(If(_is_another(reading, wanted), [raised], []))
    said = f"`{region.name}` is written for {name}={wanted.text}, and raises for another value"
    region.say(ASSUMED, parameter.node, said)
    return replace(reading, value=wanted.value)


def _is_another(reading: Expr, wanted: Expr) -> Expr:
    """The condition that a parameter has another value."""
    if wanted.value is None:
        text = f"{reading.text} is not None"
    elif isinstance(wanted.value, bool):
        text = f"not {reading.text}" if wanted.value else reading.text
    else:
        text = f"{reading.text} != {wanted.text}"
    return Expr(text, names=reading.names)


def check_presumed(
    home: FileContext, summary: Summary, given: dict[str, Value], caller: Region | None
) -> None:
    """See that a call gives what its function is written for; else nothing is presumed of it."""
    region = summary.region
    if region is None or summary.kind == "running":
        return
    if caller is not None and caller.file is not home:
        for name, axis in region.decided_axes.items():
            if name not in region.parameters:
                continue
            found = constant_given(region, name, given.get(name))
            if found is UNKNOWN:
                _presume_outside(caller, given.get(name), const(axis).expr)
            if found != axis:
                raise GiveUp(_WRITTEN_FOR.format(summary.function.name, name, axis))
    for name, wanted in region.presumed.items():
        value = given.get(name)
        found = constant_given(region, name, value) if name in region.parameters else UNKNOWN
        if summary.kind in ("block", "builder") and _same(found, wanted.value):
            continue
        if caller is None and value is None and found is UNKNOWN:
            continue  # nobody in its file calls it
        if caller is not None and caller.file is not home and found is not UNKNOWN:
            raise GiveUp(_WRITTEN_FOR.format(summary.function.name, name, wanted.text))
        if found is UNKNOWN and caller is not None:
            _presume_outside(caller, value, wanted)
        home.varied.add((id(summary.function.node), name))
        home.grown = True


def _presume_outside(caller: Region, value: Value | None, wanted: Expr) -> None:
    """Ask that a caller's own parameter, which it hands on, has that value, where it may."""
    if isinstance(value, Static):
        outer = value.expr.text
        known = presumable(caller, outer)
        if known is not None and _same(known.expr.value, wanted.value):
            caller.want(f"presumed:{outer}", wanted)


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other
