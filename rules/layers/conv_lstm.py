"""LSTMs whose matrix products are convolutions."""

from __future__ import annotations

import rules.emitted_conv_lstm  # noqa: F401  (the sources of the classes named here)
from rules.layers.windows import Window, both_sides, channels_last, padded, tidy
from rules.recurrence import State, Wanted, activation_callable, activation_name, results_of
from transpiler.ir.expr import Arg, Expr, Symbol, expr, index, method, ternary
from transpiler.ir.tensor import Layout, Tensor, UnknownSize, Unsupported
from transpiler.record import record, replace
from transpiler.rule import Param, Result, after, layer, own, unless

#: Stands for the recurrent activation that a generation of Keras has by default.
BY_DEFAULT = "default"

IGNORED = ("seed", "unit_forget_bias")


@record(frozen=True, slots=True)
class ConvCell:
    """What one convolutional LSTM computes at each step."""

    filters: Expr
    window: Window
    bias: Expr
    activation: Expr
    recurrent_activation: Expr


def _conv_lstm(x: Tensor, cell: ConvCell, wanted: Wanted, state: State, mask: object) -> Result:
    """The layer on `x`, whose steps come before its spatial axes."""
    if state is not None:
        raise Unsupported("the initial state of a convolutional LSTM")
    if mask is not None or x.mask is not None:
        raise Unsupported("a mask for a convolutional LSTM")
    if x.rank != cell.window.count + 3 or x.dims is None:
        raise Unsupported(f"a tensor of rank {x.rank}, where {cell.window.count + 3} is needed")
    frame = replace(x, dims=x.dims[1:])
    code, padding = _padding(frame, cell.window)
    options = cell.window.options() | padding | _options(cell, frame)
    name = f"ConvLSTM{cell.window.count}d"
    hint = f"conv_lstm{cell.window.count}d"
    args = x.channels, cell.filters, tidy(cell.window.kernel)
    value = own(name, *args, hint=hint, **options)(_turned(code, wanted.backwards))
    states = bool(wanted.states.value)
    statement, every, finals = results_of(value, "LSTM", True, states, states)
    if not wanted.sequences.known:
        raise Unsupported("return_sequences is only known when the program runs")
    shape = (*(cell.window.shape(frame) or ()), cell.filters)
    last = index(every, Expr(":"), Expr(":"), -1)
    if wanted.sequences.value:
        first = x.to(after(statement, every), (x.dims[0], *shape))
    else:
        first = x.to(after(statement, last), shape)
    return [first, *(x.to(after(statement, s), shape) for s in finals)] if states else first


def _turned(code: Expr, backwards: Expr) -> Expr:
    """The input in the order in which its steps are taken."""
    if backwards.is_const(False):
        return code
    flipped = method(code, "flip", 2)
    return flipped if backwards.is_const(True) else ternary(backwards, flipped, code)


def _padding(frame: Tensor, window: Window) -> tuple[Expr, dict[str, Arg]]:
    """The input, padded where torch's convolution can't, and the argument of the class."""
    if window.mode is None:
        raise Unsupported("the padding is only known when the program runs")
    if window.mode == "causal":
        raise Unsupported("causal padding is for one dimension only")
    if window.mode == "valid" or window.all_ones(window.kernel):
        return frame.code, {}
    if window.all_ones(window.strides):
        return frame.code, {"padding": "same"}
    amounts = window.same_amounts(frame)
    if amounts is None:
        raise UnknownSize("what to pad depends on sizes that are not known here")
    both = both_sides(amounts)
    if both is None:
        return padded(frame.code, amounts), {}
    return frame.code, unless(both, 0, padding=both)


def _options(cell: ConvCell, frame: Tensor) -> dict[str, Arg]:
    """Arguments of the class that are not its defaults."""
    options = unless(cell.bias, True, bias=cell.bias)
    like = replace(frame, code=Expr("x"))
    if activation_name(cell.activation) != "tanh":
        options["activation"] = activation_callable(cell.activation, like)
    if activation_name(cell.recurrent_activation) != "sigmoid":
        options["recurrent_activation"] = activation_callable(cell.recurrent_activation, like)
    return options


def _gate(activation: Expr, keras: str) -> Expr:
    """The recurrent activation: by default it is a hard sigmoid in Keras 2."""
    if not activation.is_const(BY_DEFAULT):
        return activation
    hard = Expr("hard_sigmoid", Symbol("keras.backend.hard_sigmoid"))
    return hard if keras == "2" else expr("sigmoid")


def _without_dropout(*rates: Expr) -> None:
    if not all(rate.is_const(0, 0.0, None) for rate in rates):
        raise Unsupported("dropout in a convolutional LSTM, which has a mask for each gate")


def _declare(count: int) -> None:
    """The rule for so many spatial axes; the layers differ in nothing else."""

    @layer(f"ConvLSTM{count}D", layout=Layout.FIRST, ignored=IGNORED, floats=True)
    def conv_lstm(
        x: Tensor,
        filters: Param,
        kernel_size: Param,
        strides: Param = 1,
        padding: Param = "valid",
        data_format: Param = None,
        dilation_rate: Param = 1,
        activation: Param = "tanh",
        recurrent_activation: Param = BY_DEFAULT,
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
        keras: str = "auto",
    ) -> Result:
        """Torch has none; in Keras 2 the recurrent activation is another one by default."""
        channels_last(data_format)
        _without_dropout(dropout, recurrent_dropout)
        window = Window(count, kernel_size, strides, padding, dilation_rate)
        gate = _gate(recurrent_activation, keras)
        cell = ConvCell(filters, window, use_bias, activation, gate)
        wanted = Wanted(return_sequences, return_state, go_backwards, stateful)
        return _conv_lstm(x, cell, wanted, initial_state, mask)


for _count in (1, 2, 3):
    _declare(_count)
