"""Functions that compile the models which they get, each with a loss and metrics of its own."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import keras
from keras.layers import Dense

rng = np.random.default_rng(0)
x = rng.normal(size=(48, 4))
y = x @ np.array([[1.0], [-2.0], [3.0], [0.5]])


def net(units):
    return keras.Sequential([keras.Input((4,)), Dense(units, activation="tanh"), Dense(1)])


def compile_model(m, loss="mse", metrics=["mae"]):
    m.compile("sgd", loss=loss, metrics=metrics)
    return m


"""
ASKED = """
first = a.fit(x, y, epochs=2, verbose=0).history
second = b.fit(x, y, epochs=2, verbose=0).history
losses = first["loss"], second["loss"]
scores = a.evaluate(x, y, verbose=0), b.evaluate(x, y, verbose=0)
"""


def _equal(program: str, scripts: Scripts) -> str:
    """The converted program, which leaves the same numbers."""
    text = HEAD + program
    made = convert(text, Options(exact=True))
    left = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert not left, left
    double = made.text.replace("torch.float32", "torch.float64")
    differences = scripts.compare(text, double)
    assert differences
    assert max(differences.values()) < 1e-9, differences
    return made.text


@pytest.mark.parametrize(
    "compiled",
    [
        'a, b = net(3), net(5)\ncompile_model(a, "mse")\ncompile_model(b, "mae")\n',
        "a = compile_model(net(3))\nb = compile_model(net(5), loss=keras.losses.Huber(0.5))\n",
        'a = compile_model(net(3), "mae", None)\n'
        'b = compile_model(net(5), metrics=["mse", "mae"])\n',
    ],
)
def test_each_call_gives_its_own(compiled: str, scripts: Scripts) -> None:
    text = _equal(compiled + ASKED, scripts)
    assert "compile_model" not in text


def test_they_are_trained_and_asked_in_loops(scripts: Scripts) -> None:
    """Nothing but the name of the loop's variable trains them."""
    program = """\
a, b = net(3), net(5)
compile_model(a, "mse")
compile_model(b, "mae")
for m in (a, b):
    m.fit(x, y, epochs=2, verbose=0)
scores = [m.evaluate(x, y, verbose=0) for m in (a, b)]
"""
    text = _equal(program, scripts)
    assert "optimizer_of = {a: a_optimizer, b: b_optimizer}" in text
    assert "criterion_of = {a: a_criterion, b: b_criterion}" in text


def test_the_name_of_a_model_that_another_one_got_is_not_followed() -> None:
    program = """\
m = net(3)
compile_model(m, "mse")
first = m
m = net(5)
compile_model(m, "mae")
scores = [k.evaluate(x, y, verbose=0) for k in (first, m)]
"""
    made = convert(HEAD + program)
    assert any(d.severity is Severity.ERROR for d in made.diagnostics)
