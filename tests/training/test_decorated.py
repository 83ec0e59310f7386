"""Functions of the program's own that decorators make something else of, or that have namesakes."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import functools

import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 3), np.random.RandomState(1).rand(40, 1)


def half(function):
    @functools.wraps(function)
    def inner(*args):
        return 0.5 * function(*args)

    return inner


{made}


inputs = keras.Input((3,))
model = keras.Model(inputs, keras.layers.Dense(1)({called}))
model.compile("sgd", {loss}, metrics=[{metric}])
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
losses = history["loss"]
"""
OWN = "def own(t, p):\n    return keras.ops.mean(keras.ops.abs(t - p), axis=-1)"
OF_CLASS = """\
{mark}class Own(keras.losses.Loss):
{inner}    def call(self, t, p):
        return (t - p) ** 2"""
LAYERS = "def made(t):\n    return keras.layers.Dense(3)(t)"
SCALED = "def made(t):\n    return keras.ops.tanh(t)"
FORMS = {
    "loss": (f"@half\n{OWN}", "inputs", "own", '"mse"'),
    "metric": (f"@half\n{OWN}", "inputs", '"mse"', "own"),
    "method": (OF_CLASS.format(mark="", inner="    @half\n"), "inputs", "Own()", '"mae"'),
    "helper": (f"@half\n{SCALED}", "made(inputs)", '"mse"', '"mae"'),
    "block": (f"@half\n{LAYERS}", "made(inputs)", '"mse"', '"mae"'),
    "class": (OF_CLASS.format(mark="@half\n", inner=""), "inputs", "Own()", '"mae"'),
}


def errors(program: str) -> list[str]:
    return [d.message for d in convert(program).diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize("form", FORMS)
def test_decorators_that_may_change_what_is_given_are_refused(form: str) -> None:
    made, called, loss, metric = FORMS[form]
    said = errors(PROGRAM.format(made=made, called=called, loss=loss, metric=metric))
    assert any("what `@half` makes of it is not known" in one for one in said), said


@pytest.mark.parametrize(
    "mark",
    [
        "@tf.function",
        "@keras.saving.register_keras_serializable()",
        "@tf.function(jit_compile=False)",
    ],
)
def test_marks_of_keras_change_nothing(mark: str, scripts: Scripts) -> None:
    program = PROGRAM.format(made=f"{mark}\n{OWN}", called="inputs", loss="own", metric='"mse"')
    program = program.replace(
        "import numpy as np\n", "import numpy as np\nimport tensorflow as tf\n"
    )
    program = program.replace("from tensorflow import keras", "import keras")
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("held", ["base = own", 'table = {"own": own}\nbase = table["own"]'])
def test_other_names_of_functions_that_are_defined_again(held: str) -> None:
    again = OWN.replace("abs", "square")
    program = PROGRAM.format(
        made=f"{OWN}\n\n\n{held}\n\n\n{again}", called="inputs", loss="base", metric="own"
    )
    said = errors(program)
    assert any("`own`, which `base` holds, is defined again" in one for one in said), said


TRAINED = """\
import functools
import time

import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(0).rand(40, 3), np.random.RandomState(1).rand(40, 1)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
log = []


def marked(function):
    @functools.wraps(function)
    def inner({takes}):
        begin = time.time()
{body}
        print(time.time() - begin)
        return result

    return inner


@marked
def train(model, epochs):
    return model.fit(x, y, epochs=epochs, shuffle=False, verbose=0).history["loss"]


losses = train(model, 2)
"""
PASSING = "        result = function(*args, **kwargs)"
WRAPPERS = {
    "all": ("*args, **kwargs", PASSING, True),
    "all behind the first": ("first, *args, **kwargs", PASSING.replace("(", "(first, "), True),
    "by name": ("model, epochs", "        result = function(model, epochs)", False),
    "counted": ("*args, **kwargs", f"        log.append(len(args))\n{PASSING}", False),
    "by place": ("*args", "        result = function(*args)", False),
}


@pytest.mark.parametrize("way", WRAPPERS)
def test_what_decorators_hand_on(way: str, scripts: Scripts) -> None:
    takes, body, passes = WRAPPERS[way]
    program = TRAINED.format(takes=takes, body=body)
    if passes:
        apart = scripts.compare(program, converted(program, Options(exact=True)))
        assert "losses" in apart
        assert max(apart.values()) < 1e-9, apart
        return
    errors = [d.message for d in convert(program).diagnostics if d.severity is Severity.ERROR]
    assert any("may not pass that on" in error for error in errors), errors
