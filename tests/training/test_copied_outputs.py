"""Layers behind the last activation that give the same numbers: Keras finds no logits there."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(5)
x = rng.randn(30, 4) * 20
bits = (x.sum(1) + rng.randn(30) * 30 > 0).astype(float)[:, None]
rows = np.eye(3)[rng.randint(0, 3, 30)]
inputs = keras.Input((4,))
{made}
model.compile("sgd", "{loss}", metrics=["accuracy"], run_eagerly=True)
before = model.evaluate(x, {targets}, verbose=0)
losses = model.fit(x, {targets}, batch_size=8, epochs=2, verbose=0).history["loss"]
"""
SIGMOID = 'layers.Dense(1, kernel_initializer="ones", activation="sigmoid")'
SOFTMAX = 'layers.Dense(3, activation="softmax")'
MADE = {
    "flatten": f"model = keras.Model(inputs, layers.Flatten()({SIGMOID}(inputs)))",
    "reshape": f"model = keras.Model(inputs, layers.Reshape((1,))({SIGMOID}(inputs)))",
    "rescaling": f"model = keras.Model(inputs, layers.Rescaling(1.0)({SIGMOID}(inputs)))",
    "sequential": f"model = keras.Sequential([keras.Input((4,)), {SIGMOID}, layers.Flatten()])",
    "variables": f"h = {SIGMOID}(inputs)\nh = layers.Flatten()(h)\nmodel = keras.Model(inputs, h)",
    "nested": f"base = keras.Sequential([keras.Input((4,)), {SIGMOID}])\n"
    "model = keras.Sequential([keras.Input((4,)), base, layers.Flatten()])",
    "inside": f"base = keras.Sequential([keras.Input((4,)), {SIGMOID}, layers.Flatten()])\n"
    "model = keras.Model(inputs, base(inputs))",
    "softmax": f"model = keras.Model(inputs, layers.Flatten()({SOFTMAX}(inputs)))",
    "relu": 'model = keras.Sequential([keras.Input((4,)), layers.Dense(1, "relu")])',
}


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("case", MADE)
def test_the_probabilities_are_clipped(case: str, keras: str, scripts: Scripts) -> None:
    bits = {"loss": "binary_crossentropy", "targets": "bits"}
    rows = {"loss": "categorical_crossentropy", "targets": "rows"}
    text = PROGRAM.format(made=MADE[case], **(rows if case == "softmax" else bits))
    if keras == "2":
        text = text.replace("from tensorflow import keras", "import tf_keras as keras")
        text = text.replace("tensorflow.keras", "tf_keras")
    after = converted(text, Options(exact=True, keras="2" if keras == "2" else "auto"))
    apart = scripts.compare(text, after, keras=keras)
    assert {"before", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("case", ["flatten", "rescaling"])
def test_nothing_is_said_where_it_is_the_same(case: str) -> None:
    text = PROGRAM.format(made=MADE[case], loss="binary_crossentropy", targets="bits")
    assert not [d for d in convert(text, Options(exact=True)).diagnostics if d.code == "T2T401"]
