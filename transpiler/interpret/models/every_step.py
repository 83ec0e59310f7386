"""Models that `TimeDistributed` runs at every step, as on the frames of a video.

x = layers.TimeDistributed(encoder)(inputs)

The steps join the batch while the model runs, where that is the same: Keras runs it once for each
step, in their order, and what goes by the batch or keeps a state does so in torch, too.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.arguments import Argument
from transpiler.interpret.dispatch import provided, provides
from transpiler.interpret.layers.modules import note_result
from transpiler.interpret.layers.watching import activity_regularizer
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.tensors.layouts import in_layout, with_rank
from transpiler.interpret.tensors.names import ensure_current, materialize
from transpiler.interpret.training import options_of
from transpiler.interpret.values import Bound, Layer, Model, Value
from transpiler.ir.expr import ATOM, Arg, Expr, attribute, index, method
from transpiler.ir.tensor import Layout, Tensor
from transpiler.record import replace
from transpiler.regex import regex

#: Layers that treat each sample by itself, whether a model is trained or not.
_ONE_BY_ONE = regex(
    r"keras\.layers\.(Dense|EinsumDense|\w*Conv\w+|\w*Pool\w+|Flatten|Reshape|Permute|RepeatVector"
    r"|Activation|\w*ReLU|ELU|Softmax|Embedding|Add|Concatenate|Multiply|Average|Subtract|Maximum"
    r"|Minimum|Dot|ZeroPadding\w+|Cropping\w+|UpSampling\w+|LayerNormalization|InputLayer|Masking"
    r"|\w*Dropout\w*|LSTM|GRU|SimpleRNN|Bidirectional|Rescaling|MultiHeadAttention|Gaussian\w+)"
)
_EACH = (
    "its normalization goes by each step's own batch, as in Keras 3; in Keras 2, all steps are one "
    "batch (--keras)"
)


@provides("at_every_step")
def at_every_step(
    region: Region, node: cst.CSTNode, layer: Layer, inputs: Value, rest: list[Argument]
) -> Value:
    """`TimeDistributed(model)(inputs)`."""
    model = layer.arguments["layer"]
    assert isinstance(model, Model)
    if layer.problem or not layer.arguments.keys() <= _KNOWN:
        raise GiveUp(layer.problem or "a model at every step, with more arguments", node)
    if not isinstance(inputs, Bound) or any(key != "training" for key, _ in rest):
        raise GiveUp("a model at every step, which gets more than one tensor", node)
    x = ensure_current(region, inputs, node)
    taken = model.inputs[0].tensor.dims if model.inputs else None
    if taken is not None:
        x = with_rank(region, x, len(taken) + 2)
    x = in_layout(region, x, Layout.LAST)
    if x.tensor.dims is None or len(x.tensor.dims) < 2:
        raise GiveUp("a model at every step of a tensor whose axes are not known", node)
    if x.tensor.mask is not None:
        raise GiveUp("a model at every step, of which a mask leaves some out", node)
    inside = _layers_inside(model)
    if any(activity_regularizer(one) is not None for one in inside):
        raise GiveUp("a model at every step, which adds to the loss for each", node)
    if all(map(_goes_one_by_one, inside)):
        x, apart = _joined(region, x)
    else:
        apart = _step_after_step(region, layer, x.tensor, node)
        x = Bound(Tensor(_STEP, x.tensor.dims, dtype=x.tensor.dtype))
    one = replace(x.tensor, dims=(x.tensor.dims or ())[1:])
    made = provided("call_model")(region, node, model, [(None, Bound(one)), *rest])
    return _settled(region, layer, _with_steps(made, apart, (x.tensor.dims or ())[0], node))


#: What is known of the arguments of the layer; what it takes says the model, too.
_KNOWN = frozenset({"layer", "name", "input_shape", "batch_input_shape"})
#: What a comprehension calls each step.
_STEP = Expr("step")


def _joined(region: Region, x: Bound) -> tuple[Bound, Callable[[Expr], Expr]]:
    """All steps as samples of one batch, and how these become steps again."""
    steps = (x.tensor.dims or ())[0]
    known = steps is not None and steps.known
    before = x.tensor.code if known else materialize(region, x).tensor.code

    def apart(code: Expr) -> Expr:
        sizes: Arg = (-1, steps) if known else index(attribute(before, "shape"), Expr(":2"))
        return method(code, "unflatten", 0, sizes)

    return replace(x, tensor=replace(x.tensor, code=method(before, "flatten", 0, 1))), apart


def _step_after_step(
    region: Region, layer: Layer, x: Tensor, node: cst.CSTNode
) -> Callable[[Expr], Expr]:
    """How a model is run on one step after the other, where that is what Keras does."""
    if region.file.options.keras == "2" or (x.dims or ())[0] is None:
        raise GiveUp("a model at every step, some of whose layers go by the whole batch", node)
    if region.file.options.keras == "auto":
        region.say(ASSUMED, layer.node, f"{layer.symbol}: {_EACH}")

    def apart(code: Expr) -> Expr:
        each = method(x.code, "unbind", 1)
        text = f"torch.stack([{code.text} for {_STEP} in {each.text}], dim=1)"
        made = replace(code, text=text, strength=ATOM, names=code.names | each.names)
        return replace(made, modules=(*each.modules, *code.modules), before=each.before)

    return apart


def _with_steps(
    made: Value, apart: Callable[[Expr], Expr], steps: Expr | None, node: cst.CSTNode
) -> Bound:
    """What a model gives at each step."""
    if not isinstance(made, Bound):
        raise GiveUp("a model with several outputs at every step", node)
    given = made.tensor
    if given.mask is not None:
        raise GiveUp("a model at every step that gives a mask", node)
    dims = None if given.dims is None else (steps, *given.dims)
    return Bound(Tensor(apart(given.code), dims, dtype=given.dtype))


def _settled(region: Region, layer: Layer, made: Bound) -> Bound:
    """The layer is known to have been called."""
    if not layer.calls:
        layer.calls.append(())
        note_result(region, layer, made)
    return made


def _layers_inside(model: Model) -> list[Layer]:
    """The layers of a model, of its blocks and of the models in it, where all are known."""
    found: list[Layer] = []
    for one in options_of(model):
        home = one.region
        if home is None and one.summary is not None:
            home = one.summary.region
        regions, blocks = [home], [] if home is None else list(home.called)
        for summary in blocks:  # it grows meanwhile
            regions.append(summary.region)
            inner = [] if summary.region is None else summary.region.called
            blocks += [block for block in inner if block not in blocks]
        found += [step for step in one.steps if isinstance(step, Layer)]
        if any(region is None for region in regions) or len(found) < len(one.steps):
            raise GiveUp("a model at every step, whose layers are not known")
        for region in filter(None, regions):
            found += region.called_layers
            for nested in region.model_layers.values():
                found += [] if nested is model else _layers_inside(nested)
    held = [value for layer in found for value in layer.arguments.values()]
    return found + [value for value in held if isinstance(value, Layer)]


def _goes_one_by_one(layer: Layer) -> bool:
    """Whether a layer surely does with each sample what it does with that alone."""
    plain = layer.block is None and "stateful" not in layer.arguments
    return plain and _ONE_BY_ONE.fullmatch(layer.symbol) is not None
