"""Methods that load the model which their object has already: they read its weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import of_file
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.source.rewritings.loaded_in_methods import loaded_in_methods

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.models import load_model

rng = np.random.RandomState(0)
x = rng.rand(20, 4)
y = rng.rand(20, 1)


class Net:
    def __init__(self, units):
        self.model = self.build(units)

    def build(self, units):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(units), layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    def train(self):
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]

    def save(self, path):
        self.model.save(path)

    def load(self, path):
        self.model = load_model(path)

    def predict(self):
        return self.model.predict(x, verbose=0)


net = Net(3)
losses = net.train()
first = net.predict()
net.save("PATH")
more = net.train()
net.load("PATH")
found = net.predict()
"""
WAYS = {
    "plain": ("load_model(path)", "load_model(path)"),
    "of the framework": ("= load_model(path)", "= keras.models.load_model(path, compile=False)"),
    "by a function": ("self.model.save(path)", "keras.models.save_model(self.model, path)"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_weights_are_those_of_the_file(way: str, tmp_path: Path, scripts: Scripts) -> None:
    program = HEAD.replace("PATH", str(tmp_path / "net.keras")).replace(*WAYS[way])
    made = convert(program, Options(exact=True))
    assert "self.model.load_state_dict(torch.load(path, " in made.text
    said = [d.message for d in made.diagnostics if "the state of the optimizer" in d.message]
    assert said
    apart = scripts.compare(program, made.text)
    assert {"losses", "more", "found"} <= set(apart)
    assert max(apart[name] for name in ("losses", "more", "found")) < 1e-9, apart
    kept = made.text.replace("self.model.load_state_dict(", "dict(")
    assert scripts.compare(program, kept)["found"] > 1e-6


KEPT = {
    "nothing is made before": HEAD.replace("self.model = self.build(units)", "self.model = None"),
    "nothing is saved": HEAD.replace("self.model.save(path)", "pass"),
    "it is loaded by an option": HEAD.replace("load_model(path)", "load_model(path, odd=1)"),
    "it is made of a file": HEAD.replace("= self.build(units)", "= load_model(units)"),
    "there is a comment": HEAD.replace("load_model(path)", "load_model(  # old\n path)"),
}


@pytest.mark.parametrize("why", KEPT)
def test_what_stays(why: str) -> None:
    assert loaded_in_methods(KEPT[why]) is None


def test_what_is_not_understood_stays_as_it_is(tmp_path: Path) -> None:
    program = HEAD.replace("shuffle=False, verbose=0", "verbose=0, strange=True")
    text, errors, _ = of_file(program, tmp_path)
    assert errors
    assert "self.model = load_model(path)" in text
