"""Loops that print what the layers of a model are called: they list the modules of torch."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import ASSUMED, Severity
from transpiler.pipeline import convert

HEAD = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.default_rng(0).normal(size=(32, 4))
y = x.sum(1)
"""
MODEL = """
model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="first"), layers.Dense(1)])
"""
TRAINS = """
model.compile("sgd", "mse")
h = model.fit(x, y, epochs=2, verbose=0).history
"""
SHOW = '''
def show(net):
    """Print what is trained."""
    for layer in net.layers:
        print(layer.name, layer.count_params())
'''
CLASS = """
class Trainer:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def show(self):
        print([one.name for one in self.model.layers])

    def fit(self):
        return self.model.fit(x, y, verbose=0).history


trainer = Trainer()
trainer.show()
h = trainer.fit()
"""


def errors(text: str) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("listing", "emitted"),
    [
        (
            "for layer in model.layers:\n    print(layer.name)\n",
            "for name, _ in model.named_children():\n    print(name)\n",
        ),
        (
            "for i, layer in enumerate(model.layers, 1):\n    print(i, layer.name, layer)\n",
            "for i, (name, layer) in enumerate(model.named_children(), 1):\n"
            "    print(i, name, layer)\n",
        ),
        (
            'for layer in model.layers:\n    print(f"{layer.name}: {layer.trainable}")\n',
            "for name, layer in model.named_children():\n"
            '    print(f"{name}: {all(p.requires_grad for p in layer.parameters())}")\n',
        ),
        (
            "for layer in model.layers:\n    print(type(layer).__name__, layer.count_params())\n",
            "for layer in model.children():\n"
            "    print(type(layer).__name__, sum(p.numel() for p in layer.parameters()))\n",
        ),
        (
            "name = 1\nprint([layer.name for layer in model.layers], name)\n",
            "name = 1\nprint([layer_name for layer_name, _ in model.named_children()], name)\n",
        ),
    ],
)
def test_lists_modules(listing: str, emitted: str) -> None:
    result = convert(HEAD + MODEL + listing + TRAINS)
    assert [d.code for d in result.diagnostics] == [ASSUMED.code]
    assert emitted in result.text


@pytest.mark.parametrize("text", [MODEL + SHOW + "show(model)\n" + TRAINS + "show(model)\n", CLASS])
def test_trains_as_before(text: str, scripts: Scripts) -> None:
    got = convert(HEAD + text).text
    assert not errors(HEAD + text)
    assert "named_children()" in got
    assert max(scripts.compare(HEAD + text, got).values()) < 1e-6


@pytest.mark.parametrize(
    "listing",
    [
        "for layer in model.layers[:1]:\n    print(layer.name)\n",
        "for layer in model.layers:\n    print(layer.get_weights())\n",
        "for layer in model.layers:\n    print(len(layer.weights))\n",
        "for layer in model.layers:\n    print(layer.name)\nprint(layer)\n",
        "for i, layer in enumerate(model.layers):\n    print(layer.name)\nprint(i)\n",
        "names = [layer.name for layer in model.layers]\n",
        "print([layer.name for layer in model.layers if layer.trainable])\n",
        "for layer in model.layers:\n    print(layer.name)\n    x[0] += 1\n",
    ],
)
def test_what_asks_for_more_is_an_error(listing: str) -> None:
    assert errors(HEAD + MODEL + listing + TRAINS)
