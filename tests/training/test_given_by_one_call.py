"""Optimizers, losses and callbacks that an object gets from the one call that makes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import of_file
from tests.training.scripts import Scripts

HEAD = """\
from types import SimpleNamespace

import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.optimizers import SGD, Adam

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def net():
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])


"""
TRAINER = """\
class Trainer:
    def __init__(self, model, optimizer, loss, callbacks=()):
        self.model = model
        self.optimizer = optimizer
        self.callbacks = list(callbacks)
        self.model.compile(optimizer=self.optimizer, loss=loss)

    def fit(self, epochs):
        return self.model.fit(
            x, y, epochs=epochs, shuffle=False, verbose=0, callbacks=self.callbacks
        ).history


"""
CALLS = {
    "plain": (
        "trainer = Trainer(\n    net(), SGD(0.1), keras.losses.Huber(),\n"
        "    [EarlyStopping('loss')]\n)\n"
        "history = trainer.fit(2)\n",
        "Trainer(net())",
    ),
    "variables": (
        'RATE = 0.1\nopt = SGD(RATE)\nstopping = EarlyStopping("loss")\nmodel = net()\n'
        'trainer = Trainer(model, loss="mse", optimizer=opt, callbacks=[stopping])\n'
        "history = trainer.fit(2)\n",
        "Trainer(model)",
    ),
    "rates": (
        "args = SimpleNamespace(rate=0.1, decay=0.9)\n\n\ndef main(args):\n    model = net()\n"
        '    trainer = Trainer(model, SGD(args.rate, momentum=args.decay), "mse", [])\n'
        "    return trainer.fit(2)\n\n\nhistory = main(args)\n",
        "Trainer(model, args.rate, args.decay)",
    ),
    "loop": (
        'history = {"loss": []}\nfor rate in (0.1, 0.01):\n    model = net()\n'
        '    trainer = Trainer(model, Adam(learning_rate=rate), "mse", [])\n'
        '    history["loss"] += trainer.fit(2)["loss"]\n',
        "Trainer(model, rate)",
    ),
}


@pytest.mark.parametrize("way", CALLS)
def test_the_class_makes_it(way: str, scripts: Scripts, tmp_path: Path) -> None:
    calls, written = CALLS[way]
    text, errors, said = of_file(HEAD + TRAINER + calls, tmp_path)
    assert not errors
    assert written in text
    assert any("`Trainer` does not take" in message for message in said)
    apart = scripts.compare(HEAD + TRAINER + calls, text)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


LEFT = [
    'a = Trainer(net(), SGD(0.1), "mse").fit(2)\nb = Trainer(net(), Adam(0.1), "mse").fit(2)\n',
    'model, opt = net(), SGD(0.1)\nfor _ in range(2):\n    Trainer(model, opt, "mse").fit(2)\n',
    'opt = SGD(0.1)\nprint(opt.learning_rate)\nhistory = Trainer(net(), opt, "mse").fit(2)\n',
    'history = Trainer(net(), SGD(read()), "mse").fit(2)\n',
    'made = [Trainer]\nhistory = Trainer(net(), SGD(0.1), "mse").fit(2)\n',
]


@pytest.mark.parametrize("calls", LEFT)
def test_other_objects_are_left(calls: str, tmp_path: Path) -> None:
    text, errors, _ = of_file(HEAD + TRAINER + calls, tmp_path)
    assert errors
    assert "def __init__(self, model, optimizer, loss, callbacks=()):" in text


LISTED = """\
class Trainer:
    def __init__(self, model, metrics=["mae"]):
        self.model = model
        self.model.compile("sgd", "mse", metrics=metrics)

    def fit(self):
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history


trainer = Trainer(net())
history = trainer.fit()
"""


def test_metrics_of_init_stay_its_parameter(scripts: Scripts, tmp_path: Path) -> None:
    text, errors, _ = of_file(HEAD + LISTED, tmp_path)
    assert not errors
    assert 'def __init__(self, model, metrics=["mae"]):' in text
    assert max(scripts.compare(HEAD + LISTED, text).values()) < 1e-9


@pytest.mark.parametrize("optimizer", ["SGD(0.1 * rng.uniform())", "SGD(rates.pop())"])
def test_what_draws_stays_where_it_is(optimizer: str, tmp_path: Path) -> None:
    calls = (
        "rng, rates = np.random.default_rng(0), [0.1]\n"
        f"history = Trainer(net(), {optimizer}, keras.losses.Huber(), []).fit(2)\n"
    )
    text, errors, _ = of_file(HEAD + TRAINER + calls, tmp_path)
    assert errors
    assert optimizer in text


def test_an_entry_that_the_class_changes_is_passed(scripts: Scripts, tmp_path: Path) -> None:
    trainer = TRAINER.replace("self.model = model", 'self.model = model\n        CFG["lr"] = 9.0')
    calls = 'CFG = {"lr": 0.1}\nhistory = Trainer(net(), SGD(CFG["lr"]), "mse", []).fit(2)\n'
    text, errors, _ = of_file(HEAD + trainer + calls, tmp_path)
    assert not errors
    assert max(scripts.compare(HEAD + trainer + calls, text).values()) < 1e-9
