"""Functions that compile the models which they build with objects that they are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.optimizers import Adam, SGD

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def build(optimizer, units=3):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    model.compile(optimizer=optimizer, loss="mse")
    return model


"""
PICKED = """\
def picked(name, rate):
    return Adam(rate) if name == "adam" else SGD(learning_rate=rate, momentum=0.9)


"""
FIT = 'losses.append(model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"])\n'
CALLS = {
    "made there": f"losses = []\nmodel = build(SGD(0.2))\n{FIT}",
    "by keyword": f"losses = []\nmodel = build(units=4, optimizer=Adam(0.02))\n{FIT}",
    "named before": f"losses = []\nrate = 0.2\ngiven = SGD(rate)\nmodel = build(given, 4)\n{FIT}",
    "from a function": f'{PICKED}losses = []\nmodel = build(picked("sgd", 0.1))\n{FIT}',
    "in a loop": (
        f"losses = []\nfor k in range(2):\n    model = build(SGD(0.1 * (k + 1)))\n    {FIT}"
    ),
}


PICKING = """\
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--optimizer", default="adam")
parser.add_argument("--lr", type=float, default=0.05)


def get_optimizer(name, lr):
    if name == "adam":
        return Adam(lr)
    return SGD(learning_rate=lr, momentum=0.9)


losses = []
args = parser.parse_args([])
"""
LATER = FIT.replace("losses", "    losses")
CALLS |= {
    "made of what changes": (
        f"losses = []\nrate = 0.2\ngiven = SGD(rate)\nrate = 0.5\nmodel = build(given)\n{FIT}"
    ),
    "made of what has the name of a parameter": (
        f"losses = []\nunits = 0.2\nmodel = build(SGD(units), 4)\n{FIT}"
    ),
    "twice": (
        f"losses = []\nmodel = build(SGD(0.2))\n{FIT}"
        f"other = build(optimizer=Adam(0.02), units=4)\n{FIT.replace('model', 'other')}"
        f"third = build('sgd')\n{FIT.replace('model', 'third')}"
    ),
    "of a list": f"losses = []\nfor o in [SGD(0.2), Adam(0.02)]:\n    model = build(o)\n{LATER}",
    "of pairs": (
        "losses = []\nfor name, opt in (('sgd', SGD(0.2)), ('adam', Adam(0.02))):\n"
        f"    print(name)\n    model = build(opt)\n{LATER}"
    ),
    "of a dict": (
        "losses = []\noptimizers = {'sgd': SGD(0.2), 'adam': Adam(0.02)}\n"
        f"for name, optimizer in optimizers.items():\n    model = build(optimizer)\n{LATER}"
    ),
    "with a rate": f"losses = []\nfor lr in (0.2, 0.1):\n    model = build(SGD(lr))\n{LATER}",
    "picked when it runs": (
        f"{PICKING}model = build(get_optimizer(args.optimizer, args.lr))\n{FIT}"
    ),
    "picked in a function": (
        f"{PICKING}\n\ndef main(args):\n    optimizer = get_optimizer(args.optimizer, args.lr)\n"
        f"    lr = args.lr\n    model = build(optimizer)\n{LATER}"
        f"    model = build(SGD(lr))\n{LATER}\n\nmain(args)\n"
    ),
}
METHOD = """\
class Study:
    def __init__(self, units):
        self.units = units

    def make(self, optimizer, loss="mse"):
        layers = [keras.Input((6,)), keras.layers.Dense(self.units), keras.layers.Dense(1)]
        model = keras.Sequential(layers)
        model.compile(optimizer=optimizer, loss=loss)
        return model

    def run(self, lr):
        losses = []
        for optimizer in (SGD(lr), Adam(lr)):
            model = self.make(optimizer)
            losses.append(model.fit(x, y, shuffle=False, verbose=0).history["loss"][-1])
        return losses


losses = Study(4).run(0.05)
"""


