"""Losses, metrics and the like that a program calls on arrays, through objects and other names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_several_files import converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import tensorflow as tf
from functools import partial
from tensorflow import keras

rng = np.random.RandomState(0)
x, y = rng.randn(50, 4), rng.randn(50, 1)


"""
LOSS = """\
class Scaled(keras.losses.Loss):
    def __init__(self, scale=1.0, name="scaled"):
        super().__init__(name=name)
        self.scale = scale

    def call(self, y_true, y_pred):
        return self.scale * tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)


"""
FUNCTIONS = """\
def rmse(y_true, y_pred):
    return tf.sqrt(tf.reduce_mean(tf.square(y_true - y_pred)))


def pinball(q):
    def loss(y_true, y_pred):
        error = y_true - y_pred
        return tf.reduce_mean(tf.maximum(q * error, (q - 1) * error), axis=-1)

    return loss


"""
METRIC = """\
class Hit(keras.metrics.Metric):
    def __init__(self, tol, name="hit", **kwargs):
        super().__init__(name=name, **kwargs)
        self.tol = tol
        self.hits = self.add_weight(name="hits", initializer="zeros")
        self.seen = self.add_weight(name="seen", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        close = tf.abs(y_true - y_pred) < self.tol
        self.hits.assign_add(tf.reduce_sum(tf.cast(close, self.dtype)))
        self.seen.assign_add(tf.cast(tf.size(close), self.dtype))

    def result(self):
        return self.hits / self.seen


"""
WEIGHTS = """\
class Penalty(keras.regularizers.Regularizer):
    def __init__(self, rate):
        self.rate = rate

    def __call__(self, weight):
        return self.rate * tf.reduce_sum(tf.abs(weight))


class UnitSum(keras.constraints.Constraint):
    def __call__(self, weight):
        return weight / (1e-7 + tf.reduce_sum(tf.abs(weight), axis=0, keepdims=True))


"""


def trained(loss: str = '"mse"', metrics: str = "", layer: str = "") -> str:
    """A model that is trained, and what it predicts."""
    return (
        f"model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1{layer})])\n"
        f'model.compile("sgd", {loss}, metrics=[{metrics}])\n'
        "model.fit(x, y, batch_size=25, shuffle=False, verbose=0)\n"
        "p = model.predict(x, verbose=0)\n"
    )


BY_LOSSES = f"""\
{HEAD}{LOSS}class Keeper:
    def __init__(self, scale):
        self.criterion = Scaled(scale)

    def error(self, y, p):
        return float(self.criterion(y, p))


criterion = Scaled(2.0)
{trained("criterion")}a = float(criterion(y, p))
b = criterion(y_true=y, y_pred=p).numpy()
c = Scaled(0.5, name="half")(tf.constant(y), p).numpy()
d = Keeper(0.3).error(y, p)
several = {{"one": Scaled(), "two": Scaled(3.0)}}
e = [float(one(y, p)) for one in several.values()]
"""
BY_FUNCTIONS = f"""\
{HEAD}{FUNCTIONS}{trained("pinball(0.3)", "rmse")}a = np.mean(pinball(0.8)(y, p))
shallow = pinball(0.1)
b = np.mean(shallow(y, p))
score = rmse
c = score(y, p).numpy()
for measure in (rmse,):
    d = float(measure(y, p))
measured = partial(rmse, y_pred=p)
e = float(measured(y))
"""
BY_WEIGHTS = f"""\
{HEAD}{WEIGHTS}penalty, unit = Penalty(0.1), UnitSum()
{trained(layer=", kernel_regularizer=penalty, kernel_constraint=unit")}
a = float(penalty(model.get_weights()[0]))
b = Penalty(0.2)(np.ones((2, 2))).numpy()
c = np.array(unit(np.ones((2, 3))))
"""
BY_METRICS = f"""\
{HEAD}{METRIC}def share(model, x, y):
    hit = Hit(name="share", tol=0.7)
    hit.update_state(y, model.predict(x, verbose=0))
    return hit.result().numpy()


{trained(metrics="Hit(1.0)")}test = Hit(0.5, name="test")
b = []
for start in range(0, 50, 25):
    test.reset_state()
    for batch in range(start, start + 25, 5):
        test.update_state(y[batch : batch + 5], p[batch : batch + 5])
    b.append(float(test.result()))
a = share(model, x, y)
"""
PROGRAMS = {
    "losses": (BY_LOSSES, "abcde"),
    "functions": (BY_FUNCTIONS, "abcde"),
    "weights": (BY_WEIGHTS, "abc"),
    "metrics": (BY_METRICS, "ab"),
}


