"""Two names for one list or dict: what changes through one of them changes behind the other."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import (
    Function,
    Keyed,
    LayerChain,
    LayerList,
    Mapping,
    Repeated,
    Sequence,
    Static,
    Value,
)
from transpiler.ir.expr import UNKNOWN
from transpiler.source.changes import changed_in_place
from transpiler.source.tables import tables_of


def refuse_aliases(region: Region, node: cst.Assign, value: Value) -> None:
    """`a = b`, where one of them is changed in place somewhere, is not followed."""
    if not _may_change(value) or _is_table(region, node.value, value):
        return
    places = [*(t.target for t in node.targets), node.value]
    named = [p for p in places if isinstance(p, (cst.Name, cst.Attribute))]
    names = list(dict.fromkeys(map(region.tree.source, named)))
    if len(names) < 2:
        return
    text = region.tree.text if region.is_module else region.source
    if changed_in_place(text, names, grows=not isinstance(value, Static)):
        raise GiveUp(f"`{names[0]}` and `{names[1]}` are one list or dict, which changes", node)


def _is_table(region: Region, node: cst.BaseExpression, value: Value) -> bool:
    """Whether it is a table of pandas, of whose columns nothing is known in any case."""
    return isinstance(value, Static) and tables_of(region.tree.text).hold(region.tree.source(node))


def refuse_changed_elements(
    region: Region, node: cst.For, names: frozenset[str], iterable: Value
) -> None:
    """A loop that changes the lists or dicts that it is given one by one is not followed."""
    held = iterable.items if isinstance(iterable, Sequence) else ()
    if any(map(_may_change, held)) and changed_in_place(region.tree.source(node.body), names):
        raise GiveUp("a loop that changes the lists or dicts in another list", node)


def forget_changed(
    region: Region, node: cst.CSTNode, function: Function, bound: dict[str, Value]
) -> None:
    """Nothing is known any more of the lists and dicts that a function changes in place."""
    home = function.file if function.file is not None else region.file
    changing = [name for name, value in bound.items() if _may_change(value)]
    if not isinstance(node, cst.Call) or not changing:
        return
    if not changed_in_place(home.tree.source(function.node), changing):
        return
    for argument in node.args:
        name = argument.value.value if isinstance(argument.value, cst.Name) else ""
        held = region.scope.values.get(name)
        if isinstance(held, (Mapping, Sequence)) and _may_change(held):
            region.scope.values[name] = Static(region.scope.read(name))


def _may_change(value: Value) -> bool:
    """Whether a value can be a list or dict."""
    if isinstance(value, Static):
        return value.expr.value is UNKNOWN or isinstance(value.expr.value, (list, dict))
    if isinstance(value, Sequence):
        return value.kind is list
    return isinstance(value, (Mapping, Repeated, Keyed, LayerList, LayerChain))
