"""Lists, tuples, sets and dicts that are written out, and literals."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate, evaluates, provided
from transpiler.interpret.predicted import PREDICTED
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant, literal_value, verbatim
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Instance,
    Instances,
    Mapping,
    Model,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
    is_graph,
    models_in,
)
from transpiler.ir.expr import UNKNOWN, Expr
from transpiler.source.changed_entries import changed_entries
from transpiler.source.keys_by_others import keys_by_others, may_be_put, opened_by_others


@evaluates(cst.Integer, cst.Float, cst.SimpleString, cst.Imaginary)
def literal_node(region: Region, node: cst.Integer) -> Value:
    return Static(Expr(node.value, literal_value(node.value)))


@evaluates(cst.ConcatenatedString)
def concatenated(region: Region, node: cst.ConcatenatedString) -> Value:
    return verbatim(region, node, value=literal_value(region.tree.source(node)))


@evaluates(cst.FormattedString)
def formatted(region: Region, node: cst.FormattedString) -> Value:
    parts = [
        evaluate(region, part.expression)
        for part in node.parts
        if isinstance(part, cst.FormattedStringExpression)
    ]
    if any(is_graph(p) or isinstance(p, Unknown) for p in parts):
        return Unknown("a string made from a tensor")
    known = _formatted(node, [constant(p) for p in parts]) if region.inline else UNKNOWN
    return verbatim(region, node, *parts, value=known)


def _formatted(node: cst.FormattedString, parts: list[object]) -> object:
    """The string for one round of a loop that is written out."""
    found: list[str] = []
    values = iter(parts)
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            found.append(part.value)
            continue
        value = next(values)
        plain = isinstance(part, cst.FormattedStringExpression) and not (
            part.format_spec or part.conversion or part.equal
        )
        if not plain or not isinstance(value, (str, int)) or "{" in "".join(found):
            return UNKNOWN
        found.append(str(value))
    text = "".join(found)
    return UNKNOWN if "\\" in text or "}" in text else text


@evaluates(cst.Ellipsis)
def ellipsis(region: Region, node: cst.Ellipsis) -> Value:
    return Static(Expr("...", ...))


@evaluates(cst.List, cst.Tuple)
def display(region: Region, node: cst.List | cst.Tuple) -> Value:
    items: list[Value] = []
    spread = open_ended = False
    for element in node.elements:
        value = evaluate(region, element.value)
        if type(element) is cst.StarredElement:
            if not isinstance(value, Sequence):
                if not is_graph(value) and isinstance(value, Static):
                    items.append(value)
                    open_ended = True
                    continue
                if isinstance(value, Unknown) and region.may_ask and not any(map(is_graph, items)):
                    items.append(value)  # what a model says, entry by entry
                    continue
                if isinstance(value, Repeated) and isinstance(value.item, Bound):
                    items.append(value)
                    spread = True
                    continue
                raise GiveUp("unpacking a list whose length is not known", node)
            items.extend(value.items)
        else:
            items.append(value)
    if open_ended and any(is_graph(i) for i in items):
        raise GiveUp("unpacking a list whose length is not known", node)
    if open_ended:
        unknown = any(isinstance(i, Unknown) for i in items)
        return Unknown(_unknown_within(items)) if unknown else verbatim(region, node, *items)
    if spread:
        joined: Value = provided("join_lists")(region, items, node)
        return joined
    kind = list if isinstance(node, cst.List) else tuple
    if any(isinstance(i, Unknown) for i in items):
        reason = _unknown_within(items)
        if any(isinstance(i, Instance) for i in items):
            known = (i if isinstance(i, Instance) else Unknown(reason) for i in items)
            return Instances(reason, items=tuple(known))
        if len(items) > 1 and all(map(_is_plain_array, items)):
            return Unknown(PREDICTED)  # what functions of numpy make of it are arrays again
        if models := models_in(*items):
            return PerhapsModel(_LIST, models=models, items=tuple(items))
        return Unknown(reason)
    if any(is_graph(i) for i in items):
        return Sequence(tuple(items), kind)
    if not all_static(items):
        return Sequence(tuple(items), kind)
    written = verbatim(region, node, *items)
    places = dict(enumerate(items))
    places |= {n - len(items): item for n, item in places.items()}
    if is_changed_inside(region, places, kind):
        return written
    if kind is list and not region.is_module:
        still = forgotten(region, dict(enumerate(items)))
        return Sequence(tuple(still.values()), kind, static=written.expr)
    return Sequence(tuple(items), kind, static=written.expr)


def _is_container(value: Value) -> bool:
    """Whether it is a list or dict of plain values, which may change."""
    return isinstance(value, Mapping) or (isinstance(value, Sequence) and value.kind is list)


def _unknown_within(items: list[Value]) -> str:
    """What is not known of a list, with the reason of its first element that is not known."""
    return _within(_LIST, items)


def _within(what: str, items: list[Value]) -> str:
    reason = next(item.reason for item in items if isinstance(item, Unknown))
    return reason if reason.startswith((_LIST, _DICT)) else f"{what}: {reason}"


def _is_plain_array(value: Value) -> bool:
    """Whether it is what a model has predicted, or a value that no model is in."""
    if isinstance(value, Unknown):
        return value.reason == PREDICTED
    return isinstance(value, Static)


def all_static(items: Iterable[Value]) -> bool:
    static = (Static, Sequence, Mapping, Framework, Choice)
    return all(isinstance(i, static) and not _has_closure(i) for i in items)


def _has_closure(value: Value) -> bool:
    """Whether a function is in a list or tuple that another function has made."""
    if isinstance(value, Sequence):
        return any(map(_has_closure, value.items))
    return isinstance(value, Function) and value.static is None and value.maker is not None


@evaluates(cst.Set)
def set_display(region: Region, node: cst.Set) -> Value:
    items = [evaluate(region, element.value) for element in node.elements]
    known: Any = UNKNOWN
    values = [constant(i) for i in items]
    if all(v is not UNKNOWN for v in values):
        known = set(values)
    return verbatim(region, node, *items, value=known)


def _entry(region: Region, element: cst.BaseDictElement) -> Value:
    """A value of a dict; an input is called what it is found by, if it can be."""
    named: Any = provided("makes_input")
    if not isinstance(element, cst.DictElement) or not named(region, element.value):
        return evaluate(region, element.value)
    saved = region.assigned, region.whole
    name: Any = provided("free_name")(region, constant(evaluate(region, element.key)))
    region.assigned = name
    region.whole = None if region.assigned else region.whole
    try:
        return evaluate(region, element.value)
    finally:
        region.assigned, region.whole = saved


_LIST, _DICT = "a list with something unknown in it", "a dict with something unknown in it"


@evaluates(cst.Dict)
def dict_display(region: Region, node: cst.Dict) -> Value:
    items: dict[Any, Value] = {}
    parts: list[Value] = []
    known = True
    for element in node.elements:  # all are evaluated, whatever the first ones are
        value = _entry(region, element)
        parts.append(value)
        if isinstance(element, cst.StarredDictElement):
            known &= isinstance(value, Mapping)
            items |= value.items if isinstance(value, Mapping) else {}
            continue
        key = (
            constant(evaluate(region, element.key))
            if isinstance(element, cst.DictElement)
            else UNKNOWN
        )
        if not isinstance(key, Hashable):  # which fails when it runs
            key = UNKNOWN
        known &= key is not UNKNOWN
        if key is not UNKNOWN:
            items[key] = value
    if not known:
        if any(is_graph(p) for p in parts):
            raise GiveUp("a dict of tensors whose keys are not known", node)
        if any(isinstance(p, Unknown) for p in parts):
            return Unknown(_within(_DICT, parts))
        return verbatim(region, node, *parts)
    if parts and all(isinstance(p, Instance) for p in parts) and len(items) == len(parts):
        held = tuple(item for item in items.values() if isinstance(item, Instance))
        return Instances(_DICT, items=held, keys=tuple(items))
    if any(isinstance(p, Unknown) for p in parts) and not any(isinstance(p, Model) for p in parts):
        if len(items) == len(parts) and all(map(_is_plain_array, parts)):
            plain = [one for one in parts if isinstance(one, Static)]
            return Mapping(items, verbatim(region, node, *plain).expr)  # arrays, or plain
        return Unknown(_within(_DICT, parts))
    if any(is_graph(p) for p in parts):
        if is_changed_inside(region, items):
            raise GiveUp("a list in a dict of layers or tensors changes by another name", node)
        return Mapping(items)
    if not all_static(parts):
        return Mapping(items)
    written = verbatim(region, node, *parts)
    if is_changed_inside(region, items):
        return written
    return Mapping(items if region.is_module else forgotten(region, items), written.expr)


def by_others(region: Region, items: dict[Any, Value]) -> set[Any]:
    """The keys under which there may be something else, or what changes, by another name.

    What a call gets has none, unless that is `dict(...)`.
    """
    if not isinstance(region.whole, (cst.Dict, cst.List, cst.Tuple, cst.Call)):
        return set()
    if isinstance(region.whole, cst.Call) and region.tree.source(region.whole.func) != "dict":
        return set()
    known = {key for key, value in items.items() if _may_get_another(key, value)}
    text = region.tree.text
    if region.assigned in opened_by_others(text):
        return known
    known = {key for key in known if may_be_put(text, key)}
    put = known & keys_by_others(text) if known else known
    inside = {key for key, value in items.items() if region.is_module and _is_container(value)}
    return put | (inside & changed_entries(region.tree.text).inner if inside else set())


def _may_get_another(key: object, value: Value) -> bool:
    """Whether what is known of a value may not hold; of lists, texts may be exchanged."""
    if isinstance(key, int):
        return isinstance(constant(value), str)
    return not is_graph(value) and not (isinstance(value, Static) and not value.expr.known)


def forgotten(region: Region, items: dict[Any, Value]) -> dict[Any, Value]:
    """The entries, without those that a function does not know, whose class would not either."""
    reason = "another value may be put there by another name"
    return {**items, **dict.fromkeys(by_others(region, items), Unknown(reason))}


def is_changed_inside(region: Region, items: dict[Any, Value], kind: type = dict) -> bool:
    """Whether a dict or list, or one among its values, is changed behind its back."""
    if region.is_module and kind is not tuple and by_others(region, items):
        return True
    inside = [key for key, value in items.items() if _is_container(value)]
    return bool(inside) and any(map(changed_entries(region.tree.text).under, inside))