@pytest.mark.sample(2)
@pytest.mark.parametrize("how", CALLS)
def test_it_is_made_where_the_function_is_called(how: str, scripts: Scripts) -> None:
    text = HEAD + CALLS[how]
    conversion = convert(text, Options(exact=True))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, conversion.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_method_gives_each_its_own(scripts: Scripts) -> None:
    text = HEAD.partition("def build")[0] + METHOD
    conversion = convert(text, Options(exact=True))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert 'def make(self, loss="mse"):' in conversion.text
    assert "optim = optimizer(model.parameters())" in conversion.text
    apart = scripts.compare(text, conversion.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_the_function_takes_none_any_more() -> None:
    text = convert(HEAD + CALLS["by keyword"]).text
    assert "def build(units=3):\n    return Build(units).to(device)\n" in text
    assert "model = build(units=4)\n" in text
    assert "optimizer = torch.optim.Adam(model.parameters(), lr=0.02, eps=1e-7)\n" in text


@pytest.mark.parametrize(
    "calls",
    [
        f"losses = []\nmodel, other = build(SGD(0.2)), build(np.load('a.npy'))\n{FIT}",
        f"losses = []\nmodel = build(SGD(0.2))\n{FIT}other = build(*x)\n{FIT}",
        f"losses = []\nfor o in (SGD(0.2), Adam()):\n    print(o)\n    model = build(o)\n{LATER}",
        f"losses = []\ngiven = SGD(0.2)\nfor k in range(2):\n    model = build(given)\n    {FIT}",
    ],
)
def test_what_would_mean_something_else_there_is_refused(calls: str) -> None:
    found = convert(HEAD + calls).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


def test_a_function_that_does_more_with_it_keeps_it() -> None:
    text = HEAD.replace("    model.compile(", "    print(optimizer.name)\n    model.compile(")
    found = convert(text + CALLS["made there"]).diagnostics
    assert any("does more with `optimizer`" in d.message for d in found)


TAKING = HEAD.replace("units=3", 'loss="mse", metrics=None, units=3').replace(
    'loss="mse")\n', "loss=loss, metrics=metrics)\n"
)
PARTS = {
    "all": 'build(SGD(0.2), keras.losses.Huber(0.5), ["mae", keras.metrics.MeanSquaredError()])',
    "an optimizer": "build(Adam(0.02))",
    "a loss": 'build("sgd", loss=keras.losses.MeanAbsoluteError())',
}


@pytest.mark.parametrize("parts", PARTS)
def test_losses_and_metrics_are_given_as_well(parts: str, scripts: Scripts) -> None:
    text = f"{TAKING}model = {PARTS[parts]}\nscore = model.evaluate(x, y, verbose=0)\n"
    text += "losses = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history\n"
    conversion = convert(text, Options(exact=True))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, conversion.text)
    assert {"losses", "score"} <= set(apart)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ('metrics = ["mse"]', "loss, mse = train_epoch("),
        ("optimizer = SGD(0.5)", "torch.optim.SGD(model.parameters(), lr=0.5)"),
    ],
)
def test_a_parameter_that_gets_another_value_is_that(before: str, wanted: str) -> None:
    text = TAKING.replace("    model.compile(", f"    {before}\n    model.compile(")
    text = f"{text}model = build(Adam(0.1))\nlosses = model.fit(x, y, verbose=0).history\n"
    assert wanted in convert(text).text


@pytest.mark.parametrize("after", ['measured.append("mse")\n', ""])
def test_a_list_with_a_name_is_not_given(after: str) -> None:
    text = f'{TAKING}measured = ["mae"]\nmodel = build("sgd", "mse", measured)\n{after}'
    found = convert(f"{text}model.fit(x, y)\n").diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


def test_a_function_that_another_file_imports_keeps_its_parameters(tmp_path: Path) -> None:
    text = HEAD + CALLS["made there"]
    (tmp_path / "other.py").write_text("from train import build\n")
    found = convert(text, path=str(tmp_path / "train.py"))
    assert "def build(optimizer, units=3):" in found.text
    assert any(d.severity is Severity.ERROR for d in found.diagnostics)


LOSSES = """\
def build_for(loss="mse", optimizer="sgd"):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile(optimizer=optimizer, loss=loss)
    return model


rates = []
for loss in ("mse", "mae"):
    model = build_for(loss)
    rates += model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
first, second = build_for(), build_for(optimizer="rmsprop", loss="mae")
once = first.fit(x, y, shuffle=False, verbose=0).history["loss"]
again = second.fit(x, y, shuffle=False, verbose=0).history["loss"]
score = second.evaluate(x, y, verbose=0)
"""


def test_losses_that_differ_from_call_to_call(scripts: Scripts) -> None:
    text = HEAD.replace("import Adam, SGD", "import Adam") + LOSSES
    result = convert(text, Options(exact=True)).text
    assert "second_criterion = nn.L1Loss()" in result
    assert 'model_criterion = {"mse": nn.MSELoss(), "mae": nn.L1Loss()}[loss]' in result
    apart = scripts.compare(text, result)
    assert {"rates", "once", "again", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
