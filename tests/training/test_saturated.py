"""Outputs near 0 and 1: Keras's crossentropies go back to what the last activation is applied to.

Probabilities that are clipped would train in another way: inputs this large make the difference.
"""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.default_rng(0).normal(size=(120, 8)) * 30
kinds = (x[:, 0] > 0).astype(int) + (x[:, 1] > 0)
good = (x[:, 2] > 0).astype(int)
"""

#: Models that keep their activation, since not all that is done with them is seen.
PROGRAM = f"""{HEAD}

def classifier(units, classes=3):
    model = keras.Sequential()
    model.add(keras.Input((8,)))
    model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dense(classes))
    model.add(layers.Activation("softmax"))
    return model


def judge():
    inputs = keras.Input((8,))
    h = layers.Dense(4, activation="tanh")(inputs)
    h = layers.Dense(1)(h)
    outputs = keras.activations.sigmoid(h)
    return keras.Model(inputs, outputs)


def head(x, classes):
    x = layers.Dense(8, activation="relu")(x)
    return layers.Dense(classes, activation="softmax")(x)


one = classifier(16)
one.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
first = one.fit(x, kinds, epochs=2, batch_size=40, shuffle=False, verbose=0).history
scores = one.evaluate(x, kinds, verbose=0)
chances = one.predict(x, verbose=0)

# an activation in the function that builds the last part
inputs = keras.Input((8,))
parted = keras.Model(inputs, head(layers.Dense(6)(inputs), 3))
parted.compile("sgd", keras.losses.CategoricalCrossentropy(label_smoothing=0.1))
rows = np.eye(3)[kinds]
second = parted.fit(x, rows, epochs=2, batch_size=40, shuffle=False, verbose=0).history

# several outputs, of which one is probabilities on purpose, too
inputs = keras.Input((8,))
h = layers.Dense(16, activation="relu")(inputs)
kind = layers.Dense(3, activation="softmax", name="kind")(h)
pure = layers.Dense(1, activation="sigmoid", name="pure")(h)
share = layers.Dense(1, activation="sigmoid", name="share")(h)
both = keras.Model(inputs, [kind, pure, share])
both.compile(
    "sgd",
    ["sparse_categorical_crossentropy", "binary_crossentropy", "mse"],
    metrics=[["accuracy"], ["accuracy"], ["mae"]],
)
third = both.fit(x, [kinds, good, good], epochs=2, batch_size=40, shuffle=False, verbose=0).history

# a model that is the last layer of another one
real = judge()
real.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
fourth = [real.train_on_batch(x, good) for _ in range(3)]
noise = keras.Input((8,))
faked = keras.Model(noise, real(layers.Dense(8, use_bias=False)(noise)))
faked.compile(keras.optimizers.SGD(0.1), "binary_crossentropy")
fifth = [faked.train_on_batch(x, good) for _ in range(3)]
"""


def test_what_the_loss_takes_is_before_the_activation(scripts: Scripts) -> None:
    conversion = convert(PROGRAM)
    assert "forward_logits" in conversion.text
    assert "clamp(1e-7" not in conversion.text
    apart = scripts.compare(PROGRAM, conversion.text)
    assert {"first", "second", "third", "fourth", "fifth", "scores", "chances"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "last",
    [
        "layers.Dense(3, activation='softmax'), layers.Reshape((1, 3))",
        "layers.Dense(3, activation='softmax'), layers.RepeatVector(1), layers.Rescaling(0.5)",
        "layers.RepeatVector(1), layers.TimeDistributed(layers.Dense(3, activation='softmax'))",
    ],
)
def test_what_follows_the_activation_is_clipped_as_in_keras(last: str, scripts: Scripts) -> None:
    text = f"""{HEAD}
model = keras.Sequential(
    [keras.Input((8,)), {last}]
)
model.compile("sgd", "sparse_categorical_crossentropy")
history = model.fit(x, kinds[:, None], epochs=1, batch_size=40, shuffle=False, verbose=0)
found = history.history["loss"]
"""
    conversion = convert(text)
    assert "clamp(1e-7" in conversion.text
    apart = scripts.compare(text, conversion.text)
    assert max(apart.values()) < 1e-9, apart


#: Several outputs of a model in another one, a metric beside another loss, a loss of the program's.
CLIPPED = [
    """
def judge():
    inputs = keras.Input((8,))
    h = layers.Dense(4)(inputs)
    outputs = [layers.Dense(1, activation="sigmoid")(h), layers.Dense(3, activation="softmax")(h)]
    return keras.Model(inputs, outputs)


noise = keras.Input((8,))
both = judge()
model = keras.Model(noise, both(layers.Dense(8)(noise)))
model.compile("sgd", ["binary_crossentropy", "sparse_categorical_crossentropy"])
model.train_on_batch(x, [good, kinds])
""",
    """
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "mse", metrics=["binary_crossentropy"])
model.fit(x, good)
""",
    """
def own(y_true, y_pred):
    return keras.losses.binary_crossentropy(y_true, y_pred) + 0.1


model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("sgd", own)
model.fit(x, good)
""",
]


@pytest.mark.parametrize("text", CLIPPED)
def test_where_probabilities_are_clipped_all_the_same_is_said(text: str) -> None:
    conversion = convert(HEAD + text)
    said = [d.line for d in conversion.diagnostics if "are clipped" in d.message]
    lines = (HEAD + text).split("\n")
    assert [lines[line - 1].startswith("model.compile") for line in said] == [True]
    assert "clamp(1e-7" in conversion.text


def test_a_class_of_a_model_is_trained_where_its_data_go(scripts: Scripts) -> None:
    text = f"""{HEAD}

class Net(keras.Model):
    def __init__(self, units=4):
        inputs = keras.Input((8,))
        h = layers.Dense(units, activation="relu")(inputs)
        super().__init__(inputs, layers.Dense(3, activation="softmax", name="logits")(h))


net = Net()
net.compile("sgd", "sparse_categorical_crossentropy")
found = net.fit(x, kinds, epochs=2, batch_size=40, shuffle=False, verbose=0).history["loss"]
"""
    converted = convert(text).text
    assert "net = Net().to(device)" in converted
    apart = scripts.compare(text, converted)
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart
