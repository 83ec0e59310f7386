"""Recurrent layers given as a cell: `RNN(LSTMCell(8))` is the layer `LSTM(8)`.

A cell that the program calls step by step is torch's own cell.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.recurrence import Cell, State, Wanted, final, initial_states, recurrent
from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import Bind, Expr, expr, variable
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.rule import Param, Result, Wrapped, after, layer


def _step(x: Tensor, cell: Cell, states: State) -> Result:
    """The output and the new states after one more step, in the structure that Keras has."""
    before = initial_states(states, cell)
    if not before:
        raise Unsupported("a cell is called without its states")
    module = cell.step(x.channels)
    after_step = [variable("h"), variable("c")][: len(before)]
    given = tuple(before) if len(before) > 1 else before[0]
    statement = Bind(", ".join(map(str, after_step)), module(x.code, given))
    h, *rest = (final(x, after(statement, state), cell.units) for state in after_step)
    nested: list[Tensor | list[Tensor]] = [h, [h, *rest] if isinstance(states, list) else h]
    return nested  # type: ignore[return-value]


@layer(
    "LSTMCell",
    layout=Layout.LAST,
    fidelity=Fidelity.CLOSE,
    ignored={"seed", "implementation", "unit_forget_bias"},
    floats=True,
)
def lstm_cell(
    x: Tensor,
    units: Param,
    activation: Param = "tanh",
    recurrent_activation: Param = "sigmoid",
    use_bias: Param = True,
    dropout: Param = 0.0,
    recurrent_dropout: Param = 0.0,
    *,
    states: State = None,
    exact: bool = False,
) -> Result:
    """Torch's LSTM has a second bias, which trains too: their sum takes steps twice as long."""
    gates = activation, recurrent_activation
    cell = Cell("LSTM", units, *gates, use_bias, dropout, recurrent_dropout, exact=exact)
    return _step(x, cell, states)


@layer("GRUCell", layout=Layout.LAST, ignored={"seed", "implementation"}, floats=True)
def gru_cell(
    x: Tensor,
    units: Param,
    activation: Param = "tanh",
    recurrent_activation: Param = "sigmoid",
    use_bias: Param = True,
    dropout: Param = 0.0,
    recurrent_dropout: Param = 0.0,
    reset_after: Param = True,
    *,
    states: State = None,
) -> Result:
    """Torch's GRU resets after the matrix product, as Keras does by default."""
    gates = activation, recurrent_activation
    cell = Cell("GRU", units, *gates, use_bias, dropout, recurrent_dropout, reset_after)
    return _step(x, cell, states)


@layer("SimpleRNNCell", layout=Layout.LAST, fidelity=Fidelity.CLOSE, ignored={"seed"}, floats=True)
def simple_rnn_cell(
    x: Tensor,
    units: Param,
    activation: Param = "tanh",
    use_bias: Param = True,
    dropout: Param = 0.0,
    recurrent_dropout: Param = 0.0,
    *,
    states: State = None,
    exact: bool = False,
) -> Result:
    """Torch's RNN has a second bias, which trains too: their sum takes steps twice as long."""
    gates = activation, expr("sigmoid")
    cell = Cell("RNN", units, *gates, use_bias, dropout, recurrent_dropout, exact=exact)
    return _step(x, cell, states)


@layer("StackedRNNCells", layout=Layout.LAST)
def stacked_cells(x: Tensor, cells: Param, *, states: State = None) -> Result:
    """In `RNN`: a layer for each cell, one on top of the other."""
    raise Unsupported("a stack of cells that the program runs by itself")


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
    if not zero_output_for_mask.is_const(False):
        raise Unsupported("zeros as the outputs of masked steps")
    *below, last = _cells(cell, exact)
    if below and (not return_state.is_const(False) or initial_state is not None):
        raise Unsupported("the states of a stack of cells")
    if below and not go_backwards.is_const(False) and (mask is not None or x.mask is not None):
        raise Unsupported("a stack of cells goes backwards over masked steps")
    for first in below:
        made = recurrent(x, first, Wanted(YES, NO, go_backwards, stateful), None, mask)
        assert isinstance(made, Tensor)
        x, mask, go_backwards = made, None, NO
    wanted = Wanted(return_sequences, return_state, go_backwards, stateful)
    return recurrent(x, last, wanted, initial_state, mask)


YES, NO = expr(True), expr(False)


def _cells(cell: object, exact: bool) -> list[Cell]:
    """What is computed at each step, from the bottom of a stack to its top."""
    if isinstance(cell, Wrapped) and cell.rule.build is stacked_cells:
        cell = cell.arguments["cells"]
    cells = cell if isinstance(cell, list) else [cell]
    found = [c for c in cells if isinstance(c, Wrapped) and c.rule.build in KINDS]
    if not found or len(found) < len(cells):
        raise Unsupported("a cell that is not one of Keras's three")
    return [_cell(c, exact) for c in found]


def _cell(cell: Wrapped, exact: bool) -> Cell:
    given: Mapping[str, Expr] = cell.arguments
    return Cell(
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
