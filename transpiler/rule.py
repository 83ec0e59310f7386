"""The words a rule is written in.

A rule is a function whose parameters, after the tensors, are those of the Keras API in Keras's
order with Keras's defaults; Python binds the arguments. It returns what `forward` computes. What
many layers share is taken off before a rule runs, see `SHARED`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from functools import cache
from typing import Any, TypeAlias

from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import UNKNOWN, Arg, Bind, Expr, Module, call, expr, joined, method, reads
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.ir.training import (
    Constraint,
    Fit,
    Hooks,
    Loss,
    Metric,
    Optimizer,
    Penalty,
    Prediction,
    Schedule,
)
from transpiler.options import Options
from transpiler.record import record

#: An argument that a rule looks at: its value must be known when converting.
Static: TypeAlias = Expr

#: A parameter of a rule: an `Expr` when the rule runs; its default is Keras's, as a plain value.
Param: TypeAlias = Any

#: What rules give back: one tensor, or several where the layer returns several.
Result: TypeAlias = "Tensor | list[Tensor]"

Builder: TypeAlias = Callable[..., Result]

#: What the rule of a function gives back: also sizes, for `tf.shape` and its like.
OpBuilder: TypeAlias = "Callable[..., Result | Expr]"

#: Arguments of every layer that the engine handles itself, unless a rule names them too.
SHARED = frozenset(
    {
        "name", "dtype", "trainable", "autocast", "input_shape", "batch_input_shape", "input_dim",
        "batch_size", "weights", "activation", "kernel_initializer", "bias_initializer",
        "depthwise_initializer", "pointwise_initializer", "embeddings_initializer",
        "recurrent_initializer", "beta_initializer", "gamma_initializer",
        "moving_mean_initializer", "moving_variance_initializer", "alpha_initializer",
        "kernel_regularizer", "bias_regularizer", "activity_regularizer",
        "depthwise_regularizer", "pointwise_regularizer", "embeddings_regularizer",
        "recurrent_regularizer", "beta_regularizer", "gamma_regularizer", "alpha_regularizer",
        "kernel_constraint", "bias_constraint", "depthwise_constraint", "pointwise_constraint",
        "embeddings_constraint", "recurrent_constraint", "beta_constraint", "gamma_constraint",
        "alpha_constraint",
    }
)  # fmt: skip


@cache
def _signature(build: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(build)


@cache
def _names(build: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(_signature(build).parameters)


#: Keyword-only parameters of rules that no program passes: what the user chose, and whether an
#: optimizer is one of `keras.optimizers.legacy`.
CHOICES = frozenset({"exact", "keras", "legacy"})


@cache
def _chosen(build: Callable[..., Any]) -> frozenset[str]:
    return CHOICES.intersection(_names(build)) - _defaults(build).keys()


@cache
def _parameters(build: Callable[..., Any], kind: str) -> tuple[str, ...]:
    names, chosen = _names(build), _chosen(build)
    if kind not in ("op", "source"):
        names = names[1:]
    return tuple(n for n in names if n not in chosen)


@cache
def _call_only(build: Callable[..., Any]) -> frozenset[str]:
    return frozenset(_names(build)[1:]) - _defaults(build).keys() - CHOICES


@cache
def _defaults(build: Callable[..., Any]) -> dict[str, Expr | None]:
    after_tensor = list(_signature(build).parameters.values())[1:]
    return {
        p.name: None if p.default is p.empty else expr(p.default)
        for p in after_tensor
        if p.kind is not p.KEYWORD_ONLY
    }


@record(frozen=True, slots=True)
class Rule:
    """One translation: the Keras names it serves, and the function that does it."""

    names: tuple[str, ...]
    build: OpBuilder
    kind: str  #: "layer", "op", "activation", "loss", "optimizer" ...
    layout: Layout = Layout.ANY  #: where its first tensor must have its channels
    fidelity: Fidelity = Fidelity.EXACT
    aliases: Mapping[str, str] = field(default_factory=dict)  #: older spellings of parameters
    ignored: frozenset[str] = frozenset()  #: parameters without effect on the numbers
    functional: str = ""  #: the name of the function form: `concatenate` for Concatenate
    merges: bool = False  #: takes a list of tensors
    floats: bool = False  #: computes with floats, also where it is given whole numbers
    elementwise: bool = False  #: the tensors that it merges have one shape, but for axes of size 1
    changes_rate: bool = False  #: a callback that changes the learning rate
    attributes: frozenset[str] = frozenset()  #: what may be read of a callback after `fit`
    reason: str = ""  #: why there is no translation, if there is none

    @property
    def signature(self) -> inspect.Signature:
        """The signature of the function, looked at when it is first asked for."""
        return _signature(self.build)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The Keras parameters that the rule itself handles, in Keras's order."""
        return _parameters(self.build, self.kind)

    @property
    def defaults(self) -> Mapping[str, Expr | None]:
        """Of the parameters after the tensor; None for a required one."""
        return _defaults(self.build)

    @property
    def call_only(self) -> frozenset[str]:
        """The parameters that belong to a layer's calls."""
        return _call_only(self.build)

    def takes_tensor(self, parameter: str) -> bool:
        """Whether one of its parameters is a tensor wherever it is given at all."""
        return str(self.signature.parameters[parameter].annotation) in ("Tensor", "Tensor | None")

    def chosen(self, options: Options) -> dict[str, Any]:
        """The choices of the user that the rule asks for."""
        asked = sorted(_chosen(self.build))
        return {name: getattr(options, name) for name in asked if hasattr(options, name)}

    @property
    def note(self) -> str:
        """The first line of the docstring: what differs between Keras and torch."""
        if self.reason:
            return f"Refused: {self.reason}."
        return (inspect.getdoc(self.build) or "").split("\n", 1)[0]


