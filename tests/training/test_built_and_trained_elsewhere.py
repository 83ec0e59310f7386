"""One file builds, compiles and trains models by its functions, and another one calls these."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

LIBRARY = """\
from tensorflow import keras
{loss}

def build(units=3):
    hidden = keras.layers.Dense(units, activation="relu")
    model = keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(1)])
    model.compile("sgd", {given})
    return model


def train(model, x, y):
    return model.fit(x, y, epochs=2, batch_size=8, verbose=0).history["loss"]
"""
MAIN = """\
import numpy as np
from models import build, train

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
loss = []
{calls}
"""
CALLS = {
    "two": "a = build()\nloss += train(a, x, y)\nb = build()\nloss += train(b, x, y)",
    "rounds": "for fold in range(2):\n    model = build()\n    loss.append(train(model, x, y))",
    "sizes": "for size in (2, 5):\n    model = build(size)\n    loss.append(train(model, x, y))",
    "at once": "loss += train(build(), x, y)",
    "at once in rounds": "for fold in range(2):\n    loss += train(build(), x, y)",
}
OWN = """\


def half(t, p):
    return 0.5 * keras.ops.mean(keras.ops.square(t - p), axis=-1)
"""


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("calls", CALLS.values(), ids=CALLS)
def test_each_model_is_trained(
    calls: str, own: bool, tmp_path: Path, session: VerifySession
) -> None:
    library = LIBRARY.format(loss=OWN if own else "", given="half" if own else '"mse"')
    files = {"models.py": library, "main.py": MAIN.format(calls=calls)}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "optim.SGD(" in texts["main.py"]
    assert_alike(tmp_path, session)
