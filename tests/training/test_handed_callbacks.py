"""Callbacks of the program's own that functions get with a model, alone or in lists."""

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
from tensorflow.keras.callbacks import Callback, EarlyStopping, ReduceLROnPlateau

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


class Recorder(Callback):
    def __init__(self):
        super().__init__()
        self.losses = []

    def on_epoch_end(self, epoch, logs=None):
        self.losses.append(logs["loss"])


def build():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


"""
LIMIT = """\
class Limit(Callback):
    def __init__(self, epochs):
        super().__init__()
        self.epochs = epochs

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 >= self.epochs:
            self.model.stop_training = True


"""
FIT = "model.fit(x, y, epochs=6, shuffle=False, verbose=0, callbacks={})"
LISTED = 'callbacks=[recorder, ReduceLROnPlateau("loss", 0.5, 1, min_delta=1)]'
PLAIN = f"""\
def train(model, callbacks=None):
    return {FIT.format("callbacks")}.history


recorder = Recorder()
model = build()
losses = train(model, {LISTED})
recorded = recorder.losses
"""
JOINED = f"""\
def train(model, callbacks=()):
    listed = [EarlyStopping("loss", patience=3, min_delta=1)]
    if callbacks:
        listed.extend(callbacks)
    return {FIT.format("listed")}.history


recorder, other = Recorder(), Recorder()
first = build()
losses = train(first, [recorder])
second = build()
more = train(second, callbacks=[other])
recorded = recorder.losses + other.losses
"""
APPENDED = f"""\
{LIMIT}def train(model, limit, callbacks=None):
    callbacks = callbacks or []
    callbacks.append(EarlyStopping("loss", patience=3, min_delta=1))
    return {FIT.format("[limit, *callbacks]")}.history


model = build()
losses = train(model, Limit(4), callbacks=[Recorder()])
"""


@pytest.mark.parametrize("text", [PLAIN, JOINED, APPENDED])
def test_the_loop_of_the_function_calls_them(text: str, scripts: Scripts) -> None:
    apart = scripts.compare(HEAD + text, converted(HEAD + text, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_the_function_goes_on_getting_them() -> None:
    text = converted(HEAD + PLAIN)
    assert "def train(model, criterion, optimizer, callbacks=None):\n" in text
    assert "recorder = callbacks[0]\n" in text
    assert "train(model, criterion, optimizer, callbacks=[recorder])\n" in text


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (PLAIN, "recorded =", "print(recorder.model)\nrecorded ="),
        (PLAIN, "    return", "    callbacks[0] = Limit(2)\n    return"),
        (PLAIN, "    return", "    callbacks.insert(0, Limit(2))\n    return"),
        (PLAIN, "recorded =", "run = train\nrecorded ="),
        # others are in it
        (PLAIN, "[recorder, ", "[recorder] + [Limit(2), "),
        (PLAIN, LISTED, "callbacks=early"),
        (JOINED, "callbacks=[other]", "callbacks=[other, Limit(2)]"),
        (JOINED, "callbacks=[other]", "callbacks=[Limit(2)]"),
        (JOINED, ", callbacks=[other]", ""),
        (JOINED, "    if callbacks:", "    print(callbacks[0].losses)\n    if callbacks:"),
    ],
)
def test_what_differs_or_is_used_otherwise_is_refused(text: str, old: str, new: str) -> None:
    assert old in text
    made = (LIMIT if "Limit" in new else "") + text.replace(old, new)
    if "early" in new:
        made = made.replace(
            "model = build()", "model = build()\nearly = [recorder, EarlyStopping()]"
        )
    assert any(d.severity is Severity.ERROR for d in convert(HEAD + made).diagnostics)


def test_a_list_that_others_see_is_not_extended() -> None:
    text = APPENDED.replace("callbacks=[Recorder()]", "callbacks=listed")
    text = text.replace("losses =", "listed = [Recorder()]\nlosses =")
    text += "second = build()\nmore = train(second, Limit(4), callbacks=listed)\n"
    assert any(d.severity is Severity.ERROR for d in convert(HEAD + text).diagnostics)
