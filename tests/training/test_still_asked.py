"""What code that stays asks as of models, where nothing else tells that they are modules now."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.rand(40, 1)


"""
TRAINER = """\
def stop(trainer):
    {stop}


class Trainer:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")
        self.seen = []

    def ends(self, epoch, logs):
        self.seen.append(epoch)
        if epoch == 1:
            stop(self)

    def train(self):
        ends = keras.callbacks.LambdaCallback(on_epoch_end=self.ends)
        fitted = self.model.fit(x, y, epochs=4, batch_size=16, callbacks=[ends], verbose=0)
        return fitted.history["loss"]


trainer = Trainer()
losses = trainer.train()
"""


@pytest.mark.parametrize(
    "asked",
    ["stop_training", "optimizer.learning_rate", "get_weights", "trainable_weights"],
)
def test_it_is_said(asked: str) -> None:
    made = convert(HEAD + TRAINER.format(stop=f"trainer.model.{asked} = 1"))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any(error.startswith(f"`trainer.model.{asked}` is left as it is") for error in errors)


@pytest.mark.parametrize("asked", ["trainer.stopped = True", "trainer.seen.append(9)"])
def test_what_others_have_is_not(asked: str, scripts: Scripts) -> None:
    text = HEAD + TRAINER.format(stop=asked)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


KEEPER = """\
class Keeper:
    def __init__(self, {taken}):
        {kept}

    def slow(self, rate):
        {asked} = rate


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mse")
model.fit(x, y, epochs=1)
keeper = Keeper(model)
keeper.slow(0.01)
model.fit(x, y, epochs=1)
"""


@pytest.mark.parametrize(
    ("taken", "kept", "asked"),
    [
        ("model", "self.model, self.rate = model, 0.1", "self.model.optimizer.learning_rate"),
        ("model", "self.rate, self.net = 0.1, model", "self.net.trainable"),
        ("model=None", "self.model = model or None", "self.model.optimizer.learning_rate"),
        ("model", "self.models = [model]", "self.models[0].optimizer.learning_rate"),
        ("*models", "self.models = models", "self.models[0].trainable"),
        ("model", 'setattr(self, "model", model)', "self.model.stop_training"),
    ],
)
def test_however_an_object_keeps_the_model(taken: str, kept: str, asked: str) -> None:
    made = convert(HEAD + KEEPER.format(taken=taken, kept=kept, asked=asked))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert errors


SETTINGS = """\
class Args:
    class optimizer:
        lr = 0.1


args = Args()
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(args.optimizer.lr), "mse")
losses = model.fit(x, y, epochs=2, batch_size=16, verbose=0).history["loss"]
rate = args.optimizer.lr
"""


def test_settings_of_an_optimizer_are_no_optimizer(scripts: Scripts) -> None:
    text = HEAD + SETTINGS
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


STOPPER = """\
class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            self.model.stop_training = True


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=4, batch_size=16, callbacks=[Stop()], verbose=0).history["loss"]
"""


def test_what_a_callback_asks_of_its_model_is_converted(scripts: Scripts) -> None:
    text = HEAD + STOPPER
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


KEPT_WITH_ANOTHER = """\
import numpy as np
from tensorflow import keras


class Regressor:
    def __init__(self, base):
        self.base = base
        inputs = keras.Input((6,))
        self.model = keras.Model(inputs, keras.layers.Dense(1)(self.base(inputs)))
        {compiled}

    def asked(self, x, y):
        return self.model.{asked}


x = np.random.RandomState(0).rand(60, 6)
base = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8)])
found = Regressor(base).asked(x, x.sum(1))
"""


@pytest.mark.parametrize(
    ("compiled", "asked", "said"),
    [
        ('self.model.compile("sgd", "mse")', "fit(x, y)", "what trains `self.model`"),
        ("", "get_weights()", "`self.model.get_weights` is left as it is"),
    ],
)
def test_what_is_built_on_a_model_that_an_object_gets(compiled: str, asked: str, said: str) -> None:
    made = convert(KEPT_WITH_ANOTHER.format(compiled=compiled, asked=asked))
    errors = [one.message for one in made.diagnostics if one.severity is Severity.ERROR]
    assert any(said in error for error in errors)


KEPT = """\
def build():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


class Keeper:
    def __init__(self):
        self.model = build()

    def train(self):
        fit = self.model.fit(x, y, epochs=2, verbose=0)
        return fit.history["loss"]


keeper = Keeper()
keeper.train()
{told}
losses = keeper.train()
"""
LAST = "keeper.model.layers[-1]"


@pytest.mark.parametrize("weight", ["kernel", "bias"])
def test_what_assigns_a_weight_of_its_own(weight: str) -> None:
    """The model is asked once more in what is assigned."""
    told = f"{LAST}.{weight}.assign({LAST}.{weight} * 0.5)"
    said = convert(HEAD + KEPT.format(told=told)).diagnostics
    errors = [d.message for d in said if d.severity is Severity.ERROR]
    assert any("`keeper.model.layers` is left as it is" in error for error in errors)


def test_weights_as_arrays_are_assigned(scripts: Scripts) -> None:
    told = f"{LAST}.kernel.assign({LAST}.kernel.numpy() * 0.5)"
    text = HEAD + KEPT.format(told=told)
    assert scripts.compare(text, converted(text, Options(exact=True)))["losses"] < 1e-9
