"""Arrays that run backwards through the memory of others: torch wants copies of them."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(50, 5)), rng.normal(size=(50, 1))
{before}
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit({arrays}, epochs=1, verbose=0, validation_split=0.2)
print(history.history)
score = model.evaluate({arrays}, verbose=0)
answer = model.predict(x[:, ::-1], verbose=0)
"""


@pytest.mark.parametrize(
    ("before", "arrays", "copies"),
    [
        ("", "x[::-1], y[::-1]", True),
        ("", "np.fliplr(x), y", True),
        ("turned = x[:, ::-1]", "turned, y", True),
        ("x, y = x[::-1], y[::-1]", "x, y", True),
        ("both = np.concatenate([x, x[::-1]])", "both, np.concatenate([y, y])", False),
        ("some = x[::2]", "some, y[:25]", False),
        ("last = x[-20:]", "last, y[-20:]", False),
    ],
)
def test_they_are_copied(scripts: Scripts, before: str, arrays: str, copies: bool) -> None:
    text = PROGRAM.format(before=before, arrays=arrays)
    result = converted(text)
    assert result.count(".copy()") > 1 if copies else result.count(".copy()") == 1
    apart = scripts.compare(text, result)
    assert {"history", "score", "answer"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


BATCHES = """\
losses = [float(model.train_on_batch(x[::-1], y[::-1])) for _ in range(2)]
loss = float(model.test_on_batch(x[:, ::-1], np.flip(y)))
"""


def test_batches_are_copied(scripts: Scripts) -> None:
    text = PROGRAM.format(before="", arrays="x, y") + BATCHES
    apart = scripts.compare(text, converted(text))
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
