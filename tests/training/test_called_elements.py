"""Trained models that are called on arrays as elements, attributes or clones."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(24, 3)
y = x.sum(1)


def net(units=4):
    return keras.Sequential(
        [keras.Input((3,)), layers.Dense(units), layers.BatchNormalization(), layers.Dense(1)]
    )


def trained(units=4):
    made = net(units)
    made.compile("sgd", "mse")
    made.fit(x, y, batch_size=6, verbose=0)
    return made


class Box:
    def __init__(self, model):
        self.model = model

    def mean(self, batch):
        return self.model(batch).numpy().mean()


@dataclass
class Fitted:
    model: object
    scale: float = 2.0


Named = namedtuple("Named", "name model")
m = net(3)
m.compile("sgd", "mse")
m.fit(x, y, epochs=2, batch_size=6, verbose=0)
"""
CALLED = {
    "element": "models = [m]\nout = models[0](x).numpy()\n",
    "entry": "models = {'m': m}\nout = models['m'](x).numpy()\n",
    "of-a-tuple": "pair = ('m', m)\nout = pair[1](x, training=False).numpy()\n",
    "attribute": "box = Box(m)\nout = [box.mean(x[:3]), box.mean(x)]\n",
    "clone": "other = keras.models.clone_model(m)\nother.set_weights(m.get_weights())\n"
    "out = []\nfor one in (m, other):\n    out.append(one(x, training=False).numpy().sum())\n",
}
LEFT = {
    "what-a-function-gives": "out = trained(3)(x).numpy()\n",
    "chosen": "k = None\nout = (k or m)(x).numpy()\n",
    "by-default": "def ask(z, model=m):\n    return model(z)\n\n\nout = ask(x)\n",
    "in-a-closure": "def make(model):\n    def ask(z):\n        return model(z)\n\n    return ask\n"
    "\n\nout = make(m)(x)\n",
    "field": "f = Fitted(m)\nout = f.model(x)\n",
    "named-field": "f = Named('m', m)\nout = f.model(x)\n",
}


@pytest.mark.parametrize("name", CALLED)
def test_it_gives_what_it_gives_in_inference(name: str, scripts: Scripts) -> None:
    program = HEAD + CALLED[name]
    text = converted(program, Options(exact=True))
    assert "predict(" in text
    apart = scripts.compare(program, text)
    assert "out" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("name", LEFT)
def test_what_nobody_follows_is_an_error(name: str) -> None:
    found = convert(HEAD + LEFT[name])
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("an nn.Module takes tensors" in e for e in errors), errors


LOST = {
    "list-in-a-dict": "held = {'models': []}\nheld['models'].append(m)\n"
    "out = [k.predict(x) for k in held['models']]\n",
    "deque": "from collections import deque\n\nheld = deque()\nheld.append(m)\n"
    "out = held[0].predict(x)\n",
}
OTHER = "from sklearn.linear_model import LinearRegression\n"


@pytest.mark.parametrize("other", ["", OTHER])
@pytest.mark.parametrize("name", LOST)
def test_what_nobody_follows_is_told(name: str, other: str) -> None:
    found = convert(HEAD + other + LOST[name])
    assert any("taken for no call of a model" in d.message for d in found.diagnostics)


def test_other_estimators_are_none() -> None:
    others = "for one in [LinearRegression()]:\n    one.fit(x, y)\n    out = one.predict(x)\n"
    found = convert(HEAD + OTHER + others)
    assert not any("taken for no call of a model" in d.message for d in found.diagnostics)
