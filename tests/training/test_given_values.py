"""What happens around a model happens once, where it stands; its class is given what came of it."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import random
import numpy as np
from sklearn.datasets import load_iris
from tensorflow import keras
from tensorflow.keras import layers

"""
COMPILE = 'model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")'

SEEDED = """
def main():
    np.random.seed(3)
    x, y = load_iris(return_X_y=True)
    order = np.random.permutation(len(x))
    x, y = x[order], y[order]
    classes = len(np.unique(y))
    print("classes", classes)
    model = keras.Sequential()
    model.add(layers.Dense(8, activation="relu", input_shape=(x.shape[1],)))
    model.add(layers.Dense(classes, activation="softmax"))
    {compile}
    return model.fit(x, y, epochs=2, verbose=0, validation_split=0.3).history

result = main()
loss, val_loss = result["loss"], result["val_loss"]
"""

TWO_MODELS = """
def main():
    x, y = load_iris(return_X_y=True)
    n = x.shape[1]
    first = keras.Sequential([layers.Dense(8, input_shape=(n,)), layers.Dense(3)])
    print("second", n)
    x = x[:, :2]
    n = x.shape[1]
    model = keras.Sequential([layers.Dense(4, input_shape=(n,)), layers.Dense(3)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model.fit(x, np.eye(3)[y], epochs=2, verbose=0).history

loss = main()["loss"]
"""

#: Each layer has the width that the name had then, and what the model computes stays so.
GLOBAL = """
units = 8
scale = 2.0
model = keras.Sequential()
model.add(layers.Dense(units, activation="relu", input_shape=(4,)))
units = 4
model.add(layers.Dense(units, activation="relu"))
units = 3
model.add(layers.Dense(units, activation="softmax"))
inputs = keras.Input((4,))
model = keras.Model(inputs, model(inputs * scale))
scale = 100.0
x, y = load_iris(return_X_y=True)
{compile}
history = model.fit(x, y, epochs=2, verbose=0)
loss = history.history["loss"]
"""

METHOD = """
class Trainer:
    def __init__(self):
        self.x, self.y = load_iris(return_X_y=True)
        self.model = self.build()

    def build(self):
        print("building", self.x.shape)
        classes = len(np.unique(self.y))
        model = keras.Sequential()
        model.add(layers.Dense(8, input_shape=(self.x.shape[1],)))
        model.add(layers.Dense(classes, activation="softmax"))
        {compile}
        return model

    def train(self):
        return self.model.fit(self.x, self.y, epochs=2, verbose=0).history

loss = Trainer().train()["loss"]
"""


IN_METHOD = """
class Trainer:
    def __init__(self, units):
        self.units = units

    def run(self):
        np.random.seed(3)
        print("loading")
        self.x, self.y = load_iris(return_X_y=True)
        self.n = len(np.unique(self.y))
        order = np.random.permutation(len(self.x))
        self.x, self.y = self.x[order], self.y[order]
        model = keras.Sequential()
        model.add(layers.Dense(self.units, input_shape=(self.x.shape[1],)))
        model.add(layers.Dense(self.n, activation="softmax"))
        {compile}
        return model.fit(self.x, self.y, epochs=2, verbose=0, validation_split=0.3).history

result = Trainer(8).run()
loss, val_loss = result["loss"], result["val_loss"]
"""


@pytest.mark.parametrize("script", [SEEDED, TWO_MODELS, GLOBAL, METHOD, IN_METHOD])
def test_what_is_around_a_model_is_as_it_was(script: str, scripts: Scripts) -> None:
    text = HEAD + script.format(compile=COMPILE)
    result = converted(text)
    for once in ("seed(3)", "load_iris(return_X_y=True)", "print("):
        assert result.count(once) == text.count(once)
    apart = scripts.compare(text, result)
    assert "loss" in apart
    assert max(apart.values()) < 1e-9, apart


def test_a_class_is_given_sizes() -> None:
    result = converted(HEAD + SEEDED.format(compile=COMPILE))
    assert "def __init__(self, in_features, classes):" in result
    assert "Model(x.shape[1], classes)" in result


