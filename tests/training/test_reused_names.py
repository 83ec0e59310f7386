"""Names of tensors that stand for something else once the model is complete."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

rs = np.random.RandomState(0)
X, Y = rs.normal(size=(30, 6)), rs.normal(size=(30, 1))
"""
GRAPH = """\
inp = keras.Input((6,))
h = keras.layers.Dense(3)(inp)
x = keras.layers.Dense(1)(h)
model = keras.Model(inp, x)
model.compile("sgd", "mse")
"""
SCRIPT = f"""{HEAD}{GRAPH}losses = []
for n in (10, 20):
    x = X[:n]
    h = model.fit(x, Y[:n], batch_size=10, shuffle=False, verbose=0)
    losses.append(h.history["loss"][0])
for x, y in zip(X[:2], Y[:2]):
    losses.append(model.predict(x[None])[0, 0] - y[0])


def train(sizes):
    inp = keras.Input((6,))
    h = keras.layers.Dense(3)(inp)
    x = keras.layers.Dense(1)(h)
    model = keras.Model(inp, x)
    model.compile("sgd", "mse")
    out = []
    for n in sizes:
        x = X[:n]
        h = model.fit(x, Y[:n], shuffle=False, verbose=0)
        out.append(h.history["loss"][0])
    while len(out) < 4:
        inp = model.predict(X[:1])
        out.append(float(inp[0, 0]))
    return out


others = train([10, 15])
"""


def test_loops_give_them_to_data_and_histories(scripts: Scripts) -> None:
    converted = convert(SCRIPT, Options(exact=True))
    assert not [d for d in converted.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(SCRIPT, converted.text)
    assert max(apart.values()) < 1e-9, apart
    assert {"losses", "others"} <= apart.keys()


@pytest.mark.parametrize(
    "loop",
    [
        "for n in (2, 3):\n    x = keras.layers.Dense(n)(h)\n    h = n\n",
        "for n in range(len(X)):\n    h = n\nx = keras.layers.Dense(1)(h)\n",
    ],
)
def test_a_loop_that_needs_the_tensor_is_refused(loop: str) -> None:
    text = HEAD + GRAPH.replace("x = keras.layers.Dense(1)(h)\n", loop)
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("`h` is a tensor in some rounds of a loop only" in message for message in found)


@pytest.mark.parametrize(
    "loop",
    [
        "for n in (2, 3):\n    x = keras.layers.Dense(n)(h)\n"
        "    h = keras.layers.Reshape((1, n))(x)\n",
        "for n in range(len(X)):\n    h = keras.layers.Reshape((1, -1))(x)\n"
        "x = keras.layers.Dense(1)(keras.layers.Flatten()(h))\n",
    ],
)
def test_a_loop_that_needs_a_tensor_of_other_dimensions_is_refused(loop: str) -> None:
    text = HEAD + GRAPH.replace("x = keras.layers.Dense(1)(h)\n", f"x = h\n{loop}")
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("number of dimensions of a tensor changes in a loop" in one for one in found)
