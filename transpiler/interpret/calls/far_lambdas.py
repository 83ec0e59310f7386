"""Lambdas that stand elsewhere than where a data set gets them.

def batches(data, change):                        a lambda is written where it is used: there, its
    return data.map(change).batch(8)              names may mean something else, and another call
                                                  may give another one
train = batches(data, lambda a, b: (a * k, b))
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.values import Function
from transpiler.ir.tensor import Unsupported

_GIVEN = (
    "a lambda reaches it through a parameter, or from another file: write it as a function, which "
    "has a name"
)
_HIDDEN = "the lambda reads `{0}`, which means something else here: write it as a function"


def refuse_far_lambda(region: Region, function: Function) -> None:
    """Refuse a lambda that can't be written here."""
    node = function.node
    if not isinstance(node, cst.Lambda):
        return
    if function.parameter or not region.tree.has_span(node):
        raise Unsupported(_GIVEN)
    if not isinstance(region.function, cst.FunctionDef):
        return
    (start, end), place = region.tree.span(region.function), region.tree.span(node)[0]
    if start <= place < end:
        return
    own = {*region.parameters, *region.scope.values}
    hidden = sorted(own.intersection(region.tree.names(node)) - _parameters(node))
    if hidden:
        raise Unsupported(_HIDDEN.format(hidden[0]))


def _parameters(node: cst.Lambda) -> set[str]:
    return {one.name.value for one in node.params.params}