@record(frozen=True, slots=True)
class Wrapped:
    """A layer that is an argument of another one: the LSTM of `Bidirectional(LSTM(8))`."""

    rule: Rule
    arguments: Mapping[str, Expr]  #: all that the rule takes, defaults included
    apply: Callable[..., Result]  #: `apply(wrapped, x, **call_arguments)`: what calling it gives

    def build(self, x: Tensor, **call_arguments: object) -> Result:
        """What calling the layer on `x` gives, its activation included."""
        return self.apply(self, x, **call_arguments)

    def but(self, **arguments: Arg) -> Wrapped:
        """The same layer with some other arguments."""
        changed = {name: expr(value) for name, value in arguments.items()}
        return replace(self, arguments={**self.arguments, **changed})


RULES: list[Rule] = []


def _register(rule: Rule) -> None:
    RULES.append(rule)


def layer(
    *names: str,
    layout: Layout = Layout.ANY,
    fidelity: Fidelity = Fidelity.EXACT,
    aliases: Mapping[str, str] | None = None,
    ignored: Iterable[str] = (),
    functional: str = "",
    merges: bool = False,
    floats: bool = False,
    elementwise: bool = False,
) -> Callable[[Builder], Builder]:
    """Declare the rule of a Keras layer: `@layer("Conv2D", layout=Layout.FIRST)`.

    Names are relative to `keras.layers`. The function's first parameter is the input tensor (a list
    of tensors with `merges`), the others are the layer's constructor parameters. With `floats`,
    tensors of whole numbers are cast before the rule sees them, as Keras does it. `elementwise`
    says of tensors that are merged that they have one shape, but for axes of size 1.
    """

    def declare(build: Builder) -> Builder:
        _register(
            Rule(
                tuple(f"keras.layers.{n}" for n in names),
                build,
                "layer",
                layout,
                fidelity,
                aliases or {},
                frozenset(ignored),
                f"keras.layers.{functional}" if functional else "",
                merges,
                floats,
                elementwise,
            )
        )
        return build

    return declare


def base(name: str) -> Callable[[Builder], Builder]:
    """Declare what is known of a model of `keras.applications` that is used as a layer."""

    def declare(build: Builder) -> Builder:
        _register(Rule((f"keras.applications.{name}",), build, "layer", Layout.FIRST))
        return build

    return declare


#: What is behind the name of a function where one image, without a batch, has a rule of its own.
ONE_IMAGE = "/image"


