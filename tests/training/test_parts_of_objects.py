"""Objects whose methods build parts of a model, and pass on what they are called with."""

from __future__ import annotations

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

RECOMMENDER = """\
import numpy as np
from tensorflow.keras import Input, Model, optimizers
from tensorflow.keras.layers import Add, Dot, Embedding, Flatten
from tensorflow.keras.regularizers import l2


class Recommender:
    def __init__(self, n_users, n_items, dim=8, reg=2**-7):
        self.n_users = n_users
        self.n_items = n_items
        self.dim = dim
        self.reg = reg
        self.model = self._build()

    def _embed(self, n, name):
        inp = Input(shape=(1,), name=name)
        emb = Embedding(n, self.dim, embeddings_regularizer=l2(self.reg), name=f"{name}_emb")(inp)
        bias = Embedding(n, 1, name=f"{name}_bias")(inp)
        return inp, Flatten()(emb), Flatten()(bias)

    def _build(self):
        user_in, user, user_bias = self._embed(self.n_users, "user")
        item_in, item, item_bias = self._embed(self.n_items, "item")
        out = Add()([Dot(axes=1)([user, item]), user_bias, item_bias])
        model = Model([user_in, item_in], out)
        model.compile(optimizers.SGD(0.1), "mse", metrics=["mae"])
        return model

    def fit(self, users, items, ratings{parameter}):
        return self.model.fit([users, items], ratings, verbose=0{argument})

    def score(self, user):
        items = np.arange(self.n_items)
        return self.model.predict([np.full(self.n_items, user), items], verbose=0)[:, 0]


rng = np.random.default_rng(0)
users = rng.integers(0, 20, 500)
items = rng.integers(0, 30, 500)
ratings = rng.uniform(1, 5, 500)
recommender = Recommender(20, 30)
losses = recommender.fit(users, items, ratings{given}).history
scores = recommender.score(3)
"""


def program(parameter: str = "", argument: str = "", given: str = "") -> str:
    text = RECOMMENDER.replace("{parameter}", parameter).replace("{argument}", argument)
    return text.replace("{given}", given)


def test_methods_that_give_tensors_become_part_of_the_class(scripts: Scripts) -> None:
    text = program(", epochs", ", epochs=epochs", ", epochs=2")
    result = converted(text)
    assert "_embed" not in result
    apart = scripts.compare(text, result)
    assert {"losses", "scores"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_a_method_passes_on_is_not_left_out() -> None:
    result = convert(program(", **kwargs", ", **kwargs", ", **given(2)"))
    errors = [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
    assert any("what calls pass through `**kwargs` is not known" in m for m in errors), errors
    assert "verbose=0, **kwargs)" in result.text


def test_what_a_function_that_nobody_calls_passes_on_is_not_left_out() -> None:
    text = """\
from tensorflow import keras


def run(x, y, **kwargs):
    model = keras.Sequential([keras.layers.Dense(1, input_dim=3)])
    model.compile("sgd", "mse")
    return model.fit(x, y, **kwargs)
"""
    result = convert(text)
    assert any("`**kwargs`" in d.message for d in result.diagnostics)
    assert "model.fit(x, y, **kwargs)" in result.text


BUILT = """\
import numpy as np
from tensorflow import keras


class Net:
    def __init__(self, n_in, n_out):
        self.n_in, self.n_out = n_in, n_out

    def build(self):
        inputs = keras.Input((self.n_in,))
        return keras.Model(inputs, keras.layers.Dense(self.n_out)(inputs))


losses = []


def main():
    x = np.random.RandomState(0).rand(20, 3)
    y = np.random.RandomState(1).rand(20, 2)
    model = Net(3, 2).build()
    model.compile("sgd", "mse")
    losses.append(model.fit(x, y, epochs=2, verbose=0).history["loss"])


main()
"""


def test_functions_that_train_what_an_object_builds(scripts: Scripts) -> None:
    result = converted(BUILT)
    assert ".compile(" not in result
    apart = scripts.compare(BUILT, result)
    assert max(apart.values()) < 1e-9, apart


def test_models_of_unknown_objects_are_said() -> None:
    text = """\
from tensorflow import keras
from nets import Net


def main(x, y):
    model = Net(3).build()
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=2)


unit = keras.layers.Dense(3)
"""
    messages = [d.message for d in convert(text).diagnostics]
    assert any(m.startswith("`model.compile` is left as it is") for m in messages), messages
