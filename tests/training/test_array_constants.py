"""Arrays and lists beside the tensors of losses and models: they become tensors there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.source.array_values import array_values

HEAD = """
import argparse

import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4))
y = rng.normal(size=(40, 3))
classes = np.arange(40) % 3
"""
SOURCES = """
filled = np.zeros(3)
for c in range(3):
    filled[c] = len(y) / (c + 1)
scaled = np.array([1.0, 2.0, 3.0])
scaled /= scaled.sum()
scaled[0] = 5
if len(y) > 3:
    scaled[1] = 4
balanced = compute_class_weight("balanced", classes=np.unique(classes), y=classes)
scaler = StandardScaler().fit(y)
low, high = np.percentile(y, [5, 95], axis=0)
listed = list(np.linspace(1, 2, 3))
table = {"w": np.array([1.0, 3.0, 2.0]), "k": 2.0}
spread = pd.DataFrame(y).std().values


class Settings:
    w = np.array([1.0, 3.0, 0.5])
    k = 2.0


def made(y):
    return np.abs(y).mean(axis=0), 2.0


mean, factor = made(y)
args = argparse.Namespace(k=2.0)


def loss(a, b):
    b = tf.clip_by_value(b, low, high)
    error = tf.square(a - b) * filled + tf.abs(a - b) * scaled * balanced
    error += error * scaler.scale_ * listed + error * table["w"] * table["k"] + b * spread
    return tf.reduce_mean(error * Settings.w * Settings.k / mean * factor * args.k, axis=-1)
"""
FUNCTIONS = """
w = np.array([1.0, 2.0, 0.5])
m = np.eye(3) * 2 - np.ones((3, 3))


def loss(a, b):
    error = tf.multiply(b, w) + tf.add(w, b) + tf.maximum(b, w) + tf.minimum(w, b)
    error += tf.where(b > 0, b, w) + tf.cast(tf.greater(b, w), b.dtype) * b + tf.matmul(b, m)
    error += tf.math.squared_difference(b, w) + tf.divide(b, w) + tf.pow(tf.abs(b), w)
    error += tf.multiply(b, [1.0, 2.0, 0.5]) + tf.tensordot(b, m, 1) + b @ m
    return tf.reduce_mean(tf.square(error - a), axis=-1)
"""
LOSS = """
model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
model.compile("sgd", loss)
h = model.fit(x, y, epochs=2, verbose=0).history
"""
MODEL = """
place = np.arange(24).reshape(6, 4) / 10.0
place[:, 0::2] = np.sin(place[:, 0::2])
least = np.ones(4)
least[:2] *= -1
given = keras.Input((6, 4))
hidden = keras.ops.maximum(layers.Dense(4)(given) + place[None], least)
hidden = layers.Lambda(lambda t: t * least)(hidden)
model = keras.Model(given, layers.Dense(3)(layers.Flatten()(hidden)))
model.compile("sgd", "mse")
h = model.fit(rng.normal(size=(40, 6, 4)), y, epochs=2, verbose=0).history
"""
CLOSURE = """
counts = np.abs(y).sum(axis=0)


def weighted(weights, gamma=2.0):
    total = np.sum(weights)

    def loss(a, b):
        error = tf.abs(a - b) * weights * tf.abs(b) ** gamma
        for i in range(3):
            error += weights[i] * tf.reduce_mean(tf.square(a[:, i] - b[:, i]))
        return tf.reduce_mean(error / total, axis=-1)

    return loss


model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
model.compile("sgd", weighted(counts.max() / counts))
h = model.fit(x, y, epochs=2, verbose=0).history
model.compile("sgd", weighted([1.0, 2.0, 3.0], gamma=1.0))
h = model.fit(x, y, epochs=2, verbose=0).history
"""

OBJECTS = """
frequency = (y > 0).mean(axis=0)


class Weighted(keras.losses.Loss):
    def __init__(self, weights, factor, name="weighted", **options):
        super().__init__(name=name, **options)
        self.weights, self.factor = weights, factor

    def call(self, a, b):
        return tf.reduce_mean(self.weights * tf.square(a - b) * self.factor, axis=-1)


