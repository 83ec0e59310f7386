"""Loops over models that are trained apart: what goes with each is looked up, or is the same."""

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
c = (y[:, 0] > 0).astype("int64")
"""
APART = """\
small = keras.Sequential([keras.Input((4,)), Dense(3, activation="tanh"), Dense(1)])
small.compile("sgd", "mse", metrics=["mae"])
large = keras.Sequential([keras.Input((4,)), Dense(6, activation="relu"), Dense(1)])
large.compile("adam", {loss})
"""
ALIKE = APART.format(loss='"mse", metrics=["mae"]')
DIFFERENT = APART.format(loss='"mae", metrics=["mse"]')
FITTED = """\
small.fit(x, y, epochs=2, verbose=0)
large.fit(x, y, epochs=2, verbose=0)
"""
ASKED = "m.evaluate(x, y, verbose=0)"


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
    "asked",
    [
        f'scores = {{}}\nfor name, m in {{"small": small, "large": large}}.items():\n'
        f"    scores[name] = {ASKED}[1]\n    print(name, scores[name])\n",
        f'for name, m in zip(["small", "large"], [small, large]):\n    loss, error = {ASKED}\n',
        f"models = [small, large]\nscores = [{ASKED} for m in models]\n",
        f'scores = {{n: {ASKED} for n, m in [("small", small), ("large", large)]}}\n',
        f"def report():\n    return [{ASKED} for m in (small, large)]\n\n\nscores = report()\n",
    ],
)
@pytest.mark.parametrize("trained", [ALIKE + FITTED, DIFFERENT + FITTED])
def test_models_are_asked_in_a_loop(trained: str, asked: str, scripts: Scripts) -> None:
    text = _equal(trained + asked, scripts)
    looked_up = "criterion_of = {small: small_criterion, large: large_criterion}"
    assert (looked_up in text) == (trained.startswith(DIFFERENT)), text
    assert ("evaluator_of[m](" in text) == (trained.startswith(DIFFERENT)), text


def test_each_is_trained_in_a_loop(scripts: Scripts) -> None:
    """Its optimizer goes on from one round, and one loop, to the next."""
    program = DIFFERENT.replace('"mae", metrics=["mse"]', '"mae", metrics=["mae"]') + (
        "for _ in range(2):\n    for m in (small, large):\n        m.fit(x, y, verbose=0)\n"
        "for m in (small, large):\n    m.fit(x, y, epochs=2, verbose=0)\n"
    )
    text = _equal(program, scripts)
    assert text.count("optimizer_of = {small: small_optimizer, large: large_optimizer}") == 1
    program = "def main():\n" + "".join(f"    {line}\n" for line in program.split("\n"))
    _equal(f"{program}    return small.evaluate(x, y)\n\n\nfound = main()\n", scripts)


def test_what_their_outputs_end_with_is_looked_up(scripts: Scripts) -> None:
    program = """\
two = keras.Sequential([keras.Input((4,)), Dense(2, activation="softmax")])
two.compile("sgd", "sparse_categorical_crossentropy")
one = keras.Sequential([keras.Input((4,)), Dense(1, activation="sigmoid")])
one.compile("sgd", "binary_crossentropy")
line = keras.Sequential([keras.Input((4,)), Dense(1)])
line.compile("sgd", "mse")
two.fit(x, c, verbose=0)
one.fit(x, c, verbose=0)
line.fit(x, y, verbose=0)
outputs = [m.predict(x, verbose=0) for m in (two, one, line)]
first, second, third = outputs
"""
    assert "predictor_of[m](m, x)" in _equal(program, scripts)


#: One variable holds a model, and another one then.
IN_TURN = """\
m = keras.Sequential([keras.Input((4,)), Dense(3), Dense(1)])
m.compile("sgd", "mse")
m.fit(x, y, verbose=0)
{first}
m = keras.Sequential([keras.Input((4,)), Dense(5), Dense(1)])
m.compile("sgd", "mae")
m.fit(x, y, verbose=0)
"""


@pytest.mark.parametrize(
    ("kept", "asked"),
    [("first = m", "first"), ("held = [m]", "held[0]"), ('held = {"a": m}', 'held["a"]')],
)
def test_the_loss_of_a_model_whose_name_another_one_got(
    kept: str, asked: str, scripts: Scripts
) -> None:
    program = f"{IN_TURN.format(first=kept)}loss = {asked}.evaluate(x, y, verbose=0)\n"
    text = _equal(program, scripts)
    assert f"loss = evaluate({asked}, DataLoader(test_data, batch_size=32), nn.MSELoss())" in text


#: Models that one loop compiles, and their own names train.
COMPILED_IN_TURN = """\
small = keras.Sequential([keras.Input((4,)), Dense(3, activation="tanh"), Dense(1)])
large = keras.Sequential([keras.Input((4,)), Dense(6, activation="relu"), Dense(1)])
{loop}
losses = small.fit(x, y, epochs=2, verbose=0).history
large.fit(x, y, epochs=2, verbose=0)
scores = [m.evaluate(x, y, verbose=0) for m in (small, large)]
print(losses)
"""


@pytest.mark.parametrize(
    "loop",
    [
        'for m in (small, large):\n    m.compile("sgd", "mse", metrics=["mae"])',
        "for m, rate in [(small, 0.01), (large, 0.02)]:\n    # its own rate\n"
        '    m.compile(keras.optimizers.SGD(rate), "mse",\n        metrics=["mae"])',
    ],
)
def test_models_are_compiled_in_a_loop_and_trained_by_their_names(
    loop: str, scripts: Scripts
) -> None:
    text = _equal(COMPILED_IN_TURN.format(loop=loop), scripts)
    assert ("# its own rate" in text) == ("# its own rate" in loop)


def test_dicts_of_models_are_gone_through_by_their_keys(scripts: Scripts) -> None:
    program = """\
