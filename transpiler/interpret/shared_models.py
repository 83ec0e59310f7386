"""Whether several objects may get the same model: each compiles it, for all of them.

for rate in (0.1, 0.01):
    trainers.append(Trainer(model, rate))
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.values import Model
from transpiler.source.occurrences import Occurrences
from transpiler.source.suites import blocks_around, bodies, is_inside, nodes_of

_Span = tuple[int, int]


def may_be_shared(region: Region, node: cst.Call, model: Model) -> bool:
    """Whether a call that makes an object may run again with the same model."""
    if model.node is None or not region.tree.has_span(model.node):
        return False
    kept = keeper_made(region, model)
    made = kept or region.tree.span(model.node)
    given = model.source is not None and kept is None  # its function gets it: whoever calls that
    return _runs_again(region, region.tree.span(node), made, given, 4)


def keeper_made(region: Region, model: Model) -> _Span | None:
    """Where the object is made that keeps a model, in the only place where it gets its name.

    net = Net(4)                                        trainer = Trainer(net.model)
    """
    name = model.expr.text.rpartition(".")[0] if model.expr is not None and model.keeper else ""
    if not name.isidentifier():
        return None
    tree = region.tree
    bound = [place for place in Occurrences(tree.text).of(name) if place.binds]
    if len(bound) != 1:
        return None
    _, statement = _blocks_and_statement(region, (bound[0].start, bound[0].end))
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    if not isinstance(small, cst.Assign) or len(small.targets) != 1:
        return None
    target, value = small.targets[0].target, small.value
    pairs: list[tuple[cst.BaseExpression, cst.BaseExpression]] = [(target, value)]
    if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple):
        parts = zip(target.elements, value.elements, strict=False)
        pairs = [(one.value, other.value) for one, other in parts]
    for one, other in pairs:
        if isinstance(one, cst.Name) and one.value == name and isinstance(other, cst.Call):
            return tree.span(other) if tree.source(other.func) == model.keeper else None
    return None


def _runs_again(region: Region, place: _Span, made: _Span, given: bool, depth: int) -> bool:
    tree = region.tree
    around = [n for n in _around(region, place) if not is_inside(made, tree.span(n))]
    functions = [n for n in around if isinstance(n, cst.FunctionDef)]
    if given and functions:
        return around[-1] is not functions[-1]
    if len(functions) < len(around):
        return True
    for function in functions:
        called = re.finditer(rf"(?<!def )(?<![\w]){function.name.value}\(", tree.blanked)
        places = [found.span() for found in called]
        if len(places) > 1 or not depth:
            return True
        if places and _runs_again(region, places[0], made, False, depth - 1):
            return True
    return False


def _around(region: Region, place: _Span) -> list[cst.CSTNode]:
    """The functions, loops and comprehensions around a place, from the outermost one."""
    tree = region.tree
    statements, inner = _blocks_and_statement(region, place)
    found = [s for s in statements if isinstance(s, (cst.For, cst.While, cst.FunctionDef))]
    nodes = nodes_of(inner) if inner is not None else ()
    return found + [
        n
        for n in nodes
        if isinstance(n, cst.BaseComp) and tree.has_span(n) and is_inside(place, tree.span(n))
    ]


def _blocks_and_statement(
    region: Region, place: _Span
) -> tuple[list[cst.CSTNode], cst.CSTNode | None]:
    """The statements with blocks around a place, from the outermost on, and that which it is in."""
    tree = region.tree
    body: list[cst.CSTNode] = list(tree.module.body)
    statements = [statement for statement, _ in blocks_around(tree, tree.module, place[0])]
    if statements:
        body = [s for suite in bodies(statements[-1]) for s in suite]
    return statements, next((s for s in body if is_inside(place, tree.span(s))), None)
