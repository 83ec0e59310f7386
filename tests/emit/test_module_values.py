"""What classes read of the module, and what they compute again."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
"""
PREPARED = """\
x, y = rng.normal(size=(50, 6)), rng.integers(0, 3, size=50)
order = rng.permutation(50)
x, y = x[order], y[order]
columns = []
for column in x.T:
    columns.append(column / column.std())
x = np.stack(columns, axis=1)
x[:, 0] = 0.0
"""
BETWEEN = """\
x = rng.normal(size=(50, 6))
units = 8
width = units // 2
model = keras.Sequential([layers.Input((6,)), layers.Dense(units, activation="tanh")])
units = width + 1
model.add(layers.Dense(units))
"""
LATER = """\
x = rng.normal(size=(50, 6))
units, scale = 8, 2.0
scale = scale + 1.0
inputs = keras.Input((6,))
outputs = layers.Dense(units)(inputs) * scale
model = keras.Model(inputs, outputs)
units, scale = 0, 0.0
"""
TOGETHER = """\
x = rng.normal(size=(50, 6))
first, second = 8, 4
second = 5
model = keras.Sequential([layers.Input((6,)), layers.Dense(first), layers.Dense(second)])
first = 3
model.add(layers.Dense(first))
"""
ASKED = "answer = model.predict(x, verbose=0)\n"
MODEL = """\
model = keras.Sequential([layers.Input(x.shape[1:]), layers.Dense(x.shape[1] + 3)])
"""
TRAINED = """\
model.compile("sgd", "mse")
history = model.fit(x, model.predict(x, verbose=0) * 2, epochs=1, verbose=0)
"""


def equal(scripts: Scripts, text: str) -> str:
    """The class of a script that is converted and compared."""
    result = converted(text)
    apart = scripts.compare(text, result)
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
    assert "answer" in apart
    return result.partition("class Model")[2].partition("def init_like_keras")[0]


def test_data_that_is_prepared_in_steps_is_not_prepared_again(scripts: Scripts) -> None:
    made = equal(scripts, HEAD + PREPARED + MODEL + TRAINED + ASKED)
    assert "self.dense = nn.Linear(x.shape[-1], x.shape[1] + 3)" in made
    assert "order" not in made
    assert "columns" not in made


def test_what_changes_while_the_model_is_built_is_computed_again(scripts: Scripts) -> None:
    made = equal(scripts, HEAD + BETWEEN + TRAINED + ASKED)
    assert "units = 8\n" in made
    assert "units = width + 1\n" in made


def test_what_the_class_reads_when_it_runs_must_not_change_later(scripts: Scripts) -> None:
    made = equal(scripts, HEAD + LATER + TRAINED + ASKED)
    assert "scale = scale + 1.0" in made
    assert "nn.Linear(6, units)" in made


def test_names_that_are_assigned_together_stay_together(scripts: Scripts) -> None:
    made = equal(scripts, HEAD + TOGETHER + TRAINED + ASKED)
    assert "first, second = 8, 4" in made
    assert "second = 5" in made


def test_a_value_that_nobody_reads_any_more_is_one_too(scripts: Scripts) -> None:
    changed = BETWEEN.replace("model.add(layers.Dense(units))", "model.add(layers.Dense(3))")
    made = equal(scripts, HEAD + changed + TRAINED + ASKED)
    assert "units = 8\n" in made
    assert "units = width + 1\n" not in made
