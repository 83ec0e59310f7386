"""Functions and methods that read what is in `**kwargs`: parameters, or a dict as any other."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.emit.fold import fold
from transpiler.pipeline import convert
from transpiler.source.named_keywords import named_keywords

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.arange(30.0).reshape(10, 3) / 30
y = x[:, :1] * 2

"""
METHOD = """\

    def fit(self):
        return self.net.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"]


losses = Net(units=5, lr=0.02).fit()
"""
NET = "self.net = keras.Sequential([keras.Input((3,)), layers.Dense({units}), layers.Dense(1)])"
FIT = """\
model = build(units=5, lr=0.02)
losses = model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"]
"""
BUILT = NET.replace("self.net", "net")
TRIALS = {
    "class": (
        f"""\
class Net:
    def __init__(self, **params):
        {NET.format(units='params.get("units", 4)')}
        self.net.compile(keras.optimizers.SGD(params.get("lr", 0.1)), "mse")
{METHOD}""",
        "def __init__(self, units=4, lr=0.1):",
    ),
    "held": (
        f"""\
class Net:
    def __init__(self, **params):
        if "lr" in params:
            lr = params["lr"]
        else:
            lr = 0.1
        units = params.pop("units", None)
        {NET.format(units="units or 4")}
        self.net.compile(keras.optimizers.SGD(lr), "mse")
{METHOD}""",
        "def __init__(self, lr=0.1, units=None):",
    ),
    "builder": (
        f"""\
RATE = 0.1


def build(**kw):
    units = kw.pop("units", 4) * 2
    lr = kw["lr"] if "lr" in kw else RATE  # not too fast

    {BUILT.format(units="units")}
    net.compile(keras.optimizers.SGD(lr), kw.get("loss", "mse"))
    return net


{FIT}""",
        'def build(units=4, lr=RATE, loss="mse"):',
    ),
    "required": (
        f"""\
def build(**kw):
    {BUILT.format(units='kw["units"]')}
    net.compile(keras.optimizers.SGD(kw["lr"]), "mse")
    return net


{FIT}""",
        "def build(units, lr):",
    ),
    "rest": (
        """\
def train(model, **kw):
    lr: float = kw.pop("lr", 0.1)
    model.compile(keras.optimizers.SGD(lr), "mse")
    return model.fit(x, y, shuffle=False, **kw)


model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(1)])
losses = train(model, lr=0.02, epochs=3, verbose=0).history["loss"]
""",
        "def train(model, lr: float = 0.1, epochs=1, verbose=1):",
    ),
    "list": (
        """\
def build(**kw):
    net = keras.Sequential([keras.Input((3,))])
    hidden = kw.get("hidden", [4, 3])
    for units in hidden:
        net.add(layers.Dense(units, kw.get("act", "tanh")))
    net.add(layers.Dense(1))
    net.compile("sgd", "mse")
    return net


model = build(hidden=[5], act="relu")
losses = model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"]
""",
        'def build(hidden=(4, 3), act="tanh"):',
    ),
    "merged": (
        f"""\
DEFAULTS = {{"units": 4, "lr": 0.1}}


class Net:
    def __init__(self, **params):
        options = {{**DEFAULTS, **params}}
        {NET.format(units='options["units"]')}
        self.net.compile(keras.optimizers.SGD(options["lr"]), "mse")
{METHOD}""",
        "def __init__(self, **params):",
    ),
    "merged-in-builder": (
        f"""\
def build(**kw):
    options = dict(units=4, lr=0.1) | kw
    {BUILT.format(units='options["units"]')}
    net.compile(keras.optimizers.SGD(options["lr"]), "mse")
    return net


{FIT}""",
        "model, optimizer = build(units=5, lr=0.02)",
    ),
    "updated": (
        f"""\
class Net:
    def __init__(self, **params):
        options = {{"units": 4, "lr": 0.1}}
        options.update(params)
        {NET.format(units='options["units"]')}
        self.net.compile(keras.optimizers.SGD(options["lr"]), "mse")
{METHOD}""",
        "        options.update(params)\n        self.net = NetModel(params)",
    ),
    "attributes": (
        f"""\
class Net:
    def __init__(self, **params):
        self.units, self.lr = 4, 0.1
        for key, value in params.items():
            setattr(self, key, value)
        {NET.format(units="self.units")}
        self.net.compile(keras.optimizers.SGD(self.lr), "mse")
{METHOD}""",
        "self.net = NetModel(self.units)",
    ),
    "kept": (
        f"""\
class Net:
    def __init__(self, **params):
        self.params = params
        {NET.format(units='self.params.get("units", 4)')}
        self.net.compile(keras.optimizers.SGD(self.params.get("lr", 0.1)), "mse")
{METHOD}""",
        "self.params = params",
    ),
    "shown": (
        f"""\
class Net:
    def __init__(self, **params):
        print(sorted(params))
        {NET.format(units='params.get("units", 4)')}
        self.net.compile(keras.optimizers.SGD(params.get("lr", 0.1)), "mse")
{METHOD}""",
        "self.net = NetModel(params)",
    ),
}


@pytest.mark.parametrize("name", TRIALS)
def test_trains_equally(name: str, scripts: Scripts) -> None:
    program, written = TRIALS[name]
    result = converted(HEAD + program)
    assert written in result
    apart = scripts.compare(HEAD + program, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_what_is_merged_in_a_call_is_not_guessed() -> None:
    program = """\
def train(model, **kw):
    model.compile("sgd", "mse")
    return model.fit(x, y, shuffle=False, **{**dict(epochs=1), **kw})


train(keras.Sequential([keras.Input((3,)), layers.Dense(1)]), epochs=3)
"""
    found = convert(HEAD + program)
    errors = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert "`fit` is left as it is: its arguments are not known one by one" in errors


def named(body: str, call: str = "build(units=2)", head: str = "") -> str:
    """The function with such a body, with parameters for its keywords if it has any."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    text = f"import keras\n{head}\n\ndef build(shape, **kw):\n{lines}    return keras.Model()\n\n\n"
    found = named_keywords(f"{text}{call}\n", lambda _: [], fold)
    return "" if found is None else found.text.partition("\n\n\n")[2].partition("    return")[0]


def test_statements_that_but_name_them_go() -> None:
    body = (
        'units = kw.get("units", 2)\n\nrate = kw.pop("rate", -1.5)  # of the dropout\nprint(rate)'
    )
    expected = "def build(shape, units=2, rate=-1.5):\n    # of the dropout\n    print(rate)\n"
    assert named(body) == expected


def test_lines_are_those_of_the_file() -> None:
    text = (
        "import keras\n\n\ndef build(**kw):\n    units = kw.get('units', 2)\n"
        "    rate = kw.get('rate')\n    return keras.Model(units, rate)\n"
    )
    found = named_keywords(text, lambda _: [], fold)
    assert found is not None
    assert "return keras.Model" in found.text.split("\n")[4]
    assert [found.line(n) for n in (4, 5, 6)] == [4, 7, 8]


@pytest.mark.parametrize(
    "body",
    [
        'print(kw.get("shape", 2))',  # that is a parameter: the dict never has it
        'units = 3\nprint(units, kw.get("units", 2))',
        'print(units)\nunits = kw.get("units", 2)',
        'print(kw.get("units", 2), kw.get("units", 3))',
        'print(kw.pop("units", 2), kw.get("units", 2))',
        'for _ in range(2):\n    print(kw.pop("units", 2))',
        'print(kw.get("units", 2))\nkeras.layers.Dense(3, **kw)',
        'keras.layers.Dense(3, **kw)\nprint(kw.pop("units", 2))',
        'if shape:\n    kw.pop("units", 2)\nkeras.layers.Dense(3, **kw)',
        'print(kw.get("units", shape))',
        'print(kw.get("units", NUMBER))',
        'print(kw.get("units", []))',
        'units = kw.get("units", [1, 2])\nunits.append(3)',
        'print(kw.get("units", 2), kw)',
        'print(kw.get("units", 2), "rate" in kw)',
        'kw["units"] = kw.get("units", 2)',
        'print(kw["rate"])',
        'print(kw.get("units", 2), locals())',
        "print(f\"{kw.get('units', 2)}\")",
        "print(kw.get(shape, 2))",
        'print(kw.get("two words", 2))',
    ],
)
def test_what_parameters_would_not_be_is_left(body: str) -> None:
    assert named(body, head="NUMBER = 1\nNUMBER = 2") == ""


@pytest.mark.parametrize(
    "call", ["build(units=2, other=3)", "build(**json.load(file))", "run(build)", "pass"]
)
def test_the_dict_stays_for_other_keywords(call: str) -> None:
    assert named('print(kw.get("units", 2))', call).startswith("def build(shape, units=2, **kw):")


def test_functions_without_models_are_left() -> None:
    text = "# of keras\n\n\ndef load(**kw):\n    return open(kw.get('path', 'x.txt'))\n"
    assert named_keywords(text, lambda _: [], fold) is None
    assert convert(text).text == text
