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
from transpiler.ir.expr import Expr, index
from transpiler.ir.sizes import elements_of, sized_alike


def item_of(region: Region, iterable: Value) -> Value:
    """What one round of a loop gets."""
    if isinstance(iterable, Repeated):
        return iterable.item
    if isinstance(iterable, Sequence):
        if not iterable.items:
            return Static(Expr(tokens.ITEM))
        return merge_items(region, list(iterable.items))
    elements = elements_of(iterable.expr) if isinstance(iterable, Static) else ()
    return Static(sized_alike(Expr(tokens.ITEM), *elements))


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
        parts = item.items if isinstance(item, Sequence) else _parts_of(item)
        for position, child in enumerate(target.elements):
            part = parts[position] if position < len(parts) else Static(Expr(tokens.ITEM))
            bind_target(region, child.value, part)
        return
    raise GiveUp("a loop variable that is not a name", target)


def _parts_of(item: Value) -> tuple[Value, ...]:
    """The elements of a plain value, as far as is known of what they are like."""
    elements = elements_of(item.expr) if isinstance(item, Static) else ()
    return tuple(Static(sized_alike(Expr(tokens.ITEM), element)) for element in elements)


def _plain(item: Value, reading: Expr) -> Value:
    """What a round gets of plain values, by name; of lists of one length, each element."""
    if isinstance(item, Sequence) and item.items and all(isinstance(i, Static) for i in item.items):
        parts = (
            Static(_alike(index(reading, place), part)) for place, part in enumerate(item.items)
        )
        return Sequence(tuple(parts), item.kind, static=reading)
    return Static(_alike(reading, item))


def _alike(reading: Expr, item: Value) -> Expr:
    """What is read of an item, which is a whole number, or a tuple of some, where that is."""
    return sized_alike(reading, item.expr) if isinstance(item, Static) else reading


def target_names(target: cst.BaseExpression | None) -> frozenset[str]:
    """The names that a target binds."""
    if isinstance(target, cst.Name):
        return frozenset({target.value})
    if isinstance(target, (cst.Tuple, cst.List)):
        return frozenset().union(*(target_names(e.value) for e in target.elements))
    return frozenset()


def layers_in_turn(loop: cst.For | cst.CompFor) -> tuple[str, cst.Attribute] | None:
    """What a loop over `model.layers`, or over their `enumerate`, calls each, and that list."""
    match loop:
        case (
            cst.For(cst.Name(value=name), cst.Attribute(attr=cst.Name("layers")) as listed)
            | cst.CompFor(cst.Name(value=name), cst.Attribute(attr=cst.Name("layers")) as listed)
            | cst.For(
                cst.Tuple([cst.Element(cst.Name()), cst.Element(cst.Name(value=name))]),
                cst.Call(
                    cst.Name("enumerate"),
                    [cst.Arg(cst.Attribute(attr=cst.Name("layers")) as listed), *_],
                ),
            )
        ):
            return name, listed
    return None
