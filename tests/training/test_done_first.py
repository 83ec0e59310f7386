"""Functions that do something before they give callbacks: it is done where they are called."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

FOLDS = """
import json
import os

import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import CSVLogger, EarlyStopping, ModelCheckpoint

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def ensure(path):
    if not os.path.exists(path):
        os.makedirs(path)


def get_callbacks(path, fold, verbose=1, resume=False):
    # a folder for each fold
    path = os.path.join(path, f"fold_{fold}")
    if not resume and os.path.exists(path):
        raise FileExistsError(path)
    ensure(path)  # may be there
    if verbose:
        print(f"writing to {path}")
    logs = os.path.join(path, "logs")
    for part in ("a", "b"):
        os.makedirs(os.path.join(logs, part))
    with open(os.path.join(path, "info.json"), "w") as file:
        json.dump({"fold": fold}, file)
    callbacks = [CSVLogger(f"{logs}/log.csv")]
    callbacks.append(ModelCheckpoint(f"{path}/best.keras", monitor="loss", save_best_only=True))
    if fold:
        callbacks.append(EarlyStopping(monitor="loss", min_delta=9, patience=1))
    print("callbacks are made")
    return callbacks


path = FOLDER
losses, counts = [], []
for index in range(2):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    parts = get_callbacks(path, index)
    history = model.fit(x, y, epochs=3, shuffle=False, verbose=0, callbacks=parts)
    losses.append(history.history["loss"][-1])
    counts.append(len(history.history["loss"]))
files = len([name for _, folders, names in os.walk(path) for name in folders + names])
"""


def errors(text: str) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]


def test_what_is_done_first(scripts: Scripts, tmp_path: Path) -> None:
    texts = [FOLDS.replace("FOLDER", repr(str(tmp_path / name))) for name in ("keras", "torch")]
    results = [convert(text, Options(exact=True)) for text in texts]
    assert not errors(texts[0])
    emitted = results[1].text
    assert "get_callbacks" not in emitted
    assert "    # a folder for each fold\n    path_2 = os.path.join(path, f" in emitted
    assert "    ensure(path_2)  # may be there\n    print(f" in emitted
    assert emitted.count("# may be there") == 1
    apart = scripts.compare(texts[0], emitted)
    assert max(apart.values()) < 1e-9, apart
    assert {"losses", "counts", "files"} <= apart.keys()


OBJECT = """
import os
import datetime

import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, TensorBoard


class Trainer:
    def __init__(self, out):
        self.out = out
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def get_callbacks(self, name="run"):
        stamp = datetime.datetime.now().strftime("%H%M%S")
        folder = os.path.join(self.out, name, stamp)
        os.makedirs(folder, exist_ok=True)
        return [ModelCheckpoint(os.path.join(folder, "best.keras")), TensorBoard(log_dir=folder)]

    def train(self, x, y):
        return self.model.fit(x, y, epochs=2, callbacks=self.get_callbacks())
"""


def test_methods_and_what_is_asked_but_once() -> None:
    assert not errors(OBJECT)
    emitted = convert(OBJECT).text
    assert emitted.count("datetime.now()") == 1
    first = (
        '        folder = os.path.join(self.out, "run", stamp)\n        os.makedirs(folder, exist'
    )
    assert first in emitted
    assert 'torch.save(self.model.state_dict(), os.path.join(folder, "best.keras"))' in emitted


CLASS = """
import os
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import ModelCheckpoint


class Settings:
    out = "logs"


def get_callbacks(settings, name="best"):
    os.makedirs(settings.out, exist_ok=True)
    path = f"{settings.out}/{name}.keras"
    print(path)
    return [ModelCheckpoint(path)]


x, y = np.ones((64, 4)), np.ones((64, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, callbacks=get_callbacks(Settings, name="last"))
"""


def test_settings_in_a_class() -> None:
    assert not errors(CLASS)
    emitted = convert(CLASS).text
    assert 'name = "last"\nos.makedirs(Settings.out' in emitted
    assert 'path = f"{Settings.out}/{name}.keras"\nprint(path)\n' in emitted


SCRIPT = """
import os
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import CSVLogger, EarlyStopping, ModelCheckpoint

config = {{"patience": 2}}
x, y = np.ones((64, 4)), np.ones((64, 1))


def get_callbacks(path):
    {body}


def main():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    {use}


main()
"""
TRAIN = """
def train(model, callbacks):
    model.fit(x, y, epochs=2, callbacks=callbacks)


"""
FIT = 'model.fit(x, y, epochs=2, callbacks=get_callbacks("logs"))'
FOUND = "model.fit(x, y, epochs=2, callbacks=found)"
MADE = "os.makedirs(path, exist_ok=True)\n    return [CSVLogger(path + '/log.csv')]"


@pytest.mark.parametrize(
    ("body", "use"),
    [
        # what parts are made of changes afterwards
        (
            'path = path + "s"\n    log = CSVLogger(path)\n    path = path + "t"\n'
            '    print(f"{path}")\n    return [log]',
            FIT,
        ),
        (
            'held = EarlyStopping("loss", patience=config["patience"])\n'
            "    config.update(patience=1)\n    return [held]",
            FIT,
        ),
        ('config["patience"] = 1\n    return [EarlyStopping("loss", patience=1)]', FIT),
        # parts are read by what is done
        ("found = [CSVLogger(path)]\n    print(len(found))\n    return found", FIT),
        ("print(keras.__version__)\n    return [CSVLogger(path)]", FIT),
        # it is not done in any case, or after something else
        (MADE, "found = get_callbacks('a') if len(x) > 3 else []\n    " + FOUND),
        (MADE, "model.fit(next(it), y, epochs=2, callbacks=get_callbacks('a'))"),
        (MADE, "found = [one for n in 'ab' for one in get_callbacks(n)]\n    " + FOUND),
        (
            "if len(x) > 3:\n        print(path)\n        return [CSVLogger(path)]\n    return []",
            FIT,
        ),
        # another function reads a variable of the one where it is done
        (f"path = path + 's'\n    {MADE}", "train(model, get_callbacks('a'))"),
        ("return [CSVLogger(path)]", "out = str(len(x))\n    train(model, get_callbacks(out))"),
    ],
)  # fmt: skip
def test_what_would_be_done_at_another_time_stays(body: str, use: str) -> None:
    text = SCRIPT.format(body=body, use=use)
    if "train(" in use:
        text = text.replace("def main", TRAIN + "def main")
    assert errors(text)
    assert "def get_callbacks(path):" in convert(text).text


def test_what_is_done_at_once_goes() -> None:
    assert not errors(SCRIPT.format(body=MADE, use=FIT))


def test_variables_of_two_calls() -> None:
    use = (
        "one, two = get_callbacks('a'), 2\n    a = get_callbacks('a')\n    b = get_callbacks('b')\n"
        "    model.fit(x, y, callbacks=a)\n    model.fit(x, y, callbacks=b)"
    )
    body = f"path = path + '/log'\n    {MADE}"
    text = SCRIPT.format(body=body, use=use.partition("\n    ")[2])
    assert not errors(text)
    emitted = convert(text).text
    assert re.findall(r"makedirs\((\w+),", emitted) == ["path", "path_2"]
    assert emitted.index("makedirs(path_2") < emitted.index("open(path + ")
    assert errors(SCRIPT.format(body=body, use=use))
