"""Clones of models: with the same weights or with other ones, which are trained by themselves."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

START = """\
import numpy as np
import keras
from keras import layers
from keras.models import clone_model

rng = np.random.RandomState(0)
x, y = rng.rand(60, 8), rng.rand(60, 1)


"""
HERE = """\
base = keras.Sequential([layers.Input((8,)), layers.Dense(6, "relu"), layers.Dense(1)])
"""
BUILT = """\
def build(units=4):
    inputs = keras.Input((8,))
    h = layers.Dense(units, activation="relu", kernel_initializer="he_normal")(inputs)
    h = layers.BatchNormalization()(h)
    return keras.Model(inputs, layers.Dense(1)(h))


base = build(units=6)
"""
FOLDS = """\
losses = []
for fold in range(3):
    test = slice(fold * 20, fold * 20 + 20)
    model = {clone}
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    model.fit(x[test], y[test], epochs=2, batch_size=10, shuffle=False, verbose=0)
    losses.append(model.evaluate(x[test], y[test], verbose=0))
losses.append(float(base.predict(x, verbose=0).sum()))
"""
SAME = "clone_model(base)\n    model.set_weights(base.get_weights())"


def compared(scripts: Scripts, program: str) -> str:
    """The converted program, which gives the same numbers."""
    result = converted(program, Options(exact=True))
    expected = scripts.original(program, every=True)
    found = scripts.replayed(result, expected)
    assert not found.reason, found.reason
    assert expected.values["losses"] == pytest.approx(found.values["losses"], rel=1e-9)
    assert max(found.differences.values()) < 1e-9, found.differences
    return result


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("base", "clone", "made"),
    [
        (HERE, SAME, "copy.deepcopy(base)"),
        (HERE, "clone_model(base)", "Base().to(device)"),
        (BUILT, "clone_model(base)", "build(units=6)"),
        (BUILT, "clone_model(model=base)", "build(units=6)"),
        (BUILT, SAME, "build(units=6)\n    model.load_state_dict(base.state_dict())"),
    ],
)
def test_folds(scripts: Scripts, base: str, clone: str, made: str) -> None:
    result = compared(scripts, START + base + FOLDS.format(clone=clone))
    assert f"    model = {made}\n" in result


def test_both_are_trained(scripts: Scripts) -> None:
    """Each has an optimizer of its own: the local models, and the one that they are averaged in."""
    program = START + BUILT + (
        'base.compile("adam", "mse")\n'
        "losses = []\n"
        "for _ in range(2):\n"
        "    found = []\n"
        "    for part in (slice(0, 30), slice(30, 60)):\n"
        "        local = clone_model(base)\n"
        '        local.compile(keras.optimizers.SGD(0.1), loss="mae")\n'
        "        local.set_weights(base.get_weights())\n"
        "        local.fit(x[part], y[part], batch_size=10, shuffle=False, verbose=0)\n"
        "        found.append(local.get_weights())\n"
        "    base.set_weights([np.mean(each, axis=0) for each in zip(*found)])\n"
        "    losses.append(base.evaluate(x, y, verbose=0))\n"
        "base.fit(x, y, batch_size=20, shuffle=False, verbose=0)\n"
    )  # fmt: skip
    result = compared(scripts, program)
    assert "local_optimizer = torch.optim.SGD(local.parameters(), lr=0.1)\n" in result
    assert "base_optimizer = KerasAdam(base.parameters(), eps=1e-7)\n" in result


def test_in_a_function_that_gets_the_model(scripts: Scripts) -> None:
    program = START + BUILT + (
        "def member(template, rate):\n"
        "    one = keras.models.clone_model(template)\n"
        '    one.compile(keras.optimizers.SGD(rate), loss="mse")\n'
        "    one.fit(x, y, batch_size=20, shuffle=False, verbose=0)\n"
        "    return one\n\n\n"
        "losses = []\n"
        "for rate in (0.1, 0.01):\n"
        "    one = member(base, rate)\n"
        "    losses.append(float(one.predict(x, verbose=0).sum()))\n"
    )  # fmt: skip
    assert "    one = build(units=6)\n" in compared(scripts, program)


def test_what_the_class_reads_is_as_it_was(scripts: Scripts) -> None:
    base = "units = 6\n" + HERE.replace("Dense(6", "Dense(units") + "units = 9\n"
    result = compared(scripts, START + base + FOLDS.format(clone="clone_model(base)"))
    assert "        units = 6\n" in result


CHANGED = BUILT.replace("units=4", "").replace("units=6", "")


@pytest.mark.parametrize(
    ("base", "more", "reason"),
    [
        ("units = 6\n" + CHANGED, "units = 9\n", "its weights are others"),
        (BUILT.replace("units=6", "units"), "units = 9\n", "its weights are others"),
        (BUILT, "for layer in base.layers[:2]:\n    layer.trainable = False\n", "its weights are"),
        (HERE, "base.layers[0].trainable = False\n", "its weights are others"),
        (
            BUILT.replace("    return keras.Model(", "    model = keras.Model(").replace(
                "(h))\n", '(h))\n    model.compile("sgd", "mse")\n    return model\n'
            ),
            "",
            "its weights are others",
        ),
        (HERE + 'base.compile("sgd", "mse")\nbase.fit(x, y)\n', "", "is a clone, which is trained"),
    ],
)
def test_refused(base: str, more: str, reason: str) -> None:
    program = START + "units = 6\n" + base + more + FOLDS.format(clone="clone_model(base)")
    errors = [d for d in convert(program).diagnostics if d.severity is Severity.ERROR]
    assert any(reason in d.message for d in errors), [d.message for d in errors]
    assert "model = clone_model(base)" in convert(program).text


COPIED = """\
def net():
    return keras.Sequential([layers.Input((8,)), layers.Dense(6), layers.Dense(1, "sigmoid")])


