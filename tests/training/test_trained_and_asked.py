"""Models that a function of another file compiles, trains and gives: what is asked of them here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import test_several_files as several
from tests.training.test_guests import assert_alike
from transpiler.verify.session import VerifySession

NETS = """\
from tensorflow import keras
from tensorflow.keras import layers


def build_model(features, units=8):
    inputs = keras.Input((features,))
    x = layers.Dense(units, activation="relu", kernel_regularizer="l2")(inputs)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
"""
TRAIN = """\
from tensorflow import keras
from nets import build_model


def train_model(x, y, lr=0.05, epochs=3):
    center = x.mean(axis=0)
    model = build_model(x.shape[1])
    optimizer = keras.optimizers.SGD(lr, momentum=0.9)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x - center, y, epochs=epochs, validation_split=0.2)
    return GIVEN
"""
MAIN = """\
import numpy as np
from train import train_model

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 6))
y = (x[:, 0] > 0).astype(int)
"""
ASKED = {
    "model-alone": (
        "model",
        "model = train_model(x, y)\nloss, accuracy = model.evaluate(x, y)\np = model.predict(x)\n",
    ),
    "with-its-history": (
        "model, history",
        "model, history = train_model(x, y, lr=0.1)\nloss = model.evaluate(x, y)[0]\n"
        'best = min(history.history["val_loss"])\n',
    ),
    "with-more": (
        "model, history, center",
        "model, history, center = train_model(x, y)\nloss = model.evaluate(x - center, y)\n",
    ),
    "in-a-dict": (
        '{"model": model, "history": history}',
        'made = train_model(x, y)\nloss = made["model"].evaluate(x, y)[0]\n'
        'p = made["model"](x).numpy()\nlast = made["history"].history["loss"][-1]\n',
    ),
    "in-rounds": (
        "model, history",
        "loss = []\nfor lr in (0.1, 0.01):\n    model, history = train_model(x, y, lr, epochs=2)\n"
        "    loss.append(model.evaluate(x, y, verbose=0)[1])\n",
    ),
    "in-a-function": (
        "model, history",
        "def main():\n    model, history = train_model(x, y)\n"
        '    model.save_weights("m.weights.h5")\n'
        '    return model.evaluate(x, y), history.history["loss"]\n\n\nloss, losses = main()\n',
    ),
}


def _files(given: str, asked: str, train: str = TRAIN) -> dict[str, str]:
    train = train.replace("GIVEN", given)
    return {"main.py": MAIN + asked, "nets.py": NETS, "train.py": train}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_of_it_gives_the_same(
    name: str, tmp_path: Path, session: VerifySession
) -> None:
    texts, errors = several.converted(tmp_path, _files(*ASKED[name]))
    assert not errors
    assert "optim" not in texts["main.py"]  # no step is taken there
    assert_alike(tmp_path, session)


ITSELF = """\
from tensorflow import keras


def train_model(x, y, lr=0.05, epochs=3):
    center = x.mean(axis=0)
    hidden = keras.layers.Dense(8, activation="relu", kernel_regularizer="l2")
    last = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Sequential([keras.Input((x.shape[1],)), hidden, last])
    optimizer = keras.optimizers.SGD(lr, momentum=0.9)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x - center, y, epochs=epochs, validation_split=0.2)
    return GIVEN
"""


@pytest.mark.parametrize("name", ASKED)
def test_the_function_makes_it_itself(name: str, tmp_path: Path, session: VerifySession) -> None:
    files = _files(*ASKED[name], ITSELF)
    del files["nets.py"]
    texts, errors = several.converted(tmp_path, files)
    assert not errors
    assert "optim" not in texts["main.py"]  # no step is taken there
    assert_alike(tmp_path, session)


def test_builder_and_trainer_in_one_file(tmp_path: Path, session: VerifySession) -> None:
    files = _files(*ASKED["with-its-history"])
    imports = "from nets import build_model\n"
    files["train.py"] = NETS + files["train.py"].replace(imports, "").partition("\n")[2]
    del files["nets.py"]
    _, errors = several.converted(tmp_path, files)
    assert not errors
    assert_alike(tmp_path, session)


def test_the_builder_compiles_it(tmp_path: Path, session: VerifySession) -> None:
    files = _files(*ASKED["with-its-history"])
    compiled = '    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])\n'
    lines = files["train.py"].splitlines(keepends=True)
    files["train.py"] = "".join(line for line in lines if "optimizer" not in line)
    given = "    return keras.Model("
    files["nets.py"] = NETS.replace(given, "    model = keras.Model(")
    files["nets.py"] += f"{compiled}    return model\n"
    _, errors = several.converted(tmp_path, files)
    assert not errors
    assert_alike(tmp_path, session)


@pytest.mark.parametrize("train", [TRAIN, ITSELF])
def test_compiled_anew_it_is_trained_further(
    train: str, tmp_path: Path, session: VerifySession
) -> None:
    asked = (
        'model, history = train_model(x, y)\nmodel.compile("adam", "mse")\n'
        "loss = model.fit(x, y, epochs=2).history['loss']\n"
    )
    _, errors = several.converted(tmp_path, _files("model, history", asked, train))
    assert not errors
    assert_alike(tmp_path, session)


@pytest.mark.parametrize("train", [TRAIN, ITSELF])
def test_trained_further_as_it_is_compiled_there_its_optimizer_would_go_on(
    train: str, tmp_path: Path
) -> None:
    asked = "model, history = train_model(x, y)\nmodel.fit(x, y, epochs=2)\n"
    _, errors = several.converted(tmp_path, _files("model, history", asked, train))
    said = "`train_model` of train.py "
    assert len(errors) == 1
    assert said in errors[0]


def test_one_that_is_frozen_there_is_an_error(tmp_path: Path) -> None:
    """What its regularizers add is another number then."""
    train = TRAIN.replace(
        "    optimizer =", "    model.layers[1].trainable = False\n    optimizer ="
    )
    _, errors = several.converted(tmp_path, _files(*ASKED["model-alone"], train))
    assert any("`train_model` of train.py freezes layers" in error for error in errors), errors


def test_evaluated_before_it_is_compiled_as_it_was_there(
    tmp_path: Path, session: VerifySession
) -> None:
    """The loss of the first evaluation is that of the other file."""
    train = TRAIN.replace("model.compile(optimizer,", 'model.compile("sgd",')
    train = "".join(line for line in train.splitlines(keepends=True) if "optimizer" not in line)
    asked = (
        "model = train_model(x, y)\nloss = model.evaluate(x, y)[0]\n"
        'model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])\n'
        "later = model.fit(x, y, epochs=2).history['loss']\n"
    )
    _, errors = several.converted(tmp_path, _files("model", asked, train))
    assert not errors
    assert_alike(tmp_path, session)
