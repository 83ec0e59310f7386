"""Tables of pandas that no variable holds: they are made where a model gets them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.source.far_tables import tables_of
from transpiler.source.tables import Tables

PROGRAM = """\
import numpy as np
import pandas as pd
from tensorflow import keras

rng = np.random.RandomState(0)
x = rng.rand(30, 3)
y = rng.rand(30, 1)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(
    pd.DataFrame(x), pd.Series(y[:, 0]), epochs=2, shuffle=False, verbose=0,
    validation_data=(pd.DataFrame(x).iloc[:9], pd.DataFrame(y)[:9]),
)
losses, others = history.history["loss"], history.history["val_loss"]
loss = model.evaluate(pd.DataFrame(x), pd.DataFrame(y), verbose=0)
step = model.train_on_batch(pd.DataFrame(x), pd.DataFrame(y))
prediction = model.predict(pd.DataFrame(x).drop(columns=2).assign(d=1.5), verbose=0)
again = model.predict(pd.DataFrame(x).to_numpy(), verbose=0)
"""


def test_tables_without_a_name_become_arrays(scripts: Scripts) -> None:
    result = converted(PROGRAM)
    assert result.count("np.asarray(") == 9
    assert "predict(model, pd.DataFrame(x).to_numpy())" in result
    apart = scripts.compare(PROGRAM, result)
    assert {"losses", "others", "loss", "step", "prediction", "again"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_those_that_functions_make_too(tmp_path: Path) -> None:
    made = "import pandas as pd\ndef frame(x):\n    return pd.DataFrame(x)\n"
    assert Tables(made).hold("frame(x)[:5]")
    (tmp_path / ".git").mkdir()
    (tmp_path / "tables.py").write_text(made)
    text = "from tables import frame\nmodel.fit(frame(x)[:5], y)\n"
    (tmp_path / "train.py").write_text(text)
    assert tables_of(text, str(tmp_path / "train.py")).hold("frame(x)[:5]")
    assert not Tables("import pandas as pd\n").hold("pd.DataFrame(x)['a'].values.reshape(-1, 1)")


ASKED = """\
import sys
from transpiler.source.far_tables import tables_of

path = sys.argv[1]
with open(path, encoding="utf-8") as file:
    tables = tables_of(file.read(), path)
print(tables.hold("table"), tables.hold("other.table"), tables.hold("other.shares"))
"""


def test_modules_that_import_each_other(tmp_path: Path) -> None:
    """What each calls the tables of the other, these call something else: that has an end."""
    (tmp_path / ".git").mkdir()
    table = 'import pandas as pd\nimport {}\n\n{} = pd.read_csv("table.csv")\nshares = 0.5\n'
    (tmp_path / "one.py").write_text(table.format("other", "table"), encoding="utf-8")
    (tmp_path / "other.py").write_text(table.format("one", "table"), encoding="utf-8")
    command = [sys.executable, "-c", ASKED, str(tmp_path / "one.py")]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.split() == ["True", "True", "False"]
