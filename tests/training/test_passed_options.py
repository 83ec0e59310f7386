"""Functions and methods whose keywords go on to the training, and become their parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.emit.fold import fold
from transpiler.pipeline import convert
from transpiler.source.passed_options import spelled_out

DATA = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(50, 4), np.arange(50) % 2.0
"""
NET = """

class Net:
    def __init__(self, units):
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, "tanh")])
        self.model.add(keras.layers.Dense(1))
        self.model.compile("sgd", "mse")

    {fit}

    def evaluate(self, *data, **kwargs):
        return self.model.evaluate(*data, **kwargs)

    def run(self, x, y, **options):
        return self.fit(x, y, **options).history["loss"]


"""
FIT = "def fit(self, x, y, **kwargs):\n        return self.model.fit(x, y, **kwargs)"
LATER = (
    "def fit(self, x, y, epochs=2, **kw):\n"
    "        return self.model.fit(x, y, epochs=epochs, **kw)"
)
SPLIT = (
    "def fit(\n        self,\n        x,\n        y,\n        **kwargs: object,\n    ):\n"
    "        return self.model.fit(\n            x,\n            y,\n            **kwargs)"
)
CALLS = (
    'first = Net(3).fit(x, y, epochs=3, batch_size=16, verbose=0, shuffle=False).history["loss"]\n'
)
TRIALS = {
    "method": (FIT, CALLS, "epochs=1, batch_size=32, verbose=1, shuffle=True"),
    "beside-others": (LATER, CALLS, "def fit(self, x, y, epochs=2, batch_size=32, verbose=1,"),
    "several-lines": (SPLIT, CALLS, "        y,\n        epochs=1, batch_size=32, verbose=1,"),
    "through-another": (
        FIT,
        "FIT = {'epochs': 2, 'shuffle': False}\nfirst = Net(4).run(x, y, verbose=0, **FIT)",
        "def run(self, x, y, **options):\n        return self.fit(x, y, **options)",
    ),
    "some-calls": (
        FIT,
        "net = Net(3)\nlosses = net.fit(x, y, epochs=2, shuffle=False, verbose=0).history['loss']\n"
        "first = net.fit(x, y, validation_split=0.2, shuffle=False, verbose=0).history['val_loss']",
        "validation_split=0.0",
    ),
    "arrays": (
        FIT,
        "net = Net(3)\nnet.fit(x, y, verbose=0, shuffle=False, sample_weight=y + 1)\n"
        "first = net.evaluate(x, y, verbose=0)",
        "def evaluate(self, x, y, verbose=1):",
    ),
    "no-default": (
        FIT,
        "first = Net(3).fit(x, y, shuffle=False, sample_weight=y + 1).history['loss']",
        "def fit(self, x, y, shuffle=True, *, sample_weight):",
    ),
    "nothing": (
        FIT,
        "net = Net(3)\nfirst = net.model.predict(x)\nnet.fit(x, y)",
        "fit(self, x, y):",
    ),
}


@pytest.mark.parametrize("name", TRIALS)
def test_trains_equally(name: str, scripts: Scripts) -> None:
    fit, calls, written = TRIALS[name]
    text = f"{DATA}{NET.format(fit=fit)}{calls}\n"
    result = converted(text)
    assert written in result
    assert "**kw" not in result
    apart = scripts.compare(text, result)
    assert "first" in apart
    assert max(apart.values()) < 1e-9, apart


REFUSED = {
    "unknown-dict": (
        "import json\nNet(3).fit(x, y, **json.loads(input()))",
        "what calls pass through `**kwargs` is not known",
    ),
    "no-option": ("Net(3).fit(x, y, speed=3)", "what calls pass through `**kwargs` is not known"),
    "callback-of-several": (
        "net = Net(3)\nnet.fit(x, y)\nnet.fit(x, y, callbacks=[print])",
        "a callback is only known at run time",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_they_were(name: str) -> None:
    calls, reason = REFUSED[name]
    found = convert(f"{DATA}{NET.format(fit=FIT)}{calls}\n")
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in errors), errors
    assert "def fit(self, x, y, **kwargs):" in found.text
    assert "return self.model.fit(x, y, **kwargs)" in found.text


def test_one_is_refused_and_another_one_is_not() -> None:
    """Lines are those of the file, also in the comments."""
    others = NET.format(fit=FIT).replace("Net", "Other")
    text = f"{DATA}{NET.format(fit=FIT)}{others}{CALLS}Other(2).fit(x, y, callbacks=[print])\n"
    found = convert(text)
    line = text[: text.index("self.model.fit", text.index("class Other"))].count("\n") + 1
    assert f"`compile` is left as it is: so is `fit` in line {line}," in found.text
    assert found.text.count("return self.model.fit(x, y, **kwargs)") == 1
    assert "epochs=1, batch_size=32, verbose=1, shuffle=True" in found.text


def test_lines_that_are_folded_are_counted() -> None:
    text = (
        "class Net:\n    def fit(self, inputs, targets, names, **kwargs):\n"
        "        self.model.fit(inputs, targets, **kwargs)\n\n\n"
        "Net().fit(1, 2, 3, epochs=4, batch_size=8, verbose=0, shuffle=False, initial_epoch=1)\n"
    )
    found = spelled_out(text, lambda _: [], fold)
    assert found is not None
    lines = found.text.split("\n")
    (place,) = (n for n, line in enumerate(lines, 1) if "self.model.fit(" in line)
    assert place > 3
    assert found.line(place) == 3


def test_calls_in_other_files_count(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(f"{DATA}{NET.format(fit=FIT)}".rstrip() + "\n")
    main = "from net import Net, x, y\n\nnet = Net(3)\nnet.fit(x, y, epochs=3, verbose=0)\n"
    (tmp_path / "main.py").write_text(main)
    path = tmp_path / "net.py"
    assert (
        "def fit(self, x, y, epochs=1, verbose=1):"
        in convert(path.read_text(), path=str(path)).text
    )


@pytest.mark.parametrize(
    "options",
    ['options = {**options, "verbose": 0}', "options = dict(**options, verbose=0)"],
)
def test_options_that_a_dict_adds_to_itself(options: str, scripts: Scripts) -> None:
    fit = "def fit(self, x, y, **kwargs):\n        return self.model.fit(x, y, **kwargs).history"
    calls = (
        f'\n\noptions = {{"epochs": 2}}\n{options}\nfirst = Net(3).fit(x, y, **options)["loss"]\n'
    )
    program = f"{DATA}{NET.format(fit=fit)}{calls}"
    apart = scripts.compare(program, converted(program))
    assert "first" in apart
    assert max(apart.values()) < 1e-9, apart
