"""Models: inputs, functional graphs, Sequential, and models that are used as layers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.arguments import Argument, arguments_of
from transpiler.interpret.control import run_loop, sequence_code
from transpiler.interpret.dispatch import evaluate, provided, provides
from transpiler.interpret.layer_calls import call_layer
from transpiler.interpret.layer_lists import loop_over, one_by_one
from transpiler.interpret.layers import make_layer, set_trainable
from transpiler.interpret.region import SPOILED, Built, GiveUp, Region
from transpiler.interpret.rounds import of_one_round
from transpiler.interpret.statics import const, constant, literal_value, to_expr
from transpiler.interpret.tensors import (
    assign_shadows,
    axis_names,
    bind_tensor,
    ensure_current,
    in_layout,
    permuted,
    register,
    shadow,
)
from transpiler.interpret.training import SIGNATURES, record
from transpiler.interpret.values import (
    Bound,
    Inside,
    Layer,
    LayerList,
    Mapping,
    Model,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
    bases_of,
    is_graph,
)
from transpiler.ir.code import Construct, Line, Node, Return
from transpiler.ir.expr import UNKNOWN, Expr, Module, expr, index, reads
from transpiler.ir.tensor import Dim, Layout, Tensor

# --- inputs ----------------------------------------------------------------------------------


@provides("make_input")
def make_input(region: Region, node: cst.Call, arguments: list[Argument]) -> Value:
    """`keras.Input(shape, ...)`: a parameter of `forward`."""
    given = _named_arguments(arguments, ("shape", "batch_size"))
    if "tensor" in given and constant(given["tensor"]) is not None:
        tensor = given["tensor"]
        if isinstance(tensor, Static) and tensor.expr.text in region.parameters:
            region.want(f"tensor:{tensor.expr.text}", True)
        raise GiveUp("an Input made from a tensor", node)
    for option in ("sparse", "ragged"):
        if option in given and constant(given[option]) not in (False, None):
            raise GiveUp(f"a {option} Input", node)
    shape = given.get("shape")
    batch = given.get("batch_shape", given.get("batch_input_shape"))
    dtype = constant(given["dtype"]) if "dtype" in given else None
    place = region.tree.span(node)[0]
    one_of_several = isinstance(region.whole, (cst.List, cst.Tuple, cst.Dict))
    own = "" if one_of_several else region.assigned
    name = own or f"\ue002inputs:{place}\ue003"
    if shape is None and batch is not None:
        if not isinstance(batch, Sequence):
            raise GiveUp("an Input whose shape is not known", node)
        shape = Sequence(batch.items[1:], tuple)
    key = f"input:{place}:{name}"
    return open_input(region, key, name, shape, dtype if isinstance(dtype, str) else "", node)


def open_input(
    region: Region, key: str, name: str, shape: Value | None, dtype: str, node: cst.CSTNode
) -> Bound:
    """A tensor that is a parameter of `forward` under this name."""
    rank = region.wants.get(f"rank:{key}")
    if shape is None and key.startswith("seq:") and not region.is_module:
        dims, hint = _open_sizes(region, name, rank)
    else:
        dims, hint = shape_dims(region, shape, rank, node)
    layout = region.wants.get(f"layout:{key}", Layout.LAST)
    if dims is not None:
        dims = tuple(_spelled_out(dim) for dim in dims)
    region.scope.bump(name)
    tensor = Tensor(region.scope.read(name), dims, Layout.LAST, dtype or "float32", hint)
    region.inputs[name] = (key, tensor, dtype)
    region.tensor_names.add(name)
    region.given_layouts[name] = layout
    if rank is not None:
        region.given_ranks[name] = rank
    region.graph_events += 1
    region.emit_forward(Line("", frozenset({name})))  # what bore this name before is gone
    if layout is Layout.FIRST and (dims is None or len(dims) > 1):
        code = permuted(tensor, Layout.FIRST)
        border = Line(f"{name} = {code.text}", frozenset({name}), frozenset({name}))
        region.border_lines[name] = border
        region.emit_forward(border)
        tensor = replace(tensor, layout=Layout.FIRST)
    shadows = assign_shadows(region, name, tensor)
    bound = Bound(tensor, key, shadows)
    region.scope.values[name] = bound
    return bound


def _spelled_out(dim: Dim) -> Dim:
    """A size of an array that is known when converting is a number in the class."""
    if dim is not None and dim.known and ".shape" in dim.text:
        return expr(dim.value)
    return dim


def _open_sizes(region: Region, name: str, rank: int | None) -> tuple[tuple[Dim, ...] | None, Dim]:
    """Sizes that the caller of a function will tell."""
    if rank is None:
        return None, region.scope.read(shadow(name, "channels"))
    return tuple(region.scope.read(shadow(name, axis)) for axis in axis_names(rank - 1)), None


def shape_dims(
    region: Region, shape: Value | None, rank: int | None, node: cst.CSTNode
) -> tuple[tuple[Dim, ...] | None, Dim]:
    """The sizes that a `shape=` argument gives, without the batch axis."""
    if shape is None:
        return (None, None) if rank is None else ((None,) * (rank - 1), None)
    if isinstance(shape, Sequence):
        return tuple(_dim(item) for item in shape.items), None
    if isinstance(shape, Static):
        value = shape.expr.value
        if isinstance(value, int) and not isinstance(value, bool):
            return (shape.expr,), None
        if isinstance(value, (tuple, list)):
            return (
                tuple(None if v is None else index(shape.expr, i) for i, v in enumerate(value)),
                None,
            )
        if rank is not None:
            count = rank - 1
            firsts = tuple(index(shape.expr, i) for i in range(count - 1))
            return (*firsts, index(shape.expr, expr(-1))), None
        return None, index(shape.expr, expr(-1))
    raise GiveUp("an Input whose shape is not known", node)


def _dim(item: Value) -> Dim:
    if isinstance(item, Static):
        return None if item.expr.known and item.expr.value is None else item.expr
    return None


def _named_arguments(arguments: list[Argument], order: tuple[str, ...]) -> dict[str, Value]:
    positions = iter(order)
    return {
        (keyword if keyword is not None else next(positions, "?")): value
        for keyword, value in arguments
    }


@provides("input_layer")
def input_layer(region: Region, node: cst.Call, arguments: list[Argument]) -> Value:
    """`InputLayer(...)` in a Sequential."""
    return Layer(None, "keras.layers.InputLayer", _named_arguments(arguments, ("shape",)), node)


# --- functional models -----------------------------------------------------------------------


@provides("make_model")
def make_model(region: Region, node: cst.Call, arguments: list[Argument]) -> Value:
    """`keras.Model(inputs, outputs)`."""
    given = _named_arguments(arguments, ("inputs", "outputs", "name"))
    inputs = given.get("inputs", given.get("input"))
    outputs = given.get("outputs", given.get("output"))
    if inputs is None or outputs is None:
        return Unknown("a Model without inputs and outputs")
    for what, value in (("inputs", inputs), ("outputs", outputs)):
        if isinstance(value, Unknown):
            if value.reason.startswith(SPOILED):
                raise GiveUp(value.reason, node)
            raise GiveUp(f"the {what} of the model are not known: {value.reason}", node)
    names, kind, head = _input_names(region, inputs, node)
    if isinstance(outputs, Sequence) and len(outputs.items) == 1:
        outputs = outputs.items[0]
    init, body = region.program()
    if (
        isinstance(outputs, Bound)
        and outputs.at is not None
        and not outputs.source.startswith("borrow:")
    ):
        body = body[: outputs.at]
    elif isinstance(outputs, Sequence):
        outputs = _kept_outputs(region, outputs, body)
    body = _entered(body, names, head)
    returned, tail = _returned(region, outputs, node)
    model = Model("functional", outputs=outputs, region=region, node=node, input_kind=kind)
    model.inputs = [v for v in _flat(inputs) if isinstance(v, Bound)]
    given_name = given.get("name")
    built = Built(
        model,
        (
            given_name.expr.value
            if isinstance(given_name, Static) and isinstance(given_name.expr.value, str)
            else ""
        ),
        "functional",
        names,
        init,
        [*body, *tail, Return(returned)],
        node,
        region.statement,
        region.assigned,
        input_kind=kind,
        ways=tuple(region.ways),
    )
    of_one_round(region, built)
    region.built.append(built)
    region.graph_events += 1
    return model


def _entered(body: list[Node], names: list[str], head: list[Line]) -> list[Node]:
    """The statements, with the places where the model's own inputs come in.

    A name may have been another input, or another tensor, before.
    """
    given = {name: line for line in head for name in line.defs}
    wanted = set(given or names)
    entered: list[Node] = []
    for node in reversed(body):
        if not isinstance(node, Line) or node.text:
            entered.append(node)
        elif node.defs <= wanted:
            wanted -= node.defs
            entered.append(given.get(min(node.defs, default=""), node))
            if given and not wanted:
                entered.append(Line("", frozenset(names)))
    entered.reverse()
    return [*(given[name] for name in sorted(wanted & given.keys())), *entered]


def _kept_outputs(region: Region, outputs: Sequence, body: list[Node]) -> Sequence:
    """Outputs from inside a graph are kept in variables of their own when they are computed."""
    items = list(outputs.items)
    marked = [
        (b.at, i, b) for i, b in enumerate(items) if isinstance(b, Bound) and b.at is not None
    ]
    for at, position, bound in sorted(marked, key=lambda m: -(m[0] or 0)):
        region.temporaries += 1
        token = f"\ue002features:k{region.temporaries}\ue003"
        code = bound.tensor.code
        assert at is not None
        body.insert(at, Line(f"{token} = {code.text}", frozenset({token}), reads(code)))
        items[position] = replace(bound, tensor=replace(bound.tensor, code=Expr(token)), at=None)
    return replace(outputs, items=tuple(items))


def _flat(value: Value) -> list[Value]:
    if isinstance(value, Sequence):
        return [v for item in value.items for v in _flat(item)]
    if isinstance(value, Mapping):
        return [v for item in value.items.values() for v in _flat(item)]
    return [value]


def _input_names(
    region: Region, inputs: Value, node: cst.CSTNode
) -> tuple[list[str], type | None, list[Line]]:
    """The parameters of `forward`, and how they are passed."""
    if isinstance(inputs, Mapping):
        head: list[Line] = []
        for key, value in inputs.items.items():
            name = _input_name(region, value, node)
            text = f'{name} = inputs["{key}"]'
            head.append(Line(text, frozenset({name}), frozenset({"inputs"})))
        return ["inputs"], dict, head
    if isinstance(inputs, Repeated) and inputs.code.text in region.inputs:
        return [inputs.code.text], list, []
    values = _flat(inputs)
    return [_input_name(region, v, node) for v in values], None, []


def _input_name(region: Region, value: Value, node: cst.CSTNode) -> str:
    if isinstance(value, Bound):
        name = value.tensor.code.text
        if name in region.inputs:
            return name
        for known, (key, _, _) in region.inputs.items():
            if value.source == key or value.tensor.code.text == known:
                return known
    raise GiveUp("an input of the model is not an Input", node)


def _returned(region: Region, outputs: Value, node: cst.CSTNode) -> tuple[Expr, list[Node]]:
    """What `forward` returns, its tensors in Keras's order."""
    with region.collecting() as (_, forward):
        value = returned_value(region, outputs, node)
    return value, list(forward)


