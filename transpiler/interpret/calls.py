"""Calls: of the framework, of the user's functions, of methods and of Python's builtins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import libcst as cst

from transpiler.diagnostics import ASSUMED, LEFT_CODE, UNSUPPORTED
from transpiler.interpret.control import append, branch, item_of, sequence_code
from transpiler.interpret.data import array_of
from transpiler.interpret.dispatch import evaluate, evaluates, provided, provides
from transpiler.interpret.expressions import CONSTANTS, attribute_of
from transpiler.interpret.joins import channels_list, element, known_items
from transpiler.interpret.layers import (
    HARD_SIGMOID,
    Argument,
    apply_layer,
    declared_rank,
    list_inputs,
    make_layer,
    starred,
)
from transpiler.interpret.region import SPOILED, GiveUp, Region
from transpiler.interpret.statics import (
    const,
    constant,
    one_line,
    rewrite,
    rewritten,
    to_expr,
    to_running,
    verbatim,
)
from transpiler.interpret.symbols import SUBMODULES
from transpiler.interpret.tensors import (
    bind_tensor,
    check_readable,
    common_layout,
    dims_value,
    ensure_current,
    in_layout,
    refreshed,
    rewrite_shape,
    run_rule,
    want_tensor,
    with_rank,
    with_sizes_of,
)
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Inside,
    Instance,
    Layer,
    Mapping,
    Model,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    Within,
    bases_of,
    holds_tensor,
    is_graph,
)
from transpiler.ir.code import Line
from transpiler.ir.expr import (
    LAMBDA,
    UNKNOWN,
    Configured,
    Expr,
    attribute,
    call,
    expr,
    index,
    literal,
)
from transpiler.ir.tensor import Layout, Tensor


@evaluates(cst.Call)
def call_node(region: Region, node: cst.Call) -> Value:
    func = node.func
    if isinstance(func, cst.Attribute):
        receiver = evaluate(region, func.value)
        handler = _METHODS.get(type(receiver))
        if handler is not None:
            result = handler(region, node, receiver, func.attr.value)
            if result is not None:
                return result
        callee = attribute_of(region, func, receiver, func.attr.value)
    else:
        callee = evaluate(region, func)
    return call_value(region, node, callee)


@provides("arguments_of")
def arguments_of(region: Region, node: cst.Call) -> list[Argument]:
    """The arguments of a call in order, stars spread out."""
    found: list[Argument] = []
    for argument in node.args:
        value = evaluate(region, argument.value)
        if argument.star == "**":
            if isinstance(value, Mapping):
                found += [(str(k), v) for k, v in value.items.items()]
                continue
            if isinstance(value, Static) and value.expr.known and value.expr.value == {}:
                continue
            found.append(("**", value))
        elif argument.star == "*":
            if isinstance(value, Sequence):
                found += [(None, v) for v in value.items]
                continue
            found.append(("*", value))
        else:
            found.append((argument.keyword.value if argument.keyword is not None else None, value))
    return found


def call_value(region: Region, node: cst.Call, callee: Value) -> Value:
    """What calling a value gives."""
    if isinstance(callee, Framework):
        return framework_call(region, node, callee.name)
    if isinstance(callee, Choice):
        return _call_choice(region, node, callee)
    if isinstance(callee, Layer):
        return _call_layer(region, node, callee)
    if isinstance(callee, Function):
        arguments = arguments_of(region, node)
        if callee.parameter and any(holds_tensor(v) for _, v in arguments):
            return provided("call_parameter")(region, node, callee.parameter, arguments)
        return provided("call_function")(region, node, callee, arguments)
    if isinstance(callee, Model):
        return provided("call_model")(region, node, callee, arguments_of(region, node))
    if isinstance(callee, UserClass):
        return provided("call_class")(region, node, callee, arguments_of(region, node))
    if isinstance(callee, Static):
        return _call_static(region, node, callee)
    if isinstance(callee, Unknown):
        for argument in node.args:
            evaluate(region, argument.value)
        return callee
    raise GiveUp("a call of something that is not understood", node)


# --- of the framework ------------------------------------------------------------------------

_CONFIGURED = (
    "keras.initializers.",
    "keras.regularizers.",
    "keras.constraints.",
    "tf.initializers.",
    "tf.random_",
    "tf.constant_initializer",
    "tf.zeros_initializer",
)
#: What trains a model: known by its arguments, like the above, or not at all.
_OF_TRAINING = (
    "keras.optimizers.", "keras.losses.", "keras.metrics.", "keras.callbacks.",
    "tf.optimizers.", "tf.losses.", "tf.metrics.",
)  # fmt: skip
_SHAPES = frozenset(
    {
        "keras.backend.int_shape",
        "tf.shape",
        "keras.ops.shape",
        "keras.backend.shape",
        "tf.keras.backend.int_shape",
    }
)
_TENSOR_TESTS = frozenset(
    {
        "keras.backend.is_keras_tensor",
        "tf.is_tensor",
        "keras.utils.is_keras_tensor",
        "keras.ops.is_tensor",
    }
)


def framework_call(region: Region, node: cst.Call, name: str) -> Value:
    """A call of a Keras or TensorFlow name."""
    rules = region.file.rules
    if name in CONSTANTS:
        rewrite(region, node, const(CONSTANTS[name]))
        region.settled[region.tree.span(node)] = literal(CONSTANTS[name])
        return const(CONSTANTS[name])
    handler = _FRAMEWORK.get(name)
    if handler is not None:
        return handler(region, node, name)
    if name in rules.tools and not region.is_module:
        return _tool_call(region, node, rules.tools[name])
    arguments = arguments_of(region, node)
    if name in rules.sources:
        return array_of(region, node, rules.sources[name], arguments)
    if any(k in ("*", "**") for k, _ in arguments):
        if name in rules.layers or any(is_graph(v) for _, v in arguments):
            return Unknown(f"{name} is called with arguments that are not known")
    if name in rules.layers or _looks_like_layer(name):
        choice = next((v for _, v in arguments if isinstance(v, Choice) and _of_layers(v)), None)
        if choice is not None:
            return _around_choice(region, node, name, arguments, choice)
        return make_layer(
            region, name, arguments, node, region.target_hint if region.whole is node else ""
        )
    if name in rules.functional:
        return _functional_form(region, node, name, arguments)
    if name.startswith(_CONFIGURED):
        return _configured(region, node, name, arguments)
    if any(holds_tensor(v) for _, v in arguments):
        return tensor_function(region, node, name, arguments)
    if name.startswith(_OF_TRAINING):
        return _part_of_training(region, node, name, arguments)
    return _other_call(region, node, name, arguments)


def _of_layers(value: Choice) -> bool:
    return all(
        isinstance(o, Layer) or (isinstance(o, Choice) and _of_layers(o)) for o in value.options
    )


def _around_choice(
    region: Region, node: cst.Call, name: str, arguments: list[Argument], choice: Choice
) -> Value:
    """`Bidirectional(rnn)` where `rnn` is one of two layers: one of two wrappers."""
    made: list[Value] = []
    for option in choice.options:
        given: list[Argument] = [(k, option if v is choice else v) for k, v in arguments]
        if isinstance(option, Choice):
            made.append(_around_choice(region, node, name, given, option))
        else:
            made.append(make_layer(region, name, given, node))
    return Choice(choice.test, made[0], made[1], choice.static)


def _tool_call(region: Region, node: cst.Call, replacement: str) -> Value:
    """A function of the framework on plain values, by what stands in for it."""
    values = [v for _, v in arguments_of(region, node)]
    if any(isinstance(v, Unknown) for v in values):
        return next(v for v in values if isinstance(v, Unknown))
    if any(is_graph(v) for v in values):
        raise GiveUp(f"`{replacement}` of a tensor or layer", node)
    rewrite(region, node.func, Static(Expr(replacement)))
    region.settled[region.tree.span(node.func)] = replacement
    region.helpers_used |= {replacement}
    return verbatim(region, node, *values)


def _correct_pad(region: Region, node: cst.Call, name: str) -> Value:
    """`imagenet_utils.correct_pad(x, 3)`: computed where the size of the image is known."""
    values = [v for _, v in arguments_of(region, node)]
    if len(values) != 2 or not isinstance(values[0], Bound):
        raise GiveUp("correct_pad of something that is not a tensor", node)
    images = in_layout(
        region, ensure_current(region, with_rank(region, values[0], 4), node), Layout.FIRST
    )
    tensor = refreshed(region, images)
    assert tensor.dims is not None
    kernel = to_expr(region, values[1])
    height, width = tensor.dims[0], tensor.dims[1]
    if height is not None and width is not None and height.known and width.known and kernel.known:
        sizes = kernel.value if isinstance(kernel.value, (tuple, list)) else (kernel.value,) * 2
        pads = tuple(
            (k // 2 - 1 + n.value % 2, k // 2) for k, n in zip(sizes, (height, width), strict=True)
        )
        value = const(pads)
        rewrite(region, node, value, 0)
        return value
    shape = attribute(tensor.code, "shape")
    running = call("correct_pad", index(shape, Expr("2:")), kernel)
    region.helpers_used |= {"correct_pad"}
    missing = Expr("\ue00anosize\ue00b", names=frozenset({("\ue00anosize\ue00b", -1)}))
    value = Static(missing, running)
    rewrite(region, node, value)
    return value


def _looks_like_layer(name: str) -> bool:
    parent, _, last = name.rpartition(".")
    if parent != "keras.layers" or not last[:1].isupper():
        return False
    return last not in ("Layer", "Wrapper", "InputSpec", "InputLayer")


def _functional_form(region: Region, node: cst.Call, name: str, arguments: list[Argument]) -> Value:
    """`concatenate([a, b], axis=-1)` is `Concatenate(axis=-1)([a, b])`."""
    rule = region.file.rules.functional[name]
    place = next((i for i, (k, _) in enumerate(arguments) if k in (None, "inputs")), None)
    if place is None:
        raise GiveUp(f"{name} is called without tensors", node)
    _, inputs = arguments.pop(place)
    layer = make_layer(region, rule.names[0], arguments, node)
    return apply_layer(region, layer, _as_tensors(region, inputs), {}, node)


def _as_tensors(region: Region, value: Value) -> Value:
    """A mapping of tensors is passed on as the list of its values."""
    return value


def _configured(region: Region, node: cst.Call, name: str, arguments: list[Argument]) -> Value:
    args = tuple(to_expr(region, v) for k, v in arguments if k is None)
    kwargs = tuple((k, to_expr(region, v)) for k, v in arguments if k is not None)
    names = frozenset[Any]().union(*(a.names for a in args), *(v.names for _, v in kwargs))
    text = one_line(rewritten(region.tree, node, region.rewrites))
    return Static(Expr(text, Configured(name, args, kwargs), 18, names))


def _as_lambda(region: Region, value: Value) -> Value:
    """A lambda as an expression, which knows the function that it is."""
    if isinstance(value, Function) and isinstance(value.node, cst.Lambda):
        return Static(Expr(one_line(region.tree.source(value.node)), value, LAMBDA))
    return value


def _part_of_training(
    region: Region, node: cst.Call, name: str, arguments: list[Argument]
) -> Value:
    """An optimizer, a loss, a metric, a callback."""
    for _, value in arguments:
        if isinstance(value, Unknown):
            return Unknown(f"{name}: {value.reason}")
    arguments = [(k, _as_lambda(region, v)) for k, v in arguments]
    try:
        made = _configured(region, node, name, arguments)
    except GiveUp as why:
        return Unknown(f"{name}: {why.reason}")
    assert isinstance(made, Static)
    known = replace(made.expr.value, place=region.tree.span(node))
    return Static(replace(made.expr, value=known))


def tensor_function(
    region: Region, node: cst.CSTNode, name: str, arguments: list[Argument]
) -> Value:
    """A function of the framework applied to tensors."""
    rules = region.file.rules
    rule = rules.ops.get(name)
    if rule is None and name in rules.activations:
        rule = rules.activations[name]
    if rule is None:
        raise GiveUp(f"{name} has no translation", node)
    if name == "keras.activations.hard_sigmoid":
        region.say(ASSUMED, node, HARD_SIGMOID)
    slots: dict[str, Any] = {}
    bounds: list[Bound] = []
    positions = iter(rule.signature.parameters)
    parameters = rule.signature.parameters
    for keyword, value in arguments:
        if keyword == "name":
            continue
        parameter = keyword if keyword is not None else next(positions, None)
        if parameter is not None and parameter not in parameters:
            parameter = rule.aliases.get(parameter, parameter)
        if parameter is None or parameter not in parameters:
            raise GiveUp(f"{name}: the argument {keyword or 'at the end'} is not known", node)
        slots[parameter] = _operand(region, value, bounds, node)
    for parameter, declared in parameters.items():
        if parameter not in slots:
            if declared.default is declared.empty:
                raise GiveUp(f"{name}: the argument {parameter} is missing", node)
            slots[parameter] = expr(declared.default)
    layout = rule.layout
    if layout is Layout.ANY and bounds:
        layout = common_layout(bounds)
    bounds = [in_layout(region, b, layout) for b in bounds]

    sized = any(isinstance(v, _Plain) and v.written.text != v.running.text for v in slots.values())

    def build(given: list[Tensor]) -> Any:
        result = rule.build(**{k: _fill(v, given) for k, v in slots.items()})
        if not sized or not isinstance(result, Tensor):
            return result
        for slot in slots.values():
            if isinstance(slot, _Plain):
                check_readable(region, slot.running, node)
        running = rule.build(**{k: _fill(v, given, True) for k, v in slots.items()})
        assert isinstance(running, Tensor)
        return with_sizes_of(running, result)

    return run_rule(region, node, bounds, build, name)


class _Slot:
    """The place of a tensor among the tensors of a call."""

    def __init__(self, position: int) -> None:
        self.position = position


@dataclass(frozen=True, slots=True)
class _Plain:
    """An argument without tensors, as `__init__` and as `forward` write it."""

    written: Expr
    running: Expr


def _operand(region: Region, value: Value, bounds: list[Bound], node: cst.CSTNode) -> Any:
    if isinstance(value, Bound):
        bounds.append(ensure_current(region, value, node))
        return _Slot(len(bounds) - 1)
    if isinstance(value, Sequence) and holds_tensor(value):
        if value.code is not None:
            return [_operand(region, b, bounds, node) for b in list_inputs(region, value, node)]
        return [_operand(region, item, bounds, node) for item in value.items]
    if isinstance(value, Repeated) and isinstance(value.item, Bound):
        return [_operand(region, starred(value), bounds, node)]
    return _Plain(to_expr(region, value), to_running(region, value))


def _fill(slot: Any, given: list[Tensor], running: bool = False) -> Any:
    if isinstance(slot, _Slot):
        return given[slot.position]
    if isinstance(slot, list):
        return [_fill(s, given, running) for s in slot]
    if isinstance(slot, _Plain):
        return slot.running if running else slot.written
    return slot


#: Functions of Keras on plain Python values, which a converted builder may go on calling.
_KERAS_TOOLS = ("keras.utils.", "keras.applications.imagenet_utils.")


def _other_call(region: Region, node: cst.Call, name: str, arguments: list[Argument]) -> Value:
    last = name.rpartition(".")[2]
    if (
        name.startswith(("keras.activations.", "keras.initializers."))
        and last == "get"
        and arguments
    ):
        value = arguments[0][1]
        if isinstance(value, (Static, Framework)):
            rewrite(region, node, Static(to_expr(region, value)))
            return value
    if name.startswith(_KERAS_TOOLS) and not region.is_module:
        values = [v for _, v in arguments]
        if not any(is_graph(v) or isinstance(v, Unknown) for v in values):
            region.say(LEFT_CODE, node, f"{name} is left as it is")
            return verbatim(region, node, *values)
    if name.startswith("keras.applications."):
        return Unknown(f"{name} builds a pretrained model")
    return Unknown(f"{name} is not translated")


def _shape_of(region: Region, node: cst.Call, name: str) -> Value:
    arguments = arguments_of(region, node)
    if arguments and isinstance(arguments[0][1], Bound):
        value = ensure_current(region, arguments[0][1], node)
        shape = dims_value(region, value)
        rewrite_shape(region, node, value, shape)
        return shape
    return Unknown(f"{name} of something that is not a tensor of a model")


def _is_tensor(region: Region, node: cst.Call, name: str) -> Value:
    value = arguments_of(region, node)[0][1]
    if isinstance(value, Bound):
        return const(True)
    if isinstance(value, Static) and value.expr.text in region.parameters:
        region.want(f"tensor:{value.expr.text}", True)
    return const(False) if isinstance(value, Static) else Unknown("whether it is a tensor")


def _submodules(region: Region, node: cst.Call, name: str) -> Value:
    """`get_submodules_from_kwargs(kwargs)`: the parts of Keras, whichever the caller brings."""
    parts = ("backend", "layers", "models", "utils")
    return Sequence(tuple(Framework(f"keras.{part}") for part in parts), tuple)


_FRAMEWORK: dict[str, Callable[[Region, cst.Call, str], Value]] = {
    **dict.fromkeys(_SHAPES, _shape_of),
    **dict.fromkeys(_TENSOR_TESTS, _is_tensor),
    "keras.Input": lambda region, node, name: provided("make_input")(
        region, node, arguments_of(region, node)
    ),
    "keras.Model": lambda region, node, name: provided("make_model")(
        region, node, arguments_of(region, node)
    ),
    "keras.Sequential": lambda region, node, name: provided("make_sequential")(region, node),
    "keras.layers.InputLayer": lambda region, node, name: provided("input_layer")(
        region, node, arguments_of(region, node)
    ),
    "tf.name_scope": lambda region, node, name: Framework("tf.name_scope"),
    "keras.backend.name_scope": lambda region, node, name: Framework("tf.name_scope"),
    "keras.applications.imagenet_utils.correct_pad": _correct_pad,
    f"keras.applications.{SUBMODULES}": _submodules,
    "tf.device": lambda region, node, name: Framework("tf.device"),
}


# --- of layers -------------------------------------------------------------------------------


def _call_layer(region: Region, node: cst.Call, layer: Layer) -> Value:
    arguments = arguments_of(region, node)
    place = next((i for i, (k, _) in enumerate(arguments) if k in _FIRST_INPUT), None)
    if place is None:
        raise GiveUp("a layer is called without a tensor", node)
    _, inputs = arguments.pop(place)
    return call_layer(region, node, layer, inputs, arguments)


#: How the first tensor of a call may be passed.
_FIRST_INPUT = (None, "inputs", "query", "sequences", "x")


def call_layer(
    region: Region, node: cst.CSTNode, layer: Layer, inputs: Value, rest: list[Argument]
) -> Value:
    """`layer(inputs, ...)`."""
    if isinstance(inputs, Unknown):
        if inputs.reason.startswith(SPOILED):
            raise GiveUp(inputs.reason, node)
        raise GiveUp(f"a layer is called on something unknown: {inputs.reason}", node)
    if isinstance(inputs, Static):
        name = inputs.expr.text
        if name in region.parameters:
            layout = Layout.ANY if layer.rule is None else layer.rule.layout
            want_tensor(region, name, declared_rank(layer), layout)
        raise GiveUp(f"a layer is called on `{name}`, which is not known to be a tensor", node)
    if layer.block is not None:
        if (rest and any(k != "training" for k, _ in rest)) or not isinstance(inputs, Bound):
            raise GiveUp("a block is called with arguments that are not known", node)
        return provided("call_deferred")(region, node, layer, inputs)
    if layer.symbol == "keras.layers.Lambda":
        return _call_lambda(region, node, layer, inputs)
    keyword_only = (
        []
        if layer.rule is None
        else [p.name for p in layer.rule.signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
    )
    order = iter(keyword_only)
    call_arguments: dict[str, Value] = {}
    for keyword, value in rest:
        parameter = keyword if keyword is not None else next(order, None)
        if parameter is None:
            raise GiveUp("a layer is called with more arguments than are known", node)
        call_arguments[parameter] = value
    return apply_layer(region, layer, inputs, call_arguments, node)


def _call_lambda(region: Region, node: cst.CSTNode, layer: Layer, inputs: Value) -> Value:
    function = layer.arguments.get("function")
    known = set(layer.arguments) - {
        "function",
        "output_shape",
        "name",
        "mask",
        "dtype",
        "arguments",
        "trainable",
        "input_shape",
    }
    if known:
        raise GiveUp(f"Lambda: the argument {sorted(known)[0]} is not known", node)
    arguments: list[Argument] = [(None, inputs)]
    extra = layer.arguments.get("arguments")
    if isinstance(extra, Mapping):
        arguments += [(str(k), v) for k, v in extra.items.items()]
    elif extra is not None:
        raise GiveUp("Lambda: its arguments are not known", node)
    if isinstance(function, Framework):
        return tensor_function(region, layer.node, function.name, arguments)
    if isinstance(function, Function):
        return provided("call_function")(region, node, function, arguments)
    raise GiveUp("Lambda: its function is not known", node)


def _call_choice(region: Region, node: cst.Call, callee: Choice) -> Value:
    """A call of one of two things: each in its own branch."""
    if callee.static is None or not region.scope.current(callee.test.expr):
        raise GiveUp("what is called depends on a condition that has changed since", node)
    arguments_hold_tensors = any(holds_tensor(evaluate(region, a.value)) for a in node.args)
    if not arguments_hold_tensors:
        outer = region.scope
        values = []
        for option in callee.options:
            region.scope = outer.copy()
            with region.collecting():
                values.append(call_value(region, node, option))
        region.scope = outer
        if all(isinstance(v, (Layer, Function, Framework, Choice)) for v in values):
            return Choice(callee.test, values[0], values[1], Expr(callee.static.text))
        if all(isinstance(v, Static) for v in values):
            return verbatim(region, node)
        raise GiveUp("what is called depends on a condition", node)
    return branch_value(
        region,
        node,
        callee.test,
        lambda: call_value(region, node, callee.then),
        lambda: call_value(region, node, callee.otherwise),
    )


def branch_value(
    region: Region,
    node: cst.CSTNode,
    test: Static,
    then: Callable[[], Value],
    otherwise: Callable[[], Value],
) -> Value:
    """The tensor that either way gives, in one variable."""
    target = region.assigned if region.whole is node else ""
    if not target:
        region.temporaries += 1
        target = f"\ue002x:b{region.temporaries}\ue003"

    def way(make: Callable[[], Value]) -> Callable[[], bool]:
        def run() -> bool:
            value = make()
            if not isinstance(value, Bound):
                raise GiveUp("what is called depends on a condition", node)
            bind_tensor(region, target, value)
            return False

        return run

    rewrites = dict(region.rewrites)
    branch(region, test, way(then), way(otherwise), node)
    region.rewrites = rewrites
    joined = region.scope.values[target]
    if not isinstance(joined, Bound):
        raise GiveUp("two ways give different kinds of tensors", node)
    return joined


# --- of Python -------------------------------------------------------------------------------


def _call_static(region: Region, node: cst.Call, callee: Static) -> Value:
    name = callee.expr.text
    builtin = _BUILTINS.get(name)
    if builtin is not None and name not in region.scope.values:
        arguments = arguments_of(region, node)
        result = builtin(region, node, [v for _, v in arguments])
        if result is not None:
            return result
    else:
        arguments = arguments_of(region, node)
    values = [v for _, v in arguments]
    if any(isinstance(v, Unknown) for v in values):
        return next(v for v in values if isinstance(v, Unknown))
    if any(isinstance(v, Within) for v in values):
        region.left_calls.append((node, name, next(v for v in values if isinstance(v, Within))))
        return Unknown(f"`{name}` of the layers of a pretrained base")
    if any(holds_tensor(v) for v in values):
        if name in region.parameters:
            return provided("call_parameter")(region, node, name, arguments)
        if region.is_module:
            return Unknown(f"`{name}` is not known")
        raise GiveUp(f"`{name}` is called on a tensor, and what it does is not known", node)
    if any(is_graph(v) or isinstance(v, (Model, Layer)) for v in values):
        return provided("pass_model")(region, node, name, values)
    return verbatim(region, node, callee, *values)


def _len(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) == 1 and isinstance(values[0], (Sequence, Mapping)):
        value = const(len(values[0].items))
        if is_graph(values[0]):
            rewrite(region, node, value)
            return value
        return verbatim(region, node, values[0], value=len(values[0].items))
    if len(values) == 1 and isinstance(values[0], Repeated):
        return verbatim(region, node, values[0])
    return None


def _range(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    known = [constant(v) for v in values]
    if known and all(isinstance(k, int) for k in known) and len(known) <= 3:
        return verbatim(region, node, *values, value=range(*known))
    return None


def _reversed(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) != 1 or not is_graph(values[0]):
        return None
    value = values[0]
    return _wrapped_list(region, value, "reversed", lambda items: items[::-1])


def _list(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) == 1 and is_graph(values[0]):
        value = values[0]
        if isinstance(value, Sequence):
            return replace(value, kind=list)
        return _wrapped_list(region, value, "list", lambda items: items)
    if not values:
        return Sequence((), list, static=Expr("[]", []))
    return None


def _tuple(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) == 1 and isinstance(values[0], Sequence):
        value = values[0]
        if is_graph(value):
            return replace(value, kind=tuple)
    return None


def _wrapped_list(region: Region, value: Value, function: str, reorder: Any) -> Value:
    def wrapped(code: Expr) -> Expr:
        return Expr(f"{function}({code.text})", strength=18, names=code.names)

    def wrapped_or_none(code: Expr | None) -> Expr | None:
        return None if code is None else wrapped(code)

    if isinstance(value, Repeated):
        return Repeated(value.item, wrapped(value.code), wrapped_or_none(value.static))
    if isinstance(value, Sequence):
        items = tuple(reorder(value.items))
        return Sequence(
            items, value.kind, wrapped_or_none(value.code), wrapped_or_none(value.static)
        )
    raise GiveUp("a list of tensors is used in a way that is not understood")


def _zip(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if not any(is_graph(v) for v in values):
        return None
    if any(isinstance(v, Sequence) and _holds_layers(v) for v in values):
        if not all(isinstance(v, Sequence) for v in values):
            raise GiveUp("layers are zipped with a list whose length is not known", node)
        rows = zip(
            *(known_items(region, v) for v in values if isinstance(v, Sequence)), strict=False
        )
        return Sequence(tuple(Sequence(tuple(row), tuple) for row in rows), list)
    parts = [_loop_part(region, v) for v in values]
    return Repeated(
        Sequence(tuple(item for item, _, _ in parts), tuple),
        _call_text("zip", [c for _, c, _ in parts]),
        _static_text("zip", [s for _, _, s in parts]),
    )


def _enumerate(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if not values or not is_graph(values[0]):
        return None
    item, code, static = _loop_part(region, values[0])
    if isinstance(values[0], Sequence) and _holds_layers(values[0]):
        return Sequence(
            tuple(
                Sequence((const(i), v), tuple) for i, v in enumerate(known_items(region, values[0]))
            ),
            list,
        )
    rest = [to_expr(region, v) for v in values[1:]]
    counter = Static(Expr("\ue00aitem\ue00b"))
    return Repeated(
        Sequence((counter, item), tuple),
        _call_text("enumerate", [code, *rest]),
        _static_text("enumerate", [static, *rest]),
    )


def _holds_layers(value: Sequence) -> bool:
    return any(
        isinstance(i, (Layer, Function)) or (isinstance(i, Sequence) and _holds_layers(i))
        for i in value.items
    )


def _loop_part(region: Region, value: Value) -> tuple[Value, Expr, Expr | None]:
    if isinstance(value, Static):
        return Static(Expr("\ue00aitem\ue00b")), value.running, value.expr
    item = item_of(region, value)
    if isinstance(value, Repeated):
        return item, value.code, value.static
    if isinstance(value, Sequence):
        if is_graph(value):
            static = value.static if value.static is not None else channels_list(region, value)
            return item, sequence_code(region, value), static
        written = to_expr(region, value)
        return item, written, written
    raise GiveUp("a loop over something that is not a list")


def _call_text(function: str, parts: list[Expr]) -> Expr:
    names = frozenset[Any]().union(*(p.names for p in parts))
    return Expr(f"{function}({', '.join(p.text for p in parts)})", strength=18, names=names)


def _static_text(function: str, parts: list[Expr | None]) -> Expr | None:
    if any(p is None for p in parts):
        return None
    return _call_text(function, [p for p in parts if p is not None])


def _isinstance(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) == 2 and not isinstance(values[0], Unknown):
        known = constant(values[0])
        names = {
            "str": str,
            "int": int,
            "float": float,
            "list": list,
            "tuple": tuple,
            "dict": dict,
            "bool": bool,
        }
        kinds = values[1].items if isinstance(values[1], Sequence) else (values[1],)
        classes = [names.get(k.expr.text) if isinstance(k, Static) else None for k in kinds]
        if known is not UNKNOWN and all(c is not None for c in classes):
            return const(isinstance(known, tuple(c for c in classes if c is not None)))
        if isinstance(values[0], (Bound, Layer, Model)) and all(c is not None for c in classes):
            return const(False)
    return None


def _number(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if len(values) == 1 and isinstance(values[0], Static):
        known = values[0].expr.value
        if isinstance(known, (int, float)) and isinstance(node.func, cst.Name):
            convert: Any = {"int": int, "float": float, "round": round, "abs": abs}[node.func.value]
            return verbatim(region, node, values[0], value=convert(known))
    return None


def _extreme(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    known = [constant(v) for v in values]
    if (
        len(known) > 1
        and all(isinstance(k, (int, float)) for k in known)
        and isinstance(node.func, cst.Name)
    ):
        return verbatim(
            region, node, *values, value=(max if node.func.value == "max" else min)(known)
        )
    return None


def _dict(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    keywords = [a.keyword.value for a in node.args if a.keyword is not None]
    if len(keywords) == len(node.args) == len(values):
        items: dict[Any, Value] = dict(zip(keywords, values, strict=True))
        if any(isinstance(v, Unknown) for v in values):
            return Unknown("a dict with something unknown in it")
        plain = all(isinstance(v, (Static, Sequence, Mapping)) and not is_graph(v) for v in values)
        return Mapping(items, verbatim(region, node, *values).expr if plain else None)
    return None


def _print(region: Region, node: cst.Call, values: list[Value]) -> Value | None:
    if any(is_graph(v) or isinstance(v, Unknown) for v in values):
        return Unknown("what `print` gives")
    return None


_BUILTINS: dict[str, Callable[[Region, cst.Call, list[Value]], Value | None]] = {
    "len": _len, "range": _range, "reversed": _reversed, "list": _list, "tuple": _tuple,
    "zip": _zip, "enumerate": _enumerate, "isinstance": _isinstance, "int": _number,
    "float": _number, "round": _number, "abs": _number, "max": _extreme, "min": _extreme,
    "dict": _dict, "print": _print,
}  # fmt: skip


# --- methods ---------------------------------------------------------------------------------


def _tensor_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Bound)
    if name == "get_shape":
        shape = dims_value(region, receiver)
        rewrite_shape(region, node, receiver, shape)
        return shape
    raise GiveUp(f"the method {name} of a tensor has no translation", node)


def _list_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    func = node.func
    assert isinstance(func, cst.Attribute)
    variable = func.value.value if isinstance(func.value, cst.Name) else ""
    if name in ("as_list", "copy") and isinstance(receiver, Sequence):
        span = region.tree.span(func.value)
        for rewrites in (region.rewrites, region.running):
            if span in rewrites:
                rewrites[region.tree.span(node)] = rewrites[span]
        return replace(receiver, kind=list)
    if name == "append" and variable and len(node.args) == 1:
        return _append(region, node, receiver, variable)
    if name == "pop" and variable:
        return _pop(region, node, receiver, variable)
    if name == "extend" and variable and isinstance(receiver, Sequence):
        values = arguments_of(region, node)
        given = values[0][1] if values else None
        if isinstance(given, Sequence) and is_graph(given):
            for item in given.items:
                append(region, variable, item)
            region.done.add(id(node))
            return const(None)
    if is_graph(receiver):
        raise GiveUp(f"the method {name} of a list of tensors is not understood", node)
    if variable:
        return _changed_list(region, node, receiver, variable, name)
    return None


def _append(region: Region, node: cst.Call, receiver: Value, variable: str) -> Value | None:
    value = evaluate(region, node.args[0].value)
    if isinstance(value, Unknown):
        region.scope.bump(variable)
        region.scope.values[variable] = value
        return Unknown(value.reason)
    if isinstance(value, Model) and region.loops:
        reading = region.scope.read(variable)
        region.scope.values[variable] = Repeated(value, reading, reading)
        region.done.add(id(node))
        return const(None)
    if isinstance(value, (Layer, Model, Function, Framework)) and isinstance(receiver, Sequence):
        if region.loops:
            raise GiveUp("layers are collected in a list by a loop", node)
        region.scope.values[variable] = Sequence(
            (*receiver.items, value), receiver.kind, receiver.code
        )
        region.done.add(id(node))
        return const(None)
    if is_graph(value):
        append(region, variable, value)
        region.done.add(id(node))
        return const(None)
    if is_graph(receiver) and not isinstance(receiver, Repeated):
        raise GiveUp("a list of tensors and other things", node)
    return _changed_list(region, node, receiver, variable, "append", value)


def _changed_list(
    region: Region,
    node: cst.Call,
    receiver: Value,
    variable: str,
    name: str,
    value: Value | None = None,
) -> Value | None:
    """A list of plain values that a method changes in place."""
    if name not in (
        "append",
        "extend",
        "insert",
        "remove",
        "sort",
        "reverse",
        "clear",
        "update",
        "setdefault",
    ):
        return None
    values = [value] if value is not None else [v for _, v in arguments_of(region, node)]
    if any(isinstance(v, Unknown) for v in values):
        region.scope.bump(variable)
        region.scope.values[variable] = Unknown("a list with something unknown in it")
        return Unknown("a list with something unknown in it")
    provided("emit_static")(
        region,
        node,
        frozenset({variable}),
        (receiver, *values),
        kills=False,
        extra=frozenset({variable}),
    )
    region.scope.bump(variable)
    reading = region.scope.read(variable)
    if name == "append" and isinstance(receiver, Sequence) and value is not None:
        region.scope.values[variable] = Sequence(
            (*receiver.items, value), receiver.kind, static=reading
        )
    elif name == "update" and isinstance(receiver, Mapping) and isinstance(values[0], Mapping):
        region.scope.values[variable] = Mapping({**receiver.items, **values[0].items}, reading)
    else:
        region.scope.values[variable] = Static(reading)
    region.done.add(id(node))
    return const(None)


def _pop(region: Region, node: cst.Call, receiver: Value, variable: str) -> Value | None:
    region.graph_events += 1
    keys = [constant(evaluate(region, a.value)) for a in node.args]
    source = region.tree.source(node)
    if isinstance(receiver, Repeated):
        region.temporaries += 1
        token = f"\ue002{variable}_item:p{region.temporaries}\ue003"
        made = Line(
            f"{token} = {source}", frozenset({token, variable}), frozenset({variable}), kills=False
        )
        region.emit_init(made)
        region.scope.bump(token)
        static = region.scope.read(token)
        region.scope.bump(variable)
        reading = region.scope.read(variable)
        region.scope.values[variable] = Repeated(receiver.item, reading, reading)
        region.done.add(id(node))
        return _popped(region, node, receiver.item, source, variable, static)
    if isinstance(receiver, Sequence) and is_graph(receiver):
        key = keys[0] if keys else -1
        if not isinstance(key, int) or not -len(receiver.items) <= key < len(receiver.items):
            raise GiveUp("an element of a list is taken out whose place is not known", node)
        items = list(receiver.items)
        item = items.pop(key)
        region.done.add(id(node))
        if isinstance(item, (Layer, Model)):
            region.scope.values[variable] = Sequence(tuple(items), receiver.kind, receiver.code)
            return item
        region.emit_init(Line(source, frozenset({variable}), frozenset({variable}), kills=False))
        region.scope.bump(variable)
        reading = region.scope.read(variable)
        region.scope.values[variable] = Sequence(tuple(items), receiver.kind, reading, reading)
        return _popped(region, node, item, source, variable, None)
    return None


def _popped(
    region: Region, node: cst.Call, item: Value, source: str, variable: str, static: Expr | None
) -> Value:
    """The element that `pop` gives: taken out once, so it gets a variable."""
    region.temporaries += 1
    token = f"\ue002{variable}_item:q{region.temporaries}\ue003"
    target = region.assigned if region.whole is node and region.assigned else token
    if isinstance(item, Bound):
        region.emit_forward(
            Line(
                f"{token} = {source}",
                frozenset({token, variable}),
                frozenset({variable}),
                kills=False,
            )
        )
        region.renames.setdefault(token, target)
        region.scope.bump(token)
        code = region.scope.read(token)
        if static is not None:
            return element(region, item, code, static)
        return replace(item, tensor=replace(item.tensor, code=code))
    raise GiveUp("something other than a tensor is taken out of a list of tensors")


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
    pairs = (Sequence((const(key), value), tuple) for key, value in held.items.items())
    return Sequence(tuple(pairs), list)


def _mapping_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Mapping)
    func = node.func
    assert isinstance(func, cst.Attribute)
    variable = func.value.value if isinstance(func.value, cst.Name) else ""
    if name == "get" and node.args:
        values = [v for _, v in arguments_of(region, node)]
        key = constant(values[0])
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
    if name in ("items", "keys", "values") and is_graph(receiver):
        if name == "values":
            return Sequence(tuple(receiver.items.values()), list)
        raise GiveUp("a loop over a dict of tensors", node)
    if name == "update" and variable and not is_graph(receiver):
        return _changed_list(region, node, receiver, variable, name)
    if is_graph(receiver):
        raise GiveUp(f"the method {name} of a dict of tensors is not understood", node)
    return None


def _static_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    assert isinstance(receiver, Static)
    if receiver.expr.text == "self" and "self" in region.parameters:
        method = region.methods.get(name)
        if method is not None:
            return provided("call_function")(region, node, method, arguments_of(region, node))
    if name == "__init__" and receiver.expr.text.startswith("super("):
        arguments = arguments_of(region, node)
        if region.functional and arguments:
            region.done.add(id(node))
            return provided("make_model")(region, node, arguments)
        region.done.add(id(node))
        return const(None)
    func = node.func
    assert isinstance(func, cst.Attribute)
    if name in ("append", "extend", "insert", "update", "pop") and isinstance(func.value, cst.Name):
        values = [v for _, v in arguments_of(region, node)]
        if any(is_graph(v) for v in values):
            if region.is_module:
                return Unknown("a list of tensors that is not understood")
            raise GiveUp("a tensor or layer is put into a list that is not understood", node)
        if name != "pop":
            return _changed_list(region, node, receiver, func.value.value, name)
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
    arguments_of(region, node)
    if isinstance(receiver, Layer) or bases_of(receiver):
        region.left_calls.append((node, name, receiver))
    return Unknown(f"the method {name} of a layer")


def _choice_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    return _layer_method(region, node, receiver, name) if bases_of(receiver) else None


def _unknown_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    arguments_of(region, node)
    return receiver


_METHODS: dict[type, Callable[[Region, cst.Call, Any, str], Value | None]] = {
    Bound: _tensor_method,
    Sequence: _list_method,
    Repeated: _list_method,
    Mapping: _mapping_method,
    Static: _static_method,
    Model: _model_method,
    Instance: _instance_method,
    Layer: _layer_method,
    Choice: _choice_method,
    Within: _layer_method,
    Inside: _layer_method,
    Unknown: _unknown_method,
}


__all__ = ["UNSUPPORTED"]
