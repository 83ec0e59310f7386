"""The tensors and layers inside of models: inputs, outputs, layers by name or place."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.dispatch import provided, provides
from transpiler.interpret.models.inputs import named_arguments, open_input
from transpiler.interpret.models.labels import read_label
from transpiler.interpret.models.nested import call_model, note_asked
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import const, constant, rewrite
from transpiler.interpret.tensors.names import bind_tensor
from transpiler.interpret.training import root
from transpiler.interpret.values import (
    AtLayer,
    Bound,
    Inside,
    LastKnown,
    Layer,
    Model,
    Sequence,
    Static,
    Unknown,
    Value,
)
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.ir.expr import UNKNOWN, Expr, literal
from transpiler.ir.tensor import Layout
from transpiler.passes.liveness import modules_used, walk
from transpiler.record import replace

#: What a model of Keras has, and no module.
_OF_KERAS = frozenset({
    "activity_regularizer", "built", "compiled", "compiled_loss", "compiled_metrics",
    "compute_dtype", "distribute_strategy", "dtype", "dtype_policy", "history", "inbound_nodes",
    "input", "input_dtype", "input_names", "input_shape", "input_spec", "inputs", "jit_compile",
    "loss", "losses", "metrics", "metrics_names", "metrics_variables", "name",
    "non_trainable_variables", "non_trainable_weights", "operations", "optimizer",
    "outbound_nodes", "output", "output_names", "output_shape", "outputs", "path",
    "predict_function", "quantization_mode", "run_eagerly", "state_updates", "stateful",
    "steps_per_execution", "supports_jit", "supports_masking", "test_function", "total_loss",
    "train_function", "trainable", "trainable_variables", "trainable_weights", "updates",
    "variable_dtype", "variables", "weights",
    # methods, where they are given to others: a call of one is converted, or said itself
    "count_params", "evaluate", "export", "fit", "get_config", "get_layer", "get_weights",
    "load_weights", "predict", "predict_on_batch", "save", "save_weights", "set_weights", "summary",
    "test_on_batch", "to_json", "train_on_batch",
})  # fmt: skip


@provides("model_attribute")
def model_attribute(region: Region, model: Model, attr: str, node: cst.CSTNode) -> Value:
    """`model.input`, `model.output` and their plurals; what else is asked of it is noted."""
    if attr in _OF_KERAS and isinstance(node, cst.Attribute):
        region.asked_of_models.append((node, attr, model))
    if attr in ("input", "inputs", "output", "outputs"):
        return _border(region, model, attr, node)
    if attr == "layers":
        return _layers_of(region, model, node)
    if attr in ("add", "pop") and model.kind == "sequential" and not model.closed:
        model.broken = f"its `{attr}` goes by another name"
    if isinstance(node, cst.Attribute):
        if attr == "name" and (label := read_label(region, model, node)) is not None:
            return label
        if (shape := _border_shape(region, model, attr, node)) is not None:
            return shape
        if attr == "name" and isinstance(node.value, (cst.Subscript, cst.Call)):
            region.left_calls.append((node, attr, model))
        note_asked(region, node, node.value, attr, model)
    return Unknown(f"`.{attr}` of a model")


def _border_shape(region: Region, model: Model, attr: str, node: cst.Attribute) -> Value | None:
    """`model.input_shape` and `model.output_shape`, where all but the batch is known: numbers."""
    asked = model
    while model.source is not None:
        model = model.source
    origin = origin_of(model) or model
    inputs, outputs = model.inputs or origin.inputs, model.outputs or origin.outputs
    held: Value | None = {
        "input_shape": inputs[0] if len(inputs) == 1 else None,
        "output_shape": outputs,
    }.get(attr)
    if not isinstance(held, Bound) or model.options or not held.tensor.dims:
        return None
    home = origin.region
    sizes = [
        d.value if d is not None and d.known else _settled(home, asked, d) for d in held.tensor.dims
    ]
    if not all(isinstance(size, int) for size in sizes):
        return None
    text = literal((None, *sizes))
    rewrite(region, node, Static(Expr(text)))
    if asked is model:
        region.settled[region.tree.span(node)] = text
    else:  # a function that gets it may get another one, too
        note_asked(region, node, node.value, attr, asked)
    return Sequence(tuple(map(const, (None, *sizes))), tuple, static=Expr(text))


def _settled(home: Region | None, model: Model, size: Expr | None) -> object:
    """A size that the call of the builder tells."""
    if home is None or size is None or not size.text.isidentifier():
        return None
    return provided("size_by_call")(home, root(model), size.text)


def _layers_of(region: Region, model: Model, node: cst.CSTNode) -> Value:
    """`model.layers` of a Sequential whose layers are known one by one."""
    origin = origin_of(model)
    if origin is not None and origin.kind == "functional" and model.region is region:
        chain = layers_in_a_row(region, model)
        if chain is not None:
            return Sequence((Unknown("the input of a model, as a layer"), *chain), list)
        return _last_layer_only(region, model)
    if origin is not None and origin.kind == "functional" and origin.region is not None:
        chain = layers_in_a_row(origin.region, origin)
        if chain is not None and model.summary is not None:
            parts = [Inside(model, None, x.output, elsewhere=True, made=x) for x in chain]
            return Sequence((Unknown("the input of a model, as a layer"), *parts), list)
    if origin is None or origin.kind != "sequential" or not origin.outputs_of:
        return Unknown("the layers of a model")
    if origin.uncounted:
        last = _inside(region, model, None, origin.outputs_of[-1])
        return LastKnown("the layers of a model", last=last)
    items: list[Value] = []
    previous = origin.inputs[0] if origin.inputs else None
    made = layers_made_here(region, model) or []
    known = len(made) == len(origin.outputs_of)
    for place, output in enumerate(origin.outputs_of):
        found = _inside(region, model, previous, output)
        items.append(replace(found, layer=made[place]) if known else found)
        previous = output
    return Sequence(tuple(items), list)


def layers_made_here(region: Region, model: Model) -> list[Layer] | None:
    """The layers of a Sequential of this region, if they are known one by one."""
    if model.kind != "sequential" or model.region is not region or region.loops:
        return None
    layers = [step for step in model.steps if isinstance(step, Layer)]
    return layers if len(layers) == len(model.steps) else None


def layers_in_a_row(region: Region, model: Model) -> list[Layer] | None:
    """The layers of a functional model that is one chain from its input to its output."""
    held = model.outputs
    if isinstance(held, Sequence) and len(held.items) == 1:
        held = held.items[0]
    if model.kind != "functional" or model.region is not region or len(model.inputs) != 1:
        return None
    start = model.inputs[0].tensor.code.text
    made = region.called_layers
    found: list[Layer] = []
    while isinstance(held, Bound) and len(found) <= len(made):
        code = held.tensor.code
        code = region.copies.get((code.text, code.names), code)
        given = code.text == start and code.text in region.inputs
        if given and not any(_gave_before(x, code) for x in made):
            return found[::-1]
        giving = [layer for layer in made if _gives(layer, code)]
        if not giving and start in region.inputs and _is_copied(region, code.text, start):
            before = (x for x in made if x not in found and _gave_before(x, code))
            return None if any(before) else found[::-1]
        if len(giving) != 1:
            return None
        found.append(giving[0])
        held = giving[0].took
    return None


def _is_copied(region: Region, name: str, start: str) -> bool:
    """Whether all that a variable holds, but for what layers with weights give, is the input."""
    lines = [n for n in walk(region.forward) if isinstance(n, Line) and name in n.defs]
    once = all(any(line is node for node in region.forward) for line in lines)
    return once and [line.text for line in lines if not line.modules] == [f"{name} = {start}"]


def _gave_before(layer: Layer, code: Expr) -> bool:
    """Whether the variable that an expression reads was given a layer's output by then."""
    held = layer.output.tensor.code if layer.output is not None else None
    if held is None or held.text != code.text:
        return False
    given, read = (max((version for _, version in e.names), default=0) for e in (held, code))
    return given <= read


