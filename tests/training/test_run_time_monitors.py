"""What callbacks monitor, and which way, where a program knows it only when it runs."""

from __future__ import annotations

import re

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import keras
from keras import layers
from keras.callbacks import *

rng = np.random.default_rng(0)
x, y = rng.normal(size=(48, 4)), (rng.random((48, 1)) > 0.5) * 1.0
data = {"batch_size": 8, "verbose": 0, "shuffle": False, "validation_split": 0.25}


def build():
    model = keras.Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.SGD(0.9), "binary_crossentropy", metrics=["accuracy"])
    return model


"""
TRAIN = """\
def train(model, monitor="val_loss", mode="auto", delta=0.0, restore=True):
    early = EarlyStopping(
        monitor=monitor, mode={mode}, patience=2, min_delta={delta}, restore_best_weights={restore}
    )
    plateau = ReduceLROnPlateau(monitor=monitor, mode={mode}, patience=1, factor=0.5)
    saved = ModelCheckpoint("w.weights.h5", monitor, mode={mode}, save_best_only=True,
                            save_weights_only=True)
    history = model.fit(x, y, epochs=7, callbacks=[early, plateau, saved], **data)
    last = [early.stopped_epoch, early.best, early.best_epoch, early.wait, saved.best]
    return last + history.history["loss"]


"""
CALLS = """\
model = build()
losses, accuracies = train(model), train(model, "accuracy")
"""
MODES = """\
upward, downward = train(model, "val_loss", mode="max"), train(model, "accuracy", mode="min")
validated = train(model, "val_accuracy", "max", delta=0.05)
model = build()
plain = train(model, "loss", "min", 0.01, False)
"""
READ = {"losses", "accuracies", "upward", "downward", "validated", "plain"}


def older(text: str) -> str:
    return text.replace("from k", "from tf_k").replace("import keras", "import tf_keras as keras")


@pytest.mark.sample(2)
@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize(
    ("mode", "delta", "restore"),
    [("mode", "delta", "restore"), ('"auto"', "0.02", "True"), ('"max"', "delta", "restore")],
)
def test_decides_equally(
    keras: str, mode: str, delta: str, restore: str, scripts: Scripts, tmp_path: object
) -> None:
    train = TRAIN.format(mode=mode, delta=delta, restore=restore)
    text = (HEAD + train + CALLS + MODES).replace("w.weights.h5", f"{tmp_path}/w.weights.h5")
    text = older(text) if keras == "2" else text
    apart = scripts.compare(text, converted(text), keras)
    assert apart.keys() >= READ
    assert max(apart.values()) < 1e-6, apart  # Keras keeps rates in single precision


GIVEN = """\
from types import SimpleNamespace


def callbacks_of(cfg, options):
    found: list = []
    if cfg.saves:
        found += [ModelCheckpoint("w.keras", monitor=cfg.monitor, save_best_only=True)]
    if options.get("stops", True):
        found.extend([EarlyStopping(monitor=cfg.monitor, patience=options["patience"])])
    if cfg.slows:
        found.append(ReduceLROnPlateau(monitor=cfg.monitor, patience=0))
    return found


def train(cfg, options):
    model = build()
    return model.fit(x, y, epochs=6, callbacks=callbacks_of(cfg, options), **data).history


def run(monitor, saves, slows, **options):
    cfg = SimpleNamespace(monitor=monitor, saves=saves, slows=slows)
    return train(cfg, {"patience": 1, **options})


one, two = run("val_loss", False, True)["loss"], run("val_accuracy", True, False)["loss"]
others = run("val_loss", True, True, stops=False)
three, rates = others["loss"], others["learning_rate"]
"""


def test_a_function_gives_callbacks_under_conditions(scripts: Scripts, tmp_path: object) -> None:
    """What two of them need stands under the condition of each."""
    text = HEAD + GIVEN.replace("w.keras", f"{tmp_path}/w.keras")
    result = converted(text)
    assert result.count("        better = (\n") == 2
    apart = scripts.compare(text, result)
    assert apart.keys() >= {"one", "two", "three", "rates"}
    assert max(apart.values()) < 1e-6, apart  # Keras keeps rates in single precision


SETTINGS = """\
class Settings:
    MONITOR = "val_accuracy"
    PATIENCE = 1


OPTIONS = {"factor": 0.5, "monitor": "val_loss"}


def get_callbacks(options, settings=Settings, path=None):
    early = EarlyStopping(monitor=settings.MONITOR, patience=settings.PATIENCE)
    return [early, ReduceLROnPlateau(options["monitor"], factor=options["factor"], patience=1)]


model = build()
h = model.fit(x, y, epochs=6, callbacks=get_callbacks(OPTIONS), **data)
losses = h.history["loss"]
"""


def test_settings_of_a_class_and_of_a_dict(scripts: Scripts) -> None:
    text = HEAD + SETTINGS
    result = converted(text)
    assert "logs[Settings.MONITOR]" in result
    assert "plateau.step(val_loss)" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-6, apart  # Keras keeps rates in single precision


def test_each_model_of_one_name_goes_with_its_own_parts() -> None:
    result = converted(HEAD + TRAIN.format(mode="mode", delta="0", restore="True") + CALLS + MODES)
    calls = re.findall(r"(?<!def )(?<!\.)\btrain\(\s*([^()]*?)\s*\)", result)
    assert len(calls) == 6
    assert all(re.match(r"model,\s+criterion,\s+optimizer(?!, criterion)", c) for c in calls), calls


def test_one_way_to_compare_is_named_once() -> None:
    result = converted(HEAD + TRAIN.format(mode="mode", delta="0", restore="True") + CALLS)
    assert result.count("operator.gt\n") == 1
    assert "plateau_mode = " in result


def test_a_name_that_no_value_has_is_said() -> None:
    text = HEAD + TRAIN.format(mode="mode", delta="0", restore="True") + CALLS
    said = [d.message for d in convert(text).diagnostics if d.severity is not Severity.ERROR]
    assert sum("this is a KeyError" in message for message in said) == 3


OWN = """\
class Adds(Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["val_score"] = epoch


model = build()
kind = input()
model.fit(x, y, callbacks=[{}], **data)
"""


@pytest.mark.parametrize("behind", [True, False])
def test_values_that_come_too_late(behind: bool) -> None:
    """Keras warns of them in each epoch, where a loop would see them: it stops at its end."""
    given = ["EarlyStopping(kind, mode='max')", "Adds()"]
    found = convert(HEAD + OWN.format(", ".join(given if behind else reversed(given)))).diagnostics
    assert any("a callback behind it adds" in d.message for d in found) is behind, found


def test_paths_that_are_put_together_are_named_before_the_loop() -> None:
    early = "early = EarlyStopping('val_' + kind, patience=1)\n"
    text = f"{HEAD}model = build()\nkind = input()\n{early}"
    result = converted(f"{text}model.fit(x, y, callbacks=[early], **data)\n")
    assert "monitor = 'val_' + kind\n" in result
    assert "better(logs[monitor], best_value)" in result
