"""Normalization that is called on arrays and in data sets, outside of models."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 4)) * 3 + 2
v = rng.normal(50, 12, 60)
y = rng.integers(0, 3, 60)
rows = tf.data.Dataset.from_tensor_slices((x, y))
"""
LEARNED = "norm = layers.Normalization()\nnorm.adapt(x)\n"
FIT = """\
model = tf.keras.Sequential([layers.Dense(3, activation="softmax", input_shape=(4,))])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
found = model.fit(ds, epochs=2, verbose=0).history["loss"]
"""
TRIALS = {
    "one column": "norm = layers.Normalization(axis=None)\nnorm.adapt(v)\n"
    "found = norm(v).numpy()\nmean = norm.mean.numpy()\n",
    "columns": f"{LEARNED}found, row = norm(x[:5]).numpy(), norm(x[0]).numpy()\n"
    "mean, variance = norm.mean.numpy(), norm.variance.numpy()\n",
    "batches": f"{LEARNED}ds = rows.batch(16).map(lambda a, b: (norm(a), b))\n{FIT}",
    "seen in batches": "ds = rows.batch(16)\nnorm = layers.Normalization()\n"
    "norm.adapt(ds.map(lambda a, b: a))\n"
    "found = np.concatenate([np.array(norm(a)) for a, _ in ds])\n",
    "rows": f"{LEARNED}ds = rows.map(lambda a, b: (norm(a), b)).batch(60)\n"
    "found = next(iter(ds))[0].numpy()\n",
}  # fmt: skip


@pytest.mark.parametrize("text", TRIALS.values(), ids=TRIALS)
def test_columns_are_standardized_alike(text: str, scripts: Scripts) -> None:
    conversion = convert(HEAD + text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    assert "tensorflow" not in conversion.text
    apart = scripts.compare(HEAD + text, conversion.text)
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_layer_of_a_model_stays_one() -> None:
    text = HEAD + LEARNED + "model = tf.keras.Sequential([norm, layers.Dense(1)])\n"
    assert "self.norm = Normalization(" in convert(text).text
    asked = convert(f"{text}first = norm(x)\n").text
    assert "norm = Normalization(x.shape[-1]).adapt(x)\n" in asked
    assert "first = norm.normalized(x)\n" in asked


def test_a_single_row_is_no_column() -> None:
    """Keras takes each number for a column of its own then; torch says that there are none."""
    text = convert(HEAD + "norm = layers.Normalization()\nnorm.adapt(v)\nnorm(v)\n").text
    with pytest.raises(IndexError):
        exec(text, {})


@pytest.mark.parametrize(
    "given", ["axis=0", "axis=(0, 1)", "invert=True", "mean=1.0, variance=2.0"]
)
def test_what_is_not_translated_is_said(given: str) -> None:
    text = HEAD + LEARNED.replace("()", f"({given})", 1) + "found = norm(x)\n"
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)
