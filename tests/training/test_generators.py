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
    program("model.fit(batches(x, y), steps_per_epoch=2)", f"{ITEM}, targets, size"),
    program("model.fit(batches(x, y), steps_per_epoch=2)", "[*inputs], targets"),
    program("model.fit(batches(x, y), steps_per_epoch=2)", "(inputs, {size: targets})"),
    program("model.fit(batches(x, y), steps_per_epoch=2)", "(inputs, inputs), targets"),
    program("model.fit(batches(x, y), steps_per_epoch=2)", "inputs"),
    program("model.fit(x, batches(x, y))"),
]


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_translated_is_said(text: str) -> None:
    conversion = convert(text)
    assert any(d.severity is Severity.ERROR for d in conversion.diagnostics)
    assert "model.fit(" in conversion.text


LATER = [
    "if size > 8:\n                batch += (targets,)",
    "batch.append(targets)",
    "if size > 8:\n                batch = inputs, targets, targets",
    "batch[1:] = [targets, targets]",
    "held = [batch]\n            batch.extend([targets])\n            batch = held[0], held",
]


@pytest.mark.parametrize("change", LATER, ids=range(len(LATER)))
def test_a_batch_that_is_changed_before_it_is_given_is_not_taken_for_the_first(change: str) -> None:
    text = program("model.fit(batches(x, y), steps_per_epoch=2)", "batch")
    made = f"batch = [inputs, targets]\n            {change}\n            yield"
    text = text.replace("yield", made)
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


def test_arrays_of_a_batch_may_be_changed() -> None:
    changes = "images = inputs[:size]\n            images /= 255.0\n            if size > 8:\n"
    changes += "                images = images[::-1]\n            yield"
    text = program("model.fit(batches(x, y), steps_per_epoch=2)", "images, targets[:size]")
    assert "model.fit(" not in converted(text.replace("yield", changes))


PARTS = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.utils import to_categorical

rng = np.random.RandomState(0)


class Data:
    def __init__(self):
        self.users, self.items = rng.randint(0, 9, (40, 2)), rng.rand(40, 3)
        self.train = self.batches(10)

    def batches(self, size):
        start = 0
        while True:
            rows = np.arange(start, start + size) % 40
            inputs = {inputs}
            labels = self.items[rows].argmax(1)
            {given}
            start += size

    def unlabeled(self):
        for rows in np.arange(40).reshape(4, 10):
            yield ({inputs},)


user, item = layers.Input((2,), name="user"), layers.Input((3,), name="item")
h = layers.Concatenate()([layers.Flatten()(layers.Embedding(9, 2)(user)), item])
total = layers.Dense(1, name="total")(h)
kind = layers.Dense(3, activation="softmax", name="kind")(h)
model = keras.Model([user, item], [total, kind])
model.compile("sgd", ["mse", "categorical_crossentropy"], metrics={{"kind": ["accuracy"]}})
data = Data()
validation = {{"validation_data": data.batches(8), "validation_steps": 5}}
history = model.fit(data.train, steps_per_epoch=4, verbose=0, **validation)
losses = history.history["val_loss"]
history = model.fit(data.batches(10), steps_per_epoch=4, epochs=2, verbose=0)
losses += history.history["loss"]
scores = model.evaluate(data.batches(10), steps=4, verbose=0)
one, other = model.predict(data.batches(10), steps=4, verbose=0)
{asked}
"""
GIVEN = [
    (
        "2",
        "[self.users[rows], self.items[rows]]",
        "yield inputs, [self.items[rows].sum(1), to_categorical(labels, 3)]",
        "",
    ),
    (
        "3",
        '{"user": self.users[rows], "item": self.items[rows]}',
        "weights = np.arange(size), np.ones(size)\n"
        "            targets = self.items[rows].sum(1), to_categorical(labels, 3)\n"
        "            yield inputs, targets, weights",
        "first, second = model.predict(data.unlabeled(), verbose=0)",
    ),
    (
        "3",
        "(self.users[rows], self.items[rows])",
        'targets = {"total": self.items[rows].sum(1, keepdims=True)}\n'
        '            targets["kind"] = to_categorical(labels, 3)\n'
        "            batch = inputs, targets, np.arange(size)\n"
        "            yield batch",
        "first, second = model.predict(data.unlabeled(), steps=4, verbose=0)",
    ),
]


@pytest.mark.parametrize(("keras", "inputs", "given", "asked"), GIVEN, ids=range(len(GIVEN)))
def test_several_inputs_and_outputs(
    keras: str, inputs: str, given: str, asked: str, scripts: Scripts
) -> None:
    text = PARTS.format(inputs=inputs, given=given, asked=asked)
    apart = scripts.compare(text, converted(text, Options(keras=keras)), keras)
    assert {"history", "scores", "one", "other"} <= apart.keys()
    assert ("first" in apart) == bool(asked)
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


ITERATOR = """
class Batches:
    def __init__(self, size):
        self.size, self.start = size, 0

    def __iter__(self):
        return self

    def __next__(self):
        rows = np.arange(self.start, self.start + self.size) % len(x)
        self.start += self.size
        return x[rows], y[rows]


def once(size):
    for start in range(0, len(x), size):
        yield x[start : start + size], y[start : start + size]


def train():
    def pairs():
        while True:
            yield x[:20], y[:20]

    return model.fit(pairs(), steps_per_epoch=2, verbose=0).history["loss"]


losses = train()
history = model.fit(Batches(10), steps_per_epoch=5, epochs=2, verbose=0)
whole = history.history["loss"]
for _ in range(2):
    last = model.fit(once(20), verbose=0).history["loss"]