def op(
    *names: str,
    layout: Layout = Layout.ANY,
    aliases: Mapping[str, str] | None = None,
    fidelity: Fidelity = Fidelity.EXACT,
) -> Callable[[OpBuilder], OpBuilder]:
    """Declare the rule of a function on tensors: `@op("tf.reduce_mean", "keras.ops.mean")`.

    Parameters are those of the function itself; `aliases` say what other frameworks call them. Each
    is given as a `Tensor` where the program passes a tensor (a list of tensors where it passes a
    list of them), else as an `Expr`. `name=` is never passed.
    """

    def declare(build: OpBuilder) -> OpBuilder:
        _register(Rule(names, build, "op", layout, fidelity, aliases or {}))
        return build

    return declare


def activation(*names: str) -> Callable[[Callable[..., Tensor]], Callable[..., Tensor]]:
    """Declare an activation function by its Keras names: `@activation("relu")`.

    The function's first parameter is the tensor, further ones are those of `keras.activations.*`.
    """

    def declare(build: Callable[..., Tensor]) -> Callable[..., Tensor]:
        _register(Rule(tuple(f"keras.activations.{n}" for n in names), build, "activation"))
        return build

    return declare


def _training(kind: str, package: str) -> Any:
    """The decorator of one kind of training rule."""

    def declare(
        *names: str,
        fidelity: Fidelity = Fidelity.EXACT,
        aliases: Mapping[str, str] | None = None,
        ignored: Iterable[str] = (),
        changes_rate: bool = False,
        attributes: Iterable[str] = (),
    ) -> Callable[[Any], Any]:
        def register(build: Any) -> Any:
            full = tuple(f"{package}.{n}" for n in names)
            _register(
                Rule(
                    full,
                    build,
                    kind,
                    fidelity=fidelity,
                    aliases=aliases or {},
                    ignored=frozenset(ignored),
                    changes_rate=changes_rate,
                    attributes=frozenset(attributes),
                )
            )
            return build

        return register

    return declare


def without_counterpart(kind: str, package: str, reasons: Mapping[str, str]) -> None:
    """Declare names of one kind that are refused, each with its reason."""
    for name, reason in reasons.items():
        _register(Rule((f"{package}.{name}",), _nothing, kind, reason=reason))


def _nothing(subject: object) -> Any:
    raise AssertionError("a name without a counterpart is refused before")


#: Declare a loss: the class, the functions and the strings that mean it. The function's first
#: parameter is what it compares, a `Prediction`; the others are those of the class.
loss: Callable[..., Callable[[Callable[..., Loss]], Callable[..., Loss]]]
loss = _training("loss", "keras.losses")

#: Declare a metric in the same way.
metric: Callable[..., Callable[[Callable[..., Metric]], Callable[..., Metric]]]
metric = _training("metric", "keras.metrics")

#: Declare an optimizer; the first parameter is `model.parameters()`.
optimizer: Callable[..., Callable[[Callable[..., Optimizer]], Callable[..., Optimizer]]]
optimizer = _training("optimizer", "keras.optimizers")

#: Declare a schedule of learning rates; the first parameter is the number of the step.
schedule: Callable[..., Callable[[Callable[..., Schedule]], Callable[..., Schedule]]]
schedule = _training("schedule", "keras.optimizers.schedules")

#: Declare a regularizer; the first parameter is the name of the weight.
regularizer: Callable[..., Callable[[Callable[..., Penalty]], Callable[..., Penalty]]]
regularizer = _training("regularizer", "keras.regularizers")

#: Declare a constraint; the first parameter is the name of the weight's argument.
constraint: Callable[..., Callable[[Callable[..., Constraint]], Callable[..., Constraint]]]
constraint = _training("constraint", "keras.constraints")

#: Declare a callback; the first parameter is the loop that it becomes part of.
callback: Callable[..., Callable[[Callable[..., Hooks]], Callable[..., Hooks]]]
callback = _training("callback", "keras.callbacks")


