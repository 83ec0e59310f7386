"""Files without a word of the framework are told what they ask of converted values of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted

NET = """\
import tensorflow as tf


def build():
    return tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(1, name="h")])


def batches(x):
    return tf.data.Dataset.from_tensor_slices(x).batch(4)
"""


@pytest.mark.parametrize(
    "asked",
    ["m.output_shape", "len(m.layers)", "m.count_params()", "m(x).numpy()", "batches(x).take(1)"],
)
def test_what_is_asked_alone_is_said(tmp_path: Path, asked: str) -> None:
    made = "import numpy as np\nfrom net import batches, build\n\nx = np.ones((2, 4))\nm = build()"
    test = f"{made}\nprint({asked})\n"
    texts, errors = converted(tmp_path, {"net.py": NET, "test_net.py": test})
    assert [error.partition(": ")[0] for error in errors] == ["test_net.py:6"]
    assert "TODO(tf2torch)" in texts["test_net.py"]


BLOCKS = """\
from tensorflow.keras import Input, Model, layers


def dense_block(x, n):
    x = layers.Dense(n, use_bias=False)(x)
    return layers.Activation("relu")(x)


def build(n):
    i = Input((4,))
    return Model(i, dense_block(i, n))


def scale(x):
    return x / 255
"""


@pytest.mark.parametrize(
    ("read", "line"),
    [
        ("import blocks\n\nFN = {'dense': blocks.dense_block, 'scale': blocks.scale}\n", 3),
        ("from lib import blocks as b\n\n\ndef get():\n    return b.dense_block\n", 5),
        ("from blocks import build, dense_block as block, scale\n\nprint(block)\n", 1),
        ("from blocks import *\n\nprint(build, scale)\nprint(dense_block)\n", 4),
        ("from lib import *\n\nprint(build, scale)\nprint(dense_block)\n", 4),
        ("from lib import build, dense_block\n\nprint(build, dense_block)\n", 1),
        ("def read(blocks):\n    return blocks.dense_block\n", 0),
        (
            "import blocks\nfrom blocks import build, scale\n\nprint(blocks.scale, blocks.build)\n",
            0,
        ),
    ],
)
def test_a_name_that_is_gone_is_said_where_it_is_read(tmp_path: Path, read: str, line: int) -> None:
    (tmp_path / "lib").mkdir()
    files = {
        "blocks.py": BLOCKS,
        "lib/blocks.py": BLOCKS,
        "lib/__init__.py": "from .blocks import build, dense_block, scale\n",
        "use.py": read,
    }
    texts, errors = converted(tmp_path, files)
    assert "class DenseBlock" in texts["blocks.py"]
    assert [error.partition(": ")[0] for error in errors] == [f"use.py:{line}"] * (line > 0)


def test_other_classes_of_a_file_have_nothing_to_do_with_its_models(tmp_path: Path) -> None:
    other = """

class Stats:
    def __init__(self):
        self.layers = 3

    def count_params(self):
        return 1


class Own(tf.keras.Model):
    def __init__(self):
        i = tf.keras.Input((4,))
        o = tf.keras.layers.Dense(1)(i)
        super().__init__(inputs=i, outputs=o)
"""
    test = "from net import Own, Stats, build\n\nm = build()\nprint(len(m.layers))\n"
    test += "print(m.count_params())\ns = Stats()\nprint(s.layers, s.count_params())\n"
    test += "own = Own()\nprint(len(own.layers))\n"
    _, errors = converted(tmp_path, {"net.py": NET + other, "test_net.py": test})
    places = [error.partition(": ")[0] for error in errors]
    assert places == ["test_net.py:4", "test_net.py:5", "test_net.py:9"]


MEASURES = """\
import tensorflow as tf


def score(a, b):
    metric = tf.keras.metrics.MeanAbsoluteError()
    metric.update_state(a, b)
    return metric.result()


class Scorer:
    def score(self, a, b):
        return tf.reduce_mean(tf.keras.losses.mse(a, b * 1.0))
