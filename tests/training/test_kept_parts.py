"""Optimizers, losses, metrics and callbacks that objects keep in attributes."""

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
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint
from tensorflow.keras.optimizers import SGD, Adam

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


"""
TRAINER = """\
class Trainer:
    def __init__(self, rate=0.1, path="best.keras"):
        self.path = path
        self.rate = rate
        self.optimizer = Adam(learning_rate=rate)
        self.loss = keras.losses.Huber(delta=0.5)
        self.callbacks = [
            EarlyStopping(monitor="loss", patience=1), ModelCheckpoint(path, save_best_only=True)
        ]
        self.model = self.build()

    def build(self):
        model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        model.compile(optimizer=self.optimizer, loss=self.loss)
        return model

    def fit(self, epochs):
        return self.model.fit(
            x, y, epochs=epochs, shuffle=False, verbose=0, validation_split=0.2,
            callbacks=self.callbacks,
        ).history


losses = Trainer().fit(3)
"""
LOCAL = """\
class Trainer:
    def __init__(self, rate):
        self.sgd = SGD(rate, momentum=0.9)
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        self.model.compile(self.sgd, "mse")

    def fit(self):
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history


trainer = Trainer(0.1)
losses = trainer.fit()["loss"]
losses += trainer.fit()["loss"]
"""
LISTED = TRAINER[
    TRAINER.index("        self.callbacks = [") : TRAINER.index("        self.model =")
]
METHOD = TRAINER.replace(LISTED, "        self.setup()\n")
METHOD = METHOD.replace("    def build", f"    def setup(self):\n{LISTED}\n    def build")
METHOD = METHOD.replace("ModelCheckpoint(path", "ModelCheckpoint(self.path")
GIVEN = LISTED.replace("self.callbacks =", "return").replace("(path", "(self.path")
GIVING = TRAINER.replace(LISTED, "        self.callbacks = self.listed()\n")
GIVING = GIVING.replace("    def build", f"    def listed(self):\n{GIVEN}\n    def build")
FUNCTION = GIVEN.replace("\n    ", "\n").removeprefix("    ").replace("self.path", "path")
FUNCTION = f"def listed(path):\n{FUNCTION}\n\n" + TRAINER.replace(
    LISTED, "        self.callbacks = listed(path)\n"
)

BARE = TRAINER.replace("        self.rate = rate\n", "")  # which gets that attribute


@pytest.mark.parametrize("text", [TRAINER, LOCAL, METHOD, GIVING, FUNCTION, BARE])
def test_they_are_read_where_they_are_needed(text: str, scripts: Scripts, tmp_path: Path) -> None:
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{HEAD}{text}"
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        self.callbacks = [", "        if self.rate > 1:\n            self.callbacks = ["),
        ("    def build", "        self.callbacks = []\n\n    def build"),
        ("patience=1", "patience=some"),
    ],
)
def test_what_another_method_keeps_may_be_something_else(old: str, new: str) -> None:
    setup = "        some = 1\n" if "some" in new else ""
    text = METHOD.replace(old, new).replace("def setup(self):\n", f"def setup(self):\n{setup}")
    assert text != METHOD
    assert any(d.severity is Severity.ERROR for d in convert(HEAD + text).diagnostics)


@pytest.mark.parametrize("text", [GIVING, FUNCTION])
def test_what_gives_them_goes_with_them(text: str) -> None:
    assert "listed" not in converted(HEAD + text)


@pytest.mark.parametrize("text", [GIVING, FUNCTION])
def test_what_gives_them_and_does_more_is_refused(text: str) -> None:
    text = text.replace(
        "return [",
        "print(len(x))\n        return [" if text is GIVING else "x[0] += 1\n    return [",
    )
    assert any(d.severity is Severity.ERROR for d in convert(HEAD + text).diagnostics)


def test_the_optimizer_takes_the_place_of_the_one_that_goes() -> None:
    text = converted(HEAD + TRAINER)
    assert "self.optimizer = torch.optim.Adam(\n" in text
    assert "self.model.parameters(), lr=self.rate, eps=1e-7\n" in text
    assert "callbacks" not in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("losses =", "trainer = Trainer()\ntrainer.optimizer = SGD(0.1)\nlosses ="),
        ("losses =", "print(Trainer().optimizer.get_config())\nlosses ="),
        ("        self.optimizer =", "        rate = rate / 2\n        self.optimizer ="),
        ("        self.optimizer =", "        if rate < 1:\n            self.optimizer ="),
        ("losses = ", "losses = setattr(Trainer, 'optimizer', None) or "),
        ("losses = Trainer().fit(3)", "t = Trainer()\nlosses = [t.fit(3) for _ in range(2)]"),
        # what it is made of changes, or more is done with it
        ("self.model = self.build()", "self.model = self.build()\n        self.rate *= 2"),
        ("rate)\n        self.loss", "RATE)\n        self.loss"),
        ("    def fit", "    def more(self, a):\n        self.callbacks.append(a)\n\n    def fit"),
        ("self.model =", "self.optimizer.learning_rate = 1.0\n        self.model ="),
        ("rate)\n        self.loss", "(step := rate * 2))\n        self.loss"),
        (
            "losses = Trainer().fit(3)",
            "def run(t):\n    return t.fit(3)\n\n\nt = Trainer()\nrun(t)\nlosses = run(t)",
        ),
    ],
)
def test_what_may_be_something_else_is_refused(old: str, new: str) -> None:
    assert old in TRAINER
    changing = "RATE = 0.1\nRATE = 0.2\n\n\n" if "RATE" in new else ""
    diagnostics = convert(HEAD + changing + TRAINER.replace(old, new)).diagnostics
    assert any(d.severity is Severity.ERROR for d in diagnostics)


def test_an_optimizer_that_a_method_compiles_with_again_goes_on() -> None:
    compiled = '        self.model.compile(self.sgd, "mse")\n'
    text = LOCAL.replace(compiled, "").replace("        return", f"{compiled}        return")
    text = text.replace("__(self, rate)", "__(self)").replace("SGD(rate", "SGD(0.1")
    messages = [d.message for d in convert(HEAD + text.replace("(0.1)\n", "()\n")).diagnostics]
    assert any("goes on with what it knows" in message for message in messages)


@pytest.mark.parametrize("name", ["mse", "MSE", "MAE", "MAPE", "MSLE", "KLD"])
def test_numbers_of_losses_are_no_parts(name: str) -> None:
    made, compiled = "keras.losses.Huber(delta=0.5)", "loss=self.loss)"
    text = TRAINER.replace(made, f"keras.losses.{name}([1.0], [2.0])")
    text = text.replace(compiled, 'loss="mse", metrics=[self.loss])')
    messages = [d.message for d in convert(HEAD + text).diagnostics]
    assert any("a metric is only known at run time" in message for message in messages)
    assert any(d.severity is Severity.ERROR for d in convert(HEAD + text).diagnostics)


NONE = """\
class Trainer:
    def __init__(self):
        self.callbacks = NOTHING
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def fit(self):
        return self.model.fit(
            x, y, epochs=2, shuffle=False, verbose=0, callbacks=self.callbacks
        ).history


