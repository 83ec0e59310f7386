"""A tensor is put into a list at an index, or into a dict under a key, in both programs.

`forward` holds the tensors, `__init__` their channels, at the same places. Which place it is may
only be known at run time; then all that is known of an element is what all of them share.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from transpiler.interpret.control.elements import channels_of, is_blank, merge_items
from transpiler.interpret.control.sequences import sequence_code
from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant, to_expr, to_running
from transpiler.interpret.tensors.names import emit_before, is_plain
from transpiler.interpret.values import (
    Bound,
    Keyed,
    Mapping,
    Repeated,
    Sequence,
    Value,
    is_graph,
)
from transpiler.ir.code import Line, Node
from transpiler.ir.expr import NO_SIZE, UNKNOWN, Expr, index, reads
from transpiler.record import replace
from transpiler.source.suites import nodes_of


def holds_entries(base: Value) -> bool:
    """Whether it is a list or dict that tensors can be put into."""
    if isinstance(base, Mapping):
        return is_written(base)
    return is_blank(base) or (isinstance(base, (Sequence, Repeated, Keyed)) and is_graph(base))


def is_written(value: Mapping) -> bool:
    """Whether a dict holds variables and entries of its own only: `forward` holds it, too."""
    own = "" if value.code is None else f"{value.code.text}["
    codes = [i.tensor.code if isinstance(i, Bound) else None for i in value.items.values()]
    return all(c is not None and (is_plain(c) or (own and c.text.startswith(own))) for c in codes)


def put(
    region: Region, name: str, base: Value, key: Value, value: Value, node: cst.Subscript
) -> None:
    """`name[key] = value` in both programs."""
    region.graph_events += 1
    place = constant(key)
    known = place is not UNKNOWN
    held = _all_items(base)
    item = value if not held else merge_items(region, [*held, value])
    _emit(region, name, key, value)
    region.scope.bump(name)
    reading = region.scope.read(name)
    if isinstance(base, Mapping) and known:
        entry = _entry(region, value, index(reading, to_expr(region, key)))
        others = {k: _read_anew(item, reading) for k, item in base.items.items()}
        region.scope.values[name] = Mapping({**others, place: entry}, reading, reading)
    elif isinstance(base, (Mapping, Keyed)):
        last = to_expr(region, key), value
        region.scope.values[name] = Keyed(item, reading, reading, last)
    elif isinstance(base, Sequence) and isinstance(place, int):
        items = list(base.items)
        if not -len(items) <= place < len(items):
            raise GiveUp("a tensor is put into a list where it has no place", node)
        items[place] = value
        region.scope.values[name] = Sequence(tuple(items), base.kind, reading, reading)
    else:
        if _may_be_empty(base) and isinstance(item, Bound):
            item = replace(item, maybe=True)
        region.scope.values[name] = Repeated(item, reading, reading)


def _read_anew(item: Value, reading: Expr) -> Value:
    """An entry of a dict that is reached through it, when another entry has changed."""
    if not isinstance(item, Bound) or not item.tensor.code.text.startswith(f"{reading.text}["):
        return item
    code = replace(item.tensor.code, names=reading.names)
    return replace(item, tensor=replace(item.tensor, code=code))


def _all_items(base: Value) -> list[Value]:
    """What is known of the tensors that are in a list or dict already."""
    if isinstance(base, (Repeated, Keyed)):
        return [base.item]
    items: tuple[Value, ...] = ()
    if isinstance(base, Sequence):
        items = base.items
    elif isinstance(base, Mapping):
        items = tuple(base.items.values())
    return [item for item in items if is_graph(item)]


def _may_be_empty(base: Value) -> bool:
    """Whether None still stands at some places of a list."""
    if isinstance(base, Repeated):
        return isinstance(base.item, Bound) and base.item.maybe
    return not isinstance(base, Sequence) or not all(is_graph(item) for item in base.items)


def _entry(region: Region, value: Value, code: Expr) -> Value:
    """A tensor as it is reached through the dict that holds it; an input has its own name."""
    if isinstance(value, Bound) and value.tensor.code.text not in region.inputs:
        return replace(value, tensor=replace(value.tensor, code=code))
    return value


def _emit(region: Region, name: str, key: Value, value: Value) -> None:
    """The assignment in `forward`, and that of the channels in `__init__`."""
    if isinstance(value, Bound):
        emit_before(region, value.tensor.code, "")
        code = value.tensor.code
    else:
        assert isinstance(value, Sequence)
        code = sequence_code(region, value)
    static = channels_of(region, value)
    if static is None:
        static = NO_SIZE
    _emit_entry(region.emit_forward, name, to_running(region, key), code)
    region.helpers_used |= code.helpers
    _emit_entry(region.emit_init, name, to_expr(region, key), static)


def _emit_entry(emit: Callable[[Node], None], name: str, key: Expr, value: Expr) -> None:
    place = f"{name}[{key.text}]"
    if value.text == place:
        return
    own = frozenset({name})
    uses = reads(value) | reads(key) | own
    emit(Line(f"{place} = {value.text}", own, uses, value.modules, kills=False))


@provides("entry_of")
def entry_of(region: Region, held: Keyed, key: Value, text: Expr) -> Value | None:
    """The entry under a key that is only known at run time, if it is the one that was set last."""
    written, value = held.last if held.last is not None else (None, None)
    if written is None or not isinstance(value, Bound):
        return None
    asked = to_expr(region, key)
    same = (asked.text, asked.names) == (written.text, written.names)
    if not same or not region.scope.current(written):
        return None
    return replace(value, tensor=replace(value.tensor, code=text))


def reads_entries(region: Region, node: cst.CSTNode, names: frozenset[str]) -> bool:
    """Whether tensors of a dict whose keys are known are read by some variables: `inputs[name]`."""
    for part in nodes_of(node):
        match part:
            case cst.Subscript(
                value=cst.Name(held), slice=[cst.SubscriptElement(cst.Index(cst.Name(key)))]
            ) if (key in names):
                table = region.scope.values.get(held)
                if isinstance(table, Mapping) and table.items:
                    if all(isinstance(one, Bound) for one in table.items.values()):
                        return True
    return False
