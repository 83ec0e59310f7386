"""Data that are classes of the program's own over Keras's."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

CLASS = """\
class Batches(keras.utils.{base}):
    def __init__(self, x, y, size=16, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return -(-len(self.x) // self.size)

    def __getitem__(self, i):
        return self.part(slice(i * self.size, (i + 1) * self.size))

    def part(self, rows):
        {given}
{more}
"""
PROGRAM = """\
import numpy as np
from tensorflow import keras

{made}
x = np.random.RandomState(0).rand(72, 6)
y = x.sum(axis=1, keepdims=True)
data = Batches(x, y)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit({fit}, epochs=2, verbose=0)
losses = history.history["loss"]
"""
GIVEN = "return self.x[rows], self.y[rows]"
END = """
    def on_epoch_end(self):
        self.x = np.roll(self.x, 3, 0)
        self.y = np.roll(self.y, 3, 0)
"""


def program(base: str = "PyDataset", given: str = GIVEN, more: str = "", fit: str = "data") -> str:
    made = CLASS.format(base=base, given=given, more=more)
    return PROGRAM.format(made=made, fit=fit)


def test_batches_come_as_the_class_gives_them(scripts: Scripts) -> None:
    text = program(fit="data, validation_data=Batches(x, y, size=10), steps_per_epoch=len(data)")
    text += "loss = model.evaluate(data, verbose=0)\n"
    result = converted(text)
    assert "class Batches(Dataset):" in result
    assert "DataLoader(data, batch_size=None, shuffle=True)" in result
    apart = scripts.compare(text, result)
    assert {"history", "losses", "loss"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_inputs_by_name_and_weights(scripts: Scripts) -> None:
    """Read through a function and through variables, in a function that gets the data."""
    given = "x, y = both(self.x[rows], self.y[rows])\n        return x, y, y[:, 0] + 1"
    text = program(given=given).replace("keras.Sequential([keras.Input((6,)), ", "build(")
    text = text.replace("keras.layers.Dense(1)])", "6)")
    made = "def both(x, y):\n"
    made += '    return {"b": x[:, 3:], "a": x[:, :3]}, y\n\n\n'
    made += "def build(size):\n"
    made += '    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")\n'
    made += "    h = keras.layers.Concatenate()([a, b])\n"
    made += "    return keras.Model([a, b], keras.layers.Dense(1)(h))\n\n\n"
    made += "def train(model, train_data, val_data):\n"
    made += "    return model.fit(train_data, validation_data=val_data, verbose=0)\n\n\n"
    text = text.replace("x = np.random", f"{made}x = np.random", 1)
    text = text.replace("model.fit(data, epochs=2, verbose=0)", "train(model, data, data)")
    text += "score, outputs = model.evaluate(data, verbose=0), model.predict(data)\n"
    apart = scripts.compare(text, converted(text))
    assert {"history", "losses", "score", "outputs"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


def test_how_keras_runs_a_class_is_not_told_to_torch(scripts: Scripts) -> None:
    """Torch's data sets have no `__init__`: what it would get there goes."""
    given = "super().__init__(workers=1, use_multiprocessing=False, **kwargs)"
    for told in ("super().__init__(**kwargs)", given, "super(Batches, self).__init__(**kwargs,)"):
        text = program(fit="data, shuffle=False").replace("super().__init__(**kwargs)", told)
        text = text.replace("Batches(x, y)", "Batches(x, y, max_queue_size=4)")
        result = converted(text)
        assert f"{told.partition('__(')[0]}__()\n" in result
        apart = scripts.compare(text, result)
        assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
    hidden = program().replace("(**kwargs)", "(named=1, **kwargs)")
    assert any(d.severity is Severity.ERROR for d in convert(hidden).diagnostics)


ASKED = """if self.size == 16:
            return self.x[rows], self.y[rows]
        return self.x[rows]"""
ASKED_OF_TWO = ASKED.replace("self.x[rows], ", "(self.x[rows], self.x[rows]), ")


def test_batches_without_targets(scripts: Scripts) -> None:
    """The class tells at run time whether there are any: training takes them, `predict` none."""
    text = program(given=ASKED, fit="data, shuffle=False")
    text += "outputs = model.predict(Batches(x, y, 9)), model.predict(data)\n"
    result = converted(text)
    assert "    for x, y in batches:" in result
    assert "batch[0] if isinstance(batch, list) else batch" in result
    apart = scripts.compare(text, result)
    assert {"history", "outputs"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


SOME = (
    "losses = model.evaluate(data, steps=2, verbose=0)\n"
    "first, all_of_them = model.predict(data, steps=2), model.predict(data)\n"
)


@pytest.mark.parametrize(("keras", "batches"), [("3", "next("), ("2", "islice(train_loader, 3)")])
def test_so_many_batches(keras: str, batches: str, scripts: Scripts) -> None:
    """In Keras 3, an epoch goes on where the one before ended; there are five batches."""
    some = "data, steps_per_epoch=3, validation_data=Batches(x, y, 10), validation_steps=2"
    text = program("Sequence", fit=some).replace("epochs=2", "epochs=4") + SOME
    result = converted(text, Options(keras=keras))
    assert f"train_epoch(model, {batches}" in result
    assert "evaluate(model, islice(val_loader, 2)" in result
    apart = scripts.compare(text, result, keras)
    assert {"history", "first", "all_of_them"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


@pytest.mark.parametrize(
    ("data", "called"), [("data", "data"), ("Batches(x, y)", "train_loader.dataset")]
)
def test_the_end_of_an_epoch_is_that_of_keras_2(data: str, called: str, scripts: Scripts) -> None:
    text = program("Sequence", more=END, fit=f"{data}, shuffle=False").replace("16", "18")
    result = converted(text)
    assert f"    {called}.on_epoch_end()\n" in result
    assert any("once after each epoch" in d.message for d in convert(text).diagnostics)
    apart = scripts.compare(text, result, "2")
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}


@pytest.mark.parametrize(
    "text",
    [
        program(given="return self.x[rows], self.y[rows], np.ones(16), 1"),
        program(given="return self.x[rows], None"),
        program(given=ASKED.replace(" " * 8 + "return ", " " * 8 + "return 1, ")),
        program(given=ASKED_OF_TWO) + "model.predict(data)\n",
        program(given="return [self.x[rows], self.x[rows]], self.y[rows]"),
        program(given="return keras.ops.abs(self.x[rows]), self.y[rows]"),
        program(more="\n    def on_epoch_begin(self):\n        self.size = 8\n"),
        program(more="\n    def wide(self):\n        return self.workers\n"),
        program(fit="data, steps_per_epoch=2", more=END),
        program() + "model.predict_classes(data)\n",
        program() + "other = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])\n"
        'other.compile("sgd", "surprise")\nother.fit(data)\n',
    ],
)
def test_what_is_not_seen_to_be_pairs_is_refused(text: str) -> None:
    found = convert(text)
    assert any(d.severity is Severity.ERROR for d in found.diagnostics)
    assert "class Batches(keras.utils.PyDataset):" in found.text
    assert "history = model.fit(" in found.text


#: What is drawn from numbers that begin anew with each batch.
SEEDED = (
    "draws = np.random.RandomState({})\n"
    "        return self.x[rows] + draws.normal(size=self.x[rows].shape)"
)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("return np.random.permutation(self.x[rows]), self.y[rows]", "np.random.permutation"),
        ("part = self.x[rows]\n        part += 1\n        return part, self.y[rows]", "self.x"),
        ("self.asked = self.asked + 1\n        return self.x[rows], self.y[rows]", "self.asked"),
        (f"{SEEDED.format('index')}, self.y[rows]", ""),
        (f"{SEEDED.format('self.asked')}, self.y[rows]", ""),
        (f"{SEEDED.format('None')}, self.y[rows]", "np.random.RandomState"),
        (f"{SEEDED.format('')}, self.y[rows]", "np.random.RandomState"),
        (f"{SEEDED.format('time.time()')}, self.y[rows]", "np.random.RandomState"),
        (GIVEN, ""),
        ("part = self.x[rows] + 1\n        part += 1\n        return part, self.y[rows]", ""),
    ],
)
def test_what_a_batch_draws_or_changes_is_said(given: str, named: str) -> None:
    """Keras has looked at the first ones before it trains on them."""
    said = [d.message for d in convert(program(given=given)).diagnostics]
    ahead = [message for message in said if "Keras looks at the first batches before" in message]
    assert len(ahead) == bool(named), said
    assert not named or named in ahead[0]
