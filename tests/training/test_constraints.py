"""Constraints: the weights that Keras has after each step."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.constraints import *

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 8, 3))
y = rng.normal(size=(60, 2))
model = keras.Sequential()
model.add(layers.Input((8, 3)))
model.add(layers.Conv1D(5, 3{conv}))
model.add(layers.Flatten())
model.add(layers.Dense(6, activation="relu"{dense}))
model.add(layers.Dense(2))
model.compile(keras.optimizers.SGD(0.3), "mse")
history = model.fit(x, y, batch_size=16, epochs=3, verbose=0)
losses = np.array(history.history["loss"])
"""

KERNELS = {
    "default": "MaxNorm()",
    "limit": "MaxNorm(0.7)",
    "by name": "max_norm(max_value=0.5)",
    "other axis": "MaxNorm(0.4, axis=1)",
    "last axis": "keras.constraints.MaxNorm(max_value=0.4, axis=-1)",
    "several axes": "MaxNorm(0.8, axis=[0, 1])",
    "unit": "UnitNorm()",
    "unit along": "unit_norm(axis=1)",
    "string": '"unit_norm"',
    "positive": "NonNeg()",
    "positive string": '"non_neg"',
    "bounds": "MinMaxNorm(0.3, 0.6)",
    "halfway": "MinMaxNorm(min_value=0.3, max_value=0.6, rate=0.5, axis=0)",
}


def program(conv: str = "", dense: str = "") -> str:
    return PROGRAM.format(conv=conv, dense=dense)


@pytest.mark.sample(2)
@pytest.mark.parametrize("made", KERNELS.values(), ids=KERNELS)
def test_weights_stay_equal(made: str, scripts: Scripts) -> None:
    text = program(f", kernel_constraint={made}", f", kernel_constraint={made}")
    conversion = convert(text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    assert "constrain(model)" in conversion.text
    apart = scripts.compare(text, conversion.text)
    assert {"losses"} < apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_biases_beside_a_regularizer(scripts: Scripts) -> None:
    text = program(
        ', bias_constraint=NonNeg(), kernel_regularizer="l2"', ", bias_constraint=MaxNorm(0.1)"
    )
    apart = scripts.compare(text, convert(text).text)
    assert max(apart.values()) < 1e-9, apart


def test_kernels_of_transposed_convolutions_have_their_axes(scripts: Scripts) -> None:
    text = program(", kernel_constraint=MaxNorm(0.3, axis=[0, 1])")
    text = text.replace("layers.Conv1D(", "layers.Conv1DTranspose(")
    apart = scripts.compare(text, convert(text).text)
    assert max(apart.values()) < 1e-9, apart


#: As for the critic of a Wasserstein GAN.
CLIP = """\
class Clip(keras.constraints.Constraint):
    def __init__(self, bound=0.2, least=None):
        super().__init__()
        self.bound = bound
        self.half = 0.5

    def __call__(self, weights):
        {returned}

    def get_config(self):
        return {{"bound": self.bound}}


limit = 0.1
"""
CLIPS = "return keras.backend.clip(weights, -self.bound, self.bound)"


def clipped(returned: str = CLIPS, conv: str = "Clip(limit)", dense: str = "Clip()") -> str:
    text = program(f", kernel_constraint={conv}", f", kernel_constraint={dense}")
    return text.replace("model = ", CLIP.format(returned=returned) + "model = ", 1)


BUILDER = """def build():
    kept = Clip(bound=0.05)
    model = keras.Sequential([layers.Input((8, 3))])
    model.add(layers.Conv1D(5, 4, padding="same", kernel_constraint=kept, strides=2))
    model.add(layers.Flatten())
    model.add(layers.Dense(2, kernel_constraint=kept, bias_constraint=Clip(0.01)))
    return model


model = build()
"""


@pytest.mark.parametrize(
    "text",
    [
        clipped(),
        clipped("return tf.clip_by_value(weights, -self.half * self.bound, self.bound)")
        .replace("import numpy", "import tensorflow as tf\nimport numpy"),
        clipped().replace(PROGRAM[PROGRAM.index("model = ") : PROGRAM.index("model.compile")]
                          .format(conv=", kernel_constraint=Clip(limit)",
                                  dense=", kernel_constraint=Clip()"), BUILDER),
    ],
)  # fmt: skip
def test_what_clips_weights_needs_no_class(text: str, scripts: Scripts) -> None:
    conversion = convert(text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    assert "Clip" not in conversion.text
    assert conversion.text.count(".clamp_(") > 1
    apart = scripts.compare(text, conversion.text)
    assert {"losses"} < apart.keys()
    assert max(apart.values()) < 1e-9, apart


UNKNOWN = program(dense=", kernel_constraint=MaxNorm(axis=axis)")
RECURRENT = "layers.LSTM(3, bias_constraint=NonNeg())"
SEPARABLE = "layers.SeparableConv1D(5, 3, depthwise_constraint=NonNeg()"
REFUSED = {
    "its own": program(dense=", kernel_constraint=lambda w: max(w)"),
    "axis": UNKNOWN.replace("rng =", "axis = int(input())\nrng ="),
    "no such axis": program(dense=", kernel_constraint=MaxNorm(axis=2)"),
    "recurrent": program().replace("layers.Flatten()", RECURRENT),
    "separable": program().replace("layers.Conv1D(5, 3", SEPARABLE),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_not_translated_is_said(text: str) -> None:
    conversion = convert(text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "model.fit(" in conversion.text


@pytest.mark.parametrize(
    "text",
    [
        clipped("return weights - keras.ops.mean(weights, axis=-1, keepdims=True)"),
        clipped(CLIPS.replace("weights,", "weights * 2,").replace("-self.bound", "-self.half")),
    ],
)
def test_other_classes_of_constraints_are_called(text: str, scripts: Scripts) -> None:
    apart = scripts.compare(text, converted(text))
    assert {"losses"} < apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_else_asks_for_keras_is_said() -> None:
    text = clipped() + 'custom = {"Clip": Clip}\n'
    conversion = convert(text)
    errors = {d.line for d in conversion.diagnostics if d.severity is Severity.ERROR}
    assert text[: text.index("class Clip")].count("\n") + 1 in errors
    assert "class Clip(keras.constraints.Constraint):" in conversion.text
