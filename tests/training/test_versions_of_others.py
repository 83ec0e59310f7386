"""A file is seen by others as it is converted itself, in whichever version of its text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

NETS = """\
from tensorflow import keras
from tensorflow.keras import layers


def build(out=1, act=None):
    last = layers.Dense(out, activation=act)
    return keras.Sequential([keras.Input((5,)), layers.Dense(6, "tanh"), last])
"""
MAIN = """\
import numpy as np
from nets import build
from tensorflow import keras

rng = np.random.RandomState(0)
x = rng.rand(40, 5)
y = (x[:, :1] > 0.5).astype(float)
m = build(1, "sigmoid")
m.compile(keras.optimizers.SGD(0.1), "binary_crossentropy", metrics=["accuracy"])
h = m.fit(x, y, epochs=2, batch_size=16, verbose=0).history
{asked}
"""


@pytest.mark.parametrize(
    "asked",
    [
        "r = [float(v) for v in m.train_on_batch(x[:8], y[:8])]",
        "r = m.evaluate(x, y)",
    ],
)
def test_the_builder_gives_the_logits(asked: str, tmp_path: Path, session: VerifySession) -> None:
    files = {"main.py": MAIN.format(asked=asked), "nets.py": NETS}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "model.forward_logits(" in texts["main.py"]
    assert "def forward_logits(" in texts["nets.py"]
    if "evaluate" in asked:
        assert_equal(tmp_path, "main.py", session)
