"""Ids that repeat in a batch: Keras 3 squares what each adds to the gradient of an embedding."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers, optimizers

rng = np.random.default_rng(0)
x = rng.integers(0, 9, size=(40, 6))
y = (x.sum(1) > 24).astype("float32")

words = keras.Input((6,), dtype="int32")
{layers}
model = keras.Model(words, layers.Dense(1, activation="sigmoid")(h))
model.compile(optimizer={optimizer}, loss="binary_crossentropy", run_eagerly={eager})
history = model.fit(x, y, batch_size=16, epochs=2, verbose=0)
losses = np.array(history.history["loss"])
"""
LAYERS = "h = layers.GlobalAveragePooling1D()(layers.Embedding(9, 4)(words))"
SHARED = """\
embedding = layers.Embedding(9, 4)
first, second = embedding(words), embedding((words + 1) % 9)
h = layers.GlobalAveragePooling1D()(layers.Concatenate()([first, second]))"""
TWO = """\
first, second = layers.Embedding(9, 4)(words), layers.Embedding(9, 3)((words + 1) % 9)
h = layers.GlobalAveragePooling1D()(layers.Concatenate()([first, second]))"""
PENALIZED = LAYERS.replace("9, 4", "9, 4, embeddings_regularizer='l2'")
RATE = "optimizers.schedules.PiecewiseConstantDecay([2], [0.125, 0.0625])"


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("optimizer", "made", "eager"),
    [
        ('"adam"', LAYERS, False),
        ('"adam"', TWO, True),
        ('"rmsprop"', LAYERS, False),
        ("optimizers.Adam(0.01, beta_1=0.8, beta_2=0.99, epsilon=1e-3)", LAYERS, True),
        ("optimizers.Adam(0.01, epsilon=1e-8)", LAYERS, True),  # which is torch's default
        ("optimizers.AdamW(0.01, epsilon=1e-8)", LAYERS, True),
        (f"optimizers.Adam({RATE})", LAYERS, True),
        ("optimizers.AdamW(0.01)", LAYERS, True),
        ("optimizers.AdamW(0.01, weight_decay=0.1)", TWO, True),
        ("optimizers.RMSprop(0.01, rho=0.8, momentum=0.5)", TWO, True),
        ("optimizers.Adam(0.01, use_ema=True)", LAYERS, True),
        ("optimizers.SGD(0.1)", LAYERS, True),
        # a penalty on all of the weights has a gradient for all of them, which Keras adds up
        ('"adam"', PENALIZED, True),
        ("optimizers.Adam(0.01, gradient_accumulation_steps=2)", LAYERS, True),
    ],
)
def test_exact(optimizer: str, made: str, eager: bool, scripts: Scripts) -> None:
    text = PROGRAM.format(layers=made, optimizer=optimizer, eager=eager)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert any("embedding" in name for name in apart)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("optimizer", "made"),
    [
        ("optimizers.Adam(0.01, amsgrad=True)", LAYERS),
        ("optimizers.RMSprop(0.01, centered=True)", LAYERS),
        ("optimizers.RMSprop(0.01, weight_decay=0.1)", LAYERS),
        ("optimizers.Nadam(0.01)", LAYERS),
        ("optimizers.Adagrad(0.01)", LAYERS),
        ("optimizers.Adam(0.01, clipvalue=0.1)", LAYERS),
        ('"adam"', SHARED),  # torch adds up what both uses give
    ],
)
def test_others_are_said(optimizer: str, made: str) -> None:
    text = PROGRAM.format(layers=made, optimizer=optimizer, eager=True)
    for exact, severity in [(True, Severity.WARNING), (False, Severity.NOTE)]:
        found = convert(text, Options(exact=exact)).diagnostics
        said = [d.severity for d in found if "where ids repeat in a batch" in d.message]
        assert set(said) == {severity}
    older = convert(text, Options(exact=True, keras="2")).diagnostics
    assert not any("squares the parts" in d.message for d in older)


PLACES = {
    "block": """
def tower(ids):
    return layers.GRU(4)(layers.Embedding(9, 4)(ids))


h = tower(words)""",
    "loop": """
each = []
for _ in range(2):
    each.append(layers.GlobalAveragePooling1D()(layers.Embedding(9, 4)(words)))
h = layers.Concatenate()(each)""",
    "nested": """
ids = keras.Input((6,), dtype="int32")
encoder = keras.Model(ids, layers.GRU(4)(layers.Embedding(9, 4)(ids)))
h = encoder(words)""",
}
#: Embeddings that are called more than once for a batch.
TWICE = {
    "block": """
def tower(ids, embedding):
    return layers.GlobalAveragePooling1D()(embedding(ids))


embedding = layers.Embedding(9, 4)
h = layers.Concatenate()([tower(words, embedding), tower((words + 1) % 9, embedding)])""",
    "loop": """
each, embedding = [], layers.Embedding(9, 4)
for _ in range(2):
    each.append(layers.GlobalAveragePooling1D()(embedding(words)))
h = layers.Concatenate()(each)""",
    "nested": """
ids = keras.Input((6,), dtype="int32")
encoder = keras.Model(ids, layers.GRU(4)(layers.Embedding(9, 4)(ids)))
h = layers.Concatenate()([encoder(words), encoder((words + 1) % 9)])""",
}


@pytest.mark.parametrize("place", PLACES)
def test_wherever_the_embedding_stands(place: str, scripts: Scripts) -> None:
    text = PROGRAM.format(layers=PLACES[place], optimizer='"adam"', eager=True)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert any("embedding" in name for name in apart)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("place", TWICE)
def test_what_is_called_twice_is_said(place: str) -> None:
    text = PROGRAM.format(layers=TWICE[place], optimizer='"adam"', eager=True)
    result = convert(text, Options(exact=True))
    assert any("squares the parts" in d.message for d in result.diagnostics)
    assert "sparse_parameters" not in result.text


def test_numbers_of_keras_3_that_are_asked_for() -> None:
    text = PROGRAM.format(layers=SHARED, optimizer='"adam"', eager=True)
    found = convert(text, Options(exact=True, keras="3")).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("squares the parts" in message for message in errors)
    close = convert(text, Options(keras="3")).diagnostics
    assert not any(d.severity is Severity.ERROR for d in close)


@pytest.mark.parametrize(
    "optimizer",
    ["optimizers.Lion(0.01)", "optimizers.Adam(0.01, gradient_accumulation_steps=2)"],
)
def test_nothing_is_said_of_what_adds_up(optimizer: str) -> None:
    text = PROGRAM.format(layers=LAYERS, optimizer=optimizer, eager=True)
    found = convert(text, Options(exact=True)).diagnostics
    assert not any("squares the parts" in d.message for d in found)


OBJECT = """

class Net:
    def __init__(self, rate):
        self.opt = optimizers.Adam(rate)
        words = keras.Input((6,), dtype="int32")
        h = layers.GlobalAveragePooling1D()(layers.Embedding(9, 4)(words))
        self.model = keras.Model(words, layers.Dense(1, activation="sigmoid")(h))
        self.model.compile(self.opt, loss="binary_crossentropy")

    def fit(self):
        return self.model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0)


losses = Net(0.01).fit().history["loss"]
"""


def test_the_model_of_an_object_is_trained_so(scripts: Scripts) -> None:
    text = f"{PROGRAM.partition('words = ')[0]}{OBJECT}"
    result = converted(text, Options(exact=True))
    assert "sparse_parameters(self.model)" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart
