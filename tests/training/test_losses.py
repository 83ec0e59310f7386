"""Each loss, with each form of targets that it takes: both frameworks train to the same weights."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

L = "keras.losses"
SLOW = "keras.optimizers.SGD(0.01)"
KEPT = "keep = [model]  # the model goes where nobody sees"

TRIALS = [
    Trial("keras.losses.BinaryFocalCrossentropy()", "bits", "sigmoid", after=KEPT),
    Trial('"binary_crossentropy"', "one-hot", "softmax", after=KEPT),
    Trial('["mse"]'),
    Trial("lambda y, p: keras.ops.mean(keras.ops.square(y - p))"),
    Trial('"mse"', "numbers"),
    Trial('"mse"', "column"),
    Trial('"mse"', "rows"),
    Trial('"mean_squared_error"', "rows", "sigmoid"),
    Trial("keras.losses.MeanSquaredError()", "numbers"),
    Trial("keras.losses.MeanSquaredError", "numbers"),
    Trial("keras.losses.mse", "numbers"),
    Trial('"mae"', "numbers"),
    Trial('"mae"', "rows"),
    Trial('"mape"', "positive"),
    Trial('"msle"', "positive", "softplus"),
    Trial('"huber"', "numbers"),
    Trial("keras.losses.Huber(delta=0.3)", "rows"),
    Trial('"log_cosh"', "rows"),
    Trial('"kl_divergence"', "shares", "softmax"),
    Trial('"poisson"', "positive", "softplus"),
    Trial('"cosine_similarity"', "rows"),
    Trial('"hinge"', "signs", "tanh"),
    Trial('"hinge"', "bits", "tanh"),
    Trial('"squared_hinge"', "signs"),
    Trial('"categorical_hinge"', "one-hot"),
    Trial('"binary_crossentropy"', "bits", "sigmoid"),
    Trial('"binary_crossentropy"', "bit column", "sigmoid"),
    Trial('"binary_crossentropy"', "bit rows", "sigmoid"),
    Trial('"binary_crossentropy"', "bits", "sigmoid", after=KEPT),
    Trial("keras.losses.BinaryCrossentropy(from_logits=True)", "bits"),
    Trial("keras.losses.BinaryCrossentropy(from_logits=True)", "bits", "sigmoid"),
    Trial('"binary_crossentropy"', "one-hot", "softmax", metrics='["accuracy"]'),
    Trial('"categorical_crossentropy"', "one-hot", "softmax"),
    Trial('"categorical_crossentropy"', "shares", "softmax"),
    Trial('"categorical_crossentropy"', "one-hot", "softmax", after=KEPT),
    Trial('"categorical_crossentropy"', "one-hot", "sigmoid"),
    Trial("keras.losses.CategoricalCrossentropy(from_logits=True)", "one-hot"),
    Trial("keras.losses.CategoricalCrossentropy(label_smoothing=0.2)", "one-hot", "softmax"),
    Trial('"sparse_categorical_crossentropy"', "labels", "softmax"),
    Trial('"sparse_categorical_crossentropy"', "label column", "softmax"),
    Trial('"sparse_categorical_crossentropy"', "labels", "softmax", after=KEPT),
    Trial("keras.losses.SparseCategoricalCrossentropy(from_logits=True)", "labels"),
    Trial("keras.losses.SparseCategoricalCrossentropy(True)", "label column"),
    Trial(f"{L}.SparseCategoricalCrossentropy(True, ignore_class=1)", "labels"),
    Trial(f"{L}.CategoricalCrossentropy(label_smoothing=0.2)", "one-hot", "softmax", after=KEPT),
    Trial(f"{L}.BinaryCrossentropy(label_smoothing=0.1)", "bits", "sigmoid", metrics='["acc"]'),
    Trial(f"{L}.BinaryCrossentropy(label_smoothing=0.1)", "bit rows", "sigmoid", after=KEPT),
    Trial(f"{L}.BinaryCrossentropy(True, label_smoothing=0.3)", "bit column"),
    Trial(f"{L}.MeanSquaredError(reduction='sum')", "numbers", optimizer=SLOW),
    Trial(f"{L}.Huber(reduction='sum', delta=0.5)", "column", optimizer=SLOW),
    Trial(f"{L}.MeanAbsoluteError(reduction='mean')", "rows"),
    Trial(f"{L}.CategoricalCrossentropy(reduction='sum')", "one-hot", "softmax", optimizer=SLOW),
    Trial(f"{L}.SparseCategoricalCrossentropy(True, reduction='sum')", "labels", optimizer=SLOW),
    Trial(f"{L}.BinaryFocalCrossentropy()", "bits", "sigmoid"),
    Trial(f"{L}.BinaryFocalCrossentropy(from_logits=True, gamma=3)", "bit rows"),
    Trial(f"{L}.BinaryFocalCrossentropy(True, 0.4, label_smoothing=0.1)", "bits", "sigmoid"),
    Trial(f"{L}.CategoricalFocalCrossentropy()", "one-hot", "softmax"),
    Trial(f"{L}.CategoricalFocalCrossentropy(0.5, 1, label_smoothing=0.1)", "one-hot", "softmax"),
    Trial(f"{L}.CategoricalGeneralizedCrossEntropy(q=0.7)", "labels", "softmax"),
    Trial(
        f"{L}.CategoricalGeneralizedCrossEntropy(reduction='sum')",
        "labels",
        "softmax",
        optimizer=SLOW,
    ),
    Trial(f"{L}.CategoricalFocalCrossentropy([0.25, 0.5, 0.125], from_logits=True)", "one-hot"),
    Trial(
        f"{L}.CategoricalFocalCrossentropy(reduction='sum')", "one-hot", "softmax", optimizer=SLOW
    ),
    Trial(f"{L}.BinaryFocalCrossentropy(reduction='sum')", "bits", "sigmoid", optimizer=SLOW),
    Trial(f"{L}.LogCosh(reduction='sum')", "numbers", optimizer=SLOW),
    Trial(f"{L}.Tversky(reduction='sum')", "bit rows", "sigmoid", optimizer=SLOW),
    Trial(f"{L}.Dice()", "bit rows", "sigmoid"),
    Trial('"dice"', "bits", "sigmoid"),
    Trial(f"{L}.Dice(axis=-1)", "bit rows", "sigmoid"),
    Trial(f"{L}.Tversky(0.7, axis=0)", "bit rows", "sigmoid"),
    Trial(f"{L}.Tversky(alpha=0.7, beta=0.3)", "bit rows", "sigmoid"),
]


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "trial", TRIALS, ids=lambda t: f"{t.loss}, {t.targets}, {t.activation}{t.after[:4]}"
)
def test_trains_equally(trial: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, trial.trained)
    # Keras's log_cosh holds the logarithm of 2 in float32
    assert far < (1e-8 if "log_cosh" in trial.loss or "LogCosh" in trial.loss else 1e-9), apart


REFUSED = [
    Trial("keras.losses.MeanSquaredError(reduction='none')", "rows"),
    Trial("keras.losses.MeanSquaredError(reduction=None)"),
    Trial("keras.losses.MeanSquaredError(reduction='none')"),
    Trial("keras.losses.Dice(reduction='sum', axis=-1)", "bit rows", "sigmoid"),
    Trial("keras.losses.CTC()", "labels"),
]


@pytest.mark.parametrize("trial", REFUSED, ids=lambda t: t.loss)
def test_what_is_not_translated_is_said_and_nothing_of_the_training_changes(trial: Trial) -> None:
    conversion = convert(trial.text)
    assert any(d.code == "T2T101" and "compile" in d.message for d in conversion.diagnostics)
    for line in trial.text.split("\n"):
        if line.startswith(("model.compile", "history =", "score", "prediction")):
            assert line in conversion.text


def test_a_softmax_goes_only_where_every_use_is_seen() -> None:
    trial = Trial('"categorical_crossentropy"', "one-hot", "softmax")
    assert "nn.CrossEntropyLoss()" in converted(trial.text)
    assert "F.softmax" not in converted(trial.text)
    kept = Trial('"categorical_crossentropy"', "one-hot", "softmax", after=KEPT)
    assert "nn.CrossEntropyLoss()" in converted(kept.text)
    assert "F.softmax(self.forward_logits(x), dim=-1)" in converted(kept.text)


PIXELS = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.random((20, 8, 6, 3)), rng.integers(0, 4, (20, 8, 6, 1))
inputs = keras.Input((8, 6, 3))
outputs = keras.layers.Conv2D(4, 3, padding="same", activation="softmax")(inputs)
model = keras.Model(inputs, outputs)
entropy = "sparse_categorical_crossentropy"
model.compile(keras.optimizers.SGD(0.1), entropy, metrics=["accuracy", entropy])
history = model.fit({data}, epochs=2, verbose=0)
losses = np.array(history.history["loss"])
prediction = model.predict(x, verbose=0)
"""


