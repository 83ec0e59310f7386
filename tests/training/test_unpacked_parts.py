"""Optimizers, callbacks and the like that unpack a dict of another file: `Adam(**config.OPT)`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

CONFIG = """\
STOPPING = {"monitor": "loss", "patience": 1}


class Config:
    OPTIMIZER = {"learning_rate": 0.05, "momentum": 0.9}
    PENALTY = dict(l1=0.1, l2=0.01)
    LOSS = {"delta": 0.5}
"""
TRAIN = """\
import numpy as np
from tensorflow import keras

from config import STOPPING, Config as C

rng = np.random.RandomState(0)
x, y = rng.rand(20, 3), rng.rand(20, 1)
dense = keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L1L2(**C.PENALTY))
model = keras.Sequential([keras.Input((3,)), dense])
model.compile(keras.optimizers.SGD(**C.OPTIMIZER), keras.losses.Huber(**C.LOSS))
stopping = keras.callbacks.EarlyStopping(**STOPPING)
history = model.fit(x, y, epochs=3, callbacks=[stopping], shuffle=False, verbose=0)
losses = history.history["loss"]
"""


def test_their_entries_are_read_one_by_one(tmp_path: Path, session: VerifySession) -> None:
    texts, errors = converted(tmp_path, {"config.py": CONFIG, "train.py": TRAIN})
    assert not errors
    assert texts["config.py"] == CONFIG
    for entry in ('lr=C.OPTIMIZER["learning_rate"]', 'STOPPING["patience"]', 'C.LOSS["delta"]'):
        assert entry in texts["train.py"]
    assert_equal(tmp_path, "train.py", session)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("config.py", "\n\nConfig.OPTIMIZER['momentum'] = 0.5\n"),
        ("config.py", "\n\nSTOPPING.update(patience=2)\n"),
        ("train.py", "\nC.OPTIMIZER['momentum'] = 0.5\n"),
    ],
)
def test_dicts_that_change_are_refused(file: str, change: str, tmp_path: Path) -> None:
    files = {"config.py": CONFIG, "train.py": TRAIN}
    _, errors = converted(tmp_path, {**files, file: files[file] + change})
    assert any("arguments" in error for error in errors), errors
