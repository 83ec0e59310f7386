"""Targets with an axis of one number more or less than the output: Keras makes them fit."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

n_in, n_out = 8, {n_out}
series = np.sin(np.arange(100) / 5.0).reshape(-1, 1)
"""
ROWS = """\
x = np.array([series[i : i + n_in] for i in range(64)])
y = np.array([series[i + n_in : i + n_in + n_out] for i in range(64)])
"""
FUNCTION = """\
def windows(series):
    x, y = [], []
    for i in range(64):
        x.append(series[i : i + n_in])
        y.append(series[i + n_in : i + n_in + n_out{column}])
    return np.array(x), np.array(y)


x, y = windows(series)
"""
MODEL = """\
model = keras.Sequential([keras.Input((n_in, 1)), layers.LSTM(4), layers.Dense(n_out)])
model.compile(keras.optimizers.SGD(0.1), {loss}, metrics=["mae"])
"""
FIT = """\
history = model.fit(
    x, y, batch_size=16, epochs=2, shuffle=False, verbose=0, validation_data=(x[:20], y[:20])
)
losses, errors = history.history["loss"], history.history["val_mae"]
score = model.evaluate(x, y, verbose=0)
"""


@pytest.mark.parametrize("column", ["", ", 0"])
def test_outputs_whose_size_only_the_run_tells(column: str, scripts: Scripts) -> None:
    head = HEAD.format(n_out="len(sys.argv) if len(sys.argv) > 9 else 1")
    made = FUNCTION.format(column=column).replace(" : i + n_in + n_out, 0]", ", 0]")
    text = f"import sys\n{head}{made}{MODEL.format(loss=repr('mse'))}{FIT}"
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "errors", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


OWN = """\
def own(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


"""


@pytest.mark.sample(2)
@pytest.mark.parametrize("n_out", [3, 16])  # of those, torch makes 16 x 16 numbers
@pytest.mark.parametrize("data", ["rows", "function", "column"])
def test_windows_of_one_column_are_compared_one_by_one(
    data: str, n_out: int, scripts: Scripts
) -> None:
    column = ", 0" if data == "column" else ""
    made = ROWS if data == "rows" else FUNCTION.format(column=column)
    text = f"{HEAD.format(n_out=n_out)}{made}{MODEL.format(loss=repr('mse'))}{FIT}"
    result = converted(text, Options(exact=True))
    flat = "torch.as_tensor(y, dtype=torch.float32).flatten(1),\n" in result
    assert flat is (data == "rows")  # of the others only the run tells how many axes they have
    apart = scripts.compare(text, result)
    assert {"losses", "errors", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "rest",
    [
        "losses = [model.train_on_batch(x[i : i + 16], y[i : i + 16]) for i in range(0, 64, 16)]\n",
        "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)\n"
        "losses = model.fit(data, epochs=2, verbose=0).history['loss']\n",
    ],
)
def test_so_are_those_of_batches(rest: str, scripts: Scripts) -> None:
    text = f"{HEAD.format(n_out=3)}{ROWS}{MODEL.format(loss=repr('mse'))}{rest}"
    if "tf." in rest:
        text = text.replace("from tensorflow import keras", "import tensorflow as tf\n\\g<0>", 1)
        text = text.replace("\\g<0>", "from tensorflow import keras")
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_losses_of_ones_own_see_them_so(scripts: Scripts) -> None:
    text = f"{HEAD.format(n_out=16)}{ROWS}{OWN}{MODEL.format(loss='own')}{FIT}"
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy"])
def test_inputs_as_targets_lose_their_channel(loss: str, scripts: Scripts) -> None:
    text = f"""{HEAD.format(n_out=1)}
x = np.random.RandomState(0).rand(40, 6, 6, 1)
model = keras.Sequential([keras.Input((6, 6, 1)), layers.Flatten(), layers.Dense(36),
    layers.Dense(36, activation="sigmoid"), layers.Reshape((6, 6))])
model.compile(keras.optimizers.SGD(0.1), "{loss}")
losses = model.fit(x, x, batch_size=6, epochs=2, shuffle=False, verbose=0).history["loss"]
"""
    result = converted(text, Options(exact=True))
    assert "torch.as_tensor(x, dtype=torch.float32).squeeze(-1),\n" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


