"""Recurrent layers; how they run is in `rules/recurrence.py`."""

from __future__ import annotations

from rules.recurrence import Cell, State, Wanted, recurrent
from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import expr
from transpiler.ir.tensor import Layout, Tensor
from transpiler.rule import Param, Result, layer

#: Parameters that change how Keras runs a layer, not what it computes.
RUNNING = ("seed", "unroll", "use_cudnn", "implementation", "input_length")

#: How Keras 1 called some parameters.
OLD_NAMES = {
    "output_dim": "units",
    "inner_activation": "recurrent_activation",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
}


@layer(
    "LSTM",
    "CuDNNLSTM",
    layout=Layout.LAST,
    fidelity=Fidelity.CLOSE,
    aliases=OLD_NAMES,
    ignored=(*RUNNING, "unit_forget_bias"),
    floats=True,
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
    exact: bool = False,
) -> Result:
    """Torch's LSTM has a second bias, which trains too: their sum takes steps twice as long."""
    gates = activation, recurrent_activation
    cell = Cell("LSTM", units, *gates, use_bias, dropout, recurrent_dropout, exact=exact)
    wanted = Wanted(return_sequences, return_state, go_backwards, stateful, keeps=True)
    return recurrent(x, cell, wanted, initial_state, mask)


@layer("GRU", "CuDNNGRU", layout=Layout.LAST, aliases=OLD_NAMES, ignored=RUNNING, floats=True)
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
    gates = activation, recurrent_activation
    cell = Cell("GRU", units, *gates, use_bias, dropout, recurrent_dropout, reset_after)
    wanted = Wanted(return_sequences, return_state, go_backwards, stateful, keeps=True)
    return recurrent(x, cell, wanted, initial_state, mask)


@layer(
    "SimpleRNN",
    layout=Layout.LAST,
    fidelity=Fidelity.CLOSE,
    aliases=OLD_NAMES,
    ignored=RUNNING,
    floats=True,
)
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
    exact: bool = False,
) -> Result:
    """Torch's RNN has a second bias, which trains too: their sum takes steps twice as long."""
    gates = activation, expr("sigmoid")
    cell = Cell("RNN", units, *gates, use_bias, dropout, recurrent_dropout, exact=exact)
    wanted = Wanted(return_sequences, return_state, go_backwards, stateful, keeps=True)
    return recurrent(x, cell, wanted, initial_state, mask)
