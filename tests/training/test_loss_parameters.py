"""Functions that get a loss and compile a model with it: another loss in each call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_guests import assert_alike
from tests.training.test_refusals import errors
from tests.training.test_several_files import converted as converted_files
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K

rng = np.random.default_rng(0)
x, y = rng.normal(size=(60, 9)), rng.integers(0, 2, (60, 1)).astype("float64")


"""
#: One gives a number for a batch, one a number for each row; the last is made by a function.
LOSSES = """\
def dice(y_true, y_pred):
    return 1 - K.sum(y_true * y_pred) / (K.sum(y_pred) + 1.0)


def squares(y_true, y_pred):
    return K.mean(K.square(y_true - y_pred), axis=-1)


def focal(gamma=2.0):
    def fixed(y_true, y_pred):
        p = K.clip(y_pred, 1e-3, 0.999)
        return -K.mean(K.pow(1.0 - p, gamma) * y_true * K.log(p))

    return fixed


"""
MODEL = """\
    model = keras.Sequential(
        [keras.Input((9,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1, "sigmoid")]
    )
    model.compile("sgd", loss={loss}, metrics=["accuracy"])
"""
FIT = 'model.fit(x, y, epochs=2, batch_size=16, verbose=0, shuffle=False{more}).history["loss"]'
TRAIN = "def train({parameter}):\n" + MODEL + "    return " + FIT + "\n\n\n"
BUILD = "def build({parameter}):\n" + MODEL + "    return model\n\n\n"
CALLS = "first = np.array(train(dice))\nsecond = np.array(train(focal(gamma=1.5)))\n"
OBJECT = """\
class Trainer:
    def __init__(self, loss, epochs=2):
        self.loss, self.epochs = loss, epochs

    def train(self):
{model}        return {fit}


first = np.array(Trainer(dice).train())
second = np.array(Trainer(focal()).train())
"""


def _train(parameter: str = "loss", loss: str = "loss", more: str = "") -> str:
    return TRAIN.format(parameter=parameter, loss=loss, more=more)


def _object(loss: str) -> str:
    lines = MODEL.format(loss=loss).splitlines(keepends=True)
    return OBJECT.format(model="".join(f"    {one}" for one in lines), fit=FIT.format(more=""))


OUTSIDE = f"""\
model = build(dice)
first = np.array({FIT.format(more='')})
model = build(focal())
second = np.array({FIT.format(more='')})
"""
#: Ways in which a loss comes to `compile`.
WAYS = {
    "a parameter": _train() + CALLS,
    "by name": _train("n=2, loss=None", "loss") + CALLS.replace("train(", "train(loss="),
    "a default": _train("loss=squares") + CALLS.replace("train(dice)", "train()"),
    "a number or one for each row": _train() + CALLS.replace("dice", "squares"),
    "a loop": _train()
    + "every = []\nfor one in (dice, squares, focal(1.0)):\n    every.append(train(one)[-1])\n",
    "a dict": _train("name, loss")
    + "found = {}\nfor name, loss in {'dice': dice, 'focal': focal()}.items():\n"
    + "    found[name] = train(name, loss)\nboth = np.array([found['dice'], found['focal']])\n",
    "handed on": BUILD.format(parameter="fn", loss="fn")
    + f"def train(loss):\n    model = build(fn=loss)\n    return {FIT.format(more='')}\n\n\n"
    + CALLS,
    "a builder": BUILD.format(parameter="loss", loss="loss") + OUTSIDE,
    "a method": "class Trainer:\n"
    + "".join(f"    {line}" for line in _train("self, loss").splitlines(keepends=True))
    + CALLS.replace("train(", "Trainer().train("),
    "an object": _object("self.loss"),
    "weights": _train(more=", sample_weight=np.linspace(0, 2, 60)")
    + "first = np.array(train(squares))\n",
    "compiled again": "def tune(model, loss):\n"
    '    model.compile("sgd", loss=loss)\n'
    f"    return {FIT.format(more='')}\n\n\n"
    'model = keras.Sequential([keras.Input((9,)), keras.layers.Dense(1, "sigmoid")])\n'
    "first = np.array(tune(model, dice))\nsecond = np.array(tune(model, squares))\n",
}

