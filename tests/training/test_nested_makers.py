"""Functions that leave it to others to make callbacks, and what all of these do besides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import read_program

MAKERS = """\
import os
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint


def make_checkpoint(folder, name):
    path = os.path.join(folder, name)
    os.makedirs(folder, exist_ok=True)
    return ModelCheckpoint(path + ".keras", save_best_only=True)


def make_stopping(patience):
    return EarlyStopping(patience=patience)


def get_callbacks(folder, patience=1):
    path = os.path.join(folder, "weights")
    print("callbacks in", folder)
{body}


"""
BODIES = {
    "a list": '    return [make_checkpoint(path, "one"), make_stopping(patience)]',
    "twice": (
        '    found = [make_checkpoint(path, "one"), make_checkpoint(folder, "two")]\n'
        "    found.append(make_stopping(patience))\n    return found"
    ),
}
#: What is left as it is: what is done depends on a condition, or follows something else.
REFUSED = {
    "under a condition": '    return [make_checkpoint(path, "one")] if os.listdir(".") else []',
    "behind something else": (
        '    return [ModelCheckpoint(input("name")), make_checkpoint(path, "one")]'
    ),
}
TRAIN = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
{imports}
x = np.random.RandomState(0).rand(24, 6)
y = x.sum(1)
model = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(
    x, y, epochs=3, validation_split=0.25, shuffle=False, callbacks=get_callbacks("out"), verbose=0
)
result = model.evaluate(x, y, verbose=0)
{after}
"""
FILES = "import os\n\nfiles = len(os.listdir('out/weights')), len(os.listdir('out'))"


def project(body: str, several: bool) -> dict[str, str]:
    makers = MAKERS.format(body=body)
    if not several:
        return {"train.py": TRAIN.format(imports=makers, after=FILES)}
    program = TRAIN.format(imports="from makers import get_callbacks\n", after=FILES)
    return {"makers.py": makers, "train.py": program}


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("body", BODIES)
def test_trains_equally(body: str, several: bool, tmp_path: Path, session: VerifySession) -> None:
    texts, errors = converted(tmp_path, project(BODIES[body], several))
    assert not errors
    assert all("def make_" not in text for text in texts.values())
    before = read_program(tmp_path / "before" / "train.py")
    after = read_program(tmp_path / "after" / "train.py")
    trained = session.ask("keras3", TrainingRequest(before, whole=True))
    replay = session.ask("torch", TrainingRequest(after, whole=True, trained=trained))
    assert not replay.reason, replay.reason
    names = trained.values.keys() & replay.values.keys()
    assert {"result", "files"} <= names
    far = {n: apart(trained.values[n], replay.values[n]) for n in names} | replay.differences
    assert max(far.values()) < 1e-9, far


@pytest.mark.parametrize("body", REFUSED)
def test_what_can_not_be_done_first_is_said(body: str, tmp_path: Path) -> None:
    texts, errors = converted(tmp_path, project(REFUSED[body], several=False))
    assert any("`fit` is left as it is" in error for error in errors), errors
    assert "def make_checkpoint" in texts["train.py"]


def test_functions_that_call_themselves_are_left(tmp_path: Path) -> None:
    body = "    return get_callbacks(folder, patience - 1) if patience else [make_stopping(1)]"
    _, errors = converted(tmp_path, project(body, several=False))
    assert any("calls itself" in error for error in errors), errors
    assert not any("internal error" in error for error in errors), errors
