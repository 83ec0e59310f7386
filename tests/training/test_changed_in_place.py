"""Arrays that are changed in their place before a model sees them: they keep their axes."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.source.given_axes import axes_of
from transpiler.source.rows import rows_of

HEAD = """\
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers

d = load_diabetes()
x, x_test, y, y_test = train_test_split(d.data[:40], d.target[:40, None] / 100, random_state=0)
"""
#: Chollet's houses: scaled in place, and a model for each fold by a builder without an input.
FOLDS = """
mean = x.mean(axis=0)
x -= mean
std = x.std(axis=0)
x /= std
x_test -= mean
x_test /= std


def build_model():
    model = keras.Sequential([layers.Dense(3, activation="tanh"), layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
    return model


scores = []
for i in range(2):
    part = np.concatenate([x[: i * 10], x[(i + 1) * 10 :]], axis=0)
    targets = np.concatenate([y[: i * 10], y[(i + 1) * 10 :]], axis=0)
    model = build_model()
    held = (x[i * 10 : (i + 1) * 10], y[i * 10 : (i + 1) * 10])
    h = model.fit(part, targets, validation_data=held, epochs=1, verbose=0)
    scores.append(h.history["val_mae"][-1])
model = build_model()
model.fit(x, y, epochs=1, verbose=0)
results = model.evaluate(x_test, y_test)
"""
MODEL = """
model = keras.Sequential([keras.Input((10,)), layers.Dense(1, activation="tanh")])
model.compile("sgd", "mse")
model.fit(x, y, epochs=1, verbose=0)
"""
#: What becomes of predictions before a model is trained on them.
PREDICTED = {
    "divided": "soft = np.exp(model.predict(x) / 3)\nsoft /= soft.sum(axis=1, keepdims=True)\n",
    "summed": "soft = np.zeros((len(x), 1))\nfor _ in range(2):\n    soft += model.predict(x)\n",
    "from zero": "soft = 0\nfor _ in range(2):\n    soft += model.predict(x)\n",
}
AGAIN = "h = model.fit(x, soft, epochs=1, verbose=0).history\n"


def errors(text: str) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]


def test_scaled_before_a_builder(scripts: Scripts) -> None:
    made = convert(HEAD + FOLDS, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "nn.Linear(x.shape[1], 3)" in made.text
    differences = scripts.compare(HEAD + FOLDS, made.text.replace("float32", "float64"))
    assert "results" in differences
    assert max(differences.values()) < 1e-9


@pytest.mark.parametrize("changed", PREDICTED.values(), ids=PREDICTED)
def test_predictions_that_are_changed(scripts: Scripts, changed: str) -> None:
    text = HEAD + MODEL + changed + AGAIN
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    differences = scripts.compare(text, made.text.replace("float32", "float64"))
    assert {"soft", "h"} <= differences.keys()
    assert max(differences.values()) < 1e-9


def test_a_tensor_of_tensorflow_becomes_another_one() -> None:
    """NumPy's array would change under its other name, too."""
    changed = "soft = tf.nn.sigmoid(model.predict(x))\nbefore = soft\nsoft -= 1\n"
    found = errors(HEAD + MODEL + changed + AGAIN.replace("soft", "before"))
    assert [m for m in found if m.startswith("`soft -= 1` is left as it is: it was a tensor")]


def test_what_is_known_of_axes() -> None:
    """A product of matrices may have other columns, and what was a number may become an array."""
    text = "import numpy as np\nx = np.zeros((4, 3))\n{}\nprint(x)\n"
    assert axes_of(text.format("x -= unknown"), "", 4, "x") == (4, 3)
    assert axes_of(text.format("x @= unknown"), "", 4, "x") is None
    assert axes_of("n = 0\nn += unknown\nprint(n)\n", "", 3, "n") is None
    rows = "import pandas as pd\nx = pd.read_csv('x.csv')\nx {} x.mean()\n"
    assert rows_of(rows.format("-=")).hold("x")
    assert not rows_of(rows.format("@=")).hold("x")
