"""Keywords that a method of a base class passes on, where a third file calls what inherits it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted

BASE = """\
class Base:
    def __init__(self, size):
        self.size = size
        self.model = self._build()

    def fit(self, x, y, **options):
        {fit}

    def predict(self, x):
        return self.model.predict(x, verbose=0)
"""
NET = """\
from tensorflow import keras

from base import Base


class Regressor(Base):
    def _build(self):
        model = keras.Sequential([keras.Input((self.size,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model
"""
TRAIN = """\
import numpy as np

from net import Regressor

x = np.random.RandomState(0).rand(20, 3)


def make():
    return Regressor(3)


net = {made}
losses = net.fit(x, x.sum(1), epochs=2, batch_size=8).history["loss"]
prediction = net.predict(x)
"""
FITS = {
    "handed on": (
        "return self.model.fit(x, y, verbose=0, **options)",
        "def fit(self, x, y, epochs=1, batch_size=32):",
    ),
    "asked for": (
        'epochs = options["epochs"]\n        size = options.get("batch_size", 4)\n'
        "        return self.model.fit(x, y, size, epochs, verbose=0)",
        "def fit(self, x, y, epochs, batch_size=4):",
    ),
}


@pytest.mark.parametrize("made", ["Regressor(3)", "make()"])
@pytest.mark.parametrize("form", FITS)
def test_they_become_its_parameters(form: str, made: str, tmp_path: Path) -> None:
    fit, signature = FITS[form]
    files = {"base.py": BASE.format(fit=fit), "net.py": NET, "main.py": TRAIN.format(made=made)}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert signature in texts["base.py"]
    assert "net.fit(x, x.sum(1), epochs=2, batch_size=8).history" in texts["main.py"]
