"""Arrays that run backwards through the memory of others: torch wants copies of them."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.pipeline import convert

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


@pytest.mark.sample(2)
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


TABLE = """\
import pandas as pd

table = pd.DataFrame(x, columns=list("abcde")).assign(t=y[:, 0])
"""


@pytest.mark.parametrize(
    ("before", "arrays"),
    [
        ("", "table[list('abcde')][::-1], table['t'][::-1]"),
        ("table = table[::-1]", "table.drop('t', axis=1).values, table['t'].values"),
        ("turned = pd.DataFrame(data=x[::-1]).rename(columns=str)", "turned.values, y"),
        ("turned = table.iloc[::-1].reset_index(drop=True)[list('abcde')]", "turned, y"),
        ("", "table.iloc[::-1, :5], table.iloc[::-1, 5]"),
        ("turned, t = table.iloc[:, 4::-1], table['t'].iloc[::-1]\n", "turned, t"),
    ],
)
def test_of_tables_arrays_are_made(scripts: Scripts, before: str, arrays: str) -> None:
    text = PROGRAM.format(before=TABLE + before, arrays=arrays)
    result = converted(text)
    assert result.count(".copy()") == 1
    apart = scripts.compare(text, result)
    assert {"history", "score", "answer"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


BATCHES = """\
losses = [float(model.train_on_batch(x[::-1], y[::-1])) for _ in range(2)]
loss = float(model.test_on_batch(x[:, ::-1], np.flip(y)))
"""


CHANGES = """\
class Flip:
    def __init__(self, axis):
        self.axis = axis

    def __call__(self, images):
        return np.flip(images, self.axis)


views = [x]
views.append(x[:, ::-1])
CHANGES = [lambda a: a, lambda a: a[:, ::-1]]
BY_NAME = {"flip": lambda a: np.flip(a, 1)}
everything = np.s_[:, ::-1]
"""
ANSWERS = """\
answer = np.stack([model.predict(t(x), verbose=0) for t in CHANGES])
answer = {name: model.predict(t(x), verbose=0) for name, t in BY_NAME.items()}
answer = [model.predict(t(x), verbose=0) for t in (np.fliplr, np.flipud)]
answer = model.predict(Flip(1)(x), verbose=0)
answer = [model.predict(view, verbose=0) for view in views]
answer = [model.predict(x[:, ::step], verbose=0) for step in (1, -1)]
answer = [float(model.train_on_batch(t(x), y)) for t in CHANGES]
answer = model.predict(views.pop(), verbose=0)
answer = model.predict(x[everything], verbose=0)
answer = model.predict(x[:, ::-1].astype("float64", copy=False), verbose=0)
answer = model.predict((lambda a: a[:, ::-1])(x), verbose=0)
"""


@pytest.mark.sample(3)
@pytest.mark.parametrize("answer", ANSWERS.splitlines())
def test_what_anything_gives_is_copied(scripts: Scripts, answer: str) -> None:
    """Functions in lists and dicts, objects that are called, lists that grow."""
    text = PROGRAM.format(before="", arrays="x, y") + CHANGES + answer + "\n"
    apart = scripts.compare(text, converted(text))
    assert "answer" in apart
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


FUNCTIONS_AS_ARGUMENTS = """\
def ask(x):
    return model.predict(x, verbose=0)


def ask_changed(net, x, change):
    return net.predict(change(x), verbose=0)