def _gives(layer: Layer, code: Expr) -> bool:
    """Whether an expression is what a layer gave: a variable, or the call where it has none."""
    if layer.output is not None:
        return bool(layer.output.tensor.code == code)
    return layer.gave == code.text


def _last_layer_only(region: Region, model: Model) -> Value:
    """The layers of a functional model: certain is only which is the last one."""
    outputs = model.outputs
    if isinstance(outputs, Sequence) and len(outputs.items) == 1:
        outputs = outputs.items[0]
    if isinstance(outputs, Bound):
        for layer in reversed(region.called_layers):
            if _gives(layer, outputs.tensor.code):
                return LastKnown("the layers of a model", last=layer)
    return Unknown("the layers of a model")


def _inside(region: Region, model: Model, before: Bound | None, after: Bound | None) -> Inside:
    if model.region is region:
        first = before is model.inputs[0]
        given = _as_input(region, model.inputs[0], model) if first else before
        found = _made_by(model, after)
        return Inside(model, given if isinstance(given, Bound) else None, after, made=found)
    origin = origin_of(model)
    assert origin is not None
    given = before if before is origin.inputs[0] else None
    return Inside(model, given, after, elsewhere=True, made=_made_by(origin, after))


@provides("inside_of_model")
def inside_of_model(region: Region, layer: Layer) -> Inside | None:
    """A layer as part of the one model that it is in, and that is made here.

    l0 = Dense(1)
    model = Sequential([l0])
    """
    models = {id(v): v for v in region.scope.values.values() if isinstance(v, Model)}
    homes: list[Model] = []
    for model in models.values():
        if model.region is region:
            sequential = model.kind == "sequential"
            parts = model.steps if sequential else layers_in_a_row(region, model) or []
            homes += [model for part in parts if part is layer]
    made = [model for model in models.values() if model.region is region]
    if len(made) == 1 and made[0].kind == "functional" and not homes:
        homes = [made[0] for one in region.called_layers if one is layer]
    return (
        Inside(homes[0], None, layer.output, layer=layer, made=layer) if len(homes) == 1 else None
    )


