"""Models that are trained and validated on what another model predicts."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow.keras import Input, Sequential, layers

rng = np.random.default_rng(0)
x = rng.normal(size=(32, 6))
y = (x.sum(1) > 0).astype("float32")
w = np.linspace(0.5, 1.5, 8)
encoder = Sequential([Input((6,)), layers.Dense(4, activation="relu"), layers.Dense(2)])
"""
TRAINED = """\
decoder = Sequential([Input((2,)), layers.Dense(6)])
decoder.compile("sgd", "mse")
pair = (encoder.predict(x[:8]), x[:8])
history = decoder.fit(encoder.predict(x), x, validation_data=pair, shuffle=False, verbose=0)
first = history.history["val_loss"]


def train(encoder, x, y):
    model = Sequential([Input((2,)), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(
        encoder.predict(x),
        y,
        validation_data=[encoder.predict(x[:8], batch_size=3, verbose=0), y[:8], w],
        epochs=2,
        shuffle=False,
        verbose=0,
    )
    return model, history.history["val_loss"]


model, second = train(encoder, x, y)
third = decoder.fit(
    encoder.predict(x), x, validation_data=(encoder.predict(x), x), shuffle=False, verbose=0
).history["val_loss"]
score = model.evaluate(encoder.predict(x), y, verbose=0)
"""


def test_predictions_are_validated_on(scripts: Scripts) -> None:
    text = PROGRAM + TRAINED
    result = converted(text, Options(exact=True))
    assert "predict(encoder, x[:8], batch_size=3)" in result
    apart = scripts.compare(text, result)
    assert {"first", "second", "third", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("pair", ["(encoder.predict(x), encoder)", "(encoder.predict(x),)"])
def test_what_is_no_pair_of_arrays_is_said(pair: str) -> None:
    text = PROGRAM + TRAINED.replace("(encoder.predict(x), x)", pair)
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("fit" in message for message in said), said


MADE_FOR_THEM = """\
def build(size):
    return Sequential([Input((size,)), layers.Dense(1, activation="sigmoid")])


def train_top(features, labels):
    top = build(features.shape[1])
    top.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    history = top.fit(features, labels, epochs=2, shuffle=False, verbose=0)
    return top, history


wider = Sequential([Input((6,)), layers.Dense(3)])
codes, wide = encoder.predict(x), wider.predict(x)
one, history = train_top(codes, y)
other, others = train_top(wide, y)
losses = history.history["loss"] + others.history["loss"]
scores = one.evaluate(codes, y, verbose=0), other.evaluate(wide, y, verbose=0)
"""


def test_functions_get_predictions(scripts: Scripts) -> None:
    text = PROGRAM + MADE_FOR_THEM
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "scores"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


OF_A_DICT = """\
inner = Input((2,), name="code")
other = Input((6,), name="whole")
hidden = layers.concatenate([inner, other])
model = keras.Model(
    [inner, other], [layers.Dense(1, name="label")(hidden), layers.Dense(2, name="same")(hidden)]
)
model.compile("sgd", "mse")
code = encoder.predict(x) / 2
targets = {"same": code, "label": y}
history = model.fit({"whole": x, "code": code}, targets, epochs=2, shuffle=False, verbose=0)
first = history.history["loss"]
given = {"code": code[:8], "whole": x[:8]}
outputs = model.predict(given, verbose=0)[1]
"""


def test_in_dicts_of_inputs_and_targets(scripts: Scripts) -> None:
    program = PROGRAM.replace("import Input", "import Input, Model") + OF_A_DICT
    program = program.replace("keras.Model", "Model")
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert {"first", "outputs"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


PSEUDO_LABELS = """\
from tensorflow.keras.utils import to_categorical

labels = rng.integers(0, 3, 32)
model = Sequential([Input((6,)), layers.Dense(3, activation="softmax")])
model.compile("sgd", "categorical_crossentropy")
model.fit(x, to_categorical(labels, 3), shuffle=False, verbose=0)
scores = model.predict(x, verbose=0)
sure = scores.max(axis=1) > np.median(scores.max(axis=1))
{pseudo}
history = model.fit(x[sure], targets, epochs=2, shuffle=False, verbose=0)
losses = history.history["loss"]
"""


@pytest.mark.parametrize(
    "pseudo",
    [
        "targets = to_categorical(np.argmax(scores[sure], axis=1), 3)",
        "found = scores.argmax(axis=-1)[sure]\ntargets = to_categorical(found, num_classes=3)",
        "both = np.concatenate([labels, np.argmax(scores, axis=1)])\n"
        "targets = to_categorical(both, 3)[32:][sure]",
    ],
)
def test_classes_that_are_predicted_become_targets(scripts: Scripts, pseudo: str) -> None:
    text = PROGRAM + PSEUDO_LABELS.format(pseudo=pseudo)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert apart["losses"] < 1e-9


@pytest.mark.parametrize("more", ["3, 'float32', 4", "3, *options", "num=3", "*sizes"])
def test_arguments_that_are_not_known_are_said(more: str) -> None:
    pseudo = f"found = scores.argmax(axis=1)\ntargets = to_categorical(found, {more})"
    said = convert(PROGRAM + PSEUDO_LABELS.format(pseudo=pseudo)).diagnostics
    assert any(one.severity is Severity.ERROR for one in said)
