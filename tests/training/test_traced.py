"""What Keras does once, when it traces a function of the program's own, and torch at each step."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import random
import numpy as np
import keras
import tensorflow as tf
from keras import layers

rng = np.random.default_rng(0)
x, y = rng.normal(size=(20, 4)), rng.normal(size=(20, 1))
beta, cfg, weights = 2.0, {"beta": 0.0, "gamma": 3.0}, np.array([1.0, 2.0])


class Settings:
    beta = 0.0


def own(t, p):
    return tf.reduce_mean(tf.square(t - p)) + @ * tf.reduce_mean(tf.abs(p))


m = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
"""
COMPILE = 'm.compile("sgd", own)\n'
FIT = "a = m.fit(x, y, epochs=2, shuffle=False, verbose=0).history['loss']\n"
EVALUATE = "b = m.evaluate(x, y, verbose=0)\n"
CALLBACK = """\
class Anneal(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        {}
"""
ANNEALED = FIT.replace("verbose", "callbacks=[Anneal()], verbose")
FITS = COMPILE + FIT
CHANGED = {
    "global": ("beta", FITS + "beta = 5.0\n" + FIT),
    "loop": ("beta", COMPILE + "for beta in (0.0, 1.0):\n    " + FIT),
    "function": ("beta", f"def change():\n    global beta\n    beta = 5.0\n{FITS}change()\n{FIT}"),
    "callback": ("beta", CALLBACK.format("global beta; beta = epoch") + COMPILE + ANNEALED),
    "entry": ('cfg["beta"]', FITS + 'cfg["beta"] = 5.0\n' + FIT),
    "looked up": ('cfg.get("beta", 1.0)', FITS + 'cfg["beta"] = 5.0\n' + FIT),
    "taken out": ('cfg.get("beta", 1.0)', FITS + 'del cfg["beta"]\n' + FIT),
    "looked up, given": (
        'cfg.get("beta", 1.0)',
        f'def change(table):\n    table["beta"] = 5.0\n{FITS}change(cfg)\n{FIT}',
    ),
    "alias": ('cfg["beta"]', "other = cfg\n" + FITS + 'other["beta"] = 5.0\n' + FIT),
    "update": ('cfg["beta"]', CALLBACK.format("cfg.update(beta=epoch)") + COMPILE + ANNEALED),
    "array": ("weights[0]", FITS + "weights[0] = 5.0\n" + FIT),
    "given": ("weights[0]", f"def grow(a):\n    a *= 4\n{FITS}grow(weights)\n{FIT}"),
    "defined": (
        "scale()",
        f"def scale():\n    return 1.0\n{FITS}def scale():\n    return 5.0\n{FIT}",
    ),
    "attribute": ("Settings.beta", CALLBACK.format("Settings.beta = epoch") + COMPILE + ANNEALED),
    "set": ("Settings.beta", FITS + 'setattr(Settings, "beta", 1.0)\n' + FIT),
    "tested": ("beta", COMPILE + EVALUATE + "beta = 5.0\n" + EVALUATE),
    "batches": ("beta", COMPILE + "for beta in (0.0, 1.0):\n    m.train_on_batch(x, y)\n"),
    "sometimes": ("beta", f"{FITS}beta = 5.0\nif len(x) > 30:\n    {COMPILE}{FIT}"),
}
REGULARIZED = """\
def own_l2(w):
    return @ * tf.reduce_sum(tf.square(w))


m = keras.Sequential([layers.Input((4,)), layers.Dense(1, kernel_regularizer=own_l2)])
m.compile("sgd", "mse")
"""
STEADY = {
    "compiled": ("beta", FITS + "beta = 5.0\n" + FITS),
    "tested once": ("beta", FITS + "beta = 5.0\n" + EVALUATE),
    "rounds": ("beta", "for beta in (0.0, 1.0):\n    " + COMPILE + "    " + FIT),
    "set before": ('cfg.get("beta", 1.0)', 'cfg["beta"] = 4.0\n' + FITS + FIT),
    "another key": ('cfg["beta"]', FITS + 'cfg["gamma"] = 5.0\n' + FIT),
    "local": ("beta", f"def other():\n    beta = 5.0\n    return beta\n{FITS}other()\n{FIT}"),
    "regularizer": (
        "1.0",
        f"{REGULARIZED}{FIT}beta = 5.0\nm.compile('sgd', 'mse')\n{FIT}".replace("@", "beta")
        .replace('"mse"', "own")
        .replace("'mse'", "own"),
    ),
    "eager": ("beta", FITS.replace("own)", "own, run_eagerly=True)") + "beta = 5.0\n" + FIT),
}


