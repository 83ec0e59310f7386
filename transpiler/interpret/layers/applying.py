"""What calling a layer on tensors gives."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.diagnostics import ASSUMED, NO_RULE, UNKNOWN_SIZE, UNSUPPORTED
from transpiler.interpret.layers.attended import check_masks
from transpiler.interpret.layers.freezing import place_of
from transpiler.interpret.layers.groups import with_moved_channels
from transpiler.interpret.layers.inputs import (
    as_integers,
    in_wanted_layout,
    input_tensors,
    merges_alike,
    with_declared_rank,
)
from transpiler.interpret.layers.lazy import lazily
from transpiler.interpret.layers.modules import settle_modules
from transpiler.interpret.layers.presuming import presume
from transpiler.interpret.layers.rules import (
    FORGOTTEN_MASK,
    forgets_mask,
    note_activation,
    rule_arguments,
    run_layer,
    run_unmasked,
)
from transpiler.interpret.layers.stale import settle_arguments, stale_name
from transpiler.interpret.layers.stubs import placeholder, stub
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.tensors.layouts import check_readable, joined
from transpiler.interpret.tensors.results import (
    evaluate_twice,
    modules_of,
    result_values,
    with_sizes_of,
)
from transpiler.interpret.values import Bound, Layer, Sequence, Value
from transpiler.ir import tokens
from transpiler.ir.expr import Expr, expr
from transpiler.ir.tensor import Layout, Placeholder, Tensor, UnknownRank, UnknownSize, Unsupported
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.rule import Rule

#: Layers that make another tensor, also where that has the same numbers in the same order.
_COPIES = regex(
    r"keras\.layers\.(?:Flatten|Reshape|Permute|Rescaling|RepeatVector|Masking"
    r"|(?:Cropping|ZeroPadding|UpSampling)\dD|(?:Max|Average)Pooling\dD)"
)


#: Keras 3's class asks its input for its shape and takes the batch for the steps.
_LACKING_STEPS = (
    "where data come with another number of steps than the first, Keras 3 runs only as many steps "
    "as a batch has samples; here all are run, as in Keras 2"
)


def _may_lack_steps(region: Region, layer: Layer, tensor: Tensor) -> bool:
    """Whether it runs each of some steps whose number a model leaves open."""
    if layer.symbol != "keras.layers.TimeDistributed" or region.file.options.keras == "2":
        return False
    return (tensor.dims or (1,))[0] is None and not region.tensor_order


def apply_layer(
    region: Region, layer: Layer, inputs: Value, call_arguments: dict[str, Value], node: cst.CSTNode
) -> Value:
    """The result of `layer(inputs, **call_arguments)`."""
    if layer.problem:
        return stub(region, layer, inputs, node, NO_RULE if layer.rule is None else UNSUPPORTED)
    rule = layer.rule
    assert rule is not None
    bounds = _prepared(region, layer, rule, input_tensors(region, inputs, node))
    image = _image_key(region, layer, bounds)
    if image:
        layout = region.wants.get(f"layout:{image}", Layout.LAST)
        bounds = [replace(bounds[0], tensor=replace(bounds[0].tensor, layout=layout))]
    try:
        arguments = rule_arguments(region, layer, call_arguments, node)
        check_masks(region, layer, [*(b.tensor for b in bounds), *arguments.values()], node)
        runs = run_layer
        if forgets_mask(region, bounds[0].tensor, arguments):
            region.say(ASSUMED, node, f"{layer.symbol}: {FORGOTTEN_MASK}")
            runs = run_unmasked
        if _may_lack_steps(region, layer, bounds[0].tensor):
            region.say(ASSUMED, node, f"{layer.symbol}: {_LACKING_STEPS}")
        result, bounds = evaluate_twice(
            region, bounds, lambda given: runs(region, layer, arguments, given)
        )
    except UnknownRank as why:
        left_open = _without_rank(region, bounds)
        given = bounds[0] if isinstance(inputs, Bound) else inputs  # its axes may have moved
        return left_open or stub(region, layer, given, node, UNKNOWN_SIZE, str(why))
    except UnknownSize as why:
        lazy = lazily(region, layer, bounds, call_arguments, node)
        if lazy is None:
            return stub(region, layer, inputs, node, UNKNOWN_SIZE, str(why))
        result = lazy
    except Placeholder as why:
        training = call_arguments.get("training")
        return placeholder(region, layer, bounds[0], why, training)
    except Unsupported as why:
        presume(
            region, layer, lambda known: _run_again(region, known, bounds, call_arguments, node)
        )
        return stub(region, layer, inputs, node, UNSUPPORTED, str(why))
    value = result_values(region, result, bounds)
    if not layer.calls and (changed := _changed(region, layer, value)):
        settle_arguments(region, layer, changed)
        return apply_layer(region, layer, inputs, call_arguments, node)
    if isinstance(value, Bound):
        value = _with_source(region, layer, rule, bounds, value, image)
        if _COPIES.fullmatch(layer.symbol):
            copied = replace(value.tensor, copied=value.tensor.code, ending=None)
            value = replace(value, tensor=copied)
        if layer.symbol in _ACTIVATIONS and len(bounds) == 1:
            _note_activation_layer(region, arguments, bounds[0], value)
    if not modules_of(value) and _needs_running(value):
        return _in_forward(region, layer, bounds, call_arguments, node, value)
    return settle_modules(region, layer, value, node)


def _changed(region: Region, layer: Layer, value: Value) -> str:
    """A variable that has another value than when the layer was made, and that is read now."""
    codes = [value.tensor.code] if isinstance(value, Bound) else []
    made = [m for m in modules_of(value) if m.token not in region.constructed]
    if made and place_of(region, layer, made) is None:
        codes += [module.constructor for module in made]
    return stale_name(region, layer, *codes)


def _run_again(
    region: Region,
    layer: Layer,
    bounds: list[Bound],
    call_arguments: dict[str, Value],
    node: cst.CSTNode,
) -> None:
    """Run the rule as it would be with other arguments; what it gives is not used."""
    rule = layer.rule
    assert rule is not None
    arguments = rule_arguments(region, layer, call_arguments, node)
    bounds = in_wanted_layout(region, layer, bounds)
    run_layer(region, layer, arguments, [b.tensor for b in bounds])


def _prepared(region: Region, layer: Layer, rule: Rule, bounds: list[Bound]) -> list[Bound]:
    """The inputs as the rule wants them: their ranks known, their channels in their place."""
    bounds = with_declared_rank(region, layer, bounds)
    if layer.symbol == "keras.layers.Embedding":
        bounds = [as_integers(region, b) for b in bounds]
    moved = in_wanted_layout(region, layer, bounds)
    if layer.symbol == "keras.layers.GroupNormalization":
        moved = [with_moved_channels(region, bounds[0], moved[0])]
    return moved


def _without_rank(region: Region, bounds: list[Bound]) -> Bound | None:
    """An input of unknown rank, in the place of the result: later layers may tell the rank."""
    for bound in bounds:
        if bound.tensor.dims is None and bound.source.startswith("seq:"):
            region.want(f"rank:{bound.source}", 2)
    if "rank:last" not in region.wants:
        for bound in bounds:
            if bound.tensor.dims is None and bound.source:
                region.speculative = True
                return bound
    if region.file.has_callers:
        for key in [key for key in region.wants if key.startswith("tensor:")]:
            source = f"param:{key.partition(':')[2]}"
            if f"rank:{source}" not in region.wants:
                region.wants.pop(f"layout:{source}", None)
                region.want(
                    f"rank:{source}", ASSUMED_RANK
                )  # each of the callers sees whether that is so
    return None


#: How many axes tensors have where nothing tells it, and others see whether that is so.
ASSUMED_RANK = 2


def _with_source(
    region: Region, layer: Layer, rule: Rule, bounds: list[Bound], value: Bound, image: str
) -> Bound:
    """The result, of whose input nothing is asked where the layer changes its axes."""
    if merges_alike(layer) and len(bounds) > 1 and all(b.tensor.dims is None for b in bounds):
        return joined(region, value, bounds)
    stays_last = rule.layout is Layout.LAST and bounds[0].tensor.dims is not None
    if stays_last or layer.symbol.rpartition(".")[2] in _OTHER_RANK:
        return replace(value, source=image)
    return value


def _note_activation_layer(
    region: Region, arguments: dict[str, Any], x: Bound, activated: Bound
) -> None:
    """Remember that a layer activates, along the channels, what another one gives."""
    given = arguments.get("activation", expr("softmax"))
    if isinstance(given, Expr) and arguments.get("axis", expr(-1)).is_const(-1):
        note_activation(region, given, x.tensor, activated.tensor)


def _image_key(region: Region, layer: Layer, bounds: list[Bound]) -> str:
    """For features that are reshaped: under what to ask where the channels are to be then."""
    features = len(bounds[0].tensor.dims or ()) == 1
    if features and layer.symbol == "keras.layers.Reshape":
        return f"image:{region.tree.span(layer.node)[0]}"
    return ""


#: Layers that only activate.
_ACTIVATIONS = ("keras.layers.Activation", "keras.layers.Softmax")


#: Layers whose result has another number of axes than their input.
_OTHER_RANK = frozenset({"Embedding", "ReversibleEmbedding", "Flatten", "Reshape", "RepeatVector",
                         "Dot", "LSTM", "GRU", "SimpleRNN", "Bidirectional", "CuDNNLSTM",
                         "CuDNNGRU"})  # fmt: skip


def _needs_running(value: Value) -> bool:
    """Whether `forward` would read a size that only `__init__` knows."""
    if isinstance(value, Sequence):
        return any(_needs_running(i) for i in value.items)
    if not isinstance(value, Bound):
        return False
    return any(n.startswith((tokens.SIZE, tokens.MARK)) for n, _ in value.tensor.code.names)


def _in_forward(
    region: Region,
    layer: Layer,
    bounds: list[Bound],
    call_arguments: dict[str, Value],
    node: cst.CSTNode,
    sized: Value,
) -> Value:
    """A layer without a module, its arguments written as `forward` computes them."""
    region.reading_running = True
    try:
        arguments = rule_arguments(region, layer, call_arguments, node)
        for argument in arguments.values():
            if isinstance(argument, Expr):
                check_readable(region, argument, node)
        result, bounds = evaluate_twice(
            region, bounds, lambda given: run_layer(region, layer, arguments, given)
        )
    except Unsupported as why:
        raise GiveUp(str(why), node) from None
    finally:
        region.reading_running = False
    running = result_values(region, result, bounds)
    if isinstance(running, Bound) and isinstance(sized, Bound):
        running = replace(running, tensor=with_sizes_of(running.tensor, sized.tensor))
    return settle_modules(region, layer, running, node)
