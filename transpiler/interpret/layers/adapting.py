"""Layers that learn from data before a model is trained.

normalizer = keras.layers.Normalization()
normalizer.adapt(x_train)
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.region import Region
from transpiler.interpret.values import Layer, Static
from transpiler.ir.expr import Expr
from transpiler.ir.pipeline import Gives, Leaf, Pipeline
from transpiler.record import replace

_SYMBOL = "keras.layers.Normalization"


def adapt(region: Region, node: cst.Call, layer: Layer) -> bool:
    """Note what a layer learns from, which its module then gets; False where it can't be so."""
    alone = isinstance(region.statement, cst.SimpleStatementLine) and any(
        isinstance(small, cst.Expr) and small.value is node for small in region.statement.body
    )
    if layer.symbol != _SYMBOL or layer.modules or layer.problem or not alone:
        return False
    if region.loops or "adapted" in layer.arguments or not _in_one_suite(region, layer.node, node):
        return False
    arguments = arguments_of(region, node)
    if len(arguments) != 1 or arguments[0][0] not in (None, "data"):
        return False
    data = arguments[0][1]
    if not isinstance(data, Static) or (made := _array(data.expr)) is None:
        return False
    layer.arguments["adapted"] = Static(made)
    region.idle.add(id(region.statement))
    region.done.add(id(node))
    return True


def _in_one_suite(region: Region, made: cst.CSTNode, used: cst.CSTNode) -> bool:
    """Whether two statements run together, whenever they do."""
    tree = region.tree
    first, last = (tree.line_start(tree.span(node)[0]) for node in (made, used))
    lines = tree.text[first : tree.line_end(last)].splitlines()
    margins = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    return first < last and margins[0] == margins[-1] == min(margins)


def _array(data: Expr) -> Expr | None:
    """The data as one array; None where nobody knows how."""
    if not isinstance(data.value, Pipeline):
        return data
    pipeline = data.value
    if not isinstance(pipeline.element, Leaf) or pipeline.endless or not pipeline.is_done:
        return None
    join = "torch.cat" if pipeline.gives is Gives.BATCHES else "torch.stack"
    text = f"{join}(list({data.text}))"
    return replace(data, text=text, helpers=data.helpers | {"torch"})
