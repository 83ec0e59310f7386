"""Metric objects that a model is compiled with and the program reads: the model's are others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import of_file

PROGRAM = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(24, 4)
y = x.sum(1, keepdims=True)
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
error = keras.metrics.MeanAbsoluteError()
model.compile("sgd", "mse"{metrics})
"""
READ = {
    "after training": "model.fit(x, y)\nfound = float(error.result())\n",
    "after batches": "model.train_on_batch(x, y)\nfound = error.result().numpy()\n",
    "with updates": (
        "model.evaluate(x, y)\nerror.update_state(y, model.predict(x))\nfound = error.result()\n"
    ),
    "called": "model.fit(x, y)\nerror(y, model.predict(x))\n",
}


@pytest.mark.parametrize("how", READ)
def test_what_a_model_measures_is_not_known(how: str, tmp_path: Path) -> None:
    program = PROGRAM.format(metrics=", metrics=[error]") + READ[how]
    text, errors, _ = of_file(program, tmp_path)
    assert any("a model is compiled with this metric" in one for one in errors), errors
    assert "TODO(tf2torch)" in text


@pytest.mark.parametrize("how", READ)
def test_what_no_model_has_is_measured(how: str, tmp_path: Path) -> None:
    _, errors, _ = of_file(PROGRAM.format(metrics="") + READ[how], tmp_path)
    assert not errors
