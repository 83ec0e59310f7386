"""What a call unpacks: `SGD(**options)`, `SGD(*arguments)`.

options = {"learning_rate": rng.uniform(0.01, 0.1)}     # drawn here, once
optimizer = SGD(**options)                              # lr=options["learning_rate"]

An entry is written as it was made as long as that means the same, and is asked of the dict else.
"""

from __future__ import annotations

import ast
from typing import Any

import libcst as cst

from transpiler.interpret.effects import has_effect
from transpiler.interpret.region import Region
from transpiler.interpret.values import Mapping, Sequence, Static, Unknown, Value
from transpiler.ir.expr import UNKNOWN, Expr, index
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.changing import changed
from transpiler.source.lexical import names_in
from transpiler.source.outer_reads import functions_of

#: What can be asked for an entry: `options`, `self.options`, `space["optimizer"]`.
_PLACE = regex(r"(\w+)(?:\.\w+|\[[\w\"']+\])*")
_DISPLAYS = (ast.Call, ast.Dict, ast.List, ast.Tuple)


def unpacked_entry(
    region: Region, node: cst.BaseExpression, held: Mapping | Sequence, key: Any
) -> Value:
    """An entry of a dict or tuple, as it can be written where `node` is unpacked."""
    value = held.items[key]
    if not isinstance(value, Static):
        return value
    current = region.scope.current(value.expr)
    if current and not is_stale(region, node, value):
        return value
    place = _place(region, node, held)
    if place is None or not region.scope.current(place):
        return Unknown(f"what the dict has for {key} has changed since")
    return replace(value, expr=replace(index(place, key), array=value.expr.array))


def is_stale(region: Region, node: cst.BaseExpression, value: Value) -> bool:
    """Whether what an entry was made of gives something else where `node` is unpacked.

    Or an item of that entry, if it is a list.
    """
    if isinstance(value, Sequence):
        return any(is_stale(region, node, item) for item in value.items)
    if not isinstance(value, Static):
        return False
    text = value.expr.text
    if value.expr.known or not names_in(text) or not isinstance(node, _PLACES):
        return False
    if value.expr.value is not UNKNOWN:  # an object of Keras, of which each use asks by itself
        return False
    program, use = functions_of(region.tree.text), region.tree.span(node)[0]
    root = region.tree.source(node).partition("[")[0].partition(".")[0]
    if root == region.keywords:  # the class has parameters for these
        return False
    made = program.bound_at(root, region.tree.line_column(use)[0], _DISPLAYS)
    begin = made[1] if made is not None else 0
    return has_effect(region, text) or bool(
        changed(region.file.path, region.tree.text, text, begin, use)
    )


_PLACES = (cst.Name, cst.Attribute, cst.Subscript)


def _place(region: Region, node: cst.BaseExpression, held: Mapping | Sequence) -> Expr | None:
    """What can be asked for an entry, if anything can."""
    if held.static is not None and _PLACE.fullmatch(held.static.text):
        return held.static
    found = _PLACE.fullmatch(region.tree.source(node))
    return None if found is None else replace(region.scope.read(found[1]), text=found[0])
