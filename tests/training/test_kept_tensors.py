"""Tensors that methods keep on their objects while they build models."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted, farthest
from tests.training.scripts import Scripts
from tests.training.test_several_files import converted as converted_files
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

NET = """\
import numpy as np
from tensorflow.keras.layers import Dense, Input, concatenate
from tensorflow.keras.models import Model

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


class Net:
    def __init__(self, size):
        self.size = size
        self.build()

    def build(self):
        # what it sees
        self.inputs = Input((self.size,))
        self.left = Dense(4, activation="tanh", name="left")(self.inputs)
        self.right = Dense(4)(self.inputs)
        self.both = concatenate([self.left, self.right])
        for _ in range(2):
            self.both = Dense(5)(self.both)
        self.model = Model(self.inputs, Dense(1)(self.both))
        self.model.compile("sgd", "mse")

    def fit(self):
        return self.model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
{more}

net = Net(6)
history = net.fit()
losses = np.array(history["loss"])
"""


def test_they_become_variables(scripts: Scripts) -> None:
    text = NET.format(more="")
    assert "self.both" not in converted(text)
    said = [d.message for d in convert(text).diagnostics]
    assert any("`self.right` of `build` are variables of it now" in one for one in said), said
    worst, apart = farthest(scripts, text)
    assert worst < 1e-9, apart


READ = {
    "by a method": ("\n    def seen(self):\n        return self.left\n", ""),
    "of the object": ("", "print(net.left)\n"),
    "behind another file": ("", ""),
    "by its text": ("\n    def named(self, name):\n        return getattr(self, name)\n", ""),
    "by an heir": (
        "\n\nclass Other(Net):\n    def build(self):\n        super().build()\n"
        "        self.model = Model(self.inputs, self.left)\n",
        "",
    ),
}


@pytest.mark.parametrize("way", READ)
def test_what_is_read_elsewhere_stays(way: str, tmp_path: Path) -> None:
    more, main = READ[way]
    files = {"net.py": NET.format(more=more), "main.py": f"from net import net\n\n{main}"}
    if way == "behind another file":
        files["more.py"] = "from net import net\n\nmain = net\n"
        files["main.py"] = "from more import main\n\nprint(main.left)\n"
    _, errors = converted_files(tmp_path, files)
    assert any("a tensor is kept on an object" in error for error in errors), errors


@pytest.mark.parametrize(
    "made",
    ['ModelCheckpoint("best.keras", save_best_only=True)', "callbacks.EarlyStopping(patience=2)"],
)
def test_callbacks_that_nothing_reads_go(made: str, scripts: Scripts) -> None:
    imports = "from tensorflow.keras import callbacks\n"
    imports += "from tensorflow.keras.callbacks import ModelCheckpoint\n"
    text = imports + NET.format(more="")
    text = text.replace(
        "        self.build()\n", f"        self.saving = {made}\n        self.build()\n"
    )
    assert "saving" not in converted(text)
    said = [d.message for d in convert(text).diagnostics]
    assert "`self.saving` is gone: nothing that is seen reads it" in said
    worst, apart = farthest(scripts, text)
    assert worst < 1e-9, apart
    read = text.replace("history = net.fit()", "print(net.saving.monitor)\nhistory = net.fit()")
    errors = [d for d in convert(read).diagnostics if d.severity is Severity.ERROR]
    assert any("is left as it is" in d.message for d in errors), errors
