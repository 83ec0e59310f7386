"""What is called of the framework through names of which nobody knows what they stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.options import Options
from transpiler.pipeline import convert

GIVING = """\
from importlib import import_module


def keras_import(name):
    return import_module("keras." + name)


BACKEND = keras_import("backend")
"""
LOSS = """\
import numpy as np
{imports}


def absolute(y_true, y_pred):
    y_true = np.abs(y_true)
    return K.mean(K.abs(y_pred - y_true), axis=-1)
"""


def said(folder: Path, files: dict[str, str], name: str) -> list[str]:
    """What is said of one file of a project."""
    (folder / ".git").mkdir()
    for place, text in files.items():
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    made = convert(files[name], Options(), str(folder / name))
    return [f"{d.line}: {d.message}" for d in made.diagnostics]


@pytest.mark.parametrize(
    "imports",
    ["from .giving import keras_import, BACKEND as K", "from giving import keras_import, K"],
)
def test_a_backend_that_the_project_gives_is_not_left_without_a_word(
    imports: str, tmp_path: Path
) -> None:
    giving = GIVING if " as " in imports else GIVING.replace("BACKEND", "K")
    place = "nets/{}.py" if " ." in imports else "{}.py"
    files = {place.format("giving"): giving, place.format("loss"): LOSS.format(imports=imports)}
    message = "7: `K.mean` is left as it is: what `K` stands for is not known"
    assert said(tmp_path, files, place.format("loss")) == [message]


def test_a_backend_that_the_file_loads_itself(tmp_path: Path) -> None:
    imports = 'from importlib import import_module\n\nK = import_module("keras.backend")'
    message = "9: `K.mean` is left as it is: what `K` stands for is not known"
    assert said(tmp_path, {"loss.py": LOSS.format(imports=imports)}, "loss.py") == [message]


def test_an_array_of_that_name_is_none(tmp_path: Path) -> None:
    text = "import numpy as np\nimport keras\n\nK = np.eye(4)\n\n\ndef f(x):\n    return K.dot(x)\n"
    assert said(tmp_path, {"loss.py": text}, "loss.py") == []
