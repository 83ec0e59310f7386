"""The command: statuses, reports, trees whose originals are in git."""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

import pytest
from pairs import keras_program, torch_program

from transpiler.verify import main
from transpiler.verify.report import Check, ModelReport, exit_status, to_text
from transpiler.verify.trees import TreeError, git_pairs, read_program

KERAS = keras_program("model = Sequential([layers.Input((4,)), layers.Dense(3)])\n")
TORCH = torch_program("model = nn.Linear(4, 3)\n")


def arguments(*paths: Path, **options: object) -> argparse.Namespace:
    defaults = {
        "paths": [str(path) for path in paths],
        "against": "HEAD",
        "call": [],
        "level": "gradients",
        "keras": "auto",
        "timeout": 100.0,
        "format": "json",
        "allow_skipped": False,
    }
    return argparse.Namespace(**{**defaults, **options})


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def git(folder: Path, *command: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True)


def test_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    original = write(tmp_path / "a.py", KERAS)
    converted = write(tmp_path / "b.py", TORCH)
    assert main.run(arguments(original, converted)) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    assert (model["name"], model["status"]) == ("model", "equal")
    assert set(model["checks"]) == {"forward_eval", "forward_train", "gradients"}
    assert set(model["checks"]["gradients"]) == {"max_abs_diff", "rel_diff"}


def test_a_package_with_originals_in_git(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "pkg" / "__init__.py", "raise RuntimeError('not needed')\n")
    layers = "from tensorflow.keras import layers\n\ndef dense(n):\n    return layers.Dense(n)\n"
    build = """\
from tensorflow.keras import Input, Model

from .parts import dense


def build(n=3):
    x = Input((4,))
    return Model(x, dense(n)(x))
"""
    write(tmp_path / "pkg" / "parts.py", layers)
    write(tmp_path / "pkg" / "build.py", build)
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "x")
    write(
        tmp_path / "pkg" / "parts.py",
        "from torch import nn\n\ndef dense(n):\n    return nn.Linear(4, n)\n",
    )
    write(
        tmp_path / "pkg" / "build.py",
        "from .parts import dense\n\n\ndef build(n=3):\n    return dense(n)\n",
    )
    status = main.run(arguments(tmp_path / "pkg"))
    (model,) = json.loads(capsys.readouterr().out)["models"]
    assert (model["name"], model["status"]) == ("build()", "equal")
    assert model["path"].endswith("build.py")
    assert status == 0


def test_an_unconverted_file_is_converted_in_memory(tmp_path: Path) -> None:
    write(tmp_path / "a.py", KERAS)
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "x")
    (pair,) = git_pairs([str(tmp_path)], "HEAD", tmp_path / "place")
    assert pair.original.text == KERAS
    assert Path(pair.converted.path).is_relative_to(tmp_path / "place")
    assert (tmp_path / "a.py").read_text() == KERAS


def test_a_notebook_is_run_without_its_magics(tmp_path: Path) -> None:
    cells = [["%matplotlib inline\n", KERAS], ["%%bash\n", "ls"], ["files = !ls"]]
    whole = {"cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    write(tmp_path / "a.ipynb", json.dumps(whole))
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "x")
    (pair,) = git_pairs([str(tmp_path)], "HEAD", tmp_path / "place")
    assert pair.original.text == f"\npass\n{KERAS}\n\nfiles = None\n\n"
    assert "from torch import nn" in pair.converted.text
    for program in (pair.original.text, pair.converted.text):
        compile(program, "a", "exec")
    write(tmp_path / "b.ipynb", '{"keras": 1}')
    with pytest.raises(TreeError, match=r"b\.ipynb: it has no cells"):
        read_program(tmp_path / "b.ipynb")


def test_modules_know_their_package(tmp_path: Path) -> None:
    write(tmp_path / "a" / "__init__.py", "")
    write(tmp_path / "a" / "b" / "__init__.py", "")
    program = read_program(write(tmp_path / "a" / "b" / "c.py", ""))
    assert (program.module, program.root) == ("a.b.c", str(tmp_path))


@pytest.mark.parametrize(
    ("paths", "message"),
    [(["no_such_file.py"], "no such file"), (["here.py"], "not a git repository")],
)
def test_misuse(
    paths: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    write(tmp_path / "here.py", KERAS)
    assert main.run(arguments(*map(Path, paths))) == 2
    assert message in capsys.readouterr().err


def test_no_models_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    original = write(tmp_path / "a.py", "import keras\n")
    assert main.run(arguments(original, original, format="text")) == 2
    assert "no models found" in capsys.readouterr().out


def test_statuses() -> None:
    good = [ModelReport("a", "equal"), ModelReport("b", "close")]
    skipped = ModelReport("c", "skipped")
    assert exit_status(good) == 0
    assert exit_status([*good, skipped]) == 1
    assert exit_status([*good, skipped], allow_skipped=True) == 0
    assert exit_status([*good, ModelReport("d", "different")], allow_skipped=True) == 1
    assert exit_status([*good, ModelReport("d", "error")], allow_skipped=True) == 1


def test_text() -> None:
    report = ModelReport("net", "different", {"forward_eval": Check(1.0, 0.5)}, "why")
    lines = to_text({"a.py": [report]}).splitlines()
    assert lines[0] == "a.py:"
    assert "different net  (forward_eval 5.0e-01)" in lines[1]
    assert lines[2].strip() == "why"
    assert lines[3] == "1 model: 1 different"


def test_nan_is_never_equal() -> None:
    assert not Check(float("nan"), float("nan")).passed
