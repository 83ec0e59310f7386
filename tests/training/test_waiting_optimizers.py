"""Models that one loop compiles, each in another way, and another loop trains."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 8))
y = x[:, :1] + 0.5


def build(units=4):
    return keras.Sequential([keras.Input((8,)), layers.Dense(units), layers.Dense(1)])


"""
FIT = "fit(x, y, epochs=2, batch_size=20, verbose=0).history"
MADE = """\
models = []
for rate in (0.1, 0.01):
    model = build()
    model.compile(keras.optimizers.SGD(RATE, momentum=0.5), "mse")
    models.append(model)
losses = []
"""
NAMED = """\
models = {}
for units, name in ((4, "sgd"), (8, "rmsprop")):
    model = build(units)
    model.compile(loss="mse", optimizer=name)
    models[units] = model
losses = {}
"""
TRAINED = f'for model in models:\n    losses += model.{FIT}["loss"]\n'
PROGRAMS = {
    "rates": MADE.replace("RATE", "rate") + TRAINED,
    "counted": (
        MADE.replace("RATE", "rate")
        + f'for i, net in enumerate(models):\n    losses += net.{FIT}["loss"]\n'
    ),
    "the-variable-is-another-by-then": (
        MADE.replace("RATE", "rate")
        + f'for rate in range(2):\n    losses += models[rate].{FIT}["loss"]\n'
    ),
    "names": NAMED + f"for key, net in models.items():\n    losses[key] = net.{FIT}\n",
    "taken-from-a-list": ("rates = [0.01, 0.1]\n" + MADE.replace("RATE", "rates.pop()") + TRAINED),
    "an-entry-that-changes": (
        'options = {"lr": 0.1}\n'
        + MADE.replace("RATE", 'options["lr"]').replace("(0.1, 0.01):\n", "range(2):\n")
        + 'options["lr"] = 1e-3\n'
        + TRAINED
    ),
    "drawn": MADE.replace("RATE", "rng.uniform(0.01, 0.1)") + TRAINED,
    "in-a-function": (
        "def main():\n"
        + "".join(f"    {line}\n" for line in MADE.replace("RATE", "rate").splitlines())
        + f'    for key in range(2):\n        losses.append(models[key].{FIT}["loss"])\n'
        + "    return losses\n\n\nlosses = main()\n"
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_has_the_optimizer_that_it_was_compiled_with(name: str, scripts: Scripts) -> None:
    program = HEAD + PROGRAMS[name]
    text = converted(program, Options(exact=True))
    assert "optimizers = {}\n" in text
    assert "optimizers[model] = " in text
    apart = scripts.compare(program, text)
    assert "losses" in apart
    assert any(key.startswith("model 1") for key in apart)
    assert max(apart.values()) < 1e-9, apart


def test_one_that_all_would_have_is_made_where_they_are_trained() -> None:
    text = converted(HEAD + MADE.replace("RATE", "0.1") + TRAINED)
    assert "optimizers" not in text
    assert text.index("for model in models:") < text.index("torch.optim.SGD(")
