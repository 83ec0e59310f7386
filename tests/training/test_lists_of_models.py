"""Models in lists and dicts: each gets the optimizer that it was compiled with, once."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 8))
y = (x[:, :1] > 0).astype("float32")


def build(units=4):
    return keras.Sequential(
        [keras.Input((8,)), layers.Dense(units, activation="relu"), layers.Dense(1)]
    )


"""
SGD = "keras.optimizers.SGD(0.05, momentum=0.5)"
COMPILE = f'compile({SGD}, loss="mse", metrics=["mae"])'
FIT = "fit(x, y, epochs=2, batch_size=20, shuffle=False, verbose=0)"
BUILDER = """\
def build_compiled(units=4, rate=0.05):
    model = keras.Sequential([keras.Input((8,)), layers.Dense(units), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate, momentum=0.5), loss="mse", metrics=["mae"])
    return model


"""
COMPILED = f"""
models = []
for units in (4, 8):
    model = build(units)
    model.{COMPILE}
    models.append(model)
"""


def _whole(program: str) -> str:
    """A program with what it calls."""
    return HEAD + BUILDER * ("build_compiled" in program) + program


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "program",
    [
        f"{COMPILED}\nlosses = []\nfor model in models:\n    history = model.{FIT}\n"
        '    losses.append(history.history["mae"])\n',
        f"{COMPILED}\nlosses = []\nfor i in range(len(models)):\n    history = models[i].{FIT}\n"
        '    losses.append(history.history["loss"])\nlast = models[-1].predict(x)\n',
        # at places that loops give, and by keys
        f"models = [0] * 2\nfor j in range(2):\n    models[j] = build(j + 2)\n"
        f"    models[j].{COMPILE}\nfor j in range(2):\n    models[j].{FIT}\n"
        "found = sum(models[j].predict(x, verbose=0) for j in range(2))\n",
        f"models = {{}}\nfor units in (4, 8):\n    models[units] = build(units)\n"
        f"    models[units].{COMPILE}\n    models[units].{FIT}\n"
        "scores = {units: models[units].evaluate(x, y, verbose=0) for units in models}\n",
        f'models = {{"a": build_compiled(4), "b": build_compiled(8)}}\nfor name in models:\n'
        f'    models[name].{FIT}\nfound = models["b"].predict(x, verbose=0)\n',
        f"models = {{units: build_compiled(units) for units in (4, 8)}}\n"
        f"for units, model in models.items():\n    model.{FIT}\n"
        "scores = {units: model.evaluate(x, y, verbose=0)[1] for units, model in models.items()}\n",
        # some that have names of their own, and tuples with one in each
        f"a, b = build(4), build(8)\nfor model in [a, b]:\n    model.{COMPILE}\n"
        f"for model in [a, b]:\n    model.{FIT}\nfound = a.predict(x, verbose=0)\n",
        'a, b = build_compiled(4), build_compiled(8)\nmodels = [("a", a), ("b", b)]\n'
        f"for name, model in models:\n    model.{FIT}\nfound = b.predict(x, verbose=0)\n",
        # each of a list by its own name, with an optimizer of that
        f"models = [build(4), build(8)]\nmodels[0].{COMPILE}\nmodels[1].compile('sgd', 'mse')\n"
        f"models[0].{FIT}\nmodels[1].{FIT}\nmodels[0].{FIT}\n"
        "found = models[1].predict(x, verbose=0)\n",
    ],
)
def test_each_model_is_trained_by_its_own_optimizer(program: str, scripts: Scripts) -> None:
    program = _whole(program)
    conversion = convert(program)
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert not errors
    apart = scripts.compare(program, conversion.text)
    assert any(name.startswith("model 1") for name in apart)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        # trained twice, or more often than once for each: the first optimizer would go on
        (
            f"{COMPILED}\nfor epoch in range(2):\n    for model in models:\n        model.{FIT}\n",
            "",
        ),
        (f"{COMPILED}\nfor model in models:\n    model.{FIT}\nfor m in models:\n    m.{FIT}\n", ""),
        (f"{COMPILED}\nfor i in (0, 0):\n    models[i].{FIT}\n", ""),
        (f"{COMPILED}\nfor i in range(-2, 2):\n    models[i].{FIT}\n", ""),
        (f"{COMPILED}\nmodels[1] = models[0]\nfor model in models:\n    model.{FIT}\n", ""),
        (f"{COMPILED}\nmodels = models * 2\nfor model in models:\n    model.{FIT}\n", ""),
        (
            f"one = build_compiled()\nmodels = []\nfor _ in range(2):\n    models.append(one)\n"
            f"for model in models:\n    model.{FIT}\n",
            "",
        ),
        (
            f"one = build_compiled()\nfor model in [one, one]:\n    model.{FIT}\n",
            "",
        ),
        (
            "def train(models):\n    for model in models:\n"
            f"        model.{FIT}\n\n\nmodels = [build_compiled(4), build_compiled(8)]\n"
            "train(models)\ntrain(models)\n",
            "",
        ),
        # it is made with what is another value by then
        (
            "models = []\nfor rate in (0.1, 0.2):\n    models.append(build_compiled(4, rate))\n"
            f"for rate in range(2):\n    models[rate].{FIT}\n",
            "an optimizer of its own, by its `rate`",
        ),
        (
            "models = []\nfor name in ('mse', 'mae'):\n    model = build()\n"
            "    model.compile('sgd', name)\n    models.append(model)\n"
            f"for model in models:\n    model.{FIT}\n",
            "a loss of its own, by its `name`",
        ),
        # the same place of a list, which is another one by then
        (
            "models = [build(units) for units in range(3, 5)]\ni = 0\n"
            f"models[i].{COMPILE}\ni = 1\nmodels[i].{FIT}\n",
            "an optimizer of its own",
        ),
        # one of them has another loss then
        (
            f"{COMPILED}\nlast = models[-1]\nlast.compile('sgd', 'mae')\n"
            "loss = models[0].evaluate(x, y)\n",
            "one of several models is compiled apart",
        ),
        (
            "models = [build_compiled(units) for units in (3, 4)]\n"
            f"models[0].compile('sgd', 'mae')\nfor model in models:\n    model.{FIT}\n",
            "one of several models is compiled apart",
        ),
        # it trains what was frozen between
        (
            f"{COMPILED}\nfor model in models:\n    model.trainable = False\n    model.{FIT}\n",
            "",
        ),
    ],
)
def test_models_that_may_be_trained_again_are_left(program: str, reason: str) -> None:
    conversion = convert(_whole(program))
    messages = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in messages), messages
    assert "train_epoch(" not in conversion.text


