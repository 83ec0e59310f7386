"""Dicts of arrays that functions of the program give, as arguments of calls that train.

x, targets = make_data()
model.fit(x, targets)               # targets["age"], targets["kind"]
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.values import Mapping, Sequence, Static, Value
from transpiler.ir.expr import index
from transpiler.record import replace
from transpiler.source.held_dicts import keys_held


def with_keys(region: Region, value: Value, node: cst.BaseExpression) -> Value:
    """An argument, where it is such a dict, or such are in it, entry by entry."""
    if isinstance(value, Sequence) and isinstance(node, (cst.Tuple, cst.List)):
        pairs = zip(value.items, node.elements, strict=False)
        items = tuple(_with_keys(region, item, element.value) for item, element in pairs)
        return replace(value, items=items) if len(items) == len(value.items) else value
    return _with_keys(region, value, node)


def _with_keys(region: Region, value: Value, node: cst.BaseExpression) -> Value:
    if not isinstance(node, cst.Name) or not isinstance(value, Static) or value.expr.known:
        return value
    keys = keys_held(region.tree.text, node.value, region.name)
    if not keys:
        return value
    return Mapping({key: Static(index(value.expr, key)) for key in keys}, static=value.expr)
