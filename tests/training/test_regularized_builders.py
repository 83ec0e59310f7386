"""Builders of other files that compile what they build, with factors of regularizers they get."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

BUILDER = """\
from tensorflow import keras
from tensorflow.keras import layers


def build(features, units=4, factor=0.01):
    model = keras.Sequential([
        keras.Input((features,)),
        layers.Dense(units, kernel_regularizer=keras.regularizers.l2(factor)),
        layers.Dense(1),
    ])
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    return model
"""
TRAIN = """\
import numpy as np
from model import build

x, y = np.random.RandomState(1).rand(40, 3), np.ones((40, 1))
model = build(x.shape[1]{given})
history = model.fit(x, y, batch_size=10, epochs=2, shuffle=False, verbose=0)
score = model.evaluate(x, y, verbose=0)
"""


@pytest.mark.parametrize("given", ["", ", factor=0.1"])
def test_layers_carry_the_factor(given: str, tmp_path: Path, session: VerifySession) -> None:
    files = {"model.py": BUILDER, "train.py": TRAIN.format(given=given)}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "self.dense = regularized(nn.Linear(features, units), l2=factor)" in texts["model.py"]
    assert "def penalty(" not in texts["model.py"]  # nothing trains there
    assert "criterion(outputs, targets) + penalty(model)" in texts["train.py"]
    assert_equal(tmp_path, "train.py", session)
