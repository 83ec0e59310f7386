"""Each metric, on outputs that keep their activation and on logits: the same histories."""

from __future__ import annotations

import ast
from dataclasses import replace

import keras
import numpy as np
import pytest
import torch

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

BINARY = '"binary_crossentropy"'
CLASSES = '"categorical_crossentropy"'
SPARSE = '"sparse_categorical_crossentropy"'

M = "keras.metrics"
L = "keras.losses"

TRIALS = [
    Trial(BINARY, "bits", "sigmoid", metrics='["accuracy"]'),
    Trial(BINARY, "bits", "sigmoid", metrics='["acc"]'),
    Trial(BINARY, "bits", "sigmoid", metrics='["binary_accuracy"]'),
    Trial(BINARY, "bit rows", "sigmoid", metrics='["accuracy", "binary_accuracy"]'),
    Trial("keras.losses.BinaryCrossentropy(from_logits=True)", "bits", metrics='["accuracy"]'),
    Trial(BINARY, "bits", "sigmoid", metrics="[keras.metrics.BinaryAccuracy(threshold=0.4)]"),
    Trial(BINARY, "bits", "sigmoid", metrics='["mae", "mse"]'),
    Trial(BINARY, "bit column", "sigmoid", metrics='["binary_crossentropy"]'),
    Trial(
        BINARY,
        "bits",
        "sigmoid",
        metrics='[keras.metrics.Precision(name="p"), keras.metrics.Recall(), "AUC"]',
    ),
    Trial('"mse"', "bits", "sigmoid", metrics="[keras.metrics.AUC(), keras.metrics.Precision()]"),
    Trial(CLASSES, "one-hot", "softmax", metrics='["accuracy", "mae"]'),
    Trial(CLASSES, "one-hot", "softmax", metrics='["categorical_accuracy"]'),
    Trial(CLASSES, "one-hot", "softmax", metrics="[keras.metrics.CategoricalAccuracy()]"),
    Trial(CLASSES, "one-hot", "softmax", metrics="[keras.metrics.Precision()]"),
    Trial(SPARSE, "labels", "softmax", metrics='["accuracy"]'),
    Trial(SPARSE, "label column", "softmax", metrics='["sparse_categorical_accuracy"]'),
    Trial('"mse"', "numbers", metrics='["mae", keras.metrics.RootMeanSquaredError()]'),
    Trial('"mse"', "rows", metrics='["mae", keras.metrics.MeanSquaredError(name="m")]'),
    Trial('"mae"', "one-hot", "softmax", metrics='["accuracy"]'),
    Trial(BINARY, "bits", "sigmoid", metrics='["Accuracy"]'),
    Trial('"mse"', "bits", "relu", metrics=f"[{M}.Accuracy()]"),
    Trial(BINARY, "bits", "sigmoid", metrics=f"[{M}.Precision(0.4), {M}.Recall(0.6)]"),
    Trial(BINARY, "bit rows", "sigmoid", metrics=f"[{M}.TruePositives(), {M}.FalsePositives()]"),
    Trial('"mse"', "bits", metrics=f"[{M}.TrueNegatives(thresholds=0.2), {M}.FalseNegatives()]"),
    Trial(
        BINARY,
        "bits",
        "sigmoid",
        metrics=f"[{M}.AUC(name='prc', curve='PR'), {M}.AUC(), {M}.AUC(name='twice', "
        "from_logits=True)]",
    ),
    Trial(
        "keras.losses.BinaryCrossentropy(from_logits=True)",
        "bit column",
        metrics=f"[{M}.AUC(from_logits=True), {M}.BinaryCrossentropy(from_logits=True)]",
    ),
    Trial('"mse"', "bits", metrics=f"[{M}.AUC(), {M}.AUC(50, 'PR')]"),
    Trial(CLASSES, "one-hot", "softmax", metrics=f"[{M}.AUC(), {M}.Precision(class_id=1)]"),
    Trial(
        BINARY,
        "bit rows",
        "sigmoid",
        metrics=f"[{M}.AUC(multi_label=True), {M}.AUC(50, 'PR', multi_label=True), {M}.AUC(),"
        f" {M}.Recall(class_id=2)]",
    ),
    Trial('"mse"', "numbers", metrics=f"[{M}.Precision(), {M}.FalseNegatives(), {M}.AUC()]"),
    Trial(
        BINARY,
        "bits",
        "sigmoid",
        metrics=f"[{M}.PrecisionAtRecall(0.51), {M}.RecallAtPrecision(0.62), {M}.AUC(),"
        f" {M}.SensitivityAtSpecificity(0.71), {M}.SpecificityAtSensitivity(0.37)]",
    ),
    Trial('"mse"', "bit rows", metrics=f"[{M}.SpecificityAtSensitivity(0.31, class_id=1)]"),
    Trial('"mse"', "rows", metrics=f"[{M}.PearsonCorrelation(), 'concordance_correlation']"),
    Trial(
        '"mse"',
        "bits",
        metrics=f"[{M}.get('accuracy'), {M}.get('mae'), {M}.MeanSquaredError.from_config("
        f"{{'name': 'm'}}), {M}.deserialize("
        "{'class_name': 'Recall', 'config': {'thresholds': 0.2}})]",
    ),
    Trial(CLASSES, "one-hot", "softmax", metrics=f"[{M}.F1Score(average='macro')]"),
    Trial(BINARY, "bit rows", "sigmoid", metrics=f"[{M}.F1Score('micro', threshold=0.5)]"),
    Trial(CLASSES, "one-hot", "softmax", metrics=f"[{M}.F1Score('weighted')]"),
    Trial('"mse"', "bit rows", "relu", metrics=f"[{M}.FBetaScore('macro', beta=2.0)]"),
    Trial(BINARY, "bit rows", "sigmoid", metrics=f"[{M}.FBetaScore('micro', 0.5, 0.4)]"),
    Trial(CLASSES, "one-hot", "softmax", metrics=f"[{M}.F1Score(), {M}.FBetaScore(beta=2.0)]"),
    Trial(BINARY, "bit rows", "sigmoid", metrics=f"[{M}.F1Score(threshold=0.4, name='f1')]"),
    Trial(
        BINARY,
        "bit rows",
        "sigmoid",
        metrics=f"[{M}.Precision([0.375, 0.5]), {M}.Recall([0.5, 0.625], class_id=1),"
        f" {M}.Precision(thresholds=[0.5], name='one')]",
    ),
    Trial(
        BINARY,
        "bits",
        "sigmoid",
        metrics=f"[{M}.TruePositives([0.375, 0.5]), {M}.FalsePositives(thresholds=[0.5, 0.375]),"
        f" {M}.TrueNegatives([0.5, 0.375]), {M}.FalseNegatives([0.375, 0.5])]",
        fit="",  # in which Keras 3 overwrites them
    ),
    Trial(
        CLASSES,
        "one-hot",
        "softmax",
        metrics=f"[{M}.Precision(top_k=2), {M}.Recall(top_k=2, class_id=1),"
        f" {M}.Precision(0.375, top_k=1, name='first')]",
    ),
    Trial(SPARSE, "labels", "softmax", metrics=f"[{M}.MeanIoU(3, sparse_y_pred=False)]"),
    Trial('"mse"', "bits", metrics=f"[{M}.MeanIoU(num_classes=2, name='iou')]"),
    Trial(SPARSE, "labels", "softmax", metrics=f"[{M}.IoU(3, [0, 2], sparse_y_pred=False)]"),
    Trial(
        SPARSE,
        "labels",
        "softmax",
        metrics=f"[{M}.MeanIoU(3, ignore_class=1, sparse_y_pred=False, axis=-1),"
        f" {M}.IoU(3, [0, 2], ignore_class=0, sparse_y_pred=False),"
        f" {M}.MeanIoU(3, sparse_y_pred=False, name='all'), {M}.SparseCategoricalAccuracy(),"
        f" {M}.SparseCategoricalCrossentropy(from_logits=False)]",
    ),
    Trial(
        CLASSES,
        "one-hot",
        "softmax",
        metrics=f"[{M}.OneHotMeanIoU(3, ignore_class=2, sparse_y_pred=False),"
        f" {M}.OneHotIoU(3, [0], ignore_class=1, sparse_y_pred=False, axis=-1),"
        f" {M}.MeanIoU(3, sparse_y_true=False, sparse_y_pred=False), {M}.KLDivergence(),"
        f" {M}.IoU(3, [1], sparse_y_true=False, sparse_y_pred=False, axis=-1),"
        f" {M}.RecallAtPrecision(0.41, num_thresholds=50, class_id=1), {M}.CategoricalHinge(),"
        f" {M}.PrecisionAtRecall(0.41, class_id=0)]",
    ),
    Trial(
        "keras.losses.CategoricalCrossentropy(from_logits=True)",
        "one-hot",
        metrics=f"[{M}.CategoricalCrossentropy(from_logits=True), {M}.Hinge(), {M}.SquaredHinge()]",
    ),
    Trial(
        '"mse"',
        "positive",
        "softplus",
        metrics=f"[{M}.ConcordanceCorrelation(axis=-1), {M}.MeanAbsolutePercentageError(),"
        f" {M}.MeanSquaredLogarithmicError()]",
    ),
    Trial(CLASSES, "one-hot", "softmax", metrics=f"[{M}.OneHotMeanIoU(3)]"),
    Trial('"mse"', "one-hot", metrics=f"[{M}.OneHotIoU(num_classes=3, target_class_ids=[1])]"),
    Trial(BINARY, "bits", "sigmoid", metrics=f"[{M}.BinaryIoU(threshold=0.4)]"),
    Trial(BINARY, "bit rows", "sigmoid", metrics=f"[{M}.BinaryIoU([1]), {M}.BinaryIoU(name='b')]"),
    Trial(BINARY, "bits", "sigmoid", metrics='["precision", "recall", "true_positives"]'),
    Trial('"mse"', "rows", metrics='["r2_score", "root_mean_squared_error", keras.losses.huber]'),
    Trial('"mse"', "rows", metrics=f"[{M}.R2Score(), {M}.CosineSimilarity()]"),
    Trial('"mse"', "numbers", metrics=f"[{M}.R2Score(), {M}.LogCoshError()]"),
    Trial('"mse"', "positive", "softplus", metrics='["mape", "msle", "poisson"]'),
    Trial(CLASSES, "one-hot", "softmax", metrics='["kl_divergence", "categorical_crossentropy"]'),
    Trial(BINARY, "bit rows", "sigmoid", metrics="[keras.losses.binary_focal_crossentropy]"),
    Trial(CLASSES, "one-hot", "softmax", metrics=f"[{M}.categorical_focal_crossentropy]"),
    Trial('"categorical_hinge"', "one-hot", metrics='["categorical_hinge"]'),
    Trial('"hinge"', "bit column", metrics='["squared_hinge", "hinge"]'),
    Trial(SPARSE, "labels", "softmax", metrics=f"[{M}.SparseCategoricalCrossentropy()]"),
    Trial(
        BINARY,
        "bit rows",
        "sigmoid",
        metrics=f"[{M}.AUC(summation_method='minoring', multi_label=True),"
        f" {M}.AUC(summation_method='majoring'), {M}.AUC(thresholds=[0.7, 0.4, 0.5]),"
        f" {M}.AUC(multi_label=True, num_labels=3, label_weights=[1, 2, 3]),"
        f" {M}.SensitivityAtSpecificity(0.71, num_thresholds=40, class_id=1),"
        f" {M}.SpecificityAtSensitivity(0.37, num_thresholds=30),"
        f" {M}.AUC(multi_label=True, curve='PR', label_weights=[1.0, 2.0, 3.0]),"
        f" {M}.AUC(curve='PR', summation_method='minoring'),"
        f" {M}.AUC(curve='PR', summation_method='majoring'),"
        f" {M}.PrecisionAtRecall(0.51, num_thresholds=20), {M}.RecallAtPrecision(0.61)]",
    ),
    Trial(
        '"mse"',
        "rows",
        metrics=f"[{M}.R2Score('variance_weighted_average'), {M}.R2Score(None, name='each'),"
        f" {M}.CosineSimilarity(axis=1), {M}.PearsonCorrelation(axis=1)]",
        before="y[:, 0] = 1.0  # of which no variance can be explained",
    ),
    Trial('"mse"', "rows", metrics=f"[{M}.R2Score()]", before="y[:, 1] = 2.0"),
    # objects of losses give a number for each batch, and Keras the mean of these
    Trial(
        '"mse"',
        "rows",
        metrics=f"[{L}.MeanSquaredError(), {L}.Huber(0.3), {L}.cosine_similarity]",
    ),
    Trial(
        BINARY,
        "bit rows",
        "sigmoid",
        metrics=f"[{L}.Dice(name='d'), {L}.tversky, {L}.BinaryCrossentropy(label_smoothing=0.1)]",
    ),
    Trial(CLASSES, "one-hot", "softmax", metrics=f"[{L}.CategoricalCrossentropy(), {L}.Poisson()]"),
    Trial('"mse"', "bit rows", "sigmoid", metrics=f"[{M}.BinaryCrossentropy(name='cross')]"),
    Trial(
        BINARY, "bit column", "sigmoid", metrics=f"[{M}.BinaryCrossentropy(label_smoothing=0.2)]"
    ),
]


