"""Callbacks and metrics that several trainings get: the same objects, or others each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted, farthest
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from tests.training.test_several_files import converted as converted_files
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import ModelCheckpoint

rng = np.random.RandomState(0)
x, y = rng.rand(40, 6), rng.rand(40, 1)
"""
MODEL = "keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])"
CHECKPOINT = (
    'ModelCheckpoint("best.weights.h5", "loss", save_best_only=True, save_weights_only=True)'
)
FIT = "history = model.fit(x, y, epochs=2, shuffle=False, verbose=0, callbacks={}).history\n"
STAGES = f"""

def callbacks():
    return {{given}}


model = {MODEL}
model.compile(keras.optimizers.SGD(0.05), "mse")
{{first}}model.compile(keras.optimizers.SGD(0.9), "mse")
{{second}}losses = np.array(history["loss"])
model.load_weights("best.weights.h5")
prediction = model.predict(x, verbose=0)
"""
TWICE = {
    "called twice": (FIT.format("callbacks()"), FIT.format("callbacks()")),
    "in lists": (FIT.format("[callbacks()]"), FIT.format("[callbacks()]")),
    "under names": (
        "some = callbacks()\n" + FIT.format("some"),
        "more = callbacks()\n" + FIT.format("more"),
    ),
    "under one name": (
        "some = callbacks()\n" + FIT.format("some"),
        "some = callbacks()\n" + FIT.format("some"),
    ),
    "the same": ("some = callbacks()\n" + FIT.format("some"), FIT.format("some")),
}


@pytest.mark.parametrize("way", TWICE)
def test_a_function_makes_another_checkpoint_each_time(
    way: str, scripts: Scripts, tmp_path: Path
) -> None:
    first, second = TWICE[way]
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{HEAD}"
    given = CHECKPOINT if way == "in lists" else f"[{CHECKPOINT}]"
    text += STAGES.format(given=given, first=first, second=second)
    starts = converted(text).count("saved_loss = None")
    assert starts == (1 if way == "the same" else 2)
    worst, apart = farthest(scripts, text)
    assert worst < 1e-9, apart


def test_a_checkpoint_of_a_function_that_another_file_calls_again(tmp_path: Path) -> None:
    train = f"{HEAD}\nkept = {CHECKPOINT}\n\n\ndef run(rate):\n    model = {MODEL}\n"
    train += '    model.compile(keras.optimizers.SGD(rate), "mse")\n    '
    train += FIT.format("[kept]") + "    return history\n"
    main = "from train import run\n\n{}\n"
    for calls, again in (("run(0.1)", False), ("for rate in (0.1, 0.2):\n    run(rate)", True)):
        folder = tmp_path / str(again)
        files = {"train.py": train, "main.py": main.format(calls)}
        _, found = converted_files(folder, files)
        assert bool(found) is again, found


WARM = """

class Warm(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.step = 0

    def on_train_batch_begin(self, batch, logs=None):
        self.step += 1
        self.model.optimizer.learning_rate = 0.05 / self.step


"""
#: What several trainings get, and how they do.
HELD = {
    "a list": ("CALLBACKS = [Warm()]", "callbacks=CALLBACKS"),
    "a class": ("class Options:\n    callbacks = [Warm()]", "callbacks=Options.callbacks"),
    "options": ("OPTIONS = dict(callbacks=[Warm()])", "**OPTIONS"),
    "another list": ("CALLBACKS = [Warm()]", "callbacks=CALLBACKS + []"),
    "beside another class": (
        "class ReWarm(Warm):\n    pass\n\n\nCALLBACKS = [Warm()]",
        "callbacks=[*CALLBACKS, ReWarm()]",
    ),
    "unpacked": ("CALLBACKS = (Warm(),)", "callbacks=[*CALLBACKS]"),
}
RUN = f"""

def run(rate):
    model = {MODEL}
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0, {{}}).history


"""


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("again", ["", "more = run(0.2)\n"])
def test_callbacks_that_keep_something_between_trainings(held: str, again: str) -> None:
    made, given = HELD[held]
    text = HEAD + WARM + made + RUN.format(given) + "history = run(0.1)\n" + again
    found = errors(text)
    if not again:
        assert not found
    else:
        assert any("several `fit` have the same `Warm`" in message for _, message in found), found


HITS = """

class Hits(keras.metrics.Metric):
    def __init__(self, name="hits"):
        super().__init__(name=name)
        self.hits = self.add_weight(name="hits", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.hits.assign_add(keras.ops.sum(y_pred))

    def result(self):
        return self.hits


"""
METRICS = {
    "options": ('OPTIONS = dict(optimizer="sgd", loss="mse", metrics=[Hits()])', "**OPTIONS"),
    "a class": (
        "class Options:\n    metrics = [Hits()]",
        '"sgd", "mse", metrics=Options.metrics',
    ),
    "a copy": ("METRICS = [Hits()]", '"sgd", "mse", metrics=METRICS.copy()'),
    "another list": ("METRICS = [Hits()]", '"sgd", "mse", metrics=["mae"] + METRICS'),
    "unpacked": ("METRICS = [Hits()]", '"sgd", "mse", metrics=[*METRICS, "mae"]'),
    "made there": ("", '"sgd", "mse", metrics=[Hits()]'),
}


@pytest.mark.parametrize("way", METRICS)
def test_metrics_that_go_on_are_said(way: str) -> None:
    made, given = METRICS[way]
    text = HEAD + HITS + made + "\n\n\n"
    for name in ("first", "second"):
        text += f"{name} = {MODEL}\n{name}.compile({given})\n{name}.fit(x, y, verbose=0)\n"
    said = [d.message for d in convert(text).diagnostics]
    warned = any("the same metric objects are compiled with more than once" in m for m in said)
    assert warned is (way != "made there"), said
