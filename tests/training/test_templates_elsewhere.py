"""Paths of checkpoints whose places for the epoch and its values other files have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted
from transpiler.pipeline import convert

CONFIG = """\
NAME = "ep{epoch:02d}-{val_loss:.3f}.weights.h5"


class Config:
    def __init__(self):
        self.folder = "out"
        self.name = NAME
"""
TRAINER = """\
import os

from tensorflow import keras
{imports}

def make():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


class Trainer:
    def __init__(self, config):
        self.config = config
        self.model = make()

    def train(self, x, y):
        kept = keras.callbacks.ModelCheckpoint({path}, save_weights_only=True)
        self.model.fit(x, y, validation_split=0.25, epochs=3, callbacks=[kept])
"""
MAIN = """\
import numpy as np
from config import Config
from trainer import Trainer

Trainer(Config()).train(np.ones((48, 5)), np.ones((48, 1)))
"""


@pytest.mark.parametrize(
    ("imports", "path"),
    [
        ("", "os.path.join(self.config.folder, self.config.name)"),
        ("from config import Config\n", "os.path.join(Config().folder, Config().name)"),
        ("from config import NAME\n", "os.path.join('out', NAME)"),
        ("", "self.config.name if '{loss:.2f}' else '{loss:.2f}'"),
    ],
)
def test_they_are_filled_in(imports: str, path: str, tmp_path: Path) -> None:
    trainer = TRAINER.format(imports=imports, path=path)
    files = {"config.py": CONFIG, "trainer.py": trainer, "main.py": MAIN}
    texts, errors = converted(tmp_path, files)
    assert not errors
    filled = "".join(texts["trainer.py"].split())
    assert ".format(" in filled or "{epoch+1:02d}" in filled
    assert "val_loss=val_loss" in filled or "{val_loss:.3f}" in filled


BY_PATHLIB = """\
from pathlib import Path

import numpy as np
from tensorflow import keras

FOLDER = Path("checkpoints")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
kept = keras.callbacks.ModelCheckpoint(FOLDER / "{epoch:02d}.weights.h5", save_weights_only=True)
model.fit(np.ones((20, 4)), np.ones((20, 1)), epochs=2, callbacks=[kept])
"""


def test_a_path_of_pathlib_is_filled_in_as_text() -> None:
    assert 'str(FOLDER / "{epoch:02d}.weights.h5").format(' in convert(BY_PATHLIB).text
