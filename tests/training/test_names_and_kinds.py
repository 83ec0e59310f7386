"""Names of Python's own for outputs, functions in class bodies, tables where classes weigh."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

HEAD = """\
import numpy as np
import pandas as pd
from tensorflow import keras
from tensorflow.keras import initializers, layers

random = np.random.RandomState(0)
x = random.rand(30, 3)
"""
TABLES = f"""{HEAD}\
targets = pd.get_dummies(pd.Series(random.randint(0, 3, 30)))
model = keras.Sequential([keras.Input((3,)), layers.Dense(3, activation="softmax")])
model.compile("sgd", "categorical_crossentropy")
weights = {{0: 1, 1: 2, 2: 1.5}}
losses = model.fit(x, targets, epochs=2, verbose=0, class_weight=weights).history["loss"]
"""
OUTPUTS = f"""{HEAD}\
inputs = keras.Input((3,))
outputs = [layers.Dense(1, name="len")(inputs), layers.Dense(1, name="zip")(inputs)]
model = keras.Model(inputs, outputs)
model.compile("sgd", "mse")
losses = model.fit(x, [x[:, :1], x[:, 1:2]], epochs=2, verbose=0).history["loss"]
"""
BODIES = f"""{HEAD}

class Factory:
    init = initializers.RandomNormal(stddev=0.02)

    def make(self):
        made = keras.Sequential()
        made.add(layers.Dense(4, input_shape=(3,), kernel_initializer=self.init))
        made.add(layers.Dense(1, kernel_initializer=self.init))
        return made


model = Factory().make()
model.compile("sgd", "mse")
losses = model.fit(x, x[:, :1], epochs=2, verbose=0).history["loss"]
"""
CHAINED = f"""{HEAD}\
model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
losses = model.fit(x, x[:, :1], epochs=2, verbose=0).history["loss"]
best_of_all_scores = losses_at_last = np.mean(x) + model.evaluate(x, x[:, :1], verbose=0)[1]
losses += [best_of_all_scores, losses_at_last]
"""
ASKING = f"""{HEAD}

class Watch(keras.callbacks.Callback):
    def __init__(self, xs, ys):
        super().__init__()
        self.xs, self.ys = xs, ys
        self.scores = []

    def on_epoch_end(self, epoch, logs=None):
        row = {{}}
        row["mean"], row["own"] = np.mean(self.ys), self.model.evaluate(self.xs, self.ys, verbose=0)
        self.scores.append(float(row["own"]))


model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
model.compile("sgd", "mse")
watch = Watch(x[:9], x[:9, :1])
losses = model.fit(x, x[:, :1], epochs=2, verbose=0, callbacks=[watch]).history["loss"]
losses += watch.scores
"""
PROGRAMS = {
    "tables": TABLES,
    "outputs": OUTPUTS,
    "bodies": BODIES,
    "chained": CHAINED,
    "asking": ASKING,
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_runs_as_it_did(program: str, scripts: Scripts) -> None:
    text = PROGRAMS[program]
    differences = scripts.compare(text, converted(text))
    assert differences["losses"] < 1e-9


def test_what_a_class_body_makes_is_no_method() -> None:
    assert "    init = staticmethod(" in converted(BODIES)
