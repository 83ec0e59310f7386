"""Calls that say `training=...` inside of a model hold as in the generation of Keras."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

SCRIPT = """\
import numpy as np
import tf_keras as keras
from tf_keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 8)).astype("float32")
y = rng.integers(0, 2, size=40)

inner = keras.Input((8,))
h = layers.Dense(6, activation="relu")(inner)
h = layers.BatchNormalization()(h)
base = keras.Model(inner, layers.Dropout(0.4)(h))
inputs = keras.Input((8,))
h = base(inputs, training=False)
h = layers.SpatialDropout1D(0.5)(layers.Reshape((3, 2))(h), training=False)
h = layers.GaussianDropout(0.5)(layers.Flatten()(h), training=False)
h = layers.BatchNormalization()(h, training=False)
model = keras.Model(inputs, layers.Dense(1)(h))
base.trainable = False
model.compile("sgd", "mse")
model.fit(x, y, epochs=1, shuffle=False, verbose=0)
base.trainable = True
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
loss = model.evaluate(x, y, verbose=0)
"""


def test_inference_inside_of_what_is_trained(scripts: Scripts) -> None:
    """In Keras 2, a base that is called with training=False normalizes as in inference."""
    differences = scripts.compare(SCRIPT, converted(SCRIPT), keras="2")
    assert max(differences.values()) < 1e-9, differences
    assert any("running_var" in name for name in differences)


def test_in_keras_3_fit_overrules_it(scripts: Scripts) -> None:
    text = SCRIPT.replace("tf_keras", "keras").replace("Dropout(0.4)", "Dropout(0.0)")
    text = "\n".join(line for line in text.splitlines() if "0.5" not in line)
    conversion = convert(text, Options(keras="3", exact=True))
    differences = scripts.compare(text, conversion.text)
    assert "def train(" not in conversion.text
    assert max(differences.values()) < 1e-9, differences


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        ("Dropout(0.3)", "F.dropout(x, 0.3, training=True)"),
        ("AlphaDropout(0.5)", "F.alpha_dropout(x, training=True)"),
        ("SpatialDropout2D(0.2)", "F.dropout2d(x, 0.2, training=True)"),
        ("GaussianNoise(0.1)", "x + 0.1 * torch.randn_like(x)"),
    ],
)
def test_noise_that_stays(layer: str, code: str) -> None:
    """Monte Carlo dropout: also in inference, as in Keras 2; said where that is not sure."""
    text = f"""\
from tensorflow import keras
x = keras.Input((4, 4, 3))
model = keras.Model(x, keras.layers.{layer}(x, training=True))
"""
    conversion = convert(text)
    assert code in conversion.text
    assert [d.severity for d in conversion.diagnostics] == [Severity.WARNING]
    assert not convert(text, Options(keras="2")).diagnostics
    newer = convert(text, Options(keras="3"))
    assert "training=True" not in newer.text
    assert [d.severity for d in newer.diagnostics] == [Severity.WARNING]


@pytest.mark.parametrize("given", ["mask=None", "training=True"])
def test_what_a_model_may_not_be_called_with(given: str) -> None:
    text = SCRIPT.replace("training=False", given, 1)
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


def test_both_ways_in_one_model() -> None:
    text = SCRIPT.replace("layers.Dense(1)(h)", "layers.Add()([h, base(inputs)])")
    assert any("also without" in d.message for d in convert(text).diagnostics)
