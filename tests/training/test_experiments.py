"""Objects that get a builder or a model, and whose methods compile, train and ask it."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x, y = rng.random((24, 6)), rng.random((24, 1))


def build_model(units=4):
    inputs = keras.Input((6,))
    return keras.Model(inputs, layers.Dense(1)(layers.Dense(units, "relu")(inputs)))


"""
KEPT = f"""{HEAD}class Experiment:
    def __init__(self, build_fn, cfg):
        self.build_fn = build_fn
        self.cfg = cfg
        self.model = None

    def run(self, x, y):
        self.model = self.build_fn(self.cfg["units"])
        self.model.compile(keras.optimizers.SGD(self.cfg["rate"]), "mse", run_eagerly=True)
        history = self.model.fit(x, y, epochs=self.cfg["epochs"], shuffle=False, verbose=0)
        return history.history["loss"]

    def score(self, x, y):
        return self.model.evaluate(x, y, verbose=0)


experiment = Experiment(build_model, {{"units": 3, "rate": 0.25, "epochs": 2}})
losses = experiment.run(x, y)
score = experiment.score(x, y)
"""
CALLED = f"""{HEAD}class Trainer:
    def __init__(self, *, build, epochs=3):
        self.build: object = build
        self.model = build(units=3)
        self.fit_args = {{"epochs": epochs, "batch_size": 8, "verbose": 0, "shuffle": False}}

    def compile(self, rate=0.25):
        self.model.compile(keras.optimizers.SGD(rate), "mse", run_eagerly=True)
        return self

    def fit(self, x, y):
        return self.model.fit(x, y, **self.fit_args).history["loss"]

    def anew(self, x, y):
        model = self.build()
        model.compile("sgd", "mse", run_eagerly=True)
        model.fit(x, y, **self.fit_args)
        return model.evaluate(x, y, verbose=0)


def main():
    trainer = Trainer(build=build_model, epochs=2)
    losses = trainer.compile().fit(x, y)
    return losses + [trainer.anew(x, y)]


losses = main()
"""
GIVEN = f"""{HEAD}class Trainer:
    def __init__(self, model, epochs=3):
        self.model = model
        self.model.compile("sgd", "mse", run_eagerly=True)
        self.fit_args = dict(epochs=epochs, batch_size=8, verbose=0, shuffle=False)

    def train(self, x, y):
        return self.model.fit(x, y, **self.fit_args).history["loss"]


losses = Trainer(build_model(), epochs=2).train(x, y)
"""


@pytest.mark.parametrize("program", [KEPT, CALLED, GIVEN])
def test_methods_train_what_the_object_gets_or_builds(program: str, scripts: Scripts) -> None:
    apart = scripts.compare(program, converted(program))
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


def test_arguments_are_read_of_the_dict_that_is_kept() -> None:
    result = converted(CALLED)
    assert 'for _ in range(self.fit_args["epochs"]):' in result
    assert 'batch_size=self.fit_args["batch_size"])' in result
    assert "self.model = build(units=3)" in result


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        return self\n", '        self.fit_args["epochs"] = 1\n        return self\n'),
        ("    def compile", "    def get(self):\n        return self.fit_args\n\n    def compile"),
        ('"epochs": epochs', '"callbacks": [keras.callbacks.EarlyStopping("loss")]'),
        ("{\"epochs\": epochs, ", "{**options, "),
    ],
)  # fmt: skip
def test_dicts_of_which_not_all_is_known_are_refused(old: str, new: str) -> None:
    messages = [message for _, message in errors(CALLED.replace(old, new))]
    assert any("not known one by one" in message for message in messages), messages


def test_objects_of_several_builders_are_left() -> None:
    """One text can't say which of them a method trains."""
    other = "\nother = Experiment(lambda units: keras.Sequential([layers.Dense(1)]), {})\n"
    assert errors(KEPT + other) != []
    loop = "for build in (build_model, build_other):\n    experiment = Experiment(build, "
    other = KEPT.replace("experiment = Experiment(build_model, ", loop)
    other = other.replace(
        "class Exp", "def build_other(units):\n    return build_model()\n\n\nclass Exp"
    )
    assert errors(other) != []