@pytest.mark.sample(3)
@pytest.mark.parametrize("trial", TRIALS, ids=lambda t: f"{t.loss}, {t.targets}, {t.metrics}")
def test_counts_equally(trial: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, trial.trained)
    # Keras's log_cosh holds the logarithm of 2 in float32, its overlaps are of that type
    bound = 1e-8 if "LogCosh" in trial.metrics else 1e-6 if "IoU" in trial.metrics else 1e-9
    assert far < bound, apart


@pytest.mark.parametrize("targets", ["one-hot", "labels"])
def test_the_best_outputs(targets: str) -> None:
    """Keras has no kernel for this in float64: the line that counts is tried by itself."""
    kind = "" if targets == "one-hot" else "Sparse"
    name = f"keras.metrics.{kind}TopKCategoricalAccuracy(k=2)"
    loss = CLASSES if targets == "one-hot" else SPARSE
    text = converted(Trial(loss, targets, "softmax", metrics=f"[{name}]").text)
    added = {
        ast.unparse(node.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.AugAssign) and ast.unparse(node.target) == "among_best"
    }
    (value,) = added  # the same in training and in evaluation
    rng = np.random.default_rng(0)
    outputs, labels = rng.normal(size=(40, 3)).astype("float32"), rng.integers(0, 3, 40)
    given = labels if kind else np.eye(3)[labels]
    metric = eval(name, {"keras": keras})
    metric.update_state(given, outputs)
    names = {"logits": torch.as_tensor(outputs), "targets": torch.as_tensor(given)}
    counted = eval(value, names)
    assert counted / 40 == pytest.approx(float(metric.result()))
    weighed = Trial(loss, targets, "softmax", metrics=f"None, weighted_metrics=[{name}]")
    weights = ", sample_weight=rng.uniform(size=(50,))"
    text = converted(replace(weighed, fit=weights).text)
    (value,) = {
        ast.unparse(node.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.AugAssign) and ast.unparse(node.target) == "weighted_among_best"
    }
    names["weights"] = torch.as_tensor(rng.uniform(size=40))
    metric.reset_state()
    metric.update_state(given, outputs, names["weights"].numpy())
    counted = eval(value, names) / names["weights"].sum().item()
    assert counted == pytest.approx(float(metric.result()))


