"""Models that are asked in the expression that builds them, and such that are only looked at."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.rewritings.chained_models import chained_models
from transpiler.verify.training_runs import apart

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x = rng.rand(20, 4)
y = rng.rand(20, 1)


def build(units=3):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(units), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


"""
TRAINED = "found = other.fit(x, y, shuffle=False, verbose=0).history['loss']\n"
CHAINS = {
    "trained": "found = build().fit(x, y, shuffle=False, verbose=0).history['loss']\n",
    "in a loop": (
        "found = []\nfor units in (2, 5):\n"
        "    found.append(build(units).fit(x, y, shuffle=False, verbose=0).history['loss'][0])\n"
    ),
    "given": (
        "def run(units):\n"
        "    return build(units).fit(x, y, shuffle=False, verbose=0).history['loss']\n\n\n"
        "found = run(4)\n"
    ),
    "looked at": f"build().summary()\nother = build()\n{TRAINED}",
    "looked at by a name": f"model = build()\nmodel.summary()\nother = build()\n{TRAINED}",
    "counted": f"count = build(7).count_params()\nother = build()\n{TRAINED}",
}


@pytest.mark.parametrize("how", CHAINS)
def test_a_model_is_asked_where_it_is_built(how: str, scripts: Scripts) -> None:
    program = HEAD + CHAINS[how]
    trained = scripts.original(program, every=True)  # those that are only looked at have weights
    replay = scripts.replayed(converted(program, Options(exact=True)), trained)
    assert not replay.reason
    assert apart(trained.values["found"], replay.values["found"]) < 1e-9
    assert max(replay.differences.values()) < 1e-9


KEPT = {
    "something comes before": HEAD + "found = [first(), build().fit(x, y)]\n",
    "it is a part of a line": HEAD + "a = 1; build().summary()\n",
    "nothing compiles": "def build():\n    return Net()\n\n\nbuild().fit(x, y)\n",
}


@pytest.mark.parametrize("why", KEPT)
def test_what_gets_no_name(why: str) -> None:
    assert chained_models(KEPT[why]) is None


def test_names_that_there_are() -> None:
    named = chained_models(HEAD + "model = 3\nbuild().summary()\n")
    assert named is not None
    assert named.text.endswith("model = 3\nbuilt_model = build()\nbuilt_model.summary()\n")


OF_CLASS = """\
class CFG:
    lr = 0.1


def make():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(CFG.lr), "mse")
    return model


found = []
for _ in range(2):
    model = make()
    lr = keras.callbacks.ReduceLROnPlateau("loss", patience=1)
    history = model.fit(x, y, epochs=3, shuffle=False, verbose=0, callbacks=[lr])
    found += history.history["loss"]
"""


def test_settings_of_a_class_are_no_variables(scripts: Scripts) -> None:
    program = HEAD.partition("def build")[0] + OF_CLASS
    text = converted(program, Options(exact=True))
    assert "class CFG:\n    lr = 0.1\n" in text
    differences = scripts.compare(program, text)
    assert "found" in differences
    assert max(differences.values()) < 1e-9, differences


def test_methods_that_are_called_like_functions_of_the_framework() -> None:
    program = HEAD.replace(
        "from tensorflow.keras import layers",
        "from tensorflow.keras import layers\nfrom tensorflow.keras.models import load_model",
    )
    program += (
        "class Net:\n    def __init__(self):\n        self.model = build()\n\n"
        "    def load_model(self, path):\n        self.model.load_weights(path)\n\n"
        "    def fit(self):\n        return self.model.fit(x, y, verbose=0).history\n\n\n"
        "found = Net().fit()\n"
    )
    text = converted(program)
    assert "def load_model(self, path):\n" in text
    assert "import load_model" not in text
