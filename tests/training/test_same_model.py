"""What is asked of a name that has held another model, or another history, since it was trained."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from tests.training.test_attempts_that_fail import compared

HEAD = """\
import numpy as np
from tensorflow import keras

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.rand(40, 1)


def build():
    return keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])


"""
COMPILE = "{0} = build()\n{0}.compile(keras.optimizers.SGD({1}), 'mse')\n"
FIT = "{0}.fit(x, y, verbose=0, shuffle=False)\n"
TWO = COMPILE.format("a", 0.1) + FIT.format("a") + COMPILE.format("b", 0.3) + FIT.format("b")
EACH = """\
models = []
for rate in (0.1, 0.3):
    m = build()
    m.compile(keras.optimizers.SGD(rate), "mse")
    models.append(m)
for m in models:
    m.fit(x, y, verbose=0, shuffle=False)
"""
READ = "q = {}.history.history['loss']\n"
ANOTHER = {
    "after another fit": TWO + READ.format("a"),
    "exchanged": TWO + "a, b = b, a\n" + READ.format("a"),
    "of each": EACH + "q = [m.history.history['loss'][-1] for m in models]\n",
    "in a branch": f"{COMPILE.format('a', 0.1)}if len(x) > 3:\n    {FIT.format('a')}"
    + READ.format("a"),
    "variable of another": COMPILE.format("a", 0.1)
    + f"h = {FIT.format('a')}h = [1.0]\n"
    + READ.format("a"),
    "rates of each": f"{EACH}q = [float(m.optimizer.learning_rate) for m in models]\n",
    "rates in turn": f"{EACH}q = []\nfor m in models:\n"
    "    q.append(float(m.optimizer.learning_rate))\n",
    "given by a function": TWO + "def same(m):\n    return m\n\na = same(b)\n" + READ.format("a"),
    "trained by a function": f"{TWO}def train(m):\n    {FIT.format('m')}    return m\n\n"
    f"a = train(b)\na.optimizer.learning_rate = 0.5\n{FIT.format('a')}",
    "rate of one in a list": f"{TWO}models = [a, b]\na = models.pop()\n"
    "q = float(a.optimizer.learning_rate)\n",
    "rate of one in a dict": f"{TWO}models = {{'a': a, 'b': b}}\na = models.get('b')\n"
    "q = float(a.optimizer.learning_rate)\n",
    "rate exchanged": f"{TWO}a, b = b, a\na.optimizer.learning_rate = 0.5\n{FIT.format('a')}",
}
SAME = {
    "after its fit": TWO + READ.format("b"),
    "between": COMPILE.format("a", 0.1) + FIT.format("a") + READ.format("a") + FIT.format("a"),
    "in a loop": f"{COMPILE.format('a', 0.1)}q = []\nfor _ in range(2):\n    {FIT.format('a')}"
    "    q.append(a.history.history['loss'][-1])\n",
    "rate of it": TWO
    + "q = [float(a.optimizer.learning_rate), float(b.optimizer.learning_rate)]\n",
    "given back": f"def train(m):\n    {FIT.format('m')}    return m\n\n"
    f"{COMPILE.format('a', 0.1)}a = train(a)\na.optimizer.learning_rate = 0.5\n"
    f"{FIT.format('a')}q = float(a.optimizer.learning_rate)\n",
    "rate of a compiled one": "def made(rate):\n    m = build()\n"
    "    m.compile(keras.optimizers.SGD(rate), 'mse')\n    return m\n\n"
    f"a = made(0.1)\n{FIT.format('a')}a = made(0.2)\n"
    f"q = float(a.optimizer.learning_rate)\n{FIT.format('a')}",
    "rate of a new one": "q = []\nfor rate in (0.1, 0.2):\n    a = build()\n"
    "    a.compile(keras.optimizers.SGD(rate), 'mse')\n"
    "    q.append(float(a.optimizer.learning_rate))\n    h = "
    + FIT.format("a").replace("\n", ".history\n"),
}


@pytest.mark.parametrize("way", ANOTHER)
def test_another_one_is_refused(way: str, scripts: Scripts) -> None:
    assert compared(scripts, f"{HEAD}{ANOTHER[way]}h = [1.0]\n")


@pytest.mark.parametrize("way", SAME)
def test_the_same_is_read(way: str, scripts: Scripts) -> None:
    assert not compared(scripts, f"{HEAD}{SAME[way]}h = [1.0]\n")
