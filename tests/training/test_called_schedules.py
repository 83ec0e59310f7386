"""Schedules of Keras's own that the program asks for rates itself, to plot them for instance."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.optimizers import schedules

x, y = np.random.RandomState(0).rand(40, 4), np.random.RandomState(1).rand(40, 1)
schedule = schedules.{made}
rates = [{asked} for n in range(12)]
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(schedule), "mse")
losses = model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]
"""
MADE = (
    "CosineDecay(0.1, 9)",
    "CosineDecay(0.0, 9, alpha=0.1, warmup_target=0.2, warmup_steps=3)",
    "ExponentialDecay(0.1, 5, 0.9, staircase=True)",
    "PiecewiseConstantDecay([3, 7], [0.1, 0.05, 0.01])",
    "InverseTimeDecay(0.1, 4, 0.5)",
    "PolynomialDecay(0.1, 9, 0.01, power=2.0)",
    "CosineDecayRestarts(0.1, 4, t_mul=1.5)",
)


@pytest.mark.sample(3)
@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize(
    "asked", ["float(schedule(n))", "schedule(n).numpy()", "float(schedule(n * 2 + 1))"]
)
def test_it_gives_the_rates_of_keras(made: str, asked: str, scripts: Scripts) -> None:
    """Those of Keras are float32."""
    text = PROGRAM.format(made=made, asked=asked)
    after = converted(text, Options(exact=True))
    assert "def schedule(step):" in after
    apart = scripts.compare(text, after)
    assert {"rates", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-6, apart


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        ("schedule(x)", ""),
        ("schedule(n).shape", ""),
        ("schedule.initial_learning_rate", ""),
        ("schedule(n)", "n = np.arange(3)\n"),
    ],
)
def test_what_it_is_asked_otherwise_is_said(asked: str, before: str) -> None:
    text = PROGRAM.format(made=MADE[0], asked=asked).replace("rates =", f"{before}rates =")
    found = convert(text).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("`schedule` is used in line" in error for error in errors), errors