BUILD = """
def build({parameter}):
    {before}
    inputs = keras.Input((4,))
    x = layers.Dense(widths[0])(inputs)
    {between}return keras.Model(inputs, layers.Dense(widths[1])(x))


model = build({argument})
"""


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ("random.shuffle(widths)", True),
        ("widths = np.loadtxt('widths.txt').astype(int)", True),
        ("widths = [w * 2 for w in widths]", False),
        ("widths = list(widths)\n    widths.append(4)", False),
        ("widths = list(widths)\n    widths.append(4)\n    print(widths)", True),
    ],
)
def test_a_class_does_what_only_computes(before: str, kept: bool) -> None:
    text = BUILD.format(parameter="widths", argument="[1, 2, 3]", before=before, between="")
    _, _, function = converted(HEAD + text).partition("def build(widths):\n")
    assert function.startswith(f"    {before}\n    return Build(widths)\n") is kept
    assert (before in function) is kept


@pytest.mark.parametrize("between", ["random.shuffle(widths)", "widths = np.loadtxt('other.txt')"])
def test_what_changes_while_a_model_is_built_is_refused(between: str) -> None:
    before = "widths = np.loadtxt('widths.txt')"
    text = BUILD.format(parameter="", argument="", before=before, between=f"{between}\n    ")
    errors = [d for d in convert(HEAD + text).diagnostics if d.severity is Severity.ERROR]
    assert any("`widths` changes while the model is built" in d.message for d in errors)


def test_calls_whose_results_nobody_reads_stay() -> None:
    text = """\
import numpy as np
from tensorflow import keras


def save(x, name):
    with open(name, "w") as file:
        return file.write(str(x))


def main(units):
    x = np.random.RandomState(0).rand(40, 5)
    written = save(x, "x.txt")
    half = units // 2
    model = keras.Sequential([keras.layers.Dense(half, input_dim=5), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    count = save(units, "units.txt")
    model.fit(x, x[:, 0], epochs=2, verbose=0)


main(8)
"""
    result = converted(text)
    assert result.count('written = save(x, "x.txt")') == 1
    assert result.count('count = save(units, "units.txt")') == 1
    assert result.count("half = units // 2") == 1


POPPED = """\
import copy

from tensorflow import keras
from tensorflow.keras import layers

BLOCKS = [{"units": 4, "repeats": 2}, {"units": 3, "repeats": 1}]


def build(blocks=BLOCKS):
    inputs = keras.Input((6,))
    x = layers.Dense(blocks[0]["units"])(inputs)
    blocks = copy.deepcopy(blocks)
    for args in blocks:
        repeats = args.pop("repeats")
        for _ in range(repeats):
            x = layers.Dense(args["units"], activation="relu")(x)
    return keras.Model(inputs, x)


model = build()
"""


def test_a_class_takes_out_of_its_own_copy() -> None:
    assert 'args.pop("repeats")' in converted(POPPED)
    shared = POPPED.replace("copy.deepcopy(blocks)", "list(blocks)")
    assert any(d.severity is Severity.ERROR for d in convert(shared).diagnostics)


CHECKED = """
from collections.abc import Sized


class Detector(Sized):
    def __len__(self):
        return 0

    def size_of(self, x):
        self.width = x.shape[1]
        marks.append(len(marks))

    def log(self, text):
        marks.append(text)

    def fit(self, x, y=None):
        self.size_of(x)
        size = x.shape[1]
        self.base = base(size)
        inputs = keras.Input((size,))
        hidden = self.base(inputs)
        {between}
        self.model = keras.Model(inputs, layers.Dense({units})(hidden))
        self.model.compile("sgd", "mse")
        history = self.model.fit(x, x, epochs=2, verbose=0).history
        y = np.array([1] * size)
        return history["loss"], y


def base(size):
    return keras.Sequential([keras.Input((size,)), layers.Dense(3)])


marks = []
loss, y = Detector().fit(load_iris().data)
"""


def test_methods_that_are_called_before_a_model_is_made_stay(scripts: Scripts) -> None:
    """What they change is changed before the part that follows is made, and by the method."""
    text = HEAD + CHECKED.format(units="size", between="self.log(7)")
    apart = scripts.compare(text, converted(text))
    assert {"marks", "loss", "y"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("between", ["self.size_of(x)", "self.unknown()"])
def test_a_method_that_may_change_what_layers_have_read_is_refused(between: str) -> None:
    text = HEAD + CHECKED.format(units="self.width", between=between).replace(
        "hidden = self.base(inputs)", "hidden = layers.Dense(self.width)(inputs)"
    )
    found = convert(text)
    assert "        hidden = layers.Dense(self.width)(inputs)\n" in found.text
    assert [d.line for d in found.diagnostics if d.code == "T2T104"] == [22]
