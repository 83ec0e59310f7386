"""Optimizers whose class is known at run time: what tells it picks the optimizer of torch."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow.keras import Input, Sequential, layers
from tensorflow.keras.optimizers import SGD, Adam, RMSprop

x, y = np.random.RandomState(0).rand(40, 4), np.arange(40) / 40.0
KINDS = {"sgd": SGD, "adam": Adam, "rmsprop": RMSprop}


"""
PICK = """\
def pick(name):
    if name == "sgd":
        return SGD
    elif name == "rmsprop":
        return RMSprop
    return Adam


"""
RUN = """\
def run(name, rate):
    model = Sequential([Input((4,)), layers.Dense(1)])
    {choose}
    model.compile({given}, "mse")
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


results = [run("sgd", 0.1), run("adam", 0.02), run("rmsprop", 0.02)]
"""
CHOICES = {
    "table": ("made = KINDS[name](rate)", "made"),
    "in place": ("kind = KINDS[name]", "kind(learning_rate=rate)"),
    "default": ("kind = KINDS.get(name, Adam)", "kind(rate)"),
    "conditional": ('kind = SGD if name == "sgd" else Adam', "kind(rate)"),
    "branch": ('kind = Adam\n    if name == "sgd":\n        kind = SGD', "kind(rate)"),
    "function": ("", "pick(name)(rate)"),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("way", CHOICES)
def test_each_class_gives_its_optimizer(way: str, scripts: Scripts) -> None:
    choose, given = CHOICES[way]
    text = HEAD + (PICK if way == "function" else "") + RUN.format(choose=choose, given=given)
    result = converted(text, Options(exact=True))
    assert "keras" not in result.replace("init_like_keras", "")
    assert "kind" not in result
    apart = scripts.compare(text, result)
    assert "results" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_name_that_no_class_has_raises(scripts: Scripts) -> None:
    text = HEAD + RUN.format(choose="made = KINDS[name](rate)", given="made")
    text = text.replace('run("rmsprop", 0.02)]', "0]")
    text += "failed = 0\ntry:\n    run('other', 0.1)\nexcept KeyError:\n    failed = 1\n"
    found = scripts.compare(text, converted(text))
    assert found["failed"] == 0.0


def test_the_module_picks_a_class(scripts: Scripts) -> None:
    head = HEAD.replace("KINDS", "name = 'adam'\nif len(x) > 3:\n    name = 'sgd'\nKINDS")
    text = (
        head + "Kind = KINDS[name]\nmodel = Sequential([Input((4,)), layers.Dense(1)])\n"
        "model.compile(Kind(0.1), 'mse')\n"
        "losses = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history['loss']\n"
    )
    result = converted(text, Options(exact=True))
    apart = scripts.compare(text, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


PARTS = [
    ('losses.MeanSquaredError if name == "a" else losses.MeanAbsoluteError', "'sgd', kind()"),
    ('metrics.MSE if name == "a" else metrics.MAE', "'sgd', 'mse', metrics=[kind()]"),
    (
        "optimizers.schedules.CosineDecay if name == 'a' else optimizers.schedules.PolynomialDecay",
        "optimizers.SGD(kind(0.1, 10)), 'mse'",
    ),
]


@pytest.mark.parametrize(("kind", "given"), PARTS)
def test_other_classes_that_the_run_tells_are_said(kind: str, given: str) -> None:
    text = (
        "import numpy as np\nfrom tensorflow import keras\n"
        "from tensorflow.keras import losses, metrics, optimizers\n\n\ndef run(name):\n"
        "    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"
        f"    kind = {kind}\n    model.compile({given})\n"
        "    model.fit(np.ones((4, 4)), np.ones(4))\n"
    )
    found = [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert {9, 10} & {d.line for d in found}, found


@pytest.mark.parametrize(
    ("table", "use"),
    [
        ("{'a': activations.relu, 'b': activations.tanh}", "activation=TABLE[name]"),
        ("{'a': initializers.Ones, 'b': initializers.Zeros}", "kernel_initializer=TABLE[name]()"),
    ],
)
def test_tables_that_are_read_at_run_time_are_said(table: str, use: str) -> None:
    text = (
        "from tensorflow import keras\nfrom tensorflow.keras import activations, initializers\n\n"
        f"TABLE = {table}\n\n\ndef build(name):\n"
        f"    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, {use})])\n"
    )
    found = [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert found


@pytest.mark.parametrize(
    ("parameter", "given", "argument"),
    [
        ("opt=optimizers.SGD(0.1)", 'opt, "mse"', ""),
        ("opt=None", 'KINDS["sgd"](0.1) if opt is None else opt, "mse"', ""),
    ],
)
def test_objects_are_not_taken_for_names(parameter: str, given: str, argument: str) -> None:
    """Beside the words that name one: `metrics=["mae"]` is about something else."""
    text = (
        "import numpy as np\nfrom tensorflow import keras\nfrom settings import KINDS\n"
        f"from tensorflow.keras import losses, optimizers\n\n\ndef run({parameter}):\n"
        "    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"
        f'    model.compile({given}, metrics=["mae"])\n'
        f"    model.fit(np.ones((4, 4)), np.ones(4))\n\n\nrun({argument})\nname = 'adam'\n"
    )
    found = convert(text)
    assert "optimizer_by_name" not in found.text
    assert "criterion = {" not in found.text
    assert 9 in {d.line for d in found.diagnostics if d.severity is Severity.ERROR}
