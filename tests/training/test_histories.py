"""`History()` as a callback: the object that `fit` gives, under a name of the program's own."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, History

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
"""
READ = """\
hist = History()
stopping = EarlyStopping("loss", patience=1)
model.fit(x, y, epochs=2, shuffle=False, verbose=0, callbacks=[hist, stopping])
losses, count = hist.history["mae"], len(hist.epoch)
"""
HANDED = """\
def train():
    history = History()
    parts = [history]
    model.fit(x, y, epochs=2, shuffle=False, verbose=0, callbacks=parts)
    return history


def last(history):
    return history.history["loss"][-1], history.epoch


loss, epochs = last(train())
"""


@pytest.mark.parametrize("text", [READ, HANDED])
def test_it_is_what_fit_gives(text: str, scripts: Scripts) -> None:
    text = HEAD + text
    result = converted(text)
    assert "History(" not in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


def test_a_dict_where_nothing_else_is_read() -> None:
    text = converted(f"{HEAD}{READ}".replace(", len(hist.epoch)", ", 0"))
    assert 'hist = {"loss": [], "mae": []}' in text
    assert 'losses, count = hist["mae"], 0' in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("model.fit(", "model.fit(x, y, callbacks=[hist])\nmodel.fit("),  # it goes on with both
        ("model.fit(", "for _ in range(2):\n    model.fit("),
        ("model.fit(", "other = model.fit("),
    ],
)
def test_what_else_an_object_of_several_would_hold_is_refused(old: str, new: str) -> None:
    text = f"{HEAD}{READ}print(hist, stopping)\nother = 3\nprint(other)\n".replace(old, new)
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


@pytest.mark.parametrize(
    ("reads", "kept"),
    [
        ("hist.epoch.append(3)\nprint(hist.epoch)", True),
        ("hist.epoch += [3]\nprint(hist.epoch)", True),
        ("epochs = hist.epoch\nepochs.append(3)\nprint(hist.epoch)", True),
        ("def show(hist=hist):\n    print(hist.epoch)\n\n\nshow()", True),
        ("print(hist.epoch, hist.epoch[-1] == 1)", False),
    ],
)
def test_epochs_that_are_changed_stay_one_list(reads: str, kept: bool) -> None:
    text = converted(f"{HEAD}hist = model.fit(x, y, epochs=2)\n{reads}\n")
    assert ("SimpleNamespace(" in text) is kept
    assert (reads in text) is kept
