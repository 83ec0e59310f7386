"""The numbers that Keras gives metrics without names, or what is said where they aren't known."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.randint(0, 2, (40, 1))


def build():
    return keras.Sequential([keras.Input((5,)), layers.Dense(1, activation="sigmoid")])


"""
TWICE = """\
m.compile("sgd", "binary_crossentropy", metrics=[{0}])
h = m.fit(x, y, epochs=2, shuffle=False, verbose=0).history
m.compile("sgd", "binary_crossentropy", metrics=[{1}])
h2 = m.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""
MAIN = "def main():\n    m = build()\n{}    return h, h2\n\n\nh, h2 = main()\n"
CLASS = """\
class Trainer:
    def __init__(self):
        self.m = build()
        self.m.compile("sgd", "binary_crossentropy", metrics=[{0}])


one = Trainer()
h = one.m.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""
AUC, IOU = "keras.metrics.AUC()", "keras.metrics.MeanIoU(num_classes=2, sparse_y_pred=False)"


def _inside(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def _compared(program: str, scripts: Scripts) -> list[str]:
    """What is said of the names; where nothing is, all of them are as in Keras."""
    made = convert(program, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    said = [d.message for d in made.diagnostics if "counts the metrics" in d.message]
    apart = scripts.compare(program, made.text)
    if not said:
        assert "h" in apart
        assert max(apart.values()) < 1e-7, apart  # IoUs are of float32 in Keras
    return said


@pytest.mark.parametrize("metric", [AUC, IOU, "keras.metrics.Precision()"])
@pytest.mark.parametrize("room", ["the module", "a function"])
def test_the_second_one_is_numbered(metric: str, room: str, scripts: Scripts) -> None:
    twice = TWICE.format(metric, metric)
    program = f"m = build()\n{twice}" if room == "the module" else MAIN.format(_inside(twice))
    assert not _compared(HEAD + program, scripts)


@pytest.mark.parametrize(
    "program",
    [
        CLASS.format(AUC),
        "m = build()\n" + TWICE.format('"AUC"', '"AUC"'),
        MAIN.format(_inside(TWICE.format('"precision"', '"precision"'))),
        "m = build()\n" + TWICE.format(AUC, '"accuracy"'),
    ],
)
def test_one_alone_has_no_number(program: str, scripts: Scripts) -> None:
    assert not _compared(HEAD + program, scripts)


@pytest.mark.parametrize(
    "program",
    [
        CLASS.format(AUC)
        + "other = Trainer()\nh2 = other.m.fit(x, y, epochs=2, verbose=0).history\n",
        "m = build()\n" + TWICE.format('"AUC"', AUC),
        MAIN.format(_inside(TWICE.format(AUC, AUC))) + "h3, h4 = main()\n",
        "for k in range(2):\n    m = build()\n" + _inside(TWICE.format(AUC, '"mae"')),
        MAIN.format(_inside(TWICE.format(AUC, AUC)))
        + 'm = build()\nm.compile("sgd", "binary_crossentropy", metrics=[keras.metrics.AUC()])\n'
        "h5 = m.fit(x, y, epochs=2, shuffle=False, verbose=0).history\n",
    ],
    ids=["a class", "a text and an object", "called twice", "a loop", "two places"],
)
def test_it_is_said_where_they_are_not_known(program: str, scripts: Scripts) -> None:
    assert _compared(HEAD + program, scripts)


IN_A_FUNCTION = """\
from tensorflow import keras


def main(x, y):
    class F1(keras.metrics.Metric):
        def __init__(self, name="f1", **kwargs):
            super().__init__(name=name, **kwargs)
            self.p = keras.metrics.Precision()
            self.r = keras.metrics.Recall()

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.p.update_state(y_true, y_pred)
            self.r.update_state(y_true, y_pred)

        def result(self):
            p, r = self.p.result(), self.r.result()
            return 2 * p * r / (p + r + 1e-7)

        def reset_state(self):
            self.p.reset_state()
            self.r.reset_state()

    m = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, activation="sigmoid")])
    m.compile("adam", "binary_crossentropy", metrics=[F1()])
    return m.fit(x, y, epochs=2, verbose=0).history
"""


def test_the_parts_of_one_in_a_function_stand_above_that() -> None:
    text = convert(IN_A_FUNCTION).text
    compile(text, "<converted>", "exec")
    assert text.index("\nclass Precision:") < text.index("\ndef main(")
