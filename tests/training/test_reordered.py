"""What a builder draws between its layers and the model is drawn in the order of the program."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import Dense

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
rng, log = np.random.default_rng(0), []


def build(sizes):
    {before}
    h = inputs = keras.Input((6,))
    {layers}
    {between}
    return keras.Model(inputs, Dense(1)(h)), extra


model, extra = build([2, 3, 4])
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
after, length = rng.random(), len(log)
"""
DRAWS = "h = Dense(int(rng.integers(2, 9)))(h)"


@pytest.mark.parametrize(
    ("layers", "between"),
    [
        (DRAWS, "extra = rng.uniform(0.01, 0.1)"),
        (DRAWS, "extra = 1\n    log.append(extra)"),
        ("for _ in range(2):\n        h = Dense(sizes.pop())(h)", "extra = len(sizes)"),
    ],
)
def test_another_order_is_an_error(layers: str, between: str) -> None:
    text = PROGRAM.format(before="", layers=layers, between=between)
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("would be done before the layers above it draw" in one for one in errors)


@pytest.mark.parametrize(
    ("before", "layers", "between"),
    [
        ("extra = rng.uniform(0.01, 0.1)", DRAWS, ""),
        ("", "h = Dense(3)(h)", "extra = rng.uniform(0.01, 0.1)"),
        ("size = int(rng.integers(2, 9))", "h = Dense(size)(h)", "extra = rng.random()"),
        ("", DRAWS, "extra = 0.5"),
    ],
)
def test_the_same_order_is_kept(before: str, layers: str, between: str, scripts: Scripts) -> None:
    text = PROGRAM.format(before=before, layers=layers, between=between)
    apart = scripts.compare(text, converted(text))
    assert {"history", "after", "extra"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
