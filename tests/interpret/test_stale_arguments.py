"""Layers are made with what their variables hold where they stand, though they are called later."""

from __future__ import annotations

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession, verify_pair

HEAD = "import os\n\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n\n\n"
BUILDER = f"{HEAD}def build(size):\n    BODY\n\n\nmodel = build(4)\n"
FUNCTIONS = {
    "a list": """\
    stack = [keras.Input((4,)), layers.Dense(size, activation="tanh")]
    size //= 2
    stack.append(layers.Dense(size))
    return keras.Sequential(stack + [layers.Dense(1)])
""",
    "a dict": """\
    hidden = {"first": layers.Dense(size), "second": layers.Dense(size * 2)}
    size = size + 1
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(size)(hidden["second"](hidden["first"](inputs))))
""",
    "a variable": """\
    hidden = layers.Dense(size, activation="tanh")
    size *= 2
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(size)(hidden(inputs)))
""",
}


@pytest.mark.parametrize("body", FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions_that_go_on_with_another_value(body: str, session: VerifySession) -> None:
    text = BUILDER.replace("    BODY\n", body)
    (report,) = verify_pair(text, convert(text).text, session=session)
    assert report.status == "equal", report


def errors(text: str) -> list[str]:
    found = convert(text).diagnostics
    return [d.message for d in found if d.severity is Severity.ERROR]


LATE = "gets another value before the layer is called"


@pytest.mark.parametrize("known", [True, False])
def test_layers_that_are_no_modules(known: bool, session: VerifySession) -> None:
    value = "0.5" if known else 'float(os.environ["SCALE"])'
    text = f"{HEAD}by = {value}\nscale = layers.Rescaling(by)\nby = 7.0\n"
    text += "model = keras.Sequential([keras.Input((4,)), scale, layers.Dense(1)])\n"
    if not known:
        assert any(LATE in one for one in errors(text)), errors(text)
        return
    (report,) = verify_pair(text, convert(text).text, session=session)
    assert report.status == "equal", report


@pytest.mark.parametrize(
    "rest",
    [
        "stack = [keras.Input((4,)), layers.Dense(size)]\nsize = 1\nm = keras.Sequential(stack)\n",
        "x = keras.Input((4,))\ny = layers.Dense(size)(x)\nsize = 3\nmodel = keras.Model(x, y)\n",
        "one = layers.Dense(size)\nsize = 3\nm = keras.Sequential([keras.Input((4,)), one])\n",
    ],
)
def test_sizes_of_which_nothing_is_known(rest: str) -> None:
    found = errors(f'{HEAD}size = int(os.environ.get("SIZE"))\n{rest}')
    assert any(LATE in one or "changes while the model is built" in one for one in found), found
