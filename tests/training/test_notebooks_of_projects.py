"""Notebooks that train models of the files beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.training.test_several_files import DATA, MODEL, TRAIN, assert_equal
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.single import convert_bytes
from transpiler.verify.session import VerifySession

CELLS = TRAIN.format(imports="from model import build", build="build", optimizer='"adam"')
PATH = "%load_ext autoreload\nimport sys\nsys.path.append('..')\n"


def notebook(*cells: str) -> str:
    made = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": c}
        for c in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def converted(folder: Path, files: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The files as they come out, written to `before` and `after`, and the errors."""
    for name, text in files.items():
        for form in ("before", "after"):
            path = folder / form / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    found, errors = {}, []
    for name in files:
        path = folder / "before" / name
        made = convert_bytes(path.read_bytes(), Options(exact=True), path=str(path))
        (folder / "after" / name).write_bytes(made.new)
        found[name] = made.new.decode()
        said = [d for d in made.conversion.diagnostics if d.severity is Severity.ERROR]
        errors += [f"{name}: {d.message}" for d in said]
    return found, errors


@pytest.mark.parametrize("place", ["", "notebooks/"])
def test_a_notebook_trains_a_model_of_another_file(
    place: str, tmp_path: Path, session: VerifySession
) -> None:
    (tmp_path / "before" / ".git").mkdir(parents=True)
    first, built, fitted = CELLS.replace("\n\nx, y", "$x, y").replace("\nhist", "$hist").split("$")
    name = f"{place}train.ipynb"
    files = {
        "model.py": MODEL,
        "data.py": DATA,
        name: notebook((PATH if place else "") + first, built, fitted),
    }
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "def forward_logits(" in texts["model.py"]
    assert "logits = model.forward_logits(inputs)" in texts[name]
    assert_equal(tmp_path, name, session)


def test_a_notebook_that_the_other_file_does_not_see_keeps_its_training(tmp_path: Path) -> None:
    """Without a repository nothing says that two folders beside each other are one project."""
    files = {
        "source/model.py": MODEL,
        "source/data.py": DATA,
        "notebooks/train.ipynb": notebook(CELLS.replace("model import", "source.model import")),
    }
    texts, errors = converted(tmp_path, files)
    assert "forward_logits" not in texts["source/model.py"]
    assert any(e.startswith("notebooks/train.ipynb") for e in errors), errors


MAKERS = """\
from tensorflow.keras import callbacks, optimizers


def get_callbacks(patience=1):
    return [callbacks.EarlyStopping("loss", patience=patience, min_delta=0.1)]


def get_optimizer(rate):
    return optimizers.SGD(rate)
"""


def test_a_notebook_calls_what_gives_callbacks_and_optimizers(
    tmp_path: Path, session: VerifySession
) -> None:
    (tmp_path / "before" / ".git").mkdir(parents=True)
    cells = (
        "from data import load_data\nfrom makers import get_callbacks, get_optimizer\n"
        "from model import build",
        "x, y, _, _ = load_data()\nmodel = build(x.shape[1])\n"
        "model.compile(get_optimizer(0.05), 'sparse_categorical_crossentropy')",
        "history = model.fit(x, y, epochs=3, batch_size=16, callbacks=get_callbacks())",
    )
    files = {"model.py": MODEL, "data.py": DATA, "makers.py": MAKERS, "t.ipynb": notebook(*cells)}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "get_callbacks" not in texts["makers.py"] + texts["t.ipynb"]
    assert_equal(tmp_path, "t.ipynb", session)
