"""Arrays that are other ones when the next call of a model asks for them: it has no loader yet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_several_files import converted as files_converted
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

"""
PROPERTIES = """
class Sampler:
    def __init__(self):
        self.rng = np.random.RandomState(0)

    @property
    def x(self):
        return self.rng.randn(20, 3)

    @property
    def y(self):
        return (self.rng.rand(20, 1) > 0.5).astype(float)


data = Sampler()
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, "sigmoid")])
model.compile("sgd", "binary_crossentropy")
"""
CALLS = """
losses = model.fit(data.x, data.y, {given}epochs=2, batch_size=16, verbose=0).history["loss"]
score = model.evaluate(data.x, data.y, verbose=0)
again = model.evaluate(data.x, data.y, verbose=0)
prediction = model.predict(data.x, verbose=0)
drawn = data.rng.rand()
"""


@pytest.mark.parametrize(
    "given",
    [
        "",
        "validation_data=(data.x, data.y), ",
        "validation_split=0.25, ",
        "class_weight={0: 1.0, 1: 2.0}, ",
        "class_weight={0: 1.0, 1: 2.0}, validation_split=0.25, ",
    ],
)
def test_properties_are_read_as_often_as_in_keras(given: str, scripts: Scripts) -> None:
    program = HEAD + PROPERTIES + CALLS.format(given=given)
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


def test_properties_of_other_files(tmp_path: Path) -> None:
    made, rest = PROPERTIES.split("data = ")
    files = {
        "main.py": f"{HEAD}from data import Sampler\n\ndata = {rest}{CALLS.format(given='')}",
        "data.py": f"import numpy as np\n\n{made}",
    }
    results, errors = files_converted(tmp_path, files)
    assert not errors
    assert results["main.py"].count("TensorDataset(\n") == 3


TRAINER = """
class Trainer:
    def __init__(self, x, y):
        self.x, self.y = x, y
        self.rows = []
        self.model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def double(self):
        self.x = self.x * 2
        return 1.0

    def record(self, value):
        self.double()
        self.rows.append(value)

    def run(self):
        self.model.fit(self.x, self.y, epochs=1, batch_size=16, verbose=0)
        {statements}


rng = np.random.RandomState(0)
trainer = Trainer(rng.randn(40, 3), rng.randn(40, 1))
trainer.run()
rows = np.array(trainer.rows)
"""
ASKED = "self.model.evaluate(self.x, self.y, verbose=0)"


@pytest.mark.parametrize(
    "statements",
    [
        f"self.record({ASKED})\n        self.record({ASKED})",
        f"self.double()\n        self.rows.append({ASKED})",
        f"self.rows.append({ASKED} + self.double())\n        self.rows.append({ASKED})",
    ],
)
def test_what_a_method_changes_is_loaded_anew(statements: str, scripts: Scripts) -> None:
    program = HEAD + TRAINER.format(statements=statements)
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "statement", [f"self.rows.append((self.double(), {ASKED}))", f"total = self.double() + {ASKED}"]
)
def test_what_changes_before_it_in_one_statement_is_said(statement: str) -> None:
    made = convert(HEAD + TRAINER.format(statements=statement))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any("a call behind another one in one statement that changes" in e for e in errors)


ROUNDS = """
rng = np.random.RandomState(0)
x, y = rng.randn(20, 3), rng.randn(20, 1)
{functions}

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
rows = []
{loop}:
    model.fit(x, y, epochs=1, batch_size=16, verbose=0)
    rows.append(model.evaluate(x, y, verbose=0))
"""
GENERATOR = """

def rounds():
    global x
    for number in range(3):
        yield number
        x = x * 2

"""
QUESTION = """

def more():
    global x
    x = x * 2
    return x.max() < 20

"""


@pytest.mark.parametrize(
    ("functions", "loop"), [(GENERATOR, "for number in rounds()"), (QUESTION, "while more()")]
)
def test_what_a_loop_asks_each_time_may_change_it(
    functions: str, loop: str, scripts: Scripts
) -> None:
    program = HEAD + ROUNDS.format(functions=functions, loop=loop)
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


ENDING = """
class Grow(keras.callbacks.Callback):
    def __init__(self, owner):
        super().__init__()
        self.owner = owner

    def on_train_end(self, logs=None):
        self.owner.x = self.owner.x * 3

"""


def test_what_a_callback_changes_is_loaded_anew(scripts: Scripts) -> None:
    program = HEAD + ENDING + TRAINER.format(statements=f"self.rows.append({ASKED})")
    program = program.replace("self.y, epochs=1,", "self.y, epochs=1, callbacks=[Grow(self)],")
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


HELD = """
rng = np.random.RandomState(0)
x, y = rng.randint(0, 9, (37, 3)), rng.randint(0, 9, 37)
{holder}

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
first = model.fit(x, y, epochs=1, batch_size=16, verbose=0).history["loss"]
{change}
second = model.fit(x, y, epochs=1, batch_size=16, verbose=0).history["loss"]
score = model.evaluate(x, y, verbose=0)
"""
HOLDER = """

class Holder:
    def __init__(self, *arrays):
        self.arrays = arrays
        self.targets = arrays[1]

    def bump(self):
        self.targets += 1

    def bump_all(self):
        for one in self.arrays:
            one += 1


holder = Holder(x, y)
"""
NAMED = "import collections\nPair = collections.namedtuple('Pair', 'inputs targets')"
FILLED = """

class Store:
    items = []

    @classmethod
    def add(cls, array):
        cls.items.append(array)

"""
ADDING = """
import functools


def add_to(array, number):
    array += number

"""
CLOSURE = """

def outer({taken}):
    kept = {kept}

    def step():
        kept[:6] += 3

    return step


step = outer({given})
"""


