"""Generators of files that have nothing to do with the framework: the same batches from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

ARRAYS = """\
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(50, 6))
y = rng.normal(size=(50,))


"""
BATCHES = """\
def cut(array, start, size):
    return array[start : start + size]


def batches(inputs, targets, size=16):
    while True:
        for start in range(0, len(inputs), size):
            yield cut(inputs, start, size), cut(targets, start, size)
"""
OBJECT = """\
class Data:
    def __init__(self, inputs, targets):
        self.parts = inputs, targets

    def cut(self, start, size):
        inputs, targets = self.parts
        return inputs[start : start + size], targets[start : start + size]

    def batches(self, size=16):
        while True:
            for start in range(0, 50, size):
                yield self.cut(start, size)

    @staticmethod
    def {marked}
"""
STATIC = "flow(x, y):\n        while True:\n            yield x[:9], y[:9]"
WEIGHED = BATCHES.replace(
    "start, size)\n", "start, size), np.ones(len(cut(inputs, start, size)))\n"
)
MODEL = """\
import numpy as np
from tensorflow import keras
{imports}

model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
{made}
history = model.fit({flow}, steps_per_epoch=3, epochs=2, verbose=0{more})
score = model.evaluate({again}, steps=2, verbose=0)
loss = np.array(history.history["loss"] + score)
"""
#: What the training imports, what it makes of that, the generators, and the other files.
WAYS = {
    "a name": ("from data import batches, x, y", "", "batches(x, y)",
               {"data.py": ARRAYS + BATCHES}),
    "a module": ("import data", "", "data.batches(data.x, data.y)", {"data.py": ARRAYS + BATCHES}),
    "a variable": ("from data import *", "flow = batches(x, y, 7)", "flow",
                   {"data.py": ARRAYS + WEIGHED}),
    "a package": ("from package import batches as flow, x, y", "", "flow(x, y, size=9)",
                  {"package/__init__.py": "from .data import *\nfrom .arrays import *\n",
                   "package/data.py": BATCHES, "package/arrays.py": ARRAYS}),
    "a method": ("from data import Data, x, y", "data = Data(x, y)", "data.batches(8)",
                 {"data.py": ARRAYS + OBJECT.format(marked="other():\n        pass")}),
    "a static method": ("import data", "", "data.Data.flow(data.x, data.y)",
                        {"data.py": ARRAYS + OBJECT.format(marked=STATIC)}),
}  # fmt: skip


def program(imports: str, made: str, flow: str, more: str = "") -> str:
    again = "batches(x, y, 7)" if flow == "flow" else flow
    return MODEL.format(imports=imports, made=made, flow=flow, again=again, more=more)


@pytest.mark.parametrize("way", WAYS)
def test_generators_of_other_files(way: str, tmp_path: Path, session: VerifySession) -> None:
    imports, made, flow, files = WAYS[way]
    texts, errors = converted(tmp_path, {**files, "main.py": program(imports, made, flow)})
    assert not errors
    assert {name: texts[name] for name in files} == files
    assert "islice(" in texts["main.py"]
    assert_alike(tmp_path, session)


def test_generators_that_validate(tmp_path: Path, session: VerifySession) -> None:
    more = ", validation_data=batches(x[:20], y[:20], 10), validation_steps=2"
    text = program("from data import batches, x, y", "", "batches(x, y)", more)
    _, errors = converted(tmp_path, {"data.py": ARRAYS + BATCHES, "main.py": text})
    assert not errors
    assert_alike(tmp_path, session)


PAIRS = BATCHES.replace("yield cut(inputs, start, size)", "yield pair(inputs, start, size)")
PAIR = "def pair(array, start, size):\n    return array[start:][:size], array[start:][:size]\n\n\n"
#: What is to be seen of a function, and is not.
UNSURE = {
    "bound twice": {"data.py": ARRAYS + BATCHES + "\n\nif len(x) > 99:\n    batches = list\n"},
    "set by another file": {
        "data.py": ARRAYS + BATCHES,
        "patch.py": "import data\n\n\ndef change():\n    data.batches = list\n",
    },
    "decorated": {"data.py": ARRAYS + BATCHES.replace("def batches", "@print\ndef batches")},
    "tensors": {
        "data.py": "from prepare import scaled\n" + ARRAYS + BATCHES.replace(
            "yield cut(inputs, start, size)", "yield scaled(inputs[start : start + size])"),
        "prepare.py": "import tensorflow as tf\n\n\ndef scaled(x):\n    return tf.abs(x)\n",
    },
    "hidden by a star": {
        "data.py": ARRAYS + BATCHES + "\n\nfrom other import *\n",
        "other.py": "def batches(inputs, targets):\n    return inputs\n",
    },
    "two inputs": {"data.py": ARRAYS + PAIR + PAIRS},
    "several lengths": {
        "data.py": ARRAYS + BATCHES + "            yield inputs, targets, np.ones(50)\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("why", UNSURE)
def test_what_is_not_sure_is_refused(why: str, tmp_path: Path) -> None:
    text = program("from data import batches, x, y", "", "batches(x, y)")
    _, errors = converted(tmp_path, {**UNSURE[why], "main.py": text})
    assert any("`fit` is left as it is" in error for error in errors), errors


def test_a_data_set_of_a_generator_elsewhere(tmp_path: Path, session: VerifySession) -> None:
    rows = "def rows():\n    for i in range(30):\n        yield x[i], y[i : i + 1]\n"
    specs = ", ".join(f"tf.TensorSpec(({size},), tf.float64)" for size in (6, 1))
    made = f"data = tf.data.Dataset.from_generator(rows, output_signature=({specs})).batch(9)"
    text = program(
        "import tensorflow as tf\nfrom data import rows",
        made,
        "data",
        ", validation_data=data.take(2)",
    ).replace("steps_per_epoch=3, ", "")
    _, errors = converted(tmp_path, {"data.py": ARRAYS + rows, "main.py": text})
    assert not errors
    assert_alike(tmp_path, session)
