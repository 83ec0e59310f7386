"""Bars that programs move by themselves."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

LOOP = """\
import numpy as np
from tensorflow import keras

x, y = np.random.rand(24, 4), np.random.rand(24, 1)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
bar = {made}
for i in range(3):
    loss = model.train_on_batch(x[8 * i : 8 * i + 8], y[8 * i : 8 * i + 8])
    bar.{moved}
"""


@pytest.mark.parametrize(
    ("made", "moved", "expected"),
    [
        ("keras.utils.Progbar(3)", "add(1)", "bar = ProgressBar(3)"),
        (
            "keras.utils.Progbar(24, unit_name='row', stateful_metrics=['loss'], verbose=0)",
            "add(8, values=[('loss', loss)])",
            "bar = ProgressBar(24, latest=['loss'], unit='row', disable=True)",
        ),
    ],
)
def test_a_bar_of_tqdm(made: str, moved: str, expected: str) -> None:
    conversion = convert(LOOP.format(made=made, moved=moved))
    assert [d for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    assert expected in conversion.text.replace('"', "'")
    assert ("latest" in conversion.text) is ("latest" in expected)


@pytest.mark.parametrize("latest", [(), ("b",)])
def test_it_shows_the_means_that_keras_shows(latest: tuple[str, ...]) -> None:
    made: Any = importlib.import_module("transpiler.registry").load_rules().emitted["ProgressBar"]
    held: dict[str, Any] = {"tqdm": importlib.import_module("tqdm").tqdm}
    exec(made.source.replace("self.bar = tqdm(total=target)\n", "pass\n"), held)
    keras: Any = importlib.import_module("keras")
    mine = held["ProgressBar"](10, latest=latest, disable=True)
    other = keras.utils.Progbar(10, stateful_metrics=list(latest), verbose=0)
    for bar in (mine, other):
        bar.update(3, [("a", 1.0), ("b", 2.0)])
        bar.add(2, [("a", 5.0), ("b", 4.0)])
        bar.update(5, [("a", 3.0)])
        bar.update(10)
    shown = {name: total / count for name, (total, count) in mine.sums.items()}
    assert shown == {name: total / count for name, (total, count) in other._values.items()}


def test_a_bar_that_may_be_hidden_is_said() -> None:
    text = LOOP.format(made="keras.utils.Progbar(3, verbose=int(input()))", moved="update(i + 1)")
    errors = [d.line for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert 7 in errors
