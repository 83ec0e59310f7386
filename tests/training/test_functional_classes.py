"""Classes of functional models that do more than to build their model."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import keras
from keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(32, 6), rng.rand(32, 1)


"""
NET = """\
class Net(keras.Model):
    units = 4

    def __init__(self, n=4, freeze=False):
        i = keras.Input((6,))
        h = layers.Dense(n, activation="relu")(i)
        super().__init__(inputs=i, outputs=layers.Dense(1)(h))
        self.n = n{more}

    def size(self):
        return {size}
{method}

model = Net()
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=2, batch_size=8, verbose=0, shuffle=False).history["loss"]
"""


def net(more: str = "", method: str = "", size: str = "self.n") -> str:
    more = f"\n        {more}" if more else ""
    lines = "".join(f"    {line}\n" for line in method.splitlines())
    return HEAD + NET.format(more=more, method=f"\n{lines}" if lines else "", size=size)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("self.layers[1].trainable = not freeze", "asks its own model for `layers` in line 17"),
        ("self.summary()", "`summary` in line 17"),
        ("print(self.name)", "`name` in line 17"),
        ("self.first = self.weights[0]", "`weights`"),
        ("print(self.count_params())", "`count_params`"),
        ("self.n = self.input_shape[1]", "`input_shape`"),
        ('self.compile("sgd", "mse")', "`compile`"),
        ("self.trainable = False", "a `trainable` of its own"),
        ("self.trainable: bool = False", "a `trainable` of its own"),
        ("self.k, self.trainable = 3, False", "a `trainable` of its own"),
        ("self.n = self.units", "its model is built by `units`"),
        ("super().summary()", "`super().summary`"),
        ("keras.utils.plot_model(self)", "hands its own model on"),
        ("self.training = 3", "would hide that of nn.Module"),
    ],
)
def test_what_its_model_is_asked_is_said(more: str, reason: str) -> None:
    _is_refused(net(more), reason)


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("def train_step(self, data):\n    return {}", "a `train_step` of its own"),
        ("def call(self, x):\n    return 2 * super().call(x)", "a `call` of its own"),
        ("def fit(self, *args):\n    return None", "a `fit` of its own"),
        ("@property\ndef metrics(self):\n    return []", "a `metrics` of its own"),
        ("def train(self):\n    return None", "would hide that of nn.Module"),
        ("def names(self):\n    return [l.name for l in self.layers]", "`layers` in line 22"),
        ("def score(self, x):\n    return self.predict(x).mean()", "`predict` in line 22"),
        ("def score(model, x):\n    return model.predict(x).mean()", "`predict` in line 22"),
    ],
)
def test_what_methods_ask_is_said(method: str, reason: str) -> None:
    _is_refused(net(method=method), reason)


def test_another_base_is_said() -> None:
    mixin = "class Steps:\n    def train_step(self, data):\n        return {}\n\n\n"
    text = net().replace("class Net(keras.Model)", f"{mixin}class Net(Steps, keras.Model)")
    _is_refused(text, "other bases than keras.Model")


def _is_refused(text: str, reason: str) -> None:
    result = convert(text)
    errors = [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in errors), errors
    assert "class Net(nn.Module)" not in result.text


@pytest.mark.parametrize(
    ("more", "method"),
    [
        ("self.double_n = self.n * 2", "def twice(self):\n    return self.double_n + self.units"),
        (
            "self.config = {'n': self.n}",
            "def get_config(self):\n    return {**super().get_config(), 'n': self.n}\n\n"
            "@classmethod\ndef from_config(cls, config):\n    return cls(**config)",
        ),
        ("self.log = []", "def note(self, value):\n    self.log.append(value)\n    self.last = 3"),
    ],
)
def test_what_it_keeps_stays(more: str, method: str, scripts: Scripts) -> None:
    text = net(more, method)
    apart = scripts.compare(text, converted(text))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