REBOUND = {
    "value": f"{FITS}own = m.evaluate(x, y, verbose=0)\n{FIT}",
    "of several": f"{FITS}total, own = 1.0, 2.0\n{FIT}",
    "before it trains": f"{COMPILE}own = 2.0\n{FIT}",
    "import": f"{FITS}from numpy import mean as own\n{FIT}",
    "function": f"{COMPILE}def own(t, p):\n    return tf.square(t - p)\n{FIT}",
    "loop": f"{COMPILE}for own in range(2):\n    {FIT}",
}


def program(read: str, rest: str) -> str:
    return HEAD.replace("@", read) + rest


def errors(text: str) -> list[str]:
    found = convert(text).diagnostics
    return [d.message for d in found if d.severity is Severity.ERROR]


@pytest.mark.parametrize("case", CHANGED.values(), ids=CHANGED)
def test_what_changes_behind_a_trace_is_refused(case: tuple[str, str]) -> None:
    found = errors(program(*case))
    assert any("Keras goes on with the one of when it traced" in message for message in found)


@pytest.mark.parametrize("rest", REBOUND.values(), ids=REBOUND)
def test_a_name_that_is_another_one_by_then_is_refused(rest: str) -> None:
    found = errors(program("1.0", rest))
    assert any("`own` gets another value once it was given to `compile`" in one for one in found)


def test_a_name_that_is_another_one_at_last_is_converted(scripts: Scripts) -> None:
    """And so is a function that is defined anew, with which the model is compiled again."""
    again = "def own(t, p):\n    return tf.square(t - p)\n"
    text = program("1.0", f"{FITS}{again}{FITS.replace('a = ', 'c = ')}own = 2.0\n")
    assert max(scripts.compare(text, convert(text, Options(exact=True)).text).values()) < 1e-9


GIVEN = {
    "schedule": (
        "rates = keras.callbacks.LearningRateScheduler(given)\n{}"
        "m.fit(x, y, verbose=0, callbacks=[rates])\n"
    ),
    "at each epoch": (
        "shown = keras.callbacks.LambdaCallback(on_epoch_end=given)\n{}"
        "m.fit(x, y, verbose=0, callbacks=[shown])\n"
    ),
}


@pytest.mark.parametrize("use", GIVEN.values(), ids=GIVEN)
@pytest.mark.parametrize("bound", ["given = 3\n", "def given(epoch, other):\n    return 0.1\n", ""])
def test_what_a_callback_got_is_another_one_by_then(use: str, bound: str) -> None:
    made = "def given(epoch, other):\n    return 0.2\n"
    found = errors(program("1.0", f'm.compile("sgd", "mse")\n{made}{use.format(bound)}'))
    assert any("`given`, of which callbacks is made, has changed" in one for one in found) == (
        bound != ""
    )


@pytest.mark.parametrize(
    "layer",
    ["layers.Lambda(twice)", "layers.Dense(4, activation=twice)", "layers.Activation(twice)"],
)
def test_a_function_in_a_model_is_another_one_by_then(layer: str) -> None:
    made = f"def twice(t):\n    return 2 * t\nm = keras.Sequential([layers.Input((4,)), {layer}])\n"
    text = program("1.0", f'{made}m.compile("sgd", "mse")\n{FIT}')
    for more, refused in (("", False), (f"twice = 3\n{FIT}", True)):
        found = errors(text + more)
        assert any("`twice` gets another value: Keras goes on" in one for one in found) is refused


@pytest.mark.parametrize("case", STEADY.values(), ids=STEADY)
def test_what_is_traced_anew_is_converted(case: tuple[str, str]) -> None:
    assert not errors(program(*case))


@pytest.mark.parametrize("case", ["compiled", "regularizer"])
def test_it_is_traced_anew(scripts: Scripts, case: str) -> None:
    text = program(*STEADY[case]) + ("beta = 7.0\n" + EVALUATE) * (case == "compiled")
    assert max(scripts.compare(text, convert(text, Options(exact=True)).text).values()) < 1e-9


CLOSURE = """\
def made():
    beta = 0.0
    def inner(t, p):
        return tf.reduce_mean(tf.square(t - p)) + beta
    def change():
        nonlocal beta
        beta = 5.0
    return inner, change


inner, change = made()
m.compile("sgd", inner)
"""
SCHEDULE = """\
class Rate(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, base):
        self.base = base
    def __call__(self, step):
        return self.base / (1.0 + tf.cast(step, tf.float32))
rate = Rate(0.1)
m.compile(keras.optimizers.SGD(rate), "mse")
"""
OBJECT = """\
class Trainer:
    def __init__(self):
        self.beta = 0.0
        self.model = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
        self.model.compile("sgd", self.loss)
    def loss(self, t, p):
        return tf.reduce_mean(tf.square(t - p)) + self.beta * tf.reduce_mean(tf.abs(p))
    def run(self):
        for self.beta in (0.0, 1.0):
            self.model.fit(x, y, verbose=0)
"""
SIBLINGS = {
    "regularizer": REGULARIZED.replace("@", "beta") + FIT + "beta = 5.0\n" + FIT,
    "closure": CLOSURE + FIT + "change()\n" + FIT,
    "schedule": SCHEDULE + FIT + "rate.base = 0.01\n" + FIT,
    "object": OBJECT,
}


