"""Metrics whose names are those of emitted functions, or of the values of a validation."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import keras
from keras import layers

x = np.random.default_rng(0).uniform(size=(30, 4))
"""
#: The first loop reads what its model gives, the second model has a loss of this name.
TWO = """\
a = keras.Sequential([layers.Input((4,)), layers.Dense(4)])
a.compile("sgd", "mse", metrics=["{name}"], run_eagerly=True)
first = a.fit(x, x, epochs=2, verbose=0, shuffle=False).history
b = keras.Sequential([layers.Input((4,)), layers.Dense(4)])
b.compile("sgd", {loss}, metrics=["mse"], run_eagerly=True)
second = b.fit(x, x, epochs=2, verbose=0, shuffle=False).history
"""
#: Functions that train, evaluate and predict are called again in the next round.
CALLED = """\
y = (x[:, 0] > 0.5).astype(int)
m = keras.Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid")])
found = [keras.metrics.Precision(name="predict"), keras.metrics.Recall(name="evaluate")]
m.compile("sgd", "binary_crossentropy", metrics=found, run_eagerly=True)
for i in range(2):
    history = m.fit(x, y, epochs=2, verbose=0, shuffle=False).history
    outputs = m.predict(x, verbose=0)
    score = m.evaluate(x, y, verbose=0)
"""


