"""Recurrent layers.

Keras carries a mask along with a sequence and skips the steps that it leaves out; torch packs them
away. Where nn.LSTM, nn.GRU and nn.RNN can't do what is asked (other activations, recurrent
dropout), a small class with a loop over time is emitted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import rules.emitted_rnn  # noqa: F401  (the sources of the classes named here)
from rules.activations import activated
from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import (
    LAMBDA,
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
    variable,
)
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.rule import Param, Result, Wrapped, after, helper, layer, nn, own, unless

#: What a program passes as the initial state: one tensor or one for each state.
State: TypeAlias = "Tensor | list[Tensor] | None"

#: What every recurrent layer takes that says how it runs, not what it computes.
RUNNING = ("seed", "unroll", "use_cudnn", "implementation", "input_length")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one recurrent layer computes at each step."""

    kind: str  #: "LSTM", "GRU" or "RNN", as torch calls it
    units: Expr
    activation: Expr
    recurrent_activation: Expr
    bias: Expr
    dropout: Expr
    recurrent_dropout: Expr
    reset_after: Expr = expr(True)

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
            return own(self.emitted, channels, self.units, hint=self.hint, **self.options())
        options = unless(self.bias, True, bias=self.bias)
        if self.kind == "RNN" and activation_name(self.activation) == "relu":
            options["nonlinearity"] = "relu"
        if bidirectional:
            options["bidirectional"] = True
        return nn(self.kind, channels, self.units, batch_first=True, hint=self.hint, **options)

    @property
    def hint(self) -> str:
        """What Keras calls such a layer."""
        return {"LSTM": "lstm", "GRU": "gru", "RNN": "simple_rnn"}[self.kind]

    @property
    def emitted(self) -> str:
        """The class to emit where torch has none."""
        if not self.reset_after.known:
            raise Unsupported("reset_after is only known when the program runs")
        return self.kind if self.reset_after.value else f"ResetBefore{self.kind}"

    def options(self) -> dict[str, Arg]:
        """Arguments of the emitted class, where they are not its defaults."""
        options = unless(self.bias, True, bias=self.bias)
        if activation_name(self.activation) != "tanh":
            options["activation"] = activation_callable(self.activation)
        if activation_name(self.recurrent_activation) != "sigmoid":
            options["recurrent_activation"] = activation_callable(self.recurrent_activation)
        if not self.drops_inputs:
            options |= unless(self.dropout, 0.0, dropout=self.dropout)
        return options | unless(
            self.recurrent_dropout, 0.0, recurrent_dropout=self.recurrent_dropout
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """What running over all steps gives; the parts that nobody reads are not in the code."""

    every: Expr  #: the output at every step, in the order in which they were taken
    last: Expr  #: the output at the last one
    states: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a recurrent layer runs, and which of its results the program takes."""

    sequences: Expr
    states: Expr
    backwards: Expr
    stateful: Expr

    def __post_init__(self) -> None:
        if not self.stateful.is_const(False):
            raise Unsupported("stateful=True keeps the state from batch to batch")
        if not self.states.known:
            raise Unsupported("return_state decides how many results there are")

    @property
    def all_steps(self) -> bool:
        """Whether the output at every step can be asked for."""
        return not self.sequences.is_const(False)


def run(x: Tensor, cell: Cell, wanted: Wanted, state: State, mask: Tensor | None) -> Steps:
    """Run a cell over the steps of `x`."""
    kept = step_mask(x, mask)
    inputs = dropped(x, cell)
    if not wanted.backwards.is_const(False):
        inputs = turned(inputs, wanted.backwards)
        kept = None if kept is None else turned(kept, wanted.backwards)
    module = cell.module(x.channels)
    if cell.in_torch:
        return run_torch(module, inputs, cell, wanted, state, kept)
    return run_loop(module, inputs, cell, wanted, state, kept)


def run_torch(
    module: Module, inputs: Expr, cell: Cell, wanted: Wanted, state: State, mask: Expr | None
) -> Steps:
    """Run torch's own module, on packed steps where there is a mask."""
    initial = initial_states(state, cell)
    taken = inputs if mask is None else helper("pack_steps", inputs, mask)
    given = tuple(method(s, "unsqueeze", 0) for s in initial)
    value = module(taken, *state_argument(given, cell))
    out, states, statement = results_of(value, cell, wanted.states.value)
    every = out if mask is None else helper("unpack_steps", out, mask)
    finals = [index(s, -1) for s in states]
    if mask is not None:
        finals = [kept_state(s, mask, i) for s, i in zip(finals, initial or (None, None))]
    return steps(statement, every, tuple(finals))


def run_loop(
    module: Module, inputs: Expr, cell: Cell, wanted: Wanted, state: State, mask: Expr | None
) -> Steps:
    """Run an emitted class, which takes the mask itself."""
    given = state_argument(initial_states(state, cell), cell)
    masked: dict[str, Arg] = {} if mask is None else {"mask": mask}
    value = module(inputs, *given, **masked)
    out, states, statement = results_of(value, cell, wanted.states.value)
    return steps(statement, out, states)


def results_of(value: Expr, cell: Cell, with_states: bool) -> tuple[Expr, tuple[Expr, ...], Bind]:
    """`out, (h, c) = value`, with `_` for states that nobody reads."""
    out = variable("out")
    if not with_states:
        return out, (), Bind(f"{out}, _", value)
    states = tuple(variable(name) for name in ("h", "c")[: 2 if cell.kind == "LSTM" else 1])
    together = str(states[0]) if len(states) == 1 else f"({states[0]}, {states[1]})"
    return out, states, Bind(f"{out}, {together}", value)


def steps(statement: Bind, every: Expr, states: tuple[Expr, ...]) -> Steps:
    """The results, each after the statement that computes them."""
    last = index(every, Expr(":"), -1)
    return Steps(
        after(statement, every),
        after(statement, last),
        tuple(after(statement, s) for s in states),
    )


def kept_state(final: Expr, mask: Expr, initial: Expr | None) -> Expr:
    """A final state; the initial one where the mask leaves no step at all."""
    started = method(mask, "any", dim=1, keepdim=True)
    if initial is None:
        return infix(final, "*", started)
    return call("torch.where", started, final, initial)


def initial_states(state: State, cell: Cell) -> tuple[Expr, ...]:
    """The initial states that the program passes; none if Keras starts from zeros."""
    if state is None:
        return ()
    given = [state] if isinstance(state, Tensor) else state
    if len(given) != (2 if cell.kind == "LSTM" else 1):
        raise Unsupported(f"{len(given)} initial states for {cell.kind}")
    return tuple(s.code for s in given)


def state_argument(states: tuple[Expr, ...], cell: Cell) -> tuple[Arg, ...]:
    """The second argument of the module: h for a GRU or RNN, (h, c) for an LSTM."""
    return states if cell.kind != "LSTM" or not states else (states,)


def step_mask(x: Tensor, mask: Tensor | None) -> Expr | None:
    """Which steps count: the mask that the program passes, else the one that x carries."""
    return mask.code if mask is not None else x.mask


def turned(sequence: Expr, backwards: Expr) -> Expr:
    """A sequence in the order in which its steps are taken."""
    if backwards.is_const(True):
        return method(sequence, "flip", 1)
    return ternary(backwards, method(sequence, "flip", 1), sequence)


def dropped(x: Tensor, cell: Cell) -> Expr:
    """The inputs after dropout, which is the same at every step: nn.Dropout1d drops channels."""
    if not cell.drops_inputs:
        return x.code
    drop = nn("Dropout1d", cell.dropout, hint="dropout")
    return method(drop(method(x.code, "transpose", 1, 2)), "transpose", 1, 2)


def outcome(x: Tensor, found: Steps, units: Arg, wanted: Wanted, mask: Tensor | None) -> Result:
    """The tensors that the layer returns."""
    first = first_outcome(x, found, expr(units), wanted.sequences, step_mask(x, mask))
    if not wanted.states.value:
        return first
    return [first, *(final(x, s, expr(units)) for s in found.states)]


def first_outcome(
    x: Tensor, found: Steps, units: Expr, sequences: Expr, mask: Expr | None
) -> Tensor:
    """The output at every step, at the last one, or what `return_sequences` will say."""
    if sequences.is_const(True):
        steps: tuple[Dim, ...] = (x.dims[0] if x.dims else None, units)
        return replace(x, code=found.every, dims=steps, channels_hint=None, mask=mask)
    if sequences.is_const(False):
        return final(x, found.last, units)
    if mask is not None:
        raise Unsupported("return_sequences decides whether the mask goes on")
    code = ternary(sequences, found.every, found.last)
    return replace(x, code=code, dims=None, channels_hint=units, mask=None)


def final(x: Tensor, code: Expr, units: Expr) -> Tensor:
    """A state after the last step."""
    return replace(x, code=code, dims=(units,), channels_hint=None, mask=None)


def recurrent(x: Tensor, cell: Cell, wanted: Wanted, state: State, mask: Tensor | None) -> Result:
    """One recurrent layer on `x`."""
    return outcome(x, run(x, cell, wanted, state, mask), cell.units, wanted, mask)


def activation_name(function: Expr) -> str:
    """The plain name of an activation: `tanh` for "tanh", keras.activations.tanh or tf.nn.tanh."""
    if not function.known:
        return ""
    value = function.value
    if value is None:
        return "linear"
    return value.name.rpartition(".")[2] if isinstance(value, Symbol) else str(value)


def activation_callable(function: Expr) -> Expr:
    """An activation as something to call: `F.relu`, or a lambda where torch has no name for it."""
    if not function.known:
        return helper("activation_fn", function)
    if activation_name(function) == "linear":
        return call("nn.Identity")
    x = Expr("x")
    result = activated(Tensor(x, (None,)), function).code
    name = result.text.removesuffix("(x)")
    if result.text.endswith("(x)") and name.replace(".", "").isidentifier():
        return joined(name, POSTFIX, result)
    return joined(f"lambda x: {result}", LAMBDA, result)


@layer(
    "LSTM",
    "CuDNNLSTM",
    layout=Layout.LAST,
    fidelity=Fidelity.CLOSE,
    ignored=(*RUNNING, "unit_forget_bias"),
)
def lstm(
    x: Tensor,
    units: Param,
    activation: Param = "tanh",
    recurrent_activation: Param = "sigmoid",
    use_bias: Param = True,
    dropout: Param = 0.0,
    recurrent_dropout: Param = 0.0,
    return_sequences: Param = False,
    return_state: Param = False,
    go_backwards: Param = False,
    stateful: Param = False,
    *,
    initial_state: State = None,
    mask: Tensor | None = None,
) -> Result:
    """Torch's LSTM has a second bias, which trains too."""
    cell = Cell(
        "LSTM", units, activation, recurrent_activation, use_bias, dropout, recurrent_dropout
    )
    wanted = Wanted(return_sequences, return_state, go_backwards, stateful)
    return recurrent(x, cell, wanted, initial_state, mask)


@layer("GRU", "CuDNNGRU", layout=Layout.LAST, ignored=RUNNING)
def gru(
    x: Tensor,
    units: Param,
    activation: Param = "tanh",
    recurrent_activation: Param = "sigmoid",
    use_bias: Param = True,
    dropout: Param = 0.0,
    recurrent_dropout: Param = 0.0,
    return_sequences: Param = False,
    return_state: Param = False,
    go_backwards: Param = False,
    stateful: Param = False,
    reset_after: Param = True,
    *,
    initial_state: State = None,
    mask: Tensor | None = None,
) -> Result:
    """Torch's GRU resets after the matrix product, as Keras does by default."""
    cell = Cell(
        "GRU", units, activation, recurrent_activation, use_bias, dropout, recurrent_dropout,
        reset_after,
    )  # fmt: skip
    wanted = Wanted(return_sequences, return_state, go_backwards, stateful)
    return recurrent(x, cell, wanted, initial_state, mask)


@layer("SimpleRNN", layout=Layout.LAST, fidelity=Fidelity.CLOSE, ignored=RUNNING)
def simple_rnn(
    x: Tensor,
    units: Param,
    activation: Param = "tanh",
    use_bias: Param = True,
    dropout: Param = 0.0,
    recurrent_dropout: Param = 0.0,
    return_sequences: Param = False,
    return_state: Param = False,
    go_backwards: Param = False,
    stateful: Param = False,
    *,
    initial_state: State = None,
    mask: Tensor | None = None,
) -> Result:
    """Torch's RNN has a second bias, which trains too."""
    cell = Cell("RNN", units, activation, expr("sigmoid"), use_bias, dropout, recurrent_dropout)
    wanted = Wanted(return_sequences, return_state, go_backwards, stateful)
    return recurrent(x, cell, wanted, initial_state, mask)


#: The function that combines the two directions, for each `merge_mode`.
def merged(mode: Expr, forward: Expr, backward: Expr) -> list[Expr]:
    """What `merge_mode` makes of the two directions."""
    if mode.is_const("concat"):
        return [call("torch.cat", [forward, backward], dim=-1)]
    if mode.is_const("sum"):
        return [infix(forward, "+", backward)]
    if mode.is_const("ave"):
        return [infix(infix(forward, "+", backward), "/", 2)]
    if mode.is_const("mul"):
        return [infix(forward, "*", backward)]
    if mode.is_const(None):
        return [forward, backward]
    raise Unsupported(f"merge_mode={mode} is only known at run time")


@layer("Bidirectional", layout=Layout.LAST, fidelity=Fidelity.CLOSE)
def bidirectional(
    x: Tensor,
    layer: Wrapped,
    merge_mode: Param = "concat",
    backward_layer: Wrapped | None = None,
    *,
    initial_state: State = None,
    mask: Tensor | None = None,
) -> Result:
    """Torch runs both directions in one module; see the layer itself for its second bias."""
    cell = cell_of(layer)
    if cell is None or backward_layer is not None or not cell.both_ways:
        return two_layers(x, layer, merge_mode, backward_layer, initial_state, mask)
    wanted = wanted_of(layer)
    if not wanted.backwards.is_const(False):
        raise Unsupported("go_backwards inside of Bidirectional")
    found = run_both(x, cell, wanted, merge_mode, initial_state, step_mask(x, mask))
    units = infix(cell.units, "*", 2) if merge_mode.is_const("concat") else cell.units
    return [t for t in outcomes(x, found, units, wanted, mask)]
