"""Functions that give a dict of arguments, for `layers.Conv2D(..., **conv_params())`."""

from __future__ import annotations

from copy import copy

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import one_line
from transpiler.interpret.undoing import snapshot, undo
from transpiler.interpret.values import Function, Mapping, is_graph, models_in
from transpiler.ir.expr import Expr

#: What a region knows of models, and of the calls of functions.
_MADE = (
    "built", "open_sequentials", "failed_models", "inputs", "declared_shapes", "training",
    "left_calls", "graph_events", "diagnostics", "inlined", "settled",
)  # fmt: skip


def given_dict(
    region: Region, node: cst.CSTNode, function: Function, arguments: list[Argument]
) -> Mapping | None:
    """The dict that a function gives, its entries known one by one; None where it gives none."""
    if not _makes_a_dict(function.node) or any(is_graph(v) for _, v in arguments):
        return None
    before, made = snapshot(region), {name: copy(getattr(region, name)) for name in _MADE}
    try:
        value = provided("inline_call")(region, node, function, arguments)
    except GiveUp:
        value = None
    # what is made of an argument is written for that of one call
    known = made["settled"].items()
    settles = any("(" in text for _, text in region.settled.items() - known)
    if settles or not isinstance(value, Mapping) or is_graph(value) or models_in(value):
        undo(region, before)  # it may have built models on the way
        for name, held in made.items():
            setattr(region, name, held)
        return None
    return Mapping(value.items, Expr(one_line(region.tree.source(node))))


def _makes_a_dict(node: cst.FunctionDef | cst.Lambda) -> bool:
    """Whether a body ends in `return` of a dict, or of a variable that holds one."""
    if isinstance(node, cst.Lambda):
        return False
    statements = [
        small
        for line in node.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for small in line.body
    ]
    last = statements[-1] if statements else None
    if not isinstance(last, cst.Return):
        return False
    if isinstance(last.value, cst.Name):
        return any(
            isinstance(s, cst.Assign)
            and isinstance(s.targets[0].target, cst.Name)
            and s.targets[0].target.value == last.value.value
            and _is_dict(s.value)
            for s in statements
        )
    return _is_dict(last.value)


def _is_dict(node: cst.BaseExpression | None) -> bool:
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
        return node.func.value == "dict"
    return isinstance(node, cst.Dict)
