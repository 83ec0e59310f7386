"""Data sets that functions of other files get, and functions of other files that they apply."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

SCALES = """\
import tensorflow as tf


def scale(image, label):
    return tf.cast(image, tf.float32) / 255.0, label
"""
PIPELINE = """\
from scales import scale

BATCH = 8


def pipeline(ds, times=1):
    ds = ds.map(scale)
    if times > 1:
        ds = ds.map(lambda image, label: (image * times, label))
    ds = ds.cache()
    return ds.batch(BATCH)
"""
#: The same, where nothing but the data set is TensorFlow's.
PLAIN = """\
def pipeline(ds, batch=8):
    ds = ds.map(lambda image, label: (image / 255.0, label))
    return ds.batch(batch).prefetch(2)
"""
#: Functions without a word of the framework.
STEPS = """\
LIMIT = 255.0


def scale(image, label):
    return image / LIMIT, label


def turn(image, label):
    return image[::-1], label


def keep(image, label):
    return image[0] > 9
"""
TRAIN = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
{imports}

generator = np.random.default_rng(0)
x = generator.integers(0, 255, size=(20, 4)).astype("float64")
y = (x.sum(1, keepdims=True) > 500).astype("float64")
data = tf.data.Dataset.from_tensor_slices((x, y))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit({given}, epochs=2)
loss = history.history["loss"]
"""


@pytest.mark.parametrize(
    ("files", "imports", "given"),
    [
        ({"data.py": PIPELINE}, "from data import pipeline", "pipeline(data, times=2)"),
        ({"data.py": PLAIN}, "import data as d", "d.pipeline(data)"),
        ({}, "from scales import scale", "data.map(scale).batch(8)"),
        ({"steps.py": STEPS}, "from steps import scale", "data.map(scale).batch(8)"),
        ({"steps.py": STEPS}, "import steps", "data.map(steps.turn).map(steps.scale).batch(8)"),
        (
            {"steps.py": STEPS},
            "from steps import keep, scale",
            "data.filter(keep).map(scale).batch(8)",
        ),
        (
            {"steps.py": STEPS, "data.py": PIPELINE.replace("scales", "steps")},
            "from data import pipeline",
            "pipeline(data)",
        ),
    ],
)
def test_steps_of_a_data_set_in_another_file(
    files: dict[str, str], imports: str, given: str, tmp_path: Path, session: VerifySession
) -> None:
    files = {"scales.py": SCALES, **files, "train.py": TRAIN.format(imports=imports, given=given)}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert imports in texts["train.py"]
    assert "tensorflow" not in "".join(t for n, t in texts.items() if n in (*files, "scales.py"))
    if "data.py" in files:
        assert "MappedDataset(ds, " in texts["data.py"]
        assert "scale" not in texts["train.py"]
    assert_alike(tmp_path, session, "train.py")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (f"@staticmethod\n{PLAIN}", {"train.py:12"}),  # what is decorated stays at home
        (f"{SCALES}\n\ndef other(ds):\n    return ds.map(scale)\n",
         {"data.py:9"}),
    ],
)  # fmt: skip
def test_steps_that_stay_in_another_file_are_said(
    data: str, said: set[str], tmp_path: Path
) -> None:
    train = TRAIN.format(imports="from data import pipeline", given="pipeline(data.shuffle(20))")
    if "def other" in data:
        train = "from data import other\nprint(other(open('x')))\n"
    texts, errors = converted(tmp_path, {"data.py": data, "train.py": train})
    assert ("pipeline(data.shuffle(20))" in texts["train.py"]) is ("def other" not in data)
    places = {error.partition(": ")[0] for error in errors}
    assert said <= places, errors
