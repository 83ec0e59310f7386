"""Metric objects that several models are compiled with: Keras goes on from their last numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras

x, y = np.random.rand(40, 3), np.random.rand(40, 1)
auc = [keras.metrics.AUC(name="auc")]


def build():
    return keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1, "sigmoid")])


"""
TRAIN = "{model}.compile('sgd', 'mse', metrics={metrics})\n{model}.fit(x, y)\n"
ONE = f"one = build()\n{TRAIN.format(model='one', metrics='auc')}"
MADE = "[keras.metrics.AUC(name='auc')]"
LOOP = "for _ in range(2):\n    one = build()\n    {}\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (ONE, False),
        (f"{ONE}other = build()\n{TRAIN.format(model='other', metrics='auc')}", True),
        (f"{ONE}other = build()\n{TRAIN.format(model='other', metrics=MADE)}", False),
        (
            LOOP.format(TRAIN.format(model="one", metrics="auc").strip().replace("\n", "\n    ")),
            True,
        ),
        (
            LOOP.format(TRAIN.format(model="one", metrics=MADE).strip().replace("\n", "\n    ")),
            False,
        ),
    ],
)
def test_it_is_said(body: str, said: bool) -> None:
    found = convert(HEAD + body).diagnostics
    assert any("same metric objects" in d.message for d in found) is said


OWN = """\
class Count(keras.metrics.Metric):
    def __init__(self, name="count"):
        super().__init__(name=name)
        self.count = self.add_weight(name="n", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.count.assign_add(keras.ops.sum(y_pred))

    def result(self):
        return self.count


count = Count()
"""


@pytest.mark.parametrize(("metrics", "said"), [("[count]", True), ("[Count()]", False)])
def test_so_it_is_of_ones_own(metrics: str, said: bool) -> None:
    body = "".join(
        f"{name} = build()\n{TRAIN.format(model=name, metrics=metrics)}"
        for name in ("one", "other")
    )
    found = convert(HEAD + OWN + body).diagnostics
    assert any("same metric objects" in d.message for d in found) is said


MAKER = "def made():\n    return [keras.metrics.AUC(name='auc')]\n\n\nheld = made()\n"


@pytest.mark.parametrize(("metrics", "said"), [("held", True), ("made()", False)])
def test_those_that_a_function_makes_each_time_are_others(metrics: str, said: bool) -> None:
    body = "".join(
        f"{name} = build()\n{TRAIN.format(model=name, metrics=metrics)}"
        for name in ("one", "other")
    )
    found = convert(HEAD + MAKER + body).diagnostics
    assert any("same metric objects" in d.message for d in found) is said


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        ("a = go('mse')", False),
        ("a = go('mse') + go('mae')", True),
        ("a = [go(loss) for loss in ('mse', 'mae')]", True),
        ("for loss in ('mse', 'mae'):\n    a = go(loss)", True),
        ("def twice():\n    return go('mse')\n\n\na, b = twice(), twice()", True),
    ],
)
@pytest.mark.parametrize("made", ["", "    held = [keras.metrics.AUC(name='auc')]\n"])
def test_those_of_a_function_that_runs_again(calls: str, said: bool, made: str) -> None:
    outside = "" if made else "held = [keras.metrics.AUC(name='auc')]\n"
    train = "    m.compile('sgd', loss, metrics=held)\n    return m.fit(x, y, verbose=0).history\n"
    program = f"{HEAD}m = build()\n{outside}\n\ndef go(loss):\n{made}{train}\n\n{calls}\n"
    found = convert(program).diagnostics
    assert any("same metric objects" in d.message for d in found) is (said and not made)


TRAINER = """\
held = [keras.metrics.AUC(name='auc')]


class Trainer:
    def __init__(self, loss):
        self.model = build()
        {compiles}

    def run(self):
        return self.model.fit(x, y, verbose=0).history


class Other(Trainer):
    pass


"""
COMPILES = "self.model.compile('sgd', loss, metrics=held)"
PREPARES = f"self.prepare(loss)\n\n    def prepare(self, loss):\n        {COMPILES}"


@pytest.mark.parametrize("compiles", [COMPILES, PREPARES])
@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ("a = Trainer('mse').run()", False),
        ("a = Other('mse').run()", False),
        ("a, b = Trainer('mse').run(), Trainer('mae').run()", True),
        ("a, b = Other('mse').run(), Other('mae').run()", True),
        ("a = [Trainer(loss).run() for loss in ('mse', 'mae')]", True),
    ],
)
def test_those_that_objects_compile_with(compiles: str, runs: str, said: bool) -> None:
    program = f"{HEAD}{TRAINER.format(compiles=compiles)}{runs}\n"
    found = convert(program).diagnostics
    assert any("same metric objects" in d.message for d in found) is said


@pytest.mark.parametrize(("runs", "said"), [(1, False), (2, True)])
def test_those_that_a_method_of_another_file_compiles_with(
    runs: int, said: bool, tmp_path: Path
) -> None:
    trainer = (
        HEAD
        + TRAINER.format(compiles="pass")
        + ("    def begin(self):\n        self.model.compile('sgd', 'mse', metrics=held)\n")
    )
    main = "from trainer import Other\n\ntrainer = Other('mse')\n"
    (tmp_path / "main.py").write_text(main + "trainer.begin()\na = trainer.run()\n" * runs)
    path = tmp_path / "trainer.py"
    path.write_text(trainer)
    found = convert(trainer, None, str(path)).diagnostics
    assert any("same metric objects" in d.message for d in found) is said


NOTED = """\
import numpy as np
from tensorflow import keras

x, y = np.ones((20, 4)), np.ones((20, 1))


def near(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)


METRICS = [near, keras.metrics.TruePositives(name="hits")]
for number in range(3):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=METRICS)
    history = model.fit(x, y, verbose=0).history
"""


def test_the_same_objects_are_said_beside_what_else_is() -> None:
    said = [d.message for d in convert(NOTED).diagnostics]
    assert any("as a column" in one and "more than once" in one for one in said), said
