"""Arguments of `fit` that call something, or that are variables: each is what it was there."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 3))
y = x.sum(axis=1)
calls = []


def choose(size=8):
    calls.append(size)
    return size


def read():
    calls.append(0)
    return rng.normal(size=(40, 3))


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
"""
VALIDATED = "validation_data=(x[:9], y[:9])"


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "fit",
    [
        f"history = model.fit(x, y, epochs=2, batch_size=choose(), shuffle=False, {VALIDATED})\n"
        "losses = history.history\n",
        "model.fit(x, y, epochs=choose(2), shuffle=False, verbose=2)\n",
        "model.fit(x, y, epochs=choose(2), batch_size=2 * choose(4), shuffle=False, verbose=0)\n",
        "model.fit(x, y, epochs=4, initial_epoch=choose(1), shuffle=False, verbose=2)\n",
        f"history = model.fit(x, y, validation_batch_size=choose(4), shuffle=False, {VALIDATED})\n",
        # nobody looks at the validation, but the data is read
        "model.fit(x, y, shuffle=False, verbose=0, validation_data=(read(), y))\nx2 = read()\n",
        "for size in (choose(), 4):\n"
        f"    model.fit(x, y, epochs=2, batch_size=choose(size), shuffle=False, {VALIDATED})\n",
    ],
)
def test_what_is_called_once_is_called_once(fit: str, scripts: Scripts) -> None:
    program = f"{HEAD}{fit}last = model.predict(read(), verbose=0)\n"
    apart = scripts.compare(program, convert(program).text)
    assert {"calls", "last"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_a_plain_call_stays_where_it_is_read_once() -> None:
    program = f"{HEAD}model.fit(x, y, epochs=2, batch_size=choose(), verbose=0)\n"
    assert "DataLoader(train_data, batch_size=choose(), shuffle=True)" in convert(program).text


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("batch_size=n, shuffle=False", "batch_size=n, shuffle=False"),
        ("validation_split=n / 40, shuffle=False", "validation_split=n / 40, shuffle=False"),
        (
            "sample_weight=x[:, 0] > n / 20, shuffle=False",
            "sample_weight=x[:, 0] > n / 20, shuffle=False",
        ),
    ],
)
def test_loaders_are_made_anew_where_a_variable_has_changed(
    first: str, then: str, scripts: Scripts
) -> None:
    program = (
        f"{HEAD}n = 16\nhistory = model.fit(x, y, {first}, verbose=0)\nlosses = history.history\n"
        f"n = 4\nhistory = model.fit(x, y, {then}, verbose=0)\nmore = history.history\n"
    )
    apart = scripts.compare(program, convert(program).text)
    assert {"losses", "more"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


NAMED = """\
import numpy as np
from tensorflow import keras

x, y = np.random.rand(24, 4), np.random.rand(24, 1)


def build(optimizer="sgd", loss="mse"):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(optimizer=optimizer, loss=loss)
    return model


model = build({given})
history = model.fit(x, y, batch_size=8, epochs=2, verbose=0)
losses = np.array(history.history["loss"])
"""


@pytest.mark.parametrize(
    ("given", "criterion", "optimizer"),
    [
        ("", "nn.MSELoss()", "torch.optim.SGD(model.parameters(), lr=0.01)"),
        ('"Adam", loss="mae"', "nn.L1Loss()", "torch.optim.Adam(model.parameters(), eps=1e-7)"),
    ],
)
def test_nothing_looks_up_what_a_call_names(
    given: str, criterion: str, optimizer: str, scripts: Scripts
) -> None:
    text = NAMED.format(given=given)
    result = convert(text).text
    assert f"\ncriterion = {criterion}\noptimizer = {optimizer}\n" in result
    assert "by_name" not in result
    assert "partial" not in result
    if not given:
        assert max(scripts.compare(text, result).values()) < 1e-9


def test_what_a_variable_names_is_looked_up() -> None:
    text = NAMED.format(given="name").replace("x, y", 'name = input("sgd or adam? ")\nx, y', 1)
    result = convert(text.replace('"sgd"', '"rmsprop"')).text
    assert "optimizer = optimizer_by_name(name, model.parameters())" in result
    assert "def optimizer_by_name(" in result


NAMES = """\
import argparse
import json
import numpy as np
import keras

x, y = np.ones((8, 4)), np.ones((8, 1))
cfg = json.load(open("cfg.json"))
parser = argparse.ArgumentParser()
parser.add_argument("--opt", default="sgd"{choices})
args = parser.parse_args()


def run(loss="mse", optimizer="sgd"):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(optimizer, loss=loss, metrics=["mae"])
    model.fit(x, y, verbose=0)


{runs}
"""


@pytest.mark.parametrize(
    ("runs", "choices", "named"),
    [
        ("run()", "", []),
        ('for name in ["mse", "mape"]:\n    run(name)', "", []),
        ("run(cfg['loss'])", "", ["loss"]),
        ("run('mape', args.opt)", "", ["optimizer"]),
        ("run('mape', args.opt)", ', choices=["sgd", "rmsprop"]', []),
        ("run(optimizer='adam')\nrun(optimizer='sgd')", "", []),
    ],
)
def test_what_no_string_of_the_file_may_name_is_said(
    runs: str, choices: str, named: list[str]
) -> None:
    result = convert(NAMES.format(runs=runs, choices=choices))
    assert not [d for d in result.diagnostics if d.severity is Severity.ERROR]
    said = [d.message.split("`")[1] for d in result.diagnostics if "no string of" in d.message]
    assert said == named


def test_the_name_of_a_metric_is_none_of_a_loss() -> None:
    text = NAMES.format(runs="run(cfg['loss'])", choices="").replace('"mse"', "cfg['other']")
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("the loss is only known at run time" in message for message in found), found
