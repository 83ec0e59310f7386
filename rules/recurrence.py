"""How recurrent layers run in torch.

Keras carries a mask along with a sequence and skips the steps that it leaves out; torch packs them
away. Where nn.LSTM, nn.GRU and nn.RNN can't do what is asked (other activations, recurrent
dropout), a small class with a loop over time is emitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TypeAlias

import rules.emitted_rnn  # noqa: F401  (the sources of the classes named here)
from rules.activations import activated
from rules.masks import mask_of
from transpiler.ir.expr import (
    LAMBDA,
    POSTFIX,
    Arg,
    Bind,
    Expr,
    Module,
    Symbol,
    call,
    expr,
    index,
    infix,
    joined,
    method,
    ternary,
    transposed,
    variable,
)
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.record import record, replace
from transpiler.rule import Result, after, helper, nn, own, unless

#: What a program passes as the initial state: one tensor or one for each state.
State: TypeAlias = "Tensor | list[Tensor] | Expr | None"

YES = expr(True)

#: What a cell computes with: vectors.
FEATURES = Tensor(Expr("x"), (None,))


@record(frozen=True, slots=True)
class Cell:
    """What one recurrent layer computes at each step."""

    kind: str  #: "LSTM", "GRU" or "RNN", as torch calls it
    units: Expr
    activation: Expr
    recurrent_activation: Expr
    bias: Expr
    dropout: Expr
    recurrent_dropout: Expr
    reset_after: Expr = YES
    exact: bool = False  #: no second bias, where Keras has one only
    stateful: bool = False  #: it goes on from the state of the batch before

    @property
    def hint(self) -> str:
        """What Keras calls such a layer."""
        return {"LSTM": "lstm", "GRU": "gru", "RNN": "simple_rnn"}[self.kind]

    @property
    def in_torch(self) -> bool:
        """Whether nn.LSTM, nn.GRU or nn.RNN computes it."""
        wanted = ("tanh", "relu") if self.kind == "RNN" else ("tanh",)
        return (
            activation_name(self.activation) in wanted
            and activation_name(self.recurrent_activation) == "sigmoid"
            and self.recurrent_dropout.is_const(0, 0.0, None)
            and self.reset_after.is_const(True)
        )

    @property
    def drops_inputs(self) -> bool:
        """Whether dropout on the inputs can be a layer of its own: one mask for all gates."""
        return self.recurrent_dropout.is_const(0, 0.0, None) and not self.dropout.is_const(0, 0.0)

    def module(self, channels: Expr, bidirectional: bool = False) -> Module:
        """The module: torch's own where it computes the same."""
        if not self.in_torch:
            return own(self._emitted(), channels, self.units, hint=self.hint, **self._options())
        options: dict[str, Arg] = {"batch_first": True, **self._torch_options()}
        if bidirectional:
            options["bidirectional"] = True
        if self.stateful:
            name = f"Stateful{self.kind}"
            return self._own_bias(own(name, channels, self.units, hint=self.hint, **options))
        return self._own_bias(nn(self.kind, channels, self.units, hint=self.hint, **options))

    def step(self, channels: Expr) -> Module:
        """The module of one step."""
        if not self.in_torch or not self.dropout.is_const(0, 0.0):
            raise Unsupported("dropout, or other activations, in a cell that runs by itself")
        made = nn(f"{self.kind}Cell", channels, self.units, hint=self.hint, **self._torch_options())
        return self._own_bias(made)

    def _torch_options(self) -> dict[str, Arg]:
        """Arguments of torch's modules that are not their defaults."""
        options = unless(self.bias, True, bias=self.bias)
        if activation_name(self.activation) == "relu":
            options["nonlinearity"] = "relu"
        return options

    def _own_bias(self, made: Module) -> Module:
        """The module, with one bias that trains where that is asked for."""
        if self.exact and self.kind != "GRU" and not self.bias.is_const(False):
            return Module(helper("single_bias", made.constructor), self.hint)
        return made

    def _emitted(self) -> str:
        """The class to emit where torch has none."""
        if not self.reset_after.known:
            raise Unsupported("reset_after is only known when the program runs")
        return self.kind if self.reset_after.value else f"ResetBefore{self.kind}"

    def _options(self) -> dict[str, Arg]:
        """Arguments of the emitted class that are not its defaults."""
        options = unless(self.bias, True, bias=self.bias)
        if activation_name(self.activation) != "tanh":
            options["activation"] = activation_callable(self.activation)
        if activation_name(self.recurrent_activation) != "sigmoid":
            options["recurrent_activation"] = activation_callable(self.recurrent_activation)
        if not self.drops_inputs:
            options |= unless(self.dropout, 0.0, dropout=self.dropout)
        drop = self.recurrent_dropout
        return options if drop.is_const(0, 0.0) else options | {"recurrent_dropout": drop}


