"""Arrays with an axis of one number more or less than the model's input: Keras makes them fit."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand({sizes}), rng.rand(20)
"""
MODELS = {
    "images": (
        "20, 8, 8",
        "keras.Sequential([layers.Conv2D(2, 3, input_shape=(8, 8, 1)), layers.Flatten(),"
        " layers.Dense(1)])",
        ".reshape(-1, 8, 8, 1)",
    ),
    "windows": (
        "20, 5",
        "keras.Sequential([layers.LSTM(3, input_shape=(5, 1)), layers.Dense(1)])",
        ".reshape(-1, 5, 1)",
    ),
    "steps": (
        "20, 5",
        "keras.Sequential([keras.Input((None, 1)), layers.Conv1D(2, 2),"
        " layers.GlobalMaxPooling1D(), layers.Dense(1)])",
        ".unsqueeze(-1)",
    ),
    "columns": (
        "20, 4, 1",
        "keras.Sequential([layers.Dense(3, input_shape=(4,)), layers.Dense(1)])",
        ".reshape(-1, 4)",
    ),
    "many steps": (
        "20, 5, 3, 1",
        "keras.Sequential([keras.Input((None, 3)), layers.GRU(3), layers.Dense(1)])",
        ".squeeze(-1)",
    ),
}
CALLS = """\
model = {model}
model.compile("sgd", "mse")
history = model.fit(
    x, y, batch_size=8, epochs=2, shuffle=False, verbose=0, validation_data=(x[:8], y[:8])
)
losses = [*history.history["loss"], *history.history["val_loss"]]
score = model.evaluate(x, y, verbose=0)
model.train_on_batch(x[:4], y[:4])
prediction = model.predict(x[:4], verbose=0)
called = model(x[:3]).numpy()
"""


def agree(text: str, scripts: Scripts, *names: str) -> str:
    """The conversion, which gives the same numbers by these names."""
    result = converted(text, Options(exact=True))
    apart = scripts.compare(text, result)
    assert {*names} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart
    return result


@pytest.mark.parametrize("kind", MODELS)
def test_a_last_axis_comes_or_goes(kind: str, scripts: Scripts) -> None:
    sizes, model, fits = MODELS[kind]
    text = HEAD.format(sizes=sizes) + CALLS.format(model=model)
    result = agree(text, scripts, "losses", "score", "prediction", "called")
    assert f"torch.as_tensor(x, dtype=torch.float32){fits}" in result


def test_arrays_that_fit_stay(scripts: Scripts) -> None:
    head = HEAD.format(sizes="20, 5").replace("x, y = rng.rand(20, 5)", "x, y = rng.rand(20, 5, 1)")
    result = agree(head + CALLS.format(model=MODELS["windows"][1]), scripts, "losses", "score")
    assert "torch.as_tensor(x, dtype=torch.float32)," in result


@pytest.mark.parametrize("declared", ["(5, 1)", "(None, 1)"])
def test_arrays_of_both_kinds(declared: str, scripts: Scripts) -> None:
    model = f"keras.Sequential([keras.Input({declared}), layers.LSTM(3), layers.Dense(1)])"
    calls = CALLS.format(model=model).replace("evaluate(x,", "evaluate(x[..., None],")
    calls = calls.replace("(x[:8],", "(x[:8, :, None],")
    result = agree(HEAD.format(sizes="20, 5") + calls, scripts, "losses", "score", "prediction")
    fits = ".reshape(-1, 5, 1)" if declared == "(5, 1)" else ".unsqueeze(2).flatten(2)"
    assert f"torch.as_tensor(x, dtype=torch.float32){fits}" in result


@pytest.mark.parametrize("given", ["[x, ages]", '{"ages": ages, "x": x}'])
def test_one_of_several_inputs(given: str, scripts: Scripts) -> None:
    model = f"""\
ages = rng.rand(20, 5, 3, 1)
a, b = keras.Input((8, 8, 1), name="x"), keras.Input((5, 3), name="ages")
parts = [layers.Flatten()(layers.Conv2D(2, 3)(a)), layers.LSTM(3)(b)]
model = keras.Model([a, b], layers.Dense(1)(layers.concatenate(parts)))
model.compile("sgd", "mse")
history = model.fit({given}, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
losses = history.history["loss"]
prediction = model.predict([x, ages], verbose=0)
"""
    agree(HEAD.format(sizes="20, 8, 8") + model, scripts, "losses", "prediction")