STEPS = """\
model = keras.Sequential([
    keras.Input((n_in, 1)), layers.LSTM(4, return_sequences=True), layers.Dense(1)
])
model.compile(keras.optimizers.SGD(0.1), "mse")
losses = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0).history["loss"]
"""


@pytest.mark.parametrize("y", ["x.sum((1, 2)).reshape(-1, 1)", "x.mean(axis=1)", "x * 2"])
def test_one_number_is_compared_with_each_step(y: str, scripts: Scripts) -> None:
    text = f"{HEAD.format(n_out=1)}{ROWS.partition('y = ')[0]}y = {y}\n{STEPS}"
    result = converted(text, Options(exact=True))
    assert (".expand_as(outputs)" in result) is (y != "x * 2")
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


def test_targets_without_a_column_for_steps_are_refused() -> None:
    text = f"{HEAD.format(n_out=1)}{ROWS.partition('y = ')[0]}y = x.sum((1, 2))\n{STEPS}"
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("Keras compares each of them with the targets of the whole" in m for m in said)
    older = text.replace("from tensorflow import keras", "import tf_keras as keras")
    older = older.replace("from tensorflow.keras import layers", "from tf_keras import layers")
    said = [d.message for d in convert(older).diagnostics if d.severity is Severity.ERROR]
    assert any("compares each of them with the targets of the whole batch" in m for m in said)


def test_several_outputs_and_inputs_get_them_so(scripts: Scripts) -> None:
    model = """\
a, b = keras.Input((n_in, 1)), keras.Input((2,))
hidden = layers.concatenate([layers.LSTM(4)(a), b])
outputs = [layers.Dense(n_out, name="later")(hidden), layers.Dense(1, name="next")(hidden)]
model = keras.Model([a, b], outputs)
model.compile(keras.optimizers.SGD(0.1), ["mse", "mae"])
both = [x, x[:, :2, 0]]
history = model.fit(both, [y, y[:, 0]], batch_size=16, epochs=2, shuffle=False, verbose=0)
losses = history.history["loss"]
"""
    text = f"{HEAD.format(n_out=16)}{ROWS}{model}"
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy"])
def test_images_besides_the_inputs_lose_their_channel(loss: str, scripts: Scripts) -> None:
    text = f"""{HEAD.format(n_out=1)}
def images():
    clean = np.random.RandomState(0).rand(40, 6, 6, 1)
    return clean * 0.9, clean


noisy, clean = images()
model = keras.Sequential([keras.Input((6, 6, 1)), layers.Flatten(),
    layers.Dense(36, activation="sigmoid"), layers.Reshape((6, 6))])
model.compile(keras.optimizers.SGD(0.1), "{loss}")
losses = model.fit(noisy, clean, batch_size=6, epochs=2, shuffle=False, verbose=0).history["loss"]
"""
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def _assumed(text: str, of: str) -> list[str]:
    said = convert(text).diagnostics
    return [d.message for d in said if d.severity is Severity.WARNING and of in d.message]


def test_accuracy_of_windows_says_what_it_assumes() -> None:
    made = FUNCTION.format(column="")
    text = f"{HEAD.format(n_out=3)}{made}{MODEL.format(loss=repr('mse'))}"
    fit = "model.fit(x, y, epochs=2)\n"
    assert not _assumed(text + fit, "accuracy: the targets are taken")
    text = text.replace('"mae"', '"accuracy"')
    assert len(_assumed(text + fit, "accuracy: the targets are taken")) == 1
    said = convert(text.replace(made, ROWS) + fit).diagnostics
    refused = "accuracy of targets with an axis of one number that the output lacks"
    assert any(refused in d.message for d in said if d.severity is Severity.ERROR)


def test_that_targets_have_all_steps_is_said() -> None:
    head = f"{HEAD.format(n_out=1)}from data import load\n\nx, y = load()\n"
    images = """\
model = keras.Sequential([keras.Input((6, 6, 1)), layers.Conv2D(1, 1)])
model.compile(keras.optimizers.SGD(0.1), "mse")
model.fit(x, y, epochs=2)
"""
    assert not _assumed(f"{head}{STEPS}", "number for each step")
    pooled = images.replace("Conv2D(1, 1)", "Conv2D(1, 6)")
    assert len(_assumed(f"{head}{pooled}", "number for each step")) == 1
    assert not _assumed(f"{head}{images}", "number for each step")
