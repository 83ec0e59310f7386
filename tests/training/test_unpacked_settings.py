"""Dicts of a module of settings that `compile`, `fit` and `evaluate` unpack."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import read_program

SETTINGS = """\
EPOCHS = 4
FIT = {"epochs": EPOCHS // 2, "batch_size": 8, "shuffle": False, "verbose": 0}
SHORT = {**FIT, "epochs": 1}
COMPILE = dict(optimizer="adam", loss="mse", metrics=["mae"])
CFG = {
    "fit": dict(FIT, batch_size=4),
    "compile": {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]},
    "evaluate": {"batch_size": 16},
}


class Config:
    fit = {"epochs": 2, "class_weight": None, "shuffle": False, "verbose": 0}

    def __init__(self, epochs=3):
        self.options = {"epochs": epochs, "shuffle": False, "verbose": 0}
"""
MODELS = """\
from tensorflow import keras
from tensorflow.keras import layers
{imports}

def build({taken}):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4), layers.Dense(1)])
{before}    model.compile({given})
    return model
"""
TRAIN = """\
import numpy as np
from models import build
{imports}

x = np.random.RandomState(0).rand(24, 6)
y = x.sum(1)
model = build({given})
{fits}
result = model.evaluate(x, y, verbose=0)
"""
#: What the file imports that trains, what it does, and what it then has of the settings.
FITS = {
    "names": (
        "from config import FIT, SHORT",
        'history = model.fit(x, y, **FIT)\nmodel.fit(x, y, **SHORT)\nprint(FIT["epochs"])',
        'for _ in range(SHORT["epochs"]):',
    ),
    "entries": (
        "import config",
        'history = model.fit(x, y, **config.CFG["fit"])\n'
        'loss = model.evaluate(x, y, **config.CFG["evaluate"])',
        'batch_size=config.CFG["fit"]["batch_size"]',
    ),
    "attributes": (
        "from config import Config",
        "history = model.fit(x, y, **Config.fit)\n"
        "settings = Config()\nmore = model.fit(x, y, **settings.options)",
        'for epoch in range(settings.options["epochs"]):',
    ),
    "set anew": (
        "from config import FIT",
        'FIT["epochs"] = int("3")\nhistory = model.fit(x, y, **FIT)',
        'for epoch in range(FIT["epochs"]):',
    ),
}
#: The builder: what it imports, takes, does before, and gives `compile`; what it is called with.
COMPILES = {
    "a dict": ("from config import COMPILE\n", "", "", "**COMPILE", ""),
    "an entry": ("import config\n", "", "", '**config.CFG["compile"]', ""),
    "a parameter": ("from config import CFG\n", "cfg=CFG", "", '**cfg["compile"]', ""),
    "a variable": (
        "",
        "rate",
        '    options = {"optimizer": keras.optimizers.SGD(rate), "loss": "mse"}\n',
        "**options",
        "0.1",
    ),
}


def assert_equal(folder: Path, session: VerifySession, files: dict[str, str]) -> dict[str, str]:
    """The files as they come out; both forms leave the same numbers."""
    texts, errors = converted(folder, {"config.py": SETTINGS, **files})
    assert not errors
    before = read_program(folder / "before" / "train.py")
    after = read_program(folder / "after" / "train.py")
    trained = session.ask("keras3", TrainingRequest(before, whole=True))
    replay = session.ask("torch", TrainingRequest(after, whole=True, trained=trained))
    assert not replay.reason, replay.reason
    names = trained.values.keys() & replay.values.keys()
    assert "result" in names
    far = {n: apart(trained.values[n], replay.values[n]) for n in names} | replay.differences
    assert max(far.values()) < 1e-9, far
    return texts


def program(
    imports: str = "", fits: str = "model.fit(x, y, shuffle=False)", given: str = ""
) -> str:
    return TRAIN.format(imports=imports, fits=fits, given=given)


@pytest.mark.parametrize("way", FITS)
def test_fit_unpacks_settings(way: str, tmp_path: Path, session: VerifySession) -> None:
    imports, fits, read = FITS[way]
    models = MODELS.format(imports="", taken="", before="", given='"adam", "mse"')
    fits = f"{fits}\nprint(history.history)"
    files = {"models.py": models, "train.py": program(imports, fits)}
    assert read in assert_equal(tmp_path, session, files)["train.py"]


@pytest.mark.parametrize("way", COMPILES)
def test_builders_unpack_settings(way: str, tmp_path: Path, session: VerifySession) -> None:
    imports, taken, before, given, call = COMPILES[way]
    models = MODELS.format(imports=imports, taken=taken, before=before, given=given)
    texts = assert_equal(tmp_path, session, {"models.py": models, "train.py": program(given=call)})
    assert ("mae" in texts["train.py"] or "absolute_error" in texts["train.py"]) is not bool(call)


REFUSED = {
    "another key": 'FIT["validation_split"] = 0.25',
    "a key less": 'del FIT["shuffle"]',
    "by a method": "FIT.update(epochs=5)",
    "by another name": 'options = FIT\noptions["validation_split"] = 0.5',
    "by a function": "change(FIT)",
    "by what only the run tells": "other(FIT)",
    "inside of another dict": 'held = dict(a=FIT)\nheld["a"]["validation_split"] = 0.5',
    "by a method with the name of a reader": "tools.set(FIT)",
}


@pytest.mark.parametrize("change", REFUSED)
def test_dicts_that_change_are_said(change: str, tmp_path: Path) -> None:
    imports = f"from config import FIT\nfrom tools import change\n\n{REFUSED[change]}"
    files = {
        "config.py": SETTINGS,
        "tools.py": 'def change(held):\n    held["callbacks"] = []\n',
        "models.py": MODELS.format(imports="", taken="", before="", given='"adam", "mse"'),
        "train.py": program(imports, "model.fit(x, y, **FIT)"),
    }
    _, errors = converted(tmp_path, files)
    assert any("its arguments are not known one by one" in error for error in errors), errors
