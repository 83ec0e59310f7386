"""Objects of classes that know of no framework: what their methods give is arrays."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential


class Store:
    def __init__(self, count):
        rng = np.random.RandomState(1)
        self.x = rng.rand(count, 4)
        self.y = rng.rand(count, 2)
        self.more = []

    def add(self, row):
        self.more.append(row)

    def sample(self, count):
        taken = np.arange(count) * 2 + len(self.more)
        return self.x[taken], self.y[taken]

    def rest(self):
        return self.x[20:], self.y[20:]
{more}

class Agent:
    def __init__(self):
        self.store = Store(40)
        self.model = Sequential([Dense(3, input_dim=4, activation="relu"), Dense(2)])
        self.model.compile(loss="mse", optimizer="sgd")

    def learn(self):
{learn}

agent = Agent()
agent.store.add(3)
losses, found = agent.learn()
"""
BATCHES = """
    def batches(self):
        while True:
            for start in range(0, 40, 8):
                yield self.x[start : start + 8], self.y[start : start + 8]

"""
LEARNS = {
    "batch by batch": (
        "",
        "        x, y = self.store.sample(8)\n"
        "        guess = self.model.predict(x, verbose=0)\n"
        "        return [self.model.train_on_batch(x, y)], guess\n",
    ),
    "of an object with a generator": (
        BATCHES,
        "        history = self.model.fit(\n"
        "            self.store.batches(), steps_per_epoch=5, epochs=2, verbose=0\n        )\n"
        "        x, y = self.store.rest()\n"
        "        return history.history['loss'], self.model.evaluate(x, y, verbose=0)\n",
    ),
    "unpacked": (
        "",
        "        history = self.model.fit(\n            *self.store.sample(10), shuffle=False,\n"
        "            validation_data=self.store.rest(), epochs=2, verbose=0,\n        )\n"
        "        x, y = self.store.rest()\n"
        "        return history.history['val_loss'], self.model.predict(x, verbose=0)\n",
    ),
}


@pytest.mark.parametrize("how", LEARNS)
def test_arrays_of_objects(how: str, scripts: Scripts) -> None:
    more, learn = LEARNS[how]
    program = HEAD.replace("{more}", more).replace("{learn}", learn)
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert {"losses", "found"} <= set(apart)
    assert max(apart.values()) < 1e-9, apart


def test_what_is_unpacked_is_taken_for_a_pair() -> None:
    program = HEAD.replace("{more}", "").replace("{learn}", LEARNS["unpacked"][1])
    said = [one.message for one in convert(program).diagnostics]
    assert "`self.store.sample(10)` is taken for a pair of arrays" in said


def test_objects_that_have_to_do_with_the_framework_are_looked_at() -> None:
    """Whose methods give a data set, which is no array."""
    more = (
        "\n    def data(self):\n        import tensorflow as tf\n"
        "        return tf.data.Dataset.from_tensor_slices((self.x, self.y)).batch(4)\n\n"
    )
    learn = (
        "        found = self.model.evaluate(self.store.data(), verbose=0)\n"
        "        return [found], found\n"
    )
    program = HEAD.replace("{more}", more).replace("{learn}", learn)
    assert "torch.as_tensor(self.store.data()" not in convert(program).text


VOCABULARY = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.preprocessing.sequence import pad_sequences

texts = [["a", "b", "c"], ["b", "d"], ["a", "d", "e", "c"], ["e", "d"]] * 6


class Vocabulary:
    def __init__(self, texts):
        self.index = {w: i + 1 for i, w in enumerate(sorted({w for s in texts for w in s}))}

    def encode(self, texts):
        return pad_sequences([[self.index[w] for w in s] for s in texts], maxlen=5)


def build(words):
    model = keras.Sequential([keras.Input((5,)), keras.layers.Embedding(words, 4)])
    model.add(keras.layers.GlobalAveragePooling1D())
    model.add(keras.layers.Dense(1))
    model.compile("sgd", "mse")
    return model


vocabulary = Vocabulary(texts)
model = build(len(vocabulary.index) + 1)
x, y = vocabulary.encode(texts), np.arange(24.0)
losses = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
"""


def test_tables_of_objects_that_ask_keras_for_arrays(scripts: Scripts) -> None:
    result = converted(VOCABULARY, Options(exact=True))
    assert "build(len(vocabulary.index) + 1)" in result
    assert scripts.compare(VOCABULARY, result)["losses"] < 1e-9
