"""Lists and dicts of sizes that change before the model reads them."""

from __future__ import annotations

import textwrap

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow.keras import Sequential, layers, Input

x = np.random.RandomState(0).rand(5, 3)


"""
START = 'cfg = {"units": 3, "activation": "relu"}\nsizes = [4, 2, 5]\nact = None\n'
MODEL = """\
m = Sequential([Input((3,)), layers.Dense(cfg["units"], activation=act)])
m.add(layers.Dense(sizes[0]))
m.add(layers.Dense(sizes[1]))
for size in sizes[1:]:
    m.add(layers.Dense(size))
"""
INNER = """\
def change():
    {scope} act
    act = "relu"
    cfg["units"] = 7
    sizes.append(3)
change()
"""
CHANGES = {
    "augmented": 'cfg["units"] *= 2\nsizes[0] += 1\n',
    "popped": "k = sizes.pop()\nsizes[0] = k\nsizes.insert(0, 9)\nsizes.pop(1)\n",
    "swapped": "sizes[0], sizes[1] = sizes[1], sizes[0]\n",
    "comprehended": "sizes = [sizes.pop() for _ in range(len(sizes))]\n",
    "inside": 'opts = {"a": cfg, "b": sizes}\nopts["a"]["units"] = 8\nopts["b"].insert(0, 2)\n',
    "methods": 'opts = {"a": cfg}\nopts["a"].update(units=9)\nopts["a"].pop("activation")\n',
    "branch": "if len(x) > 3:\n    sizes.append(7)\n    sizes[0] += 1\nelse:\n    sizes.pop()\n",
    "loop": 'while sizes[0] < 9:\n    sizes[0] += 2\n    cfg["units"] += 1\n',
    "called": INNER,
}


def in_function(name: str, change: str) -> str:
    body = textwrap.indent(START + change + MODEL + "return m\n", "    ")
    return f"def {name}():\n{body}\n\nm_{name} = {name}()\np_{name} = m_{name}.predict(x)\n\n\n"


def test_functions_build_with_the_sizes_as_they_are_then(scripts: Scripts) -> None:
    made = (in_function(n, c.replace("{scope}", "nonlocal")) for n, c in CHANGES.items())
    text = HEAD + "".join(made)
    assert not [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, convert(text, Options(exact=True)).text)
    assert max(apart.values()) < 1e-9, apart
    assert {f"p_{name}" for name in CHANGES} <= apart.keys()


def at_module(name: str, change: str) -> str:
    model = MODEL.replace("m = ", f"n_{name} = ").replace("m.add", f"n_{name}.add")
    return f"{START}{change}{model}q_{name} = n_{name}.predict(x)\n"


def test_modules_do_too(scripts: Scripts) -> None:
    text = HEAD + "".join(at_module(n, c) for n, c in CHANGES.items() if n != "called")
    assert not [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, convert(text, Options(exact=True)).text)
    assert max(apart.values()) < 1e-9, apart
    assert {f"q_{name}" for name in CHANGES.keys() - {"called"}} <= apart.keys()


def test_what_a_function_changes_is_not_computed_again(scripts: Scripts) -> None:
    text = HEAD + at_module("called", INNER.replace("{scope}", "global"))
    assert max(scripts.compare(text, convert(text, Options(exact=True)).text).values()) < 1e-9
    found = convert(text + START + MODEL).diagnostics
    assert any("and a function changes it, too" in d.message for d in found)


METHOD = """\
class Settings:
    def change(self):
        cfg["units"] = 6


Settings().change()
"""


@pytest.mark.parametrize("change", [METHOD, "change = lambda: cfg.update(units=6)\nchange()\n"])
def test_what_methods_and_lambdas_change_is_not_known(change: str) -> None:
    text = HEAD + START + change + "m = Sequential([Input((3,)), layers.Dense(**cfg)])\n"
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("arguments that are not known" in message for message in found)


TOGETHER = """\
import numpy as np
from tensorflow.keras import Sequential, layers, Input, optimizers


class Config:
    rate = 0.1
    epochs = 5


def main(config):
    config.rate, config.epochs = 0.02, 2
    x = np.random.RandomState(0).rand(20, 3)
    model = Sequential([Input((3,)), layers.Dense(1)])
    model.compile(optimizers.SGD(config.rate), "mse")
    return model.fit(x, x[:, 0], epochs=config.epochs, verbose=0).history["loss"]


losses = main(Config())
"""


def test_attributes_of_settings_are_set_together(scripts: Scripts) -> None:
    made = convert(TOGETHER, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(TOGETHER, made.text)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart
    late = TOGETHER.replace(
        "    model.compile", "    config.rate, config.n = 0.3, 4\n    model.compile"
    )
    late = late.replace("layers.Dense(1)", "layers.Dense(config.n)").replace("epochs = 5", "n = 1")
    found = convert(late).diagnostics
    assert any("changes while the model is built" in d.message for d in found)