@pytest.mark.parametrize("kind", PROGRAMS)
def test_what_is_called_on_arrays_gets_tensors(kind: str, scripts: Scripts) -> None:
    program, names = PROGRAMS[kind]
    made = convert(program, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(program, made.text)
    assert set(names) <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_a_metric_that_is_made_anew_is_reset() -> None:
    text = convert(BY_METRICS, Options(exact=True)).text
    assert '"test"' not in text
    assert text.count("test = Hit(0.5)\n") == 2
    assert ".reset" not in text


GIVEN = "def report(measure, y, p):\n    return float(measure(y, p))\n\n\n"
WATCH = """\
class Watch(keras.callbacks.Callback):
    def __init__(self, metric):
        super().__init__()
        self.metric = metric
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(float(self.metric.result()))


"""
ENDS = """\
def steps(callback):
    return callback.params["steps"]


class Ends(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.last = epoch


ends = Ends()
"""
LEFT = {
    "the name": (LOSS + trained("Scaled()") + "n = Scaled().name\n", "`Scaled().name` is left"),
    "its method": (LOSS + trained("Scaled()") + "n = Scaled().call(y, p)\n", "`Scaled().call`"),
    "weights of samples": (
        LOSS + trained("Scaled()") + "n = float(Scaled()(y, p, np.ones(50)))\n",
        "`Scaled` takes and gives tensors of torch now",
    ),
    "a sum": (
        LOSS.replace("name=name)", 'reduction="sum")') + trained("Scaled()")
        + "n = float(Scaled()(y, p))\n",
        "`Scaled` takes and gives tensors of torch now",
    ),
    "a parameter": (
        FUNCTIONS + GIVEN + trained("rmse") + "n = report(rmse, y, p)\n",
        "`measure(y, p)` is left as it is: `rmse` takes and gives tensors of torch now",
    ),
    "what training counts": (
        METRIC + "hit = Hit(0.5)\n" + trained(metrics="hit") + "n = float(hit.result())\n",
        "`hit.result` is left as it is: `Hit` has but `update` and `compute` now",
    ),
    "in a list": (
        METRIC + trained(metrics="Hit(0.5)")
        + "for one in [Hit(0.1), Hit(0.2)]:\n    one.update_state(y, p)\n",
        "`one.update_state` is left",
    ),
    "kept": (
        METRIC + WATCH + "watch = Watch(Hit(0.1))\n"
        + trained(metrics="Hit(0.5)").replace("False, ", "False, callbacks=[watch], "),
        "`self.metric.result` is left",
    ),
    "given to Python": (
        FUNCTIONS + trained("rmse") + "n = [float(one) for one in map(rmse, [y], [p])]\n",
        "`map(rmse, [y], [p])` is left as it is: `rmse` takes and gives tensors of torch now, and",
    ),
    "given to a library": (
        FUNCTIONS + trained("rmse")
        + "from sklearn.metrics import make_scorer\nscorer = make_scorer(score_func=rmse)\n",
        "`make_scorer(score_func=rmse)` is left as it is: `rmse` takes and gives tensors",
    ),
    "an object given to a library": (
        LOSS + trained("Scaled()")
        + "from sklearn import metrics\nscorer = metrics.make_scorer(Scaled())\n",
        "`metrics.make_scorer(Scaled())` is left as it is: `Scaled` takes and gives tensors",
    ),
    "a callback that a function gets": (
        ENDS + trained().replace("False, ", "False, callbacks=[ends], ") + "n = steps(ends)\n",
        "`callback.params` is left as it is: `Ends` is a plain class now",
    ),
    "a callback that gives itself": (
        ENDS.replace("self.last = epoch", "self.last = steps(self)")
        + trained().replace("False, ", "False, callbacks=[ends], "),
        "`callback.params` is left as it is: `Ends` is a plain class now",
    ),
    "given beforehand": (
        FUNCTIONS + trained("rmse") + "error = partial(rmse, y)\nn = float(error(p))\n",
        "`partial(rmse, y)` is left as it is: `rmse` takes and gives tensors of torch now",
    ),
}  # fmt: skip
KEPT = {
    "printed": FUNCTIONS + trained("rmse") + "print(rmse, callable(rmse))\n",
    "in a dict": FUNCTIONS + trained("rmse") + 'known = dict(rmse=rmse)\nnames = list(known)\n',
    "copied": FUNCTIONS + trained("rmse") + "import copy\nsame = copy.copy(rmse)\n",
    "a loss with a number": (
        FUNCTIONS.replace("y_pred):\n    return", "y_pred, factor):\n    return factor *")
        + "scaled = partial(rmse, factor=0.3)\nscaled.__name__ = 'scaled'\n" + trained("scaled")
    ),
    "of arrays": (
        FUNCTIONS + trained("rmse")
        + "def off(a, b):\n    return float(np.abs(a - b).max())\n\n\n"
        + "n = list(map(off, [y], [p]))\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("program", KEPT.values(), ids=KEPT)
def test_what_nothing_calls_is_no_error(program: str) -> None:
    made = convert(HEAD + program, Options(exact=True))
    assert [d.message for d in made.diagnostics if d.severity is Severity.ERROR] == []


@pytest.mark.parametrize("use", LEFT)
def test_what_is_not_written_is_said(use: str) -> None:
    program, reason = LEFT[use]
    made = convert(HEAD + program, Options(exact=True))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert errors
    assert any(reason in error for error in errors), errors


MAIN = """\
import numpy as np
from tensorflow import keras
from losses import Scaled, rmse
from report import Report, both, of, report

x, y = np.ones((20, 4)), np.arange(20.0).reshape(-1, 1)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", Scaled(2.0), metrics=[rmse])
model.fit(x, y, epochs=1, batch_size=16, verbose=0)
"""
OWN = """\
def own(y_true, y_pred):
    return keras.ops.mean(y_true - y_pred)


"""
REPORT = """\
import losses
from losses import rmse


class Report:
    def __init__(self, loss):
        self.loss = loss

    def run(self, y, p):
        return self.loss(y, p)


def of(measure, y, p):
    return float(measure(y, p))


def both(y, p):
    return losses.plain(y, p)


"""


@pytest.mark.parametrize(
    ("function", "call", "place"),
    [
        ("return float(rmse(y, p))", "report(y, y)", "report.py:22: `rmse(y, p)` is left"),
        ("return losses.Scaled(1.0)(y, p)", "report(y, y)", "report.py:22: `losses.Scaled(1.0)"),
        ("return both(y, p)", "of(rmse, y, y)", "main.py:10: `of` of `report.py` is left"),
        ("return of(losses.rmse, y, p)", "report(y, y)", "report.py:14: `measure(y, p)` is left"),
        ("return both(y, p)", "report(y, y)", ""),
        ("return of(both, y, p)", "of(np.dot, y.T, y)", ""),
        ("return both(y, p)", "of(own, y, y)", "main.py:14: `of` of `report.py` is left"),
        ("return list(map(rmse, y, p))", "report(y, y)", "report.py:22: `map(rmse, y, p)` is left"),
    ],
)
def test_files_without_the_framework(tmp_path: Path, function: str, call: str, place: str) -> None:
    losses = f"""\
import numpy as np
import tensorflow as tf
from tensorflow import keras


{LOSS}{FUNCTIONS.partition("def pinball")[0]}def plain(y, p):
    return np.mean(np.abs(y - p))
"""
    files = {
        "main.py": f"{MAIN}n = {call}\n",
        "report.py": f"{REPORT}def report(y, p):\n    {function}\n",
        "losses.py": losses,
    }
    if "own" in call:
        files["main.py"] = (
            files["main.py"].replace("[rmse]", "[own]").replace("x, y", f"{OWN}x, y", 1)
        )
    _, errors = converted(tmp_path, files)
    assert [error[: len(place)] for error in errors] == [place] * bool(place)
