"""Several objects of a class that get models: one of them stands for all, where all are alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_refusals import errors
from tests.training.test_several_files import converted as project
from transpiler.options import Options
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import file_pair

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

random = np.random.RandomState(0)
x, y = random.rand(24, 4), random.rand(24)


def build(n, activation=None):
    return keras.Sequential([
        layers.Dense(n, input_shape=(4,), activation=activation), layers.Dense(1)
    ])


def deeper(n):
    return keras.Sequential([
        layers.Dense(n, input_shape=(4,), activation="relu"), layers.Dense(n), layers.Dense(1)
    ])


class Trainer:
    def __init__(self, model, rate=0.1):
        self.model = model
        self.rate = rate
        self.model.compile(keras.optimizers.SGD(rate), "mse")

    def fit(self, x, y):
        return self.model.fit(x, y, epochs=3, verbose=0).history["loss"]

    def score(self):
        return self.model.evaluate(x, y, verbose=0)


"""
PROGRAMS = {
    "one after the other": """\
trainer = Trainer(build(2))
losses, score = trainer.fit(x, y), trainer.score()
trainer = Trainer(build(3), rate=0.01)
more, other = trainer.fit(x, y), trainer.score()
""",
    "other builders": """\
one, other = Trainer(build(2)), Trainer(deeper(3))
losses = one.fit(x, y) + other.fit(x, y) + one.fit(x, y)
answer = other.model.predict(x)
""",
    "in functions": """\
def run(n):
    trainer = Trainer(build(n, "relu"))
    return trainer, trainer.fit(x, y)


trainer, losses = run(2)
more = Trainer(build(3)).fit(x, y)
score = trainer.score()
""",
    "loop over models": """\
losses = {}
for name, model in {"one": build(2), "other": deeper(3)}.items():
    losses[name] = Trainer(model).fit(x, y)
one, other = losses["one"], losses["other"]
""",
    "dict": """\
trainers = {"one": Trainer(build(2)), "other": Trainer(build(3))}
losses = [trainer.fit(x, y) for trainer in trainers.values()]
scores = {name: trainer.score() for name, trainer in trainers.items()}
best = min(scores, key=scores.get)
answer = trainers[best].model.predict(x)
more = trainers["one"].fit(x, y)
""",
    "list": """\
trainers = [Trainer(build(2)), Trainer(deeper(3))]
for number, trainer in enumerate(trainers):
    print(number, trainer.fit(x, y))
best = min(trainers, key=lambda trainer: trainer.score())
answer = best.model.predict(x)
more = trainers[1].fit(x, y)
for trainer in sorted(trainers, key=lambda trainer: -trainer.score()):
    score = trainer.score()
""",
    "filled dict": """\
trainers = {n: Trainer(build(n)) for n in (2, 3)}
losses = {n: trainer.fit(x, y) for n, trainer in trainers.items()}
answer = trainers[2].model.predict(x)
score = trainers[3].score()
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_one_stands_for_all(name: str, scripts: Scripts) -> None:
    text = HEAD + PROGRAMS[name]
    result = converted(text, Options(exact=True))
    assert "self.model.fit" not in result
    differences = scripts.compare(text, result)
    assert len(differences) > 5
    assert max(differences.values()) < 1e-9, differences


APART = {
    "a model of both": """\
model = build(3)
one, other = Trainer(model), Trainer(model, 0.01)
losses = one.fit(x, y) + other.fit(x, y)
""",
    "compiled outside": """\
one, other = Trainer(build(2)), Trainer(build(3))
one.model.compile("adam", "mae")
losses = one.fit(x, y) + other.fit(x, y)
""",
    "frozen": """\
model = build(2)
model.layers[0].trainable = False
losses = Trainer(model).fit(x, y) + Trainer(build(3)).fit(x, y)
""",
    "other outputs": """\
def classes(n):
    return keras.Sequential([layers.Dense(n, input_shape=(4,)), layers.Dense(2)])


losses = Trainer(build(2)).fit(x, y) + Trainer(classes(3)).fit(x, np.stack([y, y], 1))
""",
    "one of another class": """\
class Other:
    def __init__(self, n):
        self.model = deeper(n)
        self.model.compile("adam", "mae")


def swap(held):
    held[0] = Other(3)


trainers = [Trainer(build(2)), Trainer(build(3))]
swap(trainers)
score = trainers[0].model.evaluate(x, y, verbose=0)
""",
    "one of two classes": """\
class Other:
    def __init__(self, n):
        self.model = deeper(n)
        self.model.compile("adam", "mae")


def pick(usual):
    if usual:
        return Trainer(build(2))
    return Other(3)


score = pick(len(x) > 99).model.evaluate(x, y, verbose=0)
""",
    "another model": """\
one, other = Trainer(build(2)), Trainer(build(3))
one.model = build(4)
losses = one.fit(x, y) + other.fit(x, y)
""",
}


@pytest.mark.parametrize("name", APART)
def test_others_are_refused(name: str) -> None:
    assert errors(HEAD + APART[name])


MODELS = """\
from tensorflow import keras
from tensorflow.keras import layers


def build(n):
    return keras.Sequential([layers.Dense(n, input_shape=(4,)), layers.Dense(1)])
"""
TRAINERS = """\
from tensorflow import keras


class Trainer:
    def __init__(self, model, rate):
        self.model = model
        self.model.compile(keras.optimizers.SGD(rate), "mse")

    def fit(self, x, y):
        return self.model.fit(x, y, epochs=3, verbose=0).history["loss"]
"""
MAIN = """\
import numpy as np
from models import build
from trainers import Trainer

random = np.random.RandomState(0)
x, y = random.rand(24, 4), random.rand(24)
one, other = Trainer(build(2), 0.1), Trainer(build(3), 0.01)
losses = one.fit(x, y) + other.fit(x, y)
"""


def test_class_and_builder_are_in_other_files(tmp_path: Path, session: VerifySession) -> None:
    files = {"models.py": MODELS, "trainers.py": TRAINERS, "main.py": MAIN}
    made, left = project(tmp_path, files)
    assert not left
    assert made["models.py"].count(".to(device)") == 1
    for name, text in made.items():
        (tmp_path / "after" / name).write_text(text.replace("torch.float32", "torch.float64"))
    pair = file_pair(str(tmp_path / "before/main.py"), str(tmp_path / "after/main.py"))
    trained = session.ask("keras3", TrainingRequest(pair.original, whole=True))
    replay = session.ask("torch", TrainingRequest(pair.converted, whole=True, trained=trained))
    assert not replay.reason, replay.reason
    assert apart(trained.values["losses"], replay.values["losses"]) < 1e-9
