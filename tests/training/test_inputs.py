"""Models with several inputs: lists and dicts of arrays, for each of their calls."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
a, b = rng.random((50, 4)), rng.integers(0, 7, size=(50, 3))
y = a.sum(axis=1)
{data}
numbers = keras.Input((4,), name="numbers")
words = keras.Input((3,), name="words")
looked_up = keras.layers.Flatten()(keras.layers.Embedding(7, 2)(words))
joined = keras.layers.concatenate([numbers, looked_up])
model = keras.Model(inputs=[numbers, words], outputs=keras.layers.Dense(1)(joined))
model.compile(optimizer="sgd", loss="mse", metrics=["mae"], run_eagerly=True)
history = model.fit({fit}, epochs=3, batch_size=16, verbose=0)
losses = history.history["loss"]
score = model.evaluate({evaluate}, verbose=0)
prediction = model.predict({predict}, verbose=0)
"""


def program(
    fit: str = "[a, b], y", evaluate: str = "[a, b], y", predict: str = "[a, b]", data: str = ""
) -> str:
    return PROGRAM.format(fit=fit, evaluate=evaluate, predict=predict, data=data)


TRIALS = [
    program(),
    program("[a, b], y, validation_split=0.2"),
    program("(a, b), y, validation_data=([a[:9], b[:9]], y[:9])", "[a[:9], b[:9]], y[:9]"),
    program("pair, y", "pair, y", "pair", data="pair = [a, b]"),
    program(
        '{"words": b, "numbers": a}, y',
        '{"numbers": a, "words": b}, y',
        '{"words": b, "numbers": a}',
    ),
    program("[a, b], y, sample_weight=a[:, 0]"),
    program("[a, b], y, validation_data=([a, b], y, a[:, 1])"),
    program("[a, b], y, sample_weight=a[:, 0]", "[a, b], y, sample_weight=a[:, 1]"),
    program("[a, b], y", "[a, b], y, None, 0, a[:, 1]").replace(", verbose=0)\npred", ")\npred"),
]


DICT = '{"numbers": a, "words": b}'
KEYED = program(f"{DICT}, y, validation_split=0.2", f"{DICT}, y", DICT).replace(
    "inputs=[numbers, words]", 'inputs={"words": words, "numbers": numbers}'
)
TRIALS += [
    KEYED + f"batch = model.train_on_batch({DICT}, y)\n",
    KEYED.replace("import numpy", "import tensorflow as tf\nimport numpy")
    + f"pairs = tf.data.Dataset.from_tensor_slices(({DICT}, y)).batch(16)\n"
    "model.fit(pairs, verbose=0)\nlater = model.predict(pairs, verbose=0)\n",
    KEYED.replace('"words": words', '"last": words').replace('"words": b', '"last": b'),
]


@pytest.mark.sample(2)
@pytest.mark.parametrize("text", TRIALS)
def test_trains_equally(text: str, scripts: Scripts) -> None:
    conversion = convert(text)
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert not errors, errors
    apart = scripts.compare(text, conversion.text)
    assert {"losses", "score", "prediction"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("fit", ["a, y", "[a, b, a], y", '{"numbers": a, "letters": b}, y'])
def test_inputs_that_do_not_fit_are_said(fit: str) -> None:
    conversion = convert(program(fit))
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any("one array for each: numbers, words" in message for message in errors), errors
    assert f"history = model.fit({fit}" in conversion.text


@pytest.mark.parametrize("fit", ["[b, a], y", "(b, a), y"])
def test_a_list_for_a_dict_is_said(fit: str) -> None:
    """Keras takes it in the order of the sorted keys."""
    found = convert(KEYED.replace(f"model.fit({DICT}, y, validation_split=0.2", f"model.fit({fit}"))
    assert any("in another order" in d.message for d in found.diagnostics), found
    assert f"history = model.fit({fit}" in found.text


def test_samples_are_counted_by_what_there_is(scripts: Scripts) -> None:
    """Also in a line that is too long, and so is broken."""
    text = (
        "import numpy as np\n"
        "from tensorflow import keras\n"
        "rng = np.random.default_rng(0)\n"
        "a, b = rng.normal(size=(50, 3)), rng.normal(size=(50, 2))\n"
        "y = rng.integers(0, 2, size=(50, 3))\n"
        "first, second = keras.Input((3,)), keras.Input((2,))\n"
        "h = keras.layers.concatenate([first, second])\n"
        'outputs = keras.layers.Dense(3, activation="sigmoid")(h)\n'
        "model = keras.Model([first, second], outputs)\n"
        "right = keras.metrics.BinaryAccuracy(threshold=0.25)\n"
        'model.compile("sgd", "binary_crossentropy", metrics=[right])\n'
        "history = model.fit([a, b], y, epochs=2, verbose=0)\n"
        "score = model.evaluate([a, b], y, verbose=0)\n"
        "print(history.history)\n"
    )
    apart = scripts.compare(text, converted(text))
    assert {"history", "score"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


UNNAMED = """\
import numpy as np
import keras


def margin(t, p):
    return keras.ops.mean(keras.ops.relu(p[:, :1] - p[:, 1:] + alpha), axis=1)


def batches():
    while True:
        yield [np.zeros((4, 2)), np.zeros((4, 2))], np.zeros((4, 2))


embed = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
a, b = keras.Input((2,)), keras.Input((2,))
net = keras.Model([a, b], keras.layers.concatenate([embed(a), embed(b)]))
alpha = 0.2
net.compile(loss=margin, optimizer="sgd")
parts = batches()
x, y = next(parts)
net.train_on_batch(x, y)
found = embed.predict(np.zeros((4, 2)))
"""


def test_what_messages_say_of_inputs_without_names() -> None:
    text = UNNAMED.replace("x, y = next(parts)", "x, y = pickle.load(parts)")
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("x is not one array for each of 2" in message for message in said), said
    assert not any("gets another value" in message for message in said), said


TYPED = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x, seen = rng.normal(size=(24, 6, 4)), rng.random((24, 6, 6)) > 0.3
y = x.sum(axis=(1, 2))
inputs = keras.Input((6, 4))
mask = keras.Input((6, 6), dtype={dtype})
hidden = keras.layers.MultiHeadAttention(2, 2)(inputs, inputs, attention_mask=mask)
model = keras.Model([inputs, mask], keras.layers.Dense(1)(keras.layers.Flatten()(hidden)))
model.compile("sgd", "mse")
loss = model.fit([x, seen], y, epochs=2).history["loss"]
predicted = model.predict([x, seen])
"""


@pytest.mark.parametrize("dtype", ['"bool"', "tf.bool", "np.bool_"])
def test_masks_stay_true_or_false(dtype: str, scripts: Scripts) -> None:
    """Numbers would be added to the scores instead."""
    text = TYPED.format(dtype=dtype)
    differences = scripts.compare(text, converted(text))
    assert {"loss", "predicted"} <= differences.keys()
    assert max(differences.values()) < 1e-9
