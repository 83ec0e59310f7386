"""Simple statements: a line of them, and those that are not assignments."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.dispatch import evaluate, execute, executes, provided
from transpiler.interpret.region import GiveUp, Region, contained
from transpiler.interpret.statements.comments import with_comments
from transpiler.interpret.statements.filled_arrays import current_arrays, keep_filled
from transpiler.interpret.statements.plain import emit_static, opaque
from transpiler.interpret.statements.targets import spoil
from transpiler.interpret.statics import constant
from transpiler.interpret.tensors.layouts import in_layout, moved_before
from transpiler.interpret.undoing import snapshot, undo
from transpiler.interpret.values import (
    SPOILED,
    Bound,
    Framework,
    Layer,
    Mapping,
    Model,
    Sequence,
    Static,
    Unknown,
    Value,
    is_graph,
)
from transpiler.ir.expr import UNKNOWN, Expr
from transpiler.ir.tensor import Layout
from transpiler.regex import regex


@executes(cst.SimpleStatementLine)
def simple_line(region: Region, node: cst.SimpleStatementLine) -> None:
    """A line of one or more small statements, with its comments."""
    with_comments(region, node, lambda: _small(region, node))


def _small(region: Region, node: cst.SimpleStatementLine) -> None:
    for small in node.body:
        region.rewrites.clear()
        region.running.clear()
        region.statement = node
        before = region.marks()
        moved = region.scope.values.get(region.wants.get(moved_before(region), ""))
        if isinstance(moved, Bound):
            in_layout(region, moved, Layout.FIRST)
        if region.is_module:
            held = current_arrays(region)
            _tolerant(region, small, node)
            keep_filled(region, small, held)
        else:
            execute(region, small)
        region.note_statement(node, before)


def _tolerant(region: Region, small: cst.CSTNode, node: cst.SimpleStatementLine) -> None:
    """At module level, a statement that is not understood spoils its own names only."""
    before = snapshot(region)
    try:
        contained(lambda: execute(region, small), small)
    except GiveUp as why:
        undo(region, before)
        derived = why.reason.startswith(SPOILED)
        spoil(region, small, why.reason if derived else SPOILED + why.reason)
        region.failed_statements[id(node)] = (node, why)


@executes(cst.Expr)
def expression_statement(region: Region, node: cst.Expr) -> None:
    if isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
        return
    value = evaluate(region, node.value)
    if isinstance(value, (Bound, Layer, Model)) or is_graph(value):
        return
    if isinstance(value, Unknown):
        return
    if id(node.value) in region.done:
        return
    if isinstance(value, (Static, Sequence, Mapping)):
        if "self" in region.parameters and _SETS.match(region.tree.source(node)):
            own = frozenset(_OWN.findall(region.source))  # whichever of them it is
            for key in own:
                region.scope.bump(key)
                region.scope.values.pop(key, None)
            emit_static(region, node, own, (value,), kills=False, residual=True)
        else:
            emit_static(region, node, frozenset(), (value,), effect=True)


#: What gives an object attributes by names that only the run knows.
_SETS = regex(r"setattr\(self,|(?:self\.__dict__|vars\(self\))\.update\(")
_OWN = regex(r"\bself\.\w+")


@executes(cst.Return)
def return_statement(region: Region, node: cst.Return) -> None:
    if node.value is None:
        region.returns.append((Static(Expr("None", None)), node))
        return
    region.whole = node.value
    region.assigned = ""
    value = evaluate(region, node.value)
    region.whole = None
    provided("return_value")(region, value, node)


@executes(cst.Raise)
def raise_statement(region: Region, node: cst.Raise) -> None:
    parts = [evaluate(region, node.exc)] if node.exc is not None else []
    opaque(region, node, parts)


@executes(cst.Assert)
def assert_statement(region: Region, node: cst.Assert) -> None:
    parts = [evaluate(region, node.test)]
    if node.msg is not None:
        parts.append(evaluate(region, node.msg))
    if region.training and any(isinstance(p, Unknown) for p in parts):
        return  # about what a model gave or how it was trained: it stays, as those calls do
    opaque(region, node, parts)


@executes(cst.Pass)
def pass_statement(region: Region, node: cst.Pass) -> None:
    return


@executes(cst.Global, cst.Nonlocal)
def global_statement(region: Region, node: cst.Global) -> None:
    if region.is_module:
        return
    known = region.file.globals
    if not all(isinstance(known.get(item.name.value), Framework) for item in node.names):
        raise GiveUp("`global` or `nonlocal` in a function that builds or trains a model", node)


@executes(cst.Del)
def del_statement(region: Region, node: cst.Del) -> None:
    targets: list[cst.BaseExpression] = [node.target]
    if isinstance(node.target, (cst.Tuple, cst.List)):
        targets = [element.value for element in node.target.elements]
    changed = [target for target in targets if isinstance(target, cst.Subscript)]
    if changed:
        _delete_elements(region, node, changed)
    for target in targets:
        if isinstance(target, cst.Name):
            _delete_name(region, node, target.value)


def _delete_elements(region: Region, node: cst.Del, targets: list[cst.Subscript]) -> None:
    """`del sizes[0]`, `del options["name"]`: what is left is known, if what goes is."""
    places = {t.value.value: t.slice[0].slice for t in targets if isinstance(t.value, cst.Name)}
    held = {name: region.scope.values.get(name) for name in places}
    known = {name: v for name, v in held.items() if v is not None and not isinstance(v, Unknown)}
    if any(map(is_graph, known.values())):
        raise GiveUp("an element of a list of layers or tensors is deleted", node)
    if not known:
        return
    names = frozenset(known)
    emit_static(region, node, names, tuple(known.values()), kills=False, extra=names)
    for name, value in known.items():
        region.scope.bump(name)
        reading = region.scope.read(name)
        place = places[name]
        key = constant(evaluate(region, place.value)) if isinstance(place, cst.Index) else UNKNOWN
        left: Value = Static(reading)
        if len(targets) == 1 and isinstance(value, Mapping) and key in value.items:
            left = Mapping({k: v for k, v in value.items.items() if k != key}, reading)
        elif len(targets) == 1 and isinstance(value, Sequence) and isinstance(key, int):
            if 0 <= key < len(value.items):
                items = (*value.items[:key], *value.items[key + 1 :])
                left = Sequence(items, value.kind, static=reading)
        region.scope.values[name] = left


def _delete_name(region: Region, node: cst.Del, name: str) -> None:
    _, end = region.tree.span(node)
    following = re.search(
        rf"\b{name}\b(?P<loaded> = (?:\w+\.)*load_model\()?", region.tree.text[end:]
    )
    if isinstance(region.scope.values.get(name), Model) and following and following["loaded"]:
        region.idle.add(id(region.statement))  # it is there, to take the weights of the file
        return
    region.scope.values.pop(name, None)
