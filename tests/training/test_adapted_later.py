"""Normalization that learns from data once a model has it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from transpiler.options import Options

HEAD = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = 3 + 2 * rng.normal(size=(24, 6)), rng.normal(size=(24, 1))
norm = keras.layers.Normalization()
"""
ROW = """\
model = keras.Sequential([keras.Input((6,)), norm, keras.layers.Dense(1)])
"""
GRAPH = """\
given = keras.Input((6,))
normal = norm(given)
deep = keras.layers.Dense(3)(normal)
model = keras.Model(given, keras.layers.Dense(1)(keras.layers.Concatenate()([normal, deep])))
"""
TRAINING = """\
model.compile("sgd", "mse")
norm.adapt(x)
losses = model.fit(x, y, epochs=2, verbose=0).history["loss"]
"""


@pytest.mark.parametrize("model", [ROW, GRAPH], ids=["row", "graph"])
def test_it_learns_in_the_model(model: str, scripts: Scripts) -> None:
    text = HEAD + model + TRAINING
    result = converted(text, Options(exact=True))
    assert "model.norm.adapt(x)\n" in result
    differences = scripts.compare(text, result)
    assert max(differences["losses"], 0) < 1e-9, differences


def test_it_knows_the_data() -> None:
    """The runs above begin with weights of their own, also in place of the mean."""
    values: dict[str, object] = {"__name__": "converted"}
    exec(converted(HEAD + ROW + TRAINING, Options(exact=True)), values)
    model, x = values["model"], values["x"]
    assert np.allclose(model.norm.mean, np.mean(x, 0), atol=1e-6)  # type: ignore[attr-defined, arg-type]
    assert np.allclose(model.norm.variance, np.var(x, 0), atol=1e-5)  # type: ignore[attr-defined, arg-type]


@pytest.mark.parametrize(
    "training",
    [
        TRAINING.replace("norm.adapt(x)", "model.predict(x)\nnorm.adapt(x)"),
        TRAINING.replace("norm.adapt(x)", "norm.adapt(x, steps=1)"),
        TRAINING.replace("norm.adapt(x)", "for part in (x, x + 1):\n    norm.adapt(part)"),
    ],
    ids=["after it has run", "some of the data", "in a loop"],
)
def test_others_are_refused(training: str) -> None:
    assert errors(HEAD + ROW + training)
