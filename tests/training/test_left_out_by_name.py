"""Options that are None, or -1, by a name: numbers all the same, or refused."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import argparse

import numpy as np
import tensorflow as tf
from tensorflow import keras

parser = argparse.ArgumentParser()
parser.add_argument("--v", type=int, default={value})
args = parser.parse_args([])
rng = np.random.default_rng(0)
x = rng.normal(size=(24, 4))
y = rng.integers(0, 3, size=24)
words = [[1, 2], [3], [4, 5, 1, 2, 3]]
{before}


def run():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax"{layer})])
    model.compile({compiled})
    history = model.fit({data}, epochs=2, verbose=0).history
    return history["loss"]


losses = run()
"""
DATA = "x, y, batch_size=8, shuffle=False"
SPARSE = "sparse_categorical_crossentropy"
#: Before the function, for `compile`, for `fit`, and what means something else.
REFUSED = {
    "top_k": (
        "",
        f"'sgd', '{SPARSE}', metrics=[keras.metrics.Recall(top_k=args.v)]".replace(
            SPARSE, "categorical_crossentropy"
        ),
        "x, np.eye(3)[y], batch_size=8, shuffle=False",
        "None",
    ),
    "ignore_class": (
        "",
        "'sgd', keras.losses.SparseCategoricalCrossentropy(ignore_class=args.v)",
        DATA,
        "None",
    ),
    "warmup_target": (
        "",
        "keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 4, warmup_target=args.v))"
        f", '{SPARSE}'",
        DATA,
        "None",
    ),
    "count": (
        "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8).take(args.v)",
        f"'sgd', '{SPARSE}'",
        "data",
        "-1",
    ),
}


@pytest.mark.parametrize(("before", "compiled", "data", "other"), REFUSED.values(), ids=REFUSED)
def test_what_would_be_no_number_is_refused(
    before: str, compiled: str, data: str, other: str
) -> None:
    parts = {"before": before, "compiled": compiled, "data": data, "layer": ""}
    for value, refused in ((other, True), ("2", False)):
        found = convert(PROGRAM.format(value=value, **parts)).diagnostics
        errors = [d.message for d in found if d.severity is Severity.ERROR]
        assert any(f"may be {other} when it runs" in one for one in errors) is refused, errors


ARRAYS = {
    "maxlen": (
        "words = [[1, 2], [3], [4, 0, 1, 2, 3]] * 8\n"
        "x = keras.utils.pad_sequences(words, maxlen=args.v)[:, -2:]\n"
        "x = np.concatenate([x, x], 1)",
        SPARSE,
        DATA,
    ),
    "a function": (
        "words = [[1, 2], [3], [4, 0, 1, 2, 3]] * 8\n"
        "def pad(rows, maxlen=None):\n    return keras.utils.pad_sequences(rows, maxlen)\n"
        "x = pad(words)[:, -2:]\n"
        "x = np.concatenate([x, pad(words, args.v or 4)[:, :2]], 1)",
        SPARSE,
        DATA,
    ),
    "num_classes": (
        "hot = keras.utils.to_categorical(y, args.v)[:, :3]",
        "categorical_crossentropy",
        "x, hot, batch_size=8, shuffle=False",
    ),
}


@pytest.mark.parametrize("value", ["None", "3"])
@pytest.mark.parametrize(("before", "loss", "data"), ARRAYS.values(), ids=ARRAYS)
def test_arrays_of_a_size_that_may_be_left_out(
    before: str, loss: str, data: str, value: str, scripts: Scripts
) -> None:
    parts = {"before": before, "compiled": f"'sgd', '{loss}'", "data": data, "layer": ""}
    text = PROGRAM.format(value=value, **parts)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("value", ["None", "0", "2"])
def test_gradients_that_are_added_up_perhaps(value: str, scripts: Scripts) -> None:
    compiled = "keras.optimizers.SGD(0.1, gradient_accumulation_steps=args.v), '{}'"
    parts = {"before": "", "compiled": compiled.format(SPARSE), "data": DATA, "layer": ""}
    text = PROGRAM.format(value=value, **parts)
    after = converted(text, Options(exact=True))
    assert ("or 1" in after) is (value != "2"), after
    apart = scripts.compare(text, after)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("penalty", ["L2(args.v)", "L1L2(l1=args.v, l2=0.1)", "l1(args.v)"])
def test_a_penalty_of_no_number(penalty: str) -> None:
    layer = f", kernel_regularizer=keras.regularizers.{penalty}"
    parts = {"before": "", "compiled": f"'sgd', '{SPARSE}'", "data": DATA, "layer": layer}
    for value, refused in (("None", True), ("0.5", False)):
        found = convert(PROGRAM.format(value=value, **parts)).diagnostics
        errors = [d.message for d in found if d.severity is Severity.ERROR]
        assert any("may be None when it runs" in one for one in errors) is refused, errors
