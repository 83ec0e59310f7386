"""Sizes of batches that are None when the program runs, for which Keras takes 32."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

HEAD = """\
import argparse

import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(70, 4)), rng.normal(size=(70, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mae")
"""
CALLBACK = """

class Score(keras.callbacks.Callback):
    def __init__(self, x, y, n{default}):
        super().__init__()
        self.x, self.y, self.n = x, y, n
        self.scores = []

    def on_epoch_end(self, epoch, logs=None):
        self.scores.append(self.model.evaluate(self.x, self.y, batch_size={size}, verbose=0))


score = Score(x, y{given})
model.fit(x, y, shuffle=False, verbose=0, callbacks=[score])
scores = score.scores
"""
CALLS = """
parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int)
args = parser.parse_args([])


class Runner:
    def __init__(self, n):
        self.n = n

    def run(self):
        return model.evaluate(x, y, batch_size=self.n, verbose=0)


def run(batch):
    model.fit(x, y, batch_size=batch, shuffle=False, verbose=0)


run(16)
run(None)
for each in (None, 8):
    model.fit(x, y, batch_size=each, shuffle=False, verbose=0)
fitted = model.fit(x, y, batch_size=args.batch_size, shuffle=False, verbose=0)
scores = [*fitted.history["loss"], Runner(None).run()]
"""


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("default", "given", "size", "written"),
    [
        ("=None", "", "self.n", "self.n or 32"),
        ("", ", None", "self.n", "self.n or 32"),
        ("", ", len(x) // 4", "self.n", "self.n"),
        ("=16", "", "self.n if epoch else None", "(self.n if epoch else None) or 32"),
        ("=16", "", "2 * self.n", "2 * self.n"),
    ],
)
def test_callbacks_that_evaluate(
    scripts: Scripts, default: str, given: str, size: str, written: str
) -> None:
    text = HEAD + CALLBACK.format(default=default, given=given, size=size)
    made = converted(text)
    assert f"batch_size={written})" in " ".join(made.split()).replace(" )", ")")
    apart = scripts.compare(text, made)
    assert "scores" in apart
    assert max(apart.values()) < 1e-9, apart


def test_values_that_calls_loops_and_a_command_line_give(scripts: Scripts) -> None:
    apart = scripts.compare(HEAD + CALLS, converted(HEAD + CALLS))
    assert "scores" in apart
    assert max(apart.values()) < 1e-9, apart
