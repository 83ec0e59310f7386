"""Lists of callbacks that the methods of a class fill one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
from types import SimpleNamespace

import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau, TerminateOnNaN

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
config = SimpleNamespace(callbacks=SimpleNamespace(patience=1, early=True), rate=0.5)


"""
BUILD = """\
    def build(self):
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        self.model.compile("adam", "mse")

    def train(self):
        self.build()
        history = self.model.fit(
            x, y, epochs=6, shuffle=False, verbose=0, callbacks=self.callbacks
        )
        self.losses = history.history["loss"]


"""
# in a method of its own, which keeps what it reads of its variables
METHOD = f"""\
class Trainer:
    def __init__(self, config):
        self.config = config
        self.callbacks = []
        self.init_callbacks()

    def init_callbacks(self):
        # stops early
        stopping = EarlyStopping(
            monitor="loss", min_delta=1.0, patience=self.config.callbacks.patience
        )
        if self.config.callbacks.early:
            self.callbacks.append(stopping)
        else:
            self.callbacks += [TerminateOnNaN()]
        self.callbacks.append(ReduceLROnPlateau("loss", self.config.rate, 1, min_delta=1.0))

{BUILD}trainer = Trainer(config)
trainer.train()
losses = trainer.losses
"""
# in the constructor, with arguments that no attribute keeps
CONSTRUCTOR = f"""\
class Trainer:
    def __init__(self, patience, rate=0.5, early=True):
        self.callbacks = [ReduceLROnPlateau("loss", rate, patience, min_delta=1.0)]
        if early:
            self.callbacks.append(EarlyStopping("loss", patience=patience + 1, min_delta=1.0))

{BUILD}trainer = Trainer(1)
trainer.train()
losses = trainer.losses
"""


@pytest.mark.parametrize("text", [METHOD, CONSTRUCTOR])
def test_they_are_what_the_loop_does(text: str, scripts: Scripts) -> None:
    apart = scripts.compare(HEAD + text, converted(HEAD + text, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


GIVEN = METHOD.replace("def init_callbacks(self):", "def init_callbacks(self, settings):").replace(
    "self.init_callbacks()", "self.init_callbacks(config)"
)
GIVEN = GIVEN.replace("self.config.", "settings.")


def test_the_method_may_get_settings(scripts: Scripts) -> None:
    text = HEAD + GIVEN
    assert scripts.compare(text, converted(text, Options(exact=True)))["losses"] < 1e-9


def test_settings_that_the_method_changes_are_refused() -> None:
    changed = GIVEN.replace("        # stops early\n", "        settings = dict(settings)\n")
    found = convert(HEAD + changed, Options(exact=True)).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


def test_a_method_that_only_fills_them_goes() -> None:
    text = converted(HEAD + METHOD)
    assert "init_callbacks" not in text
    assert "self.callbacks" not in text


def test_arguments_that_the_loop_reads_get_attributes() -> None:
    text = converted(HEAD + CONSTRUCTOR)
    for name in ("patience", "rate", "early"):
        assert f"        self.{name} = {name}\n" in text
    assert "if self.early:" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # filled again, from outside or by an heir
        ("trainer.train()", "trainer.init_callbacks()\ntrainer.train()"),
        ("trainer.train()", "trainer.callbacks.append(EarlyStopping())\ntrainer.train()"),
        ("trainer.train()", "print(len(trainer.callbacks))\ntrainer.train()"),
        ("trainer.train()", "getattr(trainer, 'init_' + 'callbacks')()\ntrainer.train()"),
        (
            "trainer =",
            "class Other(Trainer):\n    def init_callbacks(self):\n"
            "        self.callbacks.append(EarlyStopping())\n\n\ntrainer =",
        ),
        (
            "trainer =",
            "class Other(Trainer):\n    def more(self):\n"
            "        self.callbacks.append(EarlyStopping())\n\n\ntrainer =",
        ),
        # several times, or perhaps not at all
        (
            "        self.init_callbacks()",
            "        for _ in range(2):\n            self.init_callbacks()",
        ),
        (
            "        self.init_callbacks()",
            "        if config:\n            self.init_callbacks()",
        ),
        (
            "        self.init_callbacks()\n",
            "        self.train()\n        self.init_callbacks()\n",
        ),
        # made of what is something else then
        ("        # stops", "        stopping = None\n        # stops"),
        (
            "        self.callbacks.append(R",
            "        self.config = None\n        self.callbacks.append(R",
        ),
    ],
)
def test_what_may_hold_more_is_refused(old: str, new: str) -> None:
    assert old in METHOD
    diagnostics = convert(HEAD + METHOD.replace(old, new)).diagnostics
    assert any(d.severity is Severity.ERROR for d in diagnostics)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    def build", "    def patience(self):\n        return 1\n\n    def build"),
        ("trainer =", "Trainer.rate = 1.0\ntrainer ="),
        ("        self.callbacks =", "        patience = patience + 1\n        self.callbacks ="),
    ],
)
def test_arguments_get_no_attribute_that_is_another_one(old: str, new: str) -> None:
    assert old in CONSTRUCTOR
    diagnostics = convert(HEAD + CONSTRUCTOR.replace(old, new)).diagnostics
    assert any(d.severity is Severity.ERROR for d in diagnostics)


def test_a_part_of_an_argument_that_changes_later_is_refused() -> None:
    text = CONSTRUCTOR.replace("patience=patience + 1", "patience=patience.early")
    text = text.replace("trainer = Trainer(1)", "trainer = Trainer(config)\nconfig.early = 2")
    text = text.replace("rate, patience,", "rate, 1,")
    assert any(d.severity is Severity.ERROR for d in convert(HEAD + text).diagnostics)


def test_an_heir_in_another_file_may_fill_them_too(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "trainer.py"
    path.write_text(HEAD + METHOD)
    heir = "import keras\nfrom trainer import Trainer\n\n\nclass Heir(Trainer):\n"
    heir += "    def init_callbacks(self):\n        pass\n"
    (tmp_path / "heir.py").write_text(heir)
    diagnostics = convert(HEAD + METHOD, path=str(path)).diagnostics
    assert any(d.severity is Severity.ERROR for d in diagnostics)


IMAGES = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(12, 6, 6, 2), rng.rand(12, 1)
inputs = keras.Input((6, 6, 2))
paths = []
for size in (1, 3):
    paths.append(layers.Conv2D(4, size, padding="same")(inputs))
stacked = layers.Flatten()(layers.Lambda(lambda t: tf.stack(t, axis=1))(paths))
model = keras.Model(inputs, layers.Dense(1)(stacked))
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=2, batch_size=5, shuffle=False, verbose=0).history["loss"]
"""


def test_images_of_a_list_are_turned_one_by_one(scripts: Scripts) -> None:
    result = converted(IMAGES, Options(exact=True))
    assert "for item in paths" in result
    apart = scripts.compare(IMAGES, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
