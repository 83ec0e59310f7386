"""`__all__` names what there is in the file that comes out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.test_several_files import converted

BLOCKS = """\
from tensorflow.keras import layers
from tensorflow.keras.callbacks import EarlyStopping

LIMIT = 3
{}


def dense_block(x, n):
    return layers.Activation("relu")(layers.Dense(n, use_bias=False)(x))


def make_callbacks(patience):
    return [EarlyStopping(monitor="loss", patience=patience)]
"""
MAIN = """\
import numpy as np
from blocks import *
from tensorflow.keras import Input, Model, layers

inputs = Input((4,))
model = Model(inputs, layers.Dense(1)(dense_block(inputs, LIMIT)))
model.compile("sgd", "mse")
x = np.ones((8, 4))
model.fit(x, x[:, :1], epochs=3, callbacks=make_callbacks(1))
"""


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        (
            '__all__ = ["dense_block", "make_callbacks", "LIMIT"]',
            '__all__ = ["DenseBlock", "LIMIT"]',
        ),
        (
            "__all__ = ('LIMIT', 'make_callbacks')\n__all__ += ('dense_block',)",
            "__all__ = ('LIMIT',)\n__all__ += ('DenseBlock',)",
        ),
        (
            '__all__ = [\n    "make_callbacks",  # for all\n    "LIMIT",\n    "dense_block",\n]',
            '__all__ = [\n    "LIMIT",\n    "DenseBlock",\n]',
        ),
        (
            '__all__ = ["make_callbacks"]\n__all__.extend(("dense_block", "LIMIT"))',
            '__all__ = []\n__all__.extend(("DenseBlock", "LIMIT"))',
        ),
        (
            '__all__ = ["LIMIT"] + ["dense_block", "make_callbacks", ]',
            '__all__ = ["LIMIT"] + ["DenseBlock", ]',
        ),
    ],
)
def test_names_that_are_gone_are_listed_no_more(listed: str, wanted: str, tmp_path: Path) -> None:
    files = {"blocks.py": BLOCKS.format(listed), "main.py": MAIN}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert f"\n{wanted}\n" in texts["blocks.py"]
    room: dict[str, object] = {}
    exec(texts["blocks.py"], room)
    names = room["__all__"]
    assert isinstance(names, (list, tuple))
    assert all(name in room for name in names)


def test_a_file_that_keeps_its_names_keeps_its_list(tmp_path: Path) -> None:
    listed = '__all__ = ["LIMIT", "unknown"]'
    files = {"blocks.py": BLOCKS.format(listed), "main.py": MAIN.replace("*", "dense_block, LIMIT")}
    texts, _ = converted(tmp_path, {**files, "main.py": files["main.py"].split("model.fit")[0]})
    assert listed in texts["blocks.py"]


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("from .blocks import *\n", '__all__ = ["dense_block", "LIMIT"]'),
        ('from .blocks import *\n\n__all__ = ["LIMIT", "dense_block"]\n', ""),
        ('__all__ = ("dense_block", "LIMIT")\nfrom .blocks import *\n', '__all__ = ["dense_block"]'
         '\n__all__ += ["LIMIT"]'),
        ("from . import blocks\nfrom .blocks import *\n\n__all__ = blocks.__all__ + ['blocks']\n",
         '__all__ = ["dense_block", "LIMIT"]'),
        ("from .inner import *\n\n__all__ = ['dense_block']\n__all__.append('LIMIT')\n", ""),
    ],
)  # fmt: skip
def test_packages_list_what_they_take_with_a_star(
    package: str, module: str, tmp_path: Path
) -> None:
    (tmp_path / "lib" / "inner").mkdir(parents=True)
    blocks = BLOCKS.format(module).partition("def make_callbacks")[0]
    files = {
        "lib/blocks.py": blocks.replace("from tensorflow.keras.callbacks import EarlyStopping", ""),
        "lib/inner/__init__.py": "from ..blocks import dense_block\nfrom ..blocks import LIMIT\n",
        "lib/__init__.py": package,
        "main.py": MAIN.replace("blocks import", "lib import").partition(", callbacks")[0] + ")\n",
    }
    texts, errors = converted(tmp_path, files)
    assert not errors
    room = tmp_path / "room"
    for path, text in texts.items():
        (room / path).parent.mkdir(parents=True, exist_ok=True)
        (room / path).write_text(text)
    lines = "from lib import *\nprint(DenseBlock(3, 2)(torch.ones(1, 3)).shape, LIMIT)"
    ran = subprocess.run(
        [sys.executable, "-c", f"import torch\n{lines}"], cwd=room, capture_output=True, text=True
    )
    assert ran.stdout == "torch.Size([1, 2]) 3\n", ran.stderr
