"""Metrics and losses that weights of samples change: the same numbers as Keras's."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

WEIGHTS = "weights = rng.uniform(size=(50,))"
WEIGHED = ", sample_weight=weights"
SPLIT = ", sample_weight=weights, validation_split=0.2"
BY_CLASS = ", class_weight={0: 0.5, 1: 2.0}, validation_split=0.2"
M, L = "keras.metrics", "keras.losses"
PINBALL = f"""\
import tensorflow as tf
{WEIGHTS}
def pinball(y_true, y_pred):
    error = y_true - y_pred
    return tf.reduce_mean(tf.maximum(0.7 * error, -0.3 * error), axis=-1)
"""
SQUARED = f"""\
import tensorflow as tf
{WEIGHTS}
def squared(y_true, y_pred):
    return tf.square(y_true - y_pred)
"""
SCALED = f"""\
import tensorflow as tf
{WEIGHTS}
class Scaled(keras.losses.Loss):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, y_true, y_pred):
        return self.factor * tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)
"""


SUMMED = """\
import tensorflow as tf
class Summed(keras.losses.Loss):
    def __init__(self, factor, reduction="sum_over_batch_size", name="summed"):
        super().__init__(reduction=reduction, name=name)
        self.factor = factor

    def call(self, y_true, y_pred):
        return self.factor * tf.square(y_true - y_pred)
"""


def _weighed(**given: str) -> Trial:
    return Trial(**{"fit": SPLIT, "before": WEIGHTS, **given})


TRIALS = {
    "alone": Trial(metrics='None, weighted_metrics=["mae"]'),
    "besides": Trial(metrics='["mae"], weighted_metrics=[keras.metrics.MeanSquaredError()]'),
    "none": _weighed(metrics='["mae"], weighted_metrics=[]'),
    "errors": _weighed(
        metrics=f'["mae"], weighted_metrics=["mse", {M}.RootMeanSquaredError(name="rmse")]'
    ),
    "rows": _weighed(
        targets="rows", metrics=f'[], weighted_metrics=["mae", {M}.MeanSquaredError()]'
    ),
    "as losses": _weighed(
        targets="positive",
        activation="softplus",
        metrics='["msle"], weighted_metrics=["mape", keras.losses.huber, '
        'keras.metrics.CosineSimilarity(), "poisson"]',
    ),
    "crossentropies": _weighed(
        loss='"categorical_crossentropy"',
        targets="one-hot",
        activation="softmax",
        metrics="[], weighted_metrics=["
        "keras.metrics.CategoricalCrossentropy(label_smoothing=0.1), 'kl_divergence']",
    ),
    "binary crossentropies": _weighed(
        loss='"mse"',
        targets="bit rows",
        activation="sigmoid",
        metrics="['mae'], weighted_metrics=['binary_crossentropy']",
    ),
    "by class": Trial(
        '"binary_crossentropy"',
        "bits",
        "sigmoid",
        metrics=f'["accuracy"], weighted_metrics=[{M}.BinaryAccuracy(name="weighted")]',
        fit=BY_CLASS,
    ),
    "counts by class": Trial(
        '"binary_crossentropy"',
        "bit column",
        "sigmoid",
        metrics=f"[{M}.Recall()], weighted_metrics=[{M}.Recall(name='r'), {M}.Precision(), "
        f"{M}.TruePositives(), {M}.FalseNegatives(name='missed')]",
        fit=BY_CLASS,
    ),
    "classes": _weighed(
        loss='"sparse_categorical_crossentropy"',
        targets="labels",
        activation="softmax",
        metrics='["accuracy"], weighted_metrics=["sparse_categorical_accuracy"]',
    ),
    "validated": _weighed(
        metrics="None, weighted_metrics=['mae']",
        fit=", sample_weight=weights, validation_data=(x, y, weights**2)",
        after="again = model.evaluate(x, y, sample_weight=weights, verbose=0)",
    ),
    "summed": Trial(f"{L}.MeanSquaredError(reduction='sum')", "rows"),
    "summed absolutely": Trial(
        f"{L}.MeanAbsoluteError(reduction='sum')", "rows", metrics="['mse']"
    ),
    "summed crossentropy": Trial(f"{L}.BinaryCrossentropy(reduction='sum')", "bit rows", "sigmoid"),
    "summed by weights": _weighed(loss=f"{L}.MeanSquaredError(reduction='sum')", targets="rows"),
    "summed by class": Trial(
        f"{L}.BinaryCrossentropy(reduction='sum')", "bits", "sigmoid", fit=BY_CLASS
    ),
    "own": _weighed(loss="pinball", targets="rows", before=PINBALL),
    "own of each": _weighed(loss="squared", targets="column", before=SQUARED),
    "own of numbers": _weighed(loss="pinball", targets="column", before=PINBALL),
    "own class": _weighed(loss="Scaled(2.0)", targets="rows", before=SCALED),
    "own class of sums": Trial("Summed(2.0, reduction='sum')", "rows", before=SUMMED),
    "own class of means": Trial("Summed(factor=2.0)", "rows", before=SUMMED),
    "own sums by weights": _weighed(
        loss="Summed(3.0, name='s', reduction='sum')",
        targets="column",
        before=SUMMED + WEIGHTS,
    ),
}


@pytest.mark.parametrize("trial", TRIALS.values(), ids=TRIALS)
def test_trains_equally(trial: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, trial.text)
    assert far < 1e-9, apart


REFUSED = {
    "several numbers": _weighed(loss="squared", targets="rows", before=SQUARED),
    "of the program's own": _weighed(
        targets="rows",
        metrics="None, weighted_metrics=[squared]",
        before=SQUARED,
    ),
    "no reduction of one's own": Trial("Summed(2.0, 'none')", "rows", before=SUMMED),
    "a reduction by position": Trial("Summed(2.0, 'sum')", "rows", before=SUMMED),
    "a reduction through keywords": Trial(
        "Summed(2.0, reduction='none')",
        "rows",
        before=SUMMED.replace('reduction="sum_over_batch_size", name="summed"', "**kwargs").replace(
            "reduction=reduction, name=name", "**kwargs"
        ),
    ),
    "areas": Trial(
        '"binary_crossentropy"',
        "bits",
        "sigmoid",
        metrics=f"None, weighted_metrics=[{M}.AUC()]",
        fit=BY_CLASS,
    ),
    "twice": Trial(metrics='["mae"], weighted_metrics=["mae"]'),
    "both": Trial('"mse"', "bits", fit=BY_CLASS + WEIGHED, before=WEIGHTS),
    "no reduction": Trial(f"{L}.MeanSquaredError(reduction='none')", "rows"),
    "one number": _weighed(
        loss="lambda t, p: keras.ops.mean(keras.ops.square(t - p))", targets="rows"
    ),
}


@pytest.mark.parametrize("trial", REFUSED.values(), ids=REFUSED)
def test_what_is_not_translated_is_said(trial: Trial) -> None:
    conversion = convert(trial.text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "model.fit(" in conversion.text
