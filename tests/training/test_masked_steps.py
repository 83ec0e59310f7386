"""Sequence tagging: the mask that an output carries leaves steps out of the loss and of metrics."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import test_several_files as together
from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
words, steps = rng.randint(1, 20, (30, 7)), rng.rand(30, 7, 3)
words[::2, 4:] = 0
words[::3, 2:] = 0
steps[::2, 5:] = -1.0
tags, numbers = rng.randint(0, 4, (30, 7)), rng.rand(30, 7, 2)
one_hot, flags = np.eye(4)[tags], (tags > 1).astype("float32")[..., None]


"""
FIT = """\
history = model.fit(
    {x}, {y}, batch_size=8, epochs=2, validation_data=({x}[:10], {y}[:10]), shuffle=False, verbose=0
).history
values = model.evaluate({x}, {y}, verbose=0)
probabilities = model.predict({x}, verbose=0)
"""
TAGGER = """\
model = keras.Sequential(
    [
        keras.Input((7,)),
        layers.Embedding(20, 5, mask_zero=True),
        layers.LSTM(4, return_sequences=True),
        layers.Dense(4, activation="softmax"),
    ]
)
"""
PROGRAMS = {
    "classes": (
        TAGGER + 'model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])\n',
        "words",
        "tags",
    ),
    "one-hot": (
        """\
def build(size, length):
    inputs = keras.Input((length,))
    x = layers.Embedding(size, 5, mask_zero=True)(inputs)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    outputs = layers.TimeDistributed(layers.Dense(4, activation="softmax"))(x)
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return model


model = build(20, 7)
""",
        "words",
        "one_hot",
    ),
    "numbers": (
        """\
padding = -1.0
model = keras.Sequential()
model.add(keras.Input((7, 3)))
model.add(layers.Masking(mask_value=padding))
model.add(layers.GRU(4, return_sequences=True))
model.add(layers.Dropout(0.0))
model.add(layers.Dense(2))
model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mape"])
""",
        "steps",
        "numbers",
    ),
    "a flag": (
        """\
inputs = keras.Input((None,))
x = layers.Embedding(20, 5, mask_zero=True)(inputs)
x = layers.Dense(4, activation="tanh", kernel_regularizer="l2")(x)
x = layers.add([x, layers.Dense(4)(x)])
model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
""",
        "words",
        "flags",
    ),
    "two inputs": (
        """\
inputs, others = keras.Input((7,), name="first"), keras.Input((7, 3), name="mask")
x = layers.Embedding(20, 3, mask_zero=True)(inputs)
state = layers.SimpleRNN(4)(others)
x = layers.GRU(4, return_sequences=True)(x, initial_state=state)
model = keras.Model([inputs, others], layers.Dense(4)(x))
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=3)
model.compile("sgd", loss, metrics=["accuracy"])
history = model.fit([words, steps], tags, batch_size=8, shuffle=False, verbose=0).history
values = [model.train_on_batch([words, steps], tags), model.test_on_batch([words, steps], tags)]
""",
        "",
        "",
    ),
}


def text_of(name: str) -> str:
    made, x, y = PROGRAMS[name]
    return HEAD + made + (FIT.format(x=x, y=y) if x else "")


