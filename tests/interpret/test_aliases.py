"""A list or dict inside of another one that is changed by another name."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import keras
from keras import layers


def double(sizes):
    sizes["units"] *= 2
    return sizes["units"]


"""
MODEL = """\
model = keras.Sequential([layers.Input((4,)), layers.Dense({units}), layers.Dense(1)])
"""
UNITS = 'config["head"]["units"]'
CHANGES = [
    ('head = config["head"]\nhead["units"] *= 2\n', UNITS),
    ('head: dict = config.get("head")\nhead["units"] = 2\n', UNITS),
    ('head = config["head"]\nhead.update(units=2)\n', UNITS),
    ('sizes, head = config["sizes"], config["head"]\nsizes.append(5)\n', 'config["sizes"][-1]'),
    ("", 'double(config["head"])'),
]
OF_FUNCTIONS = [
    ('head, *_ = config["heads"]\nhead["units"] = 2\n', 'config["heads"][0]["units"]'),
    ("", "double(config)"),
]


def refuses(text: str) -> bool:
    return any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


@pytest.mark.parametrize(("change", "units"), CHANGES, ids=range(len(CHANGES)))
def test_a_module_that_changes_a_part_by_its_name(change: str, units: str) -> None:
    config = 'config = {"head": {"units": 3}, "sizes": [3]}\n'
    assert not refuses(HEAD + config + MODEL.format(units=UNITS))
    program = HEAD + config + change + MODEL.format(units=units)
    text = convert(program).text
    assert refuses(program) or (change in text and f"nn.Linear(4, {units})" in text)


@pytest.mark.parametrize(("change", "units"), CHANGES + OF_FUNCTIONS)
def test_a_builder_that_changes_a_part_by_its_name(change: str, units: str) -> None:
    body = f"{change}{MODEL.format(units=units)}return model\n".replace("\n", "\n    ")
    assert refuses(f"{HEAD}def build(config):\n    {body}\n\nmodel = build(load())\n")


def test_a_loop_that_changes_parts_stays_in_the_builder() -> None:
    change = '    for head in config["heads"]:\n        head["units"] *= 2\n'
    body = f"{change}    {MODEL.format(units='3')}    return model\n"
    result = convert(f"{HEAD}def build(config):\n{body}\n\nmodel = build(load())\n").text
    assert f"def build(config):\n{change}    return Build" in result


def test_parts_that_are_only_read_and_rows_of_arrays_are_followed() -> None:
    body = 'head = config["head"]\nunits = head["units"]\n' + MODEL.format(units="units")
    body = f"{body}return model\n".replace("\n", "\n    ")
    data = 'import numpy as np\n\ndata = np.load("x.npz")\nx = data["x"]\nx[0] = 0\nx[x > 1] = 1\n'
    made = 'model = build({"head": {"units": 3}})\nmodel.compile("sgd", "mse")\n'
    fit = "model.fit(x, x[:, :1])\n"
    assert not refuses(f"{HEAD}def build(config):\n    {body}\n\n{data}{made}{fit}")


ALIAS = """\
import keras
import numpy as np
from keras import layers


def own():
    sizes, widths = [], [4]
    sizes.append(3)
    widths[0] = 5
    return np.array(sizes)


def taking(sizes):
    sizes["units"] = 4
    return sizes["units"]


def through(settings):
    return taking(settings)


def outer():
    sizes["units"] = 5


widths = {{"units": 3}}
sizes = widths
print(sizes, own())
{change}
model = keras.Sequential([layers.Input((4,)), layers.Dense(widths["units"])])
"""


@pytest.mark.parametrize(
    ("change", "shared"),
    [
        ("", False),
        ('print(np.array(sizes))\nunits = taking({"units": 2})', False),
        ("outer()", True),
        ("taking(sizes)", True),
        ("print(taking(widths))", True),
        ("through(sizes)", True),
        ("list(map(taking, [sizes]))", True),
        ("np.vectorize(taking)(sizes)", True),
        ('both = [sizes]\nboth[0]["units"] = 4', True),
        ("def last():\n    sizes = widths\n    sizes.update(units=2)\n\n\nlast()", True),
    ],
)
def test_names_that_functions_have_for_something_else(change: str, shared: bool) -> None:
    assert refuses(ALIAS.format(change=change)) is shared