@provides("tensor_of_layer")
def tensor_of_layer(region: Region, layer: Inside, attr: str) -> Value:
    """`layer.input` or `layer.output`: only who asks for it runs a part of a model."""
    border = {"input": layer.input, "output": layer.output}.get(attr)
    if border is not None and layer.elsewhere:
        border = _borrowed(region, layer.model, None if attr == "input" else border)
    return border if border is not None else AtLayer(f"`.{attr}` of a layer", layer=layer)


def _made_by(model: Model, output: Bound | None) -> Layer | None:
    """The layer of a Sequential that gives a tensor, where it is used but once."""
    index = next((i for i, held in enumerate(model.outputs_of) if held is output), -1)
    step = model.steps[index] if 0 <= index < len(model.steps) == len(model.outputs_of) else None
    once = sum(held is step for held in model.steps) == 1
    return step if isinstance(step, Layer) and once else None


def origin_of(model: Model) -> Model | None:
    """The model as the function built it that gave this instance."""
    if model.summary is None:
        kept = model.expr is not None and model.expr.text.startswith("self.")
        if kept and model.region is None and model.source is not None:  # by another method
            return origin_of(model.source)
        return model if model.region is not None else None
    if model.origin is not None and model.origin.kind == "instance":
        return origin_of(model.origin)  # the function got it from another one
    built = [b.model for b in model.summary.region.built] if model.summary.region else []
    mine = [one for one in built if one is model.origin] if len(built) > 1 else built
    return mine[0] if len(mine) == 1 else None


