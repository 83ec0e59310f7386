"""Data sets that each round of a loop would make anew stand before it, where they stay the same."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.rand(40, 1)
others, losses, parts = [x[:10], x[10:30]], [], [slice(0, 20), slice(20, 40)]


def build(units=3):
    model = keras.Sequential([layers.Input((4,)), layers.Dense(units), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


"""
SAME = HEAD + """
def train(model, x, y, rounds):
    for number in range(rounds):
        print(number, x.shape)
        losses.append(model.fit(x, y, shuffle=False, verbose=0).history["loss"][0])
        losses.append(model.evaluate(x[:9], y[:9], verbose=0))
        if number:
            losses.append(model.evaluate(x[9:], y[9:], verbose=0))


# several sizes
for units in 2, 3:
    for rate in 0.1, 0.2:
        model = build(units)
        model.fit(x, y, validation_split=0.2, epochs=2, shuffle=False, verbose=0)
        losses.append(np.abs(model.predict(x) - y).sum())
trained = build()
train(trained, x, y, 2)
for rows in parts:
    model = build()
    model.fit(x[rows], y[rows], shuffle=False, verbose=0)
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    losses.append(model.evaluate(x, y, verbose=0))
    rows = 2
for rows in parts:
    model = build()
    history = model.fit(x, y, validation_data=(x[rows], y[rows]), shuffle=False, verbose=0)
    losses += history.history["val_loss"]
"""


def test_what_stays_the_same_is_made_once(scripts: Scripts) -> None:
    result = converted(SAME)
    before, _, loop = result.partition("# several sizes\nfor units in 2, 3:\n")
    assert before.endswith("train_loader = DataLoader(train_data, batch_size=32)\n\n")
    assert "DataLoader(train_data" not in loop.partition("\ntrain(")[0]
    function = result.partition("def train(")[2].partition("\n\n\n")[0]
    assert function.index("train_data =") < function.index("for number") < function.index("[9:]")
    apart = scripts.compare(SAME, result)
    assert "losses" in apart
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


CHANGE = """\
def change():
    global x
    x = x + 1


"""
FIT = "    model.fit(x, y, verbose=0)\n"
CHANGES = {
    "bound": f"for other in others:\n    x, y = other, other[:, :1]\n{FIT}",
    "looped": "for x in others:\n    model.fit(x, x[:, :1], verbose=0)\n",
    "chosen": "for rows in parts:\n    model.fit(x[rows], y[rows], verbose=0)\n",
    "changed": f"for number in range(2):\n{FIT}    x[number] = 0\n",
    "shuffled": f"for number in range(2):\n    np.random.shuffle(y)\n{FIT}",
    "passed on": f"for number in range(2):\n    keep(x)\n{FIT}",
    "changed by a function": f"{CHANGE}for number in range(2):\n    change()\n{FIT}",
    "shuffled by a function": f"for number in range(2):\n    shuffle()\n{FIT}",
    "changed by a method": f"for number in range(2):\n    changes.shuffle()\n{FIT}",
    "by another name": f"held = {{'x': x}}\nfor number in range(2):\n    keep(held['x'])\n{FIT}",
    "a view": f"flat = x.reshape(-1)\nfor number in range(2):\n    rng.shuffle(flat)\n{FIT}",
    "of a whole": f"x = others[1]\nfor number in range(2):\n    others[1][0] = 1\n{FIT}",
    "of an argument": "def train(a, b):\n    for number in range(2):\n        shuffle()\n"
    "        model.fit(a, b, verbose=0)\n\n\ntrain(x, y)\n",
    "conditional": f"for number in range(2):\n    if losses:\n    {FIT}",
    "called": "for number in range(2):\n    model.fit(load(), y, verbose=0)\n",
    "random": "for number in range(2):\n    model.fit(np.random.rand(40, 4), y, verbose=0)\n",
    "of two": f"for number in range(2):\n{FIT}    model.fit(y @ y.T[:, :4], y, verbose=0)\n",
}


@pytest.mark.parametrize("loop", CHANGES.values(), ids=CHANGES)
def test_what_may_change_is_made_in_each_round(loop: str) -> None:
    text = f"{HEAD}def keep(x):\n    x += 1\n\n\ndef load():\n    return x\n\n\n"
    text += "def shuffle():\n    rng.shuffle(x)\n\n\n"
    text += "class Changes:\n    def shuffle(self):\n        rng.shuffle(x)\n\n\n"
    text += "changes = Changes()\n"
    result = converted(f"{text}model = build()\n{loop}")
    head = next(line for line in loop.splitlines() if line.lstrip().startswith("for "))
    before, _, inside = result.partition(head)
    assert "train_data =" not in before
    assert "train_data =" in inside


ONCE = HEAD + """
def run(x, y):
    model = build()
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    losses.append(model.evaluate(x, y, verbose=0))
    {between}
    model.fit(x, y, shuffle=False, verbose=0)
    losses.append(model.evaluate(x, y, verbose=0))
    return losses


losses = run(x, y)
"""


@pytest.mark.parametrize(
    ("between", "sets"),
    [("", 1), ("x = x + 1.0", 2), ("x += 1.0", 2), ("y, x = y[::-1].copy(), x[::-1].copy()", 2)],
)
def test_the_same_arrays_are_one_data_set(between: str, sets: int, scripts: Scripts) -> None:
    text = ONCE.format(between=between)
    new = converted(text)
    assert new.count("= TensorDataset(") == sets, new
    assert scripts.compare(text, new)["losses"] < 1e-9


CALLBACKS = HEAD + """
class Reweight(keras.callbacks.Callback):
    def __init__(self, n):
        super().__init__()
        self.weights = np.ones(n)

    def {hook}(self, {taken}logs=None):
        {change}


weigh = Reweight(len(x))
model = build()
{fits}
"""
FIT = "losses += model.fit(x, y, sample_weight=weigh.weights, shuffle=False, callbacks=[weigh], \
verbose=0).history['loss']"
FITS = {
    "a loop": f"for _ in range(3):\n    {FIT}",
    "twice": f"{FIT}\n{FIT}",
    "others look": f"{FIT}\nlosses.append(model.evaluate(x, y, sample_weight=weigh.weights))",
}
HOOKS = {
    "another array": ("on_train_end", "", "self.weights = self.weights * np.linspace(0.5, 2, 40)"),
    "in place": ("on_epoch_end", "epoch, ", "self.weights *= np.linspace(0.5, 2, 40)"),
    "set by name": ("on_train_end", "", "setattr(self, 'weights', np.linspace(0.5, 2, 40))"),
}


@pytest.mark.parametrize("fits", FITS)
@pytest.mark.parametrize("hook", HOOKS)
def test_what_callbacks_change_is_made_anew(hook: str, fits: str, scripts: Scripts) -> None:
    name, taken, change = HOOKS[hook]
    text = CALLBACKS.format(hook=name, taken=taken, change=change, fits=FITS[fits])
    assert scripts.compare(text, converted(text))["losses"] < 1e-9


SWAPPING = HEAD + """
from tensorflow.keras.callbacks import Callback as Base


class Held:
    x, y = x, y


held = Held()


def swap(*given):
    held.x, held.y = held.x[::-1][:20], held.y[::-1][:20] + 1


{made}
model = build()
losses.append(model.evaluate(held.x, held.y, verbose=0))
model.fit(x, y, shuffle=False, verbose=0, callbacks=[{given}])
losses.append(model.evaluate(held.x, held.y, verbose=0))
"""
SWAPS = {
    "another name of the base": (
        "class Swap(Base):\n    def on_train_end(self, logs=None):\n        swap()\n",
        "Swap()",
    ),
    "a base of its own": (
        "class Own(Base):\n    pass\n\n\n"
        "class Swap(Own):\n    def on_train_end(self, logs=None):\n        swap()\n",
        "Swap()",
    ),
    "a function": ("", "keras.callbacks.LambdaCallback(on_train_end=swap)"),
    "a method that a lambda calls": (
        "class Swapper:\n    def swap(self):\n"
        "        held.x, held.y = held.x[:9], held.y[:9] + 2\n\n\n"
        "swapper = Swapper()\n",
        "keras.callbacks.LambdaCallback(on_train_end=lambda logs: swapper.swap())",
    ),
}


@pytest.mark.parametrize("case", SWAPS)
def test_what_callbacks_set_is_made_anew_for_others(case: str, scripts: Scripts) -> None:
    made, given = SWAPS[case]
    text = SWAPPING.format(made=made, given=given)
    assert scripts.compare(text, converted(text))["losses"] < 1e-9


GROWING = HEAD + """
class Data:
    x, y = x, y

    @classmethod
    def grow(cls):
        cls.x, cls.y = np.concatenate([cls.x, cls.x + 1]), np.concatenate([cls.y, cls.y])


def refill():
    Data.grow()


model = build()
losses.append(model.evaluate(Data.x, Data.y, verbose=0))
{grows}
losses.append(model.evaluate(Data.x, Data.y, verbose=0))
"""


@pytest.mark.parametrize("grows", ["Data.grow()", "refill()", "[f() for f in (refill,)]"])
def test_what_a_class_has_may_change(grows: str, scripts: Scripts) -> None:
    text = GROWING.format(grows=grows)
    assert scripts.compare(text, converted(text))["losses"] < 1e-9
