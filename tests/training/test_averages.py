"""Moving averages of the weights, which optimizers keep with `use_ema`."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
x, y = rng.normal(size=(60, 6)), rng.normal(size=(60, 1))
model = keras.Sequential([keras.Input((6,)), layers.Dense(5, "tanh")])
model.add(layers.BatchNormalization(momentum=0.5))
model.add(layers.Dense(1, kernel_constraint=keras.constraints.MaxNorm(0.75)))
model.compile(keras.optimizers.{optimizer}, "mse", run_eagerly=True)
history = model.fit(
    x, y, batch_size=16, epochs=2, verbose=0, shuffle=False, validation_split=0.25{fit}
)
losses = np.array(history.history["loss"] + history.history["val_loss"])
score = model.evaluate(x, y, verbose=0)
{after}
"""
AGAIN = """\
again = model.fit(x, y, batch_size=16, epochs=2, verbose=0, shuffle=False)
more = np.array(again.history["loss"])
"""
BATCHES = """\
steps = np.array([model.train_on_batch(x[:20], y[:20]) for _ in range(3)])
"""


def agree(scripts: Scripts, text: str, keras: str) -> None:
    result = converted(text, Options(keras=keras, exact=True))
    apart = scripts.compare(text, result, keras)
    assert {"losses", "score"} <= apart.keys()
    # Keras computes schedules in float32
    assert max(apart.values()) < (1e-7 if "schedules" in text else 1e-9), apart


@pytest.mark.sample(2)
@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize(
    "optimizer",
    [
        "SGD(0.1, use_ema=True)",
        "SGD(0.1, momentum=0.5, use_ema=True, ema_momentum=0.875)",
        "Adam(0.01, use_ema=True, ema_momentum=0.75, ema_overwrite_frequency=None)",
        "RMSprop(0.01, use_ema=True, ema_momentum=0.75, ema_overwrite_frequency=2)",
        "SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 4, 0.5), use_ema=True)",
    ],
)
def test_the_weights_become_their_averages(scripts: Scripts, optimizer: str, keras: str) -> None:
    agree(scripts, PROGRAM.format(optimizer=optimizer, fit="", after=AGAIN + BATCHES), keras)


SWAPPED = ", callbacks=[keras.callbacks.SwapEMAWeights()]"


def test_the_averages_are_validated(scripts: Scripts) -> None:
    optimizer = "SGD(0.1, use_ema=True, ema_momentum=0.75)"
    agree(scripts, PROGRAM.format(optimizer=optimizer, fit=SWAPPED, after=AGAIN), "3")


@pytest.mark.parametrize(
    ("optimizer", "fit", "reason"),
    [
        ("SGD(0.1)", SWAPPED, "without an optimizer that keeps averages"),
        (
            "SGD(use_ema=True)",
            SWAPPED.replace("()", "(swap_on_epoch=True), keras.callbacks.EarlyStopping()"),
            "EarlyStopping behind SwapEMAWeights",
        ),
        ("SGD(use_ema=x.ndim > 1)", "", "only known at run time"),
    ],
)
def test_what_is_refused(optimizer: str, fit: str, reason: str) -> None:
    found = convert(PROGRAM.format(optimizer=optimizer, fit=fit, after="")).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any(reason in message for message in errors), errors


def test_what_generations_do_differently_is_said() -> None:
    found = convert(PROGRAM.format(optimizer="SGD(use_ema=True)", fit="", after="")).diagnostics
    assert any("averages of weights begin with those after" in d.message for d in found)
