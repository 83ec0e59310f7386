"""Products of matrices: how many axes they have."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

random = np.random.RandomState(0)
x, w, columns = random.rand(40, 6), random.rand(6), random.rand(6, {units})
y = {product}
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense({units})])
model.compile("sgd", "mse")
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
losses = model.fit(data, epochs=2).history["loss"]
"""


@pytest.mark.parametrize(
    ("product", "units"),
    [
        ("x @ w", 1),
        ("w @ x.T", 1),
        ("x[:, :4] @ w[:4] + 1", 1),
        ("(x @ columns) @ np.ones(3)", 1),
        ("x @ columns", 3),
        ("np.matmul(x, w)", 1),
    ],
)
def test_targets_have_the_axes_of_the_product(product: str, units: int, scripts: Scripts) -> None:
    program = PROGRAM.format(product=product, units=units)
    if "columns" in product:
        program = program.replace("random.rand(6, 1)", "random.rand(6, 3)")
    differences = scripts.compare(program, convert(program, Options(exact=True)).text)
    assert "losses" in differences
    assert max(differences.values()) < 1e-9, differences


LOADED = """\
import numpy as np
from tensorflow import keras


def load():
    random = np.random.RandomState(0)
    x = random.rand(40, 6, 5) @ random.rand(5)
    return x, x @ random.rand(6)


x, y = load()
model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=2).history["loss"]
"""


def test_so_they_have_in_functions_that_load_them(scripts: Scripts) -> None:
    converted = convert(LOADED, Options(exact=True)).text
    assert "nn.Linear(6, 3)" in converted or "nn.Linear(x.shape[1], 3)" in converted
    assert scripts.compare(LOADED, converted)["losses"] < 1e-9
