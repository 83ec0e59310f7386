"""Layers that run another one: in both directions, or at every step."""

from __future__ import annotations

from itertools import zip_longest

from rules.layers.rnn import gru, lstm, simple_rnn
from rules.ops.operators import in_order
from rules.recurrence import (
    Cell,
    State,
    Wanted,
    final,
    initial_states,
    kept_state,
    output,
    results_of,
    state_argument,
    step_mask,
    turned,
)
from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import Bind, Expr, attribute, call, expr, index, infix, method, variable
from transpiler.ir.tensor import Layout, Tensor, UnknownRank, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, Result, Wrapped, after, helper, layer

RUNS = ("return_sequences", "return_state", "go_backwards", "stateful")
KINDS: dict[object, str] = {lstm: "LSTM", gru: "GRU", simple_rnn: "RNN"}


@layer("Bidirectional", layout=Layout.LAST, fidelity=Fidelity.CLOSE, floats=True)
def bidirectional(
    x: Tensor,
    layer: Wrapped,
    merge_mode: Param = "concat",
    backward_layer: Param = None,
    *,
    initial_state: State = None,
    mask: Tensor | None = None,
    exact: bool = False,
) -> Result:
    """As the layer inside: where torch has a second bias, their sum takes twice the steps."""
    if not merge_mode.known:
        raise Unsupported("merge_mode is only known when the program runs")
    kept = step_mask(x, mask)
    layer = _known(layer)
    cell = _cell(layer, exact)
    other = backward_layer if isinstance(backward_layer, Wrapped) else None
    if cell is None or other is not None:
        return _two_layers(x, layer, merge_mode, other, initial_state, kept)
    sequences, states, backwards, stateful = (layer.arguments[name] for name in RUNS)
    wanted = Wanted(sequences, states, backwards, stateful)
    return _one_module(x, cell, wanted, merge_mode, initial_states(initial_state, cell, 2), kept)


def _known(layer: object) -> Wrapped:
    """The layer that is wrapped, if there is a rule for it."""
    if not isinstance(layer, Wrapped):
        raise Unsupported("what the layer that is wrapped does is not known")
    return layer


def _cell(layer: Wrapped, exact: bool) -> Cell | None:
    """What the layer computes, where torch's module does so in both directions."""
    given = layer.arguments
    kind = KINDS.get(layer.rule.build)
    if kind is None or not given["go_backwards"].is_const(False):
        return None
    cell = Cell(
        kind,
        given["units"],
        given["activation"],
        given.get("recurrent_activation", expr("sigmoid")),
        given["use_bias"],
        given["dropout"],
        given["recurrent_dropout"],
        given.get("reset_after", expr(True)),
        exact,
    )
    return cell if cell.in_torch and not cell.drops_inputs else None


def _one_module(
    x: Tensor, cell: Cell, wanted: Wanted, mode: Expr, initial: list[Expr], mask: Expr | None
) -> Result:
    """Torch's own module with `bidirectional=True`."""
    module = cell.module(x.channels, bidirectional=True)
    half = len(initial) // 2
    pairs = [
        call("torch.stack", [f, b]) for f, b in zip(initial[:half], initial[half:], strict=True)
    ]
    taken = x.code if mask is None else helper("pack_steps", x.code, mask)
    value = module(taken, *state_argument(pairs, cell))
    steps, last = (not wanted.sequences.is_const(v) for v in (False, True))
    with_states = bool(wanted.states.value)
    statement, out, states = results_of(value, cell.kind, steps, last or with_states, with_states)
    every = _every(out, mode, mask)
    ends = _ends(states, mode, mask) if last else every
    units = infix(cell.units, "*", 2) if mode.is_const("concat") else cell.units
    firsts = [
        output(x, after(statement, a), after(statement, z), units, wanted, mask)
        for a, z in zip(every, ends, strict=True)
    ]
    if not with_states:
        return firsts if mode.is_const(None) else firsts[0]
    finals = [index(s, side) for side in (-2, -1) for s in states]
    if mask is not None:
        finals = [kept_state(s, mask, start) for s, start in zip_longest(finals, initial)]
    return [*firsts, *(final(x, after(statement, s), cell.units) for s in finals)]


def _every(out: Expr, mode: Expr, mask: Expr | None) -> list[Expr]:
    """The merged outputs at every step; zero where the mask leaves a step out."""
    if mask is not None:
        out = infix(helper("unpack_steps", out, mask), "*", index(mask, Expr("..."), None))
    if mode.is_const("concat"):
        return [out]
    forward, backward = variable("forward"), variable("backward")
    halves = Bind(f"{forward}, {backward}", method(out, "chunk", 2, dim=-1))
    return [after(halves, code) for code in _merged(mode, forward, backward)]


