"""Loops over lists of models: whether each round is about another model of the list."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from transpiler.emit.training.lines import holds, statement_of
from transpiler.emit.training.receivers import element_of
from transpiler.emit.training.shared import Room, Shared
from transpiler.interpret.training import root
from transpiler.interpret.values import (
    Keyed,
    Mapping,
    Model,
    Sequence,
    Static,
    Value,
    models_in,
)
from transpiler.regex import regex
from transpiler.source.occurrences import Occurrence
from transpiler.source.suites import blocks_around

_PUTS = ("append", "insert")
_PLACE = regex(r"\[[^\[\]\n]+\]\s*=(?!=)")
_IN_PAIRS = regex(r"(\w+)\.items\(\)|enumerate\((\w+)(?:, (?:start=)?\d+)?\)")
_ZIPPED = regex(r"zip\(([\w, ]+)\)")


def loops_around(shared: Shared, room: Room, offset: int) -> list[cst.For | cst.While]:
    """The loops of a room around a place, from the outermost to the innermost one."""
    around = blocks_around(shared.tree, room.node, offset)
    return [statement for statement, _ in around if isinstance(statement, (cst.For, cst.While))]


def each_round_another(shared: Shared, room: Room, loop: cst.For, receiver: str) -> bool:
    """Whether the models that each round of a loop refers to by a name are made for it alone."""
    if isinstance(loop.target, cst.Name) and isinstance(loop.iter, (cst.List, cst.Tuple)):
        written = [shared.tree.source(element.value) for element in loop.iter.elements]
        held = [room.region.scope.values.get(name) for name in written]
        return loop.target.value == receiver and _all_apart(held)
    models = _list_in(shared, room, loop, receiver)
    return bool(models) and _are_apart(shared, room, models)


def _list_in(shared: Shared, room: Room, loop: cst.For, receiver: str) -> str:
    """The list of which no two rounds of a loop refer to the same place, "" if none is seen."""
    names = [name.strip() for name in shared.tree.source(loop.target).strip("()").split(",")]
    source = shared.tree.source(loop.iter)
    if (element := element_of(receiver)) is None:
        return _looped_over(source, names, receiver)
    models, place = element
    bound = [p for p in shared.places(room, names[0]) if p.binds]
    inside = [p for p in bound if holds(shared.tree.span(loop), (p.start, p.end))]
    if place != f"[{names[0]}]" or len(inside) != 1:
        return ""
    return models if _counts(room, loop.iter, source, models, len(names)) else ""


def _looped_over(source: str, names: list[str], variable: str) -> str:
    """The list in the head of a loop whose elements a variable holds one after another."""
    if variable in names and source.isidentifier():
        return source
    if names == [variable]:
        return source.removesuffix(".values()")
    if len(names) == 2 and names[1] == variable and (found := _IN_PAIRS.fullmatch(source)):
        return found[1] or found[2]
    found = _ZIPPED.fullmatch(source)
    given = [one.strip() for one in found[1].split(",")] if found is not None else []
    return given[names.index(variable)] if variable in names and len(given) == len(names) else ""


def _counts(room: Room, iterable: cst.BaseExpression, source: str, models: str, names: int) -> bool:
    """Whether the first variable of a loop is another place of a list in each round."""
    if names == 2:
        return source.startswith("enumerate(") and "," not in source
    values = room.region.scope.values
    if re.fullmatch(r"range\([^,\-]+\)", source) is not None:
        return True
    if source in (models, f"{models}.keys()"):
        return isinstance(values.get(models), (Mapping, Keyed))
    return names == 1 and _differ(iterable, values.get(source))


def _differ(iterable: cst.BaseExpression, value: Value | None) -> bool:
    """Whether it is a list of constants, no two alike."""
    found: list[object] = []
    if isinstance(iterable, (cst.List, cst.Tuple)):
        nodes = [element.value for element in iterable.elements]
        found = [n.evaluated_value for n in nodes if isinstance(n, (cst.SimpleString, cst.Integer))]
        return len(set(found)) == len(nodes)
    items = value.items if isinstance(value, Sequence) else ()
    known = [item.expr.value for item in items if isinstance(item, Static) and item.expr.known]
    found = [one for one in known if isinstance(one, (str, int))]
    return bool(items) and len(set(found)) == len(items)


def _are_apart(shared: Shared, room: Room, models: str) -> bool:
    """Whether the elements of a list are models each of which was made for its place."""
    places = shared.places(room, models)
    bound = [place for place in places if place.binds]
    if len(bound) != 1:
        return False
    value = room.region.scope.values.get(models)
    if isinstance(value, (Sequence, Mapping)):
        return _all_apart(value.items.values() if isinstance(value, Mapping) else value.items)
    item = getattr(value, "item", None)
    made = item.node if isinstance(item, Model) and not item.options else None
    if made is None:
        return False
    span = shared.tree.span(made)
    statement = statement_of(shared.tree, room.node, made)
    if statement is not None and holds(shared.tree.span(statement), (bound[0].start,) * 2):
        return not loops_around(shared, room, span[0])  # a comprehension
    puts = [place for place in places if _is_put(shared, place)]
    around = loops_around(shared, room, span[0])
    return len(puts) == 1 and loops_around(shared, room, puts[0].start) == around


def _all_apart(items: Iterable[Value | None]) -> bool:
    """Whether each of some values is a model, or a tuple with one in it, and no two the same."""
    found = [models_in(item) if item is not None else () for item in items]
    models = [root(model) for models in found for model in models if not model.options]
    return all(len(one) == 1 for one in found) and len(set(map(id, models))) == len(found)


def _is_put(shared: Shared, place: Occurrence) -> bool:
    if place.attribute:
        return place.attribute in _PUTS
    return _PLACE.match(shared.text, place.end) is not None
