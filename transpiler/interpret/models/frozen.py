"""`for layer in model.layers: layer.trainable = False`, of a model of the program's own."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.layers.freezing import has_trained, only_trainable, set_trainable, vanish
from transpiler.interpret.models.parts import layers_made_here
from transpiler.interpret.region import Region
from transpiler.interpret.statics import const, constant
from transpiler.interpret.values import Layer, Model, Sequence, Unknown
from transpiler.ir.expr import UNKNOWN
from transpiler.source.lexical import blanked


@provides("freeze_layers")
def freeze_layers(region: Region, node: cst.For) -> bool:
    """A loop that only freezes layers of a model; whether it is such a one.

    A Sequential that is made here has frozen layers; of another model, the loop becomes a call,
    or is all that stays as it was.
    """
    value = only_trainable(node)
    listed = node.iter.value if isinstance(node.iter, cst.Subscript) else node.iter
    if value is None:
        return False
    if not isinstance(listed, cst.Attribute) or listed.attr.value != "layers":
        return has_trained(region) and _freeze_listed(region, node, value)
    model = evaluate(region, listed.value)
    if not isinstance(model, Model):
        return False
    region.statement = node
    assert isinstance(node.target, cst.Name)
    region.scope.bump(node.target.value)
    region.scope.values[node.target.value] = Unknown("a layer of a model")
    frozen = _layers_made_here(region, model, node.iter)
    if frozen is not None:
        later = has_trained(region)
        for layer in frozen:
            set_trainable(region, layer, const(value), node)
        if not later:
            vanish(region, node.body)
        return True
    source = region.tree.source(listed.value)
    if listed is node.iter and _is_followed(region):
        region.file.without_gradients[id(node)] = f"{source}.requires_grad_({value})"
    region.left_calls.append((node, f"{source}.layers", model))
    return True


def _freeze_listed(region: Region, node: cst.For, value: bool) -> bool:
    """The same of a list of layers, after something was trained."""
    listed = evaluate(region, node.iter)
    if not isinstance(listed, Sequence) or not all(isinstance(i, Layer) for i in listed.items):
        return False
    for layer in listed.items:
        if isinstance(layer, Layer):
            set_trainable(region, layer, const(value), node)
    return True


def _layers_made_here(
    region: Region, model: Model, listed: cst.BaseExpression
) -> list[Layer] | None:
    """Those layers of a Sequential of this region that the loop runs over, if they are known."""
    layers = layers_made_here(region, model)
    if layers is None or not isinstance(listed, cst.Subscript):
        return layers
    part = listed.slice[0].slice
    if not isinstance(part, cst.Slice) or len(model.outputs_of) != len(layers):
        return None
    bounds = [
        None if bound is None else constant(evaluate(region, bound))
        for bound in (part.lower, part.upper, part.step)
    ]
    return None if any(b is UNKNOWN for b in bounds) else layers[slice(*bounds)]


#: What a frozen layer has to be, or to leave undone, besides.
_MORE = re.compile(r"BatchNorm|regularizer|add_loss")


def _is_followed(region: Region) -> bool:
    """Whether switching off gradients is all that it means: nothing was compiled before."""
    trained = region.training or region.runs
    plain = not trained and not region.loops and not region.branches
    return plain and not _MORE.search(blanked(region.tree.text))