def returned_value(
    region: Region, outputs: Value, node: cst.CSTNode, border: bool = True, nested: bool = False
) -> Expr:
    """The expression that a `return` of `forward` gives back."""
    if isinstance(outputs, Bound):
        bound = outputs if outputs.at is not None else ensure_current(region, outputs, node)
        moved = in_layout(region, bound, Layout.LAST) if border else bound
        return moved.tensor.code
    if isinstance(outputs, Sequence):
        if border and len(outputs.items) == 1:
            return returned_value(region, outputs.items[0], node, border, nested)
        parts = [returned_value(region, item, node, border, True) for item in outputs.items]
        if not border and outputs.code is not None:
            return outputs.code
        listed = expr(tuple(parts))
        if nested:
            return replace(listed, items=None)
        text = listed.text[1:-1] if len(parts) > 1 else listed.text
        return replace(listed, text=text, strength=0, items=None)
    if isinstance(outputs, Mapping):
        entries = {
            k: returned_value(region, v, node, border, True) for k, v in outputs.items.items()
        }
        text = ", ".join(f'"{k}": {v.text}' for k, v in entries.items())
        gathered = expr(tuple(entries.values()))
        return replace(gathered, text=f"{{{text}}}", strength=20, items=None)
    if isinstance(outputs, Repeated) and isinstance(outputs.item, Bound):
        tensor = outputs.item.tensor
        if not border or tensor.layout is Layout.LAST or (tensor.dims and len(tensor.dims) < 2):
            return outputs.code
        each = permuted(replace(tensor, code=Expr("output")), Layout.LAST)
        return Expr(f"[{each.text} for output in {outputs.code.text}]", names=outputs.code.names)
    if isinstance(outputs, Static) and not border:
        return outputs.running
    raise GiveUp("the output of a model is not a tensor", node)


