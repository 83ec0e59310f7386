"""Callbacks of the program's own that objects keep in attributes, alone or in lists."""

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
from tensorflow.keras.callbacks import Callback, EarlyStopping

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


class Budget(Callback):
    def __init__(self, epochs):
        super().__init__()
        self.left = epochs

    def on_epoch_end(self, epoch, logs=None):
        self.left -= 1
        if self.left <= 0:
            self.model.stop_training = True


"""
TRAINER = """\
class Trainer:
    def __init__(self, epochs):
        KEPT
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def train(self):
        history = self.model.fit(
            x, y, epochs=4, shuffle=False, verbose=0, callbacks=self.callbacks
        )
        return history.history["loss"]


trainer = Trainer(6)
losses = trainer.train() + trainer.train()
"""
MADE = TRAINER.replace("KEPT", "self.callbacks = [Budget(epochs), EarlyStopping(patience=9)]")
ALONE = TRAINER.replace("KEPT", "self.budget = Budget(epochs)")
ALONE = ALONE.replace("=self.callbacks", "=[self.budget]") + "left = trainer.budget.left\n"
FILLED = TRAINER.replace(
    "KEPT", "self.callbacks = []\n        self.callbacks.append(Budget(epochs))"
)


@pytest.mark.parametrize("text", [MADE, ALONE, FILLED])
def test_one_object_lasts_for_all_trainings(text: str, scripts: Scripts) -> None:
    made = converted(HEAD + text, Options(exact=True))
    assert "        self.budget = Budget(epochs)\n" in made
    apart = scripts.compare(HEAD + text, made)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (MADE, "[Budget(epochs),", "[*([Budget(epochs)] if epochs else []),"),
        (MADE, "Budget(epochs)", "some"),
        (ALONE, "left =", "trainer.budget = Budget(1)\nleft ="),
        (ALONE, "left =", "print(trainer.budget.model)\nleft ="),
        (ALONE, "left =", "setattr(trainer, 'budget', Budget(1))\nleft ="),
        (ALONE, "        self.budget", "        if epochs:\n            self.budget"),
    ],
)
def test_what_may_be_another_one_is_refused(text: str, old: str, new: str) -> None:
    assert old in text
    diagnostics = convert(HEAD + text.replace(old, new)).diagnostics
    assert any(d.severity is Severity.ERROR for d in diagnostics)


def test_an_attribute_of_that_name_stays_another_one() -> None:
    text = converted(
        HEAD + MADE.replace("self.callbacks =", "self.budget = 3\n        self.callbacks =")
    )
    assert "        self.budget_2 = Budget(epochs)\n" in text


def test_one_that_asks_another_model_is_refused() -> None:
    head = HEAD.replace(
        "        self.left -= 1\n", "        self.left -= self.other.predict(x)[0]\n"
    )
    assert any(d.severity is Severity.ERROR for d in convert(head + ALONE).diagnostics)


METHODS = (
    HEAD.replace(
        "self.left = epochs\n", "self.left = epochs\n        self.compared = np.less_equal\n"
    )
    .replace(
        """        self.left -= 1
        if self.left <= 0:
""",
        """        self.count()
        if self.compared(self.left, 0):
""",
    )
    .replace(
        "    def on_epoch_end",
        "    def count(self):\n        self.left -= 1\n\n    def on_epoch_end",
    )
)


@pytest.mark.parametrize("text", [MADE, ALONE])
def test_methods_and_functions_of_its_own_are_no_models(text: str, scripts: Scripts) -> None:
    made = converted(METHODS + text, Options(exact=True))
    apart = scripts.compare(METHODS + text, made)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_what_it_is_given_may_be_a_model() -> None:
    text = METHODS.replace("= np.less_equal", "= epochs") + ALONE
    made = convert(text, Options(exact=True))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any("make what is in `self.budget` where `fit` is called" in one for one in errors)
