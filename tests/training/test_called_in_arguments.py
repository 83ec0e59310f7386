"""A model that is called on arrays where another one gets what it gives: said, or NumPy's."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.default_rng(0).normal(size=(32, 4))
y = x.sum(1, keepdims=True)
encoder = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile("sgd", "mse")
"""


@pytest.mark.parametrize(
    "asked",
    [
        "model.fit(encoder(x), y, verbose=0)",
        "model.predict(encoder(x), verbose=0)",
        "model.evaluate(encoder(x, training=False), y, verbose=0)",
        "model.train_on_batch(encoder(x), y)",
        "model(encoder(x)).numpy()",
    ],
)
def test_it_is_an_error(asked: str) -> None:
    said = [d.message for d in convert(f"{HEAD}p = {asked}\n").diagnostics]
    assert any("called in its arguments" in message for message in said), said


def test_what_has_a_name_is_an_array(scripts: Scripts) -> None:
    text = HEAD + "z = encoder(x).numpy()\nh = model.fit(z, y, verbose=0).history\n"
    result = convert(text)
    assert not [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert max(scripts.compare(text, result.text).values()) < 1e-6
