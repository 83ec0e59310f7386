"""`RNN` with one of Keras's cells against Keras."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import torch

from rules.layers import cells  # noqa: F401
from tests.rules.layer_harness import move_weights
from tests.rules.rnn_harness import argument, bound, build, model_of, rule_of, tensor, wrapped
from tests.rules.test_rnn import (
    MASK,
    B,
    C,
    T,
    X,
    compare,
    fill,
    keras_run,
    load,
    rnn_modules,
    torch_run,
)
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (name, given, runs)
    for name in ("LSTMCell", "GRUCell", "SimpleRNNCell")
    for given, runs in (
        ({}, {}),
        ({"use_bias": False}, {"return_sequences": True}),
        ({"activation": "elu"}, {"return_state": True, "go_backwards": True}),
    )
]


@pytest.mark.parametrize(("name", "given", "runs"), CASES)
@pytest.mark.parametrize("masked", [False, True])
def test_equal(name: str, given: dict[str, Any], runs: dict[str, Any], masked: bool) -> None:
    cell = getattr(keras.layers, name)(5, dtype="float64", **given)
    layer = keras.layers.RNN(cell, dtype="float64", **runs)
    layer.build((B, T, C))
    fill(layer)
    x = tensor("x", T, C, mask=Expr("mask") if masked else None)
    results = build("RNN", x, {"cell": wrapped(name, units=5, **given), **runs})
    model = model_of(results, ("x",), **({"mask": torch.as_tensor(MASK)} if masked else {}))
    (module,) = rnn_modules(model)
    load(module, layer.get_weights())
    call = {"mask": MASK} if masked else {}
    compare(keras_run(layer, X, 0, **call), torch_run(model, X))


STEPS = [
    ("LSTMCell", {}, True),
    ("LSTMCell", {"use_bias": False, "unit_forget_bias": False}, True),
    ("GRUCell", {}, False),
    ("GRUCell", {}, True),
    ("SimpleRNNCell", {"activation": "relu"}, False),
]


@pytest.mark.parametrize(("name", "given", "listed"), STEPS)
@pytest.mark.parametrize("exact", [False, True])
def test_steps(name: str, given: dict[str, Any], listed: bool, exact: bool) -> None:
    """A cell that is called by itself gives the output and the states, as Keras nests them."""
    cell = getattr(keras.layers, name)(5, dtype="float64", **given)
    cell.build((B, C))
    fill(cell)
    names = ("h", "c")[: 2 if name == "LSTMCell" else 1]
    states = [tensor(n, 5) for n in names]
    known = {k: v for k, v in given.items() if k != "unit_forget_bias"}
    choice = {"exact": exact} if name != "GRUCell" else {}
    made = build(
        name,
        tensor("x", C),
        {"units": 5, **known},
        states=states if listed else states[0],
        **choice,
    )
    output, after = made
    assert isinstance(after, list) is listed
    model = model_of([output, *(after if listed else [after])], ("x", *names))
    move_weights(cell, model)
    x = X[:, 0]
    start = [np.full((B, 5), 0.25 * (i + 1)) for i in range(len(names))]
    wanted, new = cell(x, start if listed else start[0])
    results = model(*map(torch.as_tensor, (x, *start)))
    for ours, theirs in zip(results, [wanted, *(new if listed else [new])], strict=True):
        np.testing.assert_allclose(ours.detach(), theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("runs", [{}, {"return_sequences": True, "go_backwards": True}])
def test_stacks(runs: dict[str, Any]) -> None:
    """A layer for each cell."""
    parts_of_keras = [
        keras.layers.LSTMCell(5, dtype="float64"),
        keras.layers.GRUCell(3, dtype="float64"),
    ]
    layer = keras.layers.RNN(
        keras.layers.StackedRNNCells(parts_of_keras, dtype="float64"), dtype="float64", **runs
    )
    layer.build((B, T, C))
    fill(layer)
    parts = [wrapped("LSTMCell", units=5), wrapped("GRUCell", units=3)]
    stack = wrapped("StackedRNNCells", cells=Expr("cells"))
    for given in (parts, replace(stack, arguments={"cells": parts})):
        arguments = bound(rule_of("keras.layers.RNN"), {"cell": Expr("cell"), **runs})
        results = rule_of("keras.layers.RNN").build(
            tensor("x", T, C), **(arguments | {"cell": given}), exact=False
        )
        model = model_of(results, ("x",))
        weights = layer.get_weights()
        for module, own in zip(rnn_modules(model), (weights[:3], weights[3:]), strict=True):
            load(module, own)
        compare(keras_run(layer, X, 0), torch_run(model, X))


def test_what_is_refused() -> None:
    x = tensor("x", T, C)
    for cell in (wrapped("LSTM", units=5), argument("cell")):
        with pytest.raises(Unsupported):
            build("RNN", x, {"cell": cell})
    for given in ({}, {"activation": "elu"}, {"dropout": 0.5}):
        states = [tensor("h", 5), tensor("c", 5)] if given else None
        with pytest.raises(Unsupported):
            build("LSTMCell", tensor("x", C), {"units": 5, **given}, states=states)
    with pytest.raises(Unsupported):
        build("StackedRNNCells", x, {"cells": argument("cells")})
    with pytest.raises(Unsupported):
        build("RNN", x, {"cell": wrapped("GRUCell", units=5), "zero_output_for_mask": True})
