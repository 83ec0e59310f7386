"""What a function that trains gives of a file: its callers go on with a model of that kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted, of_file
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.rewritings.returned_loads import returned_loads

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.models import load_model

rng = np.random.RandomState(0)
x = rng.rand(20, 4)
y = rng.rand(20, 1)


def build():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def train(path):
    model = build()
    best = keras.callbacks.ModelCheckpoint(path, monitor="loss", save_best_only=True)
    history = model.fit(x, y, epochs=3, shuffle=False, verbose=0, callbacks=[best])
"""
ASKED = """
found = model.predict(x, verbose=0)
score = model.evaluate(x, y, verbose=0)
"""
WAYS = {
    "at once": ("    return load_model(path)\n\n\n", "model = train({0})"),
    "with what training gave": (
        "    return load_model(path), history.history['loss']\n\n\n",
        "model, losses = train({0})",
    ),
    "behind it": (
        "    return history.history, keras.models.load_model(path)\n\n\n",
        "losses, model = train({0})",
    ),
    "by its name": (
        "    model = load_model(path)\n    return model\n\n\n",
        "model = train({0})",
    ),
    "by another name": (
        "    best_one = load_model(path)\n    return best_one\n\n\n",
        "model = train({0})",
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("apart", [True, False], ids=["a builder", "built there"])
def test_what_is_loaded_is_asked(way: str, apart: bool, tmp_path: Path, scripts: Scripts) -> None:
    head = HEAD
    if not apart:  # the same statements where it trains
        before, builder, behind = HEAD.partition("def build():\n")
        builder, trainer, behind = behind.partition("def train(path):\n    model = build()\n")
        head = before + trainer.splitlines()[0] + "\n" + builder.replace("    return model\n", "")
        head = head.rstrip() + "\n" + behind
    gives, calls = WAYS[way]
    program = head + gives + calls.format(repr(str(tmp_path / "best.keras"))) + ASKED
    text = converted(program, Options(exact=True))
    assert "load_model" not in text
    found = scripts.compare(program, text)
    assert {"found", "score"} <= set(found)
    assert max(found.values()) < 1e-9, found


def test_what_is_loaded_is_not_trained_on(tmp_path: Path) -> None:
    program = HEAD + WAYS["at once"][0] + "model = train('best.keras')\nmodel.fit(x, y)\n"
    text, errors, _ = of_file(program, tmp_path)
    assert any("`fit` is left as it is" in error for error in errors)
    assert "model.fit(x, y)" in text


KEPT = {
    "nothing trains": "def load(path):\n    return load_model(path)\n",
    "something is called before": (
        "def train(m, path):\n    h = m.fit(x, y)\n    return h.epoch, last(), load_model(path)\n"
    ),
    "it is a part of a line": "def train(m, p):\n    m.fit(x, y); return load_model(p)\n",
}


@pytest.mark.parametrize("why", KEPT)
def test_what_gets_no_name(why: str) -> None:
    assert returned_loads(KEPT[why]) is None


def test_names_that_a_function_has(tmp_path: Path) -> None:
    text = "def train(m, loaded):\n    m.fit(x, y)\n    return load_model(loaded)\n"
    named = returned_loads(text)
    assert named is not None
    assert named.text.endswith("    loaded_model = load_model(loaded)\n    return loaded_model\n")