@pytest.mark.parametrize(
    "program",
    [
        TWO.format(name="cosine_similarity", loss="keras.losses.CosineSimilarity(axis=-1)"),
        TWO.format(name="poisson", loss='"poisson"'),
        CALLED,
    ],
    ids=["cosine_similarity", "poisson", "functions"],
)
def test_they_hide_no_function(program: str, scripts: Scripts) -> None:
    apart = scripts.compare(HEAD + program, converted(HEAD + program))
    assert {"first", "second"} <= apart.keys() or {"history", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_names_of_validations_are_refused() -> None:
    text = Trial(metrics='[keras.metrics.MeanAbsoluteError(name="val_like")]').text
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("a loss or metric with the name val_like" in message for message in errors)


def test_there_may_be_fewer_classes_than_the_best_that_count() -> None:
    metrics = '["top_k_categorical_accuracy"]'
    text = Trial('"categorical_crossentropy"', "one-hot", "softmax", metrics=metrics).text
    assert ".topk(3)" in converted(text)
    assert ".topk(2)" in converted(
        text.replace(metrics, "[keras.metrics.TopKCategoricalAccuracy(2)]")
    )


ROUNDS = """\
def build():
    model = keras.Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=[{metric}])
    return model

y = x[:, :1]
{calls}
"""


@pytest.mark.parametrize(
    ("metric", "calls", "said"),
    [
        ("keras.metrics.AUC()", "for i in range(2):\n    a = build()\n    a.fit(x, y)", True),
        ("keras.metrics.AUC()", "a = build()\na.fit(x, y)\nb = build()\nb.fit(x, y)", True),
        ("keras.metrics.AUC()", "a = build()\na.fit(x, y)", False),
        ('keras.metrics.AUC(name="auc")', "for i in range(2):\n    build().fit(x, y)", False),
        ("keras.metrics.MeanAbsoluteError()", "for i in range(2):\n    build().fit(x, y)", False),
        (
            "keras.metrics.AUC()",
            "for i in range(2):\n    keras.backend.clear_session()\n    build().fit(x, y)",
            False,
        ),
    ],
)
def test_keras_counts_metrics_without_names(metric: str, calls: str, said: bool) -> None:
    found = convert(HEAD + ROUNDS.format(metric=metric, calls=calls)).diagnostics
    assert any("Keras counts the metrics" in d.message for d in found) is said


@pytest.mark.parametrize(
    ("metric", "older", "newer"),
    [
        ("AUC", "auc", "AUC"),
        ("Precision", "precision", "Precision"),
        ("KLDivergence", "kullback_leibler_divergence", "KLDivergence"),
        ("MSE", "MSE", "MSE"),
    ],
)
def test_keras_2_takes_names_of_classes_for_objects(metric: str, older: str, newer: str) -> None:
    trial = Trial('"binary_crossentropy"', "bits", "sigmoid", metrics=f'["{metric}"]')
    for keras, key in (("2", older), ("3", newer)):
        assert f'"{key}": [' in converted(trial.text, Options(keras=keras))


OLD = HEAD + """\
model = keras.Sequential([layers.Input((4,)), layers.Dense(2, activation="softmax")])
model.compile("sgd", "categorical_crossentropy", metrics=[{given!r}])
history = model.fit(x, np.eye(2)[[0, 1] * 15], epochs=2, verbose=0, validation_split=0.2)
{read}
"""


@pytest.mark.parametrize(
    ("given", "read", "key"),
    [
        ("accuracy", 'acc, val_acc = history.history["acc"], history.history["val_acc"]', "acc"),
        ("accuracy", "hist = history.history\nacc = hist['acc']", "acc"),
        ("accuracy", 'acc = history.history["accuracy"]', "accuracy"),
        ("accuracy", 'hist = history.history\nacc = hist["acc"] or hist["accuracy"]', "accuracy"),
        ("accuracy", 'logs = {"acc": 1}\nlogs["acc"], all = 2, history.history', "accuracy"),
        ("acc", 'acc = history.history["acc"]', "acc"),
    ],
)
def test_the_accuracy_has_its_older_name_where_it_is_read(given: str, read: str, key: str) -> None:
    text = OLD.format(given=given, read=read)
    conversion = convert(text)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert f'"{key}": []' in conversion.text
    assert f'"val_{key}": []' in conversion.text
    said = any("before Keras 2.3" in d.message for d in conversion.diagnostics)
    assert said is (given != key)


@pytest.mark.parametrize("name", ["MSE", "MAE", "MAPE", "MSLE"])
def test_functions_with_names_of_classes_are_metrics(name: str) -> None:
    trial = Trial('"mse"', "rows", metrics=f"[keras.losses.{name}]")
    found = convert(trial.text).diagnostics
    assert not [d for d in found if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("imported", "loss", "metrics"),
    [
        (
            "from tensorflow import keras",
            '"mse"',
            "keras.losses.MSE, keras.metrics.mae, 'msle', keras.metrics.MAPE",
        ),
        ("import tf_keras as keras", '"mae"', "keras.losses.msle, keras.metrics.MSE, 'MAE'"),
        ("from tensorflow import keras", '"categorical_crossentropy"', "keras.losses.KLD, 'mse'"),
    ],
)
def test_functions_by_their_short_names_have_the_long_ones(
    imported: str, loss: str, metrics: str, scripts: Scripts
) -> None:
    text = (
        f"import numpy as np\n{imported}\n\nx = np.random.default_rng(0).uniform(size=(30, 4))\n"
        "y = x / x.sum(axis=1, keepdims=True)\n"
        "m = keras.Sequential([keras.layers.Input((4,)), "
        "keras.layers.Dense(4, activation='softmax')])\n"
        f"m.compile('sgd', {loss}, metrics=[{metrics}], run_eagerly=True)\n"
        "history = m.fit(x, y, epochs=2, verbose=0, shuffle=False).history\nprint(history)\n"
    )
    keras = "2" if "tf_keras" in imported else "3"
    made = convert(text, Options(exact=True, keras=keras)).text
    apart = scripts.compare(text, made, keras)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


ACC = """\
def acc(true, predicted):
    return keras.ops.mean(keras.ops.cast(true == keras.ops.round(predicted), "float32"))


"""
READ = """\
y = (x[:, :1] > 0.5).astype("float32")
model = keras.Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy", metrics={given})
history = model.fit(x, y, epochs=2, verbose=0, shuffle=False).history
found = history["acc"]
"""


@pytest.mark.parametrize(
    ("before", "given"),
    [
        (ACC, '["accuracy", acc]'),
        (f'{ACC}METRICS = ["accuracy", acc]\n', "METRICS"),
        ("", '["accuracy", keras.metrics.BinaryAccuracy(name="acc")]'),
    ],
)
def test_what_is_called_acc_is_not_the_accuracy(before: str, given: str, scripts: Scripts) -> None:
    program = f"{HEAD}{before}{READ.format(given=given)}"
    conversion = convert(program)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert not [d for d in conversion.diagnostics if "before Keras 2.3" in d.message]
    apart = scripts.compare(program, conversion.text)
    assert {"history", "found"} <= apart.keys()
    assert max(apart.values()) < 1e-6, apart


def test_a_function_of_that_name_may_be_no_metric() -> None:
    program = HEAD + ACC + READ.format(given='["accuracy"]')
    said = [d.message for d in convert(program).diagnostics]
    assert any("before Keras 2.3" in one for one in said), said
