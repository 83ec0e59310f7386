"""Data sets of tf.data: the same histories from torch's data sets, samplers and loaders."""

from __future__ import annotations

import re

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(50, 6))
y = rng.normal(size=(50,))
{data}
model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse", metrics=["mae"], run_eagerly=True)
history = model.fit({fit}, epochs=3, verbose=0)
losses = history.history["loss"]
score = model.evaluate({evaluate}, verbose=0)
prediction = model.predict({predict}, verbose=0)
"""
DATA = "tf.data.Dataset"
SLICES = f"{DATA}.from_tensor_slices"
TRAIN = f"train = {SLICES}((x, y)).batch(16)"
GENERATOR = """\
def rows(count=50):
    for number in range(count):
        yield x[number], y[number]

"""
TYPES = "output_types=(tf.float64, tf.float64), output_shapes=((6,), ())"
SPEC = "output_signature=(tf.TensorSpec((6,), tf.float64), tf.TensorSpec((), dtype=tf.float64))"


def program(data: str, fit: str = "train", evaluate: str = "x, y", predict: str = "x") -> str:
    return PROGRAM.format(data=data, fit=fit, evaluate=evaluate, predict=predict)


def made(steps: str, *more: str, fit: str = "train") -> str:
    """A program that trains on rows of two arrays after some steps."""
    return program("\n".join((f"train = {SLICES}((x, y)){steps}", *more)), fit)


TRIALS = {
    "batches": program(TRAIN),
    "reassigned": made("", "train = train.cache().batch(batch_size=16).prefetch(1)"),
    "validated": program(
        f"{TRAIN}.prefetch(tf.data.AUTOTUNE)\ntest = {SLICES}((x[:20], y[:20])).batch(8)",
        "train, validation_data=test",
        "test",
        "test",
    ),
    "in the call": program(TRAIN, f"{SLICES}((x, y)).batch(10)", "train"),
    "arrays validate": program(TRAIN, "train, validation_data=(x[:9], y[:9])"),
    "remainder dropped": made(".shuffle(9).batch(16, drop_remainder=True)"),
    "remainder dropped by place": made(".shuffle(50, 3).batch(16, True)"),
    "without end": made(".shuffle(50).repeat().batch(16)", fit="train, steps_per_epoch=5"),
    "batches without end": made(".batch(16).repeat()", fit="train, steps_per_epoch=5"),
    "some of the batches": made(".batch(6)", fit="train, steps_per_epoch=3"),
    "more than all batches": made(".batch(6)", fit="train, steps_per_epoch=30"),
    "some of the batches of a step": program(
        TRAIN, "train.map(lambda a, b: (a * 2, b)), steps_per_epoch=len(x) // 20"
    ),
    "all of the batches": made(".batch(6)", fit="train, steps_per_epoch=len(train)"),
    "as many as": made(
        ".batch(6).repeat(2)",
        f"once = {SLICES}((x, y)).repeat(3).batch(7)",
        "counts = [len(once), len(train), len(train.shuffle(1))]",
    ),
    "some validate": made(".batch(6)", fit="train, validation_data=train, validation_steps=2"),
    "some of those without end validate": made(
        ".batch(6)",
        "test = train.repeat()",
        fit="train, validation_data=test, validation_steps=4",
    ),
    "twice": made(".shuffle(50).repeat(2).batch(16)"),
    "batches twice": made(".batch(16).repeat(2)"),
    "batches shuffled": made(".batch(16).shuffle(3)"),
    "one order": made(".shuffle(9, reshuffle_each_iteration=False)", "train = train.batch(7)"),
    "lambda": made(".map(lambda a, b: (a * 2, b + 1.0)).batch(16)"),
    "lambda on batches": made(
        ".batch(16).map(lambda a, b: (a * 2, b), num_parallel_calls=tf.data.AUTOTUNE)"
    ),
    "function": program(
        "def scale(a, b):\n    a = tf.cast(a, tf.float32) / 2.0\n    return tf.square(a), b\n\n"
        f"train = {SLICES}((x, y)).map(scale).batch(16)"
    ),
    "function on batches": program(
        "def scale(a, b):\n    return a - tf.reduce_mean(a, axis=0), b\n\n"
        f"train = {SLICES}((x, y)).batch(16).map(scale)"
    ),
    "filter": made(".filter(lambda a, b: b > 0).batch(4)"),
    "taken": made(".take(30).batch(16)"),
    "more than all taken": made(".take(300).batch(16)"),
    "shuffled, then taken": made(
        ".shuffle(50, seed=2)",
        "count = tf.data.experimental.cardinality(train).numpy()",
        "train = train.take(count // 2).batch(8)",
    ),
    "shuffled, then skipped": made(".shuffle(50).skip(30).batch(16)"),
    "skipped": made(".skip(30).batch(16)"),
    "batches taken": made(".batch(16).skip(1).take(2)"),
    "shard": made(".shard(3, 1).batch(4)"),
    "zip": program(
        f"train = {DATA}.zip(({SLICES}(x), {SLICES}(y))).batch(16)",
        predict=f"{SLICES}(x).batch(8)",
    ),
    "batches side by side": program(
        f"a, b = {SLICES}(x).batch(16), {SLICES}(y).map(lambda v: v * 2).batch(16)\n"
        f"train = {DATA}.zip((a, b))"
    ),
    "zip of two": program(f"train = {DATA}.zip({SLICES}(x), {SLICES}(y)).batch(16)"),
    "enumerate": made(".enumerate().map(lambda i, row: (row[0], row[1])).batch(16)"),
    "concatenate": made(f".concatenate({SLICES}((x[:9] + 1, y[:9]))).batch(16)"),
    "unbatched": made(".batch(7).unbatch().batch(16)"),
    "generator": program(
        f"{GENERATOR}train = {DATA}.from_generator(rows, {TYPES}).shuffle(9).batch(16)"
    ),
    "generator with shapes": program(
        f"{GENERATOR}train = {DATA}.from_generator(rows, {SPEC}).batch(16).prefetch(1)"
    ),
    "generator with arguments": program(
        f"{GENERATOR}train = {DATA}.from_generator(rows, args=(30,), {TYPES}).batch(16)"
    ),
    "generator in a lambda": program(
        f"{GENERATOR}train = {DATA}.from_generator(lambda: rows(20), {SPEC}).batch(16)"
    ),
    "generator that is called": program(
        "class Rows:\n    def __init__(self, count):\n        self.count = count\n\n"
        "    def __call__(self):\n"
        "        for n in range(self.count):\n            yield x[n], y[n]\n\n"
        f"train = {DATA}.from_generator(Rows(40), {SPEC}).batch(16)"
    ),
    "generator of batches": program(
        "def batches():\n"
        "    for n in range(0, 50, 10):\n        yield x[n : n + 10], y[n : n + 10]\n\n"
        f"train = {DATA}.from_generator(batches, output_signature=("
        "tf.TensorSpec((None, 6), tf.float64), tf.TensorSpec((None,), tf.float64)))"
    ),
    "split in two": program(
        f"both = (x + rng.normal(size=x.shape), y)\nrows = {SLICES}(both)\n"
        "train, test = keras.utils.split_dataset(rows, left_size=0.7)\n"
        "some, others = keras.utils.split_dataset(rows, 12)\nsizes = [len(some), len(others)]\n"
        "third, rest = keras.utils.split_dataset(\n"
        "    [x, y], 8, right_size=0.25, shuffle=True, seed=3)\n"
        "sizes += [np.array(a).sum() for part in (third, rest) for a, _ in part]\n"
        "_, last = keras.utils.split_dataset(x, right_size=3)\n"
        "sizes += [np.array(a).sum() for a in last]\n"
        "train, test = train.batch(8), test.batch(4)",
        "train, validation_data=test",
        "test",
    ),
    "one batch": program(f"train = {DATA}.from_tensors((x, y))"),
    "samples in turn": program(
        f"train = {DATA}.range(10).interleave("
        f"lambda i: {DATA}.zip(({SLICES}(x[:4]), {SLICES}(y[:4]))), cycle_length=3).batch(8)"
    ),
    "padded": program(
        "def rows():\n    for n in range(18):\n        yield x[n][: n % 6 + 1], y[n]\n\n"
        f"train = {DATA}.from_generator(rows, output_signature=("
        "tf.TensorSpec((None,), tf.float64), tf.TensorSpec((), tf.float64)))\n"
        "train = train.padded_batch(6, padded_shapes=([None], []))"
    ),
    "padded to sizes": program(
        "x, y = np.round(x * 4) / 4, np.round(y * 4) / 4\n\n"
        "def rows():\n    for n in range(18):\n        yield x[n][: n % 5 + 1], x[:n, :2], y[n]\n\n"
        "spec = (tf.TensorSpec((None,), tf.float32),\n"
        "        tf.TensorSpec((None, 2), tf.float32),\n"
        "        tf.TensorSpec((), tf.float32))\n"
        f"parts = {DATA}.from_generator(rows, output_signature=spec)\n"
        "pairs = parts.padded_batch(4, padded_shapes=([None], [18, None], []))\n"
        "sums = [float(np.sum(a)) + b.shape[1] for a, b, c in pairs]\n"
        "train = parts.map(lambda a, b, c: (a, c))\n"
        "train = train.padded_batch(6, ([6], []), padding_values=(0.5, 0.0))\n"
        "train = train.map(lambda a, c: (tf.cast(a, tf.float64), tf.cast(c, tf.float64)))"
    ),
    "weights": program(f"train = {SLICES}((x, y, np.abs(y))).batch(16)", evaluate="train"),
    "windows": program(
        "series = np.arange(60.0) / 60\n"
        f"train = {SLICES}(series).window(7, shift=1, drop_remainder=True)\n"
        "train = train.flat_map(lambda window: window.batch(7))\n"
        "train = train.shuffle(100).map(lambda window: (window[:-1], window[-1])).batch(8)"
    ),
    "windows of pairs, and such that leave steps out": program(
        f"numbers = {SLICES}(np.arange(30.0)).window(4, shift=3, stride=2, drop_remainder=True)\n"
        "numbers = numbers.flat_map(lambda window: window.batch(4))\n"
        "sums = [float(np.sum(window)) for window in numbers]\n"
        f"rows = {SLICES}((x, y))\n"
        "rows = rows.window(3, shift=2, stride=4)\n"
        "train = rows.flat_map("
        f"lambda a, b: {DATA}.zip((a.batch(3, True), b.batch(3, drop_remainder=True))))\n"
        "train = train.map(lambda a, b: (a[1], b[2])).batch(4)"
    ),
    "under a condition": program(
        "def data(x, y, training):\n"
        f"    made = {SLICES}((x, y))\n"
        "    if training:\n        made = made.shuffle(50)\n"
        "    return made.batch(16)\n\n"
        "train, test = data(x, y, True), data(x[:9], y[:9], training=False)",
        "train, validation_data=test",
        "test",
    ),
    "methods": program(
        "class Data:\n"
        "    SIZE = 2\n\n"
        "    def __init__(self):\n        self.factor = 3.0\n\n"
        "    def scale(self, a, b):\n        return tf.square(a) / self.factor, b\n\n"
        "    @classmethod\n    def less(cls, a, b):\n        return a - cls.SIZE, b\n\n"
        "    @staticmethod\n    def more(a, b):\n        return tf.cast(a, tf.float32) + 1.0, b\n\n"
        "    def load(self):\n"
        f"        made = {SLICES}((x, y)).map(lambda a, b: self.scale(a, b))\n"
        "        return made.map(self.less).map(Data.more).batch(16)\n\n"
        "train = Data().load()"
    ),
    "kept by an object": program(
        "class Data:\n"
        "    def __init__(self):\n        self.train, self.test = self.load()\n\n"
        "    def load(self):\n"
        f"        return {SLICES}((x, y)).batch(16), {SLICES}((x[:9], y[:9])).batch(4)\n\n"
        "    def doubled(self):\n"
        "        return self.test.map(lambda a, b: (a * 2.0, b))\n\n"
        "data = Data()",
        "data.train, validation_data=data.doubled()",
        "data.test",
    ),
    "a model of an object": program(
        "class Trainer:\n"
        "    def __init__(self):\n"
        f"        self.data = {SLICES}((x, y)).batch(10)\n"
        "        self.model = keras.Sequential([keras.layers.Dense(1, input_shape=(6,))])\n\n"
        "    def train(self):\n"
        '        self.model.compile("sgd", "mse")\n'
        "        return self.model.fit(self.data, epochs=2, verbose=0)\n\n"
        f'first = Trainer().train().history["loss"]\n{TRAIN}'
    ),
    "two at once": program(
        "def data(x, y):\n"
        f"    one = {SLICES}((x[:30], y[:30])).batch(8)\n"
        f"    two = {SLICES}((x[30:], y[30:])).batch(8)\n"
        "    return one, two\n\n"
        "train, test = data(x, y)",
        "train, validation_data=test",
    ),
    "in a loop": program(f"{TRAIN}\ntotal = 0.0\nfor a, b in train.take(2):\n    total += len(a)"),
    "numbered": program(f"{TRAIN}\nfor i, (a, b) in enumerate(train.take(2)):\n    last = i"),
    "numbers": program(f"{TRAIN}\nfor i, (a, b) in train.take(2).enumerate():\n    last = i"),
    "parts of dicts": program(
        f'columns = {{"a": x[:, 0], "b": x[:, 1]}}\n'
        "def add(parts, label):\n"
        '    parts["c"] = parts["a"] * parts["b"]\n'
        '    parts["a"] = parts["a"] - 1.0\n    return parts, label\n\n'
        "def joined(parts, label):\n"
        '    a, b, c = parts["a"], parts["b"], parts["c"]\n'
        "    return tf.stack([a, b, c, c, b, a], axis=-1), label\n\n"
        f"named = {SLICES}((dict(columns), y)).map(add).batch(16)\n"
        "train = named.map(joined)\n"
        'firsts = [float(parts["c"][0]) for parts, _ in named]\n'
        'lowest = [np.min(parts["a"]) for parts, _ in named]'
    ),
    "a part that may lack": program(
        "def scale(a, b=None):\n    a = tf.cast(a, tf.float32) * 2.0\n"
        "    if b is None:\n        return a\n    return a, b\n\n"
        f"train = {SLICES}((x, y)).map(scale).batch(16)\n"
        f"test = {SLICES}(x).map(scale).batch(16)",
        predict="test",
    ),
    "conditions of callers": program(
        "def batches(x, y, training=True):\n"
        f"    made = {SLICES}((x, y))\n"
        "    if training:\n        made = made.shuffle(50).repeat()\n"
        "    return made.batch(16, drop_remainder=training)\n\n"
        f"def samples(shuffle):\n    made = {SLICES}((x, y))\n"
        "    if shuffle:\n        made = made.shuffle(50)\n    return made\n\n"
        "def tests(passes):\n    made = batches(x[:20], y[:20], training=False)\n"
        "    if passes:\n        made = made.repeat()\n    return made\n\n"
        "test, few = tests(False), samples(shuffle=False).batch(8)",
        "batches(x, y), steps_per_epoch=5, validation_data=tests(True), validation_steps=3",
        "test",
        "few",
    ),
    "either of two": program(
        "def batches(x, y, training):\n"
        f"    made = {SLICES}((x, y))\n"
        "    made = made.shuffle(50) if training else made\n"
        "    made = made.repeat() if training else made\n"
        "    made = made.batch(16, drop_remainder=training)\n"
        "    return made.map(lambda a, b: (a * 2.0, b)) if not training else made\n\n"
        "test = batches(x, y, False)\nfirst = 0\n"
        f"for row in {SLICES}(x).take(7).repeat(2):\n    first += float(row[0])\n"
        f"firsts = [float(rows[0][0]) for rows in {SLICES}(x).skip(1).take(9).batch(2)]\n"
        f"count = len([row for row in {SLICES}(x).shuffle(9)])",
        "batches(x, y, training=True), steps_per_epoch=5, validation_data=test",
        "test",
    ),
    "arrays of tensors": program(
        "def series(values, axis):\n    values = tf.expand_dims(values, axis)\n"
        f"    return {SLICES}((values[..., 0], y)).batch(16)\n\n"
        "train = series(x, -1)\n"
        "one = tf.expand_dims(x[0], axis=0)\n"
        "hot = tf.one_hot(np.arange(5) % 3, 3)\n"
        f"drawn = [len(row) for row in {SLICES}(tf.random.uniform((4, 7)))]",
        predict="one",
    ),
    "functions of NumPy": program(
        "import os\nimport tempfile\n\nroot = tempfile.mkdtemp()\n"
        'paths = [os.path.join(root, f"{n}.npy") for n in range(30)]\n'
        "for path, row in zip(paths, x):\n    np.save(path, row[::-1])\n\n"
        "def read(path):\n    path = path.decode()\n    return np.load(path)[::-1]\n\n"
        "def parse(path, label):\n"
        "    def _parse(path, label):\n"
        "        row = read(path)\n        return row, label * 2\n\n"
        "    row, label = tf.numpy_function(_parse, [path, label], [tf.float64, tf.float64])\n"
        "    row.set_shape([6])\n    label.set_shape([])\n    return row, label\n\n"
        "def halved(row):\n    return row.numpy()[::-1] / 2\n\n"
        "def number(path):\n    return np.float32(len(str(path, 'utf-8')))\n\n"
        f"train = {SLICES}((paths, y[:30])).map(parse)\n"
        "def half(row, label):\n    row = tf.py_function(halved, [row], tf.float64)\n"
        "    row.set_shape([6])\n    return row, label\n\n"
        "train = train.map(half).batch(8)\n"
        f"found = {SLICES}(paths).map(lambda p: tf.numpy_function(number, [p], tf.float32))\n"
        "numbers = [float(one) for one in found]"
    ),
    "parts of paths": program(
        "import os\nimport tempfile\n\nroot = tempfile.mkdtemp()\n"
        "for n in range(12):\n    folder = os.path.join(root, 'ab'[n % 2])\n"
        "    os.makedirs(folder, exist_ok=True)\n"
        '    np.save(os.path.join(folder, f"{n}.npy"), x[n])\n'
        'kinds = np.array(["a", "b"])\n\n'
        "def label_of(path):\n    parts = tf.strings.split(path, os.path.sep)\n"
        "    return tf.argmax(parts[-2] == kinds)\n\n"
        "def number_of(path):\n    name = tf.strings.split(path, os.sep)[-1]\n"
        '    return tf.strings.to_number(tf.strings.split(name, ".")[0], tf.float64)\n\n'
        "def read(path):\n    return np.load(path.decode())\n\n"
        "if len(x) > 3:\n"
        "    def parse(path):\n        row = tf.numpy_function(read, [path], tf.float64)\n"
        "        row.set_shape([6])\n"
        "        return row, tf.cast(label_of(path), tf.float64) + number_of(path)\n\n"
        f'    files = {DATA}.list_files(os.path.join(root, "*/*"), shuffle=False)\n'
        "    train = files.map(parse).batch(4)\n"
        "lengths = [len(path.numpy().decode()) - len(root) for path in files.take(3)]"
    ),
    "reductions of NumPy": program(
        f"{TRAIN}\nmeans = []\nfor a, b in train:\n    means.append(np.mean(a))\n"
        "    row = a[0]\n    means.append(np.max(row) + np.sum(b[1:], axis=0))\n"
        "for i, (a, b) in enumerate(train.take(2)):\n    means.append(np.min(a) * i)\n"
        "batch = next(iter(train))\nmeans.append(np.std(batch[0][1]))\n"
        "means += [np.all(a) for a, _ in train]\n"
        "batches = iter(train)\nfirst = next(batches)\nsecond = batches.get_next()\n"
        "means.append(second[0].numpy().sum() + batches.get_next()[1].numpy().sum())\n"
        "counts = {}\nfor number in tf.data.Dataset.range(9):\n"
        "    counts[number.numpy() % 3] = counts.get(number.numpy() % 3, 0) + 1\n"
        "means += [counts[2], *batch[0].shape.as_list()]"
    ),
    "a pair of a function, and what is drawn in order": program(
        "def pair(count):\n    inputs = np.random.rand(count, 6)\n"
        "    return inputs, inputs.sum(axis=1)\n\n\n"
        f"def drawn(count):\n    both = pair(count)\n    return {SLICES}(both).batch(8)\n\n"
        "np.random.seed(2)",
        "drawn(40), validation_data=drawn(20)",
    ),
    "arrays": program(f"{TRAIN}\nfor a, b in train.as_numpy_iterator():\n    last = b.sum()"),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("text", TRIALS.values(), ids=TRIALS)
def test_trains_equally(text: str, scripts: Scripts) -> None:
    conversion = convert(text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    assert "tf." not in conversion.text
    apart = scripts.compare(text, conversion.text)
    assert {"losses", "score", "prediction"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("steps", "loader"),
    [
        (".shuffle(50).batch(16)", "batch_size=16, shuffle=True)"),
        (".batch(16)", "batch_size=16)"),
        (".shuffle(1).batch(16)", "batch_size=16)"),
        (".shuffle(50).repeat().batch(16)", "sampler=RepeatedSampler(train, shuffle=True)"),
    ],
)
def test_what_is_shuffled_stays_shuffled(steps: str, loader: str) -> None:
    text = convert(program(f"train = {SLICES}((x, y))\ntrain = train{steps}", "train")).text
    assert loader in text


ENDLESS = "def data():\n    return tf.data.Dataset.range(9).repeat()\n\ndata().batch(3)\n" + TRAIN


@pytest.mark.parametrize(
    "text",
    [
        made(""),
        made(".batch(16).repeat()"),
        made(".filter(lambda a, b: b > 0).unbatch().batch(4)", fit="train, steps_per_epoch=2"),
        made(".batch(4).filter(lambda a, b: b[0] > 0)", fit="train, steps_per_epoch=2"),
        made(".batch(16)", fit="train, y"),
        made(
            "",
            "def data(repeat):\n    made = train.batch(4)\n"
            "    if repeat:\n        made = made.repeat()\n    return made\n",
            fit="data(len(x) > 3), steps_per_epoch=2",
        ),
        program(f"def data(arrays):\n    return {SLICES}(arrays).batch(4)\n\ntrain = data((x, y))"),
        program(
            'def add(parts, b):\n    parts["a"] = parts["a"] * 2.0\n    return parts, b\n\n'
            f'train = {DATA}.from_tensors(({{"a": x}}, y)).map(add)'
        ),
        made(".map(lambda a, b: (a * factor, b)).batch(8)", "factor = 3.0").replace(
            "train =", "factor = 2.0\ntrain =", 1
        ),
    ],
)
def test_what_can_not_be_trained_with_is_said(text: str) -> None:
    conversion = convert(text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "model.compile(" in conversion.text
    assert "history = model.fit(" in conversion.text


def test_keras_2_stops_where_a_data_set_ends() -> None:
    text = made(".batch(16)", fit="train, steps_per_epoch=2")
    messages = [d.message for d in convert(text, Options(keras="2")).diagnostics]
    assert any("steps_per_epoch of a data set that ends" in message for message in messages)


REFUSED = {
    "kept at random in a file": '.shuffle(50).cache("kept").batch(16)',
    "a seed for a sampler": ".shuffle(50, seed=1).repeat().batch(16)",
    "unknown step": ".apply(print).batch(16)",
    "unknown argument": ".batch(16, surprise=1)",
    "batches of batches": ".batch(16).batch(2)",
    "repeated twice": ".repeat(2).repeat(2).batch(2)",
    "padded to a size": ".padded_batch(4, padded_shapes=([len(x)], []))",
    "windows alone": ".window(3).batch(2)",
    "reduced": ".batch(4).map(lambda a, b: (np.sqrt(a), b))",
    "of each, without end": ".interleave(lambda a: tf.data.Dataset.range(3).repeat(), 2).batch(2)",
    "of each, of processors": ".map(lambda a, b: a).interleave(tf.data.Dataset.from_tensors)",
    "of each, by a function": ".flat_map(rows).batch(2)",
    "too many parameters": ".map(lambda a: a).batch(2)",
}


@pytest.mark.parametrize("steps", REFUSED.values(), ids=REFUSED)
def test_steps_that_are_not_understood_are_said_at_their_place(steps: str) -> None:
    text = made(steps)
    conversion = convert(text)
    line = text[: text.index("train = ")].count("\n") + 1
    errors = [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert line in {d.line for d in errors}
    assert re.search(r"# TODO\(tf2torch\) T2T103: .*\ntrain = tf\.data", conversion.text)


def test_what_gives_several_arrays_is_no_single_one() -> None:
    text = program(f"def pair():\n    return x, y\n\n\ntrain = {SLICES}(pair()).batch(16)")
    messages = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("`pair()` is several arrays at once" in message for message in messages)


IMAGES = f"""\
import tensorflow as tf
from tensorflow import keras

