"""Learning rates of which only the run tells whether they follow a schedule, or which."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import sys

import numpy as np
import keras
from keras.layers import Dense
from keras.optimizers import SGD, Adam
from keras.optimizers.schedules import CosineDecay, ExponentialDecay

rng = np.random.default_rng(0)
x = rng.normal(size=(48, 4))
y = x @ np.array([[1.0], [-2.0], [3.0], [0.5]])
decays = len(sys.argv) < 99


"""
MODEL = "m = keras.Sequential([keras.Input((4,)), Dense(3), Dense(1)])\n"
COMPILE = 'm.compile(Adam(lr), "mse")\n'
FIT = 'losses = m.fit(x, y, epochs=2, verbose=0).history["loss"]\n'
TRAINED = f"{MODEL}{COMPILE}{FIT}"
FACTOR = "lambda step: 0.9 ** (step / 2) if decays else 1.0"


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
    ("rate", "made"),
    [
        ("lr = ExponentialDecay(0.01, 2, 0.9) if decays else 0.001\n", "0.01 if decays else 0.001"),
        (
            "if decays:\n    # slower and slower\n    lr = ExponentialDecay(\n        0.01,\n"
            "        2,\n        0.9,\n    )\nelse:\n    lr = 0.001  # as it is\n",
            "0.01 if decays else 0.001",
        ),
        ("lr = 0.001 * len(x)\nif decays:\n    lr = ExponentialDecay(lr, 2, 0.9)\n", "lr"),
    ],
)
def test_a_condition_picks_a_schedule_or_a_number(rate: str, made: str, scripts: Scripts) -> None:
    text = _equal(f"{rate}{TRAINED}", scripts)
    assert f"KerasAdam(m.parameters(), lr={made}, eps=1e-7)" in text
    assert FACTOR in text
    assert all(comment in text for comment in ("# slower", "# as it is") if comment in rate)


def test_one_of_several_schedules(scripts: Scripts) -> None:
    rate = """\
kind = sys.argv[-1] if len(sys.argv) > 99 else "cosine"
if kind == "exponential":
    lr = ExponentialDecay(0.01, 2, 0.9)
elif kind == "cosine":
    lr = CosineDecay(0.01, 5)
else:
    lr = 0.001
"""
    assert "lr = " not in _equal(f"{rate}{TRAINED}", scripts).replace("        lr = ", "")


def test_functions_that_compile_get_told(scripts: Scripts) -> None:
    program = f"""\
def build(decays, lr=0.01):
    {MODEL.rstrip()}
    if decays:
        lr = ExponentialDecay(lr, 2, 0.9)
    m.compile(SGD(lr), "mse")
    return m


def train(decays=True):
    {MODEL.rstrip()}
    lr = ExponentialDecay(0.01, 2, 0.9) if decays else 0.001
    m.compile(Adam(lr), "mse")
    return m.fit(x, y, epochs=2, verbose=0).history["loss"]


m = build(True)
losses = m.fit(x, y, epochs=2, verbose=0).history["loss"]
n = build(False, 0.001)
others = n.fit(x, y, epochs=2, verbose=0).history["loss"]
more = [train(), train(False)]
"""
    text = _equal(program, scripts)
    assert "m_optimizer, lambda step: 0.9 ** (step / 2)\n" in text
    assert "n_optimizer = torch.optim.SGD(n.parameters(), lr=0.001)" in text


def test_each_round_of_a_loop_has_its_own(scripts: Scripts) -> None:
    _equal(
        "each = []\nfor lr in (0.01, 0.001):\n    if decays:\n        lr = ExponentialDecay(lr, 2, "
        f'0.9)\n    {MODEL}    {COMPILE}    each.append(m.fit(x, y, verbose=0).history["loss"])\n',
        scripts,
    )


PICKED = "lr = ExponentialDecay(0.01, 2, 0.9) if decays else 0.001\n"


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        # torch's schedule would take the rate back that the callback lowers
        (
            f"{PICKED}{MODEL}{COMPILE}lower = keras.callbacks.ReduceLROnPlateau('loss')\n"
            "callbacks = [] if decays else [lower]\nm.fit(x, y, callbacks=callbacks)\n",
            "which a callback may change",
        ),
        (f"{PICKED}{MODEL}{COMPILE}decays = False\n{FIT}", "`decays` changes later"),
        (f"{PICKED}decays = False\n{TRAINED}", "has changed since"),
        # each step would draw again
        (f"lr = ExponentialDecay(0.01, 2, 0.9) if rng.random() < 2 else 0.1\n{TRAINED}", ""),
        # what the function gives is no rate for torch
        (
            "lr = 0.01\n\n\ndef rate():\n    return lr\n\n\nif decays:\n"
            f"    lr = ExponentialDecay(lr, 2, 0.9)\n{TRAINED}",
            "",
        ),
        (f"{PICKED}print(lr)\n{TRAINED}", ""),
    ],
)
def test_what_may_be_another_rate_is_left(program: str, reason: str) -> None:
    made = convert(HEAD + program)
    messages = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in messages), messages
