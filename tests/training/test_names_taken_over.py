"""Variables of models that stand for another model later on: none takes the place of another."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.rand(40, 1)


def build(units=3):
    inputs = keras.Input((5,))
    return keras.Model(inputs, layers.Dense(1)(layers.Dense(units)(inputs)))


"""
TWO = """\
model = build()
model.compile(keras.optimizers.SGD(0.1), "mse")
h1 = model.fit(x, y, epochs=2, batch_size=8, verbose=0).history["loss"]
second = build(4)
second.compile(keras.optimizers.Adam(0.05), "mae")
h2 = second.fit(x, y, epochs=2, batch_size=8, verbose=0).history["loss"]
"""
THIRD = TWO.replace("model", "third")
CODER = """\
inputs = keras.Input((5,))
code = layers.Dense(3)(inputs)
model = keras.Model(inputs, layers.Dense(5)(code))
model.compile("sgd", "mse")
model.fit(x, x, verbose=0)
"""
HEADED = """\
head = keras.Model(inputs, layers.Dense(1)(code))
head.compile("sgd", "mse")
h = head.fit(x, y, verbose=0).history["loss"]
"""
LOADED = 'model.save("m.keras")\nmodel = keras.models.load_model("m.keras")\n'
LOOP = "for model in [{}]:\n    p = model.predict(x)\n"
ATTEMPT = "try:\n    best = second\nexcept ValueError:\n    best = model\n"
FITTED = 'h = best.fit(x, y, batch_size=8, verbose=0).history["loss"]\n'
BUT_FOR = "best = model\nif h1[-1] > h2[-1]:\n    best = second\n"
EITHER = """\
if h1[-1] < h2[-1]:
    best = model
else:
    best = second
"""
PROGRAMS = {
    "an older model": TWO + """\
model.save("m.keras")
old = model
model = keras.models.load_model("m.keras")
model.compile("sgd", "mae")
e = old.evaluate(x, y, verbose=0)
""",
    "an alias": TWO + """\
other = model
other.save("m.keras")
other = keras.models.load_model("m.keras")
h = other.fit(x, y, verbose=0).history["loss"]
e = model.evaluate(x, y, verbose=0)
""",
    "a file by two names": TWO + """\
model.save("m.keras")
second.save("./m.keras")
again = keras.models.load_model("m.keras")
h = again.fit(x, y, verbose=0).history["loss"]
""",
    "layers of before": CODER + LOADED + HEADED,
    "layers of before a loop": CODER + THIRD + LOOP.format("third") + HEADED,
    "a part of before": """\
part = keras.Sequential([keras.Input((5,)), layers.Dense(3)])
inputs = keras.Input((5,))
code = part(inputs)
part = keras.Sequential([keras.Input((5,)), layers.Dense(3)])
""" + HEADED,
    "the variable of a loop": TWO + LOOP.format("second") + "e = model.evaluate(x, y, verbose=0)\n",
    "a variable of functions": TWO + """\


def report():
    return model.evaluate(x, y, verbose=0)


a = report()
model = build(2)
model.compile("sgd", "mae")
model.fit(x, y, verbose=0)
b = report()
""",
    "an attribute": """\
class Trainer:
    def __init__(self):
        self.model = build()
        self.model.compile("sgd", "mse")

    def restart(self):
        self.model = build(2)
        self.model.compile("adam", "mae")

    def fit(self):
        return self.model.fit(x, y, verbose=0).history["loss"]


trainer = Trainer()
h1 = trainer.fit()
trainer.restart()
h2 = trainer.fit()
""",
    "a layer of an attempt": """\
model = keras.Sequential([keras.Input((5,)), layers.Dense(4)])
try:
    int("7")
except ValueError:
    model.add(layers.Dense(3))
model.add(layers.Dense(1))
model.compile("sgd", "mse")
h = model.fit(x, y, verbose=0).history["loss"]
""",
    "one of an attempt": TWO + ATTEMPT + "e = best.evaluate(x, y, verbose=0)\n",
    "either asked": TWO + EITHER + "e = best.evaluate(x, y, verbose=0)\np = best.predict(x)\n",
    "either trained": TWO + EITHER + FITTED,
    "the first but for": TWO + BUT_FOR + "e = best.evaluate(x, y, verbose=0)\n",
}  # fmt: skip
CONVERTED = {"either asked", "either trained", "the first but for"}


@pytest.mark.parametrize("way", PROGRAMS)
def test_each_name_means_its_own_model(way: str, scripts: Scripts) -> None:
    program = HEAD + PROGRAMS[way]
    made = convert(program, Options(exact=True))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert bool(errors) is (way not in CONVERTED), errors
    if not errors:
        apart = scripts.compare(program, made.text)
        assert max(apart.values()) < 1e-9, apart
