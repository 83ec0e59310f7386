"""Tables of pandas become arrays where torch gets them."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.pipeline import convert
from transpiler.source.tables import Tables

PROGRAM = """\
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from tensorflow import keras

rng = np.random.RandomState(0)
df = pd.DataFrame(rng.rand(50, 3), columns=["a", "b", "target"]).sample(frac=1.0, random_state=1)
{data}
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(X_train, y_train, epochs=2, validation_split=0.2, verbose=0)
prediction = model.predict(X_test, verbose=0)
losses = history.history["loss"]
"""
SPLIT = "X_train, X_test, y_train, y_test = train_test_split({}, {}, random_state=0)"


@pytest.mark.parametrize(
    ("data", "wrapped"),
    [
        (SPLIT.format('df.drop("target", axis=1)', 'df["target"]'), 3),
        (f'y = df.pop("target")\n{SPLIT.format("df", "y")}', 3),
        (SPLIT.format('df[["a", "b"]].values', 'df["target"].to_numpy()'), 0),
        (SPLIT.format('np.array(df)[:, :2]', 'df["target"]'), 1),
        ("def halves(t):\n    return t[:40], t[40:]\n\n\n"
         'X_train, X_test = halves(df[["a", "b"]])\ny_train = df["target"][:40]', 3),
        ('changes = [lambda t: t * 2]\nX_train = X_test = changes[0](df[["a", "b"]])\n'
         'for y_train in [change(df["target"]) for change in changes]: pass', 3),
        ("from sklearn.base import BaseEstimator, TransformerMixin\n\n\n"
         "class Select(BaseEstimator, TransformerMixin):\n    def fit(self, t, y=None):\n"
         "        return self\n\n    def transform(self, t):\n        return t[['a', 'b']]\n\n\n"
         'X_train, y_train = Select().fit_transform(df), df["target"]\nX_test = X_train[:5]', 3),
        ("from sklearn.preprocessing import FunctionTransformer\n"
         'X_train = FunctionTransformer(np.tanh).fit_transform(df[["a", "b"]])\n'
         'X_test, y_train = X_train[:5], df["target"]', 3),
        ('df["item"] = df.target\nX_train = X_test = df[["a", "b"]]\ny_train = df.item', 3),
        ('X_train = np.log1p(df[["a", "b"]])\nX_test = X_train.iloc[:5]\ny_train = df.target', 3),
    ],
)  # fmt: skip
def test_tables_are_seen(data: str, wrapped: int, scripts: Scripts) -> None:
    text = PROGRAM.format(data=data)
    result = converted(text)
    assert ("np.asarray(X_train[:split])" in result) is (wrapped == 3)
    assert ("np.asarray(y_train[:split])" in result) is (wrapped > 0)
    assert ("predict(model, np.asarray(X_test))" in result) is (wrapped == 3)
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


def test_tables_that_get_a_name_become_arrays_there() -> None:
    text = PROGRAM.format(data=SPLIT.format("df[['a', 'b']]", "df['target']"))
    result = converted(text.replace("fit(X_train,", "fit(X_train.astype('float32'),"))
    assert "x_all = np.asarray(X_train.astype('float32'))" in result


def test_programs_without_pandas_have_none() -> None:
    tables = Tables("x = df.drop('a')\n")
    assert not tables.hold("x")


def test_columns_of_data_sets_are_arrays() -> None:
    data = "train = tf.data.Dataset.from_tensor_slices((df.values, df['a'])).batch(8)\n"
    text = f"import pandas as pd\nimport tensorflow as tf\n\ndf = pd.read_csv('a.csv')\n{data}"
    assert "(torch.tensor(df.values), torch.tensor(np.asarray(df['a'])))" in converted(text)


HELD = {
    "entries": "d = {'x': {}}\nd['x']['train'] = df[['a', 'b']]\nd['y'] = df['target']\n"
    "X_train, y_train, X_test = d['x']['train'], d['y'], df[['a', 'b']]",
    "elements": "parts = []\nparts.append(df[:25])\nparts.append(df[25:])\nfor part in parts:\n"
    "    X_train, y_train = part[['a', 'b']], part['target']\nX_test = parts[0][['a', 'b']]",
    "items": "parts = {'u': df[:25], 'v': df[25:]}\nfor k, part in parts.items():\n"
    "    X_train, y_train = part[['a', 'b']], part['target']\nX_test = parts['u'][['a', 'b']]",
}


@pytest.mark.parametrize("data", HELD.values(), ids=HELD)
def test_what_lists_and_dicts_hold_may_be_tables(data: str, scripts: Scripts) -> None:
    text = PROGRAM.format(data=data)
    apart = scripts.compare(text, converted(text))
    assert {"losses", "prediction"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


UNSHAPED = PROGRAM.replace("keras.Input((2,)), ", "")
SCALED = f"""\
from sklearn.preprocessing import StandardScaler

