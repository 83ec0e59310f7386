"""Weights of samples and classes: the mean divides by the number of samples, not by weight."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, farthest
from tests.training.scripts import Scripts

BY_CLASS = ", validation_split=0.2, class_weight={0: 0.5, 1: 2.0, 2: 1.5}"
KEPT = "keep = [model]  # the model goes where nobody sees"
EACH = ", sample_weight=np.linspace(0.1, 2, 50)"

TRIALS = [
    Trial('"sparse_categorical_crossentropy"', "labels", "softmax", fit=BY_CLASS),
    Trial('"categorical_crossentropy"', "one-hot", "softmax", fit=BY_CLASS),
    Trial('"binary_crossentropy"', "bits", "sigmoid", fit=BY_CLASS, metrics='["accuracy"]'),
    Trial('"mse"', "rows", fit=EACH, metrics='["mae"]'),
    Trial('"mse"', "numbers", fit=EACH),
    Trial('"sparse_categorical_crossentropy"', "labels", "softmax", fit=EACH),
    Trial('"sparse_categorical_crossentropy"', "labels", "softmax", fit=BY_CLASS, after=KEPT),
    Trial('"categorical_crossentropy"', "one-hot", "softmax", fit=EACH, after=KEPT),
    Trial('"binary_crossentropy"', "bit rows", "sigmoid", fit=EACH, after=KEPT),
    Trial('"kl_divergence"', "shares", "softmax", fit=EACH),
    Trial('"msle"', "positive", "softplus", fit=EACH),
    Trial('"log_cosh"', "numbers", fit=EACH),
]


@pytest.mark.sample(3)
@pytest.mark.parametrize("trial", TRIALS, ids=lambda t: f"{t.loss}, {t.targets}, {t.fit[2:14]}")
def test_weighs_equally(trial: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, trial.text)
    assert far < 1e-7, apart  # class weights are kept in float32