class Error(keras.metrics.Metric):
    def __init__(self, weights, name="error", **options):
        super().__init__(name=name, **options)
        self.weights = weights
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, a, b, sample_weight=None):
        self.total.assign_add(tf.reduce_sum(self.weights * tf.abs(a - b)))
        self.count.assign_add(tf.cast(tf.shape(a)[0], self.count.dtype))

    def result(self):
        return self.total / self.count


model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
model.compile("sgd", Weighted(1 - frequency, 2.0), metrics=[Error(frequency)])
h = model.fit(x, y, epochs=2, verbose=0).history
"""


@pytest.mark.parametrize(
    "text", [SOURCES + LOSS, FUNCTIONS + LOSS, MODEL, CLOSURE, OBJECTS], ids=range(5)
)
def test_arrays_become_tensors(text: str, scripts: Scripts) -> None:
    result = convert(HEAD + text, Options(exact=True))
    assert not [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    assert max(scripts.compare(HEAD + text, result.text).values()) < 1e-9


WRITTEN = ["[1.0, 2.0, 0.5]", "(1.0, 2, -0.5)", "np.array([1.0, 2.0, 0.5])"]


@pytest.mark.parametrize("weights", WRITTEN)
def test_a_call_may_give_them(weights: str, scripts: Scripts) -> None:
    text = HEAD + OBJECTS.replace("1 - frequency, 2.0", f"{weights}, factor=2.0")
    result = convert(text, Options(exact=True))
    assert not [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    assert max(scripts.compare(text, result.text).values()) < 1e-9


def test_numbers_stay() -> None:
    text = convert(HEAD + SOURCES + LOSS).text
    numbers = ('table["k"]', "Settings.k", "args.k")
    assert not [name for name in numbers if f"new_tensor({name})" in text or name not in text]


@pytest.mark.parametrize(
    ("setting", "asked", "expected"),
    [
        ("w = np.ones(3)", "w", True),
        ("w = np.mean(y)", "w", False),
        ("w = np.mean(y, axis=0)", "w", True),
        ("w = np.sqrt(3)", "w", False),
        ("w = np.sqrt(np.ones(3))", "w", True),
        ("w = y.max()", "w", False),
        ("for w in [0.1, 0.9]:\n    pass", "w", False),
        ("w = K.variable(np.ones(3))", "w", False),
        ("n, w = y.shape", "w", False),
        ("def f(w):\n    return w\nf(np.ones(3))", "w", True),
        ("def f(w):\n    return w\nf(0.5)", "w", False),
        ("class A:\n    def __init__(self, w):\n        self.w = w\nA(np.ones(3))", "self.w", True),
        ("class A:\n    def __init__(self, w):\n        self.w = w\nA(w=0.5)", "self.w", False),
        ("c = {'a': 0.5, 'b': [1, 2]}", "c['a']", False),
        ("c = {'a': 0.5, 'b': [1, 2]}", "c['b']", True),
        ("w = np.ones(3)", "w[0]", False),
        ("w = np.ones(3)", "w[1:]", True),
        ("w = float(np.ones(3)[0])", "w", False),
    ],
)
def test_what_may_be_an_array(setting: str, asked: str, expected: bool) -> None:
    assert array_values(f"import numpy as np\n{setting}\n", "").may_hold(asked) is expected


def test_arrays_of_other_files(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("import numpy as np\nW = np.ones(3)\nK = 2.0\n")
    text = "from config import W, K\nimport config\n"
    values = array_values(text, str(tmp_path / "train.py"))
    found = [values.may_hold(name) for name in ("W", "K", "config.W", "config.K")]
    assert found == [True, False, True, False]


@pytest.mark.parametrize(("given", "expected"), [("[1, 2]", True), ("W", True), ("0.5", False)])
def test_arrays_that_other_files_give(given: str, expected: bool, tmp_path: Path) -> None:
    text = "import keras\n\n\nclass A:\n    def __init__(self, w):\n        self.w = w\n"
    (tmp_path / "losses.py").write_text(text)
    calls = f"import numpy as np\nfrom losses import A\n\nW = np.ones(3)\na = A({given})\n"
    (tmp_path / "train.py").write_text(calls)
    values = array_values(text, str(tmp_path / "losses.py"))
    assert values.may_hold("self.w") is expected
