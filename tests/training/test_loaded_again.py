"""Models that are loaded under the name of the one that was saved: compiled anew, or beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import Input, Model, Sequential, layers

rng = np.random.default_rng(0)
x = rng.normal(size=(32, 6))
y = (x.sum(1) > 0).astype("float32")
"""
ANEW = """\
def build(units=8, rate=0.1):
    net = Sequential([Input((6,)), layers.Dense(units, activation="relu"), layers.Dense(1)])
    net.compile(keras.optimizers.Adam(rate), "mse", metrics=["mae"])
    return net


model = build()
worst = keras.callbacks.ModelCheckpoint("best.keras", "loss", mode="max", save_best_only=True)
first = model.fit(x, y, epochs=3, shuffle=False, verbose=0, callbacks=[worst]).history["loss"]
model = keras.models.load_model("best.keras", compile=False)
model.compile("sgd", "mae", metrics=["mse"])
second = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
score = model.evaluate(x, y, verbose=0)
"""


def test_what_is_loaded_is_compiled_anew(scripts: Scripts, tmp_path: Path) -> None:
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{HEAD}{ANEW}"
    result = converted(text, Options(exact=True))
    apart = scripts.compare(text, result)
    assert max(apart[name] for name in ("first", "second", "score")) < 1e-9, apart


def test_metrics_that_it_may_keep_are_said() -> None:
    text = HEAD + ANEW.replace(', metrics=["mse"])', ")")
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("which has the weights alone" in message for message in said), said


FROZEN = """\
base = Sequential([Input((6,)), layers.Dense(8, activation="relu")])
base.trainable = False
model = Sequential([base, layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y)
model.save("all.keras")
base.trainable = True
model = keras.models.load_model("all.keras")
model.compile("sgd", "mse")
model.fit(x, y)
"""


def test_what_is_frozen_besides_is_said() -> None:
    said = [d.message for d in convert(HEAD + FROZEN).diagnostics if d.severity is Severity.ERROR]
    assert any("which has the weights alone" in message for message in said), said


BESIDE = """\
inputs = Input((6,))
code = layers.Dense(2)(inputs)
model = Model(inputs, layers.Dense(6)(code))
encoder = Model(inputs, code)
model.compile("sgd", "mse")
{kept}
model.save("first.keras")
model.fit(x, x, epochs=2, shuffle=False, verbose=0)
model = keras.models.load_model("first.keras")
loaded = model.evaluate(x, x, verbose=0)
found = {asked}
"""


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("", "encoder.predict(x, verbose=0)"),
        ("old = model", "old.evaluate(x, x, verbose=0)"),
        ("all_of_them = [model]", "all_of_them[0].evaluate(x, x, verbose=0)"),
    ],
    ids=["shared", "named", "listed"],
)
def test_what_was_saved_lives_on(kept: str, asked: str, scripts: Scripts, tmp_path: Path) -> None:
    body = BESIDE.format(kept=kept, asked=asked)
    if kept:  # it would be copied for the encoder
        body = body.replace("encoder = Model(inputs, code)\n", "")
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{HEAD}{body}"
    result = converted(text, Options(exact=True))
    assert "model = copy.deepcopy(model)\n" in result
    apart = scripts.compare(text, result)
    assert max(apart[name] for name in ("loaded", "found")) < 1e-9, apart
