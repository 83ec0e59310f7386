"""Methods of values, by the kind of the value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.interpret.arguments import arguments_of
from transpiler.interpret.calls.batches import method_of_tensor, next_by_method
from transpiler.interpret.calls.builtins import goes_one_by_one
from transpiler.interpret.calls.by_hand import method_of_measured, method_of_metric
from transpiler.interpret.calls.flows import endless, is_taken_from, next_of
from transpiler.interpret.calls.lists import CHANGING, change_list, list_method
from transpiler.interpret.calls.numbers import is_number_of_python
from transpiler.interpret.calls.pipelines import (
    first_of_arrays,
    method_of_generator,
    method_of_pipeline,
    number_alone,
    pipeline_of,
    text_alone,
)
from transpiler.interpret.calls.settings import is_statement
from transpiler.interpret.control.elements import is_asked, merge_items
from transpiler.interpret.control.entries import is_written
from transpiler.interpret.dispatch import evaluate, provided, provides
from transpiler.interpret.expressions.subscripts import chosen_by
from transpiler.interpret.layers.adapting import adapt
from transpiler.interpret.object_groups import entry_of_objects, settled_objects, view_of_objects
from transpiler.interpret.predicted import PREDICTED
from transpiler.interpret.records import Records, view_of_records
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import const, constant, verbatim
from transpiler.interpret.tensors.operators import dims_value, rewrite_shape
from transpiler.interpret.training import OF_WEIGHTS, OLDER, SIGNATURES
from transpiler.interpret.values import (
    AtLayer,
    Bound,
    CarriedModel,
    Choice,
    Framework,
    Function,
    Inside,
    Instance,
    Instances,
    Keyed,
    LastKnown,
    Layer,
    LayerChain,
    LayerList,
    Mapping,
    Measured,
    Model,
    Part,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    Within,
    bases_of,
    is_graph,
)
from transpiler.ir import tokens
from transpiler.ir.expr import UNKNOWN, Configured, Expr, method
from transpiler.ir.pipeline import Changes, Numbered
from transpiler.record import replace

#: How many arguments the methods of lists take; numpy's functions of those names take more.
_OF_LISTS = {"append": 1, "extend": 1, "insert": 2}


@provides("pairs_of")
def pairs_of(region: Region, node: cst.BaseExpression) -> Sequence | None:
    """The entries that `heads.items()` runs through, where the dict is known."""
    if (
        not isinstance(node, cst.Call)
        or not isinstance(node.func, cst.Attribute)
        or node.func.attr.value != "items"
    ):
        return None
    held = evaluate(region, node.func.value)
    if not isinstance(held, Mapping):
        return None
    return _pairs(held)


def _pairs(held: Mapping) -> Sequence:
    pairs = (Sequence((const(key), value), tuple) for key, value in held.items.items())
    return Sequence(tuple(pairs), list)


def _tensor_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Bound)
    if name == "get_shape":
        shape = dims_value(region, receiver)
        rewrite_shape(region, node, receiver, shape)
        return shape
    if name == "set_shape" and is_statement(region, node):  # torch's tensors have their shapes
        region.idle.add(id(region.statement))
        region.done.add(id(node))
        return const(None)
    if region.states and name in ("assign", "assign_add", "assign_sub"):
        return provided("change_state")(region, node, receiver, name)
    raise GiveUp(f"the method {name} of a tensor has no translation", node)


def _part_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    found: Value = provided("part_method")(region, node, receiver, name)
    return found


def _mapping_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Mapping)
    func = node.func
    assert isinstance(func, cst.Attribute)
    variable = func.value.value if isinstance(func.value, cst.Name) else ""
    if variable and variable == region.keywords:
        values = [v for _, v in arguments_of(region, node)]
        taken: Value | None = provided("take_keyword")(region, node, name, values)
        if taken is not None:
            return taken
    if name in _TAKES_OUT and variable in region.scope.values and not is_graph(receiver):
        return _taken_out(region, node, receiver, variable, name)
    if name == "get" and node.args:
        values = [v for _, v in arguments_of(region, node)]
        key = constant(values[0])
        if key is UNKNOWN and (found := _chosen(region, node, receiver, values)) is not None:
            return found
        if key is not UNKNOWN:
            if key in receiver.items:
                found = receiver.items[key]
                if is_graph(found) or not isinstance(found, Static):
                    return found
                return verbatim(region, node, receiver, *values, value=constant(found))
            if len(values) > 1 and isinstance(values[1], Framework):
                return values[1]
            if not is_graph(receiver):
                default = constant(values[1]) if len(values) > 1 else None
                return verbatim(region, node, receiver, *values, value=default)
    entries = Sequence(tuple(receiver.items.values()), list)
    if name in ("items", "values") and not is_graph(receiver) and goes_one_by_one(region, entries):
        return entries if name == "values" else _pairs(receiver)  # of functions
    if name in ("items", "keys", "values") and is_graph(receiver):
        if name == "values":
            return entries
        if entries.items and all(map(is_asked, entries.items)):
            return _pairs(receiver) if name == "items" else receiver
        if receiver.code is None or not is_written(receiver):
            raise GiveUp("a loop over a dict of tensors", node)
        item = merge_items(region, list(receiver.items.values()))
        held = Keyed(item, receiver.code, receiver.static)
        return _keyed_method(region, node, held, name)
    if name == "update" and variable and not is_graph(receiver):
        return change_list(region, node, receiver, variable, name)
    if is_graph(receiver):
        raise GiveUp(f"the method {name} of a dict of tensors is not understood", node)
    if not variable and name in (CHANGING | _TAKES_OUT):  # `options["model"].update(units=4)`
        provided("forget_inside")(region, func.value, receiver, node)
        region.done.add(id(node))
    return None


def _chosen(region: Region, node: cst.Call, receiver: Mapping, values: list[Value]) -> Value | None:
    """`LAYERS.get(kind, ReLU)`: a choice by comparisons."""
    classes = (Framework, Function, UserClass)
    options = [*receiver.items.values(), *values[1:]]
    apart = len(values) == 2 and isinstance(values[0], Static) and not region.is_module
    if not apart or len(options) < 2 or not all(isinstance(v, classes) for v in options):
        return None
    assert isinstance(values[0], Static)
    return chosen_by(region, node, values[0], receiver.items, values[1])


def _keyed_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Keyed)
    if name not in ("items", "keys", "values") or node.args:
        raise GiveUp(f"the method {name} of a dict of tensors is not understood", node)
    given: Any = provided("given_in_order")(region, receiver, name)
    if name == "keys":
        made = verbatim(region, node, receiver)
        return made if given is None else replace(made, run=given)
    code = method(receiver.code, name) if given is None else given
    static = None if receiver.static is None else method(receiver.static, name)
    if name == "values":
        return Repeated(receiver.item, code, static)
    pair = Sequence((Static(Expr(tokens.ITEM)), receiver.item), tuple)
    return Repeated(pair, code, static)


#: What changes the entries of a dict, other than `update`.
_TAKES_OUT = frozenset({"pop", "popitem", "clear", "setdefault"})


def _taken_out(
    region: Region, node: cst.Call, receiver: Mapping, variable: str, name: str
) -> Static:
    """`settings.pop("units")` of a dict in a variable, which lacks that entry from now on."""
    values = [v for _, v in arguments_of(region, node)]
    key = constant(values[0]) if values and name == "pop" else UNKNOWN
    taken = receiver.items.get(key) if key is not UNKNOWN else None
    known = constant(taken) if isinstance(taken, Static) else UNKNOWN
    made = verbatim(region, node, receiver, *values, value=known)
    region.scope.bump(variable)
    reading = region.scope.read(variable)
    rest = {k: v for k, v in receiver.items.items() if k != key}
    left: Value = Static(reading) if key is UNKNOWN else Mapping(rest, reading)
    region.scope.values[variable] = left
    names = frozenset(pair for pair in made.expr.names if pair[0] != variable)
    return replace(made, expr=replace(made.expr, names=names | reading.names))


#: What methods call the object, or the class, that they belong to.
_THIS = ("self", "cls")


def _static_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Static)
    held = node.func.value if isinstance(node.func, cst.Attribute) else None
    if receiver.either is not None and isinstance(held, cst.Name) and name != "get":
        region.scope.values[held.value] = replace(receiver, either=None)  # it may change
    if pipeline_of(receiver) is not None:
        return method_of_pipeline(region, node, receiver, name)
    made = receiver.expr.value
    if isinstance(made, Configured) and made.name.startswith("keras.metrics."):
        if (found := method_of_metric(region, node, made, name)) is not None:
            return found
    if isinstance(receiver.expr.value, Changes):
        given = method_of_generator(region, node, receiver, name)
        by_hand = pipeline_of(given) is not None and is_taken_from(region, node)
        return endless(region, node, given) if by_hand else given
    if name == "next" and (first := first_of_arrays(region, node, receiver)) is not None:
        return first
    if (found := next_by_method(region, node, receiver, name)) is not None:
        return found
    if (found := next_of(region, node, receiver, name)) is not None:
        return found
    if (found := method_of_tensor(region, node, name)) is not None:
        return found
    if name == "numpy" and is_number_of_python(region, node, receiver):
        return receiver
    if name in ("numpy", "decode") and receiver.expr.text in region.file.text_names:
        return text_alone(region, node, receiver)
    if isinstance(receiver.expr.value, Numbered) and name in ("numpy", "item"):
        return number_alone(region, node, receiver.expr.value)
    if receiver.expr.text in _THIS and receiver.expr.text in region.parameters:
        method = region.methods.get(name)
        if method is not None:
            return provided("call_function")(region, node, method, arguments_of(region, node))
    base = region.scope.values.get("super()")
    if isinstance(base, Part) and receiver.expr.text.startswith("super("):
        return _part_method(region, node, base, name)
    if name == "__init__" and receiver.expr.text.startswith("super("):
        arguments = arguments_of(region, node)
        if region.functional and arguments:
            region.done.add(id(node))
            from transpiler.interpret.functional_classes import refuse_more  # few files need it

            refuse_more(region)
            return provided("make_model")(region, node, arguments)
        region.done.add(id(node))
        return const(None)
    func = node.func
    assert isinstance(func, cst.Attribute)
    if name in (CHANGING | _TAKES_OUT) and isinstance(func.value, cst.Subscript):
        changed: Any = provided("forget_inside")(region, func.value, receiver, node)
        if changed and is_statement(region, node):
            region.done.add(id(node))
            return const(None)
    if name in ("append", "extend", "insert", "update", "pop") and isinstance(func.value, cst.Name):
        values = [v for _, v in arguments_of(region, node)]
        if any(is_graph(v) for v in values):
            if region.is_module:
                return Unknown("a list of tensors that is not understood")
            raise GiveUp("a tensor or layer is put into a list that is not understood", node)
        if len(node.args) == _OF_LISTS.get(name, len(node.args)) and name != "pop":
            return change_list(region, node, receiver, func.value.value, name)
    if name == "get" and len(node.args) == 2:
        default = evaluate(region, node.args[1].value)
        if isinstance(default, Framework):
            return default  # `kwargs.get("layers", keras.layers)`: a Keras, whoever brings it
    if name in ("format", "join", "lower", "upper", "replace") and receiver.expr.known:
        values = [v for _, v in arguments_of(region, node)]
        known = [constant(v) for v in values]
        keywords = [k for k, _ in arguments_of(region, node)]
        if (
            all(k is not UNKNOWN for k in known)
            and not any(keywords)
            and isinstance(receiver.expr.value, str)
        ):
            try:
                return verbatim(
                    region,
                    node,
                    receiver,
                    *values,
                    value=getattr(receiver.expr.value, name)(*known),
                )
            except (TypeError, ValueError, IndexError, KeyError):
                return None
    return None


def _instance_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Instance)
    result: Value | None = provided("instance_method")(region, node, receiver, name)
    return result


def _model_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    result: Value | None = provided("model_method")(region, node, receiver, name)
    return result


def _layer_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    if name == "get_layer" and bases_of(receiver):
        return provided("layer_of_base")(region, node, receiver)
    if name == "adapt" and isinstance(receiver, Layer) and adapt(region, node, receiver):
        return const(None)
    if isinstance(receiver, Layer) and f"layer.{name}" in SIGNATURES:
        inside = provided("inside_of_model")(region, receiver)
        receiver = inside if isinstance(inside, Inside) else receiver
    if isinstance(receiver, Inside):
        asked: Value = provided("ask_layer")(region, node, receiver, name)
        return asked
    arguments_of(region, node)
    if isinstance(receiver, Layer) or bases_of(receiver):
        region.left_calls.append((node, name, receiver))
    return Unknown(f"the method {name} of a layer")


def _choice_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    return _layer_method(region, node, receiver, name) if bases_of(receiver) else None


def _unknown_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Unknown)
    if isinstance(receiver, AtLayer) and f"layer.{name}" in OF_WEIGHTS:
        asked: Value = provided("ask_layer")(region, node, receiver.layer, name)
        return asked
    arguments_of(region, node)
    region.file.object_calls.discard(id(node))  # as it was thought to be of a class's
    if (name in SIGNATURES or name in OLDER) and receiver.reason != PREDICTED:
        region.file.unknown_calls.append(node)  # it may be a model's
    return receiver


def _objects_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Instances)
    assert isinstance(node.func, cst.Attribute)
    receiver = settled_objects(region, node.func.value, receiver)
    if (view := view_of_objects(receiver, name)) is not None:
        return view
    if name == "get" and receiver.keys and len(node.args) == 1:
        return entry_of_objects(receiver, constant(evaluate(region, node.args[0].value)))
    return _unknown_method(region, node, receiver, name)


def _perhaps_model_method(
    region: Region, node: cst.Call, receiver: Value, name: str
) -> Value | None:
    """A method of what is one known model, or nothing: of that model."""
    assert isinstance(receiver, PerhapsModel)
    if len(receiver.models) == 1 and not receiver.items:
        return _model_method(region, node, receiver.models[0], name)
    if not receiver.models:
        return _unknown_method(region, node, receiver, name)
    arguments_of(region, node)
    region.left_calls.append((node, name, receiver.models[0]))
    return receiver


def _records_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Records)
    asked = node.func.value if isinstance(node.func, cst.Attribute) else None
    variable = asked.value if isinstance(asked, cst.Name) else ""
    if name == "append" and variable and len(node.args) == 1:
        return list_method(region, node, receiver, name)
    arguments_of(region, node)
    if name in ("sort", "reverse"):
        region.done.add(id(node))
        return const(None)
    found = view_of_records(receiver, name)
    return Unknown(receiver.reason) if found is None else found


METHODS: dict[type, Callable[[Region, cst.Call, Any, str], Value | None]] = {
    Bound: _tensor_method,
    Part: _part_method,
    Sequence: list_method,
    Repeated: list_method,
    LayerChain: list_method,
    LayerList: list_method,
    Keyed: _keyed_method,
    Mapping: _mapping_method,
    Static: _static_method,
    Model: _model_method,
    Instance: _instance_method,
    Layer: _layer_method,
    Choice: _choice_method,
    Within: _layer_method,
    Inside: _layer_method,
    Unknown: _unknown_method,
    Measured: method_of_measured,
    CarriedModel: _unknown_method,
    Instances: _objects_method,
    LastKnown: _unknown_method,
    AtLayer: _unknown_method,
    PerhapsModel: _perhaps_model_method,
    Records: _records_method,
}