TABLE = "LOSSES = {'dice': dice, 'squares': squares, 'focal': focal(1.5)}\n\n\n"
PICKS = """\
def pick(name):
    if name == "dice":
        return dice
    return focal(3.0)


"""
CONDITION = """\
    if name == "dice":
        loss = dice
    else:
        loss = focal(3.0)
    model ="""
BY_NAME = "first = np.array(train('dice'))\nsecond = np.array(train('focal'))\n"
WAYS |= {
    "a table": TABLE + _train("name", "LOSSES[name]") + BY_NAME,
    "its keys": TABLE
    + _train("name", "LOSSES[name]")
    + "every = np.array([train(name) for name in LOSSES])\n",
    "its items": TABLE
    + _train()
    + "every = {}\nfor name, one in LOSSES.items():\n    every[name] = train(one)\n",
    "a function that picks": PICKS + _train("name", "pick(name)") + BY_NAME,
    "a condition": _train("name").replace("    model =", CONDITION) + BY_NAME,
    "one instead": _train("loss, other=False").replace(
        "    model =", "    if other:\n        loss = squares\n    model ="
    )
    + CALLS.replace("focal(gamma=1.5)", "focal(), other=True"),
    "a table outside": TABLE
    + BUILD.format(parameter="name", loss="LOSSES[name]")
    + OUTSIDE.replace("build(dice)", "build('dice')").replace("build(focal())", "build('focal')"),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_call_trains_with_its_loss(way: str, scripts: Scripts) -> None:
    text = HEAD + LOSSES + WAYS[way]
    assert not errors(text)
    apart = scripts.compare(text, convert(text).text)
    assert apart
    assert max(apart.values()) < 1e-9, apart


def test_the_parameter_is_the_criterion() -> None:
    result = convert(HEAD + LOSSES + WAYS["a parameter"]).text
    assert "train_epoch(model, train_loader, loss, optimizer)" in result
    assert "train_loader, dice" not in result


MIXED = "and one of Keras in others"
#: What is not to be seen, and what is said of it.
UNSURE = {
    "a name besides": (_train() + "train(dice)\ntrain('mse')\n", MIXED),
    "used besides": (_train().replace("metrics=", "metrics=[loss] or ") + CALLS, "classes"),
    "weights of another kind": (
        _train(more=", sample_weight=np.ones(60)") + CALLS.replace("dice", "squares"),
        "some of the losses are means",
    ),
}


@pytest.mark.parametrize("why", UNSURE)
def test_what_is_not_sure_is_refused(why: str) -> None:
    text, said = UNSURE[why]
    assert any(said in message for _, message in errors(HEAD + LOSSES + text)), why


@pytest.mark.parametrize("way", ["a parameter", "an object"])
@pytest.mark.parametrize("called", [True, False])
def test_other_files_may_give_another_loss(way: str, called: bool, tmp_path: Path) -> None:
    """What a file does with its own function says nothing of what others give that."""
    library = HEAD + LOSSES + WAYS[way]
    if called:  # by its own calls alone, below the mark of a script
        library = library.replace("first = ", 'if __name__ == "__main__":\n    first = ')
        library = library.replace("second = ", "    second = ")
    call = "Trainer('mse').train()" if way == "an object" else "train('mse')"
    main = f"from library import *\n\nfound = {call}\n"
    _, errors = converted_files(tmp_path, {"library.py": library, "main.py": main})
    assert any(e.startswith("library.py") for e in errors), errors


def test_losses_of_another_file(tmp_path: Path, session: VerifySession) -> None:
    losses = "from tensorflow.keras import backend as K\n\n\n" + LOSSES
    main = (
        HEAD.replace("\n\n\n", "\nfrom losses import *\n\n\n")
        + _train()
        + CALLS
        + "loss = second\n"
    )
    _, errors = converted_files(tmp_path, {"losses.py": losses, "main.py": main})
    assert not errors
    assert_alike(tmp_path, session)


@pytest.mark.parametrize("other", ["Trainer('mse')", "Trainer(loss='mse')", "Trainer(epochs=1)"])
def test_objects_that_get_another_kind_of_loss(other: str) -> None:
    text = HEAD + LOSSES + _object("self.loss").replace("self, loss,", "self, loss='mse',")
    assert not errors(HEAD + LOSSES + _object("self.loss"))
    assert errors(f"{text}third = {other}.train()\n")
