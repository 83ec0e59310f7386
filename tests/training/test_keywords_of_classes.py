"""What objects are given through `**kwargs` and `*args` is never taken for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import of_file
from tests.training.scripts import Scripts

PROGRAM = """\
from types import SimpleNamespace

import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


class Trainer:
    def __init__(self, {taken}):
        {first}
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1{layer})])
        self.model.compile({compiled})

    def run(self):
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history


history = Trainer({given}).run()
"""
SGD = 'keras.optimizers.SGD({}), "mse"'
CONVERTED = {
    "of the optimizer": (
        "rate, **options",
        "",
        "",
        SGD.format("rate, **options"),
        "0.1, momentum=0.9",
    ),
    "taken out": (
        "**options",
        'rate = options.pop("rate")',
        "",
        SGD.format("rate, **options"),
        "rate=0.1, momentum=0.9",
    ),
    "of another object": (
        "**options",
        "self.options = SimpleNamespace(**options)",
        "",
        SGD.format("self.options.rate"),
        "rate=0.2",
    ),
    "of compile": ("**options", "", "", "**options", 'optimizer="sgd", loss="mae"'),
    "of a loss": ("**options", "", "", '"sgd", keras.losses.Huber(**options)', "delta=0.01"),
    "only named": ("*, optimizer, loss", "", "", "optimizer, loss", 'optimizer="sgd", loss="mae"'),
}
REFUSED = {
    "of a layer": ("**options", "", ", **options", SGD.format("0.1"), 'activation="tanh"'),
    "rates": ("*rates", "", "", SGD.format("*rates"), "0.1, 0.9"),
    "metrics": ("*metrics", "", "", SGD.format("0.1") + ", metrics=[*metrics]", '"mae"'),
    "of a regularizer": (
        "**options",
        "penalty = keras.regularizers.L2(**options)",
        ", kernel_regularizer=penalty",
        SGD.format("0.1"),
        "l2=0.5",
    ),
}


def _written(case: tuple[str, ...]) -> str:
    names = ("taken", "first", "layer", "compiled", "given")
    return PROGRAM.format(**dict(zip(names, case, strict=True)))


@pytest.mark.parametrize("case", CONVERTED)
def test_they_reach_what_they_are_for(case: str, scripts: Scripts, tmp_path: Path) -> None:
    original = _written(CONVERTED[case])
    text, errors, _ = of_file(original, tmp_path)
    assert not errors
    apart = scripts.compare(original, text)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("case", REFUSED)
def test_they_are_not_dropped(case: str, tmp_path: Path) -> None:
    _, errors, _ = of_file(_written(REFUSED[case]), tmp_path)
    assert errors


UNCALLED = """\
from tensorflow import keras


def train(x, y, *rates, **options):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile({}, metrics=["mae"])
    model.fit(x, y)
    return model
"""


@pytest.mark.parametrize(
    "compiled",
    [
        '"sgd", keras.losses.Huber(**options)',
        'keras.optimizers.SGD(*rates), "mse"',
        'keras.optimizers.SGD(**options), "mse"',
    ],
)
def test_functions_that_nothing_calls_drop_none(compiled: str, tmp_path: Path) -> None:
    _, errors, _ = of_file(UNCALLED.format(compiled), tmp_path)
    assert any("not known one by one" in message for message in errors)


def test_layers_of_what_nothing_calls_say_what_they_lack(tmp_path: Path) -> None:
    text = (
        "from tensorflow import keras\n\n\n"
        "def net(**options):\n"
        "    inputs = keras.Input((4,))\n"
        "    return keras.Model(inputs, keras.layers.Dense(1, **options)(inputs))\n"
    )
    made, errors, said = of_file(text, tmp_path)
    assert not errors
    assert "nn.Linear(4, 1)" in made
    assert any("`net` shows what it gets in `options`" in message for message in said)
