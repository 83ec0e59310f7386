"""How much labels are smoothed, where only what builds or compiles the model knows it."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

weight = 7.0
x = np.random.RandomState(0).rand(48, 6).astype("float32")
y = np.random.RandomState(1).randint(0, 2, 48).astype("float32")



"""
BUILDER = """\
def build(share, gamma=1.5):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1, activation="sigmoid")])
    loss = keras.losses.BinaryFocalCrossentropy(gamma=gamma, label_smoothing=share)
    model.compile("adam", loss, metrics=["accuracy"])
    return model


"""
TRAIN = """\
def train(model):
    kept = model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0)
    return kept.history["loss"]


"""
RUN = """\
first, second = build(0.3), build(share=weight / 70)
losses = [train(first), train(second)]
score = first.evaluate(x, y, verbose=0)
"""
OBJECT = """\
class Classifier:
    def __init__(self, share=0.1):
        self.share = share
        self.model = self.build()

    def build(self):
        model = keras.Sequential([keras.Input((6,)), layers.Dense(3, activation="softmax")])
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=self.share)
        model.compile("adam", loss)
        return model

    def train(self, x, y):
        kept = self.model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0)
        return kept.history["loss"]


losses = Classifier(0.2).train(x, np.eye(3)[np.arange(48) % 3] * 0.9)
"""
OUTPUTS = """\
def build(share):
    inputs = keras.Input((6,))
    kind = layers.Dense(3, activation="softmax", name="kind")(inputs)
    flag = layers.Dense(1, activation="sigmoid", name="flag")(inputs)
    model = keras.Model(inputs, [kind, flag])
    losses = [
        keras.losses.CategoricalCrossentropy(label_smoothing=share),
        keras.losses.BinaryCrossentropy(label_smoothing=share / 2),
    ]
    model.compile("adam", losses, loss_weights=[1.0, share])
    return model


model = build(0.2)
targets = [np.eye(3)[np.arange(48) % 3] * 0.9, y.reshape(-1, 1)]
kept = model.fit(x, targets, epochs=2, batch_size=16, shuffle=False, verbose=0)
losses = kept.history
"""
WEIGHED = BUILDER.replace(
    """"adam", loss, metrics=["accuracy"]""", """"adam", "mse", loss_weights=[share]"""
)
CLASSES = """\
def build(classes):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(classes, activation="softmax")])
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    metric = keras.metrics.CategoricalCrossentropy(label_smoothing=0.2)
    model.compile("adam", loss, metrics=[metric])
    return model


targets = np.eye(3)[np.arange(48) % 3] * 0.9
model = build(targets.shape[1])
losses = model.fit(x, targets, epochs=2, batch_size=16, shuffle=False, verbose=0).history
"""
PROGRAMS = {
    "builder": BUILDER + TRAIN + RUN,
    "object": OBJECT,
    "outputs": OUTPUTS,
    "classes": CLASSES,
    # the same of a weight, which must not be called like a variable of the program
    "weight": WEIGHED + TRAIN + RUN + "double = weight * 2\n",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_loops_are_given_what_they_do_not_know(name: str, scripts: Scripts) -> None:
    text = HEAD + PROGRAMS[name]
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_the_share_is_a_parameter() -> None:
    result = converted(HEAD + BUILDER + TRAIN + RUN)
    assert "def train(model, criterion, label_smoothing, optimizer):" in result
    assert "second_label_smoothing = weight / 70\n" in result


def test_the_run_tells_how_many_classes_there_are() -> None:
    result = converted(HEAD + CLASSES, Options(exact=True))
    smoothed = " * 0.9 + 0.1 / logits.shape[-1]"
    assert smoothed in " ".join(result.split()), result


def test_objects_that_get_the_model_are_refused() -> None:
    text = HEAD + BUILDER
    text += "class Trainer:\n    def __init__(self, model):\n        self.model = model\n\n"
    text += "    def train(self):\n        self.model.fit(x, y, verbose=0)\n\n\n"
    found = convert(text + "Trainer(build(0.3)).train()\n").diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("not by how much its loss is changed" in one for one in errors), errors


OWN = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

SHARE = 0.2
rng = np.random.RandomState(0)
x, y = rng.rand(48, 6), np.eye(3)[rng.randint(0, 3, 48)]


{loss}


model = keras.Sequential([keras.Input((6,)), layers.Dense(3), layers.Activation("{activation}")])
model.compile("adam", {name})
losses = model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0).history["loss"]
"""
OF_CLASS = """\
class Mixed(keras.losses.Loss):
    def __init__(self, share=0.05):
        super().__init__()
        self.share = share

    def call(self, y_true, y_pred):
        first = keras.losses.binary_crossentropy(y_true, y_pred, label_smoothing=self.share)
        return first + keras.losses.categorical_crossentropy(y_true, y_pred, label_smoothing=SHARE)
"""
OF_FUNCTION = """\
def smoothed(y_true, y_pred):
    crossentropy = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=0.1, reduction="none"
    )
    return crossentropy(y_true, y_pred) + keras.losses.binary_crossentropy(
        y_true, y_pred, True, 0.3
    )
"""


@pytest.mark.parametrize(
    ("loss", "activation", "name"),
    [(OF_CLASS, "exponential", "Mixed()"), (OF_FUNCTION, "linear", "smoothed")],
)
def test_losses_of_the_programs_own_smooth(
    loss: str, activation: str, name: str, scripts: Scripts
) -> None:
    text = OWN.format(loss=loss, activation=activation, name=name)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart
