"""Metrics and losses that weights of samples change: the same numbers as Keras's."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
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
    "the same": _weighed(metrics='["mae", "mse"], weighted_metrics=["mse"]'),
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
    "F scores": _weighed(
        targets="bit rows",
        activation="relu",
        metrics=f"[], weighted_metrics=[{M}.FBetaScore('macro', beta=2.0), {M}.F1Score(),"
        f" {M}.F1Score('micro', 0.4, name='micro'), {M}.F1Score('weighted', name='weighted')]",
    ),
    "largest": _weighed(
        loss='"categorical_crossentropy"',
        targets="one-hot",
        activation="softmax",
        metrics=f"[], weighted_metrics=[{M}.Precision(top_k=2), {M}.Recall(top_k=1)]",
    ),
    "area": _weighed(
        loss='"categorical_crossentropy"',
        targets="one-hot",
        activation="softmax",
        metrics=f"[], weighted_metrics=[{M}.AUC(50)]",
    ),
    "areas": _weighed(
        loss='"binary_crossentropy"',
        targets="bit rows",
        activation="sigmoid",
        metrics=f"[{M}.AUC(name='plain', curve='PR')], weighted_metrics=[{M}.AUC(curve='PR'), "
        f"{M}.AUC(curve='PR', multi_label=True), {M}.AUC(multi_label=True)]",
    ),
    "best points": _weighed(
        loss='"binary_crossentropy"',
        targets="bit rows",
        activation="sigmoid",
        metrics=f"[{M}.PrecisionAtRecall(0.5)], weighted_metrics=[{M}.PrecisionAtRecall(0.5, name="
        f"'p'), {M}.RecallAtPrecision(0.6, 50), {M}.SensitivityAtSpecificity(0.5, class_id=1), "
        f"{M}.SpecificityAtSensitivity(0.4)]",
    ),
    "variances": _weighed(
        targets="rows",
        metrics=f"[{M}.R2Score(name='plain')], weighted_metrics=[{M}.R2Score(), "
        f"{M}.R2Score('variance_weighted_average', name='all')]",
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
    "focal": _weighed(
        loss=f"{L}.BinaryFocalCrossentropy(True, gamma=1.5)",
        targets="bit rows",
        activation="sigmoid",
    ),
    "focal by class": Trial(f"{L}.BinaryFocalCrossentropy()", "bits", "sigmoid", fit=BY_CLASS),
    "focal of classes": _weighed(
        loss=f"{L}.CategoricalFocalCrossentropy(0.5)", targets="one-hot", activation="softmax"
    ),
    "generalized": _weighed(
        loss=f"{L}.CategoricalGeneralizedCrossEntropy()", targets="labels", activation="softmax"
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


@pytest.mark.sample(3)
@pytest.mark.parametrize("trial", TRIALS.values(), ids=TRIALS)
def test_trains_equally(trial: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, trial.trained)
    assert far < 1e-9, apart


OVERLAPS = [
    _weighed(
        loss='"sparse_categorical_crossentropy"',
        targets="labels",
        activation="softmax",
        metrics=f"[], weighted_metrics=[{M}.MeanIoU(3, sparse_y_pred=False)]",
    ),
    _weighed(
        loss='"binary_crossentropy"',
        targets="bits",
        activation="sigmoid",
        metrics=f"[], weighted_metrics=[{M}.BinaryIoU(), {M}.AUC()]",
    ),
]


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize("trial", OVERLAPS, ids=lambda trial: trial.metrics)
def test_overlaps(trial: Trial, keras: str, scripts: Scripts) -> None:
    """Keras 3 cuts weights to whole numbers, and Keras computes in float32."""
    text = trial.text.replace("rng.uniform(size=(50,))", "3 * rng.uniform(size=(50,))")
    found = convert(text, Options(keras=keras))
    assert not [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, found.text, keras)
    assert {"history", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-6, apart
    refused = convert(text).diagnostics
    assert any("cuts weights to whole numbers (--keras)" in d.message for d in refused)


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
    "losses": _weighed(targets="rows", metrics=f"None, weighted_metrics=[{L}.MeanSquaredError()]"),
    "twice": Trial(metrics='["mae", "mae"]'),
    "both": Trial('"mse"', "bits", fit=BY_CLASS + WEIGHED, before=WEIGHTS),
    "no reduction": Trial(f"{L}.MeanSquaredError(reduction='none')", "rows"),
}


@pytest.mark.parametrize("trial", REFUSED.values(), ids=REFUSED)
def test_what_is_not_translated_is_said(trial: Trial) -> None:
    conversion = convert(trial.text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "model.fit(" in conversion.text


OUTPUTS = """\
import numpy as np
{keras}

rng = np.random.RandomState(0)
x, price, kind = rng.rand(40, 6), rng.rand(40, 1), rng.randint(0, 3, 40)
first, second = np.linspace(0.5, 1.5, 40), np.linspace(1, 2, 40)
inputs = keras.Input((6,))
h = keras.layers.Dense(4, activation="tanh")(inputs)
outputs = [
    keras.layers.Dense(1, name="price")(h),
    keras.layers.Dense(3, activation="softmax", name="kind")(h),
]
model = keras.Model(inputs, outputs)
model.compile(
    "sgd", ["mse", "sparse_categorical_crossentropy"], metrics=[["mae"], ["accuracy"]],
    weighted_metrics=[["mae", "mse"], ["accuracy"]],
)
history = model.fit(
    x, [price, kind], sample_weight={weights}, epochs=2, shuffle=False, verbose=0,
    validation_split=0.25,
).history
values = model.evaluate(x, [price, kind], sample_weight={weights}, verbose=0)
"""


@pytest.mark.parametrize("keras", ["3", "2"])
def test_metrics_of_several_outputs(keras: str, scripts: Scripts) -> None:
    imported = "from tensorflow import keras" if keras == "3" else "import tf_keras as keras"
    text = OUTPUTS.format(keras=imported, weights="[first, second]" if keras == "3" else "first")
    apart = scripts.compare(text, converted(text, Options(keras=keras)), keras=keras)
    assert {"history", "values"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_a_list_that_has_a_metric_twice_is_refused() -> None:
    text = Trial(metrics='["mae"], weighted_metrics=["mae"]', after="model.evaluate(x, y)").text
    assert any("twice in Keras 3" in d.message for d in convert(text).diagnostics)


BATCHES = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(50, 4)), rng.normal(size=(50, 1))
first, second = rng.uniform(size=50), rng.uniform(size=50)


class Batches(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append([logs[key] for key in sorted(logs)])


inputs = keras.Input((4,))
a = keras.layers.Dense(1, name="a")(inputs)
b = keras.layers.Dense(1, name="b")(inputs)
model = keras.Model(inputs, {outputs})
batches = Batches()
{fit}
seen = batches.seen
"""
ONE = """\
model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mae"])
model.fit(x, y, sample_weight=first, shuffle=False, verbose=0, callbacks=[batches])
"""
TWO = """\
model.compile("sgd", ["mse", "mae"], weighted_metrics={"a": ["mae"], "b": ["mse"]})
model.fit(
    x, [y, y], sample_weight=[first, second], shuffle=False, verbose=0, callbacks=[batches]
)
"""


@pytest.mark.parametrize(("outputs", "fit"), [("a", ONE), ("[a, b]", TWO)])
def test_callbacks_see_them_after_each_batch(outputs: str, fit: str, scripts: Scripts) -> None:
    text = BATCHES.format(outputs=outputs, fit=fit)
    apart = scripts.compare(text, converted(text))
    assert "seen" in apart
    assert max(apart.values()) < 1e-9, apart


NOTHING_WEIGHS = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(30, 4), np.random.RandomState(1).rand(30, 1)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", weighted_metrics=["mae"])
weights = np.zeros(30)
history = model.fit(x, y, sample_weight=weights, epochs=2, batch_size=8, verbose=0).history
score = model.evaluate(x, y, sample_weight=weights, verbose=0)
"""


def test_what_no_sample_weighs_in_is_zero(scripts: Scripts) -> None:
    apart = scripts.compare(NOTHING_WEIGHS, converted(NOTHING_WEIGHS))
    assert {"history", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
