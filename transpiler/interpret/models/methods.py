"""Methods of models, changes of them, and functions that get them."""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.calls.settings import is_statement
from transpiler.interpret.dispatch import provides
from transpiler.interpret.layers.freezing import (
    LEFT_FROZEN,
    freezes_given,
    is_trainable_anyway,
    layers_of,
    leaves_frozen,
    may_freeze,
    set_trainable,
)
from transpiler.interpret.models.dry_runs import lazy_among
from transpiler.interpret.models.parts import get_layer
from transpiler.interpret.models.popping import pop_layer
from transpiler.interpret.models.sequential import add
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import const
from transpiler.interpret.trainable import note_freezing, note_layer
from transpiler.interpret.training import (
    OLDER,
    SIGNATURES,
    note_training,
)
from transpiler.interpret.values import (
    Inside,
    Layer,
    Model,
    Static,
    Unknown,
    Value,
    bases_of,
    is_graph,
    models_in,
)
from transpiler.source.whereabouts import LOOKING

_TRAINING = frozenset(
    {
        "compile", "fit", "evaluate", "predict", "fit_generator", "train_on_batch", "test_on_batch",
        "predict_on_batch", "predict_classes", "evaluate_generator", "predict_generator", "save",
        "save_weights", "load_weights", "summary", "get_weights", "set_weights", "build",
        "to_json", "export", "get_config", "predict_proba", "reset_states", "count_params",
    }
)  # fmt: skip


@provides("model_method")
def model_method(region: Region, node: cst.Call, model: Model, name: str) -> Value | None:
    """A method of a model."""
    if name == "add" and model.kind == "sequential" and model.region is region:
        values = [v for _, v in arguments_of(region, node)]
        if len(values) != 1:
            raise GiveUp("`add` takes one layer", node)
        if model.given_away:
            model.broken = f"`{model.given_away}`, which gets it, may add layers to it"
            raise GiveUp(model.broken, node)
        region.done.add(id(node))
        model.additions.append(node)
        if isinstance(values[0], Layer):
            values[0].hint = ""
        try:
            add(region, model, values[0], node)
        except GiveUp as why:
            model.broken = why.reason
            raise
        return const(None)
    if name == "pop" and model.kind == "sequential":
        region.done.add(id(node))
        model.additions.append(node)
        pop_layer(region, model, node)
        return const(None)
    if name == "add":
        raise GiveUp("a layer is added to a model that is made elsewhere", node)
    if name == "get_layer":
        return get_layer(region, node, model)
    if name == "build" and _is_made(region, model) and is_statement(region, node):
        arguments_of(region, node)
        region.graph_events += 1
        region.done.add(id(node))
        region.idle.add(id(region.statement))
        return const(None)
    if name in SIGNATURES or name in OLDER:
        region.left_calls.append((node, name, model))
        return note_training(region, node, model, name)
    arguments_of(region, node)
    if name not in _OF_TORCH:
        region.left_calls.append((node, name, model))
    return Unknown(f"the method {name} of a model")


#: Methods of modules, and of no model of Keras: a file that calls them has been converted.
_OF_TORCH = frozenset(
    {"eval", "load_state_dict", "parameters", "requires_grad_", "state_dict", "to"}
)


def _is_made(region: Region, model: Model) -> bool:
    """Whether all sizes of a model are known that its layers need: there is nothing to build."""
    dims = [bound.tensor.dims for bound in model.inputs]
    if dims and all(d is not None and d[-1:] != (None,) for d in dims):
        return True
    layers = layers_of(model) if model.region is region and model.kind == "sequential" else []
    modules = [module for layer in layers for module in layer.modules]
    return bool(modules) and lazy_among(region.file, modules) is None


@provides("set_attribute")
def set_attribute(region: Region, base: Value, attr: str, value: Value, node: cst.CSTNode) -> None:
    """`layer.trainable = False` and other changes of layers and models."""
    if isinstance(base, Inside):
        _set_inside(region, base, attr, value, node)
        return
    if attr == "trainable" and isinstance(value, Static):
        layers = [base] if isinstance(base, Layer) else bases_of(base)
        for layer in layers:
            set_trainable(region, layer, value, node)
        if layers:
            return
    if isinstance(base, Model):
        if attr == "trainable" and is_trainable_anyway(region, base, value):
            region.graph_events += 1
            return
        if attr == "trainable" and isinstance(node, cst.Assign):
            left = leaves_frozen(region, base, value)
            note_freezing(region, node, base, value)
            if left:
                region.training[id(node)].problem = LEFT_FROZEN
        region.left_calls.append((node, f"{attr} =", base))
        return
    raise GiveUp(f"the attribute {attr} of a layer is set", node)


def _set_inside(region: Region, inside: Inside, attr: str, value: Value, node: cst.CSTNode) -> None:
    """`model.layers[0].trainable = False`, of a model that is made here, or has not trained yet."""
    layer = inside.layer if attr == "trainable" and isinstance(value, Static) else None
    if layer is not None and isinstance(value, Static):
        if inside.model.region is region or may_freeze(region, layer, inside.model):
            set_trainable(region, layer, value, node, inside.model)
            return
    if attr == "trainable" and isinstance(value, Static) and isinstance(node, cst.Assign):
        if inside.made is not None and freezes_given(region, inside.model, value, [inside.made]):
            note_layer(region, node, inside.model, value, inside.made)
            return
    target = node.targets[0].target if isinstance(node, cst.Assign) else node
    region.left_calls.append((node, region.tree.source(target), inside.model))


#: Functions of Python's library that only give what they get, or some of it.
_PASSING = ("random", "itertools", "copy", "functools", "operator", "collections")


@provides("note_given")
def note_given(region: Region, node: cst.Call, name: str, values: list[Value]) -> None:
    """Note that a function which is not known gets a list or dict of models: it may ask them."""
    models = models_in(*values)
    if models and name not in LOOKING and name.partition(".")[0] not in _PASSING:
        region.left_calls.append((node, name, models[0]))


@provides("pass_model")
def pass_model(region: Region, node: cst.Call, name: str, values: list[Value]) -> Value:
    """A function that is not known gets a model or layers."""
    models = [v for v in values if isinstance(v, Model)]
    if models:
        for model in models:
            model.given_away = model.given_away or (name if name not in LOOKING else "")
        region.left_calls.append((node, name, models[0]))
        if len(models) == 1 and "load" in name and "weights" in name:
            region.say(ASSUMED, node, f"`{name}` is assumed to give back the model that it gets")
            return models[0]
        return Unknown(f"what `{name}` makes of a model")
    if any(is_graph(v) for v in values):
        note_given(region, node, name, values)
        if region.is_module:
            return Unknown(f"`{name}` is not known")
        raise GiveUp(f"`{name}` gets layers, and what it does is not known", node)
    return Unknown(f"`{name}` is not known")