# --- Sequential ------------------------------------------------------------------------------


@provides("make_sequential")
def make_sequential(region: Region, node: cst.Call) -> Value:
    """`keras.Sequential([...])`: one tensor that goes through the layers in turn."""
    region.graph_events += 1
    key = f"seq:{region.tree.span(node)[0]}"
    model = Model("sequential", region=region, node=node, ways=tuple(region.ways))
    model.target = region.assigned if region.whole is node else ""
    model.variable = f"\ue002x:{key}\ue003"
    model.input_spec = key
    region.open_sequentials.append(model)
    model.name = ""
    declared = region.wants.get(f"open:{key}")
    if declared is not None:
        _open_shape(region, model, None if declared is True else declared, None, node)
    layers: cst.BaseExpression | None = None
    for position, argument in enumerate(node.args):
        keyword = (
            argument.keyword.value
            if argument.keyword is not None
            else ("layers", "name")[min(position, 1)]
        )
        if keyword == "layers":
            layers = argument.value
        elif keyword == "name":
            name = constant(evaluate(region, argument.value))
            model.name = name if isinstance(name, str) else ""
        elif keyword != "trainable":
            raise GiveUp(f"Sequential: the argument {keyword} is not known", node)
    if layers is not None:
        _add_listed(region, model, layers)
    return model