@pytest.mark.parametrize(
    ("holder", "change"),
    [
        (HOLDER, "holder.bump()"),
        (HOLDER, "holder.bump_all()"),
        (CLOSURE.format(taken="", kept="y", given=""), "step()"),
        (CLOSURE.format(taken="array", kept="array", given="y"), "step()"),
        ("", "vars()['y'][:4] = 9"),
        ("rows = []\nrows.append(x)\nrows.append(y)", "rows[-1] *= 2"),
        (f"{NAMED}\npair = Pair(x, y)", "pair.targets[:] = 0"),
        (f"{FILLED}\nStore.add(y)\nstore = Store()", "store.items[0][:] = 5"),
        (f"{ADDING}\nadd = functools.partial(add_to, y, 3)", "add()"),
        ("data = {'x': x, 'y': y}", "for one in data.values():\n    one += 3"),
        ("data = {'x': x, 'y': y}", "for name, one in data.items():\n    one += 3"),
        ("store = {'y': y}\n\n\ndef labels():\n    return store['y']\n", "labels()[:9] = 3"),
        ("rows = [y]", "max(rows, key=len)[:9] = 1"),
    ],
)
def test_what_others_hold_of_an_array_changes_it(
    holder: str, change: str, scripts: Scripts
) -> None:
    """Whole numbers: the loader has a copy of them."""
    program = HEAD + HELD.format(holder=holder, change=change)
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


CHANGED_AT_HOME = """\
import numpy as np

rng = np.random.RandomState(0)
X, Y = rng.randint(0, 9, (37, 3)), rng.randint(0, 9, 37)


def shift():
    X[:9] = 3


def double(array):
    array *= 2


def clip(array):
    np.clip(array, 2, 5, out=array)
"""
TRAINED_TWICE = """\
from data import X, Y, clip, double, shift
from tensorflow import keras

{held}
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
first = model.fit({given}, epochs=1, verbose=0, shuffle=False).history["loss"]
{change}
second = model.fit({given}, epochs=1, verbose=0, shuffle=False).history["loss"]
"""


@pytest.mark.parametrize(
    ("held", "given"),
    [("", "X, Y"), ("kw = dict(x=X, y=Y)", "**kw"), ("Xa, Ya = X[:20], Y[:20]", "Xa, Ya")],
)
@pytest.mark.parametrize("change", ["shift()", "double(X)", "clip(X)", "print(X.shape)"])
def test_what_other_files_change_of_arrays(
    held: str, given: str, change: str, tmp_path: Path
) -> None:
    program = TRAINED_TWICE.format(held=held, given=given, change=change)
    texts, _ = files_converted(tmp_path, {"main.py": program, "data.py": CHANGED_AT_HOME})
    text = texts["main.py"]
    stays = change == "print(X.shape)"
    loads = len(re.findall(r"DataLoader\(", text.partition("\nmodel = ")[2]))
    assert loads == (1 if stays else 2), text


KEPT = """
class Noise(keras.callbacks.Callback):
    def __init__(self, data):
        super().__init__()
        self.data = data

    def on_epoch_end(self, epoch, logs=None):
        {change}


rng = np.random.RandomState(0)
x, y = rng.randn(37, 3), rng.randn(37)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
losses = model.fit(
    x, y, epochs=3, batch_size=16, verbose=0, callbacks=[Noise((x, y))]
).history["loss"]
"""


@pytest.mark.parametrize(
    "change",
    [
        "targets = self.data[1]\n        targets[:] = targets * 2",
        "_, targets = self.data\n        targets += 1",
        "for array in self.data:\n            array *= 2",
    ],
)
def test_what_a_callback_has_in_a_tuple(change: str, scripts: Scripts) -> None:
    """Keras has copies of the arrays; what is of one type with the model shares its memory."""
    program = HEAD + KEPT.format(change=change)
    after = converted(program)
    assert after.count(".copy()") == 2
    apart = scripts.compare(program, after)
    assert max(apart.values()) < 1e-9, apart


EARLY = """
class Scale(keras.callbacks.Callback):
    {hook}
        vx[:] = vx * 3


rng = np.random.RandomState(0)
x, y = rng.randn(37, 3), rng.randn(37)
vx, vy = rng.randn(10, 3), rng.randn(10)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
losses = model.fit(
    x, y, validation_data=(vx, vy), epochs=2, verbose=0, callbacks=[Scale()]
).history["val_loss"]
"""


@pytest.mark.parametrize(
    "hook",
    ["def on_train_begin(self, logs=None):", "def on_train_batch_end(self, batch, logs=None):"],
)
def test_what_changes_before_keras_validates_is_refused(hook: str) -> None:
    said = convert(HEAD + EARLY.format(hook=hook)).diagnostics
    errors = [d.message for d in said if d.severity is Severity.ERROR]
    assert any("changes `vx` before the first validation" in message for message in errors), errors


def test_what_changes_behind_it_comes_too_late(scripts: Scripts) -> None:
    program = HEAD + EARLY.format(hook="def on_epoch_end(self, epoch, logs=None):")
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart


def test_functions_of_the_program_may_change_what_they_score(scripts: Scripts) -> None:
    program = HEAD + """
rng = np.random.RandomState(0)
x, y = rng.randint(0, 9, (37, 3)), rng.randn(37, 1)


def f1_score(array):
    array[:] = array * 2
    return 1


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
scores = []
for number in range(3):
    scores.append(model.evaluate(x, y, verbose=0))
    f1_score(x)
"""
    apart = scripts.compare(program, converted(program))
    assert max(apart.values()) < 1e-9, apart
