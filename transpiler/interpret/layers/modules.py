"""The modules of a layer that was called: made once, called again, and what differs from Keras."""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import ASSUMED, CLOSE_IDIOM, REGULARIZER, UNSUPPORTED, Fidelity
from transpiler.interpret.dispatch import provided
from transpiler.interpret.layers.freezing import (
    FROZEN_NORM,
    as_trainable,
    gradients_aside,
    is_frozen_norm,
    place_of,
    trainable_of,
    write_freezes,
)
from transpiler.interpret.layers.names import layer_name_hint
from transpiler.interpret.layers.rules import is_hard_sigmoid
from transpiler.interpret.layers.watching import ALONE, activity_regularizer
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.tensors.results import modules_of
from transpiler.interpret.values import Bound, Layer, Sequence, Static, Value
from transpiler.ir.code import Comments, Construct
from transpiler.ir.expr import Expr, Module
from transpiler.record import replace
from transpiler.rule import SHARED

_PENALTIES = frozenset(n for n in SHARED if n.endswith(("_regularizer", "_constraint")))


def settle_modules(region: Region, layer: Layer, value: Value, node: cst.CSTNode) -> Value:
    """Construct the layer's modules, once; a layer that was called before is called again."""
    made = [m for m in modules_of(value) if m.token not in region.constructed]
    if layer.modules or layer.calls:
        if len(made) != len(layer.modules):
            raise GiveUp("a shared layer is called in ways that need different modules", node)
        for module, first in zip(made, layer.modules, strict=True):
            if gradients_aside(module) != gradients_aside(first):
                raise GiveUp("a shared layer is called on inputs of different sizes", node)
            value = _reuse(value, module, first)
        norm = "BatchNormalization" in layer.symbol and not is_frozen_norm(layer)
        if norm and region.file.options.keras != "2":
            region.say(ASSUMED, node, f"{layer.symbol}: {_SHARED_AVERAGES}")
        return value
    _say_what_differs(region, layer)
    for position, module in enumerate(made):
        made[position] = as_trainable(layer, module)
        if made[position] is not module:
            value = _reuse(value, module, made[position])
    hint = layer_name_hint(region, layer)
    place = place_of(region, layer, made)
    if layer.freezes and place is None:
        raise GiveUp("a layer is frozen under a condition, before its input is known", layer.node)
    for module in made:
        region.constructed.add(module.token)
        if hint and (module is made[0] or module.hint != "activation"):
            region.module_hints[module.token] = hint
        construct = Construct(module)
        if module is made[0]:
            construct.comments, construct.origins = Comments(layer.notes), layer.origins
        if place is None:
            region.emit_init(construct)
        else:
            nodes, marker = place
            nodes.insert(nodes.index(marker), construct)
    layer.modules = tuple(made)
    layer.calls.append(())
    write_freezes(layer)
    note_result(region, layer, value)
    return value


def note_result(region: Region, layer: Layer, value: Value) -> None:
    """A layer is known by its name, and as what gives an output."""
    if isinstance(value, Bound):
        layer.gave = value.tensor.code.text
        region.last_layer = (layer, layer.gave)
        region.called_layers.append(layer)
    name = constant(layer.arguments["name"]) if "name" in layer.arguments else None
    if isinstance(name, str):
        region.named_layers[name] = layer


def _reuse(value: Value, module: Module, first: Module) -> Value:
    """The value, which calls `first` where it called `module`."""
    if isinstance(value, Sequence):
        return replace(value, items=tuple(_reuse(i, module, first) for i in value.items))
    if not isinstance(value, Bound):
        return value
    tensor = value.tensor
    mask = tensor.mask if tensor.mask is None else _swap(tensor.mask, module, first)
    return replace(value, tensor=replace(tensor, code=_swap(tensor.code, module, first), mask=mask))


def _swap(code: Expr, module: Module, first: Module) -> Expr:
    modules = tuple(first if m.token == module.token else m for m in code.modules)
    before = tuple(replace(b, value=_swap(b.value, module, first)) for b in code.before)
    text = code.text.replace(module.token, first.token)
    return replace(code, text=text, modules=modules, before=before)


HARD_SIGMOID = "hard_sigmoid is Keras 3's, x / 6 + 0.5; Keras 2's is 0.2 * x + 0.5"


_CONV_LSTM = "its recurrent activation is Keras 3's, sigmoid; Keras 2's is a hard sigmoid"


_SHARED_AVERAGES = (
    "its calls move the running averages in the order of the program; Keras 3 may run them in "
    "another one, and a step differs by (1 - momentum)² of what the batches differ by"
)


def _hardly(value: Value) -> bool:
    if isinstance(value, Layer):
        return any(_hardly(inner) for inner in value.arguments.values())
    return is_hard_sigmoid(value)


def _say_what_differs(region: Region, layer: Layer) -> None:
    rule = layer.rule
    assert rule is not None
    settled = is_frozen_norm(layer) and not layer.freezes
    if rule.fidelity is Fidelity.CLOSE and not settled and not region.file.options.exact:
        region.say(CLOSE_IDIOM, layer.node, f"{layer.symbol}: {rule.note}")
    assumed = region.file.options.keras == "auto"
    if assumed and any(_hardly(value) for value in layer.arguments.values()):
        region.say(ASSUMED, layer.node, f"{layer.symbol}: {HARD_SIGMOID}")
    if assumed and "ConvLSTM" in layer.symbol and "recurrent_activation" not in layer.arguments:
        region.say(ASSUMED, layer.node, f"{layer.symbol}: {_CONV_LSTM}")
    _note_penalties(region, layer, layer)
    if "weights" in layer.arguments and not _is_none(layer.arguments["weights"]):
        region.say(UNSUPPORTED, layer.node, f"{layer.symbol}: weights= is not carried over")
    dtype = layer.arguments.get("dtype")
    if dtype is not None and constant(dtype) not in (None, "float32"):
        region.say(UNSUPPORTED, layer.node, f"{layer.symbol}: dtype= is not carried over")
    trainable = trainable_of(layer)
    frozen = trainable is not None and constant(trainable) is not True
    if (frozen or layer.freezes) and "BatchNormalization" in layer.symbol and not settled:
        region.say(UNSUPPORTED, layer.node, FROZEN_NORM)


def _note_penalties(region: Region, layer: Layer, owner: Layer) -> None:
    """Remember what a layer, and those that it runs, add to the loss or do to their weights."""
    rule = layer.rule
    for name in sorted(_PENALTIES.intersection(layer.arguments)):
        value = layer.arguments[name]
        taken = rule is not None and name in rule.parameters
        if not taken and not _is_none(value):
            _note_penalty(region, layer, owner, name, value)
    if layer.symbol == ALONE and (alone := activity_regularizer(layer)) is not None:
        _note_penalty(region, layer, owner, "activity_regularizer", alone)
    for value in layer.arguments.values():
        for inner in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(inner, Layer):
                _note_penalties(region, inner, owner)


def _note_penalty(region: Region, layer: Layer, owner: Layer, name: str, value: Value) -> None:
    region.penalties.append((owner, name, value))
    if name != "activity_regularizer":
        provided("own_penalty")(region, layer, name, value)
    message = f"{name} is not part of the module; it belongs to the training loop"
    region.say(REGULARIZER, owner.node, f"{layer.symbol}: {message}")


def _is_none(value: Value) -> bool:
    return isinstance(value, Static) and value.expr.known and value.expr.value is None
