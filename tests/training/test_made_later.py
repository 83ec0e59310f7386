"""Objects of the program's own, and settings, that are read later than where Keras gets them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_attempts_that_fail import compared
from tests.training.test_several_files import converted

HEAD = """\
from types import SimpleNamespace

import numpy as np
from tensorflow import keras

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.rand(40, 1)
c = SimpleNamespace(v=0.25)
"""
#: What a program has of these that it names.
DEFINED = {
    "Keep": """\
class Keep(keras.callbacks.Callback):
    def __init__(self, value):
        super().__init__()
        self.value = value
        self.found = []

    def on_epoch_end(self, epoch, logs=None):
        found.append(self.value * logs["loss"])
""",
    "Default": """\
class Default(Keep):
    def __init__(self):
        super().__init__(1.0)
        self.value = c.v
""",
    "Scaled": """\
class Scaled(keras.losses.Loss):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, t, p):
        return self.factor * keras.ops.mean(keras.ops.square(t - p), axis=-1)
""",
    "Share": """\
class Share(keras.metrics.Metric):
    def __init__(self, limit, name="share"):
        super().__init__(name=name)
        self.limit = limit
        self.above = self.add_weight(name="above", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.above.assign_add(keras.ops.sum(keras.ops.cast(y_true > self.limit, self.above.dtype)))
        self.count.assign_add(keras.ops.cast(keras.ops.size(y_true), self.count.dtype))

    def result(self):
        return self.above / self.count
""",
    "scaled": """\
def scaled(factor):
    def loss(t, p):
        return factor * keras.ops.mean(keras.ops.square(t - p), axis=-1)

    return loss
""",
}
MODEL = """\
found = []
m = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
"""


def program(text: str) -> str:
    """A whole one, of its last lines."""
    named = [name for name in DEFINED if re.search(rf"\b{name}\(", text)]
    named += ["Keep"] if "Default" in named and "Keep" not in named else []
    defined = (DEFINED[name] for name in DEFINED if name in named)
    return "\n\n".join([HEAD, *defined, MODEL]) + text


COMPILED = 'm.compile("sgd", "mse")\n'
FITTED = "h = m.fit(x, y, epochs=3, batch_size=8, verbose=0, callbacks={}).history\n"
CHANGE = "c.v = 0.75\n"
#: What is made before the change, how it is compiled, and which callbacks are given.
MADE = {
    "callback in a list": ("cb = [Keep(c.v)]\n", COMPILED, "cb"),
    "callback in a tuple": ("cb = (Keep(c.v),)\n", COMPILED, "list(cb)"),
    "callback added": ("cb = []\ncb.append(Keep(c.v))\n", COMPILED, "cb"),
    "callbacks joined": ("cb = [Keep(c.v)]\n", COMPILED, "cb + [keras.callbacks.History()]"),
    "callback of a global": ("cb = [Default()]\n", COMPILED, "cb"),
    "drawn": ("cb = [Keep(r.rand())]\nc.v = r.rand()\n", COMPILED, "cb"),
    "loss in a dict": ("losses = {'a': Scaled(c.v)}\n", "m.compile('sgd', losses['a'])\n", "None"),
    "loss in keywords": ("kw = dict(loss=Scaled(c.v))\n", "m.compile('sgd', **kw)\n", "None"),
    "loss of a function": ("kw = dict(loss=scaled(c.v))\n", "m.compile('sgd', **kw)\n", "None"),
    "metric": ("", "m.compile('sgd', 'mse', metrics=[Share(c.v)])\nc.v = 0.75\n", "None"),
    "metric in a list": ("own = [Share(c.v)]\n", "m.compile('sgd', 'mse', metrics=own)\n", "None"),
}


@pytest.mark.parametrize("way", MADE)
def test_what_changes_in_between_is_said(way: str, scripts: Scripts) -> None:
    made, compiled, callbacks = MADE[way]
    fitted = FITTED.format(callbacks)
    assert compared(scripts, program(f"{made}{CHANGE}{compiled}{fitted}"))


@pytest.mark.parametrize(
    "way", [way for way in MADE if way not in ("drawn", "metric", "loss in a dict")]
)
def test_what_stays_is_converted(way: str, scripts: Scripts) -> None:
    made, compiled, callbacks = MADE[way]
    assert not compared(scripts, program(f"{made}{compiled}{FITTED.format(callbacks)}"))


@pytest.mark.parametrize("asked", ["get_weights()[0]", "count_params()"])
@pytest.mark.parametrize("listed", [True, False])
def test_what_asks_the_model_is_said(asked: str, listed: bool, scripts: Scripts) -> None:
    made = f"[Keep(np.sum(m.{asked}))]"
    before = f"cb = {made}\n" if listed else ""
    fitted = FITTED.format("cb" if listed else made)
    errors = compared(scripts, program(f"{COMPILED}{before}{fitted}"))
    assert any("asks a model" in error for error in errors), errors


WHILE_TRAINED = """\
c.v = 0


class Counting(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        c.v += 1


def batches():
    while True:
        yield x[:8], y[:8]


"""


@pytest.mark.parametrize("named", [True, False])
def test_callbacks_keep_what_they_were_told(named: bool, scripts: Scripts) -> None:
    stopping = "[Counting(), keras.callbacks.EarlyStopping('loss', patience=c.v, min_delta=1.0)]"
    before = f"cb = {stopping}\n" if named else ""
    fitted = FITTED.format("cb" if named else stopping).replace("epochs=3", "epochs=9")
    assert not compared(scripts, program(f"{WHILE_TRAINED}{before}{COMPILED}{fitted}"))


def test_numbers_of_steps_that_change_are_said(scripts: Scripts) -> None:
    fitted = "h = m.fit(batches(), epochs=3, steps_per_epoch=c.v, verbose=0, "
    fitted += "callbacks=[Counting()]).history\n"
    errors = compared(scripts, program(f"{WHILE_TRAINED}c.v = 1\n{COMPILED}{fitted}"))
    assert any("may change while the model is trained" in error for error in errors), errors


DEFAULTS = {
    "attribute": ("c.v", "c.v = 0.75"),
    "entry": ("settings['rate']", "settings['rate'] = 0.75"),
    "of several": ("rates[0]", "rates.insert(0, 0.75)"),
}


@pytest.mark.parametrize("builds", [True, False])
@pytest.mark.parametrize("way", DEFAULTS)
def test_defaults_are_what_they_were(way: str, builds: bool, scripts: Scripts) -> None:
    default, change = DEFAULTS[way]
    head = "settings, rates = {'rate': 0.25}, [0.25, 0.5]\n"
    made = "    m = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])\n" * builds
    given = "" if builds else "m, "
    head += f"def make({given}rate={default}):\n{made}"
    head += '    m.compile(keras.optimizers.SGD(rate), "mse")\n' + "    return m\n" * builds
    call = "m = make()\n" if builds else "make(m)\n"
    fitted = FITTED.format("None")
    compared(scripts, program(f"{head}{change}\n{call}{fitted}"))
    assert builds or not compared(scripts, program(f"{head}{call}{fitted}"))


@pytest.mark.parametrize("name", ["MeanSquaredError", "BinaryAccuracy", "AUC"])
def test_classes_of_metrics_are_called_as_objects_are(name: str, scripts: Scripts) -> None:
    compiled = f'm.compile("sgd", "mse", metrics=[keras.metrics.{name}])\n'
    fitted = FITTED.format("None") + "count = len(h)\nlast = h[sorted(h)[-1]]\n"
    errors = compared(scripts, program(f"y = (y > 0.5) * 1.0\n{compiled}{fitted}"))
    assert bool(errors) == (name == "AUC")


BEHIND = {
    "builder": ("def make():\n{model}{compiled}{change}    return m\n", "m = make()\n"),
    "given": ("def make(m):\n{compiled}{change}", "make(m)\n"),
    "in a list": (
        "def make():\n{model}{compiled}{change}    return m\n",
        "models = []\nfor _ in range(2):\n    models.append(make())\n    m = models[-1]\n",
    ),
}


@pytest.mark.parametrize("change", ["    c.v = 0.75\n", "    c.v *= 2\n", "    set_rate()\n"])
@pytest.mark.parametrize("way", BEHIND)
def test_what_changes_behind_is_said(way: str, change: str, scripts: Scripts) -> None:
    function, call = BEHIND[way]
    before = "def set_rate():\n    c.v = 0.5\n\n\n" if "set_rate" in change else ""
    model = "    m = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])\n"
    compiled = '    m.compile(keras.optimizers.SGD(c.v), "mse")\n'
    function = before + function.format(model=model, compiled=compiled, change=change)
    assert compared(scripts, program(f"{function}\n\n{call}{FITTED.format('None')}"))


def test_what_changes_behind_in_another_file_is_said(tmp_path: Path) -> None:
    net = (
        "from tensorflow import keras\n\n\ndef make(p):\n"
        "    m = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])\n"
        "    m.compile(keras.optimizers.SGD(p['rate']), 'mse')\n"
        "    p['rate'] = 0.75\n    return m\n"
    )
    main = "from net import make\n\nm = make({'rate': 0.25})\nm.fit([[1.0] * 5] * 8, [1.0] * 8)\n"
    _, errors = converted(tmp_path, {"net.py": net, "main.py": main})
    assert any("behind it" in error for error in errors), errors


AFTER = {
    "vars(c).update(v=0.75)": True,
    "c.__dict__.update(v=0.75)": True,
    "change(c)": True,
    "del c.v": True,
    "found.append(m)": True,
    "print(c)": False,
    "m.summary()": False,
}


@pytest.mark.parametrize("change", AFTER)
def test_what_may_change_behind_is_said(change: str, scripts: Scripts) -> None:
    rate = "c.v / (1 + len(found))" if "found" in change else "c.v"
    lines = "def change(o):\n    setattr(o, 'v', 0.75)\n\n\n" * change.startswith("change")
    lines += f'def make(m):\n    m.compile(keras.optimizers.SGD({rate}), "mse")\n    {change}\n\n\n'
    errors = compared(scripts, program(f"{lines}make(m)\n{FITTED.format('None')}"))
    assert bool(errors) == AFTER[change], errors
