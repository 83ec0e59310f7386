"""A conversion runs nothing of the program's, and imports neither framework nor the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Runs before the conversion: importing a framework or starting a process fails from then on.
GUARD = """
import sys

FORBIDDEN = {"torch", "tensorflow", "keras", "tf_keras", "torchvision", "numpy", "h5py", "helpers"}

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in FORBIDDEN:
            raise AssertionError(f"{name} is imported")

sys.meta_path.insert(0, Refuse())

def audit(event, args):
    if event in ("socket.connect", "os.system", "subprocess.Popen", "os.exec"):
        raise AssertionError(f"{event} {args}")

sys.addaudithook(audit)

from transpiler.cli import main

status = main(sys.argv[1:])
assert not FORBIDDEN & sys.modules.keys(), FORBIDDEN & sys.modules.keys()
sys.exit(status)
"""

#: All of it would be seen, if any of it ran.
PROGRAM = """
import os
import sys

from tensorflow import keras
from tensorflow.keras import layers

from helpers import block

open("ran", "w").write("module")
os.system("touch ran")


def trace(function):
    open("ran", "w").write("decorator")
    return function


class Meta(type):
    def __new__(cls, name, bases, body):
        open("ran", "w").write("metaclass")
        return super().__new__(cls, name, bases, body)


class Settings(metaclass=Meta):
    open("ran", "w").write("class body")
    WIDTH = eval("__import__('os').system('touch ran') or 8")
    DEPTH = [exec("open('ran', 'w')") or 2 for _ in range(2)]


@trace
def build(classes=len(open("ran", "w").name)):
    open("ran", "w").write("function")
    inputs = keras.Input((8, 8, 3))
    x = block(inputs, 4)
    for width in __import__("os").environ.get("WIDTHS", "4,8").split(","):
        x = layers.Conv2D(int(width), 3, activation="relu")(x)
    x = layers.Lambda(lambda t: t * float(open("ran", "w").fileno()))(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(classes)(x))


model = keras.Sequential([
    layers.Dense(4, input_shape=(3,)),
    layers.Dense(Settings.WIDTH, activation=f"{os.remove('ran')}"),
])
small = keras.Sequential([layers.Dense(4, input_shape=(3,)), layers.Dense(2 ** 3)])
model.compile(loss="mse")
model.fit([[1, 2, 3]], [[1, 2, 3, 4]])
build().summary()
sys.exit(3)
"""

#: Imported by the program: followed by reading, never by importing.
HELPERS = """
from tensorflow.keras import layers

open("ran", "w").write("helpers")


def block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same")(x)
    return layers.ReLU()(x)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "helpers.py").write_text(HELPERS)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", GUARD, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ["convert", "--diff", "program.py"],
        ["convert", "--diff", "--jobs", "1", "."],
        ["convert", "--output-dir", "out", "program.py"],
        ["convert", "program.py"],
        ["scan", "."],
    ],
    ids=" ".join,
)
def test_nothing_is_imported_and_nothing_runs(folder: Path, arguments: list[str]) -> None:
    ended = run(folder, *arguments)
    assert "is imported" not in ended.stderr, ended.stderr
    assert "Traceback" not in ended.stderr, ended.stderr
    assert "internal error" not in ended.stdout + ended.stderr
    assert ended.returncode in (0, 1), ended.stderr
    assert not (folder / "ran").exists()


def test_it_does_convert(folder: Path) -> None:
    """What the test above says is said of a conversion, not of a refusal."""
    run(folder, "convert", "program.py")
    text = (folder / "program.py").read_text()
    assert "nn.Module" in text
    assert 'open("ran", "w").write("module")' in text


def test_the_guard_works(folder: Path) -> None:
    program = GUARD.replace("from transpiler.cli import main", "import helpers")
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "helpers is imported" in ended.stderr
