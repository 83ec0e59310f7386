"""Tables, and arrays that run backwards, which other files of a project give."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

FRAME = """\
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

rng = np.random.RandomState(0)
df = pd.DataFrame(rng.rand(40, 3), columns=["a", "b", "t"]).sample(frac=1.0, random_state=1)
X, y = df[["a", "b"]], df["t"]


def load():
    # parts of tables, and arrays
    train, test, target, rest = train_test_split(X, y, test_size=10, random_state=0)
    scaler = StandardScaler()
    return scaler.fit_transform(train), target, scaler.transform(test), rest


def halves(table):
    return table[:30], table[30:]


class Data:
    def __init__(self, values=False):
        self.x = X.values if values else X
        self.y = df["t"]

    @property
    def head(self):
        return self.y[:30]

    def parts(self):
        return {"x": self.x, "y": self.y}
"""
TRAIN = """\
from tensorflow import keras
{imports}

{given}
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit({x}, {y}, epochs=2, shuffle=False, verbose=0)
loss = history.history["loss"]
error = model.evaluate({x}, {y}, verbose=0)
p = model.predict({x}, verbose=0)
"""
PASSES_ON = """\
from frames import halves as parts, load as read


def prepare(table, target):
    return parts(table)[0].copy(), target


def get():
    x, y, _, _ = read()
    return {"x": x, "y": y}
"""
RECORD = """\
from dataclasses import dataclass
from frames import X, y
import numpy as np


@dataclass
class Split:
    x: object
    y: object


SPLIT = Split(X.to_numpy(), y)
"""


@pytest.mark.parametrize(
    ("imports", "given", "x", "y", "wrapped"),
    [
        ("from frames import load", "x, y, *_ = load()", "x", "y", "xy"),
        ("from frames import load", "x, y, xt, yt = load()", "x", "y", "y"),
        ("from frames import load as read", "x, y, xt, yt = read()", "xt", "yt", ("yt",)),
        ("from frames import X, y as target", "", "X", "target", ("X", "target")),
        ("from frames import *", "", "X", "y", "Xy"),
        ("import frames", "", "frames.X", "frames.y", ("frames.X", "frames.y")),
        ("import frames as f", "x, _, y, _ = *f.halves(f.X), *f.halves(f.y)", "x", "y", "xy"),
        ("from frames import Data", "d = Data()", "d.x", "d.y", ("d.x", "d.y")),
        ("from frames import Data", "d = Data()", "d.x[:30]", "d.head", ("d.x[:30]", "d.head")),
        ("from frames import Data", "d = Data().parts()", 'd["x"]', 'd["y"]', ('d["x"]', 'd["y"]')),
        ("from ways import prepare\nfrom frames import df",
         'x, y = prepare(df[["a", "b"]], df["t"][:30])', "x", "y", "xy"),
        ("from ways import get", "d = get()", 'd["x"]', 'd["y"]', ('d["x"]', 'd["y"]')),
        ("from package import X, y", "", "X", "y", "Xy"),
        ("from record import SPLIT", "", "SPLIT.x", "SPLIT.y", ("SPLIT.x", "SPLIT.y")),
        ("from arrays import x, y", "", "x", "y", ""),
    ],
)  # fmt: skip
def test_tables_of_other_files_become_arrays(
    imports: str,
    given: str,
    x: str,
    y: str,
    wrapped: tuple[str, ...] | str,
    tmp_path: Path,
    session: VerifySession,
) -> None:
    files = {
        "frames.py": FRAME,
        "ways.py": PASSES_ON,
        "record.py": RECORD,
        "arrays.py": "from frames import X as table, df\n\nx, y = table.values, df.t.to_numpy()\n",
        "package/__init__.py": "from .inner import X, y\n",
        "package/inner.py": "from frames import X, y\n",
        "main.py": TRAIN.format(imports=imports, given=given, x=x, y=y),
    }
    texts, errors = converted(tmp_path, files)
    assert not errors
    for one in (x, y):
        assert (f"np.asarray({one})" in texts["main.py"]) is (one in wrapped), texts["main.py"]
    assert_alike(tmp_path, session)


def test_functions_get_tables_from_other_files(tmp_path: Path, session: VerifySession) -> None:
    engine = "import tensorflow as tf\n\n\ndef run(model, x, y):\n"
    engine += '    model.compile("sgd", "mse")\n'
    engine += "    return model.fit(x, y, epochs=2, shuffle=False, verbose=0)\n"
    main = TRAIN.format(
        imports="from frames import X, y\nfrom engine import run", given="", x=0, y=0
    )
    begin, _, rest = main.partition('model.compile("sgd", "mse")\n')
    main = f'{begin}history = run(model, X, y)\nloss = history.history["loss"]\n'
    assert rest
    files = {"frames.py": FRAME, "engine.py": engine, "main.py": main}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "np.asarray(x)" in texts["engine.py"]
    assert_alike(tmp_path, session)


CLEANING = """\
from sklearn.preprocessing import StandardScaler


class Cleaner:
    def __init__(self, columns):
        self.columns = columns

    def fit(self, table):
        self.mean = table.mean()
        return self

    def __call__(self, table):
        return table[self.columns]

    def clean(self, table):
        return (table - self.mean)[self.columns].fillna(0)


cleaner = Cleaner(["a", "b"])
scaler = StandardScaler().set_output(transform="pandas")
"""


@pytest.mark.parametrize(
    "x",
    [
        "Cleaner(['a', 'b']).fit(df).clean(df)",
        "cleaner(df)",
        "scaler.fit_transform(df[['a', 'b']])",
    ],
)
def test_modules_without_tables_give_some_for_some(
    x: str, tmp_path: Path, session: VerifySession
) -> None:
    given = f"df = pd.DataFrame({{c: np.arange(9.0) / 9 for c in 'abc'}})\nx, y = {x}, df['c']"
    imports = (
        "import numpy as np\nimport pandas as pd\nfrom cleaning import Cleaner, cleaner, scaler"
    )
    main = TRAIN.format(imports=imports, given=given, x="x", y="y")
    texts, errors = converted(tmp_path, {"cleaning.py": CLEANING, "main.py": main})
    assert not errors
    assert "np.asarray(x)" in texts["main.py"]
    assert_alike(tmp_path, session)


TURNED = """\
import numpy as np

x = np.random.RandomState(0).rand(20, 2)
y = x.sum(1)


def load():
    return x[::-1], np.flip(y)


class Data:
    def __init__(self):
        self.x, self.y = x[:, ::-1], y
"""


@pytest.mark.parametrize(
    ("imports", "given", "x", "y"),
    [
        ("from turned import load", "x, y = load()", "x", "y"),
        ("from turned import load as read", "x, y = read()", "x", "y"),
        ("import turned", "x, y = turned.load()", "x", "y"),
        ("from turned import Data", "d = Data()", "d.x", "d.y"),
        ("from turned import Data", "d = [Data()]", "d[0].x", "d[0].y"),
        ("from turned import x, y", "", "x", "y"),
    ],
)
def test_turned_arrays_of_other_files_are_copied(
    imports: str, given: str, x: str, y: str, tmp_path: Path, session: VerifySession
) -> None:
    text = TRAIN.format(imports=imports, given=given, x=x, y=y)
    files = {"turned.py": TURNED, "main.py": text}
    texts, errors = converted(tmp_path, files)
    assert not errors
    copied = f"np.ascontiguousarray({x})" in texts["main.py"]
    assert copied is bool(given)
    assert_alike(tmp_path, session)


PIECES = """\
import numpy as np
import pandas as pd

rng = np.random.RandomState(0)
df = pd.DataFrame(rng.rand(40, 3), columns=["a", "b", "t"]).sample(frac=1.0, random_state=1)


def chunks(table, size):
    for start in range(0, len(table), size):
        yield table.iloc[start : start + size]


def parted(table):
    return table.drop(columns="t"), table["t"]


class Store:
    def __iter__(self):
        yield df[["a", "b"]]
        yield df["t"]

    def __getitem__(self, name):
        return df[name]
"""
LOOPED = {
    "each": "for c in chunks(df, 20):\n    m.fit(c[['a', 'b']], c['t'], shuffle=False)\n",
    "counted": (
        "for i, c in enumerate(chunks(df, 20)):\n    X, y = parted(c)\n    m.train_on_batch(X, y)\n"
    ),
    "side-by-side": (
        "for X, y in zip(chunks(df[['a', 'b']], 20), chunks(df['t'], 20)):\n"
        "    m.fit(X, y, shuffle=False)\n"
    ),
    "unpacked": "X, y = Store()\nm.fit(X, y, shuffle=False)\n",
    "asked": "d = Store()\nm.fit(d[['a', 'b']], d['t'], shuffle=False)\n",
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("name", LOOPED)
def test_pieces_of_tables_become_arrays(name: str, tmp_path: Path, session: VerifySession) -> None:
    train = (
        "from tensorflow import keras\nfrom pieces import *\n\n"
        "m = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
        f'm.compile("sgd", "mse")\n{LOOPED[name]}'
        "loss = m.evaluate(df[['a', 'b']], df['t'], verbose=0)\n"
        "p = m.predict(df[['a', 'b']], verbose=0)\n"
    )
    _, errors = converted(tmp_path, {"pieces.py": PIECES, "main.py": train})
    assert not errors
    assert_alike(tmp_path, session)