def _add_listed(region: Region, model: Model, layers: cst.BaseExpression) -> None:
    """The layers of a literal list, each with its own comments."""
    if isinstance(layers, cst.BinaryOperation) and isinstance(layers.operator, cst.Add):
        _add_listed(region, model, layers.left)
        _add_listed(region, model, layers.right)
        return
    if (
        isinstance(layers, (cst.ListComp, cst.GeneratorExp))
        and layers.for_in.inner_for_in is None
        and not layers.for_in.ifs
    ):
        comprehension = layers

        def body() -> None:
            add(region, model, evaluate(region, comprehension.elt), comprehension.elt)

        run_loop(region, layers, evaluate(region, layers.for_in.iter), layers.for_in.target, body)
        return
    if not isinstance(layers, (cst.List, cst.Tuple)):
        value = evaluate(region, layers)
        if isinstance(value, LayerList) and value.known is None:
            _add_each(region, model, value, layers)
            return
        if isinstance(value, LayerList):
            value = one_by_one(region, value)
        if not isinstance(value, Sequence):
            raise GiveUp("Sequential of a list that is not known", layers)
        for item in value.items:
            add(region, model, item, layers)
        return
    outer_whole, outer_assigned = region.whole, region.assigned
    region.whole, region.assigned = None, ""
    for element in layers.elements:
        start, end = region.tree.span(element.value)
        region.elements[start] = end
        with region.within(element.value):
            value = evaluate(region, element.value)
            if isinstance(element, cst.StarredElement):
                if not isinstance(value, Sequence):
                    raise GiveUp("Sequential of layers that are not known one by one", element)
                for item in value.items:
                    add(region, model, item, element.value)
            else:
                add(region, model, value, element.value)
    region.whole, region.assigned = outer_whole, outer_assigned


def _add_each(region: Region, model: Model, layers: LayerList, node: cst.CSTNode) -> None:
    """All layers of a list that a comprehension made."""
    added: list[Value] = []

    def run(iterable: Value, target: cst.BaseExpression, make: Callable[[], None]) -> None:
        def body() -> None:
            make()
            add(region, model, added.pop(), node)

        run_loop(region, node, iterable, target, body)

    loop_over(region, layers, added.append, run)


def add(region: Region, model: Model, value: Value, node: cst.CSTNode) -> None:
    """`model.add(value)`."""
    region.graph_events += 1
    if model.closed:
        region.built[:] = [b for b in region.built if b.model is not model]
        raise GiveUp("a Sequential gets layers after the branch or loop in which it is made", node)
    if isinstance(value, Unknown):
        raise GiveUp(f"a layer of the Sequential is not known: {value.reason}", node)
    held = region.scope.values.get(model.variable)
    if isinstance(value, Bound):
        if held is not None:
            raise GiveUp("an Input in the middle of a Sequential", node)
        known = region.inputs.get(value.tensor.code.text)
        if known is None:
            raise GiveUp("a Sequential starts with a tensor that is not an Input", node)
        model.input_name = value.tensor.code.text
        model.inputs = [bind_tensor(region, model.variable, value)]
        return
    if isinstance(value, Layer) and value.symbol == "keras.layers.InputLayer":
        shape = value.arguments.get("shape", value.arguments.get("input_shape"))
        batch = value.arguments.get("batch_shape", value.arguments.get("batch_input_shape"))
        if shape is None and isinstance(batch, Sequence):
            shape = Sequence(batch.items[1:], tuple)
        _open_shape(region, model, shape, value.arguments.get("dtype"), node)
        return
    if held is None:
        _open_shape(region, model, _declared_shape(region, value), None, node)
        held = region.scope.values[model.variable]
    assert isinstance(held, Bound)
    result = call_any(region, value, held, node)
    if not isinstance(result, Bound):
        raise GiveUp("a layer of a Sequential gives more than one tensor", node)
    if isinstance(value, Layer) and isinstance(value.arguments.get("name"), Static):
        name = constant(value.arguments["name"])
        if isinstance(name, str):
            model.layers[name] = value
    model.steps.append(value)
    bind_tensor(region, model.variable, result)
    model.outputs = region.scope.values[model.variable]
    after = region.scope.values[model.variable]
    if isinstance(after, Bound) and not region.loops and not region.branches:
        model.outputs_of.append(replace(after, at=len(region.forward)))
        if isinstance(value, Layer):
            value.output = model.outputs_of[-1]
    else:
        model.outputs_of.clear()


