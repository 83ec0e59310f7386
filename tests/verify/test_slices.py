"""Only what models need is run."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from transpiler.verify.neutral import neutralise
from transpiler.verify.records import Program
from transpiler.verify.slices import Slicer
from transpiler.verify.targets import find_targets, read_module, unreached


def kept(text: str, needed: tuple[str, ...] = ()) -> str:
    module = read_module(Program(dedent(text)))
    variables = frozenset(t.name for t in find_targets(module) if not t.call)
    body = Slicer(variables, module.makes_model).module(module.tree, needed)
    return "\n".join(ast.unparse(statement) for statement in neutralise(body))


def wanted(text: str, *calls: str) -> list[str]:
    return [t.name for t in find_targets(read_module(Program(dedent(text))), calls)]


def test_training_falls_away() -> None:
    text = """
    import numpy as np
    import matplotlib.pyplot as plt
    from tensorflow import keras
    from tensorflow.keras import layers
    x = np.load("x.npy")
    classes = 10
    model = keras.Sequential([layers.Dense(classes)])
    model.add(layers.Dense(2))
    model.compile("adam", "mse")
    history = model.fit(x, x)
    plt.plot(history.history["loss"])
    model.save("model.keras")
    model = keras.models.load_model("model.keras")
    """
    assert kept(text) == dedent("""\
        from tensorflow import keras
        from tensorflow.keras import layers
        classes = 10
        model = keras.Sequential([layers.Dense(classes)])
        model.add(layers.Dense(2))""")


def test_a_later_meaning_of_a_name_is_not_needed() -> None:
    text = """
    from keras import Input, Model, layers
    x = Input((4,))
    y = layers.Dense(2)(x)
    model = Model(x, y)
    x = load()
    y = x[0]
    """
    assert "load" not in kept(text)


def test_blocks_are_cut_inside() -> None:
    text = """
    from keras import Sequential, layers
    sizes = [3, 4]
    if __name__ == "__main__":
        data = load()
        with strategy().scope():
            model = Sequential()
            for size in sizes:
                print(size)
                model.add(layers.Dense(size))
            model.fit(data)
        for layer in model.layers:
            layer.trainable = False
    """
    assert kept(text) == dedent("""\
        from keras import Sequential, layers
        sizes = [3, 4]
        with strategy().scope():
            model = Sequential()
            for size in sizes:
                model.add(layers.Dense(size))
        for layer in model.layers:
            layer.trainable = False""")


def test_functions_bring_what_they_use() -> None:
    text = """
    from keras import Sequential, layers
    UNITS = 4
    OTHER = 5
    def block(): return layers.Dense(UNITS)
    def other(): return OTHER
    def build():
        model = Sequential([block()])
        model.load_weights("w.h5")
        model.compile("adam")
        return model
    """
    result = kept(text, needed=("build",))
    assert "UNITS = 4" in result
    assert "def block" in result
    assert "OTHER" not in result
    assert "load_weights" not in result
    assert "compile" not in result


def test_a_helper_that_loads_weights_gives_back_its_model() -> None:
    text = "def build():\n    return load_model_weights(model=net, dataset='x')\n"
    (function,) = neutralise(ast.parse(text).body)
    assert ast.unparse(function) == "def build():\n    return net"


BUILDERS = """
from keras import Sequential, Model, Input, layers

def block(x):
    return layers.Dense(2)(x)

def build(n=3, *, deep=False):
    model = Sequential([layers.Dense(n)])
    return model

def inner(n):
    return Sequential([layers.Dense(n)])

def pair(n):
    first = inner(n)
    return first, Model(first.input, first.output)

def never(n):
    return Sequential([layers.Dense(n)])

class Net:
    @staticmethod
    def make(units):
        return Sequential([layers.Dense(units)])

    def method(self):
        return Sequential()

SIZE = 7
def train(model):
    return model.fit()

def main(args):
    Net.make(units=SIZE)
    pair(args.n)

main(None)
a, b = pair(4)
again = build()
"""


def test_builders_and_their_calls() -> None:
    known = ["a", "b", "again", "inner(9)", "Net.make(units=SIZE)"]
    assert wanted(BUILDERS, "inner(9)") == [*known, "Net().method()"]


def test_builders_nobody_calls_are_named() -> None:
    module = read_module(Program(BUILDERS))
    assert [t.name for t in unreached(module, find_targets(module))] == ["never(...)"]


@pytest.mark.parametrize(
    "text",
    [
        "from django.db import models\nclass A(models.Model): pass\nx = A()\n",
        "import keras\nhistory = keras.callbacks.History()\n",
        "def build(): return 3\nx = build()\n",
        "import torch\nmodel = torch.nn.Sequential()\n",
    ],
)
def test_what_is_no_model(text: str) -> None:
    assert wanted(text) == []


def test_a_model_class_of_the_program() -> None:
    text = """
    import tensorflow as tf
    class Base(tf.keras.Model): pass
    class Net(Base): pass
    net = Net()
    """
    assert wanted(text) == ["net"]


def test_imports_stay_where_eval_may_read_them() -> None:
    text = """
    from keras.layers import Dense, ReLU
    from keras import Input, Model
    def build(kind):
        x = Input((3,))
        return Model(x, eval(kind)()(x))
    """
    assert "ReLU" in kept(text, ("build",))
    assert "ReLU" not in kept(text.replace("eval(kind)", "Dense"), ("build",))
