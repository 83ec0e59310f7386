"""Imports of functions of other files that have become classes there, and that nobody reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

NETS = """\
from tensorflow.keras import Input, Model, layers


def rows(x):
    return layers.Flatten()(layers.Embedding(20, 5)(x))


def build():
    inputs = Input((6,))
    return Model(inputs, layers.Dense(1)(rows(inputs)))
"""
MAIN = """\
import numpy as np
{framework}{imports}

rng = np.random.RandomState(0)
x, y = rng.randint(1, 20, (40, 6)), rng.rand(40)
model = build()
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2, batch_size=10, shuffle=False, verbose=0)
loss = history.history["loss"]
"""
IMPORTS = {
    "from nets import rows, build": "from nets import Rows, build\n",
    "from nets import build\nfrom nets import rows": "from nets import Rows\n",
    "from nets import rows as made, build": "from nets import Rows as made, build\n",
    "from nets import (\n    rows,  # of numbers\n    build,\n)": "    Rows,  # of numbers\n",
    "try:\n    from nets import rows, build\nexcept ImportError:\n    rows = None": "import Rows,",
}


@pytest.mark.parametrize("framework", ["from tensorflow import keras\n", ""])
@pytest.mark.parametrize("imports", IMPORTS)
def test_they_get_the_new_name(
    imports: str, framework: str, tmp_path: Path, session: VerifySession
) -> None:
    main = MAIN.format(imports=imports, framework=framework)
    texts, errors = converted(tmp_path, {"nets.py": NETS, "main.py": main})
    assert not errors
    assert IMPORTS[imports] in texts["main.py"]
    assert_alike(tmp_path, session)


@pytest.mark.parametrize("use", ["print(rows.__name__)\n", 'TABLE = {"rows": rows}\n'])
def test_what_is_read_still_is_an_error(use: str, tmp_path: Path) -> None:
    main = MAIN.format(imports="from nets import rows, build", framework="") + use
    _, errors = converted(tmp_path, {"nets.py": NETS, "main.py": main})
    message = "`rows` is left as it is: `nets.py` has the class `Rows` in its place"
    assert [message in error for error in errors] == [True]
