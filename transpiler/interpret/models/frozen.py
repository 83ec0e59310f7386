"""`for layer in model.layers: layer.trainable = False`, of a model of the program's own."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.interpret.context import FileContext
from transpiler.interpret.dispatch import evaluate, provided, provides
from transpiler.interpret.layers.freezing import (
    freezes_given,
    freezes_perhaps,
    has_trained,
    is_made_norm,
    only_trainable,
    refuse_kept_norm,
    set_trainable,
    vanish,
)
from transpiler.interpret.models.parts import layers_in_a_row, layers_made_here, origin_of
from transpiler.interpret.models.told_layers import (
    Items,
    is_number_kept,
    is_read_besides,
    listed_by,
    may_tell,
    told,
    vanish_beginnings,
)
from transpiler.interpret.region import Region
from transpiler.interpret.statics import const, constant
from transpiler.interpret.training import root
from transpiler.interpret.values import (
    Framework,
    Function,
    Layer,
    Model,
    Namespace,
    Sequence,
    Unknown,
    UserClass,
)
from transpiler.ir.expr import UNKNOWN
from transpiler.regex import regex
from transpiler.source.lexical import blanked


@provides("freeze_layers")
def freeze_layers(region: Region, node: cst.For) -> bool:
    """A loop that only freezes layers of a model; whether it is such a one.

    A Sequential that is made here has frozen layers; of another model, the loop becomes a call,
    or is all that stays as it was.
    """
    others, norms = _others(region, node), _norms(region, node)
    value = only_trainable(others or norms or node)
    listed = node.iter.value if isinstance(node.iter, cst.Subscript) else node.iter
    if value is None:
        return may_tell(region, node) and tell_layers(region, node)
    if not isinstance(listed, cst.Attribute) or listed.attr.value != "layers":
        later = has_trained(region) or freezes_perhaps(region)
        return later and norms is None and _freeze_listed(region, node, value)
    model = evaluate(region, listed.value)
    if not isinstance(model, Model):
        return False
    region.statement = node
    assert isinstance(node.target, cst.Name)
    region.scope.bump(node.target.value)
    region.scope.values[node.target.value] = Unknown("a layer of a model")
    frozen = _layers_made_here(region, model, node.iter)
    if frozen is not None:
        if others is not None:
            frozen = [layer for layer in frozen if layer.symbol != _NORM]
        elif norms is not None:
            frozen = [layer for layer in frozen if layer.symbol == _NORM]
        norms_too = any(is_made_norm(layer, const(value)) for layer in frozen)
        for layer in frozen:
            set_trainable(region, layer, const(value), node, later=norms_too)
        if not (norms_too or has_trained(region) or freezes_perhaps(region)):
            vanish(region, node.body)
        return True
    source = region.tree.source(listed.value)
    apart = listed is not node.iter or norms is not None or is_told_apart(region, source)
    given = _layers_given(region, model, node.iter) if apart else None
    if given is not None and (others or norms) is not None:
        given = [layer for layer in given if (layer.symbol == _NORM) is (norms is not None)]
    if given is not None and freezes_given(region, model, const(value), given):
        noted_layer: Any = provided("note_layer")
        for layer in given:
            refuse_kept_norm(layer, const(value), node)
            noted_layer(region, node, model, const(value), layer)
        return True
    if norms is not None:
        return False
    if listed is node.iter and _is_followed(region, model):
        region.file.without_gradients[id(node)] = f"{source}.requires_grad_({value})"
        if value:
            region.file.still.discard(id(root(model)))
        else:
            region.file.still.add(id(root(model)))
    elif listed is node.iter and _is_known(region, model, others is not None):
        noted: Any = provided("note_freezing")
        noted(region, node, model, const(value), listed.value, others is not None, itself=False)
    region.left_calls.append((node, f"{source}.layers", model))
    return True


_NORM = "keras.layers.BatchNormalization"


@provides("tell_layers")
def tell_layers(region: Region, node: cst.For, called: cst.Call | None = None) -> bool:
    """The same of a loop that tells of each layer by itself whether it is trainable.

    It may stand in a function, of which a statement is a call.
    """
    listed, layer, number = listed_by(region, node)
    of = listed.value if isinstance(listed, cst.Subscript) else listed
    if not layer or not isinstance(of, cst.Attribute) or of.attr.value != "layers":
        return False
    model = evaluate(region, of.value)
    items = _items(region, model, listed) if isinstance(model, Model) else None
    made = told(region, node, items) if items is not None else None
    if not isinstance(model, Model) or made is None or is_read_besides(region, node, made.names):
        return False
    if called is None and is_number_kept(region, number):
        return False
    own = model.region is region
    layers = [one for one, _ in made.values]
    if not own and not freezes_given(region, model, const(False), layers):
        return False
    if called is None:
        region.statement = node
        for name in filter(str.isidentifier, (layer, number, *made.names)):
            region.scope.bump(name)
            region.scope.values[name] = Unknown("what a loop over layers has set")
    later = not own or has_trained(region) or freezes_perhaps(region)
    norms_too = any(is_made_norm(one, const(value)) for one, value in made.values)
    later = later or norms_too
    at = node if called is None else called
    noted_layer: Any = provided("note_layer")
    for one, value in made.values:
        if own:
            set_trainable(region, one, const(value), at, later=norms_too)
        else:
            refuse_kept_norm(one, const(value), at)
            noted_layer(region, at, model, const(value), one)
    if not later and called is not None:
        assert region.statement is not None
        region.graph_statements[id(region.statement)] = region.statement
    elif not later:
        vanish(region, node.body)
    if called is None:
        vanish_beginnings(region, node, made.begun)
    return True


def _items(region: Region, model: Model, listed: cst.BaseExpression) -> Items | None:
    """The layers that a loop runs over, if they are known one by one."""
    origin = model if model.region is region else origin_of(model)
    part = _part_of(region, listed)
    if origin is None or origin.region is None or part is None:
        return None
    layers: Items | None = list(layers_made_here(origin.region, origin) or ()) or None
    if layers is not None and len(origin.outputs_of) != len(layers):
        return None
    if layers is None:
        chain = layers_in_a_row(origin.region, origin)
        layers = None if chain is None else [None, *chain]
    return None if layers is None else layers[part]


def _others(region: Region, node: cst.For) -> cst.For | None:
    """A loop that spares batch normalization, as if it did not: `if not isinstance(...)`."""
    match node.body.body:
        case [
            cst.If(
                test=cst.UnaryOperation(operator=cst.Not(), expression=kind),
                orelse=None,
                body=body,
            )
        ] if _asks_for_norm(region, node, kind):
            return node.with_changes(body=body)
    return None


def _norms(region: Region, node: cst.For) -> cst.For | None:
    """A loop that is about batch normalization alone, as if it were about all layers."""
    match node.body.body:
        case [cst.If(test=kind, orelse=None, body=body)] if _asks_for_norm(region, node, kind):
            return node.with_changes(body=body)
    return None


def _asks_for_norm(region: Region, node: cst.For, kind: cst.BaseExpression) -> bool:
    """Whether a condition is whether the layer of a loop normalizes batches."""
    match kind:
        case cst.Call(
            func=cst.Name("isinstance"), args=[cst.Arg(cst.Name(one)), cst.Arg(wanted)]
        ) if (isinstance(node.target, cst.Name) and node.target.value == one):
            found = evaluate(region, wanted)
            return isinstance(found, Framework) and found.name == _NORM
    return False


def _is_known(region: Region, model: Model, but_norms: bool) -> bool:
    """Whether it is one model, of which other code may train the layers alone.

    What a loop spares stays as it was, which is trainable only if nothing was frozen.
    """
    if but_norms and id(root(model)) in region.file.frozen:
        return False
    return model.expr is not None and not region.branches and not root(model).options


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
    chain = layers_in_a_row(region, model) if layers is None and not region.loops else None
    if chain is not None:
        held = evaluate(region, listed)  # after the input, which has no weights
        items = held.items if isinstance(held, Sequence) else ()
        return [item for item in items if isinstance(item, Layer)] if items else None
    if layers is None or len(model.outputs_of) != len(layers):
        return layers if not isinstance(listed, cst.Subscript) else None
    part = _part_of(region, listed)
    return None if part is None else layers[part]


def _layers_given(region: Region, model: Model, listed: cst.BaseExpression) -> list[Layer] | None:
    """Those layers of a model which a function gives that the loop runs over, if it is certain."""
    origin = origin_of(model)
    part = _part_of(region, listed)
    if model.region is region or origin is None or origin.region is None or part is None:
        return None
    layers: list[Any] | None = layers_made_here(origin.region, origin)
    if layers is not None and len(layers) != len(origin.outputs_of):
        return None
    if layers is None:
        chain = layers_in_a_row(origin.region, origin)
        layers = None if chain is None else [None, *chain]  # the input has no weights
    if layers is None:
        return None
    return [layer for layer in layers[part] if layer is not None]


def _part_of(region: Region, listed: cst.BaseExpression) -> slice | None:
    """Which part of a list an expression takes; None where that is not known."""
    if not isinstance(listed, cst.Subscript):
        return slice(None)
    taken = listed.slice[0].slice
    if not isinstance(taken, cst.Slice):
        return None
    bounds = [
        None if bound is None else constant(evaluate(region, bound))
        for bound in (taken.lower, taken.upper, taken.step)
    ]
    return None if any(b is UNKNOWN for b in bounds) else slice(*bounds)


def is_told_apart(region: Region, model: str) -> bool:
    """Whether other code says of single layers of a model whether they are trainable.

    for layer in model.layers:
        layer.trainable = False
    model.layers[-1].trainable = True
    """
    one = r"(?:layers\[[^\]\n]*\]|get_layer\([^()\n]*\))\.trainable\s*=(?!=)"
    return re.search(rf"\b{re.escape(model)}\.{one}", region.tree.blanked) is not None


#: What a frozen layer has to be, or to leave undone, besides.
_MORE = regex(r"BatchNorm|regularizer|add_loss")


def _is_followed(region: Region, model: Model) -> bool:
    """Whether switching off gradients is all that it means: nothing was compiled before."""
    trained = region.training or region.runs or model.source is not None
    plain = not trained and not region.loops and not region.branches
    return plain and not any(
        _MORE.search(blanked(file.tree.text)) for file in _files_of(region, model)
    )


def _files_of(region: Region, model: Model) -> list[FileContext]:
    """The files in which layers of a model may be made: its own, and those that it takes from."""
    origin = origin_of(model)
    home = origin.region.file if origin is not None and origin.region is not None else region.file
    found: list[FileContext] = []
    pending = [region.file, home]
    while pending:
        file = pending.pop()
        if any(file is known for known in found):
            continue
        found.append(file)
        held = list(file.globals.values())
        held += [v for value in held if isinstance(value, Namespace) for v in value.items.values()]
        made = [value for value in held if isinstance(value, (Function, UserClass))]
        pending += [value.file for value in made if value.file is not None]
    return found
