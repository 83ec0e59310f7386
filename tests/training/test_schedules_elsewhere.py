"""Schedules of learning rates that are functions and classes of another file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

PLAIN = """\
class Decay:
    def curve(self, epochs):
        return [self(i) for i in epochs]


class StepDecay(Decay):
    def __init__(self, rate=0.1, factor=0.5, every=2):
        self.rate, self.factor, self.every = rate, factor, every

    def __call__(self, epoch):
        return float(self.rate * self.factor ** (epoch // self.every))

    def squared(self, epoch, rate):
        return self(epoch) ** 2


def power(epoch, rate=0.1, factor=0.5):
    return rate * factor**epoch
"""
BESIDE = """\
import math

import tensorflow as tf


def build():
    return tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(1)])


"""
OWN = """\
import tensorflow as tf


class WarmUp(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, rate, steps):
        super().__init__()
        self.rate = rate
        self.steps = steps

    def __call__(self, step):
        step = tf.cast(step, tf.float32)
        return self.rate * tf.minimum(1.0, (step + 1.0) / self.steps)

    def get_config(self):
        return {"rate": self.rate, "steps": self.steps}
"""
BUILDER = """

def build():
    model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(1)])
    model.compile(tf.keras.optimizers.SGD(WarmUp(0.125, 4)), "mse")
    return model
"""
MAIN = """\
from functools import partial

import numpy as np
import schedules
from schedules import {names}
from tensorflow import keras
from tensorflow.keras.callbacks import LearningRateScheduler

x = np.random.RandomState(0).normal(size=(40, 4))
y = (x[:, :1] > 0.2) + 0.0
{before}
history = model.fit(x, y, batch_size=10, epochs=4, shuffle=False, verbose=0{given})
loss = history.history["loss"][-1]
"""
COMPILED = """\
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile({optimizer}, "mse")
"""
CALLED = {
    "object": ("schedules.StepDecay(0.2)", ""),
    "variable": ("schedule", "schedule = StepDecay(every=1)\n"),
    "one-of-two": (
        "schedule",
        "schedule = None\nif len(x) > 9:\n    schedule = StepDecay(every=1)\n"
        "else:\n    schedule = StepDecay()\n",
    ),
    "method": ("schedule.squared", "schedule = StepDecay(0.3)\n"),
    "partial": ("partial(power, rate=0.2)", ""),
}


@pytest.mark.parametrize("beside", ["", BESIDE])
@pytest.mark.parametrize("name", CALLED)
def test_they_are_called(name: str, beside: str, tmp_path: Path, session: VerifySession) -> None:
    called, before = CALLED[name]
    main = MAIN.format(
        names="StepDecay, power",
        before=before + COMPILED.format(optimizer='"sgd"'),
        given=f", callbacks=[LearningRateScheduler({called})]",
    )
    texts, errors = converted(tmp_path, {"schedules.py": beside + PLAIN, "main.py": main})
    assert not errors
    assert PLAIN in texts["schedules.py"]
    assert_alike(tmp_path, session)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "    def __call__(self, epoch):\n        return",
            "    def call(self, epoch):\n        return",
        ),
        ("    def __call__", "    @tf.function\n    def __call__"),
        ("return float(self.rate", "return float(tf.math.abs(self.rate)"),
        ("return float(self.rate", "return float(rate_of(self)"),
    ],
)
def test_what_is_not_sure_to_be_pythons_own_is_refused(old: str, new: str, tmp_path: Path) -> None:
    made = (BESIDE + PLAIN).replace(old, new)
    assert made != BESIDE + PLAIN
    made += "\n\ndef rate_of(decay):\n    return tf.constant(decay.rate)\n"
    main = MAIN.format(
        names="StepDecay",
        before=COMPILED.format(optimizer='"sgd"'),
        given=", callbacks=[LearningRateScheduler(StepDecay())]",
    )
    _, errors = converted(tmp_path, {"schedules.py": made, "main.py": main})
    assert any("main.py" in one and "LearningRateScheduler" in one for one in errors)


@pytest.mark.parametrize("builds", [False, True])
def test_those_of_optimizers_compute_with_torch(
    builds: bool, tmp_path: Path, session: VerifySession
) -> None:
    optimizer = "keras.optimizers.SGD(WarmUp(0.125, 4))"
    before = "model = build()" if builds else COMPILED.format(optimizer=optimizer)
    main = MAIN.format(names="build" if builds else "WarmUp", before=before, given="")
    files = {"schedules.py": OWN + BUILDER * builds, "main.py": main}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "class WarmUp:" in texts["schedules.py"]
    assert "step = torch.as_tensor(step, dtype=torch.float32)" in texts["schedules.py"]
    assert "tensorflow" not in "".join(texts.values())
    assert_alike(tmp_path, session)


def test_those_that_use_more_of_the_framework_are_refused(tmp_path: Path) -> None:
    before = COMPILED.format(optimizer="keras.optimizers.SGD(WarmUp(0.125, 4))")
    main = MAIN.format(names="WarmUp", before=before, given="")
    own = OWN.replace("tf.minimum(1.0", "tf.reduce_min(1.0")
    texts, errors = converted(tmp_path, {"schedules.py": own, "main.py": main})
    assert any("`WarmUp` uses `tf` in a way that is not translated" in one for one in errors)
    assert texts["schedules.py"].count("tf.") == own.count("tf.")