def test_an_agent_has_an_optimizer_for_the_model_that_it_trains(scripts: Scripts) -> None:
    """The other one, made by the same method, only follows."""
    program = f"""{HEAD}class Agent:
    def __init__(self, size):
        self.size = size
        self.model = self.build_model()
        self.target = self.build_model()
        self.update()

    def build_model(self):
        model = keras.Sequential([keras.Input((self.size,)), layers.Dense(2)])
        model.compile(loss="mse", optimizer=keras.optimizers.SGD(0.01))
        return model

    def update(self):
        self.target.set_weights(self.model.get_weights())

    def replay(self, states):
        for i in range(len(states)):
            state = states[i : i + 1]
            goal = self.model.predict(state, verbose=0)
            goal[0][0] = 1 + 0.9 * np.amax(self.target.predict(state, verbose=0)[0])
            self.model.fit(state, goal, epochs=1, verbose=0)


agent = Agent(8)
for _ in range(2):
    agent.replay(x[:6])
    agent.update()
"""
    conversion = convert(program)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01)" in conversion.text
    assert conversion.text.count("torch.optim.SGD(") == 1
    apart = scripts.compare(program, conversion.text)
    assert any(name.startswith("model 1") for name in apart)
    assert max(apart.values()) < 1e-9, apart


COLLECTED = """\
from tensorflow import keras
from tensorflow.keras import layers


def make():
    inputs = keras.Input((5,))
    return keras.Model(inputs, layers.Dense(1)(layers.Dense(3)(inputs)))


{made}
inputs = keras.Input((5,))
{called}
"""
LISTED = "nets = []\nfor _ in range(3):\n    net = make()\n    nets.append(net)"
BY_NAME = "nets = {}\nfor name in 'abc':\n    net = make()\n    nets[name] = net"
AVERAGE = "model = keras.Model(inputs, layers.Average()({}))"


@pytest.mark.parametrize(
    ("made", "called"),
    [
        (LISTED, AVERAGE.format("[net(inputs) for net in nets]")),
        (LISTED, AVERAGE.format("[n(inputs) for n in nets]")),
        (
            LISTED,
            "outs = []\nfor n in nets:\n    outs.append(n(inputs))\n" + AVERAGE.format("outs"),
        ),
        (LISTED, AVERAGE.format("[nets[0](inputs), nets[2](inputs)]")),
        (BY_NAME, AVERAGE.format("[n(inputs) for n in nets.values()]")),
        (BY_NAME, AVERAGE.format("[nets['a'](inputs), nets['c'](inputs)]")),
    ],
)
def test_models_that_a_loop_collects_are_not_taken_for_the_last_one(made: str, called: str) -> None:
    found = convert(COLLECTED.format(made=made, called=called))
    assert "self.net" not in found.text
    messages = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert any("made in one branch or loop, and called in another one" in m for m in messages)


def test_behind_a_loop_its_variable_is_the_last_one(scripts: Scripts) -> None:
    asked = "import numpy as np\n\nfound = model.predict(np.arange(20.0).reshape(4, 5) / 20)"
    made = LISTED.replace("    nets.append(net)", "")
    text = COLLECTED.format(
        made=made, called=f"{AVERAGE.format('[net(inputs), net(inputs)]')}\n{asked}"
    )
    differences = scripts.compare(text, convert(text).text)
    assert differences["found"] < 1e-9


INLINE = """\
first = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)])
second = keras.Sequential([keras.Input((4,)), layers.Dense(5), layers.Dense(1)])
models = [first, second]
{}
guess = sum(model.predict(x, verbose=0) for model in models)
"""


@pytest.mark.parametrize(
    "taken", ["models.pop()", "models.pop(0)", "first = models.pop()", "z, n = models.pop(), 3"]
)
def test_models_that_are_taken_out_of_a_list_stay_there(taken: str) -> None:
    """It would go with the statements that build the models, which classes do."""
    said = convert(HEAD + INLINE.format(taken)).diagnostics
    assert any(one.severity is Severity.ERROR for one in said)
