"""What `cache` keeps of data that would be others the next time."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import random
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.normal(size=(20, 4)).astype("float32"), rng.normal(size=(20, 1)).astype("float32")

m = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
m.compile("sgd", "mse")


"""
SHUFFLED = """\
def samples():
    order = list(range(20))
    random.shuffle(order)
    for i in order:
        yield x[i], y[i]


random.seed(0)
"""
PLAIN = "def samples():\n    for i in range(20):\n        yield x[i], y[i]\n\n\n"
SIG = "(tf.TensorSpec((4,), tf.float32), tf.TensorSpec((1,), tf.float32))"
STREAM = f"tf.data.Dataset.from_generator(samples, output_signature={SIG})"
LOADED = """\
seen = []
def load(i):
    seen.append(int(i))
    return x[int(i)] * len(seen)
def read(i, target):
    row = tf.numpy_function(load, [i], tf.float32)
    row.set_shape((4,))
    return row, target
"""
ROWS = "tf.data.Dataset.from_tensor_slices((np.arange(20), y))"
FIT = "{} = m.fit(ds, epochs=3, verbose=0).history['loss']\n"
CACHED = (
    f"{SHUFFLED}ds = {STREAM}.cache().batch(6)\nfirst = next(iter(ds))[0].numpy()\n"
    f"{FIT.format('a')}"  # a pass that is cut short keeps nothing
    f"{LOADED}ds = {ROWS}.map(read).cache().shuffle(1).batch(6)\n{FIT.format('b')}"
    f"{PLAIN}ds = {STREAM}.batch(6).cache()\n{FIT.format('c')}x *= 2\n{FIT.format('d')}"
)
REFUSED = {
    "in a file": f'{SHUFFLED}ds = {STREAM}.cache("kept").batch(6)\n',
    "cut": f"{SHUFFLED}ds = {STREAM}.cache().batch(6).take(2)\n",
    "the first one": f"{LOADED}ds = {ROWS}.map(read).cache().batch(6)\nfirst = next(iter(ds))\n",
    "a loop that ends": f"{LOADED}ds = {ROWS}.map(read).cache()\nfor row, t in ds: break\n",
    "drawn once": f"ds = {ROWS}.map(lambda i, t: (i * rng.uniform(), t)).batch(6)\n",
    "counted once": LOADED.replace("tf.numpy_function(load, [i], tf.float32)", "load(i)")
    + f"ds = {ROWS}.map(read).batch(6)\n",
}


def test_what_the_first_pass_gave_is_kept(scripts: Scripts) -> None:
    text = HEAD + CACHED
    apart = scripts.compare(text, convert(text, Options(exact=True)).text)
    assert {"a", "b", "c", "d", "seen"} <= apart.keys()
    assert max(apart.values()) < 1e-6, apart  # what tf.data makes are float32


def test_what_is_the_same_again_is_not_kept() -> None:
    converted = convert(f"{HEAD}{PLAIN}ds = {STREAM}.cache().batch(6)\n{FIT.format('a')}").text
    assert "Cached" not in converted


@pytest.mark.parametrize("rest", REFUSED.values(), ids=REFUSED)
def test_what_is_neither_is_refused(rest: str) -> None:
    found = convert(HEAD + rest + FIT.format("a")).diagnostics
    assert any(d.line == (HEAD + rest).count("\n") for d in found if d.severity is Severity.ERROR)
