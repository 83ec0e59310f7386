"""Schedules of learning rates that functions of the program give, and objects that are called."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

S = "keras.callbacks.LearningRateScheduler"
STEPS = """
def steps(initial=0.1, factor=0.5):
    def schedule(epoch):
        return initial * factor ** epoch
    return {}

"""
OBJECT = """
class Decay:
    def curve(self, epochs):
        return [self(i) for i in range(epochs)]

class Power(Decay):
    def __init__(self, power):
        self.power = power
    def __call__(self, epoch):
        return float(0.1 * (1 - epoch / 9) ** self.power)

class Halves(Decay):
    def __call__(self, epoch):
        return 0.1 / 2 ** epoch

"""

TRIALS = {
    "function": (STEPS.format("schedule"), f"[{S}(steps(0.2))]"),
    "callback": (STEPS.format(f"{S}(schedule, verbose=0)"), "[steps(factor=0.3)]"),
    "in-variables": (STEPS.format(f"{S}(schedule)") + "rates = steps()\n", "[rates]"),
    "lambda": (f"\ndef steps(by):\n    return {S}(lambda epoch, rate: rate / by)\n", "[steps(2)]"),
    "one-of-two": (
        "\ndef steps(kind):\n    def even(epoch):\n        return 0.1\n"
        "    def odd(epoch):\n        return 0.1 * epoch\n"
        "    if kind:\n        return even\n    return odd\n",
        f"[{S}(steps(False))]",
    ),
    "object": (f"{OBJECT}rates = {S}(Power(2))\n", "[rates]"),
    "one-of-two-objects": (
        f"{OBJECT}kind = 'halves'\nrate = None\nif kind == 'power':\n    rate = Power(3)\n"
        "elif kind == 'halves':\n    rate = Halves()\n"
        f"found = []\nif rate is not None:\n    found = [{S}(rate)]\n",
        "found",
    ),
    "partial": (
        "\nfrom functools import partial\ndef decay(epoch, rate, by):\n    return rate / by\n",
        f"[{S}(partial(decay, by=2))]",
    ),
}


@pytest.mark.parametrize("name", TRIALS)
def test_trains_equally(name: str, scripts: Scripts) -> None:
    before, callbacks = TRIALS[name]
    distance, apart = farthest(scripts, Trial(before=before, fit=f", callbacks={callbacks}").text)
    assert distance < 1e-7, apart  # Keras keeps rates in single precision


def test_a_function_gets_it(scripts: Scripts) -> None:
    after = (
        f"{STEPS.format('schedule')}def train(model, schedule):\n"
        f"    return model.fit(x, y, epochs=3, callbacks=[{S}(schedule)], verbose=0)\n"
        "first = train(model, steps())\nsecond = train(model, steps(0.3))\n"
    )
    distance, apart = farthest(scripts, Trial(fit="", after=after).text)
    assert distance < 1e-7, apart


def test_the_function_gives_what_is_called() -> None:
    before, callbacks = TRIALS["in-variables"]
    text = converted(Trial(before=before, fit=f", callbacks={callbacks}").text)
    assert "    return schedule\n" in text
    assert "rates" not in text
    assert "= steps()" in text


REFUSED = {
    "takes-more-or-less": (
        "\ndef steps(kind):\n    def even(epoch):\n        return 0.1\n"
        "    def odd(epoch, rate):\n        return rate\n"
        "    if kind:\n        return even\n    return odd\n",
        f"[{S}(steps(1))]",
    ),
    "takes-whatever": (
        "\ndef steps():\n    def even(*args):\n        return 0.1\n    return even\n",
        f"[{S}(steps())]",
    ),
    "another-one-later": (
        f"{STEPS.format('schedule')}rate = steps()\nrate = print\n",
        f"[{S}(rate)]",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    before, callbacks = REFUSED[name]
    found = convert(Trial(before=before, fit=f", callbacks={callbacks}").text).diagnostics
    assert any("not a function of the program" in d.message for d in found), found


def test_what_remembers_serves_one_fit() -> None:
    before = (
        "\ndef counting():\n    seen = []\n    def schedule(epoch):\n        seen.append(epoch)\n"
        f"        return 0.1 / len(seen)\n    return schedule\nrates = {S}(counting())\n"
    )
    once = Trial(before=before, fit=", callbacks=[rates]")
    assert "counting()" in converted(once.text)
    again = Trial(
        before=before, fit=", callbacks=[rates]", after="model.fit(x, y, callbacks=[rates])"
    )
    found = convert(again.text).diagnostics
    assert any("remembers what it saw in another `fit`" in d.message for d in found), found


TWO = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)


def build():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(schedule), "mse")
    return model


first, second = build(), build()
history = first.fit(x, y, epochs=2, shuffle=False, verbose=0).history
more = second.fit(x, y, epochs=3, shuffle=False, verbose=0).history
losses = more["loss"]
"""


def test_each_of_several_models_has_a_scheduler(scripts: Scripts) -> None:
    text = converted(TWO)
    assert "first_scheduler = " in text
    assert "second_scheduler = " in text
    apart = scripts.compare(TWO, text)
    assert {"history", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