trainer = Trainer()
losses = trainer.fit()
"""


@pytest.mark.parametrize("nothing", ["[]", "None"])
def test_callbacks_may_be_none(nothing: str, scripts: Scripts) -> None:
    program = HEAD + NONE.replace("NOTHING", nothing)
    apart = scripts.compare(program, converted(program))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9


@pytest.mark.parametrize("more", ["trainer.callbacks.append(own)", "trainer.callbacks = [own]"])
def test_what_may_get_callbacks_later_is_left(more: str) -> None:
    program = HEAD + NONE.replace("NOTHING", "[]").replace("losses =", f"{more}\nlosses =")
    assert any(d.severity is Severity.ERROR for d in convert(program).diagnostics)


OPTIONS = """\
class Options:
    rate = 0.1

    def slow(self):
        MORE


class Trainer:
    def __init__(self, options):
        self.options = options
        self.optimizer = SGD(self.options.rate)
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])

    def fit(self):
        self.model.compile(self.optimizer, "mse")
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history


options = Options()
trainer = Trainer(options)
options.slow()
losses = trainer.fit()
"""


def test_settings_of_an_object_are_read_where_they_are(scripts: Scripts) -> None:
    program = HEAD + OPTIONS.replace("MORE", "return self.rate / 2")
    assert max(scripts.compare(program, converted(program)).values()) < 1e-9


@pytest.mark.parametrize(
    ("more", "after"),
    [("self.rate = 0.5", ""), ("return 1", "options.rate = 0.5\n")],
)
def test_settings_that_change_once_the_part_is_made_are_left(more: str, after: str) -> None:
    program = HEAD + OPTIONS.replace("MORE", more).replace("losses =", f"{after}losses =")
    assert any(d.severity is Severity.ERROR for d in convert(program).diagnostics)
