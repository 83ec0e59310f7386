"""Objects of the program's own that get a model: their methods train and ask it."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 8))
y = (x[:, :1] > 0).astype("float32")


def build(units=4):
    return keras.Sequential([keras.Input((8,)), layers.Dense(units), layers.Dense(1)])


"""
FIT = "self.model.fit(x, y, epochs=self.epochs, batch_size=20, shuffle=False, verbose=0)"
TRAINER = f"""class Trainer:
    def __init__(self, model: keras.Model, epochs=2):
        self.model = model
        self.epochs = epochs

    def train(self, x, y):
        history = {FIT}
        return history.history["loss"]

    def score(self, x, y):
        return self.model.evaluate(x, y, verbose=0)

    def ask(self, x):
        return self.model.predict(x, verbose=0).mean()


"""
GIVES = 'return history.history["loss"]'
KEYED = 'return {self.epochs: history.history["loss"]}'
COMPILE = 'compile(keras.optimizers.SGD(0.05, momentum=0.5), loss="mse", metrics=["mae"])'
COMPILING = TRAINER.replace(
    "    def train", f"    def prepare(self):\n        self.model.{COMPILE}\n\n    def train"
)
USE = "losses = trainer.train(x, y)\nscore = trainer.score(x, y)\nmean = trainer.ask(x)\n"
COMPILED = f"""def compiled(units):
    model = build(units)
    model.{COMPILE}
    return model


"""
NAMED_ALIKE = TRAINER.replace("def ask(", "def predict(").replace("def score(", "def evaluate(")
MEAN = """class Mean:
    def train(self, x, y):
        self.mean = y.mean()

    def predict(self, x):
        return self.mean


"""
REPORT = """def report(trainer):
    score = trainer.evaluate(x, y)
    return [*score, trainer.predict(x)]


"""
PAIR = """class Pair:
    def __init__(self, first, second):
        self.first = first
        self.second = second

    def step(self, x, y):
        loss = self.first.train_on_batch(x, y)
        other = self.second.train_on_batch(x, self.first.predict(x, verbose=0))
        return loss, other


"""


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "program",
    [
        # compiled outside: the object gets criterion and optimizer
        f"{TRAINER}model = build()\nmodel.{COMPILE}\ntrainer = Trainer(model)\n{USE}",
        f"{TRAINER}model = build()\nmodel.{COMPILE}\ntrainer = Trainer(epochs=3, model=model)\n"
        f"{USE}more = trainer.train(x, 1 - y)\nfound = model.predict(x, verbose=0)\n",
        f"{TRAINER}def main(units):\n    model = build(units)\n    model.{COMPILE}\n"
        "    trainer = Trainer(model, 1)\n    losses = trainer.train(x, y)\n"
        "    return losses + trainer.score(x, y)\n\n\nfirst, second = main(4), main(6)\n",
        # the module takes it back
        f"{TRAINER}model = build()\nmodel.{COMPILE}\ntrainer = Trainer(model)\n"
        f"model = trainer.model\n{USE}found = model.predict(x, verbose=0)\n",
        # others ask the object for it
        f"{TRAINER}def go_on(trainer):\n    trainer.model.fit(x, y, shuffle=False, verbose=0)\n\n\n"
        f"model = build()\nmodel.{COMPILE}\ntrainer = Trainer(model)\ngo_on(trainer)\n{USE}",
        # compiled by itself
        f"{COMPILING}trainer = Trainer(build())\ntrainer.prepare()\n{USE}",
        f"{COMPILING}model = build()\ntrainer = Trainer(model)\ntrainer.prepare()\n{USE}"
        "found = model.predict(x, verbose=0)\n",
        f"{COMPILING}scores = []\nfor units in (2, 5):\n    trainer = Trainer(build(units))\n"
        "    trainer.prepare()\n    trainer.train(x, y)\n    scores.append(trainer.score(x, y))\n",
        # its methods are called as those of models, with what only these take
        f"{TRAINER.replace('train(self, x, y)', 'fit(self, x, y, validation_data=None)')}"
        f"model = build()\nmodel.{COMPILE}\ntrainer = Trainer(model)\n"
        "losses = trainer.fit(x, y, validation_data=(x, y))\n",
        f"{NAMED_ALIKE}{REPORT}model = build()\nmodel.{COMPILE}\ntrainer = Trainer(model)\n"
        "losses = trainer.train(x, y) + report(trainer)\n",
        f"{NAMED_ALIKE}{MEAN}model = build()\nmodel.{COMPILE}\n\n\ndef scores_of(found):\n"
        "    for one in found.values():\n        one.train(x, y)\n"
        "    return [one.predict(x) for one in found.values()]\n\n\n"
        "losses = scores_of({'mean': Mean(), 'net': Trainer(model)})\n",
        # what one of them gives has an entry whose key only the run tells
        f"{TRAINER.replace(GIVES, KEYED)}model = build()\nmodel.{COMPILE}\n"
        f"trainer = Trainer(model)\n{USE}losses = losses[2]\n",
        # two models, each with its own
        f"{PAIR}a, b = build(), build(3)\na.compile('sgd', 'mse')\n"
        "b.compile(keras.optimizers.SGD(0.2), 'mae')\npair = Pair(a, b)\n"
        "losses = [pair.step(x, y) for _ in range(3)]\n",
        # given at once by a function that compiles it: it gets a name
        f"{COMPILED}{TRAINER}trainer = Trainer(compiled(3), epochs=1)\n{USE}",
        f"{COMPILED}{TRAINER}scores = []\nfor units in (2, 5):\n"
        "    trainer = Trainer(epochs=1, model=compiled(units))\n    trainer.train(x, y)\n"
        "    scores.append(trainer.score(x, y))\n",
        f"{COMPILED}{PAIR}pair = Pair(compiled(2), compiled(3))\n"
        "losses = [pair.step(x, y) for _ in range(3)]\n",
    ],
)
def test_the_methods_train_the_model(program: str, scripts: Scripts) -> None:
    program = HEAD + program
    conversion = convert(program)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "keras" not in conversion.text.replace("init_like_keras", "").replace("Keras's", "")
    apart = scripts.compare(program, conversion.text)
    assert {"losses", "first", "scores"} & apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        # made before the optimizer is
        (
            f"{TRAINER}model = build()\ntrainer = Trainer(model)\nmodel.{COMPILE}\n{USE}",
            "gets the model before it is compiled",
        ),
        # one class for several models, which may be trained differently
        (
            f"{TRAINER}model = build()\nmodel.{COMPILE}\ntrainer = Trainer(model)\n"
            f"other = build(7)\nother.compile('adam', 'mae')\nsecond = Trainer(other)\n{USE}",
            "`Trainer` is left as it is",
        ),
        # it is compiled once more
        (
            f"{TRAINER}model = build()\nmodel.{COMPILE}\ntrainer = Trainer(model)\n{USE}"
            "model.compile('sgd', 'mae')\nmore = trainer.train(x, y)\n",
            "gets the model before it is compiled",
        ),
        # another model may be in its place
        (
            f"{TRAINER}model = build()\nmodel.{COMPILE}\ntrainer = Trainer(model)\n"
            f"trainer.model = build(9)\n{USE}",
            "",
        ),
        # a function takes it from the object
        (
            f"{NAMED_ALIKE}{REPORT}model = build()\nmodel.{COMPILE}\ntrainer = Trainer(model)\n"
            "losses = trainer.train(x, y) + report((trainer, trainer.model)[len(x) > 9])\n",
            "`trainer.evaluate` in `report` may be of this model",
        ),
        (
            f"{TRAINER.replace('self.model = model', 'self.model = model or build()')}"
            f"model = build()\nmodel.{COMPILE}\ntrainer = Trainer(model)\n{USE}",
            "",
        ),
    ],
)
def test_what_is_not_sure_is_said(program: str, reason: str) -> None:
    conversion = convert(HEAD + program)
    messages = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in messages), messages
    assert "train_epoch(" not in conversion.text


