"""Layers with or without gradients, and the comments of what made or changed them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from transpiler.diagnostics import ASSUMED, UNSUPPORTED
from transpiler.interpret.dispatch import provided
from transpiler.interpret.layers.stale import stale_name
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import const, constant
from transpiler.interpret.training import root
from transpiler.interpret.values import Layer, Model, Sequence, Static, Unknown, Value
from transpiler.ir.code import Comments, Construct, Line
from transpiler.ir.expr import UNKNOWN, Module, method, reads
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.record import replace
from transpiler.regex import regex

_REQUIRES_GRAD = regex(r"\.requires_grad_\([^()]*\)$")

#: Calls that train.
_STEPS = ("fit", "train_on_batch")
#: What layers are made with that have no weights of their own.
WEIGHTLESS = (
    "nn.Dropout",
    "nn.AlphaDropout",
    "nn.Softmax",
    "nn.ReLU",
    "nn.LeakyReLU",
    "nn.Flatten",
)

#: Steps of the program's own, which would have to tell what normalizes as in inference.
_BY_HAND = regex(r"\bGradientTape\b|\btraining\s*=\s*(?!False)")
#: What is said where a layer can't be made so.
FROZEN_NORM = "a frozen BatchNormalization must stay in eval mode"

#: The same of one that has no weights yet which could be frozen.
FROZEN_OPEN = (
    "what is frozen is to find its sizes in the first batch: declare the shape of its input"
)


def is_frozen_norm(layer: Layer) -> bool:
    """Whether it is made with `trainable=False`: it normalizes as in inference, always."""
    trainable = layer.arguments.get("trainable")
    given = trainable is not None and constant(trainable) is False
    return given and layer.symbol == "keras.layers.BatchNormalization"


def is_made_norm(layer: Layer, value: Static) -> bool:
    """Whether it normalizes batches in a model already, and is to do so in another way."""
    if not layer.modules or not layer.symbol.endswith("BatchNormalization"):
        return False
    return constant(value) is not constant(layer.arguments.get("trainable", const(True)))


def refuse_kept_norm(layer: Layer, value: Static, node: cst.CSTNode) -> None:
    """Refuse to train one that is made to normalize as in inference, always."""
    if is_frozen_norm(layer) and constant(value) is not False:
        raise GiveUp(FROZEN_NORM, node)


def trainable_of(layer: Layer) -> Value | None:
    """What is said of whether a layer is trainable, or the one that it runs."""
    if (said := layer.arguments.get("trainable")) is not None:
        return said
    each = [trainable_of(inner) for inner in _run_by(layer)]
    if len({None if one is None else id(constant(one)) for one in each}) > 1:
        raise GiveUp("of the layers inside, some are trainable and some are not", layer.node)
    return each[0] if each else None


def _run_by(layer: Layer) -> list[Layer]:
    """The layers that a layer gets, which it runs itself."""
    held = [v for v in layer.arguments.values() if isinstance(v, (Layer, Sequence))]
    inner = [x for v in held for x in (v.items if isinstance(v, Sequence) else (v,))]
    return [x for x in inner if isinstance(x, Layer)]


def gradients_aside(module: Module) -> str:
    """How a module is made, whether it has gradients or not."""
    return _REQUIRES_GRAD.sub("", module.constructor.text)


def as_trainable(layer: Layer, module: Module) -> Module:
    """The module with or without gradients, as `trainable` says."""
    trainable = trainable_of(layer)
    if not isinstance(trainable, Static) or module.constructor.text.startswith(WEIGHTLESS):
        return module
    text = gradients_aside(module)
    constructor = replace(module.constructor, text=text)
    if constant(trainable) is not True:
        if re.match(r"(?:nn\.|Initialized)?Lazy", text):
            raise GiveUp(FROZEN_OPEN, layer.node)
        constructor = method(constructor, "requires_grad_", trainable.expr)
    return Module(constructor, module.hint, module.token)


def set_trainable(
    region: Region,
    layer: Layer,
    value: Static,
    node: cst.CSTNode,
    model: Model | None = None,
    later: bool = False,
) -> None:
    """`layer.trainable = value`, before or after the layer's first call; in a model or not.

    `later`: once its model is made, if it has weights.
    """
    noted = (one for c in region.training.values() if c.name == "freeze" for one in c.layers)
    later = later or any(layer is one for one in noted)  # what is said first is done first
    if (later and layer.modules) or not may_freeze(region, layer, model) or freezes_perhaps(region):
        _note_later(region, layer, value, node)
        return
    _refuse_inside(region, layer, value, node)
    if any(layer in _run_by(other) for other in region.called_layers):
        raise GiveUp("a layer is frozen or unfrozen inside of another one that was called", node)
    _refuse_undone(region, layer, value, node)
    _say_compiled(region, layer, node)
    region.graph_events += 1
    if is_made_norm(layer, value):  # what was made of it knows nothing of that
        region.say(UNSUPPORTED, node, FROZEN_NORM)
    if not region.branches and not region.loops:
        layer.arguments["trainable"] = value
        for made in constructs_of(region, layer):
            made.module = as_trainable(layer, made.module)
        explain(region, layer)
        return
    if region.is_module and region.loops:
        raise GiveUp("a layer is frozen under a condition", node)
    line = Line("", effect=True)
    region.emit_init(line)
    layer.freezes.append((line, value.expr))
    write_freezes(layer)


_COMPILED = (
    "a model that is compiled by now goes by this when it first trains, as in Keras 3; Keras 2 "
    "goes by what is trainable where it is compiled"
)
_NEXT = regex(r"\.(?:fit|fit_generator|train_on_batch|(compile))\(")


def _say_compiled(region: Region, layer: Layer, node: cst.CSTNode) -> None:
    """Say that Keras 2 takes no notice of a layer that is frozen behind `compile`."""
    if region.file.options.keras != "auto":
        return
    compiled = [call.model for call in region.training.values() if call.name == "compile"]
    following = _NEXT.search(region.tree.blanked, region.tree.span(node)[1])
    anew = following is not None and following[1] is not None
    if not anew and any(layer in layers_of(root(model)) for model in compiled):
        region.say(ASSUMED, node, _COMPILED)


#: What makes the layers inside of it when it is first called.
_MADE_LATE = ("keras.layers.MultiHeadAttention", "keras.layers.GroupQueryAttention")


def _refuse_inside(region: Region, layer: Layer, value: Static, node: cst.CSTNode) -> None:
    """Refuse what does not reach the weights that are meant: they are those of layers inside."""
    if any(isinstance(held, Model) for held in layer.arguments.values()):
        raise GiveUp("a layer is frozen or unfrozen that runs a model: say it of the model", node)
    frozen, first = constant(value) is not True, not layer.calls and not layer.modules
    if frozen and first and layer.symbol in _MADE_LATE and region.file.options.keras != "2":
        raise GiveUp(
            "a layer is frozen before its first call, which makes the layers inside: Keras 3 "
            "trains them, Keras 2 does not; freeze it once it was called",
            node,
        )
    if constant(value) is not False and any(map(trainable_of, _run_by(layer))):
        raise GiveUp("a layer is trainable again, and the layers inside may not be", node)
    held = (one for one in region.scope.values.values() if isinstance(one, Layer))
    if any(o.symbol == "keras.layers.Bidirectional" and layer in _run_by(o) for o in held):
        raise GiveUp("Bidirectional runs copies of the layer that it got", node)


def freezes_given(region: Region, model: Model, value: Static, layers: list[Layer]) -> bool:
    """Whether gradients are all that changes of some layers of a model that a function gives."""
    made_elsewhere = model.summary is not None or (
        model.region is None and model.source is not None
    )
    if not made_elsewhere or model.expr is None or constant(value) not in (True, False):
        return False
    frozen = any("trainable" in x.arguments for x in layers) and _tells(region, layers)
    plain = not frozen and all(x.block is None and not x.freezes for x in layers)
    norms = any(x.symbol.endswith("BatchNormalization") for x in layers)
    by_hand = norms and _BY_HAND.search(region.tree.blanked)
    unsure = region.branches or (model.source is not None and not region.is_module)
    told = not unsure or not _tells(region, layers)
    return plain and not by_hand and told and not region.loops


#: Arguments of layers that watch their weights.
_WATCHING = regex("regulariz|constraint")


def _tells(region: Region, layers: list[Layer]) -> bool:
    """Whether more than gradients goes by what is frozen: what that is must be known then."""
    norms = any(layer.symbol.endswith("BatchNormalization") for layer in layers)
    watched = [name for layer in layers for name in layer.arguments if _WATCHING.search(name)]
    return norms or bool(watched) or _WATCHING.search(region.tree.blanked) is not None


def _refuse_undone(region: Region, layer: Layer, value: Static, node: cst.CSTNode) -> None:
    """What its model says of all layers before: a layer is frozen where it is made, before that.

    And in a model that is not trainable, Keras 3 trains such a layer, and Keras 2 does not.
    """
    if layer.calls and not layer.modules:
        return  # it has no weights
    frozen = [held.model for held in region.file.frozen.values()]
    if constant(value) is not False and any(layer in layers_of(model) for model in frozen):
        raise GiveUp("a layer is trainable again, of a model that is not", node)
    if constant(value) is True:
        return
    for call in region.training.values():
        said = call.given["value"].value if call.name == "trainable" else None
        alike = isinstance(said, Static) and constant(said) is False
        if said is not None and not alike and layer in layers_of(root(call.model)):
            raise GiveUp("a layer is frozen after its model was said to be trainable", node)


def is_trainable_anyway(region: Region, model: Model, value: Value) -> bool:
    """Whether `model.trainable = value` says what holds of all that is made here, from the start.

    base.trainable = True
    for layer in base.layers[:100]:
        layer.trainable = False
    """
    if constant(value) is not True or region.branches or region.loops:
        return False
    if any(call.name in ("trainable", "freeze") for call in region.training.values()):
        return False
    layers = own_layers(model) if model.region is region and not region.runs else None
    if layers is None or model.broken:
        return False
    return all(not x.freezes and x.block is None and "trainable" not in x.arguments for x in layers)


#: What is said then.
LEFT_FROZEN = (
    "it is trainable as before: in Keras 3 that changes nothing, in Keras 2 its frozen layers are "
    "trainable, too"
)


def leaves_frozen(region: Region, model: Model, value: Value) -> bool:
    """Whether `model.trainable = True` is said of what is trainable but for some of its layers."""
    if (
        id(root(model)) in region.file.frozen
        or region.file.options.keras == "2"
        or not (isinstance(value, Static) and value.expr.is_const(True))
    ):
        return False
    regions = [region, *_functions_of(root(model))]
    if any(_is_frozen_whole(region, one) for one in _origins_of(root(model))):
        return False
    calls = [call for one in regions for call in one.training.values()]
    noted = [x for call in calls if call.name == "freeze" for x in call.layers]
    said = (trainable_of(layer) for one in regions for layer in one.called_layers)
    return bool(noted) or any(one is not None and constant(one) is not True for one in said)


def _origins_of(model: Model) -> Iterator[Model]:
    """A model, as the functions have it by which it came: `make`, which calls `build`."""
    yield model
    while model.origin is not None:
        model = root(model.origin)
        yield model


def _functions_of(model: Model) -> Iterator[Region]:
    """Those functions."""
    for one in _origins_of(model):
        if one.summary is not None and one.summary.region is not None:
            yield one.summary.region


def _is_frozen_whole(region: Region, model: Model) -> bool:
    held = region.file.frozen.get(id(model))
    return held is not None and held.itself and not held.but_norms


def may_freeze(region: Region, layer: Layer, model: Model | None = None) -> bool:
    """Whether what makes a layer may freeze it: nothing that has it was trained by now."""
    shared = len(layer.calls) > 1 or model is None
    return not layer.modules or not has_trained(region, None if shared else layer)


def freezes_perhaps(region: Region) -> bool:
    """Whether what is frozen now is so under a condition, which the class knows nothing of."""
    return region.is_module and bool(region.branches)


def has_trained(region: Region, layer: Layer | None = None) -> bool:
    """Whether a model that may have a layer, or any, was trained by now, here or in a function.

    In Keras 2, whether it was compiled: it trains what is trainable then.
    """
    steps = ("compile", *_STEPS) if region.file.options.keras == "2" else _STEPS
    for call in region.training.values():
        if call.name in steps and (layer is None or _may_have(root(call.model), layer)):
            return True
    inner = (run.summary.region for run in region.runs.values())
    return any(has_trained(r, layer) for r in inner if r is not None)


def _may_have(model: Model, layer: Layer) -> bool:
    """Whether a model, or a part of it, may run a layer."""
    seen: dict[int, Model] = {}
    pending = [model]
    while pending:
        one = root(pending.pop())
        if id(one) in seen:
            continue
        seen[id(one)] = one
        if one.region is None:  # a function gives it, maybe of what it was given
            given = [*one.call_values, *one.arguments.values()]
            if any(isinstance(v, (Layer, Model, Sequence, Unknown)) for v in given):
                return True
            continue
        if layer in layers_of(one):
            return True
        pending += [step for step in one.steps if isinstance(step, Model)]
        pending += one.region.model_layers.values()
    return False


def _note_later(region: Region, layer: Layer, value: Static, node: cst.CSTNode) -> None:
    """`layer.trainable = value` after training: what is compiled from now on goes by it."""
    held = [v for v in region.scope.values.values() if isinstance(v, Model) and v.region is region]
    models = {id(m): m for m in (*region.open_sequentials, *held) if layer in layers_of(m)}
    models = {key: m for key, m in models.items() if m.compiled is not None} or models
    if len(models) > 1:
        models = _trained_from_now(region, models, node) or models
    told = not region.branches or not _tells(region, [layer])
    if not told or region.loops or len(models) != 1 or constant(value) is UNKNOWN:
        reason = "after a model was trained" if may_freeze(region, layer) else "under a condition"
        if len(models) > 1 and told and not region.loops:
            reason = "that several models have which may be trained by now"
        raise GiveUp(f"a layer is frozen or unfrozen {reason}", node)
    if layer.symbol.endswith("BatchNormalization") and _BY_HAND.search(region.tree.blanked):
        raise GiveUp(FROZEN_NORM, node)
    assert isinstance(node, (cst.Assign, cst.For, cst.Call))
    refuse_kept_norm(layer, value, node)
    noted: Any = provided("note_layer")
    noted(region, node, next(iter(models.values())), value, layer)


#: What a model may be asked without being trained, or taken apart.
_ASKED = regex(r"\.(?:evaluate|predict|predict_on_batch|summary|save|save_weights)\(", 8)


def _trained_from_now(
    region: Region, models: dict[int, Model], node: cst.CSTNode
) -> dict[int, Model]:
    """Those of some models that later statements of a script may train."""
    text, now = region.tree.blanked, region.tree.span(node)[1]
    if not region.is_module:
        return models
    found = {}
    for key, model in models.items():
        name = model.expr.text if model.expr is not None else model.variable
        mentions = re.finditer(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) if name else ()
        # before that, a function or a loop may stand which runs later
        inner = region.tree.line_start
        later = [m for m in mentions if m.start() > now or text[inner(m.start())].isspace()]
        if not name or any(_ASKED.match(text, m.end()) is None for m in later):
            found[key] = model
    return found


def layers_of(model: Model) -> list[Layer]:
    """The layers that a model which is made here runs itself, as the program names them."""
    if model.kind == "sequential" or model.region is None:
        return [step for step in model.steps if isinstance(step, Layer)]
    forward = next((b.forward for b in model.region.built if b.model is model), [])
    used = modules_used(prune(forward, frozenset(), effects=False)[0])
    return [
        layer
        for layer in model.region.called_layers
        if layer.modules and all(module.token in used for module in layer.modules)
    ]


def own_layers(model: Model) -> list[Layer] | None:
    """The layers of a model that is made here; None where not all of it is layers."""
    layers = layers_of(model)
    if model.kind == "sequential" or model.region is None:
        return layers if len(layers) == len(model.steps) else None
    forward = next((b.forward for b in model.region.built if b.model is model), [])
    used = modules_used(prune(forward, frozenset(), effects=False)[0])
    known = {module.token for layer in layers for module in layer.modules}
    return layers if used.keys() <= known else None


def constructs_of(region: Region, layer: Layer) -> list[Construct]:
    """The statements that make a layer's modules, as far as there are any yet."""
    tokens = {module.token for module in layer.modules}
    return [
        n for n in walk(region.root_init) if isinstance(n, Construct) and n.module.token in tokens
    ]


