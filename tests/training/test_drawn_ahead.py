"""What batches draw of generators that the program, or Keras, draws of as well: said, not equal.

Keras looks at the first batches of a `Sequence`, and takes those of a generator in advance; and it
takes the seeds of its layers from Python's `random`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import random

import numpy as np
from tensorflow import keras
"""
SEQUENCE = """\


class Batches(keras.utils.Sequence):
    def __init__(self, x, y, augment, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y, self.augment = x, y, augment

    def __len__(self):
        return len(self.x) // 8

    def __getitem__(self, i):
        part = slice(8 * i, 8 * i + 8)
        return {augmented}, self.y[part]
"""
JITTER = """\
import numpy as np

seed = 0
rng = {generator}


class Jitter:
    def __init__(self, scale, seed=0):
        self.scale, self.rng = scale, {generator}

    def __call__(self, batch):
        return batch + self.scale * self.rng.{drawn}

    def apply(self, batch):
        return self(batch)


def jitter(batch):
    return batch + 0.1 * rng.{drawn}
"""
TRAINED = """\


data = np.random.RandomState(0)
x = data.randn(48, 6)
y = x.sum(1, keepdims=True)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
"""
RANDOM = ("np.random.RandomState(seed)", "randn(*batch.shape)")
FIXED = ("np.zeros(seed + 3)", "mean()")
_AHEAD, _IN_ADVANCE = "Keras looks at the first batches", "Keras takes batches in advance"
_SEEDS = "Keras takes the seeds of its layers from Python's `random`"


def said(tmp_path: Path, files: dict[str, str], name: str, message: str) -> bool:
    """Whether the conversion of a file of a project says something."""
    (tmp_path / ".git").mkdir()
    for file, text in files.items():
        (tmp_path / file).write_text(text)
    found = convert(files[name], path=str(tmp_path / name)).diagnostics
    assert not any(one.severity is Severity.ERROR for one in found), found
    return any(message in one.message for one in found)


@pytest.mark.parametrize(("made", "drawn"), [(RANDOM, True), (FIXED, False)])
@pytest.mark.parametrize("apart", [False, True], ids=["one file", "two files"])
@pytest.mark.parametrize(
    ("augmented", "given"),
    [
        ("self.augment(self.x[part])", "Jitter(0.1)"),
        ("self.augment(self.x[part])", "jitter"),
        ("self.augment.apply(self.x[part])", "Jitter(0.1)"),
        ("jitter(self.x[part])", "None"),
    ],
)
def test_a_sequence_that_draws_by_others(
    tmp_path: Path, augmented: str, given: str, apart: bool, made: tuple[str, str], drawn: bool
) -> None:
    generator, draws = made
    jitter = JITTER.format(generator=generator, drawn=draws)
    imported = "from augment import Jitter, jitter\n" if apart else ""
    trains = f"history = model.fit(Batches(x, y, {given}), epochs=2, shuffle=False, verbose=0)\n"
    main = HEAD.replace("import random\n\n", "") + imported
    main += ("" if apart else f"\n{jitter}") + SEQUENCE.format(augmented=augmented)
    files = {"main.py": main + TRAINED + trains}
    if apart:
        files["augment.py"] = jitter
    assert said(tmp_path, files, "main.py", _AHEAD) == drawn


GENERATOR = """\
import numpy as np

rng = np.random.RandomState(7)


def batches(x, y):
    while True:
        chosen = {chosen}
        yield x[chosen], y[chosen]
"""
FIT = "history = model.fit(batches(x, y), steps_per_epoch=3, epochs=2, verbose=0)\n"


@pytest.mark.parametrize("apart", [False, True], ids=["one file", "two files"])
@pytest.mark.parametrize(
    ("chosen", "trains", "drawn"),
    [
        ("rng.randint(0, 48, 8)", FIT + "after = np.random.rand(3)\n", True),
        ("np.random.randint(0, 48, 8)", FIT + "after = np.random.rand(3)\n", True),
        ("rng.randint(0, 48, 8)", FIT + FIT, True),
        ("rng.randint(0, 48, 8)", f"for _ in range(2):\n    {FIT}", True),
        ("rng.randint(0, 48, 8)", FIT, False),
        ("np.arange(8)", FIT + FIT + "after = np.random.rand(3)\n", False),
    ],
)
def test_a_new_generator_that_draws_what_is_drawn_again(
    tmp_path: Path, chosen: str, trains: str, drawn: bool, apart: bool
) -> None:
    source = GENERATOR.format(chosen=chosen)
    imported = "from data import batches\n" if apart else source.partition("\n\n")[2]
    main = HEAD.replace("import random\n\n", "") + imported + TRAINED + trains
    files = {"main.py": main, **({"data.py": source} if apart else {})}
    assert said(tmp_path, files, "main.py", _IN_ADVANCE) == drawn


SEEDED = "import random\n\n\ndef seed_all(seed):\n    random.seed(seed)\n"
SAMPLING = "import random\n\n\ndef sample(n):\n    return random.sample(range(40), n)\n"
ASKED = "model.fit(x, y, verbose=0)\n"


@pytest.mark.parametrize(
    ("files", "head", "rest", "shared"),
    [
        ({}, "random.seed(0)\n", "order = [random.random()]\n", True),
        ({}, "from random import seed, choice\n\nseed(0)\n", "first = choice([1, 2])\n", True),
        ({"seeds.py": SEEDED}, "from seeds import seed_all\n", "part = random.random()\n", True),
        ({"memory.py": SAMPLING}, "from memory import sample\n\nrandom.seed(0)\n", "", True),
        ({}, "from random import seed\n\nseed(0)\n", "first = np.random.choice([1, 2])\n", False),
        ({"seeds.py": SEEDED}, "from seeds import seed_all\n", "part = np.random.rand()\n", False),
    ],
)
def test_files_that_seed_and_draw(
    tmp_path: Path, files: dict[str, str], head: str, rest: str, shared: bool
) -> None:
    every = {"main.py": HEAD + head + TRAINED + ASKED + rest, **files}
    assert said(tmp_path, every, "main.py", _SEEDS) == shared


def test_who_seeds_may_import_what_has_the_model(tmp_path: Path) -> None:
    agent = HEAD + TRAINED + ASKED + "\n\ndef act():\n    return random.random()\n"
    main = "import random\n\nfrom agent import act\n\nrandom.seed(0)\nprint(act())\n"
    assert said(tmp_path, {"agent.py": agent, "main.py": main}, "agent.py", _SEEDS)
