"""Models that an object keeps, and that its methods give beside what training them has given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted as converted_files
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

LIB = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(60, 6)
y = np.arange(60) % 3


class Trainer:
    def __init__(self, units=8):
        hidden = layers.Dense(units, activation="relu")
        self.model = keras.Sequential(
            [keras.Input((6,)), hidden, layers.Dense(3, activation="softmax")]
        )
        self.model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])

    def train(self, x, y, epochs=3):
        history = self.model.fit(x, y, validation_split=0.2, epochs=epochs, verbose=0)
        return GIVEN
"""
BOTH, ALONE = "self.model, history", "self.model"
USES = {
    "beside-its-history": (
        BOTH,
        "trainer = Trainer()\nmodel, history = trainer.train(x, y)\n"
        'loss = model.evaluate(x, y)[0]\nbest = min(history.history["val_loss"])\n',
    ),
    "alone": (
        ALONE,
        "trainer = Trainer()\nmodel = trainer.train(x, y, epochs=2)\n"
        "loss = model.evaluate(x, y)[0]\np = model.predict(x)\n",
    ),
    "of-two-objects": (
        BOTH,
        "a, b = Trainer(), Trainer(4)\none, _ = a.train(x, y)\nother, _ = b.train(x, y)\n"
        "p = one.predict(x) + other.predict(x)\nloss = other.evaluate(x, y)[0]\n",
    ),
    "in-rounds": (
        BOTH,
        "loss, models = [], []\nfor units in (4, 8):\n    trainer = Trainer(units)\n"
        "    model, history = trainer.train(x, y)\n    loss.append(model.evaluate(x, y)[0])\n"
        "    models.append(model)\np = models[0].predict(x)\n",
    ),
    "in-a-function": (
        BOTH,
        "def main():\n    trainer = Trainer()\n    model, history = trainer.train(x, y)\n"
        "    return model.evaluate(x, y)[0], model.predict(x)\n\n\nloss, p = main()\n",
    ),
}


@pytest.mark.parametrize("name", USES)
def test_they_are_asked_like_the_attribute(name: str, scripts: Scripts) -> None:
    given, used = USES[name]
    program = f"{LIB.replace('GIVEN', given)}\n\n{used}"
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert "loss" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("name", USES)
def test_classes_of_another_file_give_them(
    name: str, tmp_path: Path, session: VerifySession
) -> None:
    given, used = USES[name]
    lib, main = LIB.replace("GIVEN", given), f"from lib import Trainer, x, y\n\n{used}"
    _, errors = converted_files(tmp_path, {"main.py": main, "lib.py": lib})
    assert not errors
    assert_alike(tmp_path, session)


@pytest.mark.parametrize(
    "used",
    [
        "model.fit(x, y)\n",  # the optimizer that the object has goes on
        "trainer = Trainer(4)\nmodel.fit(x, y)\n",
        'model.compile("sgd", "mse")\nmodel.fit(x, y)\n',
    ],
)
def test_one_that_is_trained_further_is_an_error(used: str) -> None:
    begin = "trainer = Trainer()\nmodel, history = trainer.train(x, y)\n"
    found = convert(f"{LIB.replace('GIVEN', BOTH)}\n\n{begin}{used}")
    assert any(d.severity is Severity.ERROR for d in found.diagnostics)


def test_what_may_be_none_is_not_taken_for_it() -> None:
    given = "self.model if epochs else None"
    used = "trainer = Trainer()\nmodel = trainer.train(x, y)\nloss = model.evaluate(x, y)[0]\n"
    found = convert(f"{LIB.replace('GIVEN', given)}\n\n{used}")
    assert any(d.severity is Severity.ERROR for d in found.diagnostics)