def annotate(region: Region, layer: Layer, lines: tuple[str, ...]) -> None:
    """Comments for the statement that makes a layer."""
    layer.notes = (*layer.notes, *lines)
    for made in constructs_of(region, layer)[:1]:
        made.comments = Comments((*made.comments.leading, *lines), made.comments.trailing)


def explain(region: Region, layer: Layer) -> None:
    """The comments of the running statement go to the one that makes a layer."""
    if region.origin >= 0:
        layer.origins = (*layer.origins, region.origin)
        for made in constructs_of(region, layer)[:1]:
            made.origins = (*made.origins, region.origin)


def write_freezes(layer: Layer) -> None:
    """The statements that freeze a layer, now that its modules are known."""
    for line, value in layer.freezes:
        if layer.modules:
            line.text = "\n".join(
                method(m.ref, "requires_grad_", value).text for m in layer.modules
            )
            line.uses, line.modules = reads(value), layer.modules


def place_of(region: Region, layer: Layer, made: list[Module]) -> Any:
    """Where in `__init__` the modules are made: at the layer's construction, if earlier."""
    if layer.at is None:
        return None
    nodes, marker, versions, *listed = layer.at
    names = {pair for m in made for pair in m.constructor.names}
    if listed and not stale_name(region, layer, *(m.constructor for m in made)):
        return None
    readable = all(versions.get(name, 0) == version for name, version in names)
    if readable and marker in nodes:
        return nodes, marker
    if len(region.loops) == layer.depth:
        return None
    raise GiveUp("a layer is made outside of the loop that first shows its input size", layer.node)


def only_trainable(node: cst.For) -> bool | None:
    """The value that a loop gives to `trainable` of each layer, where it does nothing else."""
    if len(node.body.body) != 1 or not isinstance(node.target, cst.Name):
        return None
    line: cst.CSTNode = node.body.body[0]
    if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
        line = line.body[0]
    if not isinstance(line, cst.Assign) or len(line.targets) != 1:
        return None
    target, value = line.targets[0].target, line.value
    if (
        isinstance(target, cst.Attribute)
        and target.attr.value == "trainable"
        and isinstance(target.value, cst.Name)
        and target.value.value == node.target.value
        and isinstance(value, cst.Name)
        and value.value in ("True", "False")
    ):
        return value.value == "True"
    return None


def vanish(region: Region, suite: cst.BaseSuite) -> None:
    """Nothing of the statements of a suite stays where they were."""
    for statement in suite.body:
        region.graph_statements[id(statement)] = statement
        for part in (getattr(statement, "body", None), getattr(statement, "orelse", None)):
            if isinstance(part, cst.BaseSuite):
                vanish(region, part)
            elif isinstance(part, cst.Else):
                vanish(region, part.body)
            elif isinstance(part, cst.If):
                vanish(region, cst.IndentedBlock([part]))
