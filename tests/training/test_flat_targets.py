"""Losses and metrics by name, of targets with one axis beside outputs of one number in a row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(1).rand(40, 5), {y}
"""
MODEL = """\
model{n} = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, activation="sigmoid")])
model{n}.compile(keras.optimizers.SGD(0.1), {compiled})
history{n} = model{n}.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0).history
"""
#: All but `log_cosh`, whose logarithm of 2 Keras takes from 32 bits.
LOSSES = (
    "mse", "mae", "mape", "msle", "huber", "poisson", "hinge", "squared_hinge",
    "categorical_hinge", "kl_divergence", "cosine_similarity",
)  # fmt: skip
#: Those of which Keras 3 gives targets the axes of the output.
ALIGNED = (
    "mae", "mse", "mape", "msle", "RootMeanSquaredError", "CosineSimilarity", "accuracy",
    "binary_accuracy", "R2Score", "MeanAbsoluteError", "MeanAbsolutePercentageError",
)  # fmt: skip
#: Those of which it does not, and Keras 2 does.
SPREAD = (
    "poisson", "Poisson", "hinge", "Hinge", "squared_hinge", "SquaredHinge", "kl_divergence",
    "KLDivergence", "categorical_hinge", "CategoricalHinge",
)  # fmt: skip


def _program(compiled: list[str], y: str) -> str:
    models = (MODEL.format(n=n, compiled=one) for n, one in enumerate(compiled))
    return HEAD.format(y=y) + "".join(models)


@pytest.mark.parametrize("known", [True, False])
def test_each_is_that_of_keras(known: bool, tmp_path: Path, scripts: Scripts) -> None:
    np.save(tmp_path / "y.npy", np.random.RandomState(2).rand(40))
    y = "np.random.RandomState(2).rand(40)" if known else f"np.load({str(tmp_path / 'y.npy')!r})"
    parts = [f'"{loss}"' for loss in LOSSES]
    parts += [f'"mse", metrics=["{metric}"]' for metric in ALIGNED]
    text = _program(parts, y)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {f"history{n}" for n in range(len(parts))} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("metric", SPREAD)
def test_what_is_assumed_of_others_is_said(metric: str) -> None:
    text = _program([f'"mse", metrics=["{metric}"]'], "np.random.RandomState(2).rand(40)")
    said = [d for d in convert(text).diagnostics if "are taken as a column" in d.message]
    assert [d.severity for d in said] == [Severity.WARNING]


def test_those_of_classes_are_refused() -> None:
    text = _program(['"mse", metrics=["categorical_accuracy"]'], "np.random.rand(40)")
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("categorical_accuracy of one number" in m for m in said), said
    column = _program(['"mse", metrics=["categorical_accuracy"]'], "np.ones((40, 1))")
    assert not [d for d in convert(column).diagnostics if d.severity is Severity.ERROR]


OF_CLASS = """\
from tensorflow import keras


class Squared(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.square(y_true - y_pred)


"""


@pytest.mark.parametrize(("y", "said"), [("rand(40)", 1), ("rand(40, 1)", 0)])
def test_classes_of_losses_get_them_as_they_are(y: str, said: int) -> None:
    """Keras 3 aligns them for functions only."""
    text = OF_CLASS + _program(["Squared()"], f"np.random.RandomState(2).{y}")
    found = [d.message for d in convert(text).diagnostics if "`Squared`: " in d.message]
    assert len(found) == said
