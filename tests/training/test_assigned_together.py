"""What trains a model, and gets its values with other variables in one statement."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.rewritings.assigned_together import assigned_apart

PROGRAM = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(40, 4)
{together}
model = keras.Sequential([keras.layers.Dense(3, "relu", input_shape=(4,)), keras.layers.Dense(1)])
model.compile({compiled})
history = model.fit(x, x.sum(1), batch_size=16, epochs=2, verbose=0).history
losses = history["loss"]
"""


@pytest.mark.parametrize(
    ("together", "compiled"),
    [
        ('loss, metrics = "mse", ["mae"]', '"sgd", loss=loss, metrics=metrics'),
        ('opt, loss = keras.optimizers.SGD(0.05), "mse"', "opt, loss"),
        ('(opt, metrics) = (keras.optimizers.SGD(0.05), ["mae"])', 'opt, "mse", metrics=metrics'),
    ],
)
def test_each_has_a_statement(together: str, compiled: str, scripts: Scripts) -> None:
    text = PROGRAM.format(together=together, compiled=compiled)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "history"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "together",
    [
        'loss, other = "mse", 3',  # understood as it is
        'metrics, loss = loss, ["mae"]',
        'metrics, metrics = ["mae"], ["mse"]',
        'metrics, *more = ["mae"], "mse", 2',
        'metrics, loss = both(["mae"])',
        'other, more = ["mae"], 3',
        'metrics, loss = ["mae"], (  # why\n    "mse")',
    ],
)
def test_all_else_stays(together: str) -> None:
    text = PROGRAM.format(together=together, compiled='"sgd", loss=loss, metrics=metrics')
    assert assigned_apart(text) is None


MODELS = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(40, 4)
inputs = keras.Input((4,))
code = keras.layers.Dense(2, activation="tanh")(inputs)
outputs = keras.layers.Dense(4)(code)
autoencoder, encoder = keras.Model(inputs, outputs), keras.Model(inputs, code)
autoencoder.compile("sgd", "mse")
losses = autoencoder.fit(x, x, batch_size=16, epochs=2, verbose=0).history["loss"]
codes = encoder.predict(x, verbose=0)
"""


def test_models_that_share_layers(scripts: Scripts) -> None:
    apart = scripts.compare(MODELS, converted(MODELS, Options(exact=True)))
    assert {"losses", "codes"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


OF_OBJECT = """\
import numpy as np
from tensorflow import keras


class Trainer:
    def __init__(self, model, epochs):
        {kept}
        self.model.compile("sgd", "sparse_categorical_crossentropy")

    def fit(self, x, labels):
        self.classes, codes = np.unique(labels, return_inverse=True)
        data = {{"epochs": self.epochs, "batch_size": 8, "shuffle": False, "verbose": 0}}
        return self.model.fit(x, codes, **data).history

    def predict(self, x):
        return self.classes[self.model.predict(x, verbose=0).argmax(1)]


x = np.random.default_rng(0).normal(size=(30, 4))
labels = np.array(["a", "b", "c"] * 10)
layers = [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
trainer = Trainer(keras.Sequential(layers), 2)
losses = trainer.fit(x, labels)["loss"]
right = (trainer.predict(x) == labels).mean()
"""


def test_attributes_of_an_object_that_keeps_a_model(scripts: Scripts) -> None:
    text = OF_OBJECT.format(kept="self.model, self.epochs = model, epochs")
    emitted = converted(text)
    assert "        self.model = model\n        self.epochs = epochs\n" in emitted
    assert "self.classes, codes = np.unique(labels, return_inverse=True)\n" in emitted
    apart = scripts.compare(text, emitted)
    assert {"losses", "right"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "kept",
    [
        "self.model, self.model = model, model",
        "self.model, self.epochs = model, self.count(epochs)",
        "self.model, self.epochs = (epochs, model)[::-1]",
    ],
)
def test_what_depends_on_the_order_stays_together(kept: str) -> None:
    assert assigned_apart(OF_OBJECT.format(kept=kept)) is None
