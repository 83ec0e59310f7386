"""Which files of a project import one: by their words, through packages, with or without git."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.source import importers
from transpiler.source.far_frames import reaches_framework
from transpiler.source.importers import importing_files
from transpiler.source.modules import asks_models, is_of_interest

FILES = {
    "nets/__init__.py": "from .dense import build\n",
    "nets/dense.py": "import keras\n\n\ndef build():\n    return keras.Sequential()\n",
    "train.py": "from nets import (\n    build,\n)\n\nbuild().fit(x)\n",
    "tools/deep/other.py": "from nets.dense import build\n\nbuild().fit(x)\n",
    "quiet.py": "from nets import build\n\nprint(build)\n",
    "model.py": "# no import of nets here\nnets = 3\nnets.fit(x)\n",
}


@pytest.mark.parametrize("git", [True, False])
def test_they_are_found(git: bool, tmp_path: Path) -> None:
    if git:
        (tmp_path / ".git").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = set(importing_files(str(tmp_path / "nets" / "dense.py"), r"\.fit\("))
    assert found == {str(tmp_path / "train.py"), str(tmp_path / "tools/deep/other.py")}
    asking = {n for n, text in FILES.items() if asks_models(text, str(tmp_path / n))}
    assert asking == {"train.py", "nets/__init__.py"} | ({"tools/deep/other.py"} & asking)


#: What imports a module called `metrics`: the one in `nets`, another one, or who knows which.
IMPORTS = {
    "nets/model.py": ("from .metrics import iou", True),
    "nets/inner/deep.py": ("from .. import metrics", True),
    "nets/inner/same.py": ("from . import metrics", False),
    "nets/inner/metrics.py": ("", False),
    "a.py": ("import numpy, nets.metrics as m", True),
    "b.py": ("from nets import (\n    model,  # builds\n    metrics,\n)", True),
    "bb.py": ("from nets import (\n    model,  # (builds)\n    metrics,\n)", True),
    "bc.py": ("from nets import model  # without metrics", False),
    "bd.py": ("from nets.model import metrics", False),
    "c.py": ("from nets import model, \\\n    metrics", True),
    "d.py": ("from tensorflow.keras import metrics", False),
    "e.py": ("from sklearn import metrics", False),
    "f.py": ("from nets.inner import metrics", False),
    "g.py": ("import nets.inner.metrics", False),
    "h.py": ("from mounted.elsewhere import metrics", True),
    "i.py": ("import importlib\nm = importlib.import_module('nets.metrics')", True),
    "scripts/j.py": ("import sys\nsys.path.append('..')\nfrom nets import metrics", True),
    "scripts/k.py": ("import metrics", False),
    "scripts/metrics.py": ("", False),
}


def test_modules_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    texts = {name: f"{line}\nprint(iou)\n" for name, (line, _) in IMPORTS.items()}
    empty = dict.fromkeys(["nets/__init__.py", "nets/inner/__init__.py"], "")
    for name, text in (texts | empty | {"nets/metrics.py": "def iou(): ...\n"}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = set(importing_files(str(tmp_path / "nets/metrics.py"), r"\biou\b"))
    assert found == {str(tmp_path / name) for name, (_, means) in IMPORTS.items() if means}


def test_what_a_package_passes_on_is_of_those_who_import_its_modules(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets/__init__.py").write_text("width = 3\n")
    (tmp_path / "nets/dense.py").write_text("")
    for name, line in {"a": "import nets.dense", "b": "from nets.dense import x"}.items():
        (tmp_path / f"{name}.py").write_text(f"{line}\n")
    found = set(importing_files(str(tmp_path / "nets/__init__.py"), "import"))
    assert found == {str(tmp_path / "a.py"), str(tmp_path / "b.py")}


def test_a_folder_without_a_repository_is_not_searched_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importers, "_MOST", 40)
    for number in range(60):
        (tmp_path / f"file_{number}.py").write_text("import model\nmodel.fit(x)\n")
    (tmp_path / "model.py").write_text("import keras\n")
    assert len(list(importing_files(str(tmp_path / "model.py"), r"\.fit\("))) <= 40


@pytest.mark.parametrize("imports", [True, False])
def test_a_mere_word_of_the_framework_makes_no_project_of_interest(
    imports: bool, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    line = "from tensorflow import keras" if imports else '"""Prints code of tensorflow."""'
    net = f"{line}\n\n\ndef build():\n    return keras.Sequential([keras.layers.Dense(1)])\n"
    (tmp_path / "net.py").write_text(net, encoding="utf-8")
    text = "from net import build\n\nbuild().fit([[1.0]], [[1.0]])\n"
    assert is_of_interest(text, str(tmp_path / "main.py")) is imports
    assert reaches_framework(text, str(tmp_path / "main.py")) is imports
