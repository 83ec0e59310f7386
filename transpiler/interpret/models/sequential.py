"""Sequential models: one tensor that goes through the layers in turn."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from transpiler.interpret.control.loops import run_loop
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.effects import refuse_acting_name
from transpiler.interpret.layers.collected import parts_of
from transpiler.interpret.layers.lists import loop_over, one_by_one
from transpiler.interpret.models.functional import is_still, output_code, refuse_in_head
from transpiler.interpret.models.nested import call_any
from transpiler.interpret.models.popping import note_before
from transpiler.interpret.models.rounds import of_one_round
from transpiler.interpret.models.sequential_inputs import (
    declared_shape,
    least_shape,
    open_shape,
    shape_of,
)
from transpiler.interpret.models.taken_in import make_inner
from transpiler.interpret.region import Built, GiveUp, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.tensors.names import bind_tensor
from transpiler.interpret.values import (
    Bound,
    Inside,
    Layer,
    LayerList,
    Model,
    Sequence,
    Static,
    Unknown,
    Value,
)
from transpiler.ir import tokens
from transpiler.ir.code import Return
from transpiler.ir.pipeline import Applied
from transpiler.record import replace

_SECOND = "the second argument of a Sequential is its name in Keras 2, and `trainable` in Keras 3"


def _named(region: Region, node: cst.Call, position: int, given: Value) -> str:
    """The parameter of a Sequential that gets an argument without a keyword, after the layers."""
    generation = region.file.options.keras
    if position > 2 or (position == 2 and generation == "2"):
        raise GiveUp(f"Sequential: the argument {position + 1} is not known", node)
    known = constant(given)
    if position == 2 or generation == "2" or known is None or isinstance(known, str):
        return "name"  # Keras 3 takes neither for `trainable`
    if generation == "auto" and not isinstance(known, bool):
        raise GiveUp(_SECOND, node)
    return "trainable"


@provides("make_sequential")
def make_sequential(region: Region, node: cst.Call) -> Value:
    """`keras.Sequential([...])`: one tensor that goes through the layers in turn."""
    if _takes_texts(region, node):
        region.file.left_data[id(node)] = (node, _OF_TEXTS)
        return Unknown(_OF_TEXTS)
    region.graph_events += 1
    key = f"seq:{region.tree.span(node)[0]}"
    model = Model("sequential", region=region, node=node, ways=tuple(region.ways))
    model.target = region.assigned if region.whole is node else ""
    model.variable = tokens.variable(f"x:{key}")
    region.scope.values.pop(model.variable, None)  # of the round before, of a loop over losses
    model.input_spec = key
    region.open_sequentials.append(model)
    model.name = ""
    declared = region.wants.get(f"open:{key}")
    if declared is not None:
        open_shape(region, model, None if declared is True else declared, None, node)
    layers: cst.BaseExpression | None = None
    for position, argument in enumerate(node.args):
        keyword = argument.keyword.value if argument.keyword is not None else ""
        if (not keyword and position == 0) or keyword == "layers":
            layers = argument.value
            continue
        given = evaluate(region, argument.value)
        keyword = keyword or _named(region, node, position, given)
        if keyword == "name":
            refuse_acting_name(region, given, node)
            name = constant(given)
            model.name = name if isinstance(name, str) else ""
            model.label = given.expr if isinstance(given, Static) else None
        elif keyword == "trainable":
            model.still = is_still(region, node, given)
        else:
            raise GiveUp(f"Sequential: the argument {keyword} is not known", node)
    if layers is not None:
        _add_listed(region, model, layers)
    return model


_OF_TEXTS = (
    "a model of texts is left as it is: torch has no tensors of texts; make numbers of them in the "
    "data set, and give those to the model"
)


def _takes_texts(region: Region, node: cst.Call) -> bool:
    """Whether the first layer is one that makes numbers of texts, outside of models too."""
    given = node.args[0].value if node.args else None
    first = given.elements[0].value if isinstance(given, cst.List) and given.elements else None
    held = region.scope.values.get(first.value) if isinstance(first, cst.Name) else None
    return isinstance(held, Static) and isinstance(held.expr.value, Applied)


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
        _add_value(region, model, evaluate(region, layers), layers)
        return
    outer_whole, outer_assigned = region.whole, region.assigned
    region.whole, region.assigned = None, ""
    for element in layers.elements:
        start, end = region.tree.span(element.value)
        region.elements[start] = end
        with region.within(element.value):
            value = evaluate(region, element.value)
            if isinstance(element, cst.StarredElement):
                _add_value(region, model, value, element.value)
            else:
                add(region, model, value, element.value)
    region.whole, region.assigned = outer_whole, outer_assigned


def _add_value(region: Region, model: Model, value: Value, node: cst.CSTNode) -> None:
    """The layers of a list that is made elsewhere."""
    if isinstance(value, LayerList) and value.known is not None:
        value = one_by_one(region, value)
    parts = value.items if isinstance(value, Sequence) else parts_of(value)
    if parts is None:
        raise GiveUp("Sequential of a list that is not known", node)
    for part in parts:
        if isinstance(part, LayerList):
            _add_each(region, model, part, node)
        else:
            add(region, model, part, node)


def _add_each(region: Region, model: Model, layers: LayerList, node: cst.CSTNode) -> None:
    """All layers of a list that a comprehension made."""

    def run(iterable: Value, target: cst.BaseExpression, make: Callable[[], None]) -> None:
        run_loop(region, node, iterable, target, make)

    loop_over(region, layers, lambda layer: add(region, model, layer, node), run)


def add(region: Region, model: Model, value: Value, node: cst.CSTNode) -> None:
    """`model.add(value)`."""
    region.graph_events += 1
    taken: Bound | None = None
    if isinstance(value, Inside) and value.layer is not None:
        taken = value.input
        value = value.layer  # it is shared with another model
    if model.closed:
        region.built[:] = [b for b in region.built if b.model is not model]
        raise GiveUp("a Sequential gets layers after the branch or loop in which it is made", node)
    if isinstance(value, Unknown):
        raise GiveUp(f"a layer of the Sequential is not known: {value.reason}", node)
    held = region.scope.values.get(model.variable)
    if isinstance(value, Bound):
        if held is not None:
            raise GiveUp("an Input in the middle of a Sequential", node)
        name = value.tensor.code.text
        if name not in region.inputs:  # a list that holds it calls it `stack[0]`
            given = (n for n, (key, *_) in region.inputs.items() if key == value.source)
            name = next(given, "")
            if not name:
                raise GiveUp("a Sequential starts with a tensor that is not an Input", node)
            value = replace(value, tensor=region.inputs[name][1])
        model.input_name = name
        model.inputs = [bind_tensor(region, model.variable, value)]
        return
    if isinstance(value, Layer) and value.symbol == "keras.layers.InputLayer":
        shape = value.arguments.get("shape", value.arguments.get("input_shape"))
        batch = value.arguments.get("batch_shape", value.arguments.get("batch_input_shape"))
        if shape is None and isinstance(batch, Sequence):
            shape = Sequence(batch.items[1:], tuple)
        open_shape(region, model, shape, value.arguments.get("dtype"), node)
        return
    if held is None:
        shape = declared_shape(region, value) if taken is None else shape_of(taken)
        open_shape(region, model, shape, None, node, least_shape(value))
        held = region.scope.values[model.variable]
    if not isinstance(held, Bound):
        why = f": {held.reason}" if isinstance(held, Unknown) else ""
        raise GiveUp(f"what the Sequential has before this layer is not known{why}", node)
    note_before(region, model, held)
    result = call_any(region, value, held, node, model.variable)
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
        model.uncounted = True


def close_sequential(region: Region, model: Model) -> Built | None:
    """The programs of a Sequential, complete."""
    held = region.scope.values.get(model.variable)
    if model.broken:
        raise GiveUp(model.broken, model.node)
    if not isinstance(held, Bound):
        return None
    if model.uncounted:  # what was added last may be so on one way only
        model.outputs = held
    assert model.node is not None
    refuse_in_head(region, model.node)
    value, tail = output_code(region, held, model.node)
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
        versions=dict(region.scope.versions),
        models={n: v for n, v in region.scope.values.items() if isinstance(v, Model)},
    )
    make_inner(region, built)
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
