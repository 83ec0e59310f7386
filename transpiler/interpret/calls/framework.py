"""Calls of the names of Keras and TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from transpiler.diagnostics import LEFT_CODE
from transpiler.interpret.arguments import Argument, arguments_of
from transpiler.interpret.calls.by_hand import measured_by_hand
from transpiler.interpret.calls.by_numpy import NUMPY_FUNCTIONS, numpy_function
from transpiler.interpret.calls.constants import constant_call
from transpiler.interpret.calls.data import array_of, makes_data
from transpiler.interpret.calls.data_options import OPTIONS, make_options
from transpiler.interpret.calls.data_tensors import data_tensor
from transpiler.interpret.calls.drawn import chosen_tensor, drawn_number
from transpiler.interpret.calls.numbers import arithmetic
from transpiler.interpret.calls.on_arrays import array_function
from transpiler.interpret.calls.pipelines import gives_data, is_text, pipeline_step
from transpiler.interpret.calls.settings import SETTERS, is_statement
from transpiler.interpret.calls.tensors import tensor_function
from transpiler.interpret.calls.unpacked import unpacked
from transpiler.interpret.dispatch import provided, provides
from transpiler.interpret.expressions.attributes import CONSTANTS
from transpiler.interpret.layers.applying import apply_layer
from transpiler.interpret.layers.making import make_layer
from transpiler.interpret.layers.starting import INITIALIZERS, as_function, held_key, hold
from transpiler.interpret.object_groups import first_unknown
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.results import numbers_of_models
from transpiler.interpret.statics import const, one_line, rewrite, rewritten, to_expr, verbatim
from transpiler.interpret.strategies import STRATEGIES
from transpiler.interpret.symbols import OF_TRAINING, SUBMODULES
from transpiler.interpret.tensors.layouts import in_layout, with_rank
from transpiler.interpret.tensors.names import ensure_current, refreshed
from transpiler.interpret.tensors.operators import dims_value, rewrite_shape
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Layer,
    Sequence,
    Static,
    Unknown,
    Value,
    holds_tensor,
    is_graph,
)
from transpiler.ir.expr import (
    LAMBDA,
    NO_SIZE,
    Configured,
    Expr,
    attribute,
    call,
    index,
    literal,
)
from transpiler.ir.tensor import Layout
from transpiler.record import replace
from transpiler.regex import regex

_CONFIGURED = (
    "keras.initializers.",
    "keras.regularizers.",
    "keras.constraints.",
    "tf.initializers.",
    "tf.random_",
    "tf.constant_initializer",
    "tf.zeros_initializer",
)


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


#: Functions of Keras on plain Python values, which a converted builder may go on calling.
_KERAS_TOOLS = ("keras.utils.", "keras.applications.imagenet_utils.")


def framework_call(region: Region, node: cst.Call, name: str) -> Value:
    """A call of a Keras or TensorFlow name."""
    rules = region.file.rules
    if name in CONSTANTS:
        value = CONSTANTS[name]
        if name.endswith("image_data_format"):
            value = region.file.data_format
        elif name.endswith("image_dim_ordering"):
            value = "tf" if region.file.data_format == "channels_last" else "th"
        rewrite(region, node, const(value))
        region.settled[region.tree.span(node)] = literal(value)
        return const(value)
    handler = _FRAMEWORK.get(name)
    if handler is not None:
        return handler(region, node, name)
    if name in rules.idle and is_statement(region, node):
        region.idle.add(id(region.statement))
        region.done.add(id(node))
        return const(None)
    if name in rules.tools and not region.is_module:
        return _tool_call(region, node, rules.tools[name])
    return call_with(region, node, name, arguments_of(region, node))


#: Functions that models call on tensors, whatever else.
_ON_TENSORS = ("tf.", "keras.ops.")
#: Layers of models, unless they learn what they look up: then data sets call them.
_LOOKUPS = frozenset({"keras.layers.IntegerLookup"})
#: Layers of models, unless they are but called on data.
_OF_ARRAYS = frozenset({"keras.layers.Normalization"})
_OF_MODELS = regex(r"\bInput\(|\bdef call\(")


def _is_of_data(region: Region, name: str) -> bool:
    """Whether a layer is none of a model, as far as the text shows it."""
    made, text = region.assigned, region.tree.blanked
    if name in _LOOKUPS:
        return bool(made) and f"{made}.adapt(" in text
    if name not in _OF_ARRAYS:
        return True
    if not made or f"{made}.adapt(" not in text or _OF_MODELS.search(text) is not None:
        return False
    uses = re.findall(rf"(?<![\w.]){made}\b", text)
    alone = re.findall(rf"(?<![\w.]){made}(?: = |\.(?:adapt|mean|variance)\b)", text)
    called = re.findall(rf"(?<![\w.]){made}\(", text)
    return bool(called) and len(alone) + len(called) == len(uses)


#: Functions that give a tensor of texts another number of axes.
_OF_AXES = frozenset({"tf.expand_dims", "tf.squeeze", "tf.reshape"})


@provides("framework_call")
def call_with(region: Region, node: cst.Call, name: str, arguments: list[Argument]) -> Value:
    """A call of a Keras or TensorFlow name on arguments."""
    rules = region.file.rules
    if name in _OF_AXES and arguments and is_text(arguments[0][1]):
        rewrite(region, node, arguments[0][1])  # strings have no axes
        region.settled[region.tree.span(node)] = arguments[0][1].expr.text
        return arguments[0][1]
    if (drawn := drawn_number(region, name, arguments)) is not None:
        return drawn
    if name == "tf.cond" and (chosen := chosen_tensor(region, node, arguments)) is not None:
        return chosen
    if name == OPTIONS and (options := make_options(region, node)) is not None:
        return options
    if gives_data(name):
        return pipeline_step(
            region, node, *unpacked(region, node, name, _unzipped(name, arguments))
        )
    of_tensor = name in rules.ops and any(holds_tensor(v) for _, v in arguments)
    if name in rules.ops and name.startswith(_ON_TENSORS):
        of_tensor = not makes_data(region, node, arguments)
    if name in rules.sources and not of_tensor and _is_of_data(region, name):
        if any(argument.star for argument in node.args):
            return _other_call(region, node, name, arguments)
        if is_statement(region, node):
            region.done.add(id(node))  # it stays where it is
        found = array_of(region, node, rules.sources[name], arguments)
        return _other_call(region, node, name, arguments) if isinstance(found, Unknown) else found
    if (measured := measured_by_hand(region, node, name, arguments)) is not None:
        return measured
    if (of_arrays := array_function(region, node, name, arguments)) is not None:
        return of_arrays
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
    if name in NUMPY_FUNCTIONS and any(holds_tensor(v) for _, v in arguments):
        return numpy_function(region, node, name, arguments)
    if any(holds_tensor(v) for _, v in arguments):
        return tensor_function(region, node, name, arguments)
    if name.startswith(OF_TRAINING):
        return _part_of_training(region, node, name, arguments)
    return _other_call(region, node, name, arguments)


def _unzipped(name: str, arguments: list[Argument]) -> list[Argument]:
    """`Dataset.zip(a, b)`, which is short for `Dataset.zip((a, b))`."""
    plain = [value for keyword, value in arguments if keyword is None]
    if not name.endswith(".zip") or len(plain) < 2:
        return arguments
    return [(None, Sequence(tuple(plain), tuple)), *(a for a in arguments if a[0] is not None)]


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
        return first_unknown(values)
    if any(is_graph(v) for v in values):
        raise GiveUp(f"`{replacement}` of a tensor or layer", node)
    rewrite(region, node.func, Static(Expr(replacement)))
    region.settled[region.tree.span(node.func)] = replacement
    region.helpers_used |= {replacement}
    return verbatim(region, node, *values)


def _correct_pad(region: Region, node: cst.Call, name: str) -> Value:
    """`imagenet_utils.correct_pad(x, 3)`: computed where the size of the image is known."""
    return corrected_pad(region, node, [v for _, v in arguments_of(region, node)])


@provides("correct_pad")
def corrected_pad(region: Region, node: cst.Call, values: list[Value]) -> Value:
    """The padding around a tensor that a kernel and a stride of two need."""
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
    running = call("halving_pad", index(shape, Expr("2:")), kernel)
    region.helpers_used |= {"halving_pad"}
    missing = NO_SIZE
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
    return apply_layer(region, layer, inputs, {}, node)


#: What the functions that train read, when they run.
_PLACED = ("keras.regularizers.", "keras.constraints.")


def _configured(region: Region, node: cst.Call, name: str, arguments: list[Argument]) -> Value:
    args = tuple(to_expr(region, v) for k, v in arguments if k is None)
    kwargs = tuple((k, to_expr(region, v)) for k, v in arguments if k is not None)
    names = frozenset[Any]().union(*(a.names for a in args), *(v.names for _, v in kwargs))
    text = one_line(rewritten(region.tree, node, region.rewrites))
    chosen = region.branches > 0 and not name.startswith(OF_TRAINING)
    place = region.tree.span(node) if chosen or name.startswith(_PLACED) else None
    if name.startswith("keras.callbacks."):
        called = (
            a.value for a in (*args, *(v for _, v in kwargs)) if isinstance(a.value, Function)
        )
        region.called_back |= {one.parameter for one in called if one.parameter}
    made = Static(Expr(text, Configured(name, args, kwargs, place), 18, names))
    if region.file.mark is not None:
        made = region.file.mark.handed.made(region, node, made)
    if name.startswith(INITIALIZERS):
        made = as_function(region, node, made)
    if place is not None and held_key(place) in region.wants:
        hold(region, node, made)
    return made


def _note_metric(region: Region, node: cst.Call, name: str) -> None:
    """Keras numbers the metrics that have no name: their places, classes, whether in a loop."""
    if not any(a.keyword is not None and a.keyword.value == "name" for a in node.args):
        once = not region.loops and not region.branches
        region.file.metrics.setdefault(region.tree.span(node), (name, once))


def _as_lambda(region: Region, value: Value) -> Value:
    """A lambda of the file as an expression, which knows the function that it is."""
    if isinstance(value, Function) and isinstance(value.node, cst.Lambda):
        if not region.tree.has_span(value.node):
            return Unknown("a lambda of another module")
        if value.parameter and value.static is not None:
            return Static(replace(value.static, value=value))
        return Static(Expr(one_line(region.tree.source(value.node)), value, LAMBDA))
    return value


def _part_of_training(
    region: Region, node: cst.Call, name: str, arguments: list[Argument]
) -> Value:
    """An optimizer, a loss, a metric, a callback, a data set."""
    if name.startswith("keras.metrics."):
        _note_metric(region, node, name)
        if region.is_module and not region.loops:
            region.file.single_metrics.add(region.tree.span(node))
    if name.startswith("keras.optimizers."):
        arguments = numbers_of_models(region, node, arguments)
    arguments = [(k, _as_lambda(region, v)) for k, v in arguments]
    for _, value in arguments:
        if isinstance(value, Unknown):
            return Unknown(f"{name}: {value.reason}")
    if any(map(region.passes_keywords, node.args)):
        passed: Any = provided("passed_keywords")(region, arguments)
        if isinstance(passed, Unknown):
            return passed
        arguments = passed
    try:
        made = _configured(region, node, name, arguments)
    except GiveUp as why:
        return Unknown(f"{name}: {why.reason}")
    assert isinstance(made, Static)
    place = region.tree.span(node)
    given = Static(replace(made.expr, value=replace(made.expr.value, place=place)))
    if name.startswith("keras.optimizers."):
        region.note_optimizer(place, given)
    elif name.startswith("keras.losses."):
        region.file.losses[place] = given
    return given


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
            why = region.file.unsettled.get(region.tree.span(node)[0])
            message = f"{name} is left as it is{f': {why}' if why else ''}"
            region.say(LEFT_CODE, node, message)
            return verbatim(region, node, *values)
    if name.startswith("keras.applications."):
        return Unknown(f"{name} builds a pretrained model")
    if (data := data_tensor(region, node, name, arguments)) is not None:
        return data
    number = arithmetic(region, node, name, arguments)
    if number is None and (made := constant_call(region, node, name, arguments)) is not None:
        return made
    return Unknown(f"{name} is not translated") if number is None else number


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


#: What stands for a model in scikit-learn, by Keras's class and by skorch's for torch.
_ESTIMATORS = {
    "keras.wrappers.scikit_learn.KerasClassifier": "NeuralNetClassifier",
    "keras.wrappers.scikit_learn.KerasRegressor": "NeuralNetRegressor",
    "keras.wrappers.scikit_learn.BaseWrapper": "NeuralNet",
}
_OF_ESTIMATORS = {"epochs": "max_epochs", "nb_epoch": "max_epochs", "batch_size": "batch_size"}


def _estimator(region: Region, node: cst.Call, name: str) -> Value:
    """A model for scikit-learn: said how torch has one."""
    given = {a.keyword.value if a.keyword is not None else "": a.value for a in node.args}
    arguments_of(region, node)
    builder = given.get("build_fn") or given.get("model") or given.get("")
    parts = ["..." if builder is None else region.tree.source(builder)]
    parts += [
        f"{called}={region.tree.source(given[key])}"
        for key, called in _OF_ESTIMATORS.items()
        if key in given
    ]
    estimator = f"{_ESTIMATORS[name]}({one_line(', '.join(parts))}, train_split=None)"
    region.file.unsettled[region.tree.span(node)[0]] = (
        f"for scikit-learn, skorch wraps modules of PyTorch: {estimator}, with the criterion and "
        "optimizer that `compile` names"
    )
    return Unknown("a model of Keras for scikit-learn")


#: Functions that torch has nothing for, and what to do instead.
_INSTEAD = {
    **dict.fromkeys(
        ("keras.utils.plot_model", "keras.utils.vis_utils.plot_model", "keras.utils.model_to_dot"),
        "print(model) lists the modules, and torchview draws them",
    ),
    "keras.models.model_from_json": "the class of the model says what it is: make one of it",
}


def _advised(region: Region, node: cst.Call, name: str) -> Value:
    """What stays for a person, who is told what to do."""
    arguments_of(region, node)
    region.file.unsettled[region.tree.span(node)[0]] = _INSTEAD[name]
    return Unknown(f"{name} is not translated")


def _submodules(region: Region, node: cst.Call, name: str) -> Value:
    """`get_submodules_from_kwargs(kwargs)`: the parts of Keras, whichever the caller brings."""
    parts = ("backend", "layers", "models", "utils")
    return Sequence(tuple(Framework(f"keras.{part}") for part in parts), tuple)


_FRAMEWORK: dict[str, Callable[[Region, cst.Call, str], Value]] = {
    **SETTERS,
    **STRATEGIES,
    **dict.fromkeys(_SHAPES, _shape_of),
    **dict.fromkeys(_TENSOR_TESTS, _is_tensor),
    "keras.Input": lambda region, node, name: provided("make_input")(
        region, node, arguments_of(region, node)
    ),
    "keras.Model": lambda region, node, name: provided("make_model")(
        region, node, arguments_of(region, node)
    ),
    **dict.fromkeys(
        ("keras.models.load_model", "keras.saving.load_model"),
        lambda region, node, name: provided("load_model")(region, node, name),
    ),
    **dict.fromkeys(
        ("keras.models.clone_model", "keras.backend.clone_model"),
        lambda region, node, name: provided("clone_model")(region, node, name),
    ),
    **dict.fromkeys(
        ("keras.models.save_model", "keras.saving.save_model"),
        lambda region, node, name: provided("save_model")(region, node, name),
    ),
    "keras.Sequential": lambda region, node, name: provided("make_sequential")(region, node),
    "keras.layers.InputLayer": lambda region, node, name: provided("input_layer")(
        region, node, arguments_of(region, node)
    ),
    "tf.name_scope": lambda region, node, name: Framework("tf.name_scope"),
    "keras.backend.name_scope": lambda region, node, name: Framework("tf.name_scope"),
    "keras.applications.imagenet_utils.correct_pad": _correct_pad,
    f"keras.applications.{SUBMODULES}": _submodules,
    **dict.fromkeys(_ESTIMATORS, _estimator),
    **dict.fromkeys(_INSTEAD, _advised),
    "tf.get_logger": lambda region, node, name: Framework("tf.logger"),
    "tf.device": lambda region, node, name: Framework("tf.device"),
}
