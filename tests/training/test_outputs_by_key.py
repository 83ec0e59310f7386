"""Models whose outputs are a dict: losses, metrics, targets and predictions go by its keys."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(50, 4))
size, kind = x.sum(axis=1, keepdims=True), rng.integers(0, 3, size=50)
found = (size > 0).astype("float32")
inputs = keras.Input((4,))
hidden = layers.Dense(8, activation="tanh", name="hidden")(inputs)
sizes = layers.Dense(1, name="size")(hidden)
kinds = layers.Dense(3, activation="softmax", name="kind")(hidden)
scores = layers.Dense(3, name="score")(hidden)
chances = layers.Dense(1, activation="sigmoid", name="chance")(hidden)
model = keras.Model(inputs, {outputs})
model.compile(optimizer="sgd", {compiled})
history = model.fit(x, {y}, epochs=3, batch_size=16, shuffle=False, verbose=0{fit})
losses = history.history
score = model.evaluate(x, {y}, verbose=0)
values = model.evaluate(x, {y}, verbose=0, return_dict=True)
given = model.predict(x, verbose=0)
order = [len(name) for name in given]
{after}
"""
OUTPUTS = '{"size": sizes, "kind": kinds}'
LOSSES = 'loss={"size": "mse", "kind": "sparse_categorical_crossentropy"}'
TARGETS = '{"size": size, "kind": kind}'
METRICS = 'metrics={"size": ["mae"], "kind": ["accuracy"]}'


def program(
    outputs: str = OUTPUTS,
    compiled: str = f"{LOSSES}, {METRICS}",
    y: str = TARGETS,
    fit: str = "",
    after: str = "",
) -> str:
    """A script that trains such a model."""
    filled = {"outputs": outputs, "compiled": compiled, "y": y, "fit": fit, "after": after}
    text = PROGRAM
    for name, value in filled.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def given_by_function(fit: str) -> str:
    """The same with targets that a function gives, with the samples."""
    made = (
        f"def made(n):\n    wanted = {TARGETS}\n    return x[:n], wanted\nx, targets = made(50)\n"
    )
    return program(y="targets", fit=fit).replace("inputs =", f"{made}inputs =", 1)


FROM_LOGITS = "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
TRIALS = [
    given_by_function(""),
    given_by_function(", validation_data=(x, targets)"),
    program(),
    # what Keras gives first is told by the losses, else by the outputs; lists go by sorted keys
    program('{"kind": kinds, "size": sizes}'),
    program(compiled=f'{LOSSES}, loss_weights={{"kind": 0.25, "size": 2.0}}'),
    program('{"b": sizes, "a": chances}', 'loss="mse"', '{"a": found, "b": size}'),
    program('{"b": sizes, "a": chances}', 'loss=["mae", "mse"]', "[found, size]"),
    # one output
    program('{"size": sizes}', 'loss={"size": "mse"}, metrics={"size": ["mae"]}', '{"size": size}'),
    program('{"p": chances}', 'loss="binary_crossentropy", metrics=["accuracy"]', "found"),
    # logits and probabilities
    program(
        '{"score": scores, "chance": chances}',
        f'loss={{"score": {FROM_LOGITS}, "chance": "binary_crossentropy"}}, '
        'metrics={"score": ["accuracy"], "chance": ["accuracy"]}',
        '{"score": kind, "chance": found}',
    ),
    program(fit=", validation_split=0.2", after='parts = [given["kind"], given["size"].mean()]'),
    # a penalty stands beside the dict
    program().replace('name="hidden"', 'activity_regularizer="l2", name="hidden"'),
    # entries that a comprehension makes
    program(
        compiled='loss={name: "mae" for name in ["size", "part"]}',
        outputs='{"size": sizes, "part": chances}',
        y='{name: table[name] for name in ["size", "part"]}',
    ).replace("model = ", 'table = {"size": size, "part": found}\nmodel = '),
    program(
        y="targets", fit=", validation_data=(x[:9], {name: y[:9] for name, y in targets.items()})"
    ).replace("model = ", f"targets = {TARGETS}\nmodel = "),
    program(fit=', sample_weight={"size": weight, "kind": weight}').replace(
        "model = ", "weight = np.linspace(0.5, 1.5, 50)\nmodel = "
    ),
]


@pytest.mark.sample(2)
@pytest.mark.parametrize("text", TRIALS)
def test_trains_equally(text: str, scripts: Scripts) -> None:
    conversion = convert(text)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, conversion.text)
    assert {"losses", "score", "values", "given", "order"} <= apart.keys()
    assert max(apart.values()) < 1e-6, apart  # where Keras adds 1e-7 to probabilities


def test_a_data_set_gives_the_targets_by_key(scripts: Scripts) -> None:
    text = program(y=TARGETS)
    text = text.replace(
        "model = ", f"data = tf.data.Dataset.from_tensor_slices((x, {TARGETS})).batch(16)\nmodel = "
    )
    text = text.replace(f"x, {TARGETS}, epochs=3, batch_size=16, shuffle=False", "data, epochs=3")
    apart = scripts.compare(text, convert(text).text)
    assert max(apart.values()) < 1e-9, apart


def test_keras_2_goes_by_the_names_of_the_layers(scripts: Scripts) -> None:
    text = program()
    conversion = convert(text, Options(keras="2"))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, conversion.text, keras="2")
    assert {"losses", "score", "values", "given"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("text", "keras", "reason"),
    [
        (program('{"a": sizes, "b": kinds}', 'loss="mse"', '{"a": size, "b": kind}'), "2", "keys"),
        (program(compiled='loss={"size": "mse"}'), "3", "has no loss"),
        (program(y='{"size": size}'), "3", "one array for each"),
        (
            program("{name: layer for name, layer in rest}").replace(
                "model = ", "rest = zip(*read())\nmodel = "
            ),
            "3",
            "",
        ),
    ],
)
def test_what_is_not_translated_is_said(text: str, keras: str, reason: str) -> None:
    conversion = convert(text, Options(keras=keras))
    messages = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in messages), messages
    assert "train_epoch(" not in conversion.text
