"""Models that a constructor begins, and another method fills."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 1))


class Net:
    def __init__(self, rate=0.1):
        self.model = Sequential()
        self.rate = rate

    def build(self, units):
        \"\"\"Two layers.\"\"\"
        self.model.add(Dense(units, activation="relu", input_shape=(5,)))
        self.model.add(Dense(1))
        self.model.compile("sgd", "mse")

    def train(self):
        fit = self.model.fit(x, y, epochs=2, shuffle=False, verbose=0)
        return fit.history["loss"]
"""
#: What fills each object once.
ONCE = {
    "one object": "net = Net()\nnet.build(4)\nlosses = net.train()\n",
    "in a function": "def run(units):\n    net = Net()\n    net.build(units)\n"
    "    return net.train()\n\n\nlosses = run(4)\n",
    "new ones in a loop": "losses = []\nfor units in (4, 4):\n    net = Net()\n"
    "    net.build(units)\n    losses += net.train()\n",
    "either way": "net = Net()\nif len(x) > 3:\n    net.build(4)\nelse:\n    net.build(6)\n"
    "losses = net.train()\n",
}
#: What may fill one twice, or look at it before.
OTHERWISE = {
    "twice": "net = Net()\nnet.build(4)\nnet.build(4)\n",
    "in a loop": "net = Net()\nfor units in (4, 6):\n    net.build(units)\n",
    "by another function": "def fill(net):\n    net.build(4)\n\n\nfill(Net())\n",
    "by an heir": "class Wide(Net):\n    pass\n\n\nnet = Wide()\nnet.build(4)\n",
    "by its name": "net = Net()\ngetattr(net, 'build')(4)\n",
    "a name for the empty one": "net = Net()\nmodel = net.model\nnet.build(4)\n",
    "a list has it": "net = Net()\nmodels = [net.model]\nnet.build(4)\n",
    "asked before": "net = Net()\nif net.model:\n    net.build(4)\n",
    "given away before": "net = Net()\nprint(vars(net))\nnet.build(4)\n",
    "its own argument": "net = Net()\nnet.build(len(net.model.name))\n",
}


@pytest.mark.parametrize("uses", ONCE.values(), ids=ONCE)
def test_the_method_that_fills_it_makes_it(scripts: Scripts, uses: str) -> None:
    text = f"{PROGRAM}\n\n{uses}"
    result = converted(text, Options(exact=True))
    assert "        self.model = None\n" in result
    assert scripts.compare(text, result)["losses"] < 1e-9


@pytest.mark.parametrize("uses", OTHERWISE.values(), ids=OTHERWISE)
def test_what_may_be_filled_twice_is_refused(uses: str) -> None:
    said = convert(f"{PROGRAM}\n\n{uses}").diagnostics
    errors = [one.message for one in said if one.severity is Severity.ERROR]
    assert any("`self.model.add` gets layers" in one for one in errors)


def test_what_nobody_calls_is_said() -> None:
    said = convert(PROGRAM).diagnostics
    assert any("`build` is taken to be called once for each object" in one.message for one in said)
    assert not any(one.severity is Severity.ERROR for one in said)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        self.rate = rate\n", "        self.rate = len(self.model.layers)\n"),
        (
            "def train(self):\n",
            "def train(self):\n        if not self.model:\n            return\n",
        ),
        (
            "    def train",
            "    def widen(self):\n        self.model.add(Dense(2))\n\n    def train",
        ),
    ],
)
def test_who_looks_at_the_empty_model_is_refused(old: str, new: str) -> None:
    said = convert(PROGRAM.replace(old, new, 1)).diagnostics
    errors = [one.message for one in said if one.severity is Severity.ERROR]
    assert any("`self.model.add` gets layers" in one for one in errors)


def test_heirs_in_another_file_are_seen(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    heir = "from net import Net\n\n\nclass Wide(Net):\n    pass\n"
    (tmp_path / "wide.py").write_text(heir)
    (tmp_path / "net.py").write_text(PROGRAM)
    said = convert(PROGRAM, path=str(tmp_path / "net.py")).diagnostics
    assert any(one.severity is Severity.ERROR for one in said)
