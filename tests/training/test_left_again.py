"""What an earlier conversion has left is said again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_files_together import NETS, REGISTRY, TABLE
from tests.training.test_several_files import converted
from transpiler.cli import main
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

LEAVES = {
    "a layer": """\
from tensorflow import keras

inputs = keras.Input((4,))
model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Hashing(10)(inputs)))
""",
    "a training": """\
import numpy as np
from tensorflow import keras

x = np.ones((8, 4))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, 0], callbacks=[keras.callbacks.OrbaxCheckpoint('o')])
""",
    "an unseen model": """\
import numpy as np
from tensorflow import keras


def run(nets, x):
    if x is not None:
        nets[0].compile("sgd", "mse")


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
""",
}


@pytest.mark.parametrize("name", LEAVES)
def test_a_second_conversion_says_again_what_stays(name: str) -> None:
    first = convert(LEAVES[name])
    second = convert(first.text)
    assert second.text == first.text
    errors = [d for d in second.diagnostics if d.severity is Severity.ERROR]
    assert {d.code for d in errors} & {d.code for d in first.diagnostics}
    lines = first.text.split("\n")
    for said in errors:
        assert not lines[said.line - 1].lstrip().startswith("#")
        assert lines[said.line - 1][said.column - 1 : said.column].strip()
    assert len({d.line for d in errors}) == len(errors)


def test_what_is_mended_is_said_no_more() -> None:
    text = convert(LEAVES["a training"]).text
    mended = "\n".join(line for line in text.split("\n") if "TODO" not in line)
    mended = mended[: mended.index("model.compile")].replace("from tensorflow import keras\n", "")
    assert not convert(mended).diagnostics


def test_the_second_run_fails_as_the_first(tmp_path: Path) -> None:
    files = {"registry.py": REGISTRY, "nets.py": NETS, "train.py": TABLE}
    texts, errors = converted(tmp_path, files)
    assert errors
    assert "keras" not in texts["train.py"]  # only the comment shows it
    assert main(["convert", "--quiet", str(tmp_path / "after")]) == 1


DATA = """\
import numpy as np
import tensorflow as tf

x, y = np.ones((8, 4)), np.ones((8, 1))
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(4)
{calls}
"""


@pytest.mark.parametrize(
    ("calls", "left"),
    [
        ("nets = load()\nnets[0].fit(data)\nnets[1].predict(x)", {7, 8}),
        ("nets = load()\nnets[1].predict(x)\nprint(nets['a'].evaluate(data))", {7, 8}),
        (
            "class Nets:\n    def go(self, i):\n        self.nets[i].fit(data)\n"
            "    def ask(self, i):\n        return self.nets[i].predict(x)\n"
            "    def other(self):\n        return self.scaler.fit(x)",
            {8, 10},
        ),
        ("def run(net):\n    return net.predict(x)\n\n\ndef fit(net):\n    net.fit(data)", {7, 11}),
    ],
)
def test_unseen_models_that_get_data_sets_are_left(calls: str, left: set[int]) -> None:
    made = convert(DATA.format(calls=calls))
    assert {d.line for d in made.diagnostics if d.severity is Severity.ERROR} == left