def call_any(region: Region, value: Value, held: Bound, node: cst.CSTNode) -> Value:
    """`value(held)` for a layer or a model."""
    if isinstance(value, Layer) and value.block is not None:
        deferred: Value = provided("call_deferred")(region, node, value, held)
        return deferred
    if isinstance(value, Layer):
        return call_layer(region, node, value, held, [])
    if isinstance(value, Model):
        return call_model(region, node, value, [(None, held)])
    raise GiveUp("a Sequential holds something that is not a layer", node)


def _declared_shape(region: Region, value: Value) -> Value | None:
    if not isinstance(value, Layer):
        if isinstance(value, Model) and value.inputs:
            dims = value.inputs[0].tensor.dims
            if dims is not None:
                return Sequence(
                    tuple(Static(d) if d is not None else const(None) for d in dims), tuple
                )
        return None
    arguments = value.arguments
    if "input_shape" in arguments:
        return arguments["input_shape"]
    if "batch_input_shape" in arguments:
        batch = arguments["batch_input_shape"]
        return Sequence(batch.items[1:], tuple) if isinstance(batch, Sequence) else None
    if "input_dim" in arguments and value.symbol != "keras.layers.Embedding":
        length = arguments.get("input_length")
        sizes = [arguments["input_dim"]] if length is None else [length, arguments["input_dim"]]
        return Sequence(tuple(sizes), tuple)
    if value.symbol == "keras.layers.Embedding":
        length = arguments.get("input_length")
        return Sequence((length if length is not None else const(None),), tuple)
    if value.symbol in ("keras.layers.Bidirectional", "keras.layers.TimeDistributed"):
        inner = arguments.get("layer")
        return _declared_shape(region, inner) if isinstance(inner, Layer) else None
    return None


def _open_shape(
    region: Region, model: Model, shape: Value | None, dtype: Value | None, node: cst.CSTNode | None
) -> None:
    if tuple(region.ways) != model.ways:
        region.want(f"open:{model.input_spec}", _lasting(shape) or True)
    kind = constant(dtype) if dtype is not None else None
    if shape is None and region.is_module:
        shape = _shape_of_data(region, model)
    model.undeclared = shape is None
    where = node if node is not None else model.node
    assert where is not None
    bound = open_input(
        region,
        model.input_spec,
        model.variable,
        shape,
        kind if isinstance(kind, str) else "",
        where,
    )
    model.inputs = [bound]


def _lasting(shape: Value | None) -> Value | None:
    """A shape as it can be read where the model is begun: from parameters and constants."""
    if isinstance(shape, Sequence):
        items = [_lasting(item) for item in shape.items]
        return Sequence(tuple(i for i in items if i is not None), tuple) if all(items) else None
    if not isinstance(shape, Static):
        return None
    if shape.expr.known:
        return const(shape.expr.value)
    return shape if all(version == 0 for _, version in shape.expr.names) else None


_HANDED = r"(?:fit|evaluate|predict|train_on_batch|predict_on_batch)\(\s*(?:x\s*=\s*)?(\w+)"
_BUILT = r"build\(\s*(?:input_shape\s*=\s*)?([(\[][\w\s,]*[)\]])"


