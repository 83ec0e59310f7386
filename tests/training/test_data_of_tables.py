"""Columns stay columns through comparisons and functions; arrays that change spoil nothing."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert
from transpiler.source.tables import Tables

HEAD = """\
import copy
import numpy as np
import pandas as pd
import keras
from sklearn.model_selection import train_test_split

rng = np.random.RandomState(0)
df = pd.DataFrame({"a": rng.rand(40), "b": rng.rand(40), "t": rng.choice(["yes", "no"], 40)})
df = df[df.a > 0.1]
sets = {"rest": (df[["a", "b"]][20:], df.b[20:])}
x = np.array(df[["a", "b"]])[20:]
"""
MODEL = """
model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
"""
FIT = "losses = model.fit({}, {}, epochs=2, verbose=0, shuffle=False).history['loss']\n"


@pytest.mark.parametrize(
    "column",
    [
        '(df["t"] == "yes").astype(int)',
        "(df.a > 0.5) * 1",
        "abs(df.a - 1)",
        "np.maximum(df.a, df.b)",
        "np.sign(df.a - 0.5)",
        "copy.deepcopy(df).b",
        "Data(df).frame.b",
        "last(df.b)",
    ],
)
def test_columns_stay_columns(column: str, scripts: Scripts) -> None:
    """Their labels begin at another number than 0, which torch takes for their places."""
    helpers = (
        "\n\nclass Data:\n    def __init__(self, frame):\n        self.frame = frame\n\n\n"
        "last = lambda c: c[:]\n"
    )
    text = f"{HEAD}{helpers}y = {column}\n{MODEL}{FIT.format('x', 'y[20:]')}"
    result = converted(text)
    assert "np.asarray(y[20:])" in result
    apart = scripts.compare(text, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "loop",
    [
        "for y in [df.b[20:], df.a[20:]]:",
        "for i, y in enumerate([df.b[20:], df.a[20:]]):",
        "for name, (x, y) in sets.items():",
        "for name, g in df.groupby(df.index > 25):\n    x, y = g[['a', 'b']], g['b']",
    ],
)
def test_loops_over_tables_give_tables(loop: str, scripts: Scripts) -> None:
    text = f"{HEAD}{MODEL}{loop}\n    {FIT.format('x', 'y')}"
    result = converted(text)
    assert "np.asarray(y)" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


def test_what_gives_tables_besides_pandas() -> None:
    assert Tables("X = fetch_openml('mnist_784')\nx = X.data / 255\n").hold("x")
    assert not Tables("X = fetch_openml('mnist_784', as_frame=False)\nx = X.data\n").hold("x")
    assert Tables("import yfinance as yf\nx = yf.download('A')\n").hold("x['Close'] > 3")
    scaled = "import pandas\ns = StandardScaler().set_output(transform='pandas')\n"
    assert Tables(f"{scaled}x = s.fit_transform(data)\n").hold("x")
    assert not Tables("import pandas\nx = StandardScaler().fit_transform(data)\n").hold("x")


def test_functions_that_only_make_data_stay(scripts: Scripts) -> None:
    text = f"{HEAD}half = lambda rows: rows[5:]\n{MODEL}{FIT.format('half(x)', 'half(x)[:, 0]')}"
    result = converted(text)
    assert "torch.as_tensor(half(x), " in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "changed",
    [
        "for t in [df, df.copy()]:\n    t['a'] = t['a'] * 2",
        "X = df.iloc[:, :3].values\nX[:, 1] = X[:, 1] * 2\nX[X == 'no'] = 0",
        "x = x[rng.permutation(len(x))]\nx[x > 0.9] = 0.9",
        "y = y[rng.permutation(len(y))]\ny[y == -1] = 0\ny[3] = 1",
        "i = len(x) - 1\nx[i, 1] += 1\nx[x.sum(1) > 1] *= 2\nx[i] = x[0]",
        "x = x[1:]\ny = y[1:]\nx[:, 0] -= x[:, 0].mean()\nx /= 2",
    ],
)
def test_arrays_that_change_leave_lists_known(changed: str, scripts: Scripts) -> None:
    """What becomes of an array says nothing of callbacks and metrics that have names."""
    fit = FIT.format("x", "y").replace("epochs=2", "epochs=2, callbacks=stops")
    parts = "stops = [keras.callbacks.EarlyStopping('loss', patience=1)]\nmetrics = ['mae']\n"
    model = MODEL.replace('"mse"', '"mse", metrics=metrics')
    text = f"{HEAD}y = x[:, 0] * 2\n{changed}\n{parts}{model}{fit}"
    result = converted(text)
    apart = scripts.compare(text, result)
    assert "losses" in apart
    assert max(apart.values()) < 1e-9, apart


OWN_COPY = """\
import numpy as np
import pandas as pd
import tensorflow as tf

rng = np.random.RandomState(0)
df = pd.DataFrame({"a": rng.rand(40), "b": rng.rand(40), "t": rng.rand(40)})


def to_dataset(table):
    \"\"\"Pairs of columns and targets.\"\"\"
    CHANGE
    return tf.data.Dataset.from_tensor_slices((dict(table), labels))


a, b = tf.keras.Input((1,), name="a"), tf.keras.Input((1,), name="b")
outputs = tf.keras.layers.Dense(1)(tf.keras.layers.concatenate([a, b]))
model = tf.keras.Model([a, b], outputs)
model.compile("sgd", "mse")
data = to_dataset(df[:30]).batch(8)
losses = model.fit(data, epochs=2, verbose=0).history["loss"]
columns = len(df.columns)
"""
CHANGED = "table = table.copy()\n    labels = table.pop('t')"


def test_functions_change_their_own_copies(scripts: Scripts) -> None:
    text = OWN_COPY.replace("CHANGE", CHANGED)
    apart = scripts.compare(text, converted(text))
    assert {"losses", "columns"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "change",
    [
        "labels = table.pop('t')",
        "labels = table.pop('t')\n    table = table.copy()",
        "if len(table) > 99:\n        table = table.copy()\n    labels = table.pop('t')",
        "table = table.copy()\n    table['a'].clip(upper=0.5, inplace=True)\n"
        "    labels = table.pop('t')",
    ],
)
def test_what_may_be_no_copy_is_refused(change: str) -> None:
    text = OWN_COPY.replace("CHANGE", change)
    said = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert "`to_dataset` changes what it gets, in the middle of a statement" in said


@pytest.mark.parametrize(
    "given",
    [
        "parts = {k: df[['a', 'b']][k:] for k in (0, 9)}\nx = parts[9]",
        "parts = {k: (v[0], 1) for k, v in sets.items()}\nx, _ = parts['rest']",
        "columns = lambda d: (d[['a', 'b']], d['b'])\nx, y = columns(df)",
        "x, y = map(lambda d: d.fillna(0), (df[['a', 'b']], df['b']))",
        "x, y = (d.fillna(0) for d in (df[['a', 'b']], df['b']))",
        "kept = SimpleNamespace(x=df[['a', 'b']])\nx = kept.x",
    ],
)
def test_tables_in_tables_and_made_by_lambdas(given: str) -> None:
    assert Tables(f"{HEAD}{given}\n").hold("x")