@pytest.mark.parametrize(
    "metric",
    [
        "OneHotMeanIoU(2, axis=0)",
        "F1Score(average=kind)",
        "AUC(thresholds=[0.2, 0.4], multi_label=True)",
        "R2Score(num_regressors=2)",
        "PearsonCorrelation()",
        "Mean()",
    ],
)
def test_what_is_not_translated_is_said(metric: str) -> None:
    trial = Trial(BINARY, "bits", "sigmoid", metrics=f"[{M}.{metric}]")
    conversion = convert(trial.text)
    assert any(d.code == "T2T101" and "compile" in d.message for d in conversion.diagnostics)
    assert "history = model.fit(" in conversion.text


@pytest.mark.parametrize(
    ("made", "key"),
    [
        ("keras.metrics.AUC()", "auc_1"),
        ('keras.metrics.AUC(name="auc")', "auc"),
        ("keras.metrics.R2Score()", "r2_score"),
    ],
)
def test_keras_numbers_metrics_without_a_name(made: str, key: str) -> None:
    text = Trial(targets="bit column", metrics=f"[{made}]").text
    call = next(line for line in text.split("\n") if line.startswith("model.compile("))
    assert f'"{key.removesuffix("_1")}": []' in converted(text)
    assert f'"{key}": []' in converted(text.replace(call, f"{call}\n{call}"))


