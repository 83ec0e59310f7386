"""Settings that functions and objects get from their calls, for `compile` and `fit`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import of_file
from tests.training.scripts import Scripts
from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

HEAD = """\
from dataclasses import dataclass, field

import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def net(units=4):
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(1)])


"""
FUNCTION = """\
CONFIG = {
    "compile": {"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]},
    "fit": {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0},
}


def train(cfg):
    model = net()
    model.compile(**cfg["compile"])
    return model.fit(x, y, **cfg["fit"]).history


history = train(CONFIG)
"""
HANDED_ON = """\
def build(config):
    model = net(config["units"])
    model.compile(config["optimizer"], loss=config["loss"], metrics=list(config["metrics"]))
    return model


def run(cfg):
    model = build(cfg["model"])
    return model.fit(x, y, shuffle=False, **cfg["fit"]).history


def main():
    settings = {
        "model": {"units": 3, "optimizer": "sgd", "loss": "mse", "metrics": ("mae",)},
        "fit": {"epochs": 2, "verbose": 0},
    }
    return run(settings)


history = main()
"""
OBJECT = """\
@dataclass
class Config:
    optimizer: str = "sgd"
    loss: str = "mse"
    metrics: list = field(default_factory=lambda: ["mae"])
    epochs: int = 2


class Trainer:
    def __init__(self, cfg):
        self.cfg = cfg
        self.model = net()

    def fit(self):
        self.model.compile(self.cfg.optimizer, self.cfg.loss, metrics=self.cfg.metrics)
        return self.model.fit(x, y, epochs=self.cfg.epochs, shuffle=False, verbose=0).history


trainer = Trainer(Config(loss="mae"))
history = trainer.fit()
"""
GATHERED = """\
class Trainer:
    def __init__(self, model, metrics=None, fit_args=None, **options):
        self.model = model
        self.metrics = metrics or ["mae"]
        self.fit_args = fit_args or {"batch_size": 8, "shuffle": False}
        self.options = options

    def fit(self):
        self.model.compile("sgd", "mse", metrics=self.metrics)
        return self.model.fit(x, y, **self.fit_args, **self.options).history


EPOCHS = 2
trainer = Trainer(net(), metrics=[], epochs=EPOCHS, verbose=0)
history = trainer.fit()
"""


@pytest.mark.parametrize("program", [FUNCTION, HANDED_ON, OBJECT, GATHERED])
def test_what_all_calls_give_is_what_it_is(program: str, scripts: Scripts, tmp_path: Path) -> None:
    text, errors, said = of_file(HEAD + program, tmp_path)
    assert not errors
    assert any("no call gives another one" in message for message in said)
    apart = scripts.compare(HEAD + program, text)
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


CHANGED = [
    (FUNCTION, "history = train(CONFIG)", 'history = train({**CONFIG, "compile": read()})'),
    (FUNCTION, "history = train", 'CONFIG["compile"]["loss"] = read()\nhistory = train'),
    (FUNCTION, "    model = net()", "    model = net()\n    cfg = read(cfg)"),
    (FUNCTION, "history = train", "trained = map(train, read())\nhistory = train"),
    (HANDED_ON, "    return run(s", '    settings["model"].update(read())\n    return run(s'),
    (OBJECT, "history =", "trainer.cfg.metrics = read()\nhistory ="),
    (OBJECT, "history =", "trainer.cfg = read()\nhistory ="),
    (GATHERED, "history =", 'trainer.options["callbacks"] = read()\nhistory ='),
    (OBJECT, "class Trainer:", "class Trainer(BaseEstimator):"),
    (GATHERED, "history =", "setattr(trainer, 'metrics', read())\nhistory ="),
]


@pytest.mark.parametrize(("program", "before", "after"), CHANGED)
def test_what_may_be_another_one_is_left(
    program: str, before: str, after: str, tmp_path: Path
) -> None:
    _, errors, said = of_file(HEAD + program.replace(before, after), tmp_path)
    given = [message for message in said if "no call gives another one" in message]
    assert errors or not any("metrics" in m or "loss" in m or "options" in m for m in given)


def test_the_calls_of_other_files_count(tmp_path: Path, session: VerifySession) -> None:
    config, _, rest = FUNCTION.partition("def train")
    function, call = rest.rsplit("\n\n\n", 1)
    files = {
        "config.py": config,
        "engine.py": HEAD + "def train" + function + "\n",
        "train.py": f"from config import CONFIG\nfrom engine import train\n\n{call}"
        "loss = history['loss']\n",
    }
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert 'range(cfg["fit"]["epochs"])' in texts["engine.py"]
    assert_alike(tmp_path, session, "train.py")
    other = tmp_path / "other"
    other.mkdir()
    files["train.py"] += 'more = train({"compile": {"optimizer": "adam", "loss": "mse"}})\n'
    assert converted(other, files)[1]


BASE = """\
from tensorflow import keras


class Net:
    def __init__(self, loss="mse"):
        self.loss = loss
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])

    def fit(self, x, y):
        self.model.compile("sgd", self.loss)
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
"""
MAIN = """\
import numpy as np

from base import Net
from other import change

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
net = Net()
change(net)
loss = net.fit(x, y)
"""


@pytest.mark.parametrize("change", ['net.loss = "mae"', "print(net.loss)"])
def test_other_files_may_set_attributes(
    change: str, tmp_path: Path, session: VerifySession
) -> None:
    other = f"def change(net):\n    {change}\n"
    texts, errors = converted(tmp_path, {"base.py": BASE, "other.py": other, "main.py": MAIN})
    assert not errors
    assert ("[self.loss]" in texts["base.py"]) == ("=" in change)
    assert_alike(tmp_path, session)
