"""What trains a model, and gets its values with other variables in one statement."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.assigned_together import assigned_apart

PROGRAM = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(40, 4)
{together}
model = keras.Sequential([keras.layers.Dense(3, "relu", input_shape=(4,)), keras.layers.Dense(1)])
model.compile({compiled})
history = model.fit(x, x.sum(1), batch_size=16, epochs=2, verbose=0).history
losses = history["loss"]
"""


@pytest.mark.parametrize(
    ("together", "compiled"),
    [
        ('loss, metrics = "mse", ["mae"]', '"sgd", loss=loss, metrics=metrics'),
        ('opt, loss = keras.optimizers.SGD(0.05), "mse"', "opt, loss"),
        ('(opt, metrics) = (keras.optimizers.SGD(0.05), ["mae"])', 'opt, "mse", metrics=metrics'),
    ],
)
def test_each_has_a_statement(together: str, compiled: str, scripts: Scripts) -> None:
    text = PROGRAM.format(together=together, compiled=compiled)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert {"losses", "history"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "together",
    [
        'loss, other = "mse", 3',  # understood as it is
        'metrics, loss = loss, ["mae"]',
        'metrics, metrics = ["mae"], ["mse"]',
        'metrics, *more = ["mae"], "mse", 2',
        'metrics, loss = both(["mae"])',
        'other, more = ["mae"], 3',
        'metrics, loss = ["mae"], (  # why\n    "mse")',
    ],
)
def test_all_else_stays(together: str) -> None:
    text = PROGRAM.format(together=together, compiled='"sgd", loss=loss, metrics=metrics')
    assert assigned_apart(text) is None


MODELS = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(40, 4)
inputs = keras.Input((4,))
code = keras.layers.Dense(2, activation="tanh")(inputs)
outputs = keras.layers.Dense(4)(code)
autoencoder, encoder = keras.Model(inputs, outputs), keras.Model(inputs, code)
autoencoder.compile("sgd", "mse")
losses = autoencoder.fit(x, x, batch_size=16, epochs=2, verbose=0).history["loss"]
codes = encoder.predict(x, verbose=0)
"""


def test_models_that_share_layers(scripts: Scripts) -> None:
    apart = scripts.compare(MODELS, converted(MODELS, Options(exact=True)))
    assert {"losses", "codes"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
