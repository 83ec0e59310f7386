"""Messages of what is left in functions tell why."""

from __future__ import annotations

from transpiler.pipeline import convert

PROGRAM = """\
import tensorflow.keras.backend as K
from tensorflow import keras


def weighed(weight, y_true, y_pred):
    return weight * K.mean(y_true - y_pred)


model = keras.Sequential([keras.layers.Dense(2, input_shape=(4,))])
model.compile("sgd", {loss})
"""


def _said(loss: str) -> list[str]:
    return [d.message for d in convert(PROGRAM.format(loss=loss)).diagnostics]


def test_nothing_calls_the_function() -> None:
    why = "nothing here calls `weighed`, which would tell what it gets"
    assert f"`K.mean` is left as it is: {why}" in _said('"mse"')


def test_what_calls_it_is_left() -> None:
    said = _said("[lambda y, p: weighed(w, y, p) for w in weights()]")
    assert "`K.mean` is left as it is: so is what calls `weighed`, in line 10" in said, said
