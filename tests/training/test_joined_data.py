"""Several data sets as one, batches of batches, numbers of whole data sets: the same elements."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(50, 6))
y = rng.normal(size=(50,))
slices = tf.data.Dataset.from_tensor_slices
"""
GENERATED = """\
words = [rng.integers(1, 9, size=rng.integers(2, 12)) for _ in range(40)]


def rows():
    for row in words:
        yield row, len(row) % 2


ds = tf.data.Dataset.from_generator(
    rows, output_types=(tf.int64, tf.int64), output_shapes=([None], [])
)
"""
SUMS = "found = [float(np.sum(a)) + 10 * float(np.sum(b)) for a, b in ds]\n"

TRIALS = {
    "one of two, the last": "CACHE = False\n"
    "ds = slices((x, y)).cache().batch(8) if CACHE else slices((x, y)).batch(16)\n" + SUMS,
    "one of two, the first": "SIZE = 4\n"
    "ds = slices((x, y)).batch(SIZE) if SIZE > 2 else slices((x, y)).take(9).batch(1)\n" + SUMS,
    "zip of unequal lengths": "a, b = tf.data.Dataset.range(3), tf.data.Dataset.range(10, 20)\n"
    "ds = tf.data.Dataset.zip((a, b))\ncount = len(ds)\n" + SUMS,
    "zip of unequal arrays": "a, b = slices(np.ones((7, 2))), slices(np.ones((5, 2)))\n"
    "ds = tf.data.Dataset.zip((a.map(lambda v: v * 2), b)).batch(3)\n" + SUMS,
    "zip with what is repeated": "a = slices(x)\nb = tf.data.Dataset.range(3).repeat()\n"
    "ds = tf.data.Dataset.zip((a, b))\n" + SUMS + "ds = ds.batch(8)\n"
    "again = [float(np.sum(b)) for a, b in ds]\n",
    "batches after batches": "a, b = slices((x, y)).batch(8), slices((x * 2, y)).batch(5)\n"
    "ds = a.concatenate(b)\ncount = len(ds)\n" + SUMS,
    "streams after streams": "a = slices((x, y)).filter(lambda a, b: b > 0)\n"
    "ds = a.concatenate(slices((x, y)).repeat(2)).batch(7)\n" + SUMS,
    "in a loop": "found = []\n"
    "for a, b in tf.data.Dataset.zip((slices(x), slices(y).repeat())):\n"
    "    found.append(float(np.sum(a)) * float(b))\n",
    "batches of stretches": "ds = slices(y).batch(7, drop_remainder=True)\ncount = len(ds)\n"
    "ds = ds.map(lambda part: (part[:-1], part[1:])).batch(3, drop_remainder=True)\n" + SUMS,
    "batches of batches": "ds = slices((x, y)).batch(5, drop_remainder=True)\n"
    "ds = ds.map(lambda a, b: (a * 2, b)).batch(4)\ncount = len(ds)\n" + SUMS,
    "one of two by weight": "a = slices(np.zeros(5)).repeat()\nb = slices(np.ones(5)).repeat()\n"
    "ds = tf.data.Dataset.sample_from_datasets([a, b], [0.0, 1.0]).batch(4)\n"
    "found = [float(np.sum(v)) for v in ds.take(3)]\n",
    "one of two that functions give": "def endless(rows):\n    ds = slices(rows)\n"
    "    return ds.repeat()\n\n\ndef twice(rows):\n    return slices(rows).repeat(2)\n\n\n"
    "rows = twice(y)\nones = endless(np.ones(4))\n"
    "ds = tf.data.Dataset.sample_from_datasets([ones, rows], [0.0, 1.0]).batch(8)\n"
    "found = [float(np.sum(v)) for v in ds.take(12)]\n"
    "more = [float(np.sum(v)) for v in twice(x[:9]).batch(4)]\n"
    "first = [float(np.sum(v)) for v in endless(x[:9]).take(20)]\n"
    "more += [float(np.sum(v)) for v in endless(x[:9]).take(20).batch(3)]\n",
    "all of two": "ds = tf.data.experimental.sample_from_datasets([slices(x), slices(x[:9])])\n"
    "found = sorted(float(np.sum(v)) for v in ds)\n",
    "one of two by number": "ds = tf.data.Dataset.choose_from_datasets(\n"
    "    [slices((x, y)), slices((x[:3] * 2, y[:3]))], tf.data.Dataset.range(2).repeat(6)\n)\n"
    + SUMS,
    "buckets": GENERATED + "ds = ds.bucket_by_sequence_length(\n"
    "    element_length_func=lambda row, label: tf.shape(row)[0],\n"
    "    bucket_boundaries=[5, 8], bucket_batch_sizes=[6, 4, 3],\n)\n"
    + SUMS + "lengths = [row.shape[1] for row, _ in ds]\n",
    "reduced": "ds = slices([8, 3, 0, 8, 2, 1])\n"
    "total = ds.reduce(0, lambda state, value: state + value).numpy()\n"
    "count = int(ds.reduce(np.int64(0), lambda number, _: number + 1))\n"
    "more = slices((x, y)).batch(8).reduce(np.int64(3), lambda n, _: n + 1).numpy()\n"
    "pairs = slices((x, y)).reduce(np.float64(0), lambda s, pair: s + pair[1]).numpy()\n"
    "rows = slices(x).batch(7).reduce(\n"
    "    np.float64(0), lambda s, part: s + tf.reduce_sum(part)\n).numpy()\n",
    "options": "def batches(rows):\n    ds = slices(rows)\n    options = tf.data.Options()\n"
    "    options.deterministic = True\n"
    "    options.experimental_distribute.auto_shard_policy = (\n"
    "        tf.data.experimental.AutoShardPolicy.OFF\n    )\n"
    "    ds = ds.with_options(options)\n    return ds.batch(8)\n\n\n"
    "found = [float(np.sum(a)) for a in batches(x)]\nbatches(x).element_spec\n",
    "sizes of elements": "def scaled(row):\n"
    "    return tf.reduce_sum(row) / tf.cast(tf.shape(row)[0], tf.float64)\n\n\n"
    "found = [float(v) for v in slices(x).map(scaled)]\n"
    "halves = slices(x).batch(7).map(lambda rows: rows[: tf.shape(rows)[0] // 2])\n"
    "found += [float(np.sum(v)) for v in halves]\n",
    "batches of what an object keeps": "class Data:\n    def __init__(self):\n"
    "        self.train = slices((x, y)).batch(16)\n\n\ndata = Data()\n"
    "ds = data.train.map(lambda a, b: (a[:2], b[:2] + 1.0)).batch(2)\n" + SUMS,
    "a model without a shape": "ds = slices((x, y)).batch(16)\n"
    "model = keras.Sequential([keras.layers.Dense(3, activation='relu'), keras.layers.Dense(1)])\n"
    "model.compile('sgd', 'mse')\n"
    "found = model.fit(ds, epochs=2, verbose=0).history['loss']\n"
    "part = slices((x, y))\n"
    "other = keras.Sequential([keras.layers.Dense(1)])\nother.compile('sgd', 'mse')\n"
    "more = other.fit(part.take(30).batch(16), verbose=0).history['loss']\n",
    "letters": "text = 'a text of some letters. ' * 20\nletters = sorted(set(text))\n"
    "number_of = {c: i for i, c in enumerate(letters)}\n"
    "numbers = np.array([number_of[c] for c in text])\n"
    "stretches = slices(numbers).batch(21, drop_remainder=True)\n"
    "first = [int(n) for stretch in stretches.take(2) for n in stretch]\n\n\n"
    "def split(stretch):\n    return stretch[:-1], stretch[1:]\n\n\n"
    "ds = stretches.map(split).batch(4, drop_remainder=True)\n" + SUMS +
    "model = keras.Sequential([\n    keras.layers.Embedding(len(letters), 4),\n"
    "    keras.layers.GRU(5, return_sequences=True),\n    keras.layers.Dense(len(letters)),\n])\n"
    "model.compile('sgd', keras.losses.SparseCategoricalCrossentropy(from_logits=True))\n"
    "losses = model.fit(ds, epochs=2, verbose=0).history['loss']\n",
}  # fmt: skip


