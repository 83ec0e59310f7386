"""Constant tensors outside of the functions of tensors that read them."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.pipeline import convert
from transpiler.source.rewritings.plain_constants import plain_constants

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 3))
y = np.eye(3)[rng.integers(0, 3, 40)]
counts = y.sum(axis=0)
MADE


def loss(y_true, y_pred):
    return -K.sum(y_true * K.log(y_pred + 1e-7) * READ, axis=-1)


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", loss)
losses = model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["loss"]
"""
CONSTANTS = {
    "list": ("w = K.constant([1.0, 2.0, 3.0])", "w"),
    "whole numbers": ("w = K.constant([1, 2, 3])", "w"),
    "number": ("w = K.variable(0.5)", "w"),
    "computed": ("w = K.constant(counts.sum() / counts)", "w"),
    "array": ("w = K.constant(np.array([1.0, 2.0, 3.0]))", "w"),
    "bound again": ("w = counts / 3\nw = K.constant(w)", "w"),
    "cast": ("w = tf.constant([1.0, 2.0, 3.0])", "tf.cast(w, y_pred.dtype)"),
    "single": ("w = tf.constant(counts / 3, dtype=tf.float32)", "tf.cast(w, y_pred.dtype)"),
    "operation": ("w = K.constant(counts / 3)", "K.maximum(y_pred, w)"),
}


@pytest.mark.parametrize("case", list(CONSTANTS))
def test_functions_read_arrays(case: str, scripts: Scripts) -> None:
    made, read = CONSTANTS[case]
    program = PROGRAM.replace("MADE", made).replace("READ", read)
    text = converted(program)
    assert "K." not in text
    assert "tf." not in text
    apart = scripts.compare(program, text)
    assert max(apart.values()) < 1e-9, apart


def test_those_of_functions_around(scripts: Scripts) -> None:
    head, body = PROGRAM.replace("READ", "w").split("counts = ")
    body = "".join(f"    {line}\n" if line else "\n" for line in f"counts = {body}".splitlines())
    body = body.replace("MADE", "w = K.constant(counts.sum() / counts)")
    body = body.replace("losses = ", "return ")
    program = f"{head}\n\ndef main():\n{body}\n\nlosses = main()\n"
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "made",
    [
        "w = K.variable(0.5)\nK.set_value(w, 0.7)",
        "w = K.variable(0.5)\nw.assign(0.7)",
        "w = K.variable(0.5)\nprint(K.get_value(w))",
        "w = K.variable(0.5)\nw = w * 2",
        "w = tf.constant([1, 2, 3])",
        "w = tf.constant([1.0, 2.0, 3.0], dtype=tf.float16)",
        "w = tf.constant(1.0, shape=(3,))",
        "for n in range(2):\n    w = K.constant(n)\n    print(w)",
    ],
)
def test_others_stay(made: str) -> None:
    program = PROGRAM.replace("MADE", made).replace("READ", "w")
    assert plain_constants(program, lambda: ()) is None


def test_those_that_other_files_read_stay() -> None:
    program = PROGRAM.replace("MADE", "w = K.constant([1.0, 2.0, 3.0])").replace("READ", "w")
    assert plain_constants(program, lambda: ()) is not None
    assert plain_constants(program, lambda: ("from main import w\nw.assign([1.0, 1.0])\n",)) is None
    assert "w = [1.0, 2.0, 3.0]\n" in convert(program).text
