"""Lists of numbers for a model: Keras 2 makes arrays of them, Keras 3 refuses them."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

line = keras.Sequential([keras.layers.Dense(1, input_shape=[1])])
line.compile(keras.optimizers.SGD(0.01), "mse")
xs = [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0]
line.fit(xs, [-3.0, -1.0, 1.0, 3.0, 5.0, 7.0], epochs=3, shuffle=False, verbose=0)
one = line.predict([10.0], verbose=0)
two = line.predict([[10.0], [11.0]], verbose=0)

gate = keras.Sequential([keras.layers.Dense(1, activation="sigmoid", input_shape=[2])])
gate.compile(keras.optimizers.SGD(0.01), "mse")
cases = [[0, 0], [0, 1], [1, 0], [1, 1]]
gate.fit(cases, [[0], [1], [1], [0]], epochs=3, shuffle=False, verbose=0)
loss = gate.evaluate(cases, [[0], [1], [1], [0]], verbose=0)
case = gate.predict([[0, 1]], verbose=0)
"""


def test_they_are_arrays(scripts: Scripts) -> None:
    made = convert(PROGRAM)
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "case = predict(gate, [[0, 1]])\n" in made.text.replace("predict_gate(", "predict(")
    emitted = converted(PROGRAM, Options(exact=True, keras="2"))
    apart = scripts.compare(PROGRAM, emitted, keras="2")
    assert {"one", "two", "loss", "case"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