"""


@pytest.mark.parametrize("head", ["", "import tensorflow as tf\n\ntf.random.set_seed(1)\n"])
@pytest.mark.parametrize("asked", ["score(x, x)", "Scorer().score(x, x)"])
def test_numbers_of_others_are_said_to_be_those_of_numpy(
    tmp_path: Path, head: str, asked: str
) -> None:
    main = f"{head}import numpy as np\nfrom measures import Scorer, score\n\nx = np.ones((2, 4))\n"
    files = {"measures.py": MEASURES, "main.py": f"{main}value = {asked}\nprint(value.numpy())\n"}
    texts, errors = converted(tmp_path, files)
    assert "tf." not in texts["measures.py"]
    line = 6 + head.count("\n")
    if errors:
        assert [error.partition(": ")[0] for error in errors] == [f"main.py:{line}"]
    else:
        assert ".numpy()" not in texts["main.py"]


FACTORY = "from net import build\n\n\ndef make(name):\n    return build()\n"
ASKS = "def asks(builder):\n    return builder().output_shape\n"
BASE = "class Base:\n    def run(self):\n        return self.make().output_shape\n"


@pytest.mark.parametrize(
    ("name", "other", "main", "line"),
    [
        ("factory", FACTORY, "from factory import make\n\nprint(make('net').output_shape)\n", 3),
        ("asks", ASKS, "from asks import asks\nfrom net import build\n\nasks(build)\n", 4),
        (
            "base",
            BASE,
            "from base import Base\nfrom net import build\n\n\nclass Own(Base):\n"
            "    def make(self):\n        return build()\n",
            5,
        ),
        ("zoo", "from net import build\n\nZOO = {'a': build}\n",
         "from zoo import ZOO\n\nfor name, make in ZOO.items():\n    print(make().layers)\n", 4),
    ],
)  # fmt: skip
def test_it_is_found_through_other_files(
    tmp_path: Path, name: str, other: str, main: str, line: int
) -> None:
    files = {"net.py": NET, f"{name}.py": other, "main.py": main}
    _, errors = converted(tmp_path, files)
    assert [error.partition(": ")[0] for error in errors] == [f"main.py:{line}"]


REGISTRY = """\
TABLE = {}


def register(name):
    def wrap(function):
        TABLE[name] = function
        return function

    return wrap
"""
ENGINE = """\
import registry


def train(name, x):
    model = registry.TABLE[name]()
    return model.fit(x, x)
"""
IN_TABLE = NET + '\n\nregistry.TABLE["net"] = build\n'


@pytest.mark.parametrize(
    "net",
    [
        "import registry\n" + IN_TABLE,
        "from registry import register\n" + NET.replace("def build", '@register("net")\ndef build'),
    ],
)
def test_a_module_may_have_them_from_files_that_fill_its_tables(tmp_path: Path, net: str) -> None:
    files = {"net.py": net, "registry.py": REGISTRY, "engine.py": ENGINE}
    _, errors = converted(tmp_path, files)
    assert [error.partition(": ")[0] for error in errors] == ["engine.py:6"]


def test_nothing_is_said_of_values_of_other_libraries(tmp_path: Path) -> None:
    main = """\
import numpy as np
from sklearn.linear_model import LinearRegression
from net import build

x = np.ones((2, 4))
other = LinearRegression()
other.fit(x, x[:, 0])
print(other.predict(x), other.name, build().training)
"""
    texts, errors = converted(tmp_path, {"net.py": NET, "main.py": main})
    assert not errors
    assert texts["main.py"] == main


@pytest.mark.parametrize(("name", "other"), [("asks", ASKS), ("base", BASE)])
def test_it_is_said_also_where_the_file_that_gives_it_speaks_of_the_framework(
    tmp_path: Path, name: str, other: str
) -> None:
    given = {
        "asks": "asks(build)",
        "base": "class Own(Base):\n    def make(self):\n        return build()",
    }[name]
    taken = {"asks": "asks", "base": "Base"}[name]
    taken = f"from net import build\nfrom {name} import {taken}"
    main = f"import tensorflow as tf\n{taken}\n\n{given}\n"
    _, errors = converted(tmp_path, {"net.py": NET, f"{name}.py": other, "main.py": main})
    assert [error.partition(": ")[0] for error in errors] == ["main.py:5"]


HELPERS = """\
import numpy as np
from tensorflow import keras


def build():
    m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    m.compile("sgd", "mse")
    return m


def run(x, y):
    m = build()
    return m.fit(x, np.reshape(y, (-1, 2)))
