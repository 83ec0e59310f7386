"""Arguments that change something when they are evaluated: as often, and when, Keras does it."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x, y = np.arange(80.0).reshape(20, 4) / 80, np.ones((20, 1))
seen = {"calls": 0}
rates = [0.1, 0.2]


def count():
    seen["calls"] += 1
    return 2


def rate():
    return rates.pop(0)


def listed():
    found = []
    found.append(2)
    return found[0]


"""
MODEL = """
model = keras.Sequential([keras.Input((4,)), layers.Dense(2{of_layer}), layers.Dense(1)])
"""
REST = """
model.compile({compiled})
model.fit(x, y{fit})
"""


def script(
    of_layer: str = "", between: str = "", compiled: str = '"sgd", "mse"', fit: str = ""
) -> str:
    return (
        HEAD + MODEL.format(of_layer=of_layer) + between + REST.format(compiled=compiled, fit=fit)
    )


def errors(text: str) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "parts",
    [
        {"of_layer": ', name=f"dense{rate()}"'},
        {"of_layer": ", kernel_initializer=keras.initializers.GlorotUniform(seed=count())"},
        {"between": "opt = keras.optimizers.SGD(rate())\nrate()\n", "compiled": 'opt, "mse"'},
        {"compiled": '"sgd", "mse", run_eagerly=bool(count())'},
        {"compiled": "keras.optimizers.SGD(rate()), keras.losses.Huber(rate())"},
        {"compiled": '"sgd", "mse", metrics=[keras.metrics.BinaryAccuracy(threshold=rate())]'},
        {"fit": ", epochs=count(), batch_size=count(), sample_weight=np.ones(20) * count()"},
        {"fit": ", epochs=3, verbose=count()"},
        {"fit": ', epochs=seen["calls"] + 1, batch_size=count()'},
        {"fit": ', epochs=count(), batch_size=seen["calls"] + 3'},
        {"fit": ', epochs=seen["calls"] + 1, validation_data=(x[count() :], y[2:])'},
    ],
)
def test_what_would_run_at_another_time_is_refused(parts: dict[str, str]) -> None:
    text = script(**parts)
    assert errors(text)
    plain = text.replace("rates.pop(0)", "rates[0]").replace('seen["calls"] += 1', "pass")
    assert not errors(plain)


def test_what_runs_once_runs_once(scripts: Scripts) -> None:
    text = script(compiled='keras.optimizers.SGD(rate()), "mse"', fit=", epochs=count(), verbose=0")
    text = text.replace("layers.Dense(2)", "layers.Dense(listed())") + 'calls = seen["calls"]\n'
    got = convert(text).text
    assert not errors(text)
    assert all(apart < 1e-9 for apart in scripts.compare(text, got).values())


@pytest.mark.parametrize(
    "fit",
    [
        'batch_size=count(), epochs=seen["calls"] + 1',
        'batch_size=seen["calls"] + 3, epochs=count()',
    ],
)
def test_what_reads_it_is_refused(fit: str) -> None:
    found = errors(script(fit=f", {fit}, verbose=0, shuffle=False"))
    assert any("changes `seen['calls']`, which" in one for one in found)


def test_a_builder_calls_it_where_it_stood(scripts: Scripts) -> None:
    body = """
def build():
    inputs = keras.Input((4,))
    hidden = layers.Dense(count(), name=f"dense{rate()}")(inputs)
    return keras.Model(inputs, layers.Dense(count() - 1)(hidden))


model = build()
calls = seen["calls"] + len(rates)
"""
    text = HEAD + body + REST.format(compiled='"sgd", "mse"', fit=", verbose=0")
    got = convert(text).text
    assert not errors(text)
    assert all(apart < 1e-9 for apart in scripts.compare(text, got).values())


ASKED = "model.evaluate(x[:9], y[:9], verbose=0)"  # of other data than those that are there


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        (f"small = rates[0] > 1 or {ASKED} < 1", True),
        (f"small = {ASKED} < 1 or rates[0] > 1", False),
        (f"small = 0 < rates[0] < {ASKED}", True),
        (f"small = 0 < {ASKED} < 100", False),
        (f"loss = {ASKED} if rates else 0.0", True),
        (f"assert rates, {ASKED}", True),
        (f"assert {ASKED} < 100", False),
        (f"worst = max({ASKED}, 1.0)", False),
        (f"rates.append({ASKED})", False),
        (f"both = count(), {ASKED}", True),
        (f"both = {ASKED}, count()", False),
    ],
)
def test_a_question_in_a_part_of_a_statement(statement: str, refused: bool) -> None:
    text = f"{script()}\n\ndef asked():\n    {statement}\n    return locals()\n\n\nasked()\n"
    assert bool(errors(text)) == refused
    assert bool(errors(f"{script()}{statement}\n")) == refused


ONCE = [
    "keras.optimizers.SGD(rate())",
    "keras.optimizers.SGD(rate(), momentum=rate())",
    "keras.optimizers.SGD(0.1, weight_decay=rate())",
]
AGAIN = [
    "keras.optimizers.SGD(momentum=rate(), learning_rate=rate())",
    "keras.optimizers.SGD(0.1, clipvalue=rate())",
    "keras.optimizers.SGD(0.1, global_clipnorm=rate())",
    "keras.optimizers.SGD(0.1, gradient_accumulation_steps=count())",
    "keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2, rate()))",
    "keras.optimizers.SGD(keras.optimizers.schedules.PiecewiseConstantDecay([3], [rate(), 0.1]))",
]


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("optimizer", [*ONCE, *AGAIN])
def test_an_optimizer_evaluates_its_arguments_once_and_in_their_order(
    optimizer: str, named: bool, scripts: Scripts
) -> None:
    between = f"made = {optimizer}" if named else ""
    text = script(between=between, compiled=f'{"made" if named else optimizer}, "mse"')
    text += "left = len(rates)\n"
    made = convert(text)
    errors = [one.message for one in made.diagnostics if one.severity is Severity.ERROR]
    if optimizer in AGAIN:
        assert any("changes something when it is evaluated" in one for one in errors)
        return
    assert not errors
    apart = scripts.compare(text, made.text)
    assert "left" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "callback",
    [
        'ReduceLROnPlateau("loss", min_delta=9.0, patience=1, min_lr=rate(), factor=rate())',
        'EarlyStopping("loss", patience=count(), min_delta=rate())',
    ],
)
def test_a_callback_evaluates_its_arguments_in_their_order(callback: str, scripts: Scripts) -> None:
    text = script(fit=f", epochs=4, callbacks=[keras.callbacks.{callback}]")
    text = text.replace("rates = [0.1, 0.2]", "rates = [0.001, 0.2]")
    apart = scripts.compare(text, convert(text).text)
    assert max(apart.values()) < 1e-9, apart
