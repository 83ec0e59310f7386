"""Callbacks that methods and constructors get, and put into lists with their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


"""
BUILD = """\
        self.model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")
"""
FIT = "self.model.fit(x, y, epochs=6, shuffle=False, verbose=0, callbacks={})"
PLATEAU = 'ReduceLROnPlateau("loss", 0.5, 1, min_delta=1)'
STOPPING = 'EarlyStopping("loss", patience=3, min_delta=1)'
METHOD = f"""\
class Trainer:
    def __init__(self):
{BUILD}
    def train(self, callbacks=None):
        \"\"\"Train it.\"\"\"
        callbacks = list(callbacks or [])
        callbacks.append({STOPPING})
        return {FIT.format("callbacks")}


losses = Trainer().train(callbacks=[{PLATEAU}]).history["loss"]
"""
KEPT = f"""\
class Trainer:
    def __init__(self, callbacks=None):
        self.callbacks = list(callbacks) if callbacks is not None else []
{BUILD}
    def train(self):
        callbacks = self.callbacks + [{STOPPING}]
        return {FIT.format("callbacks")}


losses = Trainer([{PLATEAU}]).train().history["loss"]
"""
FILLED = f"""\
class Trainer:
    def __init__(self, callbacks=None):
        self.callbacks = callbacks or []
        self.callbacks.append({STOPPING})
{BUILD}
    def train(self):
        return {FIT.format("self.callbacks")}


losses = Trainer(callbacks=[{PLATEAU}]).train().history["loss"]
"""
GIVEN = f"[{PLATEAU}]"


@pytest.mark.parametrize("text", [METHOD, KEPT, FILLED, METHOD.replace(f"callbacks={GIVEN}", "")])
def test_they_are_what_the_loop_does(text: str, scripts: Scripts) -> None:
    made = converted(HEAD + text, Options(exact=True))
    assert "callbacks" not in made
    apart = scripts.compare(HEAD + text, made)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_where_none_are_given_there_are_none() -> None:
    text = KEPT.replace(f"Trainer({GIVEN})", "Trainer()").replace(
        f"self.callbacks + [{STOPPING}]", "None"
    )
    text = text.replace("        callbacks = None\n", "").replace("=callbacks)", "=self.callbacks)")
    made = converted(HEAD + text)
    assert "def __init__(self):" in made
    assert "callbacks" not in made


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        # several calls that differ, or that go on with one list
        (METHOD, "losses =", "more = Trainer().train()\nlosses ="),
        (METHOD, "callbacks=None", "callbacks=[]"),
        (METHOD, GIVEN, "[p]"),
        (FILLED, "callbacks=None", "callbacks=[]"),
        # an heir may give others, and so may whoever has the object
        (
            FILLED,
            "losses =",
            "class Heir(Trainer):\n    def __init__(self):\n"
            "        super().__init__([EarlyStopping()])\n\n\nlosses =",
        ),
        (KEPT, "losses =", "Trainer.callbacks = []\nlosses ="),
        (
            KEPT,
            "        callbacks = self",
            "        self.callbacks.append(1)\n        callbacks = self",
        ),
        (
            KEPT,
            "        callbacks = self",
            "        print(self.callbacks)\n        callbacks = self",
        ),
        (
            KEPT,
            "callbacks = self.callbacks + [",
            "callbacks = self.callbacks\n        callbacks += [",
        ),
        (KEPT, "        self.callbacks", "        print(callbacks)\n        self.callbacks"),
    ],
)
def test_what_may_be_others_is_refused(text: str, old: str, new: str) -> None:
    assert old in text
    made = "p = keras.callbacks.ModelCheckpoint('best.keras')\n" if new == "[p]" else ""
    text = made + text.replace(old, new)
    assert any(d.severity is Severity.ERROR for d in convert(HEAD + text).diagnostics)


@pytest.mark.parametrize(
    "user",
    [
        "Trainer([keras.callbacks.TerminateOnNaN()]).train()\n",
        "t = Trainer()\nt.callbacks.append(keras.callbacks.TerminateOnNaN())\nt.train()\n",
        "t = Trainer()\nt.callbacks = [keras.callbacks.TerminateOnNaN()]\nt.train()\n",
    ],
)
def test_what_another_file_gives_is_not_known(user: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "trainer.py"
    text = (HEAD + KEPT).partition("losses =")[0]
    path.write_text(text)
    (tmp_path / "main.py").write_text(f"import keras\nfrom trainer import Trainer\n\n{user}")
    diagnostics = convert(text, path=str(path)).diagnostics
    assert any(d.severity is Severity.ERROR for d in diagnostics)