answer = ask(x[:, ::-1])
other = ask_changed(model, x, lambda a: a[:, ::-1])
"""


def test_parameters_may_run_backwards_whatever_else_has_their_name(scripts: Scripts) -> None:
    text = PROGRAM.format(before="", arrays="x, y") + FUNCTIONS_AS_ARGUMENTS
    apart = scripts.compare(text, converted(text))
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_batches_are_copied(scripts: Scripts) -> None:
    text = PROGRAM.format(before="", arrays="x, y") + BATCHES
    apart = scripts.compare(text, converted(text))
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


FUNCTIONS = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras


def load():
    rng = np.random.default_rng(0)
    return np.rot90(rng.normal(size=(24, 4, 4)), k=2, axes=(1, 2)), rng.normal(size=(24, 1))


def augment(batch):
    return batch[:, ::-1] if len(batch) > 2 else batch


def batches(size=8):
    for i in range(0, 24, size):
        yield augment(x[i : i + size]), y[i : i + size]


x, y = load()
model = keras.Sequential(
    [keras.Input((4, 4)), keras.layers.Flatten(), keras.layers.Dense(1)]
)
model.compile("sgd", "mse", run_eagerly=True)
"""
FLIPPED = """\
class Flipped(keras.utils.Sequence):
    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return 3

    def __getitem__(self, i):
        rows = slice(i * 8, (i + 1) * 8)
        images = augment(self.x[rows])
        return images, self.y[rows]


"""
SPEC = "(tf.TensorSpec((None, 4, 4), tf.float64), tf.TensorSpec((None, 1), tf.float64))"
FIT = "losses = model.fit({}, shuffle=False, verbose=0).history['loss']\n"


@pytest.mark.parametrize(
    "steps",
    [
        FIT.format("x, y"),
        FIT.format("batches()"),
        FLIPPED + FIT.format("Flipped(x, y)"),
        f"train = tf.data.Dataset.from_generator(batches, output_signature={SPEC})\n"
        + FIT.format("train"),
        f"train = tf.data.Dataset.from_generator(batches, args=(4,), output_signature={SPEC})\n"
        + FIT.format("train"),
        "train = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)\n" + FIT.format("train"),
        "loss = float(model.train_on_batch(augment(x), y))\n",
        "turned = augment(x)\nother = turned\nanswer = model.predict(other, verbose=0)\n",
        "score = model.evaluate(augment(x)[:10], y[:10], verbose=0)\n",
    ],
)
def test_what_functions_give_is_made_contiguous(scripts: Scripts, steps: str) -> None:
    text = FUNCTIONS + steps
    apart = scripts.compare(text, converted(text))
    assert {"losses", "loss", "answer", "score"} & apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


@pytest.mark.parametrize(
    "turned",
    [
        "best = np.argsort(y[:, 0])[::-1]",
        "for epoch in range(3)[::-1]: print(epoch)",
        "sizes = x.shape[::-1]",
        "half = x[::2]",
        "step = 2\nhalf = x[::step]",
        "colors = tf.image.rot90(tf.ones((2, 2, 1)))",
    ],
)
def test_what_turns_no_data_changes_nothing(turned: str) -> None:
    head = "import numpy as np\nimport tensorflow as tf\nfrom tensorflow import keras\n\n\n"
    load = "def load():\n    return np.ones((24, 4)), np.ones((24, 1))\n\n\nx, y = load()\n"
    made = "model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])\n"
    fit = 'model.compile("sgd", "mse")\nmodel.fit(x, y)\n'
    assert "contiguous" not in convert(f"{head}{load}{turned}\n{made}{fit}").text


def test_arrays_that_surely_run_forward_are_taken_as_they_are() -> None:
    made = PROGRAM.format(
        before="z = np.concatenate(\n    [\n        x,\n        x[::-1],\n    ]\n)",
        arrays="z, np.concatenate([y, y])",
    )
    assert "contiguous" not in converted(made)


FOLDS = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(40, 4)
y = x.sum(axis=1)


def fit_fold(train, test):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x[train], y[train], batch_size=8, verbose=0)
    return model.evaluate(x[test], y[test], verbose=0)


for fold in range(2):
    train, test = np.arange(40) % 2 != fold, np.arange(40) % 2 == fold
    score = fit_fold(train, test)
"""


def test_arguments_have_the_names_of_parameters(scripts: Scripts) -> None:
    apart = scripts.compare(FOLDS, converted(FOLDS))
    assert apart["score"] < 1e-9, apart
