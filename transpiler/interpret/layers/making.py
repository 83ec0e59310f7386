"""What the constructor call of a layer makes: its arguments, bound as Python would."""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.arguments import Argument
from transpiler.interpret.effects import acts, evaluated_once
from transpiler.interpret.layers.first_keras import say_gates, with_kernel_size
from transpiler.interpret.layers.functions import take_function
from transpiler.interpret.region import Region
from transpiler.interpret.stale import OTHER, caught
from transpiler.interpret.statics import const, constant, to_expr
from transpiler.interpret.values import Layer, Sequence, Static, Unknown
from transpiler.ir.expr import Configured, Expr
from transpiler.regex import regex
from transpiler.rule import SHARED, Rule

#: What is said of a model of `keras.applications` on which nothing is built.
_WEIGHTS = "torchvision.models has the nearest, with other weights and other preprocessing"


def make_layer(
    region: Region, symbol: str, arguments: list[Argument], node: cst.CSTNode, hint: str = ""
) -> Layer:
    """The layer that a constructor call makes; arguments are bound as Python would."""
    rules = region.file.rules
    region.graph_events += 1
    rule = rules.layers.get(symbol)
    short = symbol.rpartition(".")[2]
    layer = Layer(rule, symbol, {}, node, hint, depth=len(region.loops))
    layer.origins = (region.origin,) if region.origin >= 0 else ()
    if rule is None:
        layer.problem = f"{symbol} has no translation"
    if symbol.startswith("keras.applications."):
        region.file.unsettled[region.tree.span(node)[0]] = _WEIGHTS
    arguments = with_kernel_size(region, short, arguments, node)
    say_gates(region, short, arguments, node)
    order = _order(region, short, rule, sum(k is None for k, _ in arguments), node)
    positions = iter(order)
    for keyword, value in arguments:
        parameter = keyword if keyword is not None else next(positions, None)
        if parameter is None:
            layer.problem = layer.problem or f"{symbol} got more arguments than it takes"
            continue
        if parameter == "dim_ordering" and isinstance(known := constant(value), str):
            value = const(_ORDERINGS.get(known, known))
        if rule is not None and parameter not in rule.parameters:
            parameter = rule.aliases.get(parameter, _OLD_NAMES.get(parameter, parameter))
        if parameter in layer.arguments:
            layer.problem = layer.problem or f"{symbol} got {parameter} twice"
        if isinstance(value, Unknown):
            if parameter != "name":
                problem = f"the argument {parameter} is not known: {value.reason}"
                layer.problem = layer.problem or problem
            continue
        if parameter != "name" or acts(region, value):
            value = evaluated_once(region, value, parameter, node)
        layer.arguments[parameter] = value
        if found := caught(region, node, value):
            layer.problem = layer.problem or f"`{found}`, of which {parameter} is made, {OTHER}"
    if rule is not None and not layer.problem:
        layer.problem = _unknown_arguments(rule, order, layer)
    if rule is not None and "data_format" in rule.parameters:
        given = layer.arguments.get("data_format")
        if region.file.data_format != "channels_last" and (
            given is None or constant(given) is None
        ):
            layer.arguments["data_format"] = const(region.file.data_format)
    take_function(region, layer)
    _take_weights(region, layer)
    _take_trainable(region, layer)
    return layer


#: Layers whose weights are those of layers inside of them.
_OF_OTHERS = regex(
    r"keras\.layers\.(?:TimeDistributed|Bidirectional|RNN|SpectralNormalization|StackedRNNCells|"
    r"ConvLSTM\dD|MultiHeadAttention|GroupQueryAttention)"
)
_INSIDE = (
    "is trainable inside whatever trainable= says, as in Keras 3; in Keras 2 it is as that says"
)


def _take_trainable(region: Region, layer: Layer) -> None:
    """In Keras 3, layers inside of another one don't hear what is said where that is made."""
    said = layer.arguments.get("trainable")
    if said is None or constant(said) is True or not _OF_OTHERS.fullmatch(layer.symbol):
        return
    if region.file.options.keras != "2":
        del layer.arguments["trainable"]
    if region.file.options.keras == "auto":
        region.say(ASSUMED, layer.node, f"{layer.symbol} {_INSIDE}")


def _take_weights(region: Region, layer: Layer) -> None:
    """`Dense(4, weights=[kernel, bias])` starts from these arrays, as by initializers."""
    given = layer.arguments.get("weights")
    if not isinstance(given, (Sequence, Static)) or region.file.options.init != "keras":
        return  # without Keras's initializers, none is carried over
    items = given.items if isinstance(given, Sequence) else given.expr.items
    names = region.file.rules.weights.get(layer.symbol.rpartition(".")[2], ())
    if constant(layer.arguments.get("use_bias", const(True))) is False:
        names = tuple(name for name in names if name != "bias")
    if items is None or len(items) != len(names):
        return
    del layer.arguments["weights"]
    for name, item in zip(names, items, strict=True):
        array = item if isinstance(item, Expr) else to_expr(region, item)
        start = Configured("keras.initializers.Constant", (array,))
        made = Expr(array.text, start, array.strength, array.names)
        layer.arguments[f"{name}_initializer"] = Static(made)


def _order(
    region: Region, name: str, rule: Rule | None, given: int, node: cst.CSTNode
) -> tuple[str, ...]:
    """The parameters of a layer, in the order in which so many arguments are given to it."""
    rules, keras = region.file.rules, region.file.options.keras
    order = rules.signatures.get(name) or (() if rule is None else rule.parameters)
    older = rules.older_signatures.get(name, order)
    if keras == "2":
        return older
    called = {} if rule is None else rule.aliases
    both = ([called.get(p, p) for p in names[:given]] for names in (order, older))
    if keras == "auto" and older is not order and len({tuple(names) for names in both}) > 1:
        region.say(ASSUMED, node, f"keras.layers.{name}: {_ORDER}")
    return order


_ORDER = "its arguments are taken in the order of Keras 3, which is another one in Keras 2"
#: Spellings of Keras 1 and 2 that every layer shares.
_OLD_NAMES = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
    "border_mode": "padding",
    "subsample": "strides",
    "dim_ordering": "data_format",
}
#: What Keras 1 calls the two orders of the axes: as Theano and TensorFlow have them.
_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}


def _unknown_arguments(rule: Rule, order: tuple[str, ...], layer: Layer) -> str:
    for parameter, value in layer.arguments.items():
        if parameter in _EXTRAS and constant(value) is None:
            continue
        if parameter not in rule.parameters and parameter not in rule.ignored:
            if parameter not in SHARED or (
                order and parameter not in order and parameter not in _OLDER
            ):
                return f"{layer.symbol} has no rule for the argument {parameter}"
    return ""


#: Arguments that do nothing while they are None.
_EXTRAS = frozenset({"lora_rank", "lora_alpha", "quantization_config", "gptq_unpacked_column_size"})

_OLDER = frozenset(
    {"input_shape", "batch_input_shape", "input_dim", "batch_size", "weights", "name", "dtype",
     "trainable", "autocast", "activity_regularizer"}
)  # fmt: skip
