"""Whether several objects may get the same model: each compiles it, for all of them.

for rate in (0.1, 0.01):
    trainers.append(Trainer(model, rate))
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.values import Model
from transpiler.source.suites import is_inside, nodes_of

_Span = tuple[int, int]
_LOOPS = (cst.For, cst.While, cst.BaseComp)


def may_be_shared(region: Region, node: cst.Call, model: Model) -> bool:
    """Whether a call that makes an object may run again with the same model."""
    if model.node is None or not region.tree.has_span(model.node):
        return False
    made = region.tree.span(model.node)
    given = model.source is not None  # its function gets it: whoever calls that
    return _runs_again(region, region.tree.span(node), made, given, 4)


def _runs_again(region: Region, place: _Span, made: _Span, given: bool, depth: int) -> bool:
    tree = region.tree
    around = [
        n
        for n in nodes_of(tree.module)
        if isinstance(n, (*_LOOPS, cst.FunctionDef))
        and tree.has_span(n)
        and is_inside(place, tree.span(n))
        and not is_inside(made, tree.span(n))
    ]
    functions = [n for n in around if isinstance(n, cst.FunctionDef)]
    if given and functions:
        inner = functions[-1]
        return any(n is not inner and is_inside(tree.span(n), tree.span(inner)) for n in around)
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
