"""Models and layers that are made with `trainable=False`: what of them is trained."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.conversion import Conversion
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import keras
from keras import layers

x = np.random.RandomState(0).rand(64, 6)
y = np.random.RandomState(1).rand(64, 1)
inputs = keras.Input((6,))
"""
NORMS = 'layers.Dense(4, activation="relu"{0}), layers.BatchNormalization({1})'
GRAPH = 'layers.BatchNormalization()(layers.Dense(4, activation="relu")(inputs))'
MODEL = "model = keras.Model(inputs, layers.Dense(1)(base(inputs)))\n"
FIT = """\
model.compile(keras.optimizers.SGD(0.1, momentum=0.5), "mse")
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
"""
TABLE = {
    "a Sequential": f"base = keras.Sequential([keras.Input((6,)), {NORMS.format('', '')}], "
    f"trainable=False)\n{MODEL}",
    "a Sequential without the word": f"base = keras.Sequential([keras.Input((6,)), "
    f"{NORMS.format('', '')}], False, 'base')\n{MODEL}",
    "a Sequential that grows": "base = keras.Sequential(trainable=False)\n"
    "base.add(keras.Input((6,)))\nbase.add(layers.Dense(4))\n"
    f"base.add(layers.BatchNormalization())\n{MODEL}",
    "a functional one": f"base = keras.Model(inputs, {GRAPH}, trainable=False)\n{MODEL}",
    "of a function": "def build(still):\n    return keras.Sequential([keras.Input((6,)), "
    f"{NORMS.format('', '')}], trainable=not still)\n\n\nbase = build(True)\n{MODEL}",
    "layers": "base = keras.Sequential([keras.Input((6,)), "
    f"{NORMS.format(', trainable=False', 'trainable=False')}])\n{MODEL}",
}


def made(text: str, keras: str = "auto") -> Conversion:
    return convert(text, Options(exact=True, keras=keras))


def errors(text: str, keras: str = "auto") -> list[str]:
    found = made(text, keras).diagnostics
    return [d.message for d in found if d.severity is Severity.ERROR]


@pytest.mark.sample(2)
@pytest.mark.parametrize("base", TABLE.values(), ids=TABLE)
def test_parts_are_trained_as_in_keras(base: str, scripts: Scripts) -> None:
    text = HEAD + base + FIT
    assert not errors(text)
    apart = scripts.compare(text, made(text).text)
    assert max(apart.values()) < 1e-9, apart
    assert any("weight" in name for name in apart)


@pytest.mark.parametrize("base", [text for name, text in TABLE.items() if name != "layers"])
def test_a_word_that_freezes_nothing_is_said(base: str) -> None:
    said = [d.message for d in made(HEAD + base + FIT).diagnostics]
    assert any("is no word to its layers" in message for message in said)


@pytest.mark.parametrize(
    "model",
    [
        "model = keras.Sequential([keras.Input((6,)), layers.Dense(1)], trainable=False)\n",
        "model = keras.Sequential([keras.Input((6,)), layers.Dense(1)], False)\n",
        "model = keras.Model(inputs, layers.Dense(1)(inputs), trainable=False)\n",
        "def build(learns):\n    return keras.Sequential([keras.Input((6,)), layers.Dense(1)], "
        "trainable=learns)\n\n\nmodel = build(False)\n",
        "class Net(keras.Model):\n    def __init__(self):\n        i = keras.Input((6,))\n"
        "        super().__init__(i, layers.Dense(1)(i), trainable=False)\n\n\nmodel = Net()\n",
    ],
)
def test_a_model_that_is_made_so_would_train_nothing(model: str) -> None:
    assert any("would train nothing" in message for message in errors(HEAD + model + FIT))


def test_keras_2_normalizes_batches_in_what_it_does_not_train() -> None:
    text = HEAD + TABLE["a functional one"] + FIT
    assert any("Keras 2 does not train it" in message for message in errors(text, "2"))


@pytest.mark.parametrize(
    "base",
    [
        f"base = keras.Sequential([{NORMS.format(', trainable=False', '')}])\n",
        "first = layers.Dense(4)\nfirst.trainable = False\nbase = keras.Sequential([first])\n",
    ],
)
def test_what_has_no_sizes_yet_is_not_frozen(base: str) -> None:
    model = "model = keras.Sequential([keras.Input((6,)), base, layers.Dense(1)])\n"
    assert any("to find its sizes" in message for message in errors(HEAD + base + model + FIT))


@pytest.mark.parametrize(
    ("word", "generation"), [("True", "auto"), ("True", "3"), ('"net"', "2"), ("None", "2")]
)
def test_the_second_argument_of_a_sequential(word: str, generation: str, scripts: Scripts) -> None:
    text = f"{HEAD}model = keras.Sequential([keras.Input((6,)), layers.Dense(1)], {word})\n{FIT}"
    if generation == "2":  # alone takes names there
        text = text.replace("import keras", "import tf_keras as keras")
        text = text.replace("from keras", "from tf_keras")
    assert not errors(text, generation)
    result = made(text, generation).text
    assert ("class Net(" in result) is (word == '"net"')
    apart = scripts.compare(text, result, keras="2" if generation == "2" else "3")
    assert max(apart.values()) < 1e-6, apart


@pytest.mark.parametrize(("word", "said"), [("word", True), ("None", False), ('"a"', False)])
def test_a_second_argument_that_may_be_either_is_said(word: str, said: bool) -> None:
    build = f"def build(word=None):\n    return keras.Sequential([layers.Dense(1)], {word})\n"
    messages = errors(f"{HEAD}{build}model = build(x)\n{FIT}")
    assert any("its name in Keras 2, and `trainable` in Keras 3" in m for m in messages) is said