def _borrowed(region: Region, model: Model, output: Bound | None) -> Bound | None:
    """A tensor inside of a model that was built elsewhere: this region runs the model's own layers.

    The statements of the model's `forward` become part of this one; its modules are shared.
    """
    origin = origin_of(model)
    if origin is None or model.expr is None or origin.region is None:
        return None
    inner = origin.region
    key = f"borrow:{model.expr.text}"
    state = region.borrowed.get(key)
    if state is None:
        asked = tokens.variable(f"x:border:{model.expr.text}")
        opened = region.scope.values.get(asked)
        if isinstance(opened, Bound):  # `model.input` was read before
            region.borrowed[key] = [asked, opened, 0, inner, model.expr]
            region.model_names[model.expr.text] = model
            return _borrowed(region, model, output)
        name = tokens.variable(f"x:{key}")
        given = origin.inputs[0].tensor
        dims = given.dims
        shape = (
            None
            if dims is None
            else Sequence(
                tuple(const(None) if d is None or not d.known else const(d.value) for d in dims),
                tuple,
            )
        )
        held = open_input(region, key, name, shape, given.dtype, origin.node or model.node)  # type: ignore[arg-type]
        state = region.borrowed[key] = [name, held, 0, inner, model.expr]
        region.model_names[model.expr.text] = model
    if output is None or output.at is None:
        opened = region.scope.values.get(state[0])
        if not isinstance(opened, Bound):
            raise GiveUp("what goes on from the layers of this model is not converted")
        return opened
    return Bound(output.tensor, at=output.at, source=f"{key}|{state[0]}")


@provides("lend")
def lend(region: Region, value: Bound) -> Bound:
    """Run the layers of a borrowed model up to a tensor inside of it."""
    key, _, name = value.source.partition("|")
    state = region.borrowed[key]
    inner: Region = state[3]
    assert value.at is not None
    own = inner.inputs
    parameter = next(iter(own))
    held = region.scope.values[name]
    assert isinstance(held, Bound)
    start = Line(
        f"{parameter} = {held.tensor.code.text}", frozenset({parameter}), frozenset({name})
    )
    if held.tensor.layout is Layout.FIRST:
        raise GiveUp("the input of a borrowed model is used in another way too")
    nodes = [start, *inner.forward[: value.at]]
    lent = {
        t: region.shared_modules[t][0].text
        for t in modules_used(nodes)
        if t in region.shared_modules
    }
    if any(name != state[4].text for name in lent.values()):
        raise GiveUp("two models that one function gives lend their layers")
    for node in nodes:
        region.emit_forward(node)
    region.renames.update(inner.renames)
    region.module_hints.update(inner.module_hints)
    region.helpers_used |= inner.helpers_used
    for token in modules_used(nodes):
        region.shared_modules[token] = (state[4], inner)
        region.constructed.add(token)
    token = value.tensor.code.text
    region.scope.bump(token)
    tensor = value.tensor
    dims = (
        None
        if tensor.dims is None
        else tuple(d if d is not None and d.known else None for d in tensor.dims)
    )
    bound = Bound(replace(tensor, code=region.scope.read(token), dims=dims))
    region.scope.values[token] = bound
    return bound


def _border(region: Region, model: Model, attr: str, node: cst.CSTNode) -> Value:
    if (
        model.expr is not None
        and f"borrow:{model.expr.text}" in region.borrowed
        and attr.startswith("input")
    ):
        held = _borrowed(region, model, None)
        assert held is not None
        return Sequence((held,), list) if attr == "inputs" else held
    if model.region is not region or (model.expr is not None and model.region is None):
        return border_of(region, model, attr, node)
    if attr.startswith("input"):
        values: list[Value] = [_as_input(region, b, model) for b in model.inputs]
        if attr == "input":
            return values[0] if len(values) == 1 else Sequence(tuple(values), list)
        return Sequence(tuple(values), list)
    outputs = (
        region.scope.values.get(model.variable) if model.kind == "sequential" else model.outputs
    )
    if outputs is None:
        return Unknown("the output of a model that has no layers")
    if attr == "outputs" and isinstance(outputs, Bound):
        return Sequence((outputs,), list)
    if attr == "output" and isinstance(outputs, Sequence) and len(outputs.items) == 1:
        return outputs.items[0]
    return outputs