@pytest.mark.parametrize("rest", SIBLINGS.values(), ids=SIBLINGS)
def test_all_that_is_traced_is_looked_at(rest: str) -> None:
    found = errors(program("1.0", rest))
    assert any("Keras goes on with the one of when it traced" in message for message in found)


ACTIVATED = """\
def act(v):
    return beta * tf.nn.tanh(v)
m = keras.Sequential([layers.Input((4,)), layers.Dense(1, activation=act)])
m.compile("sgd", "mse")
"""
BLOCK = """\
def block(h):
    return layers.Dense(1)(h) * cfg["gamma"]
inputs = keras.Input((4,))
m = keras.Model(inputs, block(inputs))
m.compile("sgd", "mse")
"""
NOISY = """\
m = keras.Sequential([layers.Input((4,)), layers.Lambda(lambda v: v * @), layers.Dense(1)])
m.compile("sgd", "mse")
"""


CHANGES = {ACTIVATED: "beta = 5.0\n", BLOCK: 'cfg["gamma"] = 5.0\n'}


@pytest.mark.parametrize("model", CHANGES)
def test_what_changes_behind_a_model_is_refused(model: str) -> None:
    start = HEAD.partition("class Settings")[0]
    found = errors(f"{start}{model}{FIT}{CHANGES[model]}{FIT}")
    assert any("the one of when the model was built" in message for message in found)
    assert not errors(f"{start}{model}{FIT}")


def test_what_is_drawn_for_a_model_is_refused() -> None:
    found = errors(program("1.0", NOISY.replace("@", "rng.uniform()") + FIT))
    assert any("the model calls `rng.uniform()`, which Keras does once" in m for m in found)


def test_a_model_that_is_only_asked_draws_once_too() -> None:
    """`predict` traces it as well; a model that is called draws each time in both."""
    drawn = "layers.Lambda(lambda t: t * rng.uniform())"
    text = HEAD.replace("@", "1.0").replace("layers.Dense(1)", drawn)
    found = [d.message for d in convert(text + "p = m.predict(x, verbose=0)\n").diagnostics]
    assert any("the model calls `rng.uniform()`, which Keras does once" in m for m in found)
    assert not any("which Keras does once" in d.message for d in convert(text).diagnostics)


@pytest.mark.parametrize("drawn", ["np.random.uniform()", "random.random()", "rng.uniform()"])
def test_what_is_drawn_in_a_trace_is_refused(drawn: str) -> None:
    assert any(f"calls `{drawn}`, which Keras does once" in m for m in errors(program(drawn, FITS)))


OWN_LOSS = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

x, y = np.ones((20, 2)), np.arange(20.0).reshape(-1, 1)


class Scaled(keras.losses.Loss):
    def __init__(self):
        super().__init__()
        self.scale = 1.0

    def call(self, t, p):
        return self.scale * tf.reduce_mean(tf.abs(t - p), axis=-1)


class Holder(keras.callbacks.Callback):
    def __init__(self, loss):
        super().__init__()
        self.loss = loss
        self.scale = 3.0

    def on_epoch_end(self, epoch, logs=None):
        {changes}


loss = Scaled()
m = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
m.compile("sgd", loss)
m.fit(x, y, epochs=2, callbacks=[Holder(loss)], verbose=0)
{later}
m.fit(x, y, verbose=0)
"""


@pytest.mark.parametrize(
    ("changes", "later"),
    [("self.loss.scale *= 0.5", ""), ("pass", 'setattr(loss, "scale", 0.1)')],
)
def test_an_object_is_changed_by_whoever_has_it(changes: str, later: str) -> None:
    found = errors(OWN_LOSS.format(changes=changes, later=later))
    assert any("`self.scale`, which `call` reads, gets another value" in one for one in found)
    assert not errors(OWN_LOSS.format(changes="self.scale *= 0.5", later=""))


def test_a_lambda_that_activates_is_no_other_one_later() -> None:
    layer = "layers.Dense(1, activation=lambda v: beta * v)"
    made = f"m = keras.Sequential([layers.Input((4,)), {layer}])\n"
    start = HEAD.partition("class Settings")[0]
    text = f'{start}{made}m.compile("sgd", "mse")\n{FIT}'
    assert not errors(text)
    found = errors(f"{text}beta = 3.0\n{EVALUATE}")
    assert any("its activation: `beta` has another value when Keras" in one for one in found)