@record(frozen=True, slots=True)
class Wanted:
    """How a recurrent layer runs, and which of its results the program takes."""

    sequences: Expr
    states: Expr
    backwards: Expr
    stateful: Expr
    keeps: bool = False  #: whether a layer that keeps its state is translated

    def __post_init__(self) -> None:
        if not self.stateful.known:
            raise Unsupported("stateful is only known when the program runs")
        if self.stateful.value and not self.keeps:
            raise Unsupported("stateful=True keeps the state from one batch to the next")
        if not self.states.known:
            raise Unsupported("return_state decides how many results there are")


def recurrent(x: Tensor, cell: Cell, wanted: Wanted, state: State, mask: Tensor | None) -> Result:
    """One recurrent layer on `x`."""
    kept = step_mask(x, mask)
    if wanted.stateful.value:
        cell = _keeping(cell, state, kept)
    statement, every, finals = _run(x, cell, wanted, initial_states(state, cell), kept)
    last = after(statement, index(every, Expr(":"), -1))
    first = output(x, after(statement, every), last, cell.units, wanted, kept)
    if not wanted.states.value:
        return first
    return [first, *(final(x, after(statement, s), cell.units) for s in finals)]


def _keeping(cell: Cell, state: State, mask: Expr | None) -> Cell:
    """The cell of a layer that goes on from the state that the batch before has left."""
    if not cell.in_torch or mask is not None:
        raise Unsupported("stateful=True with a mask, dropout, or other activations")
    if initial_states(state, cell):
        raise Unsupported("stateful=True with an initial state")
    return replace(cell, stateful=True)


def _run(
    x: Tensor, cell: Cell, wanted: Wanted, initial: Sequence[Expr], mask: Expr | None
) -> tuple[Bind, Expr, list[Expr]]:
    """The statement that runs the cell; the outputs at every step and the final states."""
    inputs = turned(_dropped(x, cell), wanted.backwards)
    kept = None if mask is None else turned(mask, wanted.backwards)
    module = cell.module(x.channels)
    with_states = bool(wanted.states.value)
    if not cell.in_torch:
        masked: dict[str, Arg] = {} if kept is None else {"mask": kept}
        value = module(inputs, *state_argument(initial, cell), **masked)
        statement, out, finals = results_of(value, cell.kind, True, with_states, with_states)
        return statement, out, finals
    taken = inputs if kept is None else helper("pack_steps", inputs, kept)
    given = [method(s, "unsqueeze", 0) for s in initial]
    value = module(taken, *state_argument(given, cell))
    statement, out, finals = results_of(value, cell.kind, True, with_states, with_states)
    finals = [index(s, -1) for s in finals]
    if kept is None:
        return statement, out, finals
    starts = initial if finals else ()
    finals = [kept_state(s, kept, i) for s, i in zip_longest(finals, starts)]
    return statement, helper("unpack_steps", out, kept), finals


def results_of(
    value: Expr, kind: str, out: bool, h: bool, c: bool
) -> tuple[Bind, Expr, list[Expr]]:
    """`out, (h, c) = value`, with `_` for what nobody reads."""
    output, wanted = variable("out"), {"h": h, "c": c} if kind == "LSTM" else {"h": h}
    states = {name: variable(name) if read else Expr("_") for name, read in wanted.items()}
    names = [str(state) for state in states.values()]
    together = f"({', '.join(names)})" if any(n != "_" for n in names) and names[1:] else names[0]
    target = f"{output if out else '_'}, {together}"
    return Bind(target, value), output, [s for n, s in states.items() if wanted[n]]


