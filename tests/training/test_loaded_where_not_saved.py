"""Models that one function or file saves, and another one loads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_guests import assert_alike
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

PROGRAM = """\
import os

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.models import load_model

os.chdir({folder!r})
PATH = "model.keras"
rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 1))


def build(units, rate=0.1):
    model = keras.Sequential([keras.Input((5,)), layers.Dense(units), layers.Dense(1)])
    {compiled}
    return model


def train():
    model = build(4)
    {more}
    model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    model.save(PATH)


def score():
    model = load_model(PATH)
    return model.evaluate(x, y, verbose=0)


def guess():
    best = load_model(PATH)
    return best.predict(x, verbose=0)


train()
scores, guesses = score(), guess()
"""
COMPILES = 'model.compile("sgd", "mse", metrics=["mae"])'


@pytest.mark.parametrize(
    ("compiled", "more"), [(COMPILES, "model.summary()"), ("model.summary()", COMPILES)]
)
def test_the_builder_makes_it_again(
    scripts: Scripts, tmp_path: Path, compiled: str, more: str
) -> None:
    text = PROGRAM.format(folder=str(tmp_path), compiled=compiled, more=more)
    result = converted(text, Options(exact=True))
    assert result.count("model.load_state_dict(torch.load(PATH, map_location=device))") == 1
    assert "    best = build(4)\n" in result
    apart = scripts.compare(text, result)
    assert max(apart["scores"], apart["guesses"]) < 1e-9


#: What may give the file another model, or this one other layers.
OTHERWISE = {
    "two builders": ("def score", "def other():\n    model = wide(4)\n    model.save(PATH)\n\n\n"
    "def wide(units):\n    return build(2 * units)\n\n\ndef score"),
    "other sizes": ("def score", "def other():\n    model = build(9)\n    model.save(PATH)\n\n\n"
    "def score"),
    "no known size": ("build(4)\n", "build(len(os.listdir('.')))\n"),
    "another layer": ("    model.save(", "    model.add(layers.Dense(1))\n    model.save("),
    "frozen layers": ("    model.save(", "    model.layers[0].trainable = False\n    model.save("),
    "another model": ("    model.save(", "    model = build(4)\n    model.save("),
    "another path": ("    model.save(PATH)", "    model.save(os.path.join('a', PATH))"),
    "a path of its own": ("def score():\n", "def score(PATH='a.keras'):\n"),
    "trained on": ("model = load_model(PATH)\n", "model = load_model(PATH)\n    model.fit(x, y)\n"),
    "given back": ("return best.predict(x, verbose=0)", "return best"),
    "saved by others": ("def score", "def keep(model, path):\n    model.save(path)\n\n\ndef score"),
    "a path that changes": ("train()\nscores", "train()\nPATH = 'b.keras'\nscores"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), OTHERWISE.values(), ids=OTHERWISE)
def test_what_is_not_sure_is_refused(old: str, new: str) -> None:
    text = PROGRAM.format(folder=".", compiled=COMPILES, more="model.summary()")
    assert old in text
    said = convert(text.replace(old, new, 1)).diagnostics
    errors = [one.message for one in said if one.severity is Severity.ERROR]
    assert any("`load_model` is left as it is" in one for one in errors)


FILES = {
    "main.py": """\
import config
from tensorflow.keras.models import load_model
from train import run, x

loss = run()
model = load_model(config.PATH)
guesses = model.predict(x, verbose=0)
""",
    "train.py": """\
import config
import numpy as np
from nets import build

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 1))


def run():
    model = build()
    history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    model.save(config.PATH)
    return history.history["loss"]
""",
    "nets.py": """\
from tensorflow import keras


def build():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model
""",
}


def test_other_files_save_it(tmp_path: Path, session: VerifySession) -> None:
    files = FILES | {"config.py": f"PATH = {str(tmp_path / 'model.keras')!r}\n"}
    for form in ("before", "after"):
        (tmp_path / form / ".git").mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / "before" / name).write_text(text)
    for name, text in files.items():
        made = convert(text, Options(exact=True), str(tmp_path / "before" / name))
        assert not [one for one in made.diagnostics if one.severity is Severity.ERROR]
        (tmp_path / "after" / name).write_text(made.text)
    assert "from nets import build\n" in (tmp_path / "after" / "main.py").read_text()
    assert_alike(tmp_path, session)


def test_a_function_of_the_program_is_another_one() -> None:
    text = PROGRAM.format(folder=".", compiled=COMPILES, more="model.summary()")
    own = "from tools import load_model"
    said = convert(text.replace("from tensorflow.keras.models import load_model", own)).diagnostics
    assert any(one.severity is Severity.ERROR for one in said)


def test_two_ways_to_compile_are_two_models() -> None:
    text = PROGRAM.format(folder=".", compiled="model.summary()", more=COMPILES)
    other = (
        "def other():\n    model = build(4)\n    model.compile('sgd', 'mae')\n    model.save(PATH)"
    )
    text = text.replace("def score", f"{other}\n\n\ndef score")
    errors = [one for one in convert(text).diagnostics if one.severity is Severity.ERROR]
    assert any("`load_model` is left as it is" in one.message for one in errors)


@pytest.mark.parametrize("inside", [False, True])
def test_the_builder_is_imported_before_it_is_asked(tmp_path: Path, inside: bool) -> None:
    head = "from tensorflow.keras.models import load_model"
    loads = "model = load_model('model.keras')\nguesses = model.predict([[1.0] * 5])\n"
    text = f"{head}\n{loads}import json\n"
    if inside:
        body = loads.replace("\n", "\n    ").rstrip()
        text = f"def guess():\n    {head}\n    {body}\n    return guesses\n"
    (tmp_path / ".git").mkdir()
    for name, other in (FILES | {"config.py": "PATH = 'model.keras'\n", "main.py": text}).items():
        (tmp_path / name).write_text(other)
    made = convert(text, path=str(tmp_path / "main.py"))
    if inside:
        assert any(one.severity is Severity.ERROR for one in made.diagnostics)
    else:
        lines = made.text.splitlines()
        built = next(n for n, line in enumerate(lines) if line.startswith("model = build()"))
        assert lines.index("from nets import build") < built
