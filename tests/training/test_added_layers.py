"""Sequential models that get their layers one by one, and functions that get the model then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import test_several_files as several
from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_guests import assert_alike
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

HEAD = "import numpy as np\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n"
RUN = """\
def run(model, x, y):
    model.compile("sgd", "mse")
    return model.fit(x, y, epochs=2, shuffle=False)
"""
GUESS = """\


def guess(model, x):
    return asked(model, x)


def asked(model, x):
    return model.predict(x)
"""
TRAINER = """\
class Trainer:
    def __init__(self, model):
        self.model = model

    def go(self, x, y):
        return self.model.fit(x, y, shuffle=False)
"""
MODEL = """\
x = np.random.default_rng(0).normal(size=(20, 4))
model = keras.Sequential()
model.add(keras.Input((4,)))
if len(x) > 3:
    model.add(layers.Dense(5, activation="relu"))
for width in (4, 3):
    model.add(layers.Dense(width))
model.add(layers.Dense(1))
"""
USES = {
    "a-function": (
        RUN,
        "loss = run(model, x, x[:, 0]).history['loss']\nprediction = model.predict(x)\n",
    ),
    "a-function-of-a-function": (
        RUN + GUESS,
        "loss = run(model, x, x[:, 0]).history['loss']\nprediction = guess(model, x)\n",
    ),
    "in-a-loop": (
        RUN + GUESS,
        "loss = run(model, x, x[:, 0]).history['loss']\n"
        "for round in range(2):\n    prediction = guess(model, x)\n",
    ),
    "a-class": (
        TRAINER,
        "model.compile('sgd', 'mse')\ntrainer = Trainer(model)\n"
        "loss = trainer.go(x, x[:, 0]).history['loss']\n",
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", USES)
def test_functions_get_it_when_it_is_complete(name: str, scripts: Scripts) -> None:
    defined, used = USES[name]
    text = f"{HEAD}\n\n{defined}\n\n{MODEL}{used}"
    apart = scripts.compare(text, converted(text))
    assert {"loss", "prediction"} & apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("name", ["a-function", "in-a-loop", "a-class"])
def test_functions_of_another_file_get_it(
    name: str, tmp_path: Path, session: VerifySession
) -> None:
    defined, used = USES[name]
    main = f"{HEAD}from lib import *\n\n{MODEL}{used}"
    _, errors = several.converted(tmp_path, {"lib.py": defined, "main.py": main})
    assert not errors
    assert_alike(tmp_path, session)


LATER = {
    "between": f"{MODEL}first = guess(model, x)\nmodel.add(layers.Dense(2))\np = guess(model, x)\n",
    "in-each-round": f"{MODEL}for round in range(2):\n    model.add(layers.Dense(2))\n"
    "    p = guess(model, x)\n",
    "behind-the-class": f"{MODEL}trainer = Trainer(model)\nmodel.add(layers.Dense(2))\n"
    "model.compile('sgd', 'mse')\nh = trainer.go(x, x[:, 0])\n",
    "read-from-outside": "def now():\n    return model.predict(x)\n\n\n"
    f"{MODEL}p = now()\nmodel.add(layers.Dense(2))\nq = guess(model, x)\n",
}


@pytest.mark.parametrize("name", LATER)
def test_one_that_grows_later_is_an_error(name: str) -> None:
    found = convert(f"{HEAD}\n\n{TRAINER}{GUESS}\n\n{LATER[name]}").diagnostics
    assert any(d.severity is Severity.ERROR for d in found)
