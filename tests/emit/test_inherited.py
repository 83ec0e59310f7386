"""What the program asks its own objects for, and only a base class of Keras has given them."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras


class Batches(keras.utils.Sequence):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 4

    def __getitem__(self, index):
        part = self.x[index * 8 : index * 8 + 8]
        return part, part.sum(1)

    {method}


class Log(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.last = logs["loss"]


batches = Batches(np.random.rand(32, 3))
log = Log()
model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
model.compile("sgd", "mse")
model.fit(batches, epochs=2, verbose=0, callbacks=[log])
{asked}
"""
OWN = "def on_epoch_end(self):\n        self.x = self.x[::-1]"


def _errors(asked: str, method: str = "") -> list[str]:
    said = convert(PROGRAM.format(asked=asked, method=method)).diagnostics
    return [d.message for d in said if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("asked", "cited", "of"),
    [
        ("batches.on_epoch_end()", "batches.on_epoch_end", "Batches"),
        ("print(batches.workers)", "batches.workers", "Batches"),
        ('print(hasattr(batches, "on_epoch_end"))', 'hasattr(batches, "on_epoch_end")', "Batches"),
        ("log.on_train_begin()", "log.on_train_begin", "Log"),
        ("log.set_params({})", "log.set_params", "Log"),
    ],
)
def test_it_is_said(asked: str, cited: str, of: str) -> None:
    wanted = f"`{cited}` is left as it is: `{of}` had that from Keras's class alone"
    assert wanted in _errors(asked)


@pytest.mark.parametrize(
    ("asked", "method"),
    [
        ("batches.on_epoch_end()", OWN),
        ("print(len(batches))", ""),
        ("batches.workers = 4", ""),
        ("print(log.last)", ""),
    ],
)
def test_what_is_their_own_stays(asked: str, method: str) -> None:
    assert not _errors(asked, method)
