"""Functions that pick the class of an optimizer out of a dict, also in other files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted as converted_text
from tests.training.scripts import Scripts
from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.source.rewritings.picked_classes import made_where_picked
from transpiler.verify.session import VerifySession

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.optimizers import SGD, Adam

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
KINDS = {"adam": Adam, "sgd": SGD}


"""
LOOP = """\


def run(name):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
    model.compile(get_optimizer(name, 0.02), loss="mse")
    return model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]


results = [run("sgd"), run("adam")]
"""
MAKERS = {
    "looked up": """\
def get_optimizer(name, lr):
    return KINDS[name](learning_rate=lr)
""",
    "asked for": """\
def get_optimizer(name, lr):
    if name not in KINDS:
        raise ValueError(f"{name} is none of {', '.join(KINDS)}")
    lr = lr * 2
    return KINDS[name](lr)
""",
    "own table": """\
def get_optimizer(name, lr):
    known = {"adam": keras.optimizers.Adam, "sgd": SGD}
    return known.get(name.lower(), SGD)(lr)
""",
    "named": """\
def get_optimizer(name, lr):
    kind = KINDS.get(name)
    if kind is None:
        raise ValueError(f"unknown: {name}")
    return kind(lr)
""",
    "made at once": """\
def get_optimizer(name, lr):
    made = {"adam": Adam(lr), "sgd": SGD(lr)}
    if name not in made:
        raise ValueError(f"one of {list(made.keys())}")
    return made.get(name, Adam(lr))
""",
}


@pytest.mark.parametrize("name", MAKERS)
def test_each_is_made_as_torch_has_it(name: str, scripts: Scripts) -> None:
    text = HEAD + MAKERS[name] + LOOP
    result = converted_text(text, Options(exact=True))
    assert "tensorflow" not in result
    assert "partial(torch.optim.SGD, lr=lr)" in result
    apart = scripts.compare(text, result)
    assert "results" in apart
    assert max(apart.values()) < 1e-9, apart


REFUSED = {
    "changes": "    kind = KINDS[name]\n    lr = lr * 2\n    return kind(lr)\n",
    "compared": "    kind = KINDS[name]\n    return kind(lr) if kind is SGD else kind(0.1)\n",
    "options": "    return KINDS[name](**{'learning_rate': lr})\n",
    "computed": "    return KINDS[name](rates.pop())\n",
    "looped": "    made = [KINDS[n](lr) for n in KINDS]\n    return made[0]\n",
    "unknown": "    return KINDS.get(name, name)(lr)\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_be_something_else_is_refused(name: str) -> None:
    text = f"{HEAD}rates = [0.1]\n\n\ndef get_optimizer(name, lr):\n{REFUSED[name]}{LOOP}"
    assert made_where_picked(text) is None
    made = convert(text)
    assert any(d.severity is Severity.ERROR for d in made.diagnostics)
    assert REFUSED[name] in made.text


def test_what_is_refused_stays_as_it_was() -> None:
    text = HEAD + MAKERS["looked up"].replace("learning_rate=lr", "lr, use_ema=True") + LOOP
    made = convert(text)
    assert any(d.severity is Severity.ERROR for d in made.diagnostics)
    assert "    return KINDS[name](lr, use_ema=True)\n" in made.text


MODELS = """\
from tensorflow import keras
from tensorflow.keras import layers


def build_model():
    return keras.Sequential([keras.Input((6,)), layers.Dense(1)])
"""
OPTIMIZERS = """\
from tensorflow.keras.optimizers import SGD, Adam

KINDS = {"adam": Adam, "sgd": SGD}


def get_optimizer(name, lr):
    return KINDS[name](learning_rate=lr)
"""
MAIN = """\
import argparse

import numpy as np

from models import build_model
from optimizers import KINDS, get_optimizer

parser = argparse.ArgumentParser()
parser.add_argument("--kind", choices=sorted(KINDS), default="sgd")
args, _ = parser.parse_known_args()
x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
model = build_model()
model.compile(optimizer=get_optimizer(args.kind, 0.02), loss="mse")
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
loss = history.history["loss"][-1]
"""
FILES = {"models.py": MODELS, "optimizers.py": OPTIMIZERS, "main.py": MAIN}


def test_those_of_another_file(tmp_path: Path, session: VerifySession) -> None:
    texts, errors = converted(tmp_path, FILES)
    assert not errors
    assert 'KINDS = ["adam", "sgd"]\n' in texts["optimizers.py"]
    assert '        "sgd": partial(torch.optim.SGD, lr=lr),\n' in texts["optimizers.py"]
    assert "get_optimizer(args.kind, 0.02)(model.parameters())" in texts["main.py"]
    assert_alike(tmp_path, session)


def test_nothing_stays_of_a_table_that_nobody_reads(tmp_path: Path) -> None:
    main = MAIN.replace("KINDS, ", "").replace("sorted(KINDS)", '["adam", "sgd"]')
    texts, errors = converted(tmp_path, {**FILES, "main.py": main})
    assert not errors
    assert "KINDS" not in texts["optimizers.py"]


@pytest.mark.parametrize("read", ["KINDS.keys()", "[k for k, _ in KINDS.items()]"])
def test_a_table_of_which_other_files_read_more_stays(read: str, tmp_path: Path) -> None:
    main = MAIN.replace("sorted(KINDS)", read)
    texts, errors = converted(tmp_path, {**FILES, "main.py": main})
    assert errors
    assert 'KINDS = {"adam": Adam, "sgd": SGD}\n' in texts["optimizers.py"]
