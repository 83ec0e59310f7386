"""Models of modules that a file reaches otherwise than by a plain import."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.options import Options
from transpiler.single import convert_path
from transpiler.verify.session import VerifySession

NETS = """\
from tensorflow import keras


def build():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
"""
TRAIN = """\
import importlib
import os
import sys
from pathlib import Path
import numpy as np
{reaching}

x = np.random.default_rng(0).normal(size=(20, 4))
model = {prefix}build()
model.compile("sgd", "mse")
history = model.fit(x, x[:, 0], epochs=2, batch_size=8, shuffle=False)
loss = history.history["loss"]
"""
FOLDERS = [
    'sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))',
    'ROOT = Path(__file__).resolve().parent.parent\nsys.path.append(str(ROOT / "lib"))',
    'sys.path.insert(0, "lib")',
    'if str(Path(__file__).parents[1] / "lib") not in sys.path:\n'
    '    sys.path.extend([str(Path(__file__).parents[1] / "lib")])',
]


@pytest.mark.parametrize("added", FOLDERS)
def test_folders_that_are_added_to_the_path(added: str, tmp_path: Path) -> None:
    train = TRAIN.format(reaching=f"{added}\nfrom nets import build", prefix="")
    files = {"lib/nets.py": NETS, "scripts/train.py": train}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "criterion = nn.MSELoss()\n" in texts["scripts/train.py"]
    assert f"{added}\nfrom nets import build\n" in texts["scripts/train.py"]


def test_a_package_below_src_is_installed(tmp_path: Path) -> None:
    train = TRAIN.format(reaching="from pkg.nets import build", prefix="")
    files = {"src/pkg/__init__.py": "", "src/pkg/nets.py": NETS, "examples/train.py": train}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "criterion = nn.MSELoss()\n" in texts["examples/train.py"]


def test_a_module_that_a_text_names_is_imported(tmp_path: Path, session: VerifySession) -> None:
    train = TRAIN.format(reaching='nets = importlib.import_module("nets")', prefix="nets.")
    texts, errors = converted(tmp_path, {"nets.py": NETS, "train.py": train})
    assert not errors
    assert 'nets = importlib.import_module("nets")\n' in texts["train.py"]
    assert_alike(tmp_path, session, "train.py")


UNSEEN = {
    "argument": ("nets = importlib.import_module(sys.argv[1])  # nets", "nets.", ""),
    "formatted": ('nets = importlib.import_module(f"{sys.argv[1]}.nets")', "nets.", ""),
    "lazily": ("import lazy", "lazy.", "def __getattr__(name):\n    ...\n"),
    "path": ("sys.path.insert(0, sys.argv[1])\nfrom nets import build", "", ""),
}


@pytest.mark.parametrize("reached", UNSEEN)
@pytest.mark.parametrize("asks", [True, False])
def test_models_of_modules_that_only_a_run_tells_are_left(
    reached: str, asks: bool, tmp_path: Path
) -> None:
    reaching, prefix, package = UNSEEN[reached]
    train = TRAIN.format(reaching=reaching, prefix=prefix)
    if asks:
        train = f"{train.partition('model.compile')[0]}print(model.predict(x))\n"
    files = {"lazy/__init__.py": package, "lazy/nets.py": NETS, "train.py": train}
    texts, errors = converted(tmp_path, files)
    assert any("train.py" in error for error in errors)
    assert "# TODO(tf2torch) T2T101: `model." in texts["train.py"]


def test_modules_of_others_say_nothing_of_models(tmp_path: Path) -> None:
    train = TRAIN.format(reaching="nets = importlib.import_module(sys.argv[1])", prefix="nets.")
    texts, errors = converted(tmp_path, {"nets.py": "def build():\n    ...\n", "a.py": train})
    assert not errors
    assert texts["a.py"] == train


def notebook(cells: list[str]) -> str:
    """A file of some cells."""
    held = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": c} for c in cells]
    return json.dumps({"cells": held, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize("run", ["nets.py", "./nets", "-i helpers.ipynb"])
def test_what_a_notebook_runs_is_its_own(run: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "nets.py").write_text(NETS, "utf-8")
    (tmp_path / "helpers.ipynb").write_text(notebook([NETS]), "utf-8")
    train = TRAIN.format(reaching="", prefix="")
    path = tmp_path / "train.ipynb"
    path.write_text(notebook([f"%run {run}", train]), "utf-8")
    result = convert_path(str(path), Options())
    assert not result.conversion.diagnostics
    cells = ["".join(cell["source"]) for cell in json.loads(result.new)["cells"]]
    assert cells[0] == f"%run {run}"
    assert "criterion = nn.MSELoss()\n" in cells[1]
    assert ".fit(" not in cells[1]


def test_models_of_what_a_notebook_runs_are_left(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "nets.py").write_text(NETS, "utf-8")
    train = TRAIN.format(reaching="from nets import build", prefix="")
    (tmp_path / "train.py").write_text(train, "utf-8")
    path = tmp_path / "show.ipynb"
    path.write_text(notebook(["%run train.py", "print(model.predict(x))\nloss"]), "utf-8")
    said = convert_path(str(path), Options()).conversion.diagnostics
    assert ["`model.predict` is left as it is" in d.message for d in said] == [True]


def test_what_a_notebook_runs_behind_its_training_is_said(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "nets.py").write_text(NETS, "utf-8")
    train = TRAIN.format(reaching="from nets import build", prefix="")
    path = tmp_path / "train.ipynb"
    for cells, lines in (([train, "%run nets.py"], [1]), (["%run nets.py", train], [])):
        path.write_text(notebook(cells), "utf-8")
        said = convert_path(str(path), Options()).conversion.diagnostics
        assert [d.line for d in said if "`%run nets.py` is left" in d.message] == lines
