"""Layers that learn from data before a model is trained.

normalizer = keras.layers.Normalization()
normalizer.adapt(x_train)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.dispatch import provides
from transpiler.interpret.layers.starting import is_made_here
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant, rewrite
from transpiler.interpret.values import Bound, Layer, Static, Value
from transpiler.ir.expr import POSTFIX, Expr, attribute, expr, index
from transpiler.ir.pipeline import Gives, Leaf, Pipeline
from transpiler.record import replace
from transpiler.regex import regex

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
    if (made := _data_of(region, node)) is None:
        return False
    region.done.add(id(node))
    if _key(region, layer) in region.wants:
        _make_here(region, node, layer, made)
        return True
    layer.arguments["adapted"] = Static(made)
    region.idle.add(id(region.statement))
    return True


def _data_of(region: Region, node: cst.Call) -> Expr | None:
    """What a layer learns from, as one array; None where that is not known."""
    arguments = arguments_of(region, node)
    if len(arguments) != 1 or arguments[0][0] not in (None, "data"):
        return None
    data = arguments[0][1]
    if not isinstance(data, Static):
        return None
    if not isinstance(data.expr.value, Pipeline) and _DRAWN.search(data.expr.text):
        raise GiveUp("`adapt` gets what is another one each time: give it a name before", node)
    return _array(data.expr)


#: What gives something else when it is evaluated where the model is made.
_DRAWN = regex(r"\b(?:random|rng|next|shuffle\w*|permut\w+|rand\w*|normal|pop)\b[\w.]*\(")


@provides("adapt_inside")
def adapt_inside(region: Region, node: cst.Call, layer: Layer) -> bool:
    """The same in a function that gives the layer, which is made where that is called."""
    fresh = layer.symbol == _SYMBOL and not layer.problem and "adapted" not in layer.arguments
    made = _data_of(region, node) if fresh else None
    if made is not None:
        layer.arguments["adapted"] = Static(made)
    return made is not None


def _key(region: Region, layer: Layer) -> str:
    return f"standing:{region.tree.span(layer.node)[0]}"


@provides("stand")
def stand(region: Region, values: Iterable[Value]) -> None:
    """See to it that layers are modules of their own which a builder gets, adapted before.

    normalizer = Normalization(x.shape[-1]).adapt(x)
    model = build_and_compile_model(normalizer)
    """
    for layer in values:
        if isinstance(layer, Layer) and "adapted" in layer.arguments:
            _refuse_given(region, layer)
            region.want(_key(region, layer), True)


def _refuse_given(region: Region, layer: Layer) -> None:
    """Refuse a layer that stands where a function that gives it is called: it has no name."""
    made = region.tree.span(layer.node)[0]
    for function in region.inlined:
        start, end = region.tree.span(function.node)
        if start <= made < end:
            reason = f"the layer that `{function.name}` adapts and gives is no part of one model"
            raise GiveUp(f"{reason}: adapt it where it is used", layer.node)


def _make_here(region: Region, node: cst.Call, layer: Layer, data: Expr) -> None:
    """The module is made where the layer learns; what calls it reads the variable."""
    assert isinstance(node.func, cst.Attribute)
    name = region.tree.source(node.func.value)
    size = "" if _is_whole(layer) else width_of(data).text
    span = region.tree.span(node)
    region.settled[span] = f"{name} = Normalization({size}).adapt({data.text})"
    region.settled_helpers[span] = data.helpers | {"Normalization"}
    layer.arguments["standing"] = Static(
        Expr(name) if region.is_module else region.scope.read(name)
    )
    for statement, layers in region.layer_statements.items():
        if any(one is layer for one in layers):
            region.idle.add(statement)


@provides("learned")
def learned(region: Region, node: cst.Attribute, layer: Layer, attr: str) -> Static | None:
    """`normalizer.mean`, which has as many axes in Keras as the data; None of anything else."""
    if attr not in ("mean", "variance") or not _stands(region, layer):
        return None
    axes = "reshape(1)" if _is_whole(layer) else "unsqueeze(0)"
    return _settled(region, node, f"{_name(layer)}.{attr}.clone().{axes}.cpu()")


def on_array(region: Region, node: cst.CSTNode, layer: Layer, given: Static) -> Static | None:
    """`normalizer(table[:3])`: a tensor that is no part of a model; None of anything else."""
    if not isinstance(node, cst.Call) or len(node.args) != 1 or _is_whole(layer):
        return None
    if given.expr.text in region.parameters or not _stands(region, layer):
        return None
    helpers = frozenset({"Normalization.normalized"})
    return _settled(region, node, f"{_name(layer)}.normalized({given.expr.text})", helpers)


def _stands(region: Region, layer: Layer) -> bool:
    """See to it that a layer that has learned is a module of its own, which can be asked."""
    made_here = is_made_here(region, region.tree.span(layer.node))
    if layer.symbol != _SYMBOL or layer.problem:
        return False
    if "adapted" in layer.arguments and made_here:
        _refuse_given(region, layer)
        region.want(_key(region, layer), True)
    return "standing" in layer.arguments


def _name(layer: Layer) -> str:
    standing = layer.arguments["standing"]
    assert isinstance(standing, Static)
    return standing.expr.text


def _settled(
    region: Region, node: cst.BaseExpression, text: str, helpers: frozenset[str] = frozenset()
) -> Static:
    """What stands in the place of an expression, in a script and in what is left of a builder."""
    made = Static(Expr(text, strength=POSTFIX, helpers=helpers))
    span = region.tree.span(node)
    rewrite(region, node, made)
    region.settled[span] = text
    region.helpers_used |= helpers
    return made


def _is_whole(layer: Layer) -> bool:
    """Whether all numbers are normalized by the same two."""
    return "axis" in layer.arguments and constant(layer.arguments["axis"]) is None


def as_given(layer: Layer, reading: Expr) -> Layer:
    """A layer that stands by itself, as a function sees it that gets it."""
    refuse_whole(layer)
    return Layer(layer.rule, layer.symbol, {"standing": Static(reading)}, layer.node, reading.text)


def refuse_whole(layer: Layer) -> None:
    """Refuse one that tells nothing of how many columns there are, of whatever call."""
    if _is_whole(layer) and not is_of_one_column(layer):
        raise GiveUp("a normalization of all columns by the same numbers is passed to a function")


def is_of_one_column(layer: Layer) -> bool:
    """Whether a layer that stands by itself says that it takes one number for each sample."""
    declared = layer.arguments.get("input_shape")
    known = declared is not None and constant(declared) in ([1], (1,))
    return known and "standing" in layer.arguments


def as_column(given: Bound) -> Bound:
    """The input of a model that begins with such a layer, where it declares none itself."""
    undeclared = given.tensor.dims is None
    return replace(given, tensor=replace(given.tensor, dims=(expr(1),))) if undeclared else given


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


def width_of(data: Expr) -> Expr:
    """The number of columns of an array."""
    alone = re.fullmatch(r"np\.(?:as)?array\((\w+)\)", data.text)
    named = data if alone is None else replace(data, text=alone.group(1), strength=POSTFIX)
    return index(attribute(named, "shape"), -1)
