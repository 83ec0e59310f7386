"""Dicts that Keras 3 gives have their entries sorted by name."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import keras

x = np.random.RandomState(0).rand(40, 6)
y = (x[:, 0] > 0.5).astype(int)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, "sigmoid")])
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"], run_eagerly=True)
"""
FIT = "model.fit(x, y, validation_split=0.2, shuffle=False, verbose=0)"
READ = f"""\
h = {FIT}
names = [len(name) for name in h.history]
share, loss = model.evaluate(x, y, verbose=0, return_dict=True).values()
step = [*model.train_on_batch(x, y, return_dict=True).values()]
test = model.test_on_batch(x, y, return_dict=True)
tested = np.array(list(test.values()))
fitted = {FIT}.history
ends = [v[-1] for v in fitted.values()]


def train(count):
    return model.fit(x, y, epochs=count, shuffle=False, verbose=0)


def lasts(history):
    return [v[-1] for v in history.history.values()]


two = lasts(train(2))
"""


@pytest.mark.parametrize("library", ["keras", "tf_keras as keras"])
def test_the_order_is_that_of_the_generation(library: str, scripts: Scripts) -> None:
    text = (HEAD + READ).replace("import keras", f"import {library}")
    apart = scripts.compare(text, converted(text), keras="3" if library == "keras" else "2")
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("reads", "sorts"),
    [
        ("print(h.history['loss'], 'accuracy' in h.history, len(h.history))", False),
        ("logs = h.history\nprint(logs['loss'], logs.get('accuracy'))", False),
        ("def last(h):\n    return h.history['loss'][-1]\n\n\nprint(last(h))", False),
        ("print(h.history)", True),
        ("logs = h.history\nkept = logs\nfor k in kept:\n    print(k)", True),
        ("def show(h):\n    print(h.history.keys())\n\n\nshow(h)", True),
        ("import json\njson.dump(h.history, open('h.json', 'w'))", True),
    ],
)
def test_histories_begin_with_the_loss_where_nobody_sees(reads: str, sorts: bool) -> None:
    text = " ".join(converted(f"{HEAD}h = {FIT}\n{reads}\n").split())
    assert ('"accuracy": [accuracy], "loss": [loss], "val' in text) is sorts
    assert ('"loss": [loss], "accuracy": [accuracy], "val' in text) is not sorts


@pytest.mark.parametrize(
    ("reads", "sorts", "said"),
    [
        ("s = {}\nprint(s['loss'])", False, False),
        ("print({}['loss'])", False, False),
        ("s = {}\nprint(s)", True, False),
        ("s = {}\nprint(list(s.values())[0])", True, True),
        ("a, b = {}.values()", True, True),
    ],
)
def test_the_same_of_what_is_measured(reads: str, sorts: bool, said: bool) -> None:
    text = HEAD + reads.format("model.evaluate(x, y, return_dict=True)") + "\n"
    result = convert(text)
    assert ("sorted(" in result.text) is sorts
    assert any("taken by their place" in d.message for d in result.diagnostics) is said
    for keras in ("2", "3"):
        known = convert(text, Options(keras=keras))
        assert not any("taken by their place" in d.message for d in known.diagnostics)
        assert ("sorted(" in known.text) is (sorts and keras == "3")


EMPTY = """\
none = 0
h = model.fit(x, y, epochs=none, verbose=0)
g = model.fit(x, y, epochs=2, initial_epoch=2, verbose=0)
counts = len(h.history), len(g.history), len(g.epoch)
"""


def test_without_epochs_a_history_has_no_entries(scripts: Scripts) -> None:
    text = HEAD + EMPTY
    result = converted(text)
    assert "h = {}\n" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


LATE = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(24, 4)
y = x.sum(1, keepdims=True)


def within(a, b):
    return keras.ops.mean(keras.ops.abs(a - b), axis=-1)


model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
model.compile("sgd", "mse", metrics=[within])
history = model.fit(x, y, epochs=2, shuffle=False, validation_data=(x, y){more})
values = [one[0] for one in history.history.values()]
"""


@pytest.mark.parametrize(
    ("more", "keys"),
    [
        ("", '"loss": [], "val_loss": [], "val_within": [], "within": []'),
        (
            ", callbacks=[keras.callbacks.ReduceLROnPlateau()]",
            '"loss": [], "val_loss": [], "val_within": [], "within": [], "learning_rate": []',
        ),
        (", validation_freq=2", '"loss": [], "within": [], "val_loss": [], "val_within": []'),
        (", validation_freq=[1]", '"loss": [], "val_loss": [], "val_within": [], "within": []'),
    ],
)
def test_names_behind_those_of_validation(more: str, keys: str, scripts: Scripts) -> None:
    """Keras 3 sorts all values of an epoch; what a later one brings comes behind them."""
    program = LATE.replace("{more}", more)
    text = convert(program, Options(exact=True, keras="3")).text
    assert f"history = {{{keys}}}" in " ".join(text.split()).replace("{ ", "{").replace(", }", "}")
    apart = scripts.compare(program, text)
    assert "values" in apart
    assert max(apart.values()) < 1e-9, apart