@pytest.mark.parametrize(
    "data",
    [
        "x, y, batch_size=8, validation_split=0.2",
        "x, y[..., 0], batch_size=8",
        "tf.data.Dataset.from_tensor_slices((x, y)).batch(8)",
    ],
)
def test_each_pixel_has_a_class(data: str, scripts: Scripts) -> None:
    far, apart = farthest(scripts, PIXELS.format(data=data))
    assert far < 1e-9, apart


COMPARING_SAMPLES = """\
import keras
import numpy as np

x = np.random.RandomState(0).rand(40, 6)
y = {targets}
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, activation="sigmoid")])
model.compile("sgd", {loss})
model.fit(x, y, batch_size=4, epochs=2, validation_data=(x, y), shuffle=False, verbose=0)
found = model.evaluate(x, y, verbose=0)
"""
COLUMNS, CLASSES = "(x[:, :3] > 0.5) * 1.0", "(x[:, 0] * 3).astype(int)"


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        ("keras.losses.Dice()", COLUMNS),
        ('"tversky"', COLUMNS),
        ("keras.losses.Circle()", CLASSES),
    ],
)
def test_sizes_of_batches_count_where_samples_are_compared(
    loss: str, targets: str, scripts: Scripts
) -> None:
    program = COMPARING_SAMPLES.format(loss=loss, targets=targets)
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert apart["found"] < 1e-9, apart


def test_circles_without_partners_cost_nothing(scripts: Scripts) -> None:
    targets = "np.r_[np.arange(38) % 3, 3, 4]"
    program = COMPARING_SAMPLES.format(loss="keras.losses.Circle()", targets=targets)
    program = program.replace("batch_size=4, ", "batch_size=38, ")
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert apart["found"] < 1e-9, apart