def output(
    x: Tensor, every: Expr, last: Expr, units: Arg, wanted: Wanted, mask: Expr | None
) -> Tensor:
    """The output at every step, at the last one, or what `return_sequences` will say."""
    if wanted.sequences.is_const(True):
        dims: tuple[Dim, ...] = (x.dims[0] if x.dims else None, expr(units))
        return replace(x, code=every, dims=dims, channels_hint=None, mask=mask)
    if wanted.sequences.is_const(False):
        return final(x, last, units)
    if mask is not None:
        raise Unsupported("return_sequences decides at run time whether the mask goes on")
    code = ternary(wanted.sequences, every, last)
    hint = expr(units)
    return replace(x, code=code, dims=None, channels_hint=hint, mask=None, open_steps=True)


def final(x: Tensor, code: Expr, units: Arg) -> Tensor:
    """An output or state after the last step."""
    return replace(x, code=code, dims=(expr(units),), channels_hint=None, mask=None)


def kept_state(final: Expr, mask: Expr, initial: Expr | None) -> Expr:
    """A final state; the initial one where the mask leaves no step at all."""
    started = method(mask, "any", dim=1, keepdim=True)
    if initial is None:
        return infix(final, "*", started)
    return call("torch.where", started, final, initial)


def initial_states(state: State, cell: Cell, directions: int = 1) -> list[Expr]:
    """The initial states that the program passes; none where Keras starts from zeros."""
    if state is None or (isinstance(state, Expr) and state.is_const(None)):
        return []
    if isinstance(state, Expr):
        raise Unsupported("the states that a recurrent layer starts from are not known")
    given = [state] if isinstance(state, Tensor) else state
    if len(given) != directions * (2 if cell.kind == "LSTM" else 1):
        raise Unsupported(f"{len(given)} initial states for {cell.kind}")
    return [s.code for s in given]


def state_argument(states: Sequence[Expr], cell: Cell) -> tuple[Arg, ...]:
    """The second argument of the module: h for a GRU or RNN, (h, c) for an LSTM."""
    return tuple(states) if cell.kind != "LSTM" or not states else (tuple(states),)


def step_mask(x: Tensor, mask: Tensor | None) -> Expr | None:
    """Which steps count: the mask that the program passes, else the one that `x` carries."""
    return mask.code if mask is not None else mask_of(x)


def turned(sequence: Expr, backwards: Expr) -> Expr:
    """A sequence in the order in which its steps are taken."""
    if backwards.is_const(False):
        return sequence
    if backwards.is_const(True):
        return method(sequence, "flip", 1)
    return ternary(backwards, method(sequence, "flip", 1), sequence)


def _dropped(x: Tensor, cell: Cell) -> Expr:
    """The inputs after dropout, which is the same at every step: nn.Dropout1d drops channels."""
    if not cell.drops_inputs:
        return x.code
    drop = nn("Dropout1d", cell.dropout, hint="dropout")
    return transposed(drop(transposed(x.code)))


def activation_name(function: Expr) -> str:
    """The plain name of an activation: `tanh` for "tanh", keras.activations.tanh or tf.nn.tanh."""
    if not function.known:
        return ""
    if function.value is None:
        return "linear"
    name = function.value.name if isinstance(function.value, Symbol) else str(function.value)
    return name.rpartition(".")[2]


def activation_callable(function: Expr, like: Tensor = FEATURES) -> Expr:
    """An activation as something to call: `F.relu`, or a lambda where torch has no name for it.

    What is called `x` there is of the shape and layout of `like`.
    """
    if not function.known:
        first = like.layout is Layout.FIRST and like.rank > 2
        return own("ChannelsFirstActivation" if first else "Activation", function).constructor
    if activation_name(function) == "linear":
        return call("nn.Identity")
    result = activated(like, function).code
    name = result.text.removesuffix("(x)")
    if name != result.text and name.replace(".", "").isidentifier():
        return joined(name, POSTFIX, result)
    return joined(f"lambda x: {result}", LAMBDA, result)
