"""Blocks whose axis of the channels is a parameter that only other files give."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

MODULES = """\
from tensorflow.keras.layers import Activation, BatchNormalization, Conv2D, concatenate


def conv_module(x, filters, size, chanDim):
    x = Conv2D(filters, (size, size), padding="same")(x)
    x = BatchNormalization(axis=chanDim)(x)
    return Activation("relu")(x)


def inception_module(x, filters, chanDim):
    narrow = conv_module(x, filters, 1, chanDim)
    wide = conv_module(x, filters, 3, chanDim)
    return concatenate([narrow, wide], axis=chanDim)
"""
NET = """\
from modules import conv_module, inception_module
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dense, Flatten, Input
from tensorflow.keras.models import Model


def build(depth{parameter}):
{chosen}
    inputs = Input(shape=(6, 6, depth))
    x = conv_module(inputs, 4, 3, chanDim)
    x = inception_module(x, 3, chanDim)
    return Model(inputs, Dense(1)(Flatten()(x)))
"""
CHOSEN = """\
    chanDim = -1
    if K.image_data_format() == "channels_first":
        chanDim = 1
"""
MAIN = """\
import numpy as np
from net import build

x = np.random.RandomState(0).rand(24, 6, 6, 3)
model = build(3)
model.compile("sgd", "mse")
model.fit(x, x.mean((1, 2, 3)), epochs=2, batch_size=8, verbose=0)
"""


@pytest.mark.parametrize(("parameter", "chosen"), [("", CHOSEN), (", chanDim=-1", "")])
def test_channels(parameter: str, chosen: str, tmp_path: Path, session: VerifySession) -> None:
    net = NET.format(parameter=parameter, chosen=chosen)
    texts, errors = converted(tmp_path, {"modules.py": MODULES, "net.py": net, "main.py": MAIN})
    assert not errors
    assert "return torch.cat([narrow, wide], dim=1)\n" in texts["modules.py"]
    raised = (
        '        if chanDim != -1:\n            raise NotImplementedError("chanDim must be -1")\n'
    )
    assert raised in texts["modules.py"]
    assert_equal(tmp_path, "main.py", session)


@pytest.mark.parametrize("call", ["conv_module(inputs, 6, 3, 1)", "inception_module(inputs, 6, 1)"])
def test_another_axis(call: str, tmp_path: Path) -> None:
    """A block is written for one axis; another file that gives another one is told so."""
    net = NET.format(parameter="", chosen="").replace("inception_module(x, 3, chanDim)", "x")
    net = net.replace("conv_module(inputs, 4, 3, chanDim)", call)
    _, errors = converted(tmp_path, {"modules.py": MODULES, "net.py": net})
    name = call.partition("(")[0]
    assert any(f"`{name}` is written for chanDim=-1 in its own file" in e for e in errors)
