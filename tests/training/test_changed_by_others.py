"""Settings and lists that functions of another file change before a model is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.source.changed_by_others import changed_by_others
from transpiler.verify.session import VerifySession

OVERRIDES = """\
def one(cfg):
    cfg["loss"] = "mae"


def merge(cfg, new):
    cfg.update(new)


def join(cfg, new):
    cfg |= new


def wrapped(cfg):
    return lambda: one(cfg)


def shown(cfg, rows=()):
    every = [*rows, cfg["loss"]]
    every.append(len(cfg))
    return dict(cfg, rows=every)


class Overrides:
    def __init__(self, cfg):
        self.cfg = cfg

    def set(self, **given):
        self.cfg.update(given)


class Shown:
    def __init__(self, cfg):
        self.cfg, self.calls = dict(cfg), []

    def show(self):
        self.calls.append(self.cfg["loss"])
"""
MAIN = """\
import numpy as np
import keras
{imports}

CFG = {{"loss": "mse", "units": 3, "norm": False}}
{change}
x = np.random.default_rng(0).normal(size=(40, 4))
model = keras.Sequential()
model.add(keras.layers.Input((4,)))
if CFG["norm"]:
    model.add(keras.layers.BatchNormalization())
model.add(keras.layers.Dense(CFG["units"]))
model.add(keras.layers.Dense(1))
model.compile("sgd", loss=CFG["loss"])
history = model.fit(x, x[:, :1], epochs=2, batch_size=8, shuffle=False, verbose=0)
loss = history.history["loss"]
"""
MORE = '{"loss": "mae", "norm": True}'
CHANGES = {
    "function": ("from overrides import one", "one(CFG)"),
    "update": ("from overrides import merge", f"merge(CFG, {MORE})"),
    "joined": ("from overrides import join", f"join(CFG, {MORE})"),
    "module": ("import overrides", f"overrides.merge(CFG, {MORE})"),
    "object": ("from overrides import Overrides", "Overrides(CFG).set(loss='mae')"),
    "closure": ("from overrides import wrapped", "change = wrapped(CFG)\nchange()"),
    "package": ("from package import merge as put", f"put(CFG, {MORE})"),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("form", CHANGES)
def test_what_they_are_then_counts(form: str, tmp_path: Path, session: VerifySession) -> None:
    imports, change = CHANGES[form]
    files = {"overrides.py": OVERRIDES}
    if form == "package":
        files = {"package/__init__.py": "from .inner import merge\n", "package/inner.py": OVERRIDES}
    files["main.py"] = MAIN.format(imports=imports, change=change)
    _, errors = converted(tmp_path, files)
    assert not errors
    assert_alike(tmp_path, session)


def test_functions_that_only_look_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "overrides.py").write_text(OVERRIDES)
    text = "from overrides import Shown, merge, shown\n\nCFG, MORE = {}, {}\n"
    main = str(tmp_path / "main.py")
    assert changed_by_others(f"{text}shown(CFG)\nShown(CFG).show()\n", main) == frozenset()
    assert changed_by_others(f"{text}merge(CFG, MORE)\n", main) == {"CFG", "MORE"}


@pytest.mark.parametrize("made", ["A = B = {}\n", "A = {}\nB = A\n", "B = {}\nA = B\n"])
def test_other_names_of_what_changes(made: str, tmp_path: Path) -> None:
    (tmp_path / "overrides.py").write_text(OVERRIDES)
    text = f"from overrides import one\n\nC = {{}}\n{made}one(B)\nprint(C)\n"
    assert changed_by_others(text, str(tmp_path / "main.py")) == {"A", "B"}
