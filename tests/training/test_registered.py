"""Marks by which Keras finds classes and functions in files of models: torch has none."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
{imports}


{mark}
class Squared(keras.losses.Loss):
    def __init__(self, scale=2.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, y_true, y_pred):
        return self.scale * tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)

    def get_config(self):
        return {{**super().get_config(), "scale": self.scale}}


{mark}
def distance(y_true, y_pred):
    return tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)


{mark}
def twice(values):
    return values * 2


class Holder:
    @staticmethod
    {mark}
    def half(values):
        return values / 2


rng = np.random.RandomState(0)
x, y = rng.rand(20, 3), rng.rand(20, 1)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", Squared(), metrics=[distance])
losses = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
more = twice(Holder.half(model.predict(x, verbose=0)))
"""
TENSORFLOW = "import numpy as np\nimport tensorflow as tf\nfrom tensorflow import keras"
STYLES = {
    "of utils": (TENSORFLOW, '@tf.keras.utils.register_keras_serializable(package="mine")'),
    "several lines": (TENSORFLOW, '@keras.saving.register_keras_serializable(package="mine",\n)'),
    "by name": (
        f"{TENSORFLOW}\nfrom tensorflow.keras.utils import register_keras_serializable",
        "@register_keras_serializable()",
    ),
    "by another name": (
        f"{TENSORFLOW}\nfrom keras.saving import register_keras_serializable as known",
        '@known("mine")',
    ),
    "on one line": (
        "import os, numpy as np, keras, tensorflow as tf",
        "@keras.saving.register_keras_serializable()",
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_the_marks_of_what_is_converted_go(style: str, scripts: Scripts) -> None:
    imports, mark = STYLES[style]
    text = PROGRAM.format(imports=imports, mark=mark)
    result = converted(text)
    assert "erializable" not in result
    assert "keras" not in result.replace("init_like_keras", "")
    if style in ("of utils", "on one line"):  # the others only differ in the mark
        apart = scripts.compare(text, result)
        assert {"losses", "more"} <= apart.keys()
        assert max(apart.values()) < 1e-9, apart


LEFT = """\
import numpy as np
import keras


@keras.saving.register_keras_serializable()
def twice(x):
    return x * 2


@keras.saving.register_keras_serializable()
class L(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


@keras.saving.register_keras_serializable()
class Twice(keras.layers.Layer):
    def call(self, x):
        return x * 2


other = keras.Sequential([keras.Input((3,)), Twice(), keras.layers.Dense(1, activation=twice)])
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", L())
model.fit(np.ones((9, 3)), np.ones((9, 1)))
"""


def test_those_of_what_stays_of_keras_stay() -> None:
    result = convert(LEFT).text
    mark = "@keras.saving.register_keras_serializable()\n"
    assert f"{mark}def twice(" in result
    assert result.count(mark) == 2
    assert "class L(nn.Module):" in result


@pytest.mark.parametrize(
    "imported",
    [
        "import tensorflow as tf",
        "import os, tensorflow as tf",
        "import os; import tensorflow as tf",
    ],
)
def test_imports_that_stay_are_said_however_they_are_written(imported: str) -> None:
    marked = "@tf.autograph.experimental.do_not_convert\ndef same(x):\n    return x\n"
    model = "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\n"
    said = convert(f"import keras\n{imported}\n{marked}{model}").diagnostics
    assert any("is read still" in d.message and d.severity is Severity.ERROR for d in said), said
