"""Models that methods compile on one way only, get from other objects, or load meanwhile."""

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

random = np.random.RandomState(0)
x, y = random.rand(40, 5), random.rand(40, 1)


"""
MADE = "keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.Dense(1)])"
LAZY = f"""\
class Net:
    def __init__(self):
        self.model = None

    def train(self, x, y):
        if self.model is None:
            self.model = {MADE}
            self.model.compile("adam", "mse")
        return self.model.fit(x, y, epochs=2, verbose=0).history["loss"]


net = Net()
losses = net.train(x, y) + net.train(x, y)
"""
AGAIN = f"""\
class Net:
    def __init__(self):
        self.model = {MADE}

    def train(self, x, y, rate=None):
        if rate is not None:
            self.model.compile(keras.optimizers.Adam(rate), "mse")
        return self.model.fit(x, y, epochs=2, verbose=0).history["loss"]


net = Net()
losses = net.train(x, y, 0.01) + net.train(x, y)
"""
ALONE = f"""\
def train(x, y, model=None):
    if model is None:
        model = {MADE}
        model.compile("adam", "mse")
    return model.fit(x, y, epochs=2, verbose=0).history["loss"]


losses = train(x, y)
"""
FOLDS = f"""\
class Net:
    def train(self, x, y):
        losses = []
        for _ in range(2):
            self.model = {MADE}
            self.model.compile("sgd", "mse")
            losses += self.model.fit(x, y, verbose=0).history["loss"]
        return losses


losses = Net().train(x, y)
"""


@pytest.mark.parametrize("program", [LAZY, AGAIN, ALONE, FOLDS])
def test_the_optimizer_lasts_as_long_as_the_model(program: str, scripts: Scripts) -> None:
    text = HEAD + program
    assert scripts.compare(text, converted(text, Options(exact=True)))["losses"] < 1e-9


def test_what_serves_one_block_stays_in_it() -> None:
    assert "        optimizer = torch.optim.SGD(" in converted(HEAD + FOLDS)


KEPT = f"""\
class Net:
    def __init__(self):
        self.model = {MADE}
        self.model.compile("adam", "mse")

    def train(self, x, y):
        return self.model.fit(x, y, epochs=2, verbose=0).history["loss"]

    def take(self, other):
        {{}}


net, more = Net(), Net()
losses = net.train(x, y)
net.take(more)
"""


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (f"{ALONE}model = {MADE}\nmodel.compile('sgd', 'mse')\ntrain(x, y, model)\n", "may be one"),
        (KEPT.format("self.model = other.model"), "has an optimizer of its own"),
        (KEPT.format("setattr(self, 'model', other.model)"), "has an optimizer of its own"),
        (
            f"model = {MADE}\n\n\n{ALONE.replace(', model=None', ', rate=0')}".replace(
                f"if model is None:\n        model = {MADE}", "if rate:"
            ),
            "may be compiled before",
        ),
        (KEPT.format("self.model.set_weights(other.model.get_weights())"), "is not known"),
    ],
)
def test_models_of_others_are_refused(program: str, why: str) -> None:
    found = convert(HEAD + program, Options(exact=True)).diagnostics
    assert any(d.severity is Severity.ERROR and why in d.message for d in found)


TWIN = f"""\
class Twin:
    def __init__(self):
        self.one = self.make()
        self.other = self.make()

    def make(self):
        model = {MADE}
        model.compile("adam", "mse")
        return model

    def train(self, x, y, first=True):
{{}}

    def fit(self, model, x, y):
        return model.fit(x, y, epochs=2, verbose=0).history["loss"]


twin = Twin()
losses = twin.train(x, y)
"""
IN_TURN = """\
        model = self.one
        losses = model.fit(x, y, epochs=2, verbose=0).history["loss"]
        model = self.other
        return losses + model.fit(x, y, epochs=2, verbose=0).history["loss"]"""


def test_models_of_one_method_have_an_optimizer_each(scripts: Scripts) -> None:
    text = (HEAD + TWIN.format(IN_TURN)).replace("    def fit(self, model, x, y):\n", "", 1)
    text = text.replace(
        '        return model.fit(x, y, epochs=2, verbose=0).history["loss"]\n\n\n', "\n", 1
    )
    assert scripts.compare(text, converted(text, Options(exact=True)))["losses"] < 1e-9


@pytest.mark.parametrize(
    "body",
    [
        "        return self.fit(self.one, x, y) + self.fit(self.other, x, y)",
        "        return self.fit(self.one if first else self.other, x, y)",
        "        model = self.one if first else self.other\n        return self.fit(model, x, y)",
    ],
)
def test_they_are_never_taken_for_one(body: str) -> None:
    found = convert(HEAD + TWIN.format(body), Options(exact=True)).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


def test_what_a_file_says_of_the_optimizer_is_said() -> None:
    program = KEPT.format('self.model.load_weights("net.weights.h5")')
    found = convert(HEAD + program, Options(exact=True)).diagnostics
    assert any("what the optimizer knew" in d.message for d in found)


ASKED = f"""\
class Store:
    def __init__(self):
        self.weights, self.models = {{}}, []

    def put(self, name, model):
        self.weights[name] = model.get_weights()

    def restore(self, name, model):
        model.set_weights(self.weights[name])

    def size(self, model):
        return model.count_params()

    def keep(self, model):
        self.models.append(model)


model = {MADE}
model.compile("sgd", "mse")
store = Store()
store.put("start", model)
losses = model.fit(x, y, epochs=2, verbose=0).history["loss"]
store.restore("start", model)
losses += [store.size(model), *model.predict(x, verbose=0)[:, 0]]
"""


def test_methods_that_get_a_model_ask_it(scripts: Scripts) -> None:
    text = HEAD + ASKED
    assert scripts.compare(text, converted(text, Options(exact=True)))["losses"] < 1e-9


def test_methods_that_keep_it_for_others_that_ask_are_refused() -> None:
    found = convert(f"{HEAD}{ASKED}store.keep(model)\n", Options(exact=True)).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)
