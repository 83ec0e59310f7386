"""Targets of several numbers in a row, for a model with one output and a loss of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers, ops

rng = np.random.RandomState(0)
table = pd.DataFrame(rng.rand(40, 5), columns=list("abcde"))
x, y = table[["a", "b", "c"]].values, {targets}


def apart(y_true, y_pred):
{loss}


m = keras.Sequential([layers.Input((3,)), layers.Dense(1)])
m.compile("sgd", apart, metrics=[apart])
a = m.fit({data}, epochs=2, verbose=0, shuffle=False).history["loss"]
b = m.evaluate({data}, verbose=0)
"""
LOSSES = {
    "slices": "    return ops.square(y_true[:, 0:1] - y_pred) * y_true[:, 1:]",
    "columns": (
        "    d = y_true[:, 0] - y_pred[:, 0]\n" "    return ops.mean(ops.square(d) * y_true[:, 1])"
    ),
    "split": (
        "    wanted, weight = tf.split(y_true, 2, axis=1)\n"
        "    return tf.reduce_mean(weight * tf.square(wanted - y_pred), axis=-1)"
    ),
    "whole": "    return ops.mean(ops.square(y_true - y_pred), axis=-1)",
}
TARGETS = {"known": "rng.rand(40, 2)", "unknown": 'table[["d", "e"]].values'}
DATA = {
    "arrays": "x, y",
    "data set": "tf.data.Dataset.from_tensor_slices((x, y)).batch(8)",
}


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("targets", TARGETS)
@pytest.mark.parametrize("loss", LOSSES)
def test_all_of_them_come_to_the_loss(loss: str, targets: str, data: str, scripts: Scripts) -> None:
    if (loss, targets) == ("whole", "unknown"):
        pytest.skip("nothing shows that there are several")
    text = PROGRAM.format(loss=LOSSES[loss], targets=TARGETS[targets], data=DATA[data])
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, made.text)
    assert {"a", "b"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_one_number_in_each_row_is_a_column_still(scripts: Scripts) -> None:
    text = PROGRAM.format(loss=LOSSES["whole"], targets='table["d"].values', data="x, y")
    text = text.replace("y_true - y_pred", "y_true[:, 0:1] - y_pred").replace("ops.", "tf.")
    text = text.replace("import layers, ops", "import layers").replace("tf.mean", "tf.reduce_mean")
    text = text.replace("import keras\n", "import tf_keras as keras\n", 1)
    text = text.replace("from keras", "from tf_keras").replace("layers.Input", "keras.Input")
    made = convert(text, Options(exact=True, keras="2"))
    assert "torch.as_tensor(y, dtype=torch.float32).reshape(len(y), -1)" in made.text
    apart = scripts.compare(text, made.text, keras="2")
    assert max(apart.values()) < 1e-9, apart


WIDER = """\
import keras
import numpy as np
from keras import layers, ops

rng = np.random.RandomState(0)
np.savez({file!r}, x=rng.rand(40, *{shape}), y=rng.rand(40, *{targets}))
data = np.load({file!r})
x, y = {data}
n = max(y.size // 80, 1)


def apart(y_true, y_pred):
    return {loss}


m = keras.Sequential([layers.Input({shape}), {layer}])
m.compile("sgd", apart{more})
a = m.fit(x, y, batch_size=16, epochs=2, verbose=0, shuffle=False).history
b = m.evaluate(x, y, verbose=0)
"""
HALVES = "ops.sum(ops.square(y_true[..., :{0}] - y_pred) * y_true[..., {0}:], axis=-1)"
WIDTHS = {
    "row": ((4,), (4,), HALVES.format("n"), "layers.Dense(n)"),
    "map": ((4, 4, 2), (4, 4, 2), HALVES.format("1"), "layers.Conv2D(1, 3, padding='same')"),
    "column": ((4,), (), "ops.square(y_true[:, 0] - y_pred[:, 0])", "layers.Dense(1)"),
    "columns": ((4,), (), "ops.square(y_true[:, 0] - y_pred[:, 0])", "layers.Dense(n)"),
}


@pytest.mark.parametrize("metrics", ["", ", metrics=[apart]"])
@pytest.mark.parametrize("data", ["data['x'], data['y']", "rng.rand(40, *{0}), rng.rand(40, *{1})"])
@pytest.mark.parametrize("width", WIDTHS)
def test_outputs_may_be_narrower(
    width: str, data: str, metrics: str, tmp_path: Path, scripts: Scripts
) -> None:
    shape, targets, loss, layer = WIDTHS[width]
    text = WIDER.format(
        file=str(tmp_path / "d.npz"), shape=shape, targets=targets, loss=loss, layer=layer,
        data=data.format(shape, targets), more=metrics if targets else "",
    )  # fmt: skip
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, made.text)
    assert {"a", "b"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_other_outputs_still_get_columns(scripts: Scripts) -> None:
    text = """\
import keras
import numpy as np
from keras import layers, ops

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.rand(40, 4)


def apart(y_true, y_pred):
    return ops.sum(ops.square(y_true[:, :2] - y_pred) * y_true[:, 2:], axis=-1)


inputs = layers.Input((4,))
m = keras.Model(inputs, [layers.Dense(2, name="a")(inputs), layers.Dense(1, name="b")(inputs)])
m.compile("sgd", {"a": apart, "b": "mse"})
a = m.fit(x, {"a": y, "b": y[:, 0]}, epochs=2, verbose=0, shuffle=False).history["loss"]
"""
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart
