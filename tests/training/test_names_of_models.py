"""Names of models that a program reads."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import os

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x, y = rng.random((24, 6)), rng.random((24, 1))


"""
FIT = "epochs=2, verbose=0, shuffle=False"
BUILD = """def build(units, name="net"):
    inputs = keras.Input((6,))
    h = layers.Dense(units, activation="relu")(inputs)
    return keras.Model(inputs, layers.Dense(1)(h), name=name)


"""
COMPUTED = """def build(units, kind="a"):
    label = f"net_{units}_{kind}"
    return keras.Sequential([keras.Input((6,)), layers.Dense(units), layers.Dense(1)], name=label)


"""
TRAIN = f"""def train(model, x, y):
    best = keras.callbacks.ModelCheckpoint(
        f"{{model.name}}_best.weights.h5", "val_loss", save_best_only=True, save_weights_only=True
    )
    log = keras.callbacks.CSVLogger(os.path.join(".", model.name + ".csv"))
    model.compile("sgd", "mse")
    history = model.fit(x, y, {FIT}, validation_split=0.25, callbacks=[best, log])
    model.load_weights(f"{{model.name}}_best.weights.h5")
    return history.history["val_loss"]


"""
TRAINER = f"""class Trainer:
    def __init__(self, units, name="trainer"):
        self.name = name
        self.model = self.build(units)

    def build(self, units):
        inputs = keras.Input((6,))
        return keras.Model(inputs, layers.Dense(1)(layers.Dense(units)(inputs)), name=self.name)

    def train(self, x, y):
        self.model.compile("sgd", "mse")
        history = self.model.fit(x, y, {FIT})
        return {{"of " + self.model.name: history.history["loss"]}}


"""
PROGRAMS = {
    "a literal": (
        f'{HEAD}model = keras.Sequential([keras.Input((6,)), layers.Dense(1)], name="line")\n'
        f"model.compile('sgd', 'mse')\nhistory = model.fit(x, y, {FIT})\n"
        "found = {model.name: model.evaluate(x, y, verbose=0)}\nscore = found['line']\n",
        'self.name = "line"',
    ),
    "a parameter": (
        f"{HEAD}{BUILD}scores = {{}}\nfor units in (2, 3):\n"
        "    model = build(units, f'net{units}')\n    model.compile('sgd', 'mse')\n"
        f"    model.fit(x, y, {FIT})\n    scores[model.name] = model.evaluate(x, y, verbose=0)\n"
        "score = scores['net2'] + scores['net3']\n",
        "self.name = name",
    ),
    "what its builder computes": (
        f"{HEAD}{COMPUTED}model = build(3)\nmodel.compile('sgd', 'mse')\nmodel.fit(x, y, {FIT})\n"
        "score = {model.name: model.evaluate(x, y, verbose=0)}['net_3_a']\n",
        "self.name = label",
    ),
    "an attribute of the object that builds it": (
        f"{HEAD}{TRAINER}trainer = Trainer(3)\nscore = trainer.train(x, y)['of trainer']\n"
        "size = len(trainer.model.name)\n",
        "self.name = name",
    ),
    "files that are called after several": (
        f"{HEAD}{BUILD}{TRAIN}first, second = build(2, 'small'), build(5)\n"
        "score = [*train(first, x, y), *train(second, x, y)]\n"
        "size = sum(os.path.getsize(f'{m}.csv') > 0 for m in (first.name, second.name))\n",
        "self.name = name",
    ),
    "a function that builds and trains": (
        f"{HEAD}def main():\n"
        "    model = keras.Sequential([keras.Input((6,)), layers.Dense(1)], name='of_main')\n"
        f"    model.compile('sgd', 'mse')\n    model.fit(x, y, {FIT})\n"
        "    path = f'{model.name}.weights.h5'\n    model.save_weights(path)\n"
        "    return len(path), model.evaluate(x, y, verbose=0)\n\n\nsize, score = main()\n",
        "self.name = 'of_main'",
    ),
}