{SPLIT.format("df.drop(columns='target').dropna()", "df['target']")}
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)"""


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (SCALED, "X_train.shape[1]"),
        (f'x = df[["a", "b"]][:4]\n{SPLIT.format("x.values", "df.a[:4]")}', "X_train.shape[1]"),
        ('X_train = pd.get_dummies(df["a"] > 0)\ny_train, X_test = df["b"], X_train', "X_train"),
        ('X_train = np.load("a.npy")\ny_train, X_test = X_train, X_train', ""),
        ('X_train = df\nX_train = X_train.values.reshape(np.load("s.npy"))\nX_test = X_train', ""),
        ('X_train = X_test = df["a"]\ny_train = df["b"]', ""),
        ('for X_train in [df, df["a"]]:\n    pass\nX_test, y_train = X_train, df["a"]', ""),
    ],
)  # fmt: skip
def test_tables_tell_how_many_inputs_a_model_has(data: str, size: str, scripts: Scripts) -> None:
    """Surely: what may have other axes, as images have, does not."""
    text = UNSHAPED.format(data=data)
    result = convert(text).text
    assert ("Lazy" in result) is not bool(size)
    assert f"nn.Linear({size}" in result if size else "T2T101" in result
    if data == SCALED:
        apart = scripts.compare(text, result)
        assert {"losses", "prediction"} <= apart.keys()
        assert max(apart.values()) < 1e-9, apart


SPLIT_ARRAYS = "x, x_test, y, y_test = train_test_split({0}, {1}, random_state=0)"
LOADED = "X, t = load_iris(return_X_y=True)\n"
FILLED = """\
def vectorize(rows, width=5):
    found = np.zeros((len(rows), width))
    for i, row in enumerate(rows):
        found[i, row] = 1
    return found

x, y = vectorize([[1], [2, 3]] * 9), np.ones(18)"""


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (LOADED + SPLIT_ARRAYS.format("X", "t"), "x.shape[1]"),
        (f"d = load_iris()\n{SPLIT_ARRAYS.format('d.data', 'd.target')}", "x.shape[1]"),
        (f"d = load_iris()\nX, t = d['data'], d.target\n{SPLIT_ARRAYS.format('X', 't')}", "x."),
        (f"{LOADED}z = StandardScaler()\nx, y = z.fit_transform(np.load('a.npy')), t", "x.shape["),
        ("d = np.loadtxt('a.csv')\nx, y = d[:, 0:8], d[:, 8]", "x.shape[1]"),
        (f"X = np.random.normal(size=(n, 3))\n{SPLIT_ARRAYS.format('X', 'X[:, 0]')}", "3, 1"),
        (FILLED, "x.shape[1]"),
        (FILLED.replace("    return", "    found = found[:, :, None]\n    return"), "1, 1"),
        # what may have other axes
        (f"d = load_iris(return_X_y=True)\n{SPLIT_ARRAYS.format('d', 'd')}", ""),
        (LOADED + SPLIT_ARRAYS.format("X.reshape(s)", "t"), ""),
        (f"X = np.random.normal(size=shape)\n{SPLIT_ARRAYS.format('X', 'X')}", ""),
        (f"X = np.load('a.npy')\n{SPLIT_ARRAYS.format('X', 'X')}", ""),
        ("d = np.load('a.npy')\nx, y = d[:, 0:8], d[:, 8]", ""),
        ("x, y = read_images('a', size=(8, 8)), np.ones(9)", ""),
        ("def load_wine():\n    return read(), read()\n\nx, y = load_wine(return_X_y=True)", ""),
        ("class PCA:\n    pass\n\nz = PCA()\nx, y = z.fit_transform(np.load('a.npy')), [1]", ""),
        (LOADED.replace("True", "flag") + SPLIT_ARRAYS.format("X", "t"), ""),
        (f"{LOADED}for X in (X, X[0]):\n    pass\n{SPLIT_ARRAYS.format('X', 't')}", ""),
    ],
)  # fmt: skip
def test_arrays_of_rows_tell_it_too(data: str, size: str) -> None:
    head = (
        "import numpy as np\nfrom sklearn.datasets import load_iris\n"
        "from sklearn.model_selection import train_test_split\n"
        "from sklearn.preprocessing import StandardScaler\nfrom tensorflow import keras\n\n"
        "n, s, shape = int(input()), eval(input()), eval(input())\n"
    )
    model = "model = keras.Sequential([keras.layers.Dense(1)])\n"
    text = f"{head}{data}\n{model}model.compile('sgd', 'mse')\nmodel.fit(x, y)\n"
    result = convert(text).text
    assert ("Lazy" in result) is not bool(size)
    assert f"nn.Linear({size}" in result if size else "T2T101" in result


def test_a_model_of_rows_trains_equally(scripts: Scripts) -> None:
    text = """\
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow import keras

X, t = load_wine(return_X_y=True)
x, x_test, y, y_test = train_test_split(X, t, random_state=0)
scaler = StandardScaler()
x = scaler.fit_transform(x)
model = keras.Sequential([keras.layers.Dense(4, "relu"), keras.layers.Dense(3, "softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
history = model.fit(x[20:], y[20:], epochs=2, verbose=0, shuffle=False)
losses = history.history["loss"]
score = model.evaluate(scaler.transform(x_test), y_test, verbose=0)
"""
    apart = scripts.compare(text, converted(text))
    assert {"losses", "score"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_rows_of_data_sets_do_so_too(scripts: Scripts) -> None:
    data = 'y_train = df.pop("target")\nX_train = X_test = df'
    rows = "tf.data.Dataset.from_tensor_slices((df.values, y_train.values)).shuffle(1).batch(9)"
    text = UNSHAPED.format(data=f"import tensorflow as tf\n\n{data}\nrows = {rows}")
    text = text.replace("X_train, y_train, epochs=2, validation_split=0.2", "rows, epochs=2")
    result = converted(text)
    assert "nn.Linear(df.shape[1], 1)" in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


OF_COLUMNS = """\
import numpy as np
import pandas as pd
import tensorflow as tf

rng = np.random.RandomState(0)
table = pd.DataFrame(
    {"age": rng.rand(30), "kids": rng.randint(0, 4, 30), "bought": rng.randint(0, 2, 30)}
)
table["idle column"] = 3


def as_columns(frame):
    return {name: column.to_numpy()[:, tf.newaxis] for name, column in frame.items()}


def df_to_dataset(dataframe, shuffle=True, batch_size=32):
    dataframe = dataframe.copy()
    labels = dataframe.pop("bought")
    ds = tf.data.Dataset.from_tensor_slices((dict(dataframe), labels))
    if shuffle:
        ds = ds.shuffle(buffer_size=len(dataframe))
    return ds.batch(batch_size).prefetch(batch_size)


train_ds = df_to_dataset(table[:20], shuffle=False, batch_size=8)
val_ds = df_to_dataset(table[20:], batch_size=16)
inputs = [tf.keras.Input((1,), name="kids"), tf.keras.Input((1,), name="age")]
x = tf.keras.layers.concatenate(inputs)
model = tf.keras.Model(inputs, tf.keras.layers.Dense(1, activation="sigmoid")(x))
model.compile("sgd", "binary_crossentropy")
history = model.fit(train_ds, validation_data=val_ds, epochs=2, verbose=0).history
losses = history["loss"] + history["val_loss"]
rows = as_columns(table[["age", "kids"]])
others = tf.data.Dataset.from_tensor_slices((dict(rows), table.pop("bought"))).batch(7)
evaluated = model.evaluate(others)
"""


def test_the_columns_of_a_table_are_known_by_name(scripts: Scripts) -> None:
    result = converted(OF_COLUMNS)
    apart = scripts.compare(OF_COLUMNS, result)
    assert {"losses", "evaluated"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("library", "load"), [("pickle", "pickle.loads(data)"), ("joblib", "joblib.load('d.pkl')")]
)
def test_what_was_saved_may_be_a_table(library: str, load: str) -> None:
    tables = Tables(f"import {library}\nX, y = {load}\nd = {load}\nz = np.array(X)\n")
    assert all(map(tables.hold, ("X[:9]", "y", "d['x']", "d.drop(columns='t')")))
    assert not tables.hold("z")


WINDOWS = """\
import numpy as np
import pandas as pd
from tensorflow import keras
from tensorflow.keras.preprocessing.sequence import TimeseriesGenerator

df = pd.DataFrame(np.random.RandomState(0).rand(40, 3), columns=["a", "b", "t"])
x, y = df[["a", "b"]], df["t"]
model = keras.Sequential([keras.Input((4, 2)), keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
windows = {windows}
loss = model.fit(windows, epochs=2, shuffle=False, verbose=0).history["loss"]
"""


@pytest.mark.parametrize(
    "windows",
    [
        "keras.preprocessing.timeseries_dataset_from_array(x, y, 4, batch_size=8, end_index=30)",
        "keras.preprocessing.timeseries_dataset_from_array(\n    x[:-4], df.iloc[4:][['t']], 4)",
        "keras.preprocessing.timeseries_dataset_from_array(\n    x.values[::-1], y.values, 4)",
        "TimeseriesGenerator(x.values[::-1].copy(), y.values, 4, batch_size=8)",
    ],
)
def test_windows_of_tables_are_arrays(windows: str, scripts: Scripts) -> None:
    text = WINDOWS.format(windows=windows)
    apart = scripts.compare(text, converted(text))
    assert "loss" in apart
    assert max(apart.values()) < 1e-9, apart
