"""The variables of loops and comprehensions."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.control.elements import element, merge_items
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import (
    Framework,
    Function,
    Instance,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    UserClass,
    Value,
    is_graph,
)
from transpiler.ir import tokens
from transpiler.ir.expr import Expr, index, is_whole
from transpiler.record import replace


def item_of(region: Region, iterable: Value) -> Value:
    """What one round of a loop gets."""
    if isinstance(iterable, Repeated):
        return iterable.item
    if isinstance(iterable, Sequence):
        if not iterable.items:
            return Static(Expr(tokens.ITEM))
        return merge_items(region, list(iterable.items))
    return Static(Expr(tokens.ITEM))


def bind_target(region: Region, target: cst.BaseExpression, item: Value) -> None:
    """Bind the loop variable, or each of several."""
    if isinstance(target, cst.Name):
        region.scope.bump(target.value)
        reading = region.scope.read(target.value)
        if is_graph(item):
            item = element(region, item, reading, reading)
        elif not isinstance(item, (Framework, Function, UserClass, PerhapsModel, Instance)):
            item = _plain(item, reading)
        region.scope.values[target.value] = item
        return
    if isinstance(target, (cst.Tuple, cst.List)):
        parts = item.items if isinstance(item, Sequence) else None
        for position, child in enumerate(target.elements):
            part = (
                parts[position]
                if parts is not None and position < len(parts)
                else Static(Expr(tokens.ITEM))
            )
            bind_target(region, child.value, part)
        return
    raise GiveUp("a loop variable that is not a name", target)


def _plain(item: Value, reading: Expr) -> Value:
    """What a round gets of plain values, by name; of lists of one length, each element."""
    if isinstance(item, Sequence) and item.items and all(isinstance(i, Static) for i in item.items):
        parts = (
            Static(replace(index(reading, place), whole=_is_whole_item(part)))
            for place, part in enumerate(item.items)
        )
        return Sequence(tuple(parts), item.kind, static=reading)
    return Static(replace(reading, whole=_is_whole_item(item)))


def _is_whole_item(item: Value) -> bool:
    return isinstance(item, Static) and is_whole(item.expr)


def target_names(target: cst.BaseExpression | None) -> frozenset[str]:
    """The names that a target binds."""
    if isinstance(target, cst.Name):
        return frozenset({target.value})
    if isinstance(target, (cst.Tuple, cst.List)):
        return frozenset().union(*(target_names(e.value) for e in target.elements))
    return frozenset()