score = model.evaluate(once(20), verbose=0)
"""


def test_what_gives_batches_besides(scripts: Scripts) -> None:
    """Iterators, which Keras 2 takes; generators that end; those that functions hold."""
    text = program(ITERATOR)
    apart = scripts.compare(text, converted(text, Options(keras="2")), "2")
    assert {"whole", "losses", "last", "score"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


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


AGAIN = {
    "a loop": "seen = batches(x, y)\nfor _ in range(2):\n    {fit}",
    "a function": "def train(g):\n    {fit}\n\n\ng = batches(x, y)\ntrain(g)\ntrain(g)\n".replace(
        "{fit}", "model.fit(g, steps_per_epoch=1)"
    ),
    "a name only": "def train(*, g):\n    model.fit(g, steps_per_epoch=1)\n\n\n"
    "g = batches(x, y)\ntrain(g=g)\ntrain(g=g)\n",
    "a global": "seen = batches(x, y)\ndef train():\n    {fit}\n\n\ntrain()\ntrain()\n",
}
ANEW = {
    "a loop": "for _ in range(2):\n    seen = batches(x, y)\n    {fit}",
    "a function": "def train():\n    seen = batches(x, y)\n    {fit}\n\n\ntrain()\ntrain()\n",
    "a call": "for _ in range(2):\n    model.fit(batches(x, y), steps_per_epoch=1)\n",
}


@pytest.mark.parametrize("case", AGAIN)
def test_a_generator_that_goes_on_is_said(case: str) -> None:
    said = convert(program(AGAIN[case].format(fit="model.fit(seen, steps_per_epoch=1)\n")))
    assert any("in advance" in d.message for d in said.diagnostics)


@pytest.mark.parametrize("case", ANEW)
def test_of_a_new_generator_nothing_is_said(case: str) -> None:
    said = convert(program(ANEW[case].format(fit="model.fit(seen, steps_per_epoch=1)\n")))
    assert not any("in advance" in d.message for d in said.diagnostics)


COUNTING = """\
served = []


def counting():
    for batch in batches(x, y):
        served.append({kept})
        yield batch


model.fit(counting(), steps_per_epoch=2, epochs=2, verbose=0)
{read}
"""


@pytest.mark.parametrize(("read", "said"), [("n = len(served)", True), ("n = 0", False)])
def test_what_changes_as_batches_are_given_is_said(read: str, said: bool) -> None:
    """Where the program reads it, as Keras has taken some batches more by then."""
    found = convert(program(COUNTING.format(kept="len(batch[0])", read=read))).diagnostics
    assert any("`served` changes as `counting` gives batches" in d.message for d in found) is said


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


EVEN = """\
import tensorflow as tf

ds = tf.data.Dataset.from_tensor_slices((x, y)).filter(lambda row, _: row[0] < 9)
ds = ds.batch(16, drop_remainder=True).prefetch(1)
history = model.fit(ds, epochs=2, verbose=0)
score = model.evaluate(ds, verbose=0)
"""


def test_what_keras_3_counts_of_even_batches_is_said(scripts: Scripts) -> None:
    """It goes on with a batch of zeros, where it has not known that there is no other one."""
    text = program(EVEN + LOSSES)
    apart = scripts.compare(text, converted(text, Options(keras="2")), "2")
    assert {"losses", "score"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
    for keras, several in {"2": 0, "3": 2}.items():
        messages = [d.message for d in convert(text, Options(keras=keras)).diagnostics]
        assert sum("one more batch, of zeros" in message for message in messages) == several


REFILLED = """\
def filled(size=10):
    batch = np.zeros((size, 6))
    while True:
        for i in range(size):
            batch[i] = rng.normal(size=6)
        yield batch{}, np.zeros(size)


model.fit(filled(), steps_per_epoch=3)
"""


@pytest.mark.parametrize(
    ("keras", "copied", "said"),
    [("3", "", True), ("auto", "", True), ("2", "", False), ("3", ".copy()", False)],
)
def test_an_array_that_is_filled_again_is_said(keras: str, copied: str, said: bool) -> None:
    found = convert(program(REFILLED.format(copied)), Options(keras=keras)).diagnostics
    assert any("`batch` is filled again" in d.message for d in found) is said


@pytest.mark.parametrize(("loop", "said"), [("for i in range(9):", True), ("while True:", False)])
def test_that_one_ends_is_said(loop: str, said: bool) -> None:
    made = f"def some():\n    {loop}\n        yield x[:4], y[:4]\n\n\n"
    text = program(f"{made}model.fit(some(), steps_per_epoch=2, epochs=3)\n")
    told = [d.message for d in convert(text).diagnostics]
    assert any("stops the training" in message for message in told) == said, told


SHUFFLED = """
import random

random.seed(0)


def shuffled(a, b, size):
    order = np.arange(len(a))
    while True:
        {draw}
        for start in range(0, len(a), size):
            yield a[order[start : start + size]], b[order[start : start + size]]


history = model.fit(shuffled(x, y, 10), steps_per_epoch=len(x) // 10, epochs=2, verbose=0)
losses = history.history["loss"]
"""


def test_one_is_made_before_the_steps_are_counted(scripts: Scripts) -> None:
    text = program(SHUFFLED.format(draw="np.random.shuffle(order)"))
    apart = scripts.compare(text, converted(text))
    assert apart["losses"] < 1e-9


@pytest.mark.parametrize("draw", ["np.random.shuffle(order)", "random.shuffle(order)"])
def test_what_keras_draws_of_the_same_is_said(draw: str) -> None:
    told = [d.message for d in convert(program(SHUFFLED.format(draw=draw))).diagnostics]
    said = any("seeds of its layers" in message for message in told)
    assert said == draw.startswith("random"), told
