"""What is asked of a model outside of the functions that train it."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

x, y = np.random.rand(50, 6), np.random.rand(50)


def build():
    model = keras.Sequential()
    model.add(keras.layers.Dense(1, input_shape=(6,)))
    return model


def train(model, x, y):
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(x, y, verbose=0)


class Trainer:
    def __init__(self):
        self.model = build()
        self.model.compile("sgd", "mse")

    def train(self, x, y):
        self.model.fit(x, y, verbose=0)


model = build()
train(model, x, y)
trainer = Trainer()
trainer.train(x, y)
"""


def test_names_of_metrics_are_known_where_the_model_is_made() -> None:
    conversion = convert(PROGRAM + "names = model.metrics_names\n")
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert 'names = ["loss", "mae"]' in conversion.text


@pytest.mark.parametrize(
    "asked",
    [
        "values = model(x, mask=None)",
        "model.layers[0].units = 3",
        "values = trainer.model(x, mask=None)",
        "trainer.model.stop_training = True",
    ],
)
def test_what_a_module_has_no_answer_to_is_said(asked: str) -> None:
    conversion = convert(f"{PROGRAM}{asked}\n")
    found = [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert len(found) == 1
    assert "is an nn.Module now" in found[0].message
    assert found[0].line == PROGRAM.count("\n") + 1


def test_a_function_that_gets_a_model_is_no_call_of_it() -> None:
    text = (
        "import netron\nimport numpy as np\nfrom tensorflow import keras\n\n"
        "x = np.ones((20, 4))\n"
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"
        'model.compile("sgd", "mse")\nmodel.fit(x, x[:, 0])\nprint(model.predict(x))\n\n'
        "netron.start(model)\n"
    )
    found = convert(text)
    assert "predict(netron" not in found.text
    assert any("`netron.start` is left as it is" in d.message for d in found.diagnostics)


def test_what_logs_the_trainings_of_keras_is_said() -> None:
    text = (
        "import mlflow\nimport numpy as np\nfrom tensorflow import keras\n\n"
        "x = np.ones((20, 4))\nmlflow.tensorflow.autolog()\n"
        "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"
        'model.compile("sgd", "mse")\nmodel.fit(x, x[:, 0])\n'
    )
    found = convert(text)
    assert [d.line for d in found.diagnostics if d.severity is Severity.ERROR] == [6]
    assert "# TODO(tf2torch) T2T101: `mlflow.tensorflow.autolog` is left" in found.text