def _shape_of_data(region: Region, model: Model) -> Value | None:
    """The sizes of what the program trains a model on, or builds it with."""
    assert model.node is not None
    text = region.tree.text[region.tree.span(model.node)[1] :]
    name = re.escape(model.target)
    if not name:
        return None
    if built := re.search(rf"\b{name}\.{_BUILT}", text):
        sizes = literal_value(built.group(1))
        return const(tuple(sizes[1:])) if isinstance(sizes, (tuple, list)) else None
    for handed in re.finditer(rf"\b{name}\.{_HANDED}", text):
        data = handed.group(1)
        if re.search(rf"\b({name}|{data})\b[\w\s,()]*=[^=]", text[: handed.start()]):
            return None  # another model, or other data
        array = region.file.arrays.get(data)
        if array is not None and array.shape is not None and len(array.shape) > 1:
            return Sequence(tuple(const(size) for size in array.shape[1:]), tuple)
    return None


def _pop(region: Region, model: Model, node: cst.CSTNode) -> None:
    """`model.pop()`: the last layer goes, with the statements that called it."""
    if len(model.outputs_of) < 2 or region.loops or region.branches:
        model.broken = "`pop` of a Sequential whose layers are not known one by one"
        raise GiveUp(model.broken, node)
    model.outputs_of.pop()
    before = model.outputs_of[-1]
    assert before.at is not None
    kept = [
        n
        for n in region.forward[before.at :]
        if not (isinstance(n, Line) and model.variable in n.defs)
    ]
    region.forward[before.at :] = kept
    model.steps.pop()
    region.scope.bump(model.variable)
    tensor = replace(before.tensor, code=region.scope.read(model.variable))
    region.scope.values[model.variable] = replace(before, tensor=tensor, at=None)
    model.outputs = region.scope.values[model.variable]
    region.graph_events += 1


def close_sequential(region: Region, model: Model) -> Built | None:
    """The programs of a Sequential, complete."""
    held = region.scope.values.get(model.variable)
    if model.broken:
        raise GiveUp(model.broken, model.node)
    if not isinstance(held, Bound):
        return None
    assert model.node is not None
    value, tail = _returned(region, held, model.node)
    init, forward = region.program()
    built = Built(
        model,
        model.name,
        "sequential",
        [model.input_name or model.variable],
        init,
        [*forward, *tail, Return(value)],
        model.node,
        region.statement,
        "",
        ways=tuple(region.ways),
    )
    of_one_round(region, built)
    return built


@provides("close_models")
def close_models(region: Region) -> None:
    """At the end of a branch or of a loop's body: what is made in it is complete."""
    ways = tuple(region.ways)
    for model in region.open_sequentials:
        if model.closed or len(model.ways) != len(ways) or model.ways != ways:
            continue
        model.closed = True
        built = close_sequential(region, model)
        if built is not None:
            region.built.append(built)


# --- models as layers ------------------------------------------------------------------------


@provides("call_model")
def call_model(region: Region, node: cst.CSTNode, model: Model, arguments: list[Argument]) -> Value:
    """`model(x)` inside another graph."""
    values = [v for k, v in arguments if k in (None, "inputs")]
    if any(isinstance(v, Unknown) for v in values) or not values:
        return Unknown("a model is called on something unknown")
    flat = [v for value in values for v in _flat(value)]
    if not all(isinstance(v, Bound) for v in flat):
        return Unknown("a model is called on data")
    if model.expr is None and model.kind == "sequential" and model.region is region:
        return _inline(region, node, model, flat)
    if model.expr is None:
        raise GiveUp("a model without a name is called", node)
    inputs = [
        in_layout(region, ensure_current(region, v, node), Layout.LAST)
        for v in flat
        if isinstance(v, Bound)
    ]
    if any(bound.tensor.mask is not None for bound in inputs):
        raise GiveUp("a model is called on masked steps, which its layers would see", node)
    if model.undeclared and model.region is region:
        _tell_rank(region, model, inputs[0].tensor, node)
    region.graph_events += 1
    if (
        model.module is None
        or model.region is not region
        or model.module.token not in region.constructed
    ):
        model.module = Module(model.expr, model.expr.text.rpartition(".")[2])
        region.model_names.add(model.expr.text)
        if region.loops or region.branches:  # the same model each time
            region.constructed.add(model.module.token)
            region.root_init.append(Construct(model.module))
    code = model.module(*[b.tensor.code for b in inputs])
    result = _model_result(region, model, code)
    register(region, result)
    return result


def _tell_rank(region: Region, model: Model, given: Tensor, node: cst.CSTNode) -> None:
    """A Sequential that declares no input is called: now it is known how many axes that has."""
    key = f"called:{model.input_spec}"
    if given.dims is None:
        return
    if region.wants.setdefault(key, given.rank) != given.rank:
        raise GiveUp("a Sequential is called on tensors of different ranks", node)
    if region.wants.get(f"rank:{model.input_spec}", given.rank) != given.rank:
        region.want(f"rank:{model.input_spec}", given.rank)


