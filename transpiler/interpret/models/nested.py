"""Models that are called as layers of other models."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.calls.calling import branch_value
from transpiler.interpret.calls.layers import call_layer
from transpiler.interpret.dispatch import provided, provides
from transpiler.interpret.layers.fixed import fixed_training, runs_alike
from transpiler.interpret.models.functional import flattened
from transpiler.interpret.models.labels import name_of
from transpiler.interpret.models.taken_in import module_of
from transpiler.interpret.predicted import PREDICTED
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.tensors.layouts import in_layout
from transpiler.interpret.tensors.names import ensure_current
from transpiler.interpret.tensors.outgoing_masks import outgoing_mask
from transpiler.interpret.tensors.results import called_once, register
from transpiler.interpret.training import CALLED, TrainingCall
from transpiler.interpret.values import (
    Bound,
    Choice,
    Layer,
    Model,
    Sequence,
    Static,
    Unknown,
    Value,
)
from transpiler.ir.code import Node
from transpiler.ir.expr import Expr, expr, index
from transpiler.ir.tensor import HIDDEN_MASK, Layout, Tensor
from transpiler.record import replace


def call_any(
    region: Region, value: Value, held: Bound, node: cst.CSTNode, target: str = ""
) -> Value:
    """`value(held)` for a layer or a model; of two, the result is in `target`."""
    if isinstance(value, Layer) and value.block is not None:
        deferred: Value = provided("call_deferred")(region, node, value, held)
        return deferred
    if isinstance(value, Layer):
        return call_layer(region, node, value, held, [])
    if isinstance(value, Model):
        return call_model(region, node, value, [(None, held)])
    if isinstance(value, Choice) and region.scope.current(value.test.expr):
        return branch_value(
            region,
            node,
            value.test,
            lambda: call_any(region, value.then, held, node),
            lambda: call_any(region, value.otherwise, held, node),
            target,
        )
    raise GiveUp("a Sequential holds something that is not a layer", node)


@provides("call_model")
def call_model(region: Region, node: cst.CSTNode, model: Model, arguments: list[Argument]) -> Value:
    """`model(x)` inside another graph."""
    values = [v for k, v in arguments if k in (None, "inputs")]
    flat = [v for value in values for v in flattened(value)]
    if not values or not all(isinstance(v, Bound) for v in flat):
        if isinstance(node, cst.Call):
            note_asked(region, node, node.func, region.tree.source(node.func), model)
            _note_called(region, node, model)
        if not values or any(isinstance(v, Unknown) for v in values):
            return Unknown("a model is called on something unknown")
        outside = region.is_module or model.source is not None or model.region is not region
        others = [(k, v) for k, v in arguments if k not in (None, "inputs")]
        asked = outside and all(k == "training" and _is_mode(v) for k, v in others)
        asked = asked and "GradientTape" not in region.tree.text  # it may be trained there
        return Unknown(PREDICTED if asked else "a model is called on data")
    if model.expr is None and model.kind == "sequential" and model.region is region:
        return _inline(region, node, model, flat)
    inputs = [
        in_layout(region, ensure_current(region, v, node), Layout.LAST)
        for v in flat
        if isinstance(v, Bound)
    ]
    if any(bound.tensor.mask is not None for bound in inputs):
        raise GiveUp("a model is called on masked steps, which its layers would see", node)
    for declared, given in zip(model.inputs, inputs, strict=False):
        _refuse_other_size(declared.tensor, given.tensor, node)
    if model.undeclared and model.region is region:
        _tell_rank(region, model, inputs[0].tensor, node)
        _tell_sizes(region, model, inputs[0].tensor)
    still = _is_kept_still(region, node, model, arguments)
    region.graph_events += 1
    if (
        model.module is not None
        and model.module.still is not still
        and (model.module.token in region.constructed)
    ):
        raise GiveUp("a model is called with training=False, and also without", node)
    codes = [b.tensor.code for b in inputs]
    code = module_of(region, model, node, still)(*codes)
    result = _model_result(region, model, code, inputs)
    register(region, result)
    if (once := called_once(region, node, code, result)) is not None:
        result = _model_result(region, model, once, inputs)
    if isinstance(result, Bound) and (name := name_of(model)):
        region.given_by_name.append((result, name))
    return result


def _is_mode(value: Value) -> bool:
    return constant(value) in (False, True)


def _is_kept_still(
    region: Region, node: cst.CSTNode, model: Model, arguments: list[Argument]
) -> bool:
    """Whether the call says that the model runs as in inference, also while it is trained."""
    still = False
    for keyword, value in arguments:
        if keyword in (None, "inputs"):
            continue
        if keyword != "training":
            raise GiveUp(f"a model is called with the argument {keyword}, which is not known", node)
        if constant(value) in (None, False, True) and runs_alike(model):
            continue
        name = model.expr.text if model.expr is not None else "the model"
        fixed = fixed_training(region, value, f"`{name}`", node)
        if fixed is True:
            raise GiveUp("a model is called with training=True", node)
        still = fixed is False
    return still


def note_asked(
    region: Region, node: cst.CSTNode, receiver: cst.CSTNode, name: str, model: Model
) -> None:
    """Note what is asked of the model that another object holds: `trainer.model(x)`.

    What is asked of a variable is found where the model is trained, if it is; a function that gets
    it may do nothing else with it.
    """
    called = isinstance(node, cst.Call) and isinstance(receiver, cst.Name)
    if (called and model.source is not None) or (
        isinstance(receiver, cst.Attribute) and not _is_own(receiver)
    ):
        region.left_calls.append((node, name, model))
        region.called_elsewhere.add(id(node))


def _note_called(region: Region, node: cst.Call, model: Model) -> None:
    """Note `model(x)` on what is no tensor of a graph."""
    call = TrainingCall(node, CALLED, model, {}, region.statement, None, of=node.func)
    call.conditional, call.in_loop, call.region = bool(region.branches), bool(region.loops), region
    region.calls_on_data.append(call)


def _is_own(receiver: cst.Attribute) -> bool:
    return isinstance(receiver.value, cst.Name) and receiver.value.value == "self"


def _refuse_other_size(declared: Tensor, given: Tensor, node: cst.CSTNode) -> None:
    """A model that declares (3,) may be called on (1,): its layers then have other sizes."""
    if declared.dims is None or given.dims is None:
        return
    for own, other in zip(declared.dims, given.dims, strict=False):
        if own is not None and other is not None and own.known and other.known:
            if own.value != other.value and own.value is not None:
                raise GiveUp("a model is called on a tensor of another size than it declares", node)


def _tell_rank(region: Region, model: Model, given: Tensor, node: cst.CSTNode) -> None:
    """A Sequential that declares no input is called: now it is known how many axes that has."""
    key = f"called:{model.input_spec}"
    if given.dims is None:
        return
    if region.wants.setdefault(key, given.rank) != given.rank:
        raise GiveUp("a Sequential is called on tensors of different ranks", node)
    if region.wants.get(f"rank:{model.input_spec}", given.rank) != given.rank:
        region.want(f"rank:{model.input_spec}", given.rank)


def _tell_sizes(region: Region, model: Model, given: Tensor) -> None:
    """A Sequential that declares no input is called: what it takes is known from the start."""
    if not given.dims or given.dims[-1] is None or not given.dims[-1].known:
        return
    sizes = tuple(d.value if d is not None and d.known else None for d in given.dims)
    key = f"shape:{model.input_spec}"
    told = region.wants.get(key, sizes)
    merged = tuple(a if a == b else None for a, b in zip(told, sizes, strict=True))
    if region.wants.get(key) != merged:
        region.want(key, merged)


def _inline(region: Region, node: cst.CSTNode, model: Model, flat: list[Value]) -> Value:
    """A Sequential without a name: its layers in turn."""
    held = flat[0]
    assert isinstance(held, Bound)
    raise GiveUp("a Sequential without a name is called", node)


def _model_result(region: Region, model: Model, code: Expr, inputs: list[Bound]) -> Value:
    outputs, given = model.outputs, [b.tensor.code for b in inputs]
    own = model.caller is region or (model.region is region and model.summary is None)
    if isinstance(outputs, Sequence) and len(outputs.items) == 1:
        outputs = outputs.items[0]
    if isinstance(outputs, Bound):
        result: Value = Bound(_leaving(region, model, outputs.tensor, code, own, given))
        inner = model.summary.region if model.summary is not None else None
        taken: dict[str, Value] = {str(number): held for number, held in enumerate(inputs)}
        if inner is not None:
            result = provided("with_rank_of_given")(result, inner, taken)
        return result
    if isinstance(outputs, Sequence):
        items = tuple(
            Bound(_leaving(region, model, o.tensor, index(code, i), own, given))
            for i, o in enumerate(outputs.items)
            if isinstance(o, Bound)
        )
        return Sequence(items, tuple, code)
    if outputs is None:
        return Bound(Tensor(code))
    raise GiveUp("a model with outputs in a dict is called")


def _leaving(
    region: Region, model: Model, tensor: Tensor, code: Expr, own_sizes: bool, given: list[Expr]
) -> Tensor:
    """A tensor that leaves a model which is called on some others, with its mask."""
    result = plain_tensor(region, tensor, code, own_sizes)
    if tensor.is_copied:
        result = replace(result, copied=code)
    if tensor.mask is None:
        return result
    names, forward = _program(region, model)
    if len(names) != len(given):
        return replace(result, mask=HIDDEN_MASK)
    parameters = dict(zip(names, given, strict=True))
    return replace(result, mask=outgoing_mask(tensor.mask, forward, parameters))


def _program(region: Region, model: Model) -> tuple[list[str], list[Node]]:
    """What the class of a model takes, and what it computes; nothing where that is not known."""
    home = model.region if model.summary is None else model.summary.region
    made = home.built if home is not None else []
    if model.summary is None:
        made = [built for built in made if built.model is model]
    if len(made) == 1:
        return made[0].inputs, made[0].forward
    if model.kind == "sequential" and home is region and not made:  # it is not complete yet
        return [model.input_name or model.variable], region.program()[1]
    return [], []


@provides("name_model")
def name_model(region: Region, name: str, model: Model, node: cst.CSTNode) -> None:
    """A model gets a name, by which other graphs take it as a layer."""
    region.scope.values[name] = model
    if model.kind != "instance" and model.expr is None:  # else it gets another name
        region.graph_events += 1
    if model.expr is None or region.is_module:
        model.expr = region.scope.read(name)
    named = list(_options(model))
    for built in region.built:
        if any(built.model is one for one in named) and not built.variable:
            built.variable = name.removeprefix("self.")
    if model.kind == "sequential" and not model.name:
        model.call_values = (Static(Expr(name)),)


def _options(model: Model) -> Iterator[Model]:
    """The model, and those of which it is one."""
    yield model
    for one in model.options:
        yield from _options(one)


def plain_tensor(region: Region, tensor: Tensor, code: Expr, own_sizes: bool) -> Tensor:
    """A tensor that leaves a model: in Keras's order, with the sizes that stay readable."""
    dims = tensor.dims
    if dims is not None:
        dims = tuple(
            d if d is not None and (d.known or (own_sizes and region.scope.current(d))) else None
            for d in dims
        )
        dims = tuple(expr(d.value) if d is not None and d.known else d for d in dims)
    hint = tensor.channels_hint
    if hint is not None and not hint.known:
        hint = None
    return Tensor(code, dims, Layout.LAST, tensor.dtype, hint)