@pytest.mark.sample(2)
@pytest.mark.parametrize("text", TRIALS.values(), ids=TRIALS)
def test_gives_the_same(text: str, scripts: Scripts) -> None:
    conversion = convert(HEAD + text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    assert "tf." not in conversion.text
    apart = scripts.compare(HEAD + text, conversion.text)
    assert {"found", "total"} & apart.keys()
    assert max(apart.values()) < 1e-9, apart


REFUSED = {
    "the one of two that is not taken": "BIG = True\n"
    "ds = slices(x).batch(8) if BIG else slices(x).snapshot('there').batch(4)\n",
    "batches of a loader": "ds = slices((x, y)).batch(8).batch(2)\n",
    "a seed": "ds = tf.data.Dataset.sample_from_datasets([slices(x), slices(x)], seed=3)\n",
    "going on": "ds = tf.data.Dataset.choose_from_datasets(\n"
    "    [slices(x), slices(x)], tf.data.Dataset.range(2), stop_on_empty_dataset=False\n)\n",
    "batches and rows": "ds = tf.data.Dataset.zip((slices(x).batch(8), slices(y)))\n",
    "without end": "total = slices(y).repeat().reduce(0.0, lambda s, v: s + v)\n",
    "a state of many": "total = slices(x).reduce(y, lambda s, v: s + v)\n",
    "what is asked of options": "options = tf.data.Options()\nprint(options.autotune)\n"
    "ds = slices(x).with_options(options)\n",
    "what it gives": "ds = slices(x).batch(2)\nprint(ds.element_spec)\n",
    "buckets with values": GENERATED + "ds = ds.bucket_by_sequence_length(\n"
    "    lambda row, label: tf.shape(row)[0], [5], [6, 4], padding_values=(1, 0)\n)\n",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_not_understood_is_said(text: str) -> None:
    conversion = convert(HEAD + text)
    line = HEAD.count("\n") + text[: text.index("tf.") if "tf.data.Opt" in text else 0].count("\n")
    errors = [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert errors
    assert all(d.line > line for d in errors)


def test_that_options_go_is_said_once() -> None:
    conversion = convert(HEAD + TRIALS["options"])
    assert [d.code for d in conversion.diagnostics] == ["T2T402"]
    assert "options" not in conversion.text


PROPERTIES = """\
class Data:
    def __init__(self, rows, size):
        self.rows, self.size = rows, size

    def batches(self, rows, shuffle=False):
        ds = slices((rows, y[: len(rows)])).map(self.scale)
        if shuffle:
            ds = ds.shuffle(50)
        return ds.batch(self.size)

    def scale(self, a, b):
        return a / self.size, b

    @property
    def train(self):
        return self.batches(self.rows, shuffle=True)

    @property
    def test(self):
        return self.batches(self.rows[:20])


data = Data(x, 8)
model = keras.Sequential([keras.layers.Dense(1, input_shape=(6,))])
model.compile("sgd", "mse")
found = model.fit(data.train, epochs=3, validation_data=data.test, verbose=0).history["val_loss"]
score = model.evaluate(data.test, verbose=0)
"""


def test_a_property_is_read_once_for_all_epochs(scripts: Scripts) -> None:
    conversion = convert(HEAD + PROPERTIES)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    assert "train_loader = data.train\n" in conversion.text
    apart = scripts.compare(HEAD + PROPERTIES, conversion.text)
    assert {"found", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
