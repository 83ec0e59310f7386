"""Callbacks of the program's own that average weights in a loop, or have layers start over."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

AVERAGES = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(24, 5)
y = x.sum(axis=1, keepdims=True)
model = keras.Sequential([
    keras.Input((5,)), layers.Dense(4, activation="relu"), layers.BatchNormalization(),
    layers.Dense(1),
])
model.compile(optimizer="sgd", loss="mse")


class Averages(keras.callbacks.Callback):
    def __init__(self, start):
        super().__init__()
        self.start = start
        self.sums = []

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.start:
            self.kept = self.model.get_weights()
        elif epoch > self.start:
            n = epoch - self.start
            for i, w in enumerate(self.model.get_weights()):
                self.kept[i] = (self.kept[i] * n + w) / (n + 1)
        total = 0
        {looks}
        self.sums.append(float(total))

    def on_train_end(self, logs=None):
        self.model.set_weights(self.kept)


averages = Averages(1)
model.fit(x, y, batch_size=8, epochs=4, callbacks=[averages], verbose=0)
sums = averages.sums
p = model.predict(x, verbose=0)
"""
#: What else the weights are asked for in the heads of loops, and what becomes of that.
LOOKS = {
    "in pairs": ("for a, w in zip(self.model.get_weights(), [1, 2]):\n            total += a.sum()",
                 "zip(map(to_array, keras_weights(self.model)), [1, 2]):"),
    "their number": ("for i in range(len(self.model.get_weights())):\n            total += i",
                     "range(len([to_array(w) for w in keras_weights(self.model)])):"),
    "others are set meanwhile": (
        "for w in self.model.get_weights():\n"
        "            self.model.set_weights([a * 0.5 for a in self.model.get_weights()])\n"
        "            total += w.sum()",
        "for w in [to_array(w) for w in keras_weights(self.model)]:",
    ),
}  # fmt: skip
STATES = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = np.random.RandomState(0).rand(24, 5, 2)
y = x[:, -1, :1]
model = keras.Sequential([
    keras.Input(batch_shape=(8, 5, 2)), layers.{layer}, layers.Dense(1)
])
model.compile(optimizer="sgd", loss="mse")


class StartOver(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.{asked}()


h = model.fit(x, y, batch_size=8, epochs=3, shuffle=False, callbacks=[StartOver()]).history
"""
GRU = "GRU(4, stateful=True, name='gru')"


@pytest.mark.parametrize(("looks", "emitted"), LOOKS.values(), ids=LOOKS)
def test_weights_one_by_one(scripts: Scripts, looks: str, emitted: str) -> None:
    text = AVERAGES.replace("{looks}", looks)
    made = convert(text, Options(exact=True))
    assert not [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert "for i, w in enumerate(map(to_array, keras_weights(self.model))):" in made.text
    assert emitted in made.text
    differences = scripts.compare(text, made.text.replace("float32", "float64"))
    assert {"sums", "p"} <= differences.keys()
    assert max(differences.values()) < 1e-9


@pytest.mark.parametrize(
    ("asked", "emitted", "keras"),
    [
        ("reset_states", "reset_states(self.model)", "2"),
        ("layers[0].reset_states", "self.model.gru.reset_state()", "3"),
        ('get_layer("gru").reset_states', "self.model.gru.reset_state()", "3"),
    ],
)
def test_states_start_over(scripts: Scripts, asked: str, emitted: str, keras: str) -> None:
    text = STATES.replace("{layer}", GRU).replace("{asked}", asked)
    made = convert(text, Options(exact=True, keras=keras))
    assert not [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert f"\n        {emitted}\n" in made.text
    differences = scripts.compare(text, made.text.replace("float32", "float64"), keras)
    assert "h" in differences
    assert max(differences.values()) < 1e-9


@pytest.mark.parametrize("asked", ["reset_states", "layers[1].reset_states"])
def test_no_state_to_start_over_from(asked: str) -> None:
    text = STATES.replace("{layer}", "LSTM(4)").replace("{asked}", asked)
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("`StartOver` asks for" in message for message in found)