def _as_input(region: Region, bound: Bound, model: Model | None = None) -> Value:
    """An input of a model: of a Sequential, before the first layer took its variable."""
    if model is not None and model.kind == "sequential":
        given = replace(bound.tensor, code=region.scope.read(model.input_name or model.variable))
        return replace(bound, tensor=given) if model.input_name else bound
    name = bound.tensor.code.text
    held = region.scope.values.get(name)
    return held if isinstance(held, Bound) else bound


@provides("border_of")
def border_of(
    region: Region, model: Model, attr: str, node: cst.CSTNode, target: str = ""
) -> Value:
    """The input or output of a model made elsewhere: it is called on an input of its own.

    `target` is the name that its one output is about to get.
    """
    if model.expr is None or not model.inputs:
        return Unknown("the input or output of a model that is not known")
    key = f"border:{model.expr.text}"
    held = [_opened(region, model, number, node) for number in range(len(model.inputs))]
    if attr.startswith("input"):
        return held[0] if attr == "input" and len(held) == 1 else Sequence(tuple(held), list)
    result_name = tokens.variable(f"outputs:{key}")
    result = region.scope.values.get(result_name)
    if result is None:
        given = held[0] if len(held) == 1 else Sequence(tuple(held), list)
        value = call_model(region, node, model, [(None, given)])
        if isinstance(value, Sequence):
            return value
        if not isinstance(value, Bound):
            return Unknown("the outputs of a model that is made elsewhere")
        result = bind_tensor(region, target or result_name, value)
        region.scope.values[result_name] = result
    return Sequence((result,), list) if attr == "outputs" else result


def _opened(region: Region, model: Model, number: int, node: cst.CSTNode) -> Bound:
    """An input of this region's own for one of a model that is made elsewhere."""
    assert model.expr is not None
    tensor = model.inputs[number].tensor
    alone = len(model.inputs) == 1
    key = f"border:{model.expr.text}" if alone else f"border:{model.expr.text}:{number}"
    hint = "x" if alone or not tensor.code.text.isidentifier() else tensor.code.text
    name = tokens.variable(f"{hint}:{key}")
    held = region.scope.values.get(name)
    if held is None:
        dims = tensor.dims
        sizes = None if dims is None else [d.value if d and d.known else None for d in dims]
        shape = None if sizes is None else Sequence(tuple(map(const, sizes)), tuple)
        held = open_input(region, key, name, shape, tensor.dtype, node)
    assert isinstance(held, Bound)
    return held


def get_layer(region: Region, node: cst.Call, model: Model) -> Value:
    """`model.get_layer("x")` or `model.get_layer(index=2)`."""
    given = named_arguments(arguments_of(region, node), ("name", "index"))
    name = constant(given["name"]) if "name" in given else UNKNOWN
    number = constant(given["index"]) if "index" in given else UNKNOWN
    if isinstance(number, int):
        layers = _layers_of(region, model, node)
        if isinstance(layers, Sequence) and -len(layers.items) <= number < len(layers.items):
            return layers.items[number]
    origin = origin_of(model)
    if isinstance(name, str) and origin is not None and origin.region is not None:
        layer = origin.region.named_layers.get(name)
        if layer is not None and origin.region is region:
            return Inside(model, None, layer.output, made=layer, layer=layer)
        if layer is not None and (layer.output is not None or model.summary is not None):
            return Inside(model, None, layer.output, elsewhere=True, made=layer)
    region.left_calls.append((node, "get_layer", model))
    return Unknown("a layer of a model, found by name")
