"""Generators of the program's own as data: the same batches in the same order."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(50, 6))
y = rng.normal(size=(50,))


def batches(inputs, targets, size=16):
    while True:
        for start in range(0, len(inputs), size):
            yield {item}


model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae", keras.metrics.RootMeanSquaredError()])
{rest}
"""
ITEM = "inputs[start : start + size], targets[start : start + size]"


def program(rest: str, item: str = ITEM) -> str:
    return PROGRAM.format(item=item, rest=rest)


FIT = "history = model.fit(batches(x, y), steps_per_epoch=3, epochs=3, verbose=0{})\n"
LOSSES = 'losses = np.array(history.history["loss"])\n'
ONE = "history = model.fit(x, y, validation_data=batches(x, y, 5), validation_steps=4)\n"
TRIALS = [
    program(FIT.format("") + LOSSES),
    program(
        "train = batches(x, y, 7)\n" + FIT.format("").replace("batches(x, y)", "train") + LOSSES
    ),
    program(ONE + LOSSES),
    program(
        FIT.format(", validation_data=(x[:9], y[:9])") + "score = model.evaluate(x, y)\n" + LOSSES
    ),
    program(FIT.format("") + "score = model.evaluate(batches(x, y, 10), steps=4)\n" + LOSSES),
]


@pytest.mark.parametrize("text", TRIALS, ids=range(len(TRIALS)))
def test_trains_equally(text: str, scripts: Scripts) -> None:
    apart = scripts.compare(text, converted(text))
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


STREAM = """\
import tensorflow as tf

spec = (tf.TensorSpec((None, 6), tf.float64), tf.TensorSpec((None,), tf.float64))
ds = tf.data.Dataset.from_generator({made}, output_signature=spec).prefetch(1)
"""


@pytest.mark.parametrize("made", ["lambda: batches(x, y)", "pairs"])
def test_a_data_set_of_a_generator_without_end_goes_on(made: str, scripts: Scripts) -> None:
    pairs = "def pairs():\n    number = 0\n    while True:\n"
    pairs += "        number += 1\n        yield x[number:20], y[number:20]\n\n\n"
    text = program(pairs + STREAM.format(made=made) + FIT.format("") + LOSSES)
    text = text.replace("batches(x, y), steps_per_epoch", "ds, steps_per_epoch")
    text += "score = model.evaluate(ds, steps=2, verbose=0)\n"
    apart = scripts.compare(text, converted(text))
    assert {"history", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("steps", ["len(x) / 16", "np.ceil(len(x) / 16)", "STEPS"])
def test_a_fraction_of_batches_is_one_more(steps: str, scripts: Scripts) -> None:
    text = program("STEPS = len(x) / 16\n" + FIT.format("") + LOSSES)
    text = text.replace("steps_per_epoch=3", f"steps_per_epoch={steps}")
    result = converted(text, Options(keras="2"))
    assert "math.ceil(" in result or "int(np.ceil(" in result
    apart = scripts.compare(text, result, "2")
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("end", ["break", "return", "raise StopIteration"])
def test_what_may_end_has_an_end(end: str) -> None:
    pairs = f"def pairs():\n    while True:\n        if len(x) > 3:\n            {end}\n"
    pairs += "        yield x, y\n\n\n"
    text = program(pairs + STREAM.format(made="pairs") + FIT.format(""))
    text = text.replace("batches(x, y), steps_per_epoch", "ds, steps_per_epoch")
    messages = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("of a data set that ends" in message for message in messages)


REFUSED = [
    program("model.fit(batches(x, y), epochs=2)"),
    program("model.fit(batches(x, y), steps_per_epoch=2)", f"{ITEM}, targets"),
    program("model.fit(batches(x, y), steps_per_epoch=2)", "[inputs, targets]"),
    program("model.fit(batches(x, y), steps_per_epoch=2)", "(inputs, {'a': targets})"),
    program("model.fit(x, batches(x, y))"),
]


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_translated_is_said(text: str) -> None:
    conversion = convert(text)
    assert any(d.severity is Severity.ERROR for d in conversion.diagnostics)
    assert "model.fit(" in conversion.text


def test_older_names_mean_the_same() -> None:
    older = "model.fit_generator(batches(x, y), 3, epochs=2, workers=2, verbose=2)\n"
    newer = "model.fit(batches(x, y), steps_per_epoch=3, epochs=2, verbose=2)\n"
    assert converted(program(older)) == converted(program(newer))
    older = "score = model.evaluate_generator(batches(x, y), steps=3)\n"
    newer = "score = model.evaluate(batches(x, y), steps=3)\n"
    assert converted(program(older)) == converted(program(newer))


def test_what_keras_does_with_the_generator_itself_is_said() -> None:
    fit = "model.fit(seen, steps_per_epoch=1)\n"
    again = f"seen = batches(x, y)\n{fit}{fit}"
    assert any("in advance" in d.message for d in convert(program(again)).diagnostics)
    validated = program(ONE.replace("x, y,", "x, y, epochs=3,", 1))
    assert any("first two batches" in d.message for d in convert(validated).diagnostics)


@pytest.mark.parametrize(
    ("keras", "metric", "said"), [("2", "acc", True), ("3", "acc", False), ("2", "mae", False)]
)
def test_accuracy_of_labels_in_a_column(keras: str, metric: str, said: bool) -> None:
    """Seen in tf_keras 2.21: it counts how often the first class has the largest output."""
    text = "\n".join(
        [
            "from tensorflow import keras",
            "",
            "",
            "def batches():",
            "    while True:",
            "        yield np.random.rand(8, 3), np.random.randint(0, 4, (8, 1))",
            "",
            "",
            "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])",
            "loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
            f'model.compile("sgd", loss, metrics=["{metric}"])'.replace('["mae"]', "[]"),
            "model.fit(batches(), steps_per_epoch=4, verbose=0)",
            "",
        ]
    )
    messages = [d.message for d in convert(text, Options(keras=keras)).diagnostics]
    assert any("of labels in a column" in message for message in messages) is said
