"""Models that objects keep, and that others than their methods train and ask."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

BUILT = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(24, 4), rng.randint(0, 3, 24)


class Net:
    def __init__(self, units, rate=0.1):
        self.units = units
        self.model = self.build()

    def build(self):
        inputs = keras.Input((4,))
        hidden = layers.Dense(self.units, activation="relu")(inputs)
        return keras.Model(inputs, layers.Dense(3, activation="softmax")(hidden))

    def train(self, x, y):
        return self.model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)


"""
COMPILED = """
        self.model.compile(
            keras.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
"""
HEAD = BUILT.replace("self.build()\n", f"self.build(){COMPILED}")
OUTSIDE = f"""{HEAD}
def score(net, x, y):
    return net.model.evaluate(x, y, verbose=0)


def labels(x):
    return np.argmax(first.model(x), axis=1)


first, second = Net(8), Net(5, rate=0.2)
first.model.summary()
losses = first.train(x, y).history["loss"]
more = second.model.fit(x, y, batch_size=6, shuffle=False, verbose=0).history["loss"]
loss, accuracy = first.model.evaluate(x, y, verbose=0)
scores = [score(first, x, y), score(second, x, y)]
shares = second.model.predict(x, verbose=0)
same = first.model(x).numpy()
best = labels(x)
names = second.model.metrics_names
first.model.save_weights("net.weights.h5")
for net in [first, second]:
    net.model.fit(x, y, batch_size=6, shuffle=False, verbose=0)
"""
SCHEDULED = f"""{BUILT}
class Runner:
    def __init__(self, units):
        self.net = Net(units)

    def run(self, x, y):
        self.net.model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
        return self.net.model.evaluate(x, y, verbose=0)


def main():
    runner = Runner(6)
    rates = keras.optimizers.schedules.ExponentialDecay(0.5, 2, 0.5)
    runner.net.model.compile(keras.optimizers.SGD(rates), "sparse_categorical_crossentropy")
    return runner.run(x, y), runner.net.model.predict(x, verbose=0)


loss, shares = main()
"""
UNTRAINED = BUILT[: BUILT.index("    def train(")]
PASSED_ON = f"""{UNTRAINED}
class Trainer:
    def __init__(self, model, rate=0.1):
        self.model = model
        self.model.compile(keras.optimizers.SGD(rate), keras.losses.SparseCategoricalCrossentropy())

    def run(self, x, y):
        return self.model.fit(x, y, batch_size=8, shuffle=False, verbose=0).history["loss"]


net = Net(4)
trainer = Trainer(net.model)
losses = trainer.run(x, y)
again = trainer.model.fit(x, y, batch_size=8, shuffle=False, verbose=0).history["loss"]
shares = net.model.predict(x, verbose=0)
loss = trainer.model.evaluate(x, y, verbose=0)
"""
FROZEN = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


class Stack:
    def __init__(self):
        inputs = keras.Input((4,))
        self.base = keras.Model(inputs, layers.Dense(3, activation="tanh")(inputs))
        self.base.trainable = False
        self.whole = keras.Model(inputs, layers.Dense(1)(self.base(inputs)))
        self.whole.compile("sgd", "mse")


def run(x, y):
    stack, losses = Stack(), []
    for _ in range(3):
        loss = stack.whole.train_on_batch(x, y)
        losses.append(loss)
    return losses, stack.base.predict(x, verbose=0)


rng = np.random.RandomState(0)
losses, features = run(rng.rand(24, 4), rng.rand(24, 1))
"""


@pytest.mark.parametrize("program", [OUTSIDE, SCHEDULED, PASSED_ON, FROZEN])
def test_others_train_and_ask_what_an_object_keeps(program: str, scripts: Scripts) -> None:
    result = converted(program)
    assert ".compile(" not in result
    assert ".fit(" not in result
    apart = scripts.compare(program, result)
    assert {"loss", "losses"} & apart.keys()
    # Keras computes what a schedule gives in single precision
    assert max(apart.values()) < (1e-7 if program is SCHEDULED else 1e-9), apart


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        # which of the two said what it is trained with, depends on what ran
        (
            f"{HEAD}net = Net(4)\nnet.model.compile('adam', 'mse')\nnet.train(x, y)\n",
            "it is compiled in several functions",
        ),
        # one name for what two objects keep
        (
            f"{BUILT}one, other = Net(4), Net(5)\n"
            "one.model.compile('sgd', 'mse')\nother.model.compile('adam', 'mae')\n"
            "one.train(x, y)\nother.train(x, y)\n",
            "it is compiled under several names",
        ),
        # what the criterion of another object is, only that one knows
        (
            PASSED_ON.replace("keras.losses.SparseCategoricalCrossentropy()", "Huber(rate)")
            .replace("class Trainer", "Huber = keras.losses.Huber\n\n\nclass Trainer")
            .replace("rng.randint(0, 3, 24)", "rng.rand(24, 3)")
            .replace("trainer.model.evaluate(", "net.model.evaluate("),
            "the loss is made with what another function knows",
        ),
        # nobody calls these, so that nobody knows what they get
        (f"{HEAD}def show(net):\n    return net.model.predict(x)\n", "`net.model.predict` is left"),
        (
            f"{HEAD}def show(model):\n    return model.evaluate(x, y, verbose=0)\n",
            "`model.evaluate` is left",
        ),
    ],
)
def test_what_is_not_sure_is_said(program: str, reason: str) -> None:
    messages = [d.message for d in convert(program).diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in messages), messages
