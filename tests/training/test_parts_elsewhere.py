"""Functions of another file that give optimizers and callbacks: they go with the training."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import DATA, MODEL, assert_equal, converted
from transpiler.verify.session import VerifySession

PARTS = """\
\"\"\"What trains models.\"\"\"

import os
from datetime import datetime as clock

import tensorflow as tf
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint

FACTOR = 0.5
NAME = "best"


class Printer(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print("done", epoch)


def decay(epoch, rate):
    return rate * FACTOR if epoch > 0 else rate


def make_checkpoint(path):
    return ModelCheckpoint(path, save_best_only=True, save_weights_only=True)


def get_callbacks(folder, patience=2):
    \"\"\"All of them.\"\"\"
    os.makedirs(folder, exist_ok=True)
    print(clock.now().year > 1)
    # what is best
    checkpoint = make_checkpoint(os.path.join(folder, NAME + ".weights.h5"))
    stopping = EarlyStopping(patience=patience, restore_best_weights=True)
    return [checkpoint, stopping, tf.keras.callbacks.LearningRateScheduler(decay), Printer()]


def get_optimizer(name="sgd", rate=0.1):
    if name == "sgd":
        return tf.keras.optimizers.SGD(rate, momentum=0.5)
    return tf.keras.optimizers.RMSprop(rate)
"""
TRAIN = """\
import numpy as np
from data import load_data
from model import build
{imports}


def train():
    x, y, x_test, y_test = load_data()
    model = build(4)
    model.compile({prefix}get_optimizer(rate=0.05), "sparse_categorical_crossentropy", ["accuracy"])
    callbacks = {prefix}get_callbacks("run", patience=1)
    return model.fit(
        x, y, batch_size=16, epochs=4, validation_data=(x_test, y_test), callbacks=callbacks
    )


if __name__ == "__main__":
    history = train()
    print(np.mean(history.history["loss"]))
"""
STYLES = {
    "names": ("parts.py", "from parts import get_callbacks, get_optimizer", ""),
    "module": ("parts.py", "import parts", "parts."),
    "alias": ("parts.py", "import parts as p", "p."),
    "star": ("parts.py", "from parts import *", ""),
    "brackets": ("parts.py", "from parts import (\n    get_callbacks,\n    get_optimizer,\n)", ""),
    "package": ("utils/parts.py", "from utils.parts import get_callbacks, get_optimizer", ""),
    "of package": ("utils/parts.py", "from utils import parts", "parts."),
}


@pytest.mark.parametrize("style", STYLES)
def test_parts_come_from_another_file(style: str, tmp_path: Path, session: VerifySession) -> None:
    name, imports, prefix = STYLES[style]
    train = TRAIN.format(imports=imports, prefix=prefix)
    files = {"model.py": MODEL, "data.py": DATA, name: PARTS, "train.py": train}
    if name != "parts.py":
        files["utils/__init__.py"] = ""
    texts, errors = converted(tmp_path, files)
    assert not errors
    for gone in ("get_callbacks", "get_optimizer", "make_checkpoint", "keras", "import os"):
        assert gone not in texts[name].replace("Keras", "")
    assert texts[name].endswith("return rate * FACTOR if epoch > 0 else rate\n")
    assert "get_callbacks" not in texts["train.py"]
    assert "tf2torch" not in texts["train.py"]
    assert "import os\n" in texts["train.py"]
    assert "from datetime import datetime as clock\n" in texts["train.py"]
    assert "os.makedirs(folder, exist_ok=True)\n" in texts["train.py"]
    assert "    # what is best\n" in texts["train.py"]
    assert_equal(tmp_path, "train.py", session)


SHORT = """\
from tensorflow.keras.callbacks import EarlyStopping, TerminateOnNaN


def get_callbacks(patience=1):
    return [EarlyStopping(monitor="loss", patience=patience), TerminateOnNaN()]
"""
FIT = """\
from data import load_data
from model import build
from parts import get_callbacks
{before}
x, y, _, _ = load_data()
model = build(4)
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, callbacks=get_callbacks({given}))
"""


def _files(**trains: str) -> dict[str, str]:
    files = {"model.py": MODEL, "data.py": DATA, "parts.py": SHORT}
    return files | {f"{name}.py": text for name, text in trains.items()}


def test_a_function_goes_when_no_file_calls_it_any_more(tmp_path: Path) -> None:
    train, tune = FIT.format(before="", given="2"), FIT.format(before="", given="patience=3")
    texts, errors = converted(tmp_path, _files(train=train, tune=tune))
    assert not errors
    assert texts["parts.py"] == ""
    for name, patience in (("train.py", 2), ("tune.py", 3)):
        assert "parts" not in texts[name]
        assert f"if wait >= {patience}:\n" in texts[name]


@pytest.mark.parametrize(
    "other",
    [
        FIT.format(before="", given="").replace('"sgd"', "optimizer_of(model)"),
        "from parts import get_callbacks\n\nprint(len(get_callbacks()))\n",
        f"# tf2torch: skip-file\n{FIT.format(before='', given='')}",
    ],
)
def test_a_function_stays_as_long_as_a_file_calls_it(other: str, tmp_path: Path) -> None:
    texts, errors = converted(tmp_path, _files(train=FIT.format(before="", given="2")))
    assert not errors
    (tmp_path / "more").mkdir()
    texts, errors = converted(
        tmp_path / "more", _files(train=FIT.format(before="", given="2"), other=other)
    )
    assert any(e.startswith("parts.py:5: `EarlyStopping` is left") for e in errors), errors
    assert "def get_callbacks(" in texts["parts.py"]
    assert "parts" not in texts["train.py"]


@pytest.mark.parametrize(
    "parts",
    [
        SHORT.replace("    return", "    global made\n    made = 1\n    return"),
        "import time\n" + SHORT.replace("    return", "    print(time.time())\n    return"),
        "import config\n" + SHORT.replace("patience=patience", "patience=config.PATIENCE"),
        "from rates import rate\n"
        + SHORT.replace("TerminateOnNaN()]", "LearningRateScheduler(rate)]"),
    ],
)
def test_a_function_that_means_something_else_there_is_left(parts: str, tmp_path: Path) -> None:
    before = "import config\n\ntime = 3\nconfig.PATIENCE = 4"
    files = _files(train=FIT.format(before=before, given="2")) | {"parts.py": parts}
    files["config.py"] = "PATIENCE = 3\n"
    texts, errors = converted(tmp_path, files)
    assert any(e.startswith("train.py:") and "`fit` is left" in e for e in errors), errors
    assert "callbacks=get_callbacks(2)" in texts["train.py"]
    assert "tf2torch_" not in texts["train.py"]


def test_the_lines_of_the_file_are_said(tmp_path: Path) -> None:
    train = FIT.format(before="\nimport tensorflow as tf\n\ntf.unheard_of()", given="2")
    _, errors = converted(tmp_path, _files(train=train + "tf.unheard_of()\n"))
    assert [e.split(": ")[0] for e in errors] == ["train.py:7", "train.py:12"]
