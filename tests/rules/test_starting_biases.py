"""How the biases of recurrent layers start: as those of Keras, whatever is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HALF = "bias_initializer=keras.initializers.Constant(0.5)"
PROGRAM = """\
from tensorflow import keras
from tensorflow.keras.layers import *

model = keras.Sequential([keras.Input((5, {size}2)), {layer}])
"""


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "layer",
    [
        "LSTM(4)",
        "LSTM(4, unit_forget_bias=False)",
        "LSTM(4, bias_initializer='ones')",
        f"LSTM(4, unit_forget_bias=False, {HALF})",
        "LSTM(4, unit_forget_bias=False, recurrent_dropout=0.1)",
        "Bidirectional(LSTM(4, unit_forget_bias=False))",
        "RNN(LSTMCell(4, unit_forget_bias=False))",
        "ConvLSTM2D(3, 3, unit_forget_bias=False)",
        "GRU(4, bias_initializer='ones')",
        f"GRU(4, {HALF}, reset_after=False)",
        f"GRU(4, {HALF}, recurrent_dropout=0.1)",
        f"Bidirectional(GRU(4, {HALF}))",
        f"SimpleRNN(4, {HALF})",
    ],
)
def test_they_start_as_by_keras(layer: str) -> None:
    text = PROGRAM.format(layer=layer, size="8, 8, " if "Conv" in layer else "")
    original: dict[str, Any] = {}
    made: dict[str, Any] = {}
    exec(text, original)
    exec(convert(text).text, made)
    biases = [w.numpy().sum() for w in original["model"].weights if "bias" in w.path]
    ours = [p.sum().item() for n, p in made["model"].named_parameters() if "bias" in n]
    assert biases
    assert sum(ours) == pytest.approx(sum(biases))


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        ("LSTM(4, bias_initializer='he_normal')", "the forget gate starts with ones"),
        (f"LSTM(4, {HALF})", "the forget gate starts with ones"),
        ("GRU(4, bias_initializer='he_normal')", "whose bias has two rows"),
        ("LSTM(4, unit_forget_bias=len(__name__) > 3)", "only known when the program runs"),
    ],
)
def test_what_is_refused(layer: str, why: str) -> None:
    found = convert(PROGRAM.format(layer=layer, size="")).diagnostics
    said = [one.message for one in found if one.severity is Severity.ERROR]
    assert any(why in one for one in said), said
