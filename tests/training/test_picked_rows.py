"""Rows that predictions pick are arrays to train on: pseudo-labels, active learning."""

from __future__ import annotations

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

TEXT = """\
import numpy as np
import pandas as pd
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, pool = rng.rand(40, 8), rng.rand(30, 8)
y = (x.sum(1) > 4).astype(int)
table = pd.DataFrame(x, columns=list("abcdefgh"))


class Learner:
    def __init__(self):
        self.model = keras.Sequential([layers.Input((8,)), layers.Dense(1, "sigmoid")])
        self.model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

    def query(self, rows, count):
        p = self.model.predict(rows, verbose=0)
        return np.argsort(np.abs(p[:, 0] - 0.5))[:count]

    def run(self, rows, targets, left, answers):
        losses = []
        for _ in range(2):
            history = self.model.fit(rows, targets, epochs=1, verbose=0)
            picked = self.query(left, 5)
            rows = np.concatenate([rows, left[picked]])
            targets = np.concatenate([targets, answers[picked]])
            left, answers = np.delete(left, picked, axis=0), np.delete(answers, picked)
            losses.append(history.history["loss"][0])
        return losses


active = Learner().run(x[:10], y[:10], x[10:], y[10:])

model = keras.Sequential([layers.Input((8,)), layers.Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
first = model.fit(x, y, epochs=2, verbose=0).history["loss"]
p = model.predict(pool, verbose=0).ravel()
sure = (p > 0.6) | (p < 0.4)
labels = (p[sure] > 0.5).astype(int)
pseudo = model.fit(
    np.vstack([x, pool[sure]]), np.concatenate([y, labels]), epochs=2, verbose=0
).history["loss"]
order = model.predict(table, verbose=0).ravel().argsort()
rest = model.fit(table.iloc[order[:20]], y[order[:20]], epochs=1, verbose=0).history["loss"]
"""


def test_rows_that_predictions_pick_are_trained_on(scripts: Scripts) -> None:
    made = convert(TEXT, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(TEXT, made.text)
    assert {"active", "first", "pseudo", "rest"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_a_prediction_picks_of_a_list_is_no_array() -> None:
    text = TEXT.replace("fit(\n    np.vstack([x, pool[sure]])", "fit(\n    [x, pool][int(p[0])]")
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("x is not known to be an array" in message for message in found)
