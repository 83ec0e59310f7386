"""Models that a function of another file has trained before it gives them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import test_several_files as several
from tests.training.test_guests import assert_alike
from transpiler.verify.session import VerifySession

LIB = """\
from tensorflow import keras


def make(size):
    layers = [keras.Input((size,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    return model


def train(x, y):
    model = make(x.shape[1])
    history = model.fit(x, y, epochs=2, batch_size=8, shuffle=False)
    return GIVEN


def trained(x, y):
    model = train(x, y)
    return model
"""
MAIN = """\
import numpy as np
from lib import train, trained

x = np.random.default_rng(0).normal(size=(20, 3))
y = x[:, 0]
"""
FIT = "{}.fit(x, y, batch_size=8, shuffle=False)"
GOES_ON = {
    "it": f"model = train(x, y)\nlater = {FIT.format('model')}\n",
    "batch-by-batch": "model = train(x, y)\nloss = model.train_on_batch(x, y)\n",
    "given-on": f"model = trained(x, y)\nlater = {FIT.format('model')}\n",
    "in-a-function": (
        f"def more(net):\n    return {FIT.format('net')}\n\n\nmodel = train(x, y)\nmore(model)\n"
    ),
}


@pytest.mark.parametrize("name", GOES_ON)
def test_training_it_further_is_an_error(name: str, tmp_path: Path) -> None:
    files = {"lib.py": LIB.replace("GIVEN", "model"), "main.py": MAIN + GOES_ON[name]}
    _, errors = several.converted(tmp_path, files)
    said = "`train` of lib.py trains the model, too, and its optimizer goes on"
    assert any(said in error for error in errors), errors


def test_it_is_compiled_again(tmp_path: Path, session: VerifySession) -> None:
    again = 'model.compile("adam", "mse")\n'
    fit = f"loss = {FIT.format('model')}.history['loss']\n"
    main = MAIN.replace(", trained", "") + f"model = train(x, y)\n{again}{fit}"
    lib = LIB.replace("GIVEN", "model").partition("\n\n\ndef trained")[0] + "\n"
    _, errors = several.converted(tmp_path, {"lib.py": lib, "main.py": main})
    assert not errors
    assert_alike(tmp_path, session)


@pytest.mark.parametrize(
    ("given", "unpacked"),
    [
        ("model, history", "model, history = train(x, y)"),
        ("history.history, model", "losses, model = train(x, y)"),
        ("(model, history)", "both = train(x, y)\nmodel = both[0]"),
    ],
)
def test_one_beside_its_history_is_asked_and_not_trained_further(
    given: str, unpacked: str, tmp_path: Path, session: VerifySession
) -> None:
    lib = LIB.replace("GIVEN", given).partition("\n\n\ndef trained")[0] + "\n"
    main = MAIN.replace(", trained", "") + f"{unpacked}\nvalue = model.fit(x, y)\n"
    _, errors = several.converted(tmp_path / "trained", {"lib.py": lib, "main.py": main})
    assert any(error.startswith("main.py:") for error in errors), errors
    main = main.replace("value = model.fit", "loss = model.evaluate")
    _, errors = several.converted(tmp_path, {"lib.py": lib, "main.py": main})
    assert not errors
    assert_alike(tmp_path, session)


def test_one_without_a_name_of_its_own_is_an_error(tmp_path: Path) -> None:
    lib = LIB.replace("GIVEN", "[model, history]").partition("\n\n\ndef trained")[0] + "\n"
    main = MAIN.replace(", trained", "") + "value = train(x, y)[0].evaluate(x, y)\n"
    _, errors = several.converted(tmp_path, {"lib.py": lib, "main.py": main})
    assert any(error.startswith("main.py:") for error in errors), errors


def test_why_one_function_is_not_for_two_models_is_said(tmp_path: Path) -> None:
    engine = "def run(model, x, y):\n    return model.fit(x, y, epochs=2, verbose=0).history\n"
    main = """\
import numpy as np
from engine import run
from tensorflow import keras

x, y = np.ones((20, 4)), np.ones((20, 1))
one = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
one.compile("sgd", "mse", metrics=["mae"])
two = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
two.compile("sgd", "mse")
print(run(one, x, y), run(two, x, y))
"""
    _, errors = several.converted(tmp_path, {"engine.py": engine, "main.py": main})
    why = "`run` trains models of several kinds, as their `metrics` differ: give each kind a"
    assert any("`run` is left as it is" in one and why in one for one in errors), errors