def test_a_method_that_is_not_understood_is_said() -> None:
    text = f"{HEAD}class Trainer:\n    def __init__(self):\n        self.model = build()\n\n"
    text += "    def train(self, tag):\n        self.model.compile('sgd', 'mse')\n"
    text += f"        history = {FIT.replace('self.epochs', '2')}\n"
    text += "        return {tag, history.history['loss'][0]}\n\n\ntrainer = Trainer()\n"
    messages = [d.message for d in convert(f"{text}found = trainer.train(0)\n").diagnostics]
    assert any("`compile` is left as it is" in message for message in messages), messages


def test_what_may_be_a_model_is_said_beside_a_class_with_such_a_method() -> None:
    text = f"{HEAD}{TRAINER.replace('def train', 'def fit')}trainer = Trainer(build())\n"
    text += "trainer = unknown(trainer)\ntrainer.fit(x, y, callbacks=[])\n"
    messages = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("`trainer.fit` is left as it is" in message for message in messages), messages


LIKE_MODELS = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(64, 4)
y = (x.sum(1) > 2).astype("float32")


class Trainer:
    def __init__(self, units):
        self.units = units
        self.model = None

    def build(self):
        inputs = keras.Input((4,))
        h = keras.layers.Dense(self.units, activation="relu")(inputs)
        self.model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(h))
        self.model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        return self.model

    def train(self, x, y):
        self.build()
        self.history = self.model.fit(x, y, epochs=2, shuffle=False, verbose=0)
        return self.history.history

    def predict(self, x, threshold=0.5):
        return self.model.predict(x, verbose=0)[:, 0]

    def evaluate(self, x, y):
        return self.model.evaluate(x, y, verbose=0)


def main():
    trainer = Trainer(6)
    history = trainer.train(x, y)
    return history["loss"], trainer.predict(x), trainer.evaluate(x, y)


losses, proba, score = main()
"""


def test_a_class_may_have_methods_that_are_called_as_those_of_models(scripts: Scripts) -> None:
    apart = scripts.compare(LIKE_MODELS, convert(LIKE_MODELS).text)
    assert max(apart.values()) < 1e-9, apart
    assert {"losses", "proba", "score"} <= apart.keys()