base = net()
base.compile("adam", "binary_crossentropy", metrics=["mae"])
base.fit(x, y, verbose=0)
model = clone_model(base)
model.set_weights(base.get_weights())
model.compile("sgd", "binary_crossentropy")
history = model.fit(x, y, batch_size=25, verbose=0).history
losses = [len(history), *history["mae"], *model.evaluate(x, y, verbose=0)]
"""


def test_keras_3_copies_the_metrics_too(scripts: Scripts) -> None:
    compared(scripts, START + COPIED)


AGENT = """\
class Agent:
    def __init__(self):
        self.model = self.build()
        self.target = clone_model(self.model)
        {weighs}

    def build(self):
        model = keras.Sequential([layers.Input((8,)), layers.Dense(6, "tanh"), layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.1), loss="mse")
        return model

    def update(self):
        self.target.set_weights(self.model.get_weights())

    def learn(self):
        wanted = self.target.predict(x, verbose=0) + y
        return self.model.fit(x, wanted, shuffle=False, verbose=0).history["loss"][0]


agent = Agent()
losses = []
for step in range(4):
    losses.append(agent.learn())
    if step == 1:
        agent.update()
losses.append(float(agent.target.predict(x, verbose=0).sum()))
"""
WEIGHED = ["self.update()", "self.target.set_weights(self.model.get_weights())"]


@pytest.mark.parametrize("weighs", WEIGHED)
def test_an_object_keeps_a_clone_of_its_model(weighs: str, scripts: Scripts) -> None:
    result = compared(scripts, START + AGENT.format(weighs=weighs))
    assert "self.target = copy.deepcopy(self.model)" in result


@pytest.mark.parametrize(
    ("weighs", "more"),
    [
        ("pass", ""),
        ("self.update()", "class Other(Agent):\n    def update(self):\n        pass\n\n\n"),
        ("self.update(  # later\n        )", ""),
    ],
)
def test_a_clone_on_an_object_with_other_weights_is_refused(weighs: str, more: str) -> None:
    program = AGENT.format(weighs=weighs).replace("agent = Agent", f"{more}agent = Agent")
    made = convert(START + program)
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any("its weights are others" in error for error in errors), errors