@pytest.mark.parametrize("case", PROGRAMS)
def test_modules_have_them(
    case: str, scripts: Scripts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, line = PROGRAMS[case]
    program = program.replace("rng = ", f"os.chdir({str(tmp_path)!r})\nrng = ", 1)
    text = converted(program)
    assert line in text.replace('"of_main"', "'of_main'")
    apart = scripts.compare(program, text)
    assert {"score"} & apart.keys()
    assert max(apart.values()) < 1e-7, apart


def test_a_name_that_nobody_reads_goes() -> None:
    text = converted(f"{HEAD}{BUILD}model = build(3)\nmodel.compile('sgd', 'mse')\n")
    assert "self.name" not in text


@pytest.mark.parametrize(
    "model",
    [
        # Keras numbers it
        "keras.Sequential([keras.Input((6,)), layers.Dense(1)])",
        # its class would read a variable of the module
        "keras.Sequential([keras.Input((6,)), layers.Dense(1)], name='net_' + os.name)",
    ],
)
@pytest.mark.parametrize("trained", [False, True])
def test_others_are_said(model: str, trained: bool) -> None:
    program = f"{HEAD}model = {model}\n"
    program += f"model.compile('sgd', 'mse')\nmodel.fit(x, y, {FIT})\n" if trained else ""
    conversion = convert(f"{program}print(model.name)\n")
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert errors == ["`model.name` is left as it is; the model is an nn.Module now"]


@pytest.mark.parametrize(
    ("statement", "asked"),
    [
        ('model.save(f"{model.name}.keras")', "model.name"),
        ('model.save_weights("{}_{}.h5".format(model.name, 1))', "model.name"),
        ("r = model(np.ones((1, model.input_shape[1]))).numpy()", "model.input_shape"),
        ('print({"m": model}["m"].name)', "name"),
    ],
)
def test_others_are_said_inside_of_calls(statement: str, asked: str) -> None:
    program = f"{HEAD}model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])\n"
    program += f"model.compile('sgd', 'mse')\nmodel.fit(x, y, {FIT})\n"
    errors = [d for d in convert(program + statement).diagnostics if d.severity is Severity.ERROR]
    assert [d.message for d in errors] == [
        f"`{asked}` is left as it is; the model is an nn.Module now"
    ]
    assert errors[0].line == program.count("\n") + 1


NAMESAKES = """\
model = keras.Sequential([keras.Input((6,)), layers.Dense(3), layers.Dense(1)])
model.compile("sgd", "mse")
first = model
model = keras.Sequential([keras.Input((6,)), layers.Dense(2), layers.Dense(1)])
model.compile("adam", "mae")
first.fit(x, y, epochs=2, verbose=0, shuffle=False)
model.fit(x, y, epochs=2, verbose=0, shuffle=False)
{after}
shares = first.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0)
"""


@pytest.mark.parametrize("in_function", [False, True])
def test_what_trains_a_model_is_named_after_its_later_name(
    in_function: bool, scripts: Scripts
) -> None:
    body = NAMESAKES.format(after="")
    if in_function:
        body = f"def run():\n{indent(body, '    ')}    return shares\n\n\nshares = run()\n"
    result = converted(HEAD + body, Options(exact=True))
    assert "first_optimizer = torch.optim.SGD(model.parameters(), lr=0.01)\n" in result
    apart = scripts.compare(HEAD + body, result)
    assert apart["shares"] < 1e-9, apart


@pytest.mark.parametrize("after", ["first, model = model, first", "first = model"])
def test_a_model_whose_name_another_one_gets_keeps_what_trains_it(after: str) -> None:
    said = convert(HEAD + NAMESAKES.format(after=after)).diagnostics
    found = [d.message for d in said if d.severity is Severity.ERROR]
    reason = "`fit` is left as it is: another model has the name that this one had before"
    assert reason in found, found
