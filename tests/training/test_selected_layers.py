"""Loops over layers that ask what is known of each: its name, its class, and the shape it gives."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(12, 8, 8, 1)
y = np.random.RandomState(1).randint(0, 3, 12)
"""
NAMED = """
model = keras.Sequential([
    keras.Input((8, 8, 1)), layers.Conv2D(2, 3, name="conv_a"), layers.MaxPooling2D(2, name="pool"),
    layers.Conv2D(3, 2, name="conv_b"), layers.Flatten(name="flat"),
    layers.Dense(3, activation="softmax", name="out"),
])
"""
NUMBERED = """
inputs = keras.Input((8, 8, 1))
h = layers.Conv2D(2, 3)(inputs)
h = layers.MaxPooling2D(2)(h)
h = layers.Conv2D(3, 2)(h)
h = layers.Flatten()(h)
model = keras.Model(inputs, layers.Dense(3, activation="softmax")(h))
"""
TRAIN = """
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
"""
LOOPS = """
names, places = [], 0
for layer in model.layers:
    if isinstance(layer, layers.Conv2D):
        names.append(layer.name)
for i, layer in enumerate(model.layers):
    if "conv" not in layer.name:
        continue
    # of the convolutions
    places += i
    print(i, layer.name, layer.output.shape)
for layer in model.layers:
    if not (isinstance(layer, (layers.Flatten, layers.Dense)) or layer.name.startswith("pool")):
        print(layer.name)
        places *= 2
sizes = {}
for k, layer in enumerate(model.layers):
    sizes[layer.name] = layer.output.shape[-1] + k
total = sum(sizes.values())
every = [layer.name for layer in model.layers]
kinds = [layer.__class__.__name__ for layer in model.layers]
dense = [layer.name + "!" for layer in model.layers if layer.__class__.__name__ == "Dense"]
both = [(layer.name, type(layer).__name__) for layer in model.layers if layer.name in ["pool"]]
several = len(names)
"""


def listed(text: str) -> str:
    made = convert(text, Options(exact=True))
    assert not [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    return made.text


@pytest.mark.parametrize("model", [NAMED, NUMBERED], ids=["named", "numbered"])
def test_what_they_take_is_written_out(scripts: Scripts, model: str) -> None:
    text = HEAD + model + TRAIN + LOOPS + "listed = repr([names, every, kinds, dense, both])\n"
    text += "key = sum(i * ord(letter) for i, letter in enumerate(listed))\n"
    made = listed(text)
    assert "    # of the convolutions\n" in made
    apart = scripts.compare(text, made.replace("float32", "float64"))
    assert {"places", "total", "several", "key"} <= apart.keys()
    assert max(far for name, far in apart.items() if name not in "ik") < 1e-9


def test_constants_in_place_of_layers() -> None:
    made = listed(HEAD + NAMED + TRAIN + LOOPS)
    assert 'for name in ["conv_a", "conv_b"]:\n    names.append(name)\n' in made
    assert 'every = ["conv_a", "pool", "conv_b", "flat", "out"]\n' in made
    assert '    (0, "conv_a", (None, 6, 6, 2)),\n' in made or '[(0, "conv_a", (' in made


#: What is not known for sure, or would not be looked at.
UNKNOWN = {
    "numbers beside other layers": NUMBERED + "other = layers.Dense(3)\n",
    "numbers after a file": NUMBERED + "old = keras.models.load_model('a.keras')\n",
    "numbers in a function": "def make():\n"
    + "".join(f"    {line}\n" for line in NUMBERED.strip().split("\n"))
    + "    return model\nmodel = make()\n",
}


@pytest.mark.parametrize("model", UNKNOWN.values(), ids=UNKNOWN)
def test_names_that_depend_on_others(model: str) -> None:
    text = HEAD + model + TRAIN + "names = [layer.name for layer in model.layers]\n"
    assert "\nnames = [layer.name for layer in model.layers]\n" in convert(text).text


CONV = "for layer in model.layers:\n    if 'o' in layer.name:\n        "
STAY = [
    "for layer in model.layers:\n    if isinstance(layer, layers.Layer):\n        print(1)\n",
    "for layer in model.layers:\n    if layer.name:\n        print(layer.name)\n",
    CONV + "print(layer.get_config())\n",
    CONV + "print(model.get_layer(layer.name))\n",
    CONV + "break\n    print(layer.name)\n",
    "for layer in model.layers:\n    # first\n    if 'o' in layer.name:\n        places = 1\n",
    "found = [layer for layer in model.layers if 'conv' in layer.name]\n",
]


@pytest.mark.parametrize("loop", STAY)
def test_what_else_is_asked_stays(loop: str) -> None:
    made = convert(HEAD + NAMED + TRAIN + loop)
    assert loop.split(":")[0] in made.text
    assert any(d.severity is Severity.ERROR for d in made.diagnostics)


def test_a_model_that_grows_later() -> None:
    grown = NAMED.replace('    layers.Dense(3, activation="softmax", name="out"),\n', "")
    asked = "names = [layer.name for layer in model.layers]\n"
    later = 'model.add(layers.Dense(3, activation="softmax", name="out"))\n'
    assert asked in convert(HEAD + grown + asked + later + TRAIN).text
    assert asked not in convert(HEAD + grown + later + asked + TRAIN).text