def test_metrics_of_a_function_have_no_numbers() -> None:
    """How often it runs is not known."""
    text = Trial(targets="bit column", metrics="[keras.metrics.AUC(), other()]").text
    text = text.replace("\nmodel =", "\ndef other():\n    return keras.metrics.AUC()\n\nmodel =")
    assert any("two values of an epoch" in d.message for d in convert(text).diagnostics)


CHECKED = ", validation_split=0.2, callbacks=[keras.callbacks.{}]"


@pytest.mark.parametrize("callback", ["EarlyStopping('val_f1_score', mode='max')"])
def test_no_callback_compares_several_numbers(callback: str) -> None:
    """Keras fails as well."""
    fit = CHECKED.format(callback)
    trial = Trial(CLASSES, "one-hot", "softmax", metrics=f"[{M}.F1Score()]", fit=fit)
    found = convert(trial.text).diagnostics
    assert any("looks at val_f1_score, which is several numbers" in d.message for d in found)


@pytest.mark.parametrize(
    "name", ["TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"]
)
def test_counts_at_several_thresholds_have_their_function(name: str) -> None:
    text = converted(Trial(BINARY, "bits", "sigmoid", metrics=f"[{M}.{name}([0.375, 0.5])]").text)
    assert "def above_each(outputs, thresholds):" in text


