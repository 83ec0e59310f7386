"""Whether several objects may get the same model: each compiles it, for all of them.

for rate in (0.1, 0.01):
    trainers.append(Trainer(model, rate))
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.values import Model
from transpiler.source.suites import blocks_around, bodies, is_inside, nodes_of

_Span = tuple[int, int]


def may_be_shared(region: Region, node: cst.Call, model: Model) -> bool:
    """Whether a call that makes an object may run again with the same model."""
    if model.node is None or not region.tree.has_span(model.node):
        return False
    made = region.tree.span(model.node)
    given = model.source is not None  # its function gets it: whoever calls that
    return _runs_again(region, region.tree.span(node), made, given, 4)


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
    body: list[cst.CSTNode] = list(tree.module.body)
    statements = [statement for statement, _ in blocks_around(tree, tree.module, place[0])]
    if statements:
        body = [s for suite in bodies(statements[-1]) for s in suite]
    found = [s for s in statements if isinstance(s, (cst.For, cst.While, cst.FunctionDef))]
    inner = next((s for s in body if is_inside(place, tree.span(s))), None)
    nodes = nodes_of(inner) if inner is not None else ()
    return found + [
        n
        for n in nodes
        if isinstance(n, cst.BaseComp) and tree.has_span(n) and is_inside(place, tree.span(n))
    ]
