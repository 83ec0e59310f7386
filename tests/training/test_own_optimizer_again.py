"""A model that is compiled again with the optimizer that it has, `model.optimizer`."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import keras

x = np.random.default_rng(0).normal(size=(40, 3))
data = {{"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}}
model = keras.Sequential(
    [keras.layers.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)]
)
model.compile({optimizer}, loss="mae")
first = model.fit(x, x[:, :1], **data).history["loss"]
"""
AGAIN = """\
model.compile(optimizer=model.optimizer, loss="mse", metrics=["mae"])
second = model.fit(x, x[:, :1], **data).history
losses = [first, second["loss"], second["mae"]]
"""


@pytest.mark.parametrize(
    ("optimizer", "between"),
    [
        ('"adam"', ""),
        ("keras.optimizers.SGD(0.1, momentum=0.5)", ""),
        ("keras.optimizers.RMSprop(0.1)", "model.optimizer.learning_rate = 0.01\n"),
        ("keras.optimizers.Adam(0.1)", "model.layers[0].trainable = False\n"),
    ],
)
def test_it_goes_on(optimizer: str, between: str, scripts: Scripts) -> None:
    text = HEAD.format(optimizer=optimizer) + between + AGAIN
    emitted = converted(text, Options(exact=True))
    assert emitted.count("\noptimizer = ") == 1
    apart = scripts.compare(text, emitted)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "again",
    [
        "for _ in range(2):\n    model.fit(x, x[:, :1], **data)\n"
        f"    model.compile(model.optimizer, 'mse')\n{AGAIN}",
        f"if len(x) > 3:\n    model.compile('sgd', 'mse')\n{AGAIN}",
        "other = keras.models.clone_model(model)\nother.compile(model.optimizer, 'mse')\n"
        "other.fit(x, x[:, :1], **data)\n",
        f"def again():\n    model.compile(model.optimizer, 'mse')\n\n\nagain()\n{AGAIN}",
    ],
    ids=["loop", "condition", "clone", "function"],
)
def test_what_it_has_then_may_differ(again: str) -> None:
    text = HEAD.format(optimizer="keras.optimizers.SGD(0.1, momentum=0.5)") + again
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)
