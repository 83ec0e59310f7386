"""Of two imports of one name the last counts, whether it is one of Keras or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import of_file
from tests.training.scripts import Scripts

PROGRAM = """\
import numpy as np
from tensorflow import keras
{imports}

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def score(targets, outputs):
    {inside}
    return mean_absolute_error(targets, outputs)


model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2, verbose=0).history
answer = score(y, model.predict(x, verbose=0))
"""
KERAS = "from keras.metrics import *\n"
UTILS = """\
import numpy as np


def mean_absolute_error(targets, outputs):
    return 2 * np.abs(targets - outputs).mean()
"""


@pytest.mark.parametrize(
    ("imports", "inside"),
    [
        (KERAS + "from sklearn.metrics import mean_absolute_error", "pass"),
        (KERAS + "from sklearn.metrics import *", "pass"),
        (KERAS + "from utils import mean_absolute_error", "pass"),
        (KERAS + "from utils import *", "pass"),
        (KERAS, "from sklearn.metrics import mean_absolute_error"),
        ("from sklearn.metrics import mean_absolute_error\n" + KERAS, "pass"),
        (KERAS, "mean_absolute_error = lambda t, o: np.square(t - o).mean()"),
    ],
)
def test_the_last_import_counts(
    imports: str, inside: str, scripts: Scripts, tmp_path: Path
) -> None:
    (tmp_path / "utils.py").write_text(UTILS)
    original = PROGRAM.format(imports=imports, inside=inside)
    text, errors, _ = of_file(original, tmp_path)
    assert not errors
    assert "from keras" not in text
    utils = UTILS if "utils" in imports else ""
    apart = scripts.compare(*(_with(utils, one) for one in (original, text)))
    assert {"history", "answer"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def _with(utils: str, text: str) -> str:
    """A program with the functions of a module in the place of their import."""
    lines = text.split("\n")
    return "\n".join(utils if line.startswith("from utils") else line for line in lines)


@pytest.mark.parametrize(
    ("imports", "called"),
    [
        ("from keras.layers import *", "average = np.mean(x)"),
        ("from keras.losses import *", "mse = np.mean(x)\nprint(mse)"),
        ("from keras.layers import *\nfrom sklearn.pipeline import Pipeline", "Pipeline([])"),
        ("from keras.layers import *\nfrom numpy import *", "concatenate([x, x])"),
    ],
)
def test_names_of_the_program_read_nothing_of_keras(
    imports: str, called: str, tmp_path: Path
) -> None:
    original = PROGRAM.format(imports=imports, inside="def mean_absolute_error(a, b): return 0")
    text, errors, _ = of_file(f"{original}\n{called}\n", tmp_path)
    assert not errors
    assert "from keras" not in text


def test_a_layer_of_another_library_is_none_of_keras(tmp_path: Path) -> None:
    imports = "from keras.layers import Attention\nfrom attention import Attention"
    original = PROGRAM.format(imports=imports, inside="pass")
    text, _, _ = of_file(
        f"{original}\ninputs = keras.Input((4, 3))\n"
        "keras.Model(inputs, Attention()(inputs)).predict(x)\n",
        tmp_path,
    )
    assert "from attention import Attention" in text
    assert "scaled_dot_product" not in text


def test_a_module_that_is_not_found_is_said_to_hide_nothing(tmp_path: Path) -> None:
    imports = "from keras.layers import *\nfrom nowhere import *"
    original = PROGRAM.format(imports=imports, inside="return 0")
    _, _, said = of_file(original, tmp_path)
    assert any("`from nowhere import *` is taken to bring nothing" in one for one in said)