def _inline(region: Region, node: cst.CSTNode, model: Model, flat: list[Value]) -> Value:
    """A Sequential without a name: its layers in turn."""
    held = flat[0]
    assert isinstance(held, Bound)
    raise GiveUp("a Sequential without a name is called", node)


def _model_result(region: Region, model: Model, code: Expr) -> Value:
    outputs = model.outputs
    own = model.region is region and model.summary is None
    if isinstance(outputs, Sequence) and len(outputs.items) == 1:
        outputs = outputs.items[0]
    if isinstance(outputs, Bound):
        return Bound(_plain_tensor(region, outputs.tensor, code, own))
    if isinstance(outputs, Sequence):
        items = tuple(
            Bound(_plain_tensor(region, o.tensor, index(code, i), own))
            for i, o in enumerate(outputs.items)
            if isinstance(o, Bound)
        )
        return Sequence(items, tuple, code)
    if outputs is None:
        return Bound(Tensor(code))
    raise GiveUp("a model with outputs in a dict is called")


def _plain_tensor(region: Region, tensor: Tensor, code: Expr, own_sizes: bool) -> Tensor:
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


@provides("name_model")
def name_model(region: Region, name: str, model: Model, node: cst.CSTNode) -> None:
    """A model gets a name, by which other graphs take it as a layer."""
    region.scope.values[name] = model
    if model.kind != "instance":
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


@provides("model_attribute")
def model_attribute(region: Region, model: Model, attr: str, node: cst.CSTNode) -> Value:
    """`model.input`, `model.output` and their plurals."""
    if attr in ("input", "inputs", "output", "outputs"):
        return _border(region, model, attr, node)
    if attr == "layers":
        return _layers_of(region, model, node)
    return Unknown(f"`.{attr}` of a model")


def _layers_of(region: Region, model: Model, node: cst.CSTNode) -> Value:
    """`model.layers` of a Sequential whose layers are known one by one."""
    origin = _origin(model)
    if origin is not None and origin.kind == "functional" and model.region is region:
        return _last_layer_only(region, model)
    if origin is None or origin.kind != "sequential" or not origin.outputs_of:
        return Unknown("the layers of a model")
    items: list[Value] = []
    previous = origin.inputs[0] if origin.inputs else None
    for output in origin.outputs_of:
        items.append(_inside(region, model, previous, output))
        previous = output
    return Sequence(tuple(items), list)


def _last_layer_only(region: Region, model: Model) -> Value:
    """The layers of a functional model: certain is only which is the last one."""
    outputs = model.outputs
    if isinstance(outputs, Sequence) and len(outputs.items) == 1:
        outputs = outputs.items[0]
    if isinstance(outputs, Bound):
        for layer in reversed(region.called_layers):
            made = layer.output
            if made is not None and made.tensor.code == outputs.tensor.code:
                return Sequence((Unknown("a layer of a functional model"), layer), list)
    return Unknown("the layers of a model")


def _inside(region: Region, model: Model, before: Bound | None, after: Bound | None) -> Value:
    if model.region is region:
        given = _as_input(region, model.inputs[0]) if before is model.inputs[0] else before
        return Inside(model, given if isinstance(given, Bound) else None, after)
    origin = _origin(model)
    assert origin is not None
    first = before is origin.inputs[0]
    return Inside(
        model, _borrowed(region, model, None) if first else None, _borrowed(region, model, after)
    )


def _origin(model: Model) -> Model | None:
    """The model as the function built it that gave this instance."""
    if model.summary is None:
        return model if model.region is not None else None
    region = model.summary.region
    if region is None or len(region.built) != 1:
        return None
    return region.built[0].model


def _borrowed(region: Region, model: Model, output: Bound | None) -> Bound | None:
    """A tensor inside of a model that was built elsewhere: this region runs the model's own layers.

    The statements of the model's `forward` become part of this one; its modules are shared.
    """
    origin = _origin(model)
    if origin is None or model.expr is None or origin.region is None:
        return None
    inner = origin.region
    key = f"borrow:{model.expr.text}"
    state = region.borrowed.get(key)
    if state is None:
        name = f"\ue002x:{key}\ue003"
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
        region.model_names.add(model.expr.text)
    if output is None or output.at is None:
        opened = region.scope.values[state[0]]
        assert isinstance(opened, Bound)
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
    for node in nodes:
        region.emit_forward(node)
    region.renames.update(inner.renames)
    region.module_hints.update(inner.module_hints)
    region.helpers_used |= inner.helpers_used
    from transpiler.passes.liveness import modules_used

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
        return _foreign_border(region, model, attr, node)
    if attr.startswith("input"):
        values: list[Value] = [_as_input(region, b) for b in model.inputs]
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


