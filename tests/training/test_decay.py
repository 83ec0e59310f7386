"""Keras 2's `decay` of optimizers: the rate over one plus so much for each step."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch

from tests.training.programs import Trial, converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.pipeline import convert

OPT = "keras.optimizers"


def trained(optimizer: str) -> Any:
    """A criterion-free model of one weight, after ten steps with the gradient 1."""
    text = converted(Trial(optimizer=optimizer).text)
    made = re.search(r"^optimizer = [\s\S]*?\)\n(?=\w|\n)(scheduler = [\s\S]*?\n\)\n)?", text, re.M)
    assert made is not None
    weight = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    model = torch.nn.ParameterList([weight])
    names: dict[str, Any] = {"torch": torch, "model": model}
    exec(made.group(), names)
    for _ in range(10):
        weight.grad = torch.ones_like(weight)
        names["optimizer"].step()
        names["scheduler"].step()
    return weight.item()


@pytest.mark.parametrize(
    "old", ["lr=0.1, decay=0.2", "learning_rate=0.1, decay=0.2", "0.1, decay=0.2"]
)
def test_the_rate_falls_with_each_step(old: str) -> None:
    wanted = -sum(0.1 / (1 + 0.2 * step) for step in range(10))
    assert trained(f"{OPT}.SGD({old})") == pytest.approx(wanted, rel=1e-12)


def test_momentum_differs_by_no_more_than_is_said() -> None:
    """Keras gives each gradient the rate of its own step, torch that of the last one."""
    optimizer = f"{OPT}.SGD(lr=0.1, decay=1e-4, momentum=0.9, nesterov=True)"
    weight = velocity = 0.0
    for step in range(10):
        rate = 0.1 / (1 + 1e-4 * step)
        velocity = 0.9 * velocity - rate
        weight += 0.9 * velocity - rate
    assert trained(optimizer) == pytest.approx(weight, rel=1e-4 * 0.9 / 0.1)
    found = convert(Trial(optimizer=optimizer).text).diagnostics
    assert any(d.code == "T2T401" and "momentum" in d.message for d in found)


def test_a_rate_by_default_and_an_expression() -> None:
    text = converted(Trial(optimizer=f"{OPT}.Adam(decay=0.01 / 20)").text)
    assert "lambda step: 1 / (1 + 0.01 / 20 * step)" in text
    assert "lr=" not in text.split("optimizer = ")[1].split("\n")[0]


def test_no_decay_is_none() -> None:
    assert "scheduler" not in converted(Trial(optimizer=f"{OPT}.SGD(lr=0.1, decay=0.0)").text)


@pytest.mark.parametrize("optimizer", [f"{OPT}.Nadam(decay=0.004)"])
def test_what_means_something_else_is_refused(optimizer: str) -> None:
    found = convert(Trial(optimizer=optimizer).text).diagnostics
    assert any(d.code == "T2T101" and "decay" in d.message for d in found)


def test_steps_are_counted_from_zero() -> None:
    assert np.isclose(trained(f"{OPT}.SGD(lr=0.1, decay=1e9)"), -0.1)


SET = """\
import numpy as np
import tf_keras as keras
from tf_keras import backend as K
from tf_keras.optimizers.legacy import {kind}

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
m = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
m.compile(loss="mse", optimizer={kind}(lr=0.05, decay=0.02{more}))
h = m.fit(x, y, batch_size=8, epochs=3, shuffle=False{callbacks})
{then}
h2 = m.fit(x, y, batch_size=8, epochs=2, shuffle=False)
rates = h.history.get("lr", [])
"""
PLATEAU = 'keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=9.0, min_lr=0.01)'
HALVING = "keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr / 2)"


@pytest.mark.parametrize(
    ("kind", "more", "callbacks", "then"),
    [
        ("SGD", ", momentum=0.9", f", callbacks=[{PLATEAU}]", ""),
        (
            "RMSprop",
            "",
            ", callbacks=[keras.callbacks.LearningRateScheduler(lambda e, r: r / 2)]",
            "",
        ),
        ("SGD", "", "", "K.set_value(m.optimizer.lr, 0.01)"),
        ("Adam", "", "", "now = float(K.get_value(m.optimizer.lr))"),
    ],
)
def test_a_rate_that_others_set_or_read(
    kind: str, more: str, callbacks: str, then: str, scripts: Scripts
) -> None:
    """It is the one before the decay, which goes on with the steps."""
    text = SET.format(kind=kind, more=more, callbacks=callbacks, then=then)
    exact = converted(text, Options(exact=True))
    # torch calls the hooks of a class from its first object on: also those of a base class
    other = "torch.optim.Adam([torch.zeros(1, requires_grad=True)])\n"
    assert "\nimport torch\n" in exact
    exact = exact.replace("\nimport torch\n", f"\nimport torch\n{other}", 1)
    differences = scripts.compare(text, exact, keras="2")
    assert max(differences.values()) < 1e-9, differences


@pytest.mark.parametrize("kind", ["RMSprop", "Adam", "SGD", "Adagrad", "Adadelta"])
@pytest.mark.parametrize("decay", ["0.0", "0", "0.02"])
def test_who_says_a_decay_means_the_older_ones(kind: str, decay: str, scripts: Scripts) -> None:
    """Those of Keras 2.10 and before, whichever it is: the new ones have no such argument."""
    trial = Trial(optimizer=f"{OPT}.{kind}(lr=0.05, epsilon=1e-2, decay={decay})")
    text = trial.text.replace("epsilon=1e-2, ", "") if kind == "SGD" else trial.text
    text = text.replace("from tensorflow import keras", "import tf_keras as keras")
    differences = scripts.compare(text, converted(text, Options(exact=True)), keras="2")
    assert max(differences.values()) < 1e-9, differences


@pytest.mark.parametrize(
    "kind", ["RMSprop", "Adam", "Adagrad", "Adadelta", "Adamax", "Nadam", "RMSprop(momentum=0.5)"]
)
def test_the_older_ones_by_name(kind: str, scripts: Scripts) -> None:
    name, _, more = kind.rstrip(")").partition("(")
    optimizer = f"{OPT}.legacy.{name}(learning_rate=0.05, epsilon=1e-2, {more})"
    text = Trial(optimizer=optimizer).text
    text = text.replace("from tensorflow import keras", "import tf_keras as keras")
    differences = scripts.compare(text, converted(text, Options(exact=True)), keras="2")
    assert max(differences.values()) < 1e-9, differences