models = {}
models["a"] = keras.Sequential([keras.Input((4,)), Dense(3, activation="tanh"), Dense(1)])
models["b"] = keras.Sequential([keras.Input((4,)), Dense(5), Dense(1)])
for key in models.keys():
    models[key].compile("sgd", "mse")
    models[key].fit(x, y, verbose=0)
on = {"a": (models["a"], x), "b": (models["b"], x + 1)}
scores = {}
for key, (m, data) in on.items():
    scores[key] = m.evaluate(data, y, verbose=0)


def error(m):
    return float(np.mean((m.predict(x, verbose=0) - y) ** 2))


errors = [error(m) for m in (models["a"], models["b"])]
"""
    _equal(program, scripts)


MADE_IN_TURN = """\
models = []
for loss in ("mse", "mae"):
    m = keras.Sequential([keras.Input((4,)), Dense(3), Dense(1)])
    m.compile("sgd", loss)
    m.fit(x, y, verbose=0)
    models.append(m)
"""
SCORE = "def score(m):\n    return m.evaluate(x, y, verbose=0)\n\n\n"


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        # the criterion of the last one has the name
        (f"{MADE_IN_TURN}scores = [{ASKED} for m in models]\n", "ask each model in the loop"),
        (f"{MADE_IN_TURN}for m in models:\n    print({ASKED})\n", "ask each model in the loop"),
        (
            f"{IN_TURN.format(first='first = m')}scores = [{ASKED.replace('m.', 'k.')}"
            " for k in (first, m)]\n",
            "trained differently",
        ),
        (
            f"{DIFFERENT}{SCORE}scores = list(map(score, [small, large]))\n",
            "as their `loss` and `metrics` differ",
        ),
        # what an epoch gives has other names
        (
            f"{DIFFERENT}for m in (small, large):\n    h = m.fit(x, y)\n    print(h.history)\n",
            "as their `loss` and `metrics` differ: write it once for each",
        ),
        # the loss of one is another one later
        (
            f'{ALIKE}for m in (small, large):\n    print({ASKED})\nlarge.compile("sgd", "mae", '
            f'metrics=["mae"])\nscores = [{ASKED} for m in (small, large)]\n',
            "trained differently",
        ),
        # which of two variables holds which is not known
        (
            f"{DIFFERENT}small, large = large, small\nfor m in (small, large):\n"
            f"    print({ASKED})\n",
            "",
        ),
    ],
)
def test_what_is_not_surely_that_of_each_is_left(program: str, reason: str) -> None:
    made = convert(HEAD + program)
    messages = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in messages), messages


@pytest.mark.parametrize(
    "called",
    [
        "outputs = [m(x).numpy() for m in (small, large)]\nsmaller, larger = outputs\n",
        'outputs = {n: m(x).numpy() for n, m in {"a": small, "b": large}.items()}\n'
        'smaller, larger = outputs["a"], outputs["b"]\n',
        "mean = 0\nfor m in (small, large):\n    mean = mean + m(x, training=False).numpy() / 2\n",
        "model = small\nsmaller = model(x).numpy()\nmodel = large\nlarger = model(x).numpy()\n",
    ],
)
def test_models_are_called_on_arrays_in_a_loop(called: str, scripts: Scripts) -> None:
    text = _equal(f"{DIFFERENT}{FITTED}{called}", scripts)
    assert "m(x)" not in text
    assert "model(x)" not in text.replace("outputs = model(", "")


def test_what_has_the_name_of_a_model_besides_is_no_model() -> None:
    called = "m = np.sum\ntotal = m(x)\nfor m in (small, large):\n    print(m(x).numpy())\n"
    made = convert(f"{HEAD}{DIFFERENT}{FITTED}{called}")
    messages = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any("`m(...)` is left as it is" in message for message in messages), messages
    assert "total = m(x)" in made.text
