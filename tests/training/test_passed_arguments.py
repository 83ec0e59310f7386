"""Functions that stay functions keep their parameters: calls pass what the program passes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_losses_elsewhere import MODEL
from tests.training.test_several_files import DATA, assert_equal
from tests.training.test_several_files import converted as converted_files
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

#: Functions, what the program makes of them, and the calls that come of it.
LOSSES = {
    "quantile": ("lambda y, f: tilted(0.9, y, f)", "", "lambda y, f: tilted(0.9, y, f)"),
    "keywords": ("loss", "return tilted(0.9, y, f) + tilted(f=f, y=y, q=0.1)", "tilted(f=f, y="),
    "between": ("loss", "return pen(y, 0.5, f) + pen(y, 2, f, 2.0)", "pen(y, 2, f, 2.0)"),
    "partial": ("loss", "return partial(tilted, 0.9)(y, f)", "tilted(0.9, y, f)"),
    "static": ("loss", "return Own.scaled(0.5, y - f)", "return scaled(0.5, y - f)"),
    "unread": ("loss", "return kept(7, y, 1, f, 3, 0.5)", "return kept(y, f, scale=0.5)"),
    "by name": ("loss", "return only(0.5, y, f=f)", "return only(0.5, y, f=f)"),
}
FUNCTIONS = {
    "tilted": """\
def tilted(q, y, f):
    e = y - f
    return ops.mean(ops.maximum(q * e, (q - 1) * e), axis=-1)
""",
    "pen": """\
def pen(t, k, p, r=1.0):
    return k * ops.mean(ops.abs(t - r * p), axis=-1)
""",
    "kept": """\
def kept(first, t, second, p, third=1, scale=1.0):
    return scale * ops.mean(ops.square(t - p), axis=-1)
""",
    "only": """\
def only(a, /, t, *, f):
    return a * ops.mean(ops.abs(t - f), axis=-1)
""",
    "Own": """\
class Own:
    @staticmethod
    def scaled(k, e):
        return k * ops.mean(e * e, axis=-1)
""",
}
SCRIPT = """\
from functools import partial

import keras
import numpy as np
from keras import ops

x = np.arange(60.0).reshape(20, 3) / 60
y = x[:, :2] * 2


{functions}model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
model.compile("sgd", {loss})
losses = model.fit(x, y, epochs=2, batch_size=6, shuffle=False, verbose=0).history["loss"]
"""


def _script(loss: str, body: str) -> str:
    """The program with the functions that it uses."""
    used = [text for name, text in FUNCTIONS.items() if name in loss + body]
    used += [f"def loss(y, f):\n    {body}\n"] if body else []
    return SCRIPT.format(functions="".join(f"{text}\n\n" for text in used), loss=loss)


def _apart(scripts: Scripts, text: str, expected: str) -> dict[str, float]:
    """How far the numbers are apart of a program whose conversion says what is expected."""
    made = convert(text, Options(exact=True))
    assert not [d for d in made.diagnostics if d.severity is Severity.ERROR]
    assert expected in made.text
    differences = scripts.compare(text, made.text)
    assert any("weight" in name for name in differences)
    return differences


@pytest.mark.parametrize("way", LOSSES)
def test_losses_call_functions_as_they_are(way: str, scripts: Scripts) -> None:
    loss, body, expected = LOSSES[way]
    text = _script(loss, body)
    differences = _apart(scripts, text, expected)
    assert max(differences.values()) < 1e-9, differences


GRAPHS = {
    "mixed": ("h = mix(0.3, a, i)", "mix(0.3, a, i)"),
    "of both kinds": ("h = mix(0.3, a, mix(w=g, t=a, u=i))", "mix(0.3, a, mix(w=g, t=a, u=i))"),
    "Lambda": ("h = layers.Lambda(lambda t: mix(0.5, t, -t))(a)", "mix(0.5, "),
    "static": ("h = Own.both(2.0, a, i)", "less(0.5, t, u)"),
    "inner": ("h = inner(0.5, a)", "inner(0.5, a, k=self.k)"),
    "block": ("h = block(3, a, 0.5)", "Block(3, 3, 0.5)"),
}
PARTS = {
    "mix": "def mix(w, t, u):\n    return w * t + (1 - w) * u\n",
    "block": "def block(n, t, k=1.0):\n    return layers.Dense(n)(t) * k\n",
    "Own": """\
class Own:
    @staticmethod
    def both(n, t, u):
        return layers.Dense(3)(Own.less(0.5, t, u)) * n

    @staticmethod
    def less(k, t, u):
        return t - k * u
""",
}
GRAPH = """\
import keras
import numpy as np
from keras import layers

x = np.arange(60.0).reshape(20, 3) / 60
y = x[:, :1] * 2


