"""Dicts of models that a comprehension makes, one in each round."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

PROGRAM = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(40, 4)
nets = {{kind: keras.Sequential([keras.Input((4,)), {layers}]) for kind in {kinds}}}
found = {{}}
for kind, net in nets.items():
    net.compile("sgd", "mse")
    found[kind] = net.fit(x, x.sum(1), batch_size=16, epochs=2, verbose=0).history["loss"]
first, second = found.values()
answers = {{kind: net.predict(x, verbose=0) for kind, net in nets.items()}}
last = list(answers.values())[-1]
"""


@pytest.mark.parametrize(
    ("layers", "kinds"),
    [
        ("layers.Dense(3, activation=kind), layers.Dense(1)", '["relu", "tanh"]'),
        ("layers.Dense(kind, activation='relu'), layers.Dense(1)", "(2, 5)"),
    ],
)
def test_each_has_its_own(layers: str, kinds: str, scripts: Scripts) -> None:
    text = PROGRAM.format(layers=layers, kinds=kinds)
    after = converted(text, Options(exact=True))
    assert after.count("class Model") == 1
    assert "nets = {kind: Model(kind)" in after
    apart = scripts.compare(text, after)
    assert {"first", "second", "last"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
