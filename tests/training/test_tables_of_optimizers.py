"""Several optimizers in a list or dict, of which each round of a loop takes one."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
from collections import OrderedDict
import numpy as np
import keras
from keras.optimizers import SGD, RMSprop

x = np.random.default_rng(0).normal(size=(40, 3))
data = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}


def make_model():
    return keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])


"""
ONE, OTHER = "SGD(0.05, momentum=0.9)", "RMSprop(0.01)"
ROUND = """\
    model = make_model()
    model.compile(optimizer=opt, loss="mse")
    losses.append(model.fit(x, x[:, :1], **data).history["loss"])
"""
#: What holds them, and the head of the loop.
FORMS = {
    "dict of keywords": (f"dict(one={ONE}, other={OTHER})", "for name, opt in optimizers.items():"),
    "ordered": (f"OrderedDict(a={ONE}, b={OTHER})", "for name, opt in optimizers.items():"),
    "ordered pairs": (
        f'OrderedDict([("a", {ONE}), ("b", {OTHER})])',
        "for name, opt in optimizers.items():",
    ),
    "zip": (f"[{ONE}, {OTHER}]", 'for name, opt in zip(["a", "b"], optimizers):'),
    "enumerate": (f"[{ONE}, {OTHER}]", "for i, opt in enumerate(optimizers):"),
    "enumerated items": (
        f'{{"a": {ONE}, "b": {OTHER}}}',
        "for i, (name, opt) in enumerate(optimizers.items(), 1):",
    ),
    "sorted items": (
        f'{{"b": {ONE}, "a": {OTHER}}}',
        "for name, opt in sorted(optimizers.items(), key=lambda item: item[0]):",
    ),
    "reversed": (f"({ONE}, {OTHER})", "for opt in reversed(optimizers):"),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("form", FORMS)
def test_each_round_takes_one(form: str, scripts: Scripts) -> None:
    held, loop = FORMS[form]
    text = f"{HEAD}optimizers = {held}\nlosses = []\n{loop}\n{ROUND}"
    emitted = converted(text, Options(exact=True))
    assert "partial(KerasSGD, lr=0.05, momentum=0.9)" in emitted
    assert f"{loop}\n" in emitted
    apart = scripts.compare(text, emitted)
    assert apart["losses"] < 1e-9, apart


TABLE = f'optimizers = {{"sgd": {ONE}, "rms": {OTHER}}}\n'
SAME = "model = make_model()\nlosses = []\n"
FIT = 'losses.append(model.fit(x, x[:, :1], **data).history["loss"])\n'


def compiled(with_what: str, loss: str = '"mse"') -> str:
    """A `compile`, and a `fit`."""
    return f"model.compile({with_what}, {loss})\n{FIT}"


def in_loops(*loops: str, body: str) -> str:
    """Statements in loops."""
    text = "".join(f"{'    ' * depth}for {loop}:\n" for depth, loop in enumerate(loops))
    return text + "".join(f"{'    ' * len(loops)}{line}\n" for line in body.splitlines())


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "script",
    [
        TABLE + SAME + in_loops("_, opt in optimizers.items()", body=compiled("opt")),
        TABLE + SAME + in_loops("name in optimizers", body=compiled("optimizers[name]")),
        TABLE + SAME + in_loops('name in ["rms", "sgd"]', body=compiled("optimizers[name]")),
        (
            SAME
            + in_loops(
                "_ in range(2)",
                body=TABLE + in_loops("_, opt in optimizers.items()", body=compiled("opt")),
            )
        ),
        TABLE.replace(", momentum=0.9", "").replace(OTHER, "SGD(0.1)")
        + SAME
        + in_loops("name in 'sgd', 'rms', 'sgd'", body=compiled("optimizers[name]")),
    ],
    ids=["items", "keys", "names", "made anew", "without memory"],
)
def test_one_model_with_each_of_them(script: str, scripts: Scripts) -> None:
    """Each optimizer begins anew, as it has not been compiled with before."""
    apart = scripts.compare(HEAD + script, converted(HEAD + script, Options(exact=True)))
    assert apart["losses"] < 1e-9, apart


@pytest.mark.parametrize(
    "script",
    [
        TABLE
        + SAME
        + in_loops("k in [0, 1]", "_, opt in optimizers.items()", body=compiled("opt")),
        TABLE + SAME + in_loops('n in ["sgd", "rms", "sgd"]', body=compiled("optimizers[n]")),
        TABLE
        + "models = {'sgd': make_model(), 'rms': make_model()}\nlosses = []\n"
        + in_loops("k in [0, 1]", "n, model in models.items()", body=compiled("optimizers[n]")),
        TABLE + SAME + compiled('optimizers["sgd"]') * 2,
        f"opt = {ONE}\n{SAME}{compiled('opt')}other = opt\n{compiled('other')}",
        f"config = {{'optimizer': {ONE}}}\n{SAME}"
        + compiled("loss='mse'", "**config")
        + compiled("loss='mae'", "**config"),
    ],
    ids=["outer loop", "names again", "models", "straight", "another name", "unpacked"],
)
def test_what_goes_on_is_refused(script: str) -> None:
    """Keras's optimizer keeps what it has gathered for the same weights."""
    errors = [d.message for d in convert(HEAD + script).diagnostics if d.severity is Severity.ERROR]
    assert any("goes on" in message and "compiled with before" in message for message in errors)


def test_an_order_that_asks_the_optimizers_is_refused() -> None:
    loop = "for opt in sorted([*optimizers], key=lambda one: float(one.learning_rate)):\n"
    script = f"{HEAD}optimizers = [{ONE}, {OTHER}]\nlosses = []\n{loop}{ROUND}"
    for text in (script, script.replace("[*optimizers]", "optimizers")):
        assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)
