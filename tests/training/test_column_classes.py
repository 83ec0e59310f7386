"""Metrics of the program's own, of classes in one axis or in a column of one number in each row."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K


def hits(y_true, y_pred):
    {first}best = tf.argmax(y_pred, axis=-1)
    return K.cast(K.equal(K.cast(y_true, "int64"), {best}), "float32")


class Hits(keras.metrics.Metric):
    def __init__(self, name="found", **kwargs):
        super().__init__(name=name, **kwargs)
        self.found = self.add_weight(name="found", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        {first}best = tf.argmax(y_pred, axis=-1)
        equal = tf.cast(y_true, "int64") == {best}
        self.found.assign_add(tf.reduce_sum(tf.cast(equal, "float32")))

    def result(self):
        return 2.0 * self.found


rng = np.random.RandomState(0)
x, y = rng.rand(60, 5), {y}
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(4, activation="softmax")])
model.compile(
    keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=[{metric}]
)
history = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0).history
"""
FLAT, COLUMN = "rng.randint(0, 4, 60)", "rng.randint(0, 4, (60, 1))"
UNKNOWN = 'np.load("labels.npy")'
#: How a function makes one axis of the classes, whichever they have.
LEVELED = (
    "y_true = K.flatten(y_true)\n    ",
    "y_true = tf.reshape(y_true, [-1])\n    ",
    "y_true = K.reshape(tf.cast(y_true, tf.int64), (-1,))\n    ",
    "y_true = tf.squeeze(tf.cast(y_true, tf.int64), axis=-1)\n    ",
)


def _program(metric: str, y: str, first: str = "", best: str = "best") -> str:
    indented = first + "    " if first and metric == "Hits()" else first
    text = PROGRAM.format(metric=metric, y=y, first=indented, best=best)
    gone = "class Hits" if metric == "hits" else "def hits"
    start = text.index(gone)
    end = text.index("rng =" if metric == "hits" else "class Hits")
    return text[:start] + text[end:]


def _said(text: str, severity: Severity) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is severity]


@pytest.mark.parametrize("metric", ["hits", "Hits()"])
@pytest.mark.parametrize(
    ("first", "y"),
    [("", FLAT), *((first, COLUMN) for first in LEVELED)],
)
def test_counts_as_keras_counts(metric: str, first: str, y: str, scripts: Scripts) -> None:
    text = _program(metric, y, first)
    assert not _said(text, Severity.WARNING) + _said(text, Severity.ERROR)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("metric", ["hits", "Hits()"])
def test_a_column_that_would_lose_its_axis_is_refused(metric: str) -> None:
    text = _program(metric, COLUMN, best="tf.reshape(best, (-1, 1))")
    message, _ = _said(text, Severity.ERROR)
    assert "the program has the classes as a column" in message


def test_what_is_read_before_it_gets_one_axis_is_refused() -> None:
    text = _program("hits", COLUMN, best="tf.reshape(best, (-1, 1))")
    text = text.replace(
        "    best = ", "    seen = y_true + 0\n    y_true = K.flatten(y_true)\n    best = "
    )
    text = text.replace('K.cast(y_true, "int64"', 'K.cast(seen, "int64"')
    message, _ = _said(text, Severity.ERROR)
    assert "the program has the classes as a column" in message


@pytest.mark.parametrize("metric", ["hits", "Hits()"])
def test_what_only_the_run_tells_is_said(metric: str) -> None:
    (message,) = _said(_program(metric, UNKNOWN), Severity.WARNING)
    assert "it gets the classes in one axis, one for each sample" in message
