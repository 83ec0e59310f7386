"""Guests whose models carry regularizers that only their builder knows, in whatever order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

NETS = """\
from tensorflow.keras import layers, models, regularizers


def build(rate):
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(8, activation="relu", kernel_regularizer=regularizers.l2(rate))(inputs)
    return models.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
"""
TRAINER = """\
class Trainer:
    def __init__(self, model):
        self.model = model
        self.model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])

    def fit(self, x, y):
        return self.model.fit(x, y, epochs=2).history["loss"]
"""
MAIN = """\
import numpy as np
from nets import build
from trainer import Trainer

x = np.random.default_rng(0).normal(size=(40, 4))
y = (x[:, 0] > 0).astype(int)
loss = Trainer(build(0.05)).fit(x, y)
"""


@pytest.mark.parametrize("first", ["main.py", "nets.py", "trainer.py"])
def test_all_files_agree_whichever_is_converted_first(
    first: str, tmp_path: Path, session: VerifySession
) -> None:
    files = {"main.py": MAIN, "nets.py": NETS, "trainer.py": TRAINER}
    texts, errors = converted(tmp_path, {first: files[first], **files})
    assert not errors
    assert "l2=rate" in texts["nets.py"]
    assert 'hasattr(layer, "l2")' in texts["trainer.py"]
    assert_alike(tmp_path, session)
