"""Models that are made of models and blocks of another file, and trained in this one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession
from transpiler.verify.trees import file_pair

HEAD = """\
from tensorflow import keras
from tensorflow.keras import layers


"""
#: What another file gives.
MODELS = {
    "softmax": """\
def part():
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(inputs))
""",
    "two layers": """\
def part():
    return keras.Sequential([
        keras.Input((6,)), layers.Dense(4, activation="relu"), layers.Dense(3), layers.Softmax(),
    ])
""",
    "regularized": """\
def part():
    inputs = keras.Input((6,))
    x = layers.Dense(4, kernel_regularizer=keras.regularizers.l2(2**-7), name="low")(inputs)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
""",
    "bounded": """\
def part():
    return keras.Sequential([
        keras.Input((6,)),
        layers.Dense(4, kernel_constraint=keras.constraints.MaxNorm(0.5)),
        layers.Dense(3, activation="softmax"),
    ])
""",
    "of parts": """\
def lower():
    inputs = keras.Input((6,))
    x = layers.Dense(4, kernel_regularizer=keras.regularizers.l1(2**-7))(inputs)
    return keras.Model(inputs, x)


def part():
    base = lower()
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(base(inputs)))
""",
}
BLOCKS = {
    "block": """\
def part(x):
    return layers.Dense(3, activation="softmax")(x)
""",
    "block of several": """\
def part(x):
    x = layers.Dense(4, activation="relu", kernel_regularizer="l2")(x)
    x = layers.Dense(3)(x)
    return layers.Activation("softmax")(x)
""",
}
TRAIN = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

from parts import part

rng = np.random.RandomState(0)
x, y = rng.rand(40, 5), rng.randint(0, 3, 40)
{made}
model.compile(keras.optimizers.SGD(0.1), {loss}, metrics=["accuracy"])
history = model.fit(x, y, batch_size=16, epochs=3, shuffle=False, verbose=0).history
prediction = model.predict(x, verbose=0)
"""
GRAPH = """\
inputs = keras.Input((5,))
hidden = layers.Dense(6, activation="relu")(inputs)
model = keras.Model(inputs, {given}(hidden))
"""
STACKED = "model = keras.Sequential([keras.Input((5,)), layers.Dense(6), whole])\n"
CLASSES = '"sparse_categorical_crossentropy"'


def _apart(folder: Path, session: VerifySession, status: str) -> float:
    """How far the histories are apart of the one model that is trained."""
    pair = file_pair(str(folder / "before" / "train.py"), str(folder / "after" / "train.py"))
    reports = session.verify(pair.original, pair.converted, level="training")
    (trained,) = (report for report in reports if "fit_history" in report.checks)
    assert trained.status == status, trained
    return trained.checks["fit_history"].rel_diff


@pytest.mark.parametrize("form", [GRAPH.format(given="whole"), STACKED], ids=["graph", "stack"])
@pytest.mark.parametrize("part", MODELS)
def test_models_are_trained_equally(
    part: str, form: str, tmp_path: Path, session: VerifySession
) -> None:
    train = TRAIN.format(made=f"whole = part()\n{form}", loss=CLASSES)
    files = {"parts.py": HEAD + MODELS[part], "train.py": train}
    made, errors = converted(tmp_path, files)
    assert not errors
    assert "forward_logits" in made["parts.py"]
    assert _apart(tmp_path, session, "equal") < 1e-9


@pytest.mark.parametrize("part", BLOCKS)
def test_blocks_are_trained_equally(part: str, tmp_path: Path, session: VerifySession) -> None:
    """Their file doesn't know which of them a model ends with: probabilities are compared."""
    train = TRAIN.format(made=GRAPH.format(given="part"), loss=CLASSES)
    made, errors = converted(tmp_path, {"parts.py": HEAD + BLOCKS[part], "train.py": train})
    assert not errors
    assert "forward_logits" not in "".join(made.values())
    assert _apart(tmp_path, session, "close") < 1e-9


WATCHED = """\
{before}layers.Dense(3, activation="relu", activity_regularizer=keras.regularizers.l1(0.01)){after}
"""


@pytest.mark.parametrize(
    ("part", "made"),
    [
        (
            "def part():\n    i = keras.Input((6,))\n"
            + WATCHED.format(before="    return keras.Model(i, ", after="(i))"),
            "whole = part()\n" + GRAPH.format(given="whole"),
        ),
        (
            "def part(x):\n" + WATCHED.format(before="    return ", after="(x)"),
            GRAPH.format(given="part"),
        ),
    ],
    ids=["model", "block"],
)
def test_what_looks_at_tensors_there_is_refused(part: str, made: str, tmp_path: Path) -> None:
    train = TRAIN.format(made=made, loss=CLASSES)
    _, errors = converted(tmp_path, {"parts.py": HEAD + part, "train.py": train})
    assert any("in a part of the model that another file builds" in one for one in errors)