data, _ = keras.datasets.mnist.load_data()
train = {SLICES}(data).batch(16)
"""


def test_images_and_labels_together_are_two_arrays() -> None:
    assert "TensorDataset(torch.tensor(data[0]), torch.tensor(data[1]))" in convert(IMAGES).text


OBJECT = (
    "class Data:\n    def __init__(self):\n"
    f"        self.train = {SLICES}((x, y)).batch(16)\n\ndata = Data()\n"
)


@pytest.mark.parametrize(
    "text",
    [
        f"{OBJECT}data.train = data.train.map(lambda a, b: (a, b))\n",
        f"{OBJECT}train = data.train.map(np.sqrt)",
    ],
)
def test_steps_of_what_an_object_keeps_are_said(text: str) -> None:
    text = program(text, "data.train")
    line = text[: text.index("data = Data()")].count("\n") + 2
    conversion = convert(text)
    assert line in {d.line for d in conversion.diagnostics if d.severity is Severity.ERROR}


MODEL = (
    "flip = keras.Sequential([keras.layers.RandomFlip()])\n"
    f"train = {SLICES}(np.ones((8, 4, 4, 3), 'float32')).batch(4)\n"
)


@pytest.mark.parametrize(
    "step",
    [
        "lambda image: flip(image, training=False)",
        "lambda image: flip(tf.cast(image, tf.float32))",
        "lambda image: flip(image)\nflip.trainable = False",
    ],
)
def test_models_in_steps_are_in_training_and_nowhere_else(step: str) -> None:
    function, _, after = step.partition("\n")
    text = program(f"{MODEL}train = train.map({function})\n{after}", "x, y")
    messages = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any(message.startswith("`map` is left") for message in messages)


def test_a_layer_that_only_steps_call_goes_without_a_model_too() -> None:
    data = f"{SLICES}(np.ones((8, 3))).map(lambda row: half(row))"
    imports = "import numpy as np\nimport tensorflow as tf\n\n"
    text = f"{imports}half = tf.keras.layers.Rescaling(0.5)\nds = {data}\n"
    conversion = convert(text)
    assert conversion.diagnostics == ()
    assert "keras" not in conversion.text
    assert "lambda row: row * 0.5" in conversion.text


def test_a_method_of_what_may_be_a_data_set_is_said() -> None:
    text = program(f"{TRAIN}\nfor _ in range(2):\n    train = train.map(lambda a, b: (a, b))")
    conversion = convert(text)
    assert [d.line for d in conversion.diagnostics if d.severity is Severity.ERROR]


def test_what_a_data_set_needs_is_emitted_also_for_a_function_with_a_model(
    scripts: Scripts,
) -> None:
    text = "\n".join(
        [
            "import numpy as np",
            "import tensorflow as tf",
            "",
            "",
            "def main():",
            "    rng = np.random.default_rng(0)",
            "    x, y = rng.normal(size=(40, 6)), rng.normal(size=(40, 1))",
            "    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(6,))])",
            '    model.compile("sgd", "mse")',
            "    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8).shuffle(10)",
            "    history = model.fit(data, epochs=2, verbose=0)",
            '    return history.history["loss"]',
            "",
            "",
            "losses = main()",
            "",
        ]
    )
    result = convert(text).text
    assert "class ShuffledStream(" in result
    apart = scripts.compare(text, result)
    assert apart["losses"] < 1e-9
