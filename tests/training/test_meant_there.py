"""Parts of the training mean what they meant where they were made, whatever is called so later."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
rate, losses = 0.5, []
{made}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1{layer})])
model.compile("sgd", {loss})


def train({parameter}):
    losses.append(model.fit(x, y, epochs=3, callbacks=[{callback}], verbose=0).history["loss"])


train(0.1)
"""
MEAN = "keras.ops.mean(keras.ops.square(t - p), axis=-1)"
CALLBACKS = {
    "callback": 'stop = keras.callbacks.EarlyStopping("loss", min_delta=rate)',
    "lambda": "stop = keras.callbacks.LearningRateScheduler(lambda epoch: rate / (epoch + 1))",
}


def errors(text: str) -> list[str]:
    found = convert(text).diagnostics
    return [d.message for d in found if d.severity is Severity.ERROR]


@pytest.mark.parametrize("parameter", ["rate", "other"])
@pytest.mark.parametrize("made", CALLBACKS.values(), ids=CALLBACKS)
def test_a_parameter_is_called_like_what_a_callback_was_made_of(made: str, parameter: str) -> None:
    text = PROGRAM.format(made=made, layer="", loss='"mse"', parameter=parameter, callback="stop")
    found = errors(text)
    caught = "`rate`, of which callbacks is made, is another one here"
    assert any(caught in one for one in found) == bool(found) == (parameter == "rate"), found


COMPILES = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
rate = 0.5


def scaled(by):
    def own(t, p):
        return by * MEAN

    return own


def train({parameter}):
    {inside}
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1{layer})])
    model.compile("sgd", {loss})
    return model.fit(x, y, epochs=3, verbose=0).history["loss"]


losses = train(0.1)
""".replace("MEAN", MEAN)


@pytest.mark.parametrize(
    ("outside", "inside", "loss", "layer"),
    [
        ("made = scaled(rate)", "pass", "made", ""),
        ("", "made = scaled(rate)\n    rate = 2.0", "made", ""),
        ("made = keras.regularizers.L2(rate)", "pass", '"mse"', ", kernel_regularizer=made"),
        ("", f"own = lambda t, p, by=rate: by * {MEAN}\n    rate = 2.0", "own", ""),
    ],
)
@pytest.mark.parametrize("parameter", ["rate", "other"])
def test_losses_and_regularizers(
    outside: str, inside: str, loss: str, layer: str, parameter: str, scripts: Scripts
) -> None:
    text = COMPILES.format(parameter=parameter, inside=inside, loss=loss, layer=layer)
    text = text.replace("\n\n\ndef train", f"\n\n\n{outside}\n\n\ndef train")
    if "scaled(" not in outside + inside:
        text = text.replace(
            text[text.index("def scaled") : text.index("    return own\n") + 15], ""
        )
    if parameter == "rate" or inside != "pass":
        assert any("is another one here" in one for one in errors(text)), errors(text)
        return
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


DEFAULTS = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

x, y = np.ones((24, 4)), np.ones((24, 1))
by = 2.0
prepare = lambda a, b, scale=by: (a * scale, b)
{between}
data = tf.data.Dataset.from_tensor_slices((x, y)).map(prepare).batch(8)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(data)
"""


@pytest.mark.parametrize("between", ["by = 0.5", "other = 0.5"])
def test_defaults_of_lambdas_are_evaluated_at_once(between: str) -> None:
    found = errors(DEFAULTS.format(between=between))
    assert bool(found) == between.startswith("by")


TRAINER = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))


class Trainer:
    def __init__(self, model, patience, factor=0.5):
        self.model = model
        self.callbacks = [
            keras.callbacks.EarlyStopping("loss", patience=patience),
            keras.callbacks.ReduceLROnPlateau("loss", factor=factor, patience=1),
        ]

    def train(self, epochs):
        {train}


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(2.0), "mse")
trainer = Trainer(model, 2)
losses = trainer.train(5)
"""
FIT = "self.model.fit(x, y, epochs=epochs, callbacks=self.callbacks, verbose=0)"
TRAINS = {
    "by name": f"history = {FIT}\n        return history.history['loss']",
    "inside of an expression": f"return {FIT}.history['loss']",
}


@pytest.mark.parametrize("train", TRAINS.values(), ids=TRAINS)
def test_what_the_callbacks_of_an_object_are_made_of_is_kept(train: str, scripts: Scripts) -> None:
    text = TRAINER.format(train=train)
    assert "self.patience = patience\n        self.factor = factor" in converted(
        text
    ) or "self.factor = factor\n        self.patience = patience" in converted(text)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def test_attributes_that_nothing_sets_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transpiler.emit.training.giving.statements_gone", lambda *_: ())
    found = errors(TRAINER.format(train=TRAINS["by name"]))
    assert "`self.patience` is read here, and nothing gives it" in found
