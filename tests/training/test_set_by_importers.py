"""Attributes that a file sets of the objects of another one, once these have read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

TRAINER = """\
from tensorflow import keras


class Trainer:
    def __init__(self, rate, options):
        self.rate, self.options = rate, options
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1{layer})])
        self.model.compile({optimizer}, "mse")

    def run(self, x, y):
        return self.model.fit(x, y, epochs=2, verbose=0).history
"""
MAIN = """\
import numpy as np
from trainer import Trainer

options, args = {{"rate": 0.5, "steps": 3}}, np
trainer = Trainer(0.5, options)
{change}
history = trainer.run(np.ones((8, 4)), np.ones((8, 1)))
"""
DECAY = "keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 3, {}))"


@pytest.mark.parametrize(
    ("read", "change", "changes"),
    [
        ("self.rate", "trainer.rate = 0.1", True),
        ("self.rate", "setattr(trainer, 'rate', 0.1)", True),
        ("self.rate", "args.rate = 0.1", False),
        ("self.rate", "trainer.steps = 1", False),
        ("self.options['rate']", "options['rate'] = 0.1", True),
        ("self.options['rate']", "options.update(rate=0.1)", True),
        ("self.options['rate']", "options['steps'] = 1", False),
    ],
)
@pytest.mark.parametrize("part", ["schedule", "regularizer"])
def test_what_is_read_later(
    read: str, change: str, changes: bool, part: str, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.py").write_text(MAIN.format(change=change))
    layer = f", kernel_regularizer=keras.regularizers.L2({read})" if part == "regularizer" else ""
    optimizer = DECAY.format(read) if part == "schedule" else '"sgd"'
    text = TRAINER.format(layer=layer, optimizer=optimizer)
    path = tmp_path / "trainer.py"
    path.write_text(text)
    made = convert(text, Options(exact=True), str(path))
    errors = [one.message for one in made.diagnostics if one.severity is Severity.ERROR]
    assert any("changes later" in one for one in errors) is changes, errors