{functions}def build(k):
    def inner(b, t):
        return b - k * t

    i = keras.Input((3,))
    a = layers.Dense(3)(i)
    g = layers.Dense(3, activation="sigmoid")(i)
    {made}
    return keras.Model(i, layers.Dense(1)(layers.add([h, g])))


model = build(2.0)
model.compile("sgd", "mse")
losses = model.fit(x, y, epochs=2, batch_size=6, shuffle=False, verbose=0).history["loss"]
"""


@pytest.mark.parametrize("way", GRAPHS)
def test_models_call_functions_as_they_are(way: str, scripts: Scripts) -> None:
    made, expected = GRAPHS[way]
    used = [text for name, text in PARTS.items() if name in made]
    text = GRAPH.format(made=made, functions="".join(f"{text}\n\n" for text in used))
    differences = _apart(scripts, text, expected)
    assert max(differences.values()) < 1e-9, differences


METRIC = """\
import keras
import numpy as np
from keras import ops

x = np.arange(60.0).reshape(20, 3) / 60
y = x[:, :1] * 2


def close(tol, a, b):
    return ops.abs(a - b) < tol


class Within(keras.metrics.Metric):
    def __init__(self, tol=0.1, name="within", **kwargs):
        super().__init__(name=name, **kwargs)
        self.tol = tol
        self.hits = self.add_weight(name="hits", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def number(self, scale, unread, a, b, more=1.0):
        return scale * more * ops.sum(ops.cast(ops.logical_and(a, b > 0), "float32"))

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.hits.assign_add(self.number(0.5, None, close(self.tol, y_true, y_pred), y_pred))
        self.count.assign_add(ops.cast(ops.size(y_true), self.dtype))

    def result(self):
        return self.hits / self.count

    def reset_state(self):
        self.hits.assign(0.0)
        self.count.assign(0.0)


model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=[Within(0.6)])
seen = model.fit(x, y, epochs=2, batch_size=6, shuffle=False, verbose=0).history["within"]
"""


def test_metrics_call_functions_and_methods_as_they_are(scripts: Scripts) -> None:
    expected = "self.number(0.5, None, close(self.tol, y_true, y_pred), y_pred)"
    differences = _apart(scripts, METRIC, expected)
    assert "seen" in differences
    assert max(differences.values()) < 1e-9, differences


def test_data_sets_call_functions_as_they_are(scripts: Scripts) -> None:
    text = """\
import numpy as np
import tensorflow as tf

x = np.arange(60.0).reshape(20, 3) / 60
y = x[:, :1] * 2


def scale(k, a):
    return a / k - 1


def both(k, a, b):
    return scale(k, a), b * k


data = tf.data.Dataset.from_tensor_slices((x, y)).map(lambda a, b: both(2.0, a, b))
data = data.map(lambda a, b: (scale(0.5, a), b)).batch(5)
model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
model.compile("sgd", "mse")
losses = model.fit(data, epochs=2, verbose=0).history["loss"]
"""
    differences = _apart(scripts, text, "both(2.0, a, b)")
    assert max(differences.values()) < 1e-9, differences


def test_calls_on_arrays_pass_no_more_than_the_function_takes(scripts: Scripts) -> None:
    text = _script("loss", "return kept(7, y, 1, f)")
    text += "p = model.predict(x)\nscore = kept(7, y, 1, p)\nother = kept(1, p=p, second=2, t=y)\n"
    differences = _apart(scripts, text, "kept(torch.as_tensor(y), torch.as_tensor(p)).numpy()")
    assert {"score", "other"} <= differences.keys()
    assert max(differences.values()) < 1e-9, differences


def test_functions_of_other_files_are_called_as_they_are(
    tmp_path: Path, session: VerifySession
) -> None:
    losses = """\
import tensorflow as tf


def tilted(q, y, f):
    return tf.reduce_mean(tf.maximum(q * (y - f), (q - 1) * (y - f)), axis=-1)


def loss(y, f):
    return tilted(0.9, y, f)
"""
    train = """\
import numpy as np
from data import load_data
from losses import loss
from model import build

x, labels, x_test, test_labels = load_data()
y = np.eye(3)[labels]
model = build(4)
model.compile(optimizer="sgd", loss=loss)
history = model.fit(x, y, batch_size=16, epochs=3)
"""
    files = {"model.py": MODEL, "data.py": DATA, "losses.py": losses, "train.py": train}
    texts, errors = converted_files(tmp_path, files)
    assert not errors
    assert "tilted(0.9, y, f)" in texts["losses.py"]
    assert_equal(tmp_path, "train.py", session)


def test_a_class_goes_with_its_last_function() -> None:
    text = _script("loss", "return Own.scaled(0.5, y - f)")
    made = convert(text)
    assert "class Own" not in made.text
    kept = convert(f"{text}print(Own)\n").text
    assert "class Own:\n    pass\n" in kept
    assert "def scaled(k, e):\n" in kept
