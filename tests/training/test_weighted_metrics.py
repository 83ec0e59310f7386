"""Metrics that weights of samples change: the same as others where there are no weights."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

WEIGHTS = "weights = rng.uniform(size=(50,))"
TRIALS = {
    "alone": Trial(metrics='None, weighted_metrics=["mae"]'),
    "besides": Trial(metrics='["mae"], weighted_metrics=[keras.metrics.MeanSquaredError()]'),
    "none": Trial(
        metrics='["mae"], weighted_metrics=[]', fit=", sample_weight=weights", before=WEIGHTS
    ),
}


@pytest.mark.parametrize("trial", TRIALS.values(), ids=TRIALS)
def test_trains_equally(trial: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, trial.text)
    assert far < 1e-9, apart


REFUSED = {
    "weighted": Trial(
        metrics='["mae"], weighted_metrics=["mse"]', fit=", sample_weight=weights", before=WEIGHTS
    ),
    "by class": Trial(
        metrics='["mae"], weighted_metrics=["mse"]', fit=", class_weight={0: 1.0}", targets="bits"
    ),
    "twice": Trial(metrics='["mae"], weighted_metrics=["mae"]'),
}


@pytest.mark.parametrize("trial", REFUSED.values(), ids=REFUSED)
def test_what_is_not_translated_is_said(trial: Trial) -> None:
    conversion = convert(trial.text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "model.fit(" in conversion.text
