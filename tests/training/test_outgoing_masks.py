"""Masks that leave the models and functions which make them: what comes after skips steps."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
ids, steps, y = rng.randint(1, 20, (40, 6)), rng.rand(40, 6, 3), rng.rand(40, 1)
ids[::2, 3:] = 0
steps[::3, 4:] = 0


"""
#: What gives masked steps of ids, and of steps.
OF_IDS = {
    "model": """\
def build():
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.Embedding(20, 5, mask_zero=True)(inputs))


part = build()
""",
    "Sequential": """\
part = keras.Sequential([
    keras.Input((6,)),
    layers.Embedding(20, 5, mask_zero=True),
    layers.GRU(4, return_sequences=True),
])
""",
    "function": """\
def part(x):
    return layers.Embedding(20, 5, mask_zero=True)(x)
""",
    "function with more": """\
def part(x):
    x = layers.Embedding(20, 5, mask_zero=True)(x)
    x = layers.Dense(4, activation="relu")(x)
    return layers.LSTM(4, return_sequences=True)(x)
""",
    "models in models": """\
def build():
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.Embedding(20, 5, mask_zero=True)(inputs))


def larger():
    inner = build()
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.LSTM(4, return_sequences=True)(inner(inputs)))


part = larger()
""",
}
OF_STEPS = {
    "masking model": "part = keras.Sequential([keras.Input((6, 3)), layers.Masking()])\n",
    "masking function": """\
def part(x):
    return layers.Masking(mask_value=0.0)(x)
""",
}
TAKEN = {
    "recurrent": "layers.LSTM(4)",
    "pooling": "layers.GlobalAveragePooling1D()",
    "backwards": "layers.Bidirectional(layers.GRU(3))",
}
TRAIN = """\
inputs = keras.Input({shape})
model = keras.Model(inputs, layers.Dense(1)({taken}(part(inputs))))
model.compile(keras.optimizers.SGD(0.1), "mse")
history = model.fit({x}, y, batch_size=10, epochs=2, shuffle=False, verbose=0).history
"""


@pytest.mark.sample(2)
@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("made", [*OF_IDS, *OF_STEPS])
def test_later_layers_skip_what_keras_skips(made: str, taken: str, scripts: Scripts) -> None:
    given = {"shape": "(6, 3)", "x": "steps"} if made in OF_STEPS else {"shape": "(6,)", "x": "ids"}
    train = TRAIN.format(taken=TAKEN[taken], **given)
    text = HEAD + {**OF_IDS, **OF_STEPS}[made] + train
    assert not [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart


#: The mask is not one of what the function gets.
CUT = """\
def part(x):
    x = layers.Embedding(20, 5, mask_zero=True)(x[:, 1:])
    return layers.Dense(4)(x)
"""
LOSS = """\
inputs = keras.Input((6,))
model = keras.Model(inputs, layers.Dense(1)(part(inputs)))
model.compile("sgd", "mse")
history = model.fit(ids, rng.rand(40, 6, 1), shuffle=False, verbose=0).history
"""


def test_a_mask_that_only_the_function_knows_is_refused() -> None:
    text = HEAD + CUT + TRAIN.format(shape="(6,)", x="ids", taken="layers.LSTM(4)")
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("does not tell which of them are masked" in message for message in said)


@pytest.mark.parametrize("made", ["model", "function with more"])
def test_a_loss_sees_the_steps_that_count(made: str, scripts: Scripts) -> None:
    text = HEAD + OF_IDS[made] + LOSS
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert "history" in apart
    assert max(apart.values()) < 1e-9, apart
