"""Blocks that only other files call: how many axes their tensors have, these tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

BLOCKS = """\
from tensorflow.keras.layers import BatchNormalization, Dense, PReLU


def fc(x, units):
    x = Dense(units)(x)
    {second}
    return PReLU()(x)


def tower(x, widths):
    for width in widths:
        x = fc(x, width)
    return x
"""
NET = """\
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Dense
from blocks import {block}


def build(n):
    x = inputs = Input(({shape}n,))
    x = {call}
    model = Model(inputs, Dense(1)(x))
    model.compile("adam", "mse")
    return model
"""
MAIN = """\
import numpy as np
from net import build

x = np.random.RandomState(0).rand(30, 4)
model = build(4)
model.fit(x, x.sum(1), epochs=2, verbose=0)
"""


@pytest.mark.parametrize("second", ["x = BatchNormalization()(x)", "x = Dense(3)(x)"])
@pytest.mark.parametrize(("block", "call"), [("fc", "fc(x, 5)"), ("tower", "tower(x, (6, 5))")])
def test_features(
    block: str, call: str, second: str, tmp_path: Path, session: VerifySession
) -> None:
    net = NET.format(block=block, call=call, shape="")
    files = {"blocks.py": BLOCKS.format(second=second), "net.py": net, "main.py": MAIN}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "class Fc(nn.Module)" in texts["blocks.py"]
    assert_equal(tmp_path, "main.py", session)


def test_steps_are_said(tmp_path: Path) -> None:
    net = NET.format(block="fc", call="fc(x, 5)", shape="7, ")
    second = "x = BatchNormalization()(x)"
    _, errors = converted(tmp_path, {"blocks.py": BLOCKS.format(second=second), "net.py": net})
    assert "`fc` is called on tensors of different ranks" in errors[0]


def test_nobody_tells(tmp_path: Path) -> None:
    second = "x = BatchNormalization()(x)"
    _, errors = converted(tmp_path, {"blocks.py": BLOCKS.format(second=second)})
    assert errors[0].endswith("the number of dimensions is not known here")
