"""Layers that a comprehension makes: `[Dense(n) for n in sizes]`, and dicts of layers or tensors.

A list of layers is called in a loop later. That loop then runs over what the comprehension ran
over, and makes each layer where it is called: only there, the size of its input is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate, execute, provided, provides
from transpiler.interpret.layers.appended import appended_to
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import const, constant
from transpiler.interpret.values import Layer, LayerList, Mapping, Sequence, Static, Unknown, Value
from transpiler.ir.expr import UNKNOWN
from transpiler.regex import regex
from transpiler.source.lexical import names_in

_OF_SELF = regex(r"(?<![\w.])self\.\w+")
_MOST = 64  #: elements that are written out one by one


def listed_layers(region: Region, node: cst.ListComp, iterable: Value) -> LayerList:
    """`[Dense(n) for n in sizes]`."""
    region.graph_events += 1
    source = region.tree.code(node)
    names = [*names_in(source), *_OF_SELF.findall(source)]
    versions = {name: region.scope.version(name) for name in names}
    return LayerList(iterable, node.for_in.target, node.elt, versions)


def loop_over(
    region: Region, layers: LayerList, use: Callable[[Value], None], run: Callable[..., None]
) -> None:
    """Use each layer where it is made; `run` gets what to loop over, the target and the body."""
    if layers.used:
        raise GiveUp("a list of layers is called in two loops", layers.element)
    if any(region.scope.version(n) != version for n, version in layers.versions.items()):
        raise GiveUp("what a list of layers is made from has changed since", layers.element)
    for name in _names(layers.target):
        held = region.scope.get(name)
        if name != "_" and held is not None and not (layers.body and isinstance(held, Unknown)):
            raise GiveUp(
                f"`{name}` of a comprehension stands for something else too", layers.target
            )

    def make() -> None:
        for statement in layers.body:
            _run(region, statement, use)
        if not layers.body:
            use(evaluate(region, layers.element))

    run(layers.iterable, layers.target, make)
    layers.used = True


def _run(region: Region, statement: cst.CSTNode, use: Callable[[Value], None]) -> None:
    """A statement of the loop that collects layers, where they are called."""
    _, made = appended_to(statement)
    if not made:
        execute(region, statement)
        return
    region.rewrites.clear()
    region.running.clear()
    region.statement = statement
    for node in made:
        with region.within(statement):
            layer = evaluate(region, node)
        if not isinstance(layer, Layer):
            raise GiveUp("a list of layers and other things", statement)
        use(layer)


def one_by_one(region: Region, layers: LayerList) -> Sequence:
    """The layers of a list whose length is known."""
    if layers.used or layers.body:
        raise GiveUp("a list of layers is used in a loop and apart from it", layers.element)
    if layers.known is None:
        items = known_elements(region, layers.iterable)
        if items is None:
            raise GiveUp("an element of a list of layers whose length is not known", layers.element)
        layers.known = Sequence(
            tuple(evaluated(region, layers.target, item, layers.element) for item in items), list
        )
    return layers.known


def known_elements(region: Region, iterable: Value) -> list[Value] | None:
    """What a loop over a value runs through, if that is known when converting."""
    if isinstance(iterable, Sequence):
        found = list(iterable.items)
    elif isinstance(iterable, Mapping):
        found = [const(key) for key in iterable.items]
    else:
        value = constant(iterable)
        if not isinstance(value, (list, tuple, range)):
            return None
        found = [const(element) for element in value]
    return found if len(found) <= _MOST else None


@contextmanager
def bound_to(region: Region, target: cst.BaseExpression, item: Value) -> Iterator[None]:
    """Where the variables of a loop are what one known element is, rather than names."""
    frame: dict[str, Value] = {}
    _bind(frame, target, item)
    saved = region.inline
    region.inline = {**saved, **frame}
    try:
        with region.unrolling():  # else the model of the last one would stand for all
            yield
    finally:
        region.inline = saved


def evaluated(
    region: Region, target: cst.BaseExpression, item: Value, node: cst.BaseExpression
) -> Value:
    """The value of an expression for one element of what a comprehension runs over."""
    saved = dict(region.rewrites), dict(region.running), region.whole
    region.whole = None
    try:
        with bound_to(region, target, item):
            return evaluate(region, node)
    finally:
        region.rewrites, region.running, region.whole = saved


def _bind(frame: dict[str, Value], target: cst.BaseExpression, item: Value) -> None:
    if isinstance(target, cst.Name):
        frame[target.value] = item
        return
    parts: list[Value] = []
    known: Any = constant(item)
    if isinstance(item, Sequence):
        parts = list(item.items)
    elif isinstance(item, Static) and isinstance(known, (list, tuple)):
        parts = [const(part) for part in known]
    if not isinstance(target, (cst.Tuple, cst.List)) or len(parts) != len(target.elements):
        raise GiveUp("a comprehension whose variables are not understood", target)
    for element, part in zip(target.elements, parts, strict=True):
        _bind(frame, element.value, part)


@provides("entries_of")
def entries_of(region: Region, node: cst.DictComp) -> Mapping | None:
    """The entries of a dict that a comprehension makes, where they are known one by one."""
    pairs: Value | None = provided("pairs_of")(region, node.for_in.iter)
    iterable = evaluate(region, node.for_in.iter) if pairs is None else pairs
    return known_dict(region, node, iterable)


def known_dict(region: Region, node: cst.DictComp, iterable: Value) -> Mapping | None:
    """`{name: Dense(n)(x) for name, n in heads.items()}` where the entries are known."""
    items = known_elements(region, iterable)
    if items is None or node.for_in.ifs or node.for_in.inner_for_in is not None:
        return None
    entries: dict[Any, Value] = {}
    assigned = region.assigned
    for item in items:
        key = constant(evaluated(region, node.for_in.target, item, node.key))
        if key is UNKNOWN:
            return None
        # an input is called what it is found by
        region.assigned = key if isinstance(key, str) and key.isidentifier() else ""
        entries[key] = evaluated(region, node.for_in.target, item, node.value)
    region.assigned = assigned
    return Mapping(entries)


def _names(target: cst.BaseExpression) -> list[str]:
    if isinstance(target, cst.Name):
        return [target.value]
    if isinstance(target, (cst.Tuple, cst.List)):
        return [name for element in target.elements for name in _names(element.value)]
    return []