def _as_input(region: Region, bound: Bound) -> Value:
    name = bound.tensor.code.text
    held = region.scope.values.get(name)
    return held if isinstance(held, Bound) else bound


def _foreign_border(region: Region, model: Model, attr: str, node: cst.CSTNode) -> Value:
    """The input or output of a model made elsewhere: it is called on an input of its own."""
    if model.expr is None or not model.inputs:
        return Unknown("the input or output of a model that is not known")
    key = f"border:{model.expr.text}"
    name = f"\ue002x:{key}\ue003"
    held = region.scope.values.get(name)
    if held is None:
        dims = model.inputs[0].tensor.dims
        shape = (
            None
            if dims is None
            else Sequence(
                tuple(const(None) if d is None or not d.known else const(d.value) for d in dims),
                tuple,
            )
        )
        if len(model.inputs) != 1:
            return Unknown("the inputs of a model that is made elsewhere")
        held = open_input(region, key, name, shape, model.inputs[0].tensor.dtype, node)
    assert isinstance(held, Bound)
    if attr.startswith("input"):
        return Sequence((held,), list) if attr == "inputs" else held
    result_name = f"\ue002x:out-{key}\ue003"
    result = region.scope.values.get(result_name)
    if result is None:
        value = call_model(region, node, model, [(None, held)])
        if not isinstance(value, Bound):
            return Unknown("the outputs of a model that is made elsewhere")
        result = bind_tensor(region, result_name, value)
    return Sequence((result,), list) if attr == "outputs" else result


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
        _pop(region, model, node)
        return const(None)
    if name == "add":
        raise GiveUp("a layer is added to a model that is made elsewhere", node)
    if name == "get_layer":
        return _get_layer(region, node, model)
    if name in SIGNATURES:
        region.left_calls.append((node, name, model))
        return record(region, node, model, name)
    arguments_of(region, node)
    region.left_calls.append((node, name, model))
    return Unknown(f"the method {name} of a model")


def _get_layer(region: Region, node: cst.Call, model: Model) -> Value:
    """`model.get_layer("x")` or `model.get_layer(index=2)`."""
    given = _named_arguments(arguments_of(region, node), ("name", "index"))
    name = constant(given["name"]) if "name" in given else UNKNOWN
    number = constant(given["index"]) if "index" in given else UNKNOWN
    if isinstance(number, int):
        layers = _layers_of(region, model, node)
        if isinstance(layers, Sequence) and -len(layers.items) <= number < len(layers.items):
            return layers.items[number]
    origin = _origin(model)
    if isinstance(name, str) and origin is not None and origin.region is not None:
        layer = origin.region.named_layers.get(name)
        if layer is not None and layer.output is not None:
            if origin.region is region:
                return Inside(model, None, layer.output)
            return Inside(model, None, _borrowed(region, model, layer.output))
    region.left_calls.append((node, "get_layer", model))
    return Unknown("a layer of a model, found by name")


@provides("set_attribute")
def set_attribute(region: Region, base: Value, attr: str, value: Value, node: cst.CSTNode) -> None:
    """`layer.trainable = False` and other changes of layers and models."""
    if attr == "trainable" and isinstance(value, Static):
        layers = [base] if isinstance(base, Layer) else bases_of(base)
        for layer in layers:
            set_trainable(region, layer, value, node)
        if layers:
            return
    if isinstance(base, Model):
        region.left_calls.append((node, f"{attr} =", base))
        return
    raise GiveUp(f"the attribute {attr} of a layer is set", node)


@provides("pass_model")
def pass_model(region: Region, node: cst.Call, name: str, values: list[Value]) -> Value:
    """A function that is not known gets a model or layers."""
    models = [v for v in values if isinstance(v, Model)]
    if models:
        region.left_calls.append((node, name, models[0]))
        if len(models) == 1 and "load" in name and "weights" in name:
            region.say(ASSUMED, node, f"`{name}` is assumed to give back the model that it gets")
            return models[0]
        return Unknown(f"what `{name}` makes of a model")
    if any(is_graph(v) for v in values):
        if region.is_module:
            return Unknown(f"`{name}` is not known")
        raise GiveUp(f"`{name}` gets layers, and what it does is not known", node)
    return Unknown(f"`{name}` is not known")


__all__ = ["UNKNOWN", "make_layer", "sequence_code", "to_expr"]
