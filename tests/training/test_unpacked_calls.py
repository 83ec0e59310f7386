"""Functions that build models and get some of their arguments from dicts."""

from __future__ import annotations

import re

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import json

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x, y = np.random.RandomState(0).rand(16, 4), np.random.RandomState(1).rand(16, 1)
given = json.loads('{"units": 3, "activation": "tanh"}')


def build(units, activation="relu", depth=1, norm=False):
    outputs = inputs = keras.Input((4,))
    for _ in range(depth):
        outputs = layers.Dense(units, activation=activation)(outputs)
    if norm:
        outputs = layers.LayerNormalization()(outputs)
    return keras.Model(inputs, layers.Dense(1)(outputs))


def passing(hidden=(4, 4), **kwargs):
    model = keras.Sequential([keras.Input((4,))])
    for units in hidden:
        model.add(layers.Dense(units, **kwargs))
    model.add(layers.Dense(1))
    return model


common = dict(activation="tanh")
models = [
    build(depth=2, **given),
    build(norm=True, **given),
    build(5),
    passing(hidden=(3,), **common),
    passing(kernel_initializer="he_normal", **common),
]
losses = []
for model in models:
    model.compile("sgd", "mse", run_eagerly=True)
    losses += model.fit(x, y, epochs=1, shuffle=False, verbose=0).history["loss"]
"""


def test_calls_with_other_arguments_beside_a_dict(scripts: Scripts) -> None:
    result = convert(PROGRAM)
    assert not [d for d in result.diagnostics if d.severity is Severity.ERROR]
    assert result.text.count("class Build(") == 1
    assert "build(depth=2, **given)" in result.text
    apart = scripts.compare(PROGRAM, result.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


INSIDE = """\
from tensorflow import keras
from tensorflow.keras import layers


def features(width=8, deep=False):
    outputs = inputs = keras.Input((4,))
    if deep:
        outputs = layers.Dense(5)(outputs)
    return keras.Model(inputs, layers.Dense(width)(outputs))


first = features(deep=True)
inner = features({call})
inputs = keras.Input((4,))
model = keras.Model(inputs, layers.Dense(1)(inner(inputs)))
"""


def test_a_size_that_only_the_dict_knows_is_not_the_default() -> None:
    assert "nn.Linear(8, 1)" in convert(INSIDE.format(call="")).text
    text = INSIDE.format(call="**load()")
    result = convert(f"from settings import load\n{text}")
    assert "nn.Linear(8, 1)" not in result.text


PASSED_ON = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import callbacks, losses, optimizers

x, y = np.random.RandomState(0).rand(50, 4), np.arange(50) % 2.0


def train(rate, {parameters}**options):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile({compile})
    return model.fit(x, y, epochs=3, shuffle=False, verbose=0{fit}).history["loss"]


first, second = train(0.1, {first}), train(0.2, {second})
"""


@pytest.mark.parametrize(
    ("compile_", "fit", "first", "second"),
    [
        ('optimizers.SGD(rate, **options), "mse"', "", "momentum=0.9", "momentum=0.5"),
        ('"sgd", losses.Huber(**options)', "", "delta=0.1", "delta=0.3"),
        (
            '"sgd", "mse"',
            ", callbacks=[callbacks.EarlyStopping('loss', **options)]",
            "patience=1, min_delta=1.0",
            "patience=5, min_delta=0.0",
        ),
    ],
)
def test_what_a_function_passes_on_is_read_of_its_options(
    compile_: str, fit: str, first: str, second: str, scripts: Scripts
) -> None:
    """No class of the model gets what the training alone is told."""
    text = PASSED_ON.format(parameters="", compile=compile_, fit=fit, first=first, second=second)
    result = converted(text)
    assert re.search(r"options\[\"\w+\"\]", result)
    assert "def __init__(self):" in result
    apart = scripts.compare(text, result)
    assert {"first", "second"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_options_that_not_all_calls_have_are_said() -> None:
    text = PASSED_ON.format(
        parameters="",
        compile='optimizers.SGD(rate, **options), "mse"',
        fit="",
        first="momentum=0.9",
        second="nesterov=True",
    )
    found = convert(text)
    assert "optimizers.SGD(rate, **options)" in found.text
    assert [d for d in found.diagnostics if d.severity is Severity.ERROR]


def test_options_of_a_step_of_data_are_said() -> None:
    text = (
        "import numpy as np\nimport tensorflow as tf\n\n\ndef batched(x, size=16, **options):\n"
        "    data = tf.data.Dataset.from_tensor_slices(x)\n"
        "    return data.batch(size, **options)\n\n\n"
        "for part in batched(np.ones((50, 4)), drop_remainder=True):\n    print(part.shape)\n"
    )
    found = convert(text)
    assert "drop_last=drop_remainder" not in found.text
    assert 7 in {d.line for d in found.diagnostics if d.severity is Severity.ERROR}
