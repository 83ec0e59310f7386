"""Arguments of callbacks that mean something else where they are None, 0 or less than 0.

Which of them it is, only the program knows, when it runs.
"""

from __future__ import annotations

from pathlib import Path

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

rng = np.random.RandomState(0)
x, y = rng.rand(32, 6), rng.rand(32, 1)
seen = []


def build():
    model = keras.Sequential([layers.Input((6,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.5), "mse")
    return model


"""
TRAIN = """\
def train(p=0, base=None, cool=0, threshold=None, delta=0.0, options={{}}):
    model = build()
    found = {callback}
    history = model.fit(x, y, epochs=8, batch_size=8, validation_split=0.25, callbacks=[found],
                        verbose=0, shuffle=False)
    asked = {asked}
    return [value for key in sorted(history.history) for value in history.history[key]] + asked


plain = train()
given = train(2, 0.05, 2, 0.06, -0.002, {{"base": 0.05}})
more = train(1, 0.5, 1, 0.5, 0.1)
less = train(3, 0.01, 3, 0.01, -0.1)
"""
CALLBACKS = [
    ("EarlyStopping(patience=p, baseline=base)", "[]", " base is None or val_loss < base else"),
    (
        'EarlyStopping(baseline=options.get("base"), patience=2, min_delta=delta)',
        "[]",
        'baseline = options.get("base")',
    ),
    ("EarlyStopping(patience=3, min_delta=delta)", "[]", "abs(delta)"),
    ("ReduceLROnPlateau(factor=0.5, patience=p, min_delta=0)", "[]", "patience=max(p - 1, 0)"),
    (
        "ReduceLROnPlateau(factor=0.5, patience=1, cooldown=cool, min_delta=0.01)",
        "[]",
        "cooldown=max(cool - 1, 0)",
    ),
    ("ReduceLROnPlateau(factor=0.5, patience=2, min_delta=delta)", "[]", "threshold="),
    (
        'ModelCheckpoint("w.keras", save_best_only=True, initial_value_threshold=threshold)',
        "[min(found.best or 9, 9)]",
        " = threshold",
    ),
]


@pytest.mark.sample(2)
@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize(("callback", "asked", "wanted"), CALLBACKS)
def test_decides_equally(
    keras: str, callback: str, asked: str, wanted: str, scripts: Scripts, tmp_path: Path
) -> None:
    text = HEAD + TRAIN.format(callback=callback, asked=asked)
    text = text.replace("w.keras", f"{tmp_path}/w.keras")
    if keras == "2":
        text = text.replace("from k", "from tf_k").replace("import k", "import tf_keras as k")
    emitted = converted(text)
    assert wanted in emitted
    apart = scripts.compare(text, emitted, keras)
    found = {name: apart[name] for name in ("plain", "given", "more", "less")}
    assert max(found.values()) < 1e-6, apart  # Keras keeps rates in single precision


def test_how_often_checkpoints_are_written() -> None:
    saves = 'ModelCheckpoint("w.keras", save_freq=every)'
    text = HEAD + TRAIN.format(callback=saves, asked="[]")
    assert "% save_freq == 0" in converted(text.replace("p=0", "every=5"))
    refused = convert(text.replace("p=0", 'every="epoch"')).diagnostics
    told = [d.message for d in refused if d.severity is Severity.ERROR]
    assert any("whether save_freq=every is a number is only known" in m for m in told), told


def test_written_numbers_stay_as_they_are() -> None:
    text = HEAD + TRAIN.format(
        callback="ReduceLROnPlateau(patience=PATIENCE, cooldown=4)", asked="[]"
    )
    emitted = converted(text.replace("seen = []", "PATIENCE = 3"))
    assert "patience=PATIENCE - 1" in emitted
    assert "cooldown=3" in emitted
    stops = "EarlyStopping(baseline=base * 2, restore_best_weights=None, min_delta=-0.25)"
    emitted = converted(HEAD + TRAIN.format(callback=stops, asked="[]"))
    assert "None or val_loss + 0.25 < base" not in emitted
    assert "best_weights" not in emitted


@pytest.mark.parametrize("found", ["None", "make()"])
def test_a_function_that_may_be_none(found: str, scripts: Scripts) -> None:
    made = """\
def make():
    def note(epoch, logs):
        seen.append(logs["loss"])
    return note


hook = None
if len(x) % 2 == 0:
    hook = FOUND
model = build()
model.fit(x, y, epochs=3, batch_size=8, verbose=0, shuffle=False,
          callbacks=[LambdaCallback(on_epoch_end=hook)])
noted = np.array(seen)
"""
    text = HEAD + made.replace("FOUND", found)
    if found == "None":
        text = text.replace("% 2 == 0:\n    hook = None", "% 2 == 1:\n    hook = make()")
    apart = scripts.compare(text, converted(text))
    assert "noted" in apart
    assert max(apart.values()) < 1e-9, apart