"""
STARRED = """\
import numpy as np
from tensorflow import keras
{top}
x = np.ones((8, 4))
m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
m.compile("sgd", "mse"{metrics})
m.fit(x, x[:, :2])
{below}
m.fit(x, x[:, :2])
"""


@pytest.mark.parametrize(
    ("helpers", "top", "below", "metrics", "said"),
    [
        (HELPERS, "", "from helpers import *", ", metrics=['mae']", "train_epoch"),
        (HELPERS, "", "if x.size:\n    from helpers import *", ", metrics=['mae']", "train_epoch"),
        ("device = 'a'\n", "", "from helpers import *", "", "device"),
        ("from other import *\n", "", "from helpers import *", "", "device"),
        ("__all__ = ['n']\nn = 1\ndevice = 'a'\n", "", "from helpers import *", "", ""),
        (HELPERS, "", "from helpers import *", "", ""),  # the same functions
        (HELPERS, "from helpers import *", "", ", metrics=['mae']", ""),
        (HELPERS, "", "from helpers import run", ", metrics=['mae']", ""),
    ],
)
def test_star_imports_that_hide_what_a_conversion_defines_are_said(
    helpers: str, top: str, below: str, metrics: str, said: str, tmp_path: Path
) -> None:
    main = STARRED.format(top=top, below=below, metrics=metrics)
    files = {"helpers.py": helpers, "other.py": "device = 'a'\n", "main.py": main}
    _, errors = converted(tmp_path, files)
    errors = [e for e in errors if not e.startswith("helpers.py")]
    assert ["brings its own" in error and f"`{said}`" in error for error in errors] == (
        [True] if said else []
    ), errors


TOKENS = """\
from tensorflow.keras.preprocessing.text import Tokenizer

tokenizer = Tokenizer(num_words=4)
tokenizer.fit_on_texts(["a b b", "c c c a"])
counts = {"a": 2}
"""
AGAIN = """\
import pickle
from tok import counts, tokenizer

with open("t.pkl", "wb") as file:
    pickle.dump({dumped}, file)
again = pickle.load(open("t.pkl", "rb"))
print(again.to_json())
"""


@pytest.mark.parametrize(("dumped", "lines"), [("tokenizer", ["main.py:7"]), ("counts", [])])
def test_what_a_file_has_written_it_may_read_again(
    tmp_path: Path, dumped: str, lines: list[str]
) -> None:
    files = {"tok.py": TOKENS, "main.py": AGAIN.format(dumped=dumped)}
    _, errors = converted(tmp_path, files)
    assert [error.partition(": ")[0] for error in errors] == lines


GIVES_TOKENIZER = """\
from tensorflow.keras.preprocessing.text import Tokenizer


def load(texts):
    tokenizer = Tokenizer()
    tokenizer.fit_on_texts(texts)
    return tokenizer.texts_to_sequences(texts), tokenizer
"""
READS_TOKENIZER = """\
from tok import load

sequences, tokenizer = load(["a b b", "c"])
size = len(tokenizer.{asked}) + 1
"""


@pytest.mark.parametrize(("asked", "lines"), [("word_index", []), ("word_docs", ["main.py:4"])])
def test_a_class_that_has_the_name_of_one_of_keras_has_what_it_defines(
    tmp_path: Path, asked: str, lines: list[str]
) -> None:
    files = {"tok.py": GIVES_TOKENIZER, "main.py": READS_TOKENIZER.format(asked=asked)}
    _, errors = converted(tmp_path, files)
    assert [error.partition(": ")[0] for error in errors] == lines


PLAIN = """\
class Registry:
    def __init__(self, build=None, *models):
        self.items, self.models, self.build = {}, list(models), build

    def add(self, name, model):
        self.items[name] = model

    def keep(self, model):
        self.models.append(model)

    def asked(self, name, x):
        return self.items[name].predict(x)

    def all(self, x):
        return [m.predict(x) for m in self.models]

    def built(self, x):
        return self.build().predict(x)

    def each(self, x, *models, **more):
        return [m.predict(x) for m in (*models, *more.values())]

    def given(self, weights):
        self.build().set_weights(weights)


def ask(registry, x):
    return registry.build().predict(x)