@pytest.mark.parametrize("name", PROGRAMS)
def test_loss_and_metrics_are_of_the_steps_that_count(name: str, scripts: Scripts) -> None:
    apart = scripts.compare(text_of(name), converted(text_of(name), Options(exact=True)))
    assert {"history", "values"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.sample(3)
@pytest.mark.parametrize("name", PROGRAMS)
def test_so_they_are_in_keras_2(name: str, scripts: Scripts) -> None:
    text = converted(text_of(name), Options(exact=True, keras="2"))
    apart = scripts.compare(text_of(name), text, keras="2")
    assert max(apart.values()) < 1e-9, apart


def test_a_function_that_is_no_layer_hands_no_mask_on(scripts: Scripts) -> None:
    text = HEAD + """\
inputs = keras.Input((7,))
x = layers.Embedding(20, 5, mask_zero=True)(inputs)
x = layers.LSTM(4, return_sequences=True)(keras.activations.tanh(x))
model = keras.Model(inputs, layers.Dense(2)(x))
model.compile("sgd", "mse", metrics=["mae"])
history = model.fit(words, numbers, batch_size=8, shuffle=False, verbose=0).history
"""
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("keras", ["2", "3"])
def test_features_without_a_mask_beside_those_with_one(keras: str, scripts: Scripts) -> None:
    text = HEAD + """\
inputs, others = keras.Input((7,), name="words"), keras.Input((7, 3), name="others")
x = layers.Embedding(20, 5, mask_zero=True)(inputs)
x = layers.LSTM(4, return_sequences=True)(layers.concatenate([x, layers.Dense(3)(others)]))
model = keras.Model([inputs, others], layers.Dense(4, activation="softmax")(x))
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit([words, steps], tags, batch_size=8, shuffle=False, verbose=0).history
"""
    apart = scripts.compare(text, converted(text, Options(exact=True, keras=keras)), keras)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


def test_the_loop_is_as_one_writes_it() -> None:
    text = convert(text_of("classes")).text
    assert """\
        logits = model(inputs)
        mask = inputs != 0
        logits, targets = logits[mask], targets[mask]
        loss = criterion(logits, targets)
""" in text
    assert "criterion = nn.CrossEntropyLoss()\n" in text
    assert "return loss_sum / len(loader.dataset), correct / step_count\n" in text


DISPUTED = TAGGER + """\
metrics = ["accuracy", keras.metrics.Recall()]
model.compile("sgd", "categorical_crossentropy", metrics=metrics)
"""


@pytest.mark.parametrize("keras", ["2", "3"])
def test_metrics_of_all_steps_in_keras_3_alone(keras: str, scripts: Scripts) -> None:
    text = HEAD + DISPUTED.replace("Recall()", "Recall(thresholds=0.25)")
    text += FIT.format(x="words", y="one_hot")
    apart = scripts.compare(text, converted(text, Options(exact=True, keras=keras)), keras)
    assert max(apart.values()) < 1e-9, apart


def said_of(text: str, **options: str) -> str:
    found = convert(text, Options(**options)).diagnostics  # type: ignore[arg-type]
    return "\n".join(d.message for d in found if d.severity is Severity.ERROR)


WHOLE = """\
def closeness(true, predicted):
    return keras.backend.mean(keras.backend.square(true - predicted))


"""
REFUSED = {
    "another metric in each generation": (DISPUTED, "which counts in Keras 2 and not"),
    "a loss of the program's own": (
        WHOLE + TAGGER + 'model.compile("sgd", closeness)\n',
        "a loss of the program's own",
    ),
    "a metric of the program's own": (
        WHOLE + TAGGER + 'model.compile("sgd", "mse", metrics=[closeness])\n',
        "a metric of the program's own",
    ),
    "a loss of the whole batch": (
        TAGGER + 'model.compile("sgd", "categorical_hinge")\n',
        "of an output that carries a mask",
    ),
    "weights": (
        TAGGER
        + 'model.compile("sgd", "mse")\n'
        + "model.fit(words, one_hot, sample_weight=rng.rand(30, 7))\n",
        "weights of samples beside a mask",
    ),
    "a mask of something else": (
        """\
inputs = keras.Input((7, 3))
x = layers.Masking()(layers.Dense(3)(inputs))
model = keras.Model(inputs, layers.LSTM(4, return_sequences=True)(x))
model.compile("sgd", "mse")
""",
        "which is not known from the inputs alone",
    ),
    "several outputs": (
        """\
inputs = keras.Input((7,))
x = layers.Embedding(20, 5, mask_zero=True)(inputs)
model = keras.Model(inputs, [layers.Dense(4)(x), layers.Dense(2)(layers.LSTM(4)(x))])
model.compile("sgd", "mse")
""",
        "beside other outputs",
    ),
    "targets without an axis": (
        TAGGER.replace('Dense(4, activation="softmax")', "Dense(1)")
        + 'model.compile("sgd", "mse")\n'
        + "model.fit(words, tags, batch_size=7)\n",
        "to have an axis for that",
    ),
    "batches of any length": (
        TAGGER.replace("(7,)", "(None,)")
        + 'model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])\n'
        + "import tensorflow as tf\n"
        + "model.fit(tf.data.Dataset.from_tensor_slices((words, one_hot)).batch(8))\n",
        "which may have more or fewer steps",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_sure_is_refused(what: str) -> None:
    made, message = REFUSED[what]
    assert message in said_of(HEAD + made + "model.fit(words, one_hot)\n")


def test_a_model_that_another_file_builds(session: VerifySession, tmp_path: Path) -> None:
    build = """\
from tensorflow import keras
from tensorflow.keras import layers


def build(size, length):
    inputs = keras.Input((length,))
    x = layers.Embedding(size, 5, mask_zero=True)(inputs)
    x = layers.BatchNormalization()(layers.LSTM(4, return_sequences=True)(x))
    return keras.Model(inputs, layers.Dense(4, activation="softmax")(x))
"""
    train = HEAD + "from build import build\n\nmodel = build(20, 7)\n"
    train += 'model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
    train += FIT.format(x="words", y="tags")
    files = {"build.py": build, "train.py": train}
    assert not together.converted(tmp_path, files)[1]
    together.assert_equal(tmp_path, "train.py", session)


SHARED = """\
history = model.fit(
    words[10:], tags[10:], batch_size=6, epochs=2, validation_data=(words[:10], tags[:10])
).history
score = model.evaluate(words[:10], tags[:10])
"""


def test_evaluate_has_its_own_batches(scripts: Scripts) -> None:
    """The mean over the steps that count of a batch goes by what is in the batch."""
    text = HEAD + PROGRAMS["classes"][0] + SHARED
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"history", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
