"""Methods of a class itself, and of objects, that make another object with a model."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

SCRIPT = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rs = np.random.RandomState(0)
x, y = rs.rand(20, 4), rs.rand(20, 1)


class Net:
    def __init__(self, units=3):
        self.units = units
        self.model = keras.Sequential([layers.Input((4,)), layers.Dense(units), layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def train(self):
        return self.model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"]

    def save(self, path):
        self.model.save_weights(path)

    def predict(self):
        return self.model.predict(x, verbose=0)

    @classmethod
    def load(cls, path, units=3):
        net = cls(units)
        net.model.load_weights(path)
        return net

    def twin(self):
        other = type(self)(self.units)
        other.model.set_weights(self.model.get_weights())
        return other.model.predict(x, verbose=0)


net = Net()
losses = net.train()
net.save("net.weights.h5")
loaded = Net.load("net.weights.h5").predict()
same = net.twin()
"""


def test_they_know_the_model_of_the_other_object(scripts: Scripts) -> None:
    converted = convert(SCRIPT, Options(exact=True))
    assert not [d for d in converted.diagnostics if d.severity is Severity.ERROR]
    assert "net.model.load_state_dict(torch.load(path, map_location=device))" in converted.text
    assert "other.model.load_state_dict(self.model.state_dict())" in converted.text
    apart = scripts.compare(SCRIPT, converted.text)
    assert max(apart.values()) < 1e-9, apart
    assert {"losses", "loaded", "same"} <= apart.keys()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("net = cls(units)", "net = registry[path](units)"),
        ("net = Net()\n", "class Deep(Net):\n    pass\n\n\nnet = Net()\n"),
    ],
)
@pytest.mark.parametrize("asked", ["load_weights(path)", "summary()", "set_weights(path)"])
def test_calls_on_the_model_of_an_unknown_object_are_said(old: str, new: str, asked: str) -> None:
    text = SCRIPT.replace(old, new).replace("load_weights(path)", asked)
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    name = asked.partition("(")[0]
    assert f"`net.model.{name}` is left as it is: which model that is, is not known" in found
