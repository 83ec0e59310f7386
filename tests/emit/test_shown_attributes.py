"""Code that looks at all attributes of an object, which the conversion gives some more."""

from __future__ import annotations

import pytest

from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras


class Trainer:
    def __init__(self, rate):
        self.rate = rate
        self.model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        self.model.compile(keras.optimizers.SGD(rate), "mse")

    def config(self):
        return LOOKS


class Settings:
    def config(self):
        return vars(self)


settings = Settings()
trainer = Trainer(0.1)
trainer.model.fit(np.ones((20, 3)), np.ones((20, 1)), verbose=0)
"""


@pytest.mark.parametrize(
    ("looks", "later", "line"),
    [
        ("vars(self)", "", 12),
        ("self.__dict__", "", 12),
        ("{k: v for k, v in vars(self).items()}", "", 12),
        ("{}", "print(vars(trainer))", 23),
        ("{}", "print(vars(settings))", 0),
        ("vars(self)['rate']", "", 0),
        ("self.__dict__.get('rate')", "", 0),
        ("{}", "", 0),
    ],
)
def test_it_is_said(looks: str, later: str, line: int) -> None:
    found = convert(PROGRAM.replace("LOOKS", looks) + later + "\n").diagnostics
    lines = [d.line for d in found if "what converted code adds" in d.message]
    assert lines == ([line] if line else [])
