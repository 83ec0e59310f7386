"""Recurrent layers given as a cell: `RNN(LSTMCell(8))` is the layer `LSTM(8)`."""

from __future__ import annotations

from rules.recurrence import Cell, State, Wanted, recurrent
from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import expr
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.rule import Param, Result, Wrapped, layer

ALONE = "a cell that the program runs by itself"


@layer("LSTMCell", ignored={"seed", "implementation", "unit_forget_bias"})
def lstm_cell(
    x: Tensor,
    units: Param,
    activation: Param = "tanh",
    recurrent_activation: Param = "sigmoid",
    use_bias: Param = True,
    dropout: Param = 0.0,
    recurrent_dropout: Param = 0.0,
) -> Tensor:
    """In `RNN`, as LSTM."""
    raise Unsupported(ALONE)


@layer("GRUCell", ignored={"seed", "implementation"})
def gru_cell(
    x: Tensor,
    units: Param,
    activation: Param = "tanh",
    recurrent_activation: Param = "sigmoid",
    use_bias: Param = True,
    dropout: Param = 0.0,
    recurrent_dropout: Param = 0.0,
    reset_after: Param = True,
) -> Tensor:
    """In `RNN`, as GRU."""
    raise Unsupported(ALONE)


@layer("SimpleRNNCell", ignored={"seed"})
def simple_rnn_cell(
    x: Tensor,
    units: Param,
    activation: Param = "tanh",
    use_bias: Param = True,
    dropout: Param = 0.0,
    recurrent_dropout: Param = 0.0,
) -> Tensor:
    """In `RNN`, as SimpleRNN."""
    raise Unsupported(ALONE)


KINDS: dict[object, str] = {lstm_cell: "LSTM", gru_cell: "GRU", simple_rnn_cell: "RNN"}


@layer("RNN", layout=Layout.LAST, fidelity=Fidelity.CLOSE, ignored={"unroll"}, floats=True)
def rnn(
    x: Tensor,
    cell: Param,
    return_sequences: Param = False,
    return_state: Param = False,
    go_backwards: Param = False,
    stateful: Param = False,
    zero_output_for_mask: Param = False,
    *,
    initial_state: State = None,
    mask: Tensor | None = None,
    exact: bool = False,
) -> Result:
    """As the layer of the cell: where torch has a second bias, their sum takes twice the steps."""
    if not isinstance(cell, Wrapped) or cell.rule.build not in KINDS:
        raise Unsupported("a cell that is not one of Keras's three")
    if not zero_output_for_mask.is_const(False):
        raise Unsupported("zeros as the outputs of masked steps")
    given = cell.arguments
    made = Cell(
        KINDS[cell.rule.build],
        given["units"],
        given["activation"],
        given.get("recurrent_activation", expr("sigmoid")),
        given["use_bias"],
        given["dropout"],
        given["recurrent_dropout"],
        given.get("reset_after", expr(True)),
        exact,
    )
    wanted = Wanted(return_sequences, return_state, go_backwards, stateful)
    return recurrent(x, made, wanted, initial_state, mask)