@pytest.mark.parametrize("kind", ["images", "columns"])
def test_batches_of_a_data_set(kind: str, scripts: Scripts) -> None:
    sizes, model, fits = MODELS[kind]
    calls = f"""\
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
model = {model}
model.compile("sgd", "mse")
history = model.fit(data, epochs=2, verbose=0)
losses = history.history["loss"]
"""
    result = agree(HEAD.format(sizes=sizes) + calls, scripts, "losses")
    assert fits in result


def test_models_whose_function_gets_the_shape(scripts: Scripts) -> None:
    calls = CALLS.format(model="build((8, 8, 1))")
    build = """\
def build(shape):
    inputs = keras.Input(shape)
    return keras.Model(inputs, layers.Dense(1)(layers.Flatten()(layers.Conv2D(2, 3)(inputs))))


"""
    agree(HEAD.format(sizes="20, 8, 8") + build + calls, scripts, "losses", "prediction")


def inside(text: str, owner: str = "") -> str:
    """A script whose arrays and models are those of a function."""
    head, _, body = text.partition("rng = ")
    lines = ["    " + line if line else line for line in f"rng = {body}".splitlines()]
    made = "\n".join([*lines, "    return losses, score, prediction"])
    return f"{head}def main():\n{made}\n\n\nlosses, score, prediction = main()\n"


@pytest.mark.parametrize("kind", MODELS)
def test_arrays_of_a_function(kind: str, scripts: Scripts) -> None:
    sizes, model, fits = MODELS[kind]
    made = "x = x / 2.0\nfirst, rest = x[:8], x[8:]\nx = first\ny = y[:8]\n"
    text = inside(HEAD.format(sizes=sizes) + made + CALLS.format(model=model))
    result = agree(text, scripts, "losses", "score", "prediction")
    assert f"torch.as_tensor(x, dtype=torch.float32){fits}" in result


def test_arrays_that_may_have_got_an_axis(scripts: Scripts) -> None:
    """Where a branch changes an array, nothing is known of it behind that."""
    made = "if len(x) > 3:\n    x = x[..., None]\n"
    text = inside(HEAD.format(sizes="20, 5") + made + CALLS.format(model=MODELS["windows"][1]))
    result = agree(text, scripts, "losses", "score", "prediction")
    assert "torch.as_tensor(x, dtype=torch.float32)," in result


@pytest.mark.parametrize("kind", ["images", "windows"])
def test_arrays_of_which_nothing_is_known(kind: str, scripts: Scripts) -> None:
    """Nobody adds the axis in the whole program: Keras does, if it is missing."""
    sizes, model, fits = MODELS[kind]
    made = "rows = []\nfor one in x:\n    rows += [one / 2.0]\nx = np.array(rows)\n"
    text = HEAD.format(sizes=sizes) + made + CALLS.format(model=model)
    result = agree(text, scripts, "losses", "score", "prediction")
    assert f"torch.as_tensor(x, dtype=torch.float32){fits}" in result


ROWS = """\
import numpy as np
from tensorflow import keras


def make(n):
    inputs = keras.Input((n,))
    hidden = keras.layers.Dense(3, activation="tanh")(inputs)
    return keras.Model(inputs, keras.layers.Dense(2)(hidden))


model = make({size})


def classify(sample):
    return model.predict(np.array([{row}]), verbose=0)[0]


found = [classify(s) for s in {samples}]
numbers = model.predict(np.array({numbers}), verbose=0)
"""


@pytest.mark.parametrize(
    ("size", "row", "samples", "numbers"),
    [
        (3, "sample", "([0.5, 0.1, 0.3], [0.2, 0.7, 0.4])", "[[0.5, 0.1, 0.3]]"),
        (1, "sample", "([0.5], [0.2])", "[[0.5], [0.1]]"),
        (1, "float(sample), 0.5", "(0.5, 0.2)", "[0.5, 0.1]"),
        (3, "sample[:3], sample[1:]", "([0.5, 0.1, 0.3, 0.2],)", "[[0.5, 0.1, 0.3]]"),
    ],
)
def test_rows_of_what_a_function_gets(
    size: int, row: str, samples: str, numbers: str, scripts: Scripts
) -> None:
    """`np.array([sample])` has an axis more than `sample`, whatever that has."""
    text = ROWS.format(size=size, row=row, samples=samples, numbers=numbers)
    differences = scripts.compare(text, converted(text))
    assert differences.keys() >= {"found", "numbers"}
    assert max(differences.values()) < 1e-9
