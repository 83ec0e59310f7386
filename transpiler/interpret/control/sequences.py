"""Lists of tensors, as both programs write them."""

from __future__ import annotations

from typing import Any

from transpiler.interpret.control.elements import channels_list, channels_of, merge_items
from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import to_expr
from transpiler.interpret.tensors.names import emit_before
from transpiler.interpret.values import (
    Bound,
    Keyed,
    Mapping,
    Repeated,
    Sequence,
    Static,
    Value,
    is_graph,
)
from transpiler.ir.code import Line
from transpiler.ir.expr import NO_SIZE, Expr, expr, reads


def sequence_code(region: Region, value: Sequence) -> Expr:
    """How `forward` writes a list of tensors."""
    if value.code is not None:
        return value.code
    parts: list[Any] = []
    for item in value.items:
        if isinstance(item, Bound):
            parts.append(item.tensor.code)
        elif isinstance(item, Sequence):
            parts.append(sequence_code(region, item))
        else:
            parts.append(to_expr(region, item))
    return expr(tuple(parts) if value.kind is tuple else parts)


def loop_sources(region: Region, iterable: Value) -> tuple[Expr | None, Expr]:
    """How `__init__` and `forward` write what a loop runs over."""
    if isinstance(iterable, Static):
        return iterable.expr, iterable.running
    if isinstance(iterable, Sequence):
        if not is_graph(iterable):
            written = to_expr(region, iterable)
            return written, written
        static = iterable.static if iterable.static is not None else channels_list(region, iterable)
        return static, sequence_code(region, iterable)
    if isinstance(iterable, Repeated):
        return iterable.static, iterable.code
    if isinstance(iterable, Keyed):
        given: Any = provided("given_in_order")(region, iterable, "keys")
        return iterable.static, iterable.code if given is None else given
    if isinstance(iterable, Mapping) and iterable.static is not None:
        return iterable.static, iterable.static
    raise GiveUp("a loop over something that is not a list")


def append(region: Region, name: str, value: Value) -> None:
    """`name.append(value)` on a list of tensors, in both programs."""
    region.graph_events += 1
    held = region.scope.values.get(name)
    if isinstance(held, Repeated) and isinstance(held.item, Bound) and held.item.fixed:
        # `__init__` only has how many there are, no list of their sizes
        raise GiveUp(f"`{name}`, all of which have one size, gets another tensor")
    if isinstance(value, Bound):
        emit_before(region, value.tensor.code, "")
        code = value.tensor.code
    elif isinstance(value, Sequence) and is_graph(value):
        code = sequence_code(region, value)
    else:
        raise GiveUp("something other than a tensor is appended to a list of tensors")
    uses = reads(code) | {name}
    region.emit_forward(
        Line(f"{name}.append({code.text})", frozenset({name}), uses, code.modules, kills=False)
    )
    region.helpers_used |= code.helpers
    static = channels_of(region, value)
    if static is None:
        static = NO_SIZE
    static_uses = reads(static) | {name}
    region.emit_init(
        Line(
            f"{name}.append({static.text})",
            frozenset({name}),
            static_uses,
            static.modules,
            kills=False,
        )
    )
    region.scope.bump(name)
    reading = region.scope.read(name)
    if isinstance(held, Sequence):
        region.scope.values[name] = Sequence((*held.items, value), held.kind, reading, reading)
    elif isinstance(held, Repeated):
        item = merge_items(region, [held.item, value])
        region.scope.values[name] = Repeated(item, reading, reading)
    else:
        raise GiveUp(f"`{name}` is not a list that is understood")
