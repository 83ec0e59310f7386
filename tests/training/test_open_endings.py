"""Outputs whose last activation a parameter tells: Keras's crossentropies go back behind it."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.default_rng(0).normal(size=(40, 5)) * 20
good = (x[:, 2] > 0).astype(int)
rows = np.eye(2)[good]
"""

NET = """
def net(units, act="softmax"):
    layer = layers.Dense(6, activation="tanh")
    return keras.Sequential([keras.Input((5,)), layer, layers.Dense(units, activation=act)])
"""

FIT = """
first = m.fit(x, {}, epochs=2, batch_size=10, shuffle=False, verbose=0).history
scores = m.evaluate(x, {}, verbose=0)
chances = m.predict(x, verbose=0)
"""

#: What makes and compiles a model, and its targets: also activations of another crossentropy.
COMPILED = [
    ("m = net(2)\nm.compile('sgd', 'binary_crossentropy', metrics=['accuracy'])", "rows"),
    ("m = net(1, 'sigmoid')\nm.compile('sgd', 'binary_crossentropy')", "good[:, None]"),
    ("m = net(2, act='sigmoid')\nm.compile('sgd', 'categorical_crossentropy')", "rows"),
    ("m = net(2, 'sigmoid')\nm.compile('sgd', 'sparse_categorical_crossentropy')", "good"),
    ("m = net(1, None)\nm.compile('sgd', keras.losses.BinaryCrossentropy(True))", "good[:, None]"),
    ("m = net(2, 'relu')\nm.compile('sgd', 'mse', metrics=['mae'])", "rows"),
]


@pytest.mark.sample(2)
@pytest.mark.parametrize(("compiled", "targets"), COMPILED)
def test_what_the_call_gives_tells(compiled: str, targets: str, scripts: Scripts) -> None:
    text = HEAD + NET + compiled + FIT.format(targets, targets)
    conversion = convert(text, Options(exact=True))
    assert not conversion.diagnostics
    apart = scripts.compare(text, conversion.text)
    assert {"first", "scores", "chances"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


IMAGES = HEAD + """
images = np.random.default_rng(1).normal(size=(12, 4, 3, 1))
masks = (images > 0).astype(int)


def segment(classes, act="softmax"):
    inputs = keras.Input((4, 3, 1))
    h = layers.Conv2D(3, 3, padding="same", activation="relu")(inputs)
    return keras.Model(inputs, layers.Conv2D(classes, 1, activation={act})(h))


m = segment(2)
m.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
first = m.fit(images, masks, epochs=2, batch_size=4, shuffle=False, verbose=0).history
chances = m.predict(images, verbose=0)
"""


@pytest.mark.parametrize("act", ["act", "'softmax' if classes > 1 else 'sigmoid'"])
def test_the_classes_of_each_pixel(act: str, scripts: Scripts) -> None:
    text = IMAGES.replace("{act}", act)
    apart = scripts.compare(text, convert(text, Options(exact=True)).text)
    assert {"first", "chances"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


#: Where the call alone doesn't tell, but all values that the program gives.
FOLLOWED = [
    """
def run(units, act):
    m = net(units, act)
    m.compile("sgd", "binary_crossentropy")
    return m.fit(x, rows, epochs=2, batch_size=10, shuffle=False, verbose=0).history

first = run(2, "softmax")
""",
    """
class Net:
    def __init__(self, units, act):
        self.model = net(units, act)
        self.model.compile("sgd", "binary_crossentropy")

    def run(self):
        fit = self.model.fit(x, rows, epochs=2, batch_size=10, shuffle=False, verbose=0)
        return fit.history

first = Net(2, "softmax").run()
""",
    """
def named(classes):
    final = layers.Dense(classes, activation="sigmoid" if classes == 1 else "softmax")
    return keras.Sequential([keras.Input((5,)), final])

m = named(2)
m.compile("sgd", "binary_crossentropy")
first = m.fit(x, rows, epochs=2, batch_size=10, shuffle=False, verbose=0).history
""",
]


@pytest.mark.parametrize("program", FOLLOWED)
def test_what_the_program_gives_tells(program: str, scripts: Scripts) -> None:
    text = HEAD + NET + program
    conversion = convert(text, Options(exact=True))
    assert "def forward_logits(self, x):" in conversion.text
    assert not conversion.diagnostics
    apart = scripts.compare(text, conversion.text)
    assert "first" in apart
    assert max(apart.values()) < 1e-9, apart


BEHIND = "binary_crossentropy of an output whose activation only the run tells: if it is a softmax"
OWN = (
    "a function of the program's own, and a softmax before a crossentropy that goes with a sigmoid"
)

#: What can't be told, and functions of the program's own in which Keras goes back as well.
REFUSED = [
    ("import sys\nm = net(2, sys.argv[1])\nm.compile('sgd', 'binary_crossentropy')", BEHIND),
    (
        "KIND = 'softmax' if len(x) > 9 else 'sigmoid'\nm = net(2, KIND)\n"
        "m.compile('sgd', 'binary_crossentropy')",
        BEHIND,
    ),
    (
        "def head(h, units, act='relu'):\n    return layers.Dense(units, activation=act)(h)\n\n"
        "i = keras.Input((5,))\nm = keras.Model(i, head(head(i, 4), 2, 'softmax'))\n"
        "m.compile('sgd', 'binary_crossentropy')",
        BEHIND,
    ),
    (
        "def own(y, p):\n    return keras.losses.binary_crossentropy(y, p)\n\n"
        "m = net(2, 'softmax')\nm.compile('sgd', own)",
        OWN,
    ),
    (
        "def own(y, p):\n    return keras.losses.binary_crossentropy(y, p)\n\n"
        "m = net(2, 'softmax')\nm.compile('sgd', 'mse', metrics=[own])",
        OWN,
    ),
    (
        "bce = keras.losses.BinaryCrossentropy()\n\ndef inner(y, p):\n    return bce(y, p)\n\n"
        "def own(y, p):\n    return inner(y, p) * 2\n\n"
        "m = keras.Sequential([keras.Input((5,)), layers.Dense(2, activation='softmax')])\n"
        "m.compile('sgd', own)",
        OWN,
    ),
    (
        "def own(y, p):\n"
        "    return keras.losses.categorical_crossentropy(y, p, from_logits=True)\n\n"
        "m = net(2, 'softmax')\nm.compile('sgd', own)",
        "a function of the program's own, and from_logits behind a softmax",
    ),
]


@pytest.mark.parametrize(("program", "reason"), REFUSED)
def test_what_may_be_another_one_is_said(program: str, reason: str) -> None:
    conversion = convert(f"{HEAD}{NET}{program}\nfirst = m.fit(x, rows).history\n")
    said = [d for d in conversion.diagnostics if reason in d.message]
    assert [d.severity.value for d in said] == ["error"], conversion.diagnostics


def test_the_other_activation_of_a_program_without_it_is_not_feared() -> None:
    text = (
        HEAD
        + NET.replace("softmax", "sigmoid")
        + (
            "import sys\nm = net(1, sys.argv[1])\nm.compile('sgd', 'binary_crossentropy')\n"
            "first = m.fit(x, good).history\n"
        )
    )
    (said,) = convert(text).diagnostics
    assert "outputs nearer to 0 or 1 train differently" in said.message
