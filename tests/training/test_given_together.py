"""Functions that give callbacks beside something else: an object, a path, other callbacks."""

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
from transpiler.source.rewritings.given_together import given_together
from transpiler.verify.session import VerifySession

HEAD = """\
import os

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.callbacks import EarlyStopping, LambdaCallback, ReduceLROnPlateau


"""
KEEPER = """\
class Keeper(keras.callbacks.Callback):
    def __init__(self, monitor="loss"):
        super().__init__()
        self.monitor = monitor
        self.best = 1e9
        self.epochs = []

    def on_epoch_end(self, epoch, logs=None):
        if logs[self.monitor] < self.best:
            self.best = logs[self.monitor]
            self.epochs.append(epoch)


"""
FORMS = {
    "together": """\
def get_callbacks(monitor="val_loss"):
    keeper = Keeper(monitor)
    return keeper, [keeper, EarlyStopping(monitor=monitor, patience=2)]
""",
    "step by step": '''\
# All of them.
def get_callbacks(patience=2):
    """The keeper, and all callbacks."""
    # the first
    first = Keeper()
    callbacks = [first]
    callbacks.append(EarlyStopping(monitor="val_loss", patience=patience))
    callbacks += [
        ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1),
        LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"])),
    ]
    return first, callbacks
''',
    "by a condition": """\
def get_callbacks(name="val_loss", early=True):
    print(f"looks at {name}")
    keeper = Keeper(name)
    found = [keeper]
    if early:
        found.append(EarlyStopping(monitor=name, patience=2))
    return [keeper, found]
""",
}
TRAIN = """\


def run(x, y):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    keeper, callbacks = get_callbacks()
    history = model.fit(
        x, y, validation_split=0.25, epochs=4, shuffle=False, verbose=0, callbacks=callbacks
    )
    return history.history["loss"], keeper.best, keeper.epochs


x, y = np.random.RandomState(0).rand(40, 4), np.random.RandomState(1).rand(40, 1)
loss, best, epochs = run(x, y)
"""


@pytest.mark.parametrize("form", FORMS)
def test_an_object_is_the_same_under_each_name(form: str, scripts: Scripts) -> None:
    text = HEAD + KEEPER + FORMS[form] + TRAIN
    result = converted_text(text, Options(exact=True))
    assert "get_callbacks" not in result
    assert "tensorflow" not in result
    assert "    keeper = Keeper(" in result
    apart = scripts.compare(text, result)
    assert {"loss", "best", "epochs"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_comments_come_along() -> None:
    result = converted_text(HEAD + KEEPER + FORMS["step by step"] + TRAIN)
    assert "    # All of them.\n    # the first\n    keeper = Keeper()\n" in result


MODELS = """\
from tensorflow import keras
from tensorflow.keras import layers


def build_model():
    return keras.Sequential([keras.Input((4,)), layers.Dense(1)])
"""
MAIN = """\
import numpy as np
{imports}
from models import build_model

x, y = np.random.RandomState(0).rand(40, 4), np.random.RandomState(1).rand(40, 1)
model = build_model()
model.compile("sgd", "mse")
keeper, callbacks = {given}()
history = model.fit(x, y, validation_split=0.25, epochs=4, shuffle=False, callbacks=callbacks)
loss, best, epochs = history.history["loss"][-1], keeper.best, keeper.epochs
"""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("module", [False, True])
def test_those_of_another_file(
    form: str, module: bool, tmp_path: Path, session: VerifySession
) -> None:
    imports = "import parts" if module else "from parts import get_callbacks"
    given = "parts.get_callbacks" if module else "get_callbacks"
    files = {
        "models.py": MODELS,
        "parts.py": HEAD.replace("import numpy as np\n", "") + KEEPER + FORMS[form],
        "main.py": MAIN.format(imports=imports, given=given),
    }
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "get_callbacks" not in texts["main.py"] + texts["parts.py"]
    assert_alike(tmp_path, session)


def test_names_that_are_taken_are_others(scripts: Scripts) -> None:
    form = FORMS["step by step"].replace("first", "best").replace("callbacks =", "epochs =")
    form = form.replace("callbacks.append", "epochs.append").replace("callbacks +=", "epochs +=")
    form = form.replace("return best, callbacks", "return best, tuple(epochs)[:2] + ()")
    text = HEAD + KEEPER + form.replace("tuple(epochs)[:2] + ()", "epochs") + TRAIN
    result = converted_text(text, Options(exact=True))
    assert max(scripts.compare(text, result).values()) < 1e-9


CHANGES = {
    "twice": (
        "loss, best, epochs = run(x, y)\n",
        "loss, best, epochs = run(x, y)\nget_callbacks()\n",
    ),
    "itself": ("get_callbacks()\n", "get_callbacks(keeper)\n"),
    "more": ("    return keeper, [", "    keeper.fit(1)\n    return keeper, ["),
    "model": ("    return keeper, [", "    keeper.made = keras.Sequential()\n    return keeper, ["),
    "early": (
        "    return keeper, [",
        "    if monitor == 'x':\n        return 1, 2\n    return keeper, [",
    ),
    "inside": ("    return keeper, [", "    def f():\n        pass\n\n    return keeper, ["),
    "options": ('(monitor="val_loss")', '(monitor="val_loss", *more)'),
    "hidden": ("def run(x, y):\n", "def run(x, y):\n    Keeper = None\n"),
    "whole": ("keeper, callbacks = get", "found = get"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_not_clear_stays(name: str) -> None:
    text = HEAD + KEEPER + FORMS["together"] + TRAIN
    old, new = CHANGES[name]
    changed = text.replace(old, new)
    assert changed != text
    assert given_together(text, tuple) is not None
    assert given_together(changed, tuple) is None


def test_what_is_refused_stays_as_it_was() -> None:
    text = HEAD + KEEPER + FORMS["together"].replace("patience=2)", "patience=x.pop())") + TRAIN
    text = text.replace("EarlyStopping(monitor", "EarlyStopping(unknown=3, monitor")
    made = convert(text)
    assert any(d.severity is Severity.ERROR for d in made.diagnostics)
    assert "    keeper, callbacks = get_callbacks()\n" in made.text


def test_what_others_import_stays_a_function() -> None:
    text = HEAD + KEEPER + FORMS["together"] + TRAIN
    assert given_together(text, lambda: ["from main import get_callbacks\n"]) is None