"""


@pytest.mark.parametrize(
    ("lines", "method"),
    [
        ("r.add('a', model)\nr.asked('a', x)", "asked"),
        ("r.keep(model)\nr.all(x)", "all"),
        ("r.build = build\nr.built(x)", "built"),
        ("r.build = build\nask(r, x)", "ask"),
        ("r.each(x, *[model])", "each"),
        ("r.each(x, m=model)", "each"),
        ("models = []\nmodels.append(model)\nr.each(x, *models)", "each"),
        ("models = {}\nmodels['m'] = model\nr.each(x, **models)", "each"),
        ("r = Registry(build)\nr.given(model.get_weights())", "given"),
        ("r.add('a', x)\nr.keep(3)", None),
    ],
)
@pytest.mark.parametrize("head", ["", "import tensorflow as tf\n\ntf.random.set_seed(1)\n"])
def test_what_objects_ask_of_models_that_their_methods_get_is_said(
    tmp_path: Path, head: str, lines: str, method: str | None
) -> None:
    main = f"{head}import numpy as np\nfrom net import build\nfrom plain import Registry, ask\n\n"
    main += f"x = np.ones((2, 4))\nmodel = build()\nr = Registry()\n{lines}\n"
    texts, errors = converted(tmp_path, {"net.py": NET, "plain.py": PLAIN, "main.py": main})
    if method is None:
        assert not errors
        return
    assert len(errors) == 1
    assert f"`{method}` of `plain.py` is left as it is: it has `" in errors[0]
    above = texts["main.py"].split("TODO(tf2torch)")[1].split("\n")[1]
    assert lines.split("\n")[-1].partition("(")[0] in above


TRAINED = """\
from tensorflow import keras


def make(size):
    model = keras.Sequential([keras.Input((size,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def train(x, y):
    model = make(x.shape[1])
    history = model.fit(x, y, epochs=2)
    return GIVEN


class Trainer:
    def __init__(self, size):
        self.model = make(size)

    def run(self, x, y):
        return self.model.fit(x, y).history
"""


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("dict(model=model, history=history.history)", "given['model'](x)"),
        ("history.history", "getattr(Trainer(4), 'model')(x)"),
    ],
)
def test_what_is_called_for_an_array_of_tensorflow_is_a_model(
    tmp_path: Path, given: str, asked: str
) -> None:
    main = (
        "import numpy as np\nfrom net import Trainer, train\n\nx = np.ones((2, 4))\n"
        f"given = train(x, x[:, 0])\np = {asked}.numpy()\n"
    )
    files = {"net.py": TRAINED.replace("GIVEN", given), "main.py": main}
    _, errors = converted(tmp_path, files)
    said = f"`{asked}` is left as it is: the model of `net.py` is an nn.Module now"
    assert f"main.py:6: {said}" in errors


AGENT = """\
import numpy as np
from tensorflow import keras

x, y = np.ones((8, 5)), np.ones((8, 1))


class Agent:
    def __init__(self):
        self.model = self._build()

    def _build(self):
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    def train(self):
        return self.model.fit(x, y, verbose=0).history["loss"]

    def get(self):
        return self.model


agent = Agent()
agents = {"first": agent}
"""


@pytest.mark.parametrize(
    ("imported", "object_"),
    [
        ("from common import agent, x, y", "agent"),
        ("from common import agent as a, x, y", "a"),
        ("import common\nfrom common import x, y", "common.agent"),
        ("from common import *", "agent"),
        ("from common import agents, x, y", "agents['first']"),
    ],
)
@pytest.mark.parametrize(
    "asked", ["model.predict(x)", "model.evaluate(x, y)", "model.get_weights()", "get().predict(x)"]
)
def test_models_that_objects_of_other_files_keep_are_told_of(
    tmp_path: Path, asked: str, imported: str, object_: str
) -> None:
    """Files that import the framework, too."""
    main = f"from tensorflow import keras\n{imported}\n\n{object_}.train()\n"
    main += f"print({object_}.{asked})\n"
    texts, errors = converted(tmp_path, {"common.py": AGENT, "main.py": main})
    line = main.count("\n")
    assert [one.partition(": ")[0] for one in errors] == [f"main.py:{line}"]
    assert "TODO(tf2torch)" in texts["main.py"]