COLUMN = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(40, 4)
y = np.random.RandomState(1).randint(0, 3, (40, 1))
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
model.compile("sgd", {loss}, metrics=[{metric}])
history = model.fit(x{rows}, y{rows}, epochs=2, batch_size=7, shuffle=False, verbose=0).history
y = keras.utils.to_categorical(y, 3)
other = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
other.compile("sgd", "mse", metrics=["accuracy"])
rows = other.fit(x, y, epochs=2, batch_size=7, shuffle=False, verbose=0).history
"""


@pytest.mark.parametrize(("loss", "rows"), [('"mse"', ""), ('"huber"', "[:30]")])
@pytest.mark.parametrize("keras_name", ["3", "2"])
def test_a_column_of_targets_holds_classes(
    loss: str, rows: str, keras_name: str, scripts: Scripts
) -> None:
    text = COLUMN.format(loss=loss, metric='"accuracy"', rows=rows)
    if keras_name == "2":
        text = text.replace("from tensorflow import keras", "import tf_keras as keras")
        text = text.replace("tensorflow.keras", "tf_keras")
    apart = scripts.compare(text, converted(text), keras_name)
    assert {"history", "rows"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("loss", "metric"), [('"cosine_similarity"', ""), ('"mse"', '"cosine_similarity"')]
)
def test_the_cosine_of_a_column_is_said(loss: str, metric: str) -> None:
    text = COLUMN.format(loss=loss, metric=metric, rows="")
    found = [d.message for d in convert(text).diagnostics if d.severity.value == "error"]
    assert any("a column of targets with outputs of several" in m for m in found), found


AS_RUN = """\
import numpy as np
from tensorflow import keras

x = np.random.default_rng(0).random((50, 6))
units = int("{units}")
y = {targets}
model = keras.Sequential(
    [keras.Input((6,)), keras.layers.Dense(4), keras.layers.Dense(units, "{activation}")]
)
model.compile("sgd", "{loss}", metrics=["accuracy"])
losses = model.fit(x, y, epochs=3, shuffle=False, validation_split=0.2).history
score = model.evaluate(x, y)
"""


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize(
    ("loss", "activation"),
    [("mse", "sigmoid"), ("mse", "relu"), ("binary_crossentropy", "sigmoid")],
)
@pytest.mark.parametrize("targets", ["x[:, :units]", "(x[:, :units] > 0.5).astype('float32')"])
def test_the_accuracy_of_outputs_whose_size_only_the_run_tells(
    loss: str, activation: str, targets: str, units: int, scripts: Scripts
) -> None:
    text = AS_RUN.format(units=units, loss=loss, activation=activation, targets=targets)
    result = converted(text)
    assert "right_outputs(" in result
    apart = scripts.compare(text, result)
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
