"""Arguments of layers whose variables have other values by the time of the first call.

units = 8
hidden = [Dense(units)]               Keras has made a layer of 8 here
units = 4
model = Sequential(hidden)            its module is made here
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Layer, Mapping, Sequence, Static, Value
from transpiler.ir.code import Line
from transpiler.ir.expr import Expr, expr
from transpiler.record import replace

_PLAIN = (bool, int, float, str, type(None))


def note_place(region: Region, layers: Iterable[Value]) -> None:
    """Note where the layers of a list stand: their modules can be made there."""
    found = [one for one in layers if isinstance(one, Layer) and one.at is None and not one.calls]
    if not found or region.is_module or region.loops:
        return
    marker = Line("")
    region.emit_init(marker)
    for layer in found:
        layer.at = [region.init, marker, dict(region.scope.versions), "listed"]
        layer.depth = len(region.loops)


def stale_name(region: Region, layer: Layer, *read: Expr) -> str:
    """A variable that a layer was made with, and that some code reads when it is another one."""
    versions = region.scope.versions
    argued = {pair for given in _told(layer.arguments.values()) for pair in given.names}
    found = (p for one in read for p in one.names if p in argued and p[1] >= 0)
    return next((name for name, version in found if versions.get(name, 0) != version), "")


def settle_arguments(region: Region, layer: Layer, name: str) -> None:
    """Write the constants for what has changed. Raises `GiveUp` where it isn't known."""
    for parameter, value in layer.arguments.items():
        settled = _settled(region, value)
        if settled is None:
            raise GiveUp(f"`{name}` gets another value before the layer is called", layer.node)
        layer.arguments[parameter] = settled


def _settled(region: Region, value: Value) -> Value | None:
    """The value without variables that have changed; None where those are not known."""
    if all(map(region.scope.current, _told([value]))):
        return value
    if isinstance(value, Static):
        return Static(expr(value.expr.value)) if isinstance(value.expr.value, _PLAIN) else None
    if isinstance(value, Sequence):
        items = [_settled(region, item) for item in value.items]
        known = tuple(item for item in items if item is not None)
        return replace(value, items=known, static=None) if len(known) == len(items) else None
    return None


def _told(values: Iterable[Value]) -> Iterator[Expr]:
    """The expressions of plain values."""
    for value in values:
        match value:
            case Static():
                yield value.expr
            case Sequence():
                yield from _told(value.items)
            case Mapping():
                yield from _told(value.items.values())
            case Layer():
                yield from _told(value.arguments.values())
