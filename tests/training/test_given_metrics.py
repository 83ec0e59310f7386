"""Lists of metrics that functions and methods give to `compile`."""

from __future__ import annotations

import pytest

from tests.training.programs import converted, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.metrics import MeanSquaredError

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)

"""
MODEL = "keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])"
FIT = "{}.fit(x, y, epochs=2, shuffle=False, verbose=0).history"

FUNCTION = f"""
def get_metrics():
    \"\"\"What is shown.\"\"\"
    return {{}}


model = {MODEL}
model.compile("sgd", "mse", metrics=get_metrics())
history = {FIT.format("model")}
losses = np.array(history["loss"])
"""
METHOD = f"""
class Trainer:
    def __init__(self):
        self.model = {MODEL}

    {{mark}}
    def metrics({{owner}}):
        return {{given}}

    def fit(self):
        self.model.compile("sgd", "mse", metrics=self.metrics{{call}})
        return {FIT.format("self.model")}


trainer = Trainer()
history = trainer.fit()
losses = np.array(history["loss"])
"""
GIVEN = ['["mae"]', '("mae", MeanSquaredError())', "[keras.metrics.MeanAbsoluteError()]"]


@pytest.mark.parametrize("given", GIVEN)
def test_what_functions_give(given: str, scripts: Scripts) -> None:
    text = HEAD + FUNCTION.format(given)
    assert "get_metrics" not in converted(text)
    worst, apart = farthest(scripts, text)
    assert worst < 1e-9, apart


@pytest.mark.parametrize(
    ("mark", "owner", "call"),
    [("", "self", "()"), ("@property", "self", ""), ("@staticmethod", "", "()")],
)
@pytest.mark.parametrize("given", GIVEN)
def test_what_methods_give(given: str, mark: str, owner: str, call: str, scripts: Scripts) -> None:
    text = HEAD + METHOD.format(mark=mark, owner=owner, call=call, given=given)
    assert "def metrics" not in converted(text)
    worst, apart = farthest(scripts, text)
    assert worst < 1e-9, apart


SUBCLASS = '\n\nclass Other(Trainer):\n    def metrics(self):\n        return ["mse"]\n'
AS_IT_IS = [
    METHOD.format(mark="", owner="self", call="()", given='["mae"]') + SUBCLASS,
    METHOD.format(mark="", owner="self", call="()", given='["mae"]')
    + "shown = trainer.metrics()\n",
    FUNCTION.format('["mae"]') + "shown = get_metrics()\n",
    FUNCTION.format('["mae"]  # of rows'),
    FUNCTION.format('["mae"]').replace("metrics():", "metrics(more=()):"),
    f"name = 'mae'\n{FUNCTION.format('[name]')}",
]


@pytest.mark.parametrize("text", AS_IT_IS)
def test_what_says_more_stays(text: str) -> None:
    made = convert(HEAD + text)
    name = "get_metrics" if "get_metrics" in text else "metrics"
    assert f"def {name}(" in made.text
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any("`compile` is left as it is" in message for message in errors), errors