def _ends(states: list[Expr], mode: Expr, mask: Expr | None) -> list[Expr]:
    """The merged last outputs of both directions."""
    forward, backward = (index(states[0], side) for side in (-2, -1))
    if mask is not None:
        forward, backward = (kept_state(s, mask, None) for s in (forward, backward))
    return _merged(mode, forward, backward)


def _merged(mode: Expr, forward: Expr, backward: Expr) -> list[Expr]:
    """What `merge_mode` makes of the two directions."""
    match mode.value:
        case "concat":
            return [call("torch.cat", [forward, backward], dim=-1)]
        case "sum":
            return [infix(forward, "+", backward)]
        case "ave":
            return [infix(infix(forward, "+", backward), "/", 2)]
        case "mul":
            return [infix(forward, "*", backward)]
        case None:
            return [forward, backward]
        case other:
            raise Unsupported(f"merge_mode={other!r}")


def _two_layers(
    x: Tensor,
    layer: Wrapped,
    mode: Expr,
    backward_layer: Wrapped | None,
    state: State,
    mask: Expr | None,
) -> Result:
    """A layer for each direction."""
    backwards = layer.arguments.get("go_backwards", expr(False))
    if not backwards.known:
        raise Unsupported("go_backwards is only known when the program runs")
    other = backward_layer or layer.but(go_backwards=not backwards.value)
    states: list[State] = [None, None]
    if isinstance(state, list):
        states = [state[: len(state) // 2], state[len(state) // 2 :]]
    x = replace(x, mask=mask)
    forward, *forward_states = _results(layer, x, states[0])
    backward, *backward_states = _results(other, x, states[1])
    sequences = layer.arguments["return_sequences"]
    ahead, back = forward.code, turned(backward.code, sequences)
    if mask is not None and sequences.is_const(True):
        ahead, back = (infix(c, "*", index(mask, Expr("..."), None)) for c in (ahead, back))
    codes = _merged(mode, ahead, back)
    if mode.is_const("concat"):
        units = infix(forward.channels, "+", backward.channels)
        firsts = [forward.with_channels(codes[0], units)]
    else:
        firsts = [forward.to(code) for code in codes]
    results = [*firsts, *forward_states, *backward_states]
    return results if len(results) > 1 else results[0]


def _results(layer: Wrapped, x: Tensor, state: State) -> list[Tensor]:
    """The output and the states of one direction."""
    given = layer.build(x) if state is None else layer.build(x, initial_state=state)
    return [given] if isinstance(given, Tensor) else given


#: Layers that work on the last axis, or on each element: steps make no difference to them.
POINTWISE = frozenset(
    f"keras.layers.{name}"
    for name in (
        "Dense",
        "Activation",
        "ReLU",
        "LeakyReLU",
        "ELU",
        "Dropout",
        "Embedding",
        "Rescaling",
    )
)


@layer("TimeDistributed", layout=Layout.LAST)
def time_distributed(x: Tensor, layer: Wrapped, *, mask: Tensor | None = None) -> Result:
    """Steps join the batch while the layer runs; a Dense needs nothing of the kind."""
    layer = _known(layer)
    names = frozenset(layer.rule.names)
    kept = step_mask(x, mask)
    if names & POINTWISE and layer.arguments.get("noise_shape", expr(None)).is_const(None):
        return _masked(layer.build(replace(x, mask=None)), kept)
    if "keras.layers.BatchNormalization" in names:
        raise Unsupported("Keras normalizes each step by itself, and moves the averages each time")
    if x.dims is None or not x.dims:
        raise UnknownRank("the number of dimensions is not known here")
    if kept is not None and x.rank > 3:
        raise Unsupported("a mask inside of steps")
    inner = layer.build(_folded(x))
    return _masked(inner if isinstance(inner, list) else [inner], kept, x)


def _folded(x: Tensor) -> Tensor:
    """The steps as samples."""
    assert x.dims is not None
    return Tensor(method(x.code, "flatten", 0, 1), x.dims[1:], dtype=x.dtype)


def _masked(found: Result, mask: Expr | None, steps: Tensor | None = None) -> Result:
    """The results, with the steps as an axis again."""
    if isinstance(found, list):
        results = [replace(r if steps is None else _unfolded(r, steps), mask=mask) for r in found]
        return results if len(results) > 1 else results[0]
    return replace(found, mask=mask)


def _unfolded(result: Tensor, x: Tensor) -> Tensor:
    """The samples as steps again."""
    assert x.dims is not None
    result = in_order(result)
    count = x.dims[0] if x.dims[0] is not None else index(attribute(x.code, "shape"), 1)
    code = method(result.code, "unflatten", 0, (-1, count))
    dims = None if result.dims is None else (x.dims[0], *result.dims)
    return replace(result, code=code, dims=dims)
