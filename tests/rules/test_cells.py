"""`RNN` with one of Keras's cells against Keras."""

from __future__ import annotations

from typing import Any

import keras
import pytest
import torch

from rules.layers import cells  # noqa: F401
from tests.rules.rnn_harness import argument, build, model_of, tensor, wrapped
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


def test_what_is_refused() -> None:
    x = tensor("x", T, C)
    for cell in (wrapped("LSTM", units=5), argument("cell")):
        with pytest.raises(Unsupported):
            build("RNN", x, {"cell": cell})
    with pytest.raises(Unsupported):
        build("LSTMCell", x, {"units": 5})
    with pytest.raises(Unsupported):
        build("RNN", x, {"cell": wrapped("GRUCell", units=5), "zero_output_for_mask": True})