def source(
    *names: str, fidelity: Fidelity = Fidelity.EXACT
) -> Callable[[Callable[..., Expr]], Callable[..., Expr]]:
    """Declare what stands in for a function of Keras that gives arrays, by its full names.

    Parameters are those of the function itself, each given as an `Expr`; one that only a keyword
    can give, `shape`, gets the sizes of the array that is the first argument, or None.
    """

    def declare(build: Callable[..., Expr]) -> Callable[..., Expr]:
        _register(Rule(names, build, "source", fidelity=fidelity))
        return build

    return declare


__all__ = ["Fit", "Prediction"]


TOOLS: dict[str, str] = {}

#: Functions of the framework whose calls say nothing to torch.
IDLE: set[str] = set()


def without_effect(*names: str) -> None:
    """Declare functions whose calls, as statements, have no counterpart and need none."""
    IDLE.update(names)


def tool(name: str, replacement: str) -> None:
    """Declare what stands in for a function of the framework on plain Python values.

    `replacement` is the name of an emitted function, or a dotted name of the standard library.
    """
    TOOLS[name] = replacement


#: What measures arrays by hand: the name of Keras -> that of an emitted function or class.
BY_HAND: dict[str, str] = {}


def by_hand(emitted: str, *names: str) -> None:
    """Declare what stands in for a loss or metric that a program calls on arrays."""
    BY_HAND.update(dict.fromkeys(names, emitted))


def nn(cls: str, *args: Arg, hint: str = "", **kwargs: Arg) -> Module:
    """A module of `torch.nn` to construct: `nn("Linear", 64, 10, bias=False)`."""
    return Module(call(f"nn.{cls}", *args, **kwargs), hint)


def own(cls: str, *args: Arg, hint: str = "", **kwargs: Arg) -> Module:
    """A module whose class is emitted into the file: its source is in `rules/emitted.py`."""
    constructor = call(cls, *args, **kwargs)
    return Module(
        Expr(
            constructor.text,
            strength=constructor.strength,
            names=constructor.names,
            helpers=constructor.helpers | {cls},
        ),
        hint,
    )


def helper(name: str, *args: Arg, **kwargs: Arg) -> Expr:
    """A call of a function that is emitted into the file: its source is in `rules/emitted.py`."""
    result = call(name, *args, **kwargs)
    return Expr(
        result.text,
        strength=result.strength,
        names=result.names,
        modules=result.modules,
        helpers=result.helpers | {name},
        before=result.before,
    )


def as_floats(x: Tensor) -> Tensor:
    """Whole numbers and truth values as floats, for what computes with those."""
    if x.dtype.startswith(("int", "uint", "bool")):
        return replace(x, code=method(x.code, "float"), dtype="float32")
    return x


def after(statement: Bind, then: Expr) -> Expr:
    """`then`, after a statement that several results share."""
    both = joined(then.text, then.strength, statement.value, then)
    return replace(both, before=(*statement.value.before, statement, *then.before))


def unless(value: Arg, default: object, **named: Arg) -> dict[str, Arg]:
    """Keyword arguments that are left out where `value` is torch's default.

    The program's own name for a number stays: whoever changes it later wants it to count.
    """
    given = expr(value)
    return {} if given.is_const(default) and not reads(given) else dict(named)


def is_written(value: Arg, *constants: object) -> bool:
    """Whether a value stands in the program as one of some constants, and not under a name."""
    given = expr(value)
    return given.is_const(*constants) and not reads(given)


def by_name(value: Expr) -> Expr:
    """A value to compute with: `1 - MOMENTUM`, where the program has a name for the number."""
    return replace(value, value=UNKNOWN) if value.known and reads(value) else value


def sizes(value: Expr, count: int) -> tuple[int, ...] | None:
    """A size argument (an int, or a tuple of `count` ints) as a tuple; None where not known."""
    if not value.known:
        return None
    given: Any = value.value
    if isinstance(given, int) and not isinstance(given, bool):
        return (given,) * count
    if isinstance(given, (tuple, list)) and all(isinstance(v, int) for v in given):
        if len(given) == 1:
            return tuple(given) * count
        if len(given) == count:
            return tuple(given)
    raise Unsupported(f"expected an int or {count} of them, got {value}")


def compact(values: tuple[int, ...]) -> Arg:
    """Equal sizes on all axes as one number, as a person writes it."""
    return values[0] if len(set(values)) == 1 else values
