"""What callbacks and data sets change between epochs: Keras has read it before."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(24, 3)
y = x.sum(1, keepdims=True)
settings = {{"number": 0.5}}


class Change(keras.callbacks.Callback):
    def __init__(self, held):
        super().__init__()
        self.held = held

    def on_epoch_end(self, epoch, logs=None):
        {change}


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1{layer})])
model.compile({optimizer}, "mse")
losses = model.fit({data}, epochs=3, verbose=0).history["loss"]
{after}
"""
BATCHES = """\
class Batches(keras.utils.Sequence):
    def __len__(self):
        return 3

    def __getitem__(self, i):
        return x[8 * i : 8 * i + 8], y[8 * i : 8 * i + 8]

    def on_epoch_end(self):
        settings["number"] = 0.01


model ="""
GIVEN = "x, y, batch_size=8, callbacks=[Change(x)]"
NUMBER = 'settings["number"]'
SETS = f"{NUMBER} = 0.01"
AGAIN = 'losses += model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]'
KEPT = {
    "a norm": (SETS, "", f"keras.optimizers.SGD(0.1, clipnorm={NUMBER})", GIVEN, ""),
    "a regularizer": (
        SETS, f", kernel_regularizer=keras.regularizers.L2({NUMBER})", "'sgd'", GIVEN, "",
    ),
    "by a data set": ("pass", "", f"keras.optimizers.SGD(0.1, clipnorm={NUMBER})", "Batches()", ""),
    "arrays": ("x[0] += 1", "", "'sgd'", GIVEN, AGAIN),
    "arrays that it has got": ("self.held[0] += 1", "", "'sgd'", GIVEN, AGAIN),
    "arrays in the second round": (
        "self.held[0] += 1", "", "'sgd'", "x, y, batch_size=8",
        f"losses += model.fit({GIVEN}, verbose=0).history['loss']\n{AGAIN}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", KEPT)
def test_it_is_as_it_was(what: str, scripts: Scripts) -> None:
    change, layer, optimizer, data, after = KEPT[what]
    text = PROGRAM.format(change=change, layer=layer, optimizer=optimizer, data=data, after=after)
    if data == "Batches()":
        text = text[: text.index("class Change")] + text[text.index("model =") :]
        text = text.replace("model =", BATCHES, 1)
    if what == "a regularizer":  # a layer made of it may stand before or behind the call
        said = [one.message for one in convert(text).diagnostics if one.severity is Severity.ERROR]
        assert any("gets several values, and a function changes it" in one for one in said), said
        return
    apart = scripts.compare(text, converted(text, Options(exact=True, keras="3")))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_rates_that_it_changes_are_refused() -> None:
    optimizer = (
        f"keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2, {NUMBER}))"
    )
    text = PROGRAM.format(change=SETS, layer="", optimizer=optimizer, data=GIVEN, after="")
    said = [one.message for one in convert(text).diagnostics if one.severity is Severity.ERROR]
    assert any("`settings['number']` changes later" in one for one in said), said


COPIED = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(24, 3)
y = x.sum(1, keepdims=True)
seen, weights = {{}}, np.ones(24)


class Note(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        {change}


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit({data}, epochs=2, verbose=0, callbacks=[Note()])
losses = history.history["loss"]
"""


@pytest.mark.parametrize(
    ("change", "data", "copies"),
    [
        ('seen[epoch] = logs["loss"]', "x / 2, y * 2.0", 0),
        ("weights[epoch] = 5.0", "x / 2, y * 2, sample_weight=weights", 1),
        ("weights[epoch] = 5.0", "-x, y * 2 if len(y) > 3 else y", 2),
    ],
)
def test_what_is_computed_is_not_copied(
    change: str, data: str, copies: int, scripts: Scripts
) -> None:
    text = COPIED.format(change=change, data=data)
    result = converted(text, Options(exact=True))
    assert result.count(".copy()") == copies
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart
