"""Arrays in the operations of a model, which a program changes in place or doesn't."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 3))
y = rng.normal(size=(40, 1))
mean, std = x.mean(axis=0), x.std(axis=0)
std[std == 0] = 1.0
std += 1e-6
inputs = keras.Input((3,))
MODEL
model = keras.Model(inputs, keras.layers.Dense(1)(h))
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["loss"]
"""
MODELS = {
    "operators": "h = (inputs - mean) / std",
    "operation": "h = keras.ops.maximum(inputs, mean)",
    "layer": "h = keras.layers.Lambda(lambda t: (t - mean) / std)(inputs)",
}


@pytest.mark.parametrize("model", list(MODELS))
def test_those_that_stay_as_they_are(model: str, scripts: Scripts) -> None:
    program = PROGRAM.replace("MODEL", MODELS[model])
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("model", list(MODELS))
@pytest.mark.parametrize("change", ["mean -= 1.0", "mean[0] = 3.0", "np.copyto(mean, std)"])
def test_those_that_change_are_refused(model: str, change: str) -> None:
    program = PROGRAM.replace("MODEL", MODELS[model]).replace(
        "model.compile", f"{change}\nmodel.compile"
    )
    found = [d for d in convert(program).diagnostics if "`mean`" in d.message]
    assert [d.line for d in found] == [11], found
