"""Targets whose sizes the program shows are taken as they are, where nothing can change them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted, of_file
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x = rng.rand(20, 4)
row = rng.rand(20)
column = rng.rand(20, 1)


"""
REGRESSOR = """\
def make():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


"""
CLASSIFIER = """\
def classify():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


"""
OF_FUNCTION = """\
def train():
    model = make()
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


"""
CHANGED = {
    "by a function": (
        "y = column\n\n\ndef flat():\n    global y\n    y = y.ravel()\n\n\n"
        "flat()\nmodel = make()\n"
        "losses = model.fit(x, y, shuffle=False, verbose=0).history['loss']\n"
    ),
    "before another one reads it": (
        "y = column\n\n\ndef flat():\n    global y\n    y = y.ravel()\n\n\n"
        + OF_FUNCTION
        + "flat()\nlosses = train()\n"
    ),
    "of a function around it": (
        "y = column\n\n\ndef outer():\n    y = row\n\n    def train():\n"
        "        model = make()\n"
        "        return model.fit(x, y, shuffle=False, verbose=0).history['loss']\n\n"
        "    return train()\n\n\nlosses = outer()\n"
    ),
    "by a loop": f"y = column\n\n\n{OF_FUNCTION}train()\nfor y in (row,):\n    losses = train()\n",
    "by what a call gives": (
        f"y = column\n\n\n{OF_FUNCTION}train()\n"
        "y, z = (lambda a: (a.ravel(), a))(y)\nlosses = train()\n"
    ),
    "in place": "y = column.copy()\n\n\n" + OF_FUNCTION + "y.shape = (20,)\nlosses = train()\n",
}


@pytest.mark.parametrize("how", CHANGED)
def test_variables_that_get_others(how: str, scripts: Scripts) -> None:
    program = HEAD + REGRESSOR + CHANGED[how]
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("gets", ["", "train.y = train.row\n"])
def test_variables_that_another_file_sets(gets: str, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(f"import train\n\n{gets}train.train()\n")
    text, errors, _ = of_file(f"{HEAD}{REGRESSOR}y = column\n\n\n{OF_FUNCTION}", tmp_path)
    assert not errors
    assert ("torch.as_tensor(y, dtype=torch.float32).reshape(" in text) == bool(gets)


@pytest.mark.parametrize(
    ("targets", "maker", "tensor"),
    [
        ("column", "make", "torch.as_tensor(y, dtype=torch.float32)\n"),
        ("row", "make", "torch.as_tensor(y, dtype=torch.float32).reshape(-1, 1)"),
        ("(3 * row).astype(int)", "classify", "torch.as_tensor(y, dtype=torch.long)\n"),
        ("(3 * column).astype(int)", "classify", "torch.as_tensor(y, dtype=torch.long).flatten()"),
        (
            "np.minimum(row, 1)",
            "make",
            "torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1)",
        ),
    ],
)
def test_what_targets_need(targets: str, maker: str, tensor: str, scripts: Scripts) -> None:
    program = (
        f"{HEAD}{REGRESSOR if maker == 'make' else CLASSIFIER}y = {targets}\nmodel = {maker}()\n"
        "losses = model.fit(x, y, validation_split=0.2, shuffle=False, verbose=0).history['loss']\n"
        "score = model.evaluate(x, y, verbose=0)\n"
    )
    text = converted(program, Options(exact=True))
    assert tensor in text
    apart = scripts.compare(program, text)
    assert {"losses", "score"} <= set(apart)
    assert max(apart.values()) < 1e-9, apart
