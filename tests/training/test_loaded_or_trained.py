"""Models that a program loads where an earlier run has saved them, and else makes and trains."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import os

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

PATH = "kept.keras"
x = np.random.RandomState(0).rand(40, 6).astype("float32")
y = np.random.RandomState(1).rand(40, 1).astype("float32")


"""
MAKE = """\
# nothing there yet
units = 4
model = keras.Sequential([keras.Input((6,)), layers.Dense(units, "relu")])
model.add(layers.Dense(1))
model.compile(optimizer="adam", loss="mse")
"""
TRAIN = """\
model.fit(x, y, epochs=2, batch_size=10, shuffle=False, verbose=0)
model.save(PATH)
"""
ASK = """
score = model.evaluate(x, y, verbose=0)
answers = model.predict(x, verbose=0)
"""
LOAD = "model = keras.models.load_model(PATH)\n"


def inside(text: str, margin: int = 4) -> str:
    return "".join(f"{' ' * margin}{line}\n" for line in text.splitlines())


IF = f"if os.path.exists(PATH):\n{inside(LOAD)}else:\n{inside(MAKE + TRAIN)}"
TRY = f"try:\n{inside(LOAD)}except Exception:\n{inside(MAKE + TRAIN)}"
GIVES = LOAD.replace("model =", "return")
RETURN = "return model\n"
#: The same as functions that give the model.
FUNCTIONS = {
    "joined": IF + RETURN,
    "early": f"if os.path.exists(PATH):\n{inside(GIVES)}{MAKE}{TRAIN}{RETURN}",
    "tried": TRY.replace(LOAD, GIVES) + inside(RETURN),
}
PROGRAMS = {
    "if": IF,
    "not": f"if not os.path.exists(PATH):\n{inside(MAKE + TRAIN)}else:\n{inside(LOAD)}",
    "try": TRY,
    "made": f"{MAKE}if os.path.exists(PATH):\n{inside(LOAD)}else:\n{inside(TRAIN)}",
    **{
        name: f"def get_model():\n{inside(body)}\n\nmodel = get_model()\n"
        for name, body in FUNCTIONS.items()
    },
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_a_run_saves_is_loaded_by_the_next(name: str, scripts: Scripts) -> None:
    text = HEAD + PROGRAMS[name] + ASK
    if name in FUNCTIONS:
        text += "second = get_model()\nagain = second.predict(x, verbose=0)\n"
        text += "same = abs(again - answers).max()\n"
    result = converted(text, Options(exact=True))
    assert result.count("load_state_dict") == 1
    apart = scripts.compare(text, result)
    assert {"score", "answers"} | ({"again", "same"} if name in FUNCTIONS else set()) <= {*apart}
    assert max(apart.values()) < 1e-9, apart


def test_what_makes_the_model_comes_first_with_its_comments() -> None:
    result = converted(HEAD + IF + ASK)
    made = "# nothing there yet\nunits = 4\n"
    assert made in result
    assert result.index(made) < result.index(
        "\nif os.path.exists(PATH):\n    model.load_state_dict"
    )


REFUSED = {
    "trained on": IF + TRAIN,
    "its optimizer": IF + "print(model.optimizer)\n",
    "used besides": f"units = 3\n{IF}print(units)\n",
    "changed": IF.replace("units = 4", "units = [4]\n    units.append(3)").replace(
        "layers.Dense(units, ", "layers.Dense(units[0], "
    ),
    "trains itself": (
        f"def make():\n{inside(MAKE + TRAIN + RETURN)}\n\n"
        f"if os.path.exists(PATH):\n{inside(LOAD)}else:\n    model = make()\n"
    ),
    "shared": (
        "core = keras.Sequential([keras.Input((6,)), layers.Dense(2)])\n"
        + IF.replace('layers.Dense(units, "relu")', "core")
        + "print(core.predict(x))\n"
    ),
    "another error": TRY.replace("Exception", "ValueError"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_would_be_another_model_is_refused(why: str) -> None:
    found = convert(HEAD + REFUSED[why] + ASK).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("load_model" in one for one in errors), errors
