"""Imports that give a setting another value: stars of stars, `__all__`, imports in branches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

MAIN = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(40, 3)
y = x.sum(1)
LOSS = {first}
{way}
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", LOSS)
model.fit(x, y, batch_size=8, verbose=0)
"""
STAR = "from other import *"
WAYS = {
    "a star": ('"mse"', STAR, 'LOSS = "mae"\n'),
    "a star without it": ('"mae"', STAR, 'RATE = "mse"\n'),
    "what is not in __all__": ('"mae"', STAR, '__all__ = ["RATE"]\nLOSS = "mse"\nRATE = 1\n'),
    "a star of a star": ('"mse"', STAR, "from third import *\n"),
    "a star of a name": ('"mse"', STAR, "from third import LOSS\n"),
    "a branch": ('"mse"', "if len(x) == 40:\n    from other import LOSS", 'LOSS = "mae"\n'),
    "a function": (
        '"mse"',
        "def load():\n    global LOSS\n    from other import LOSS\n\n\nload()",
        'LOSS = "mae"\n',
    ),
    "either module": (
        '"mse"',
        "try:\n    import other as c\nexcept ImportError:\n    import third as c\nLOSS = c.LOSS",
        'LOSS = "mape"\n',
    ),
    "an attempt": (
        '"mse"',
        "try:\n    from other import LOSS\nexcept ImportError:\n    pass",
        'LOSS = "mae"\n',
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_it_is_what_the_import_brings(way: str, tmp_path: Path, session: VerifySession) -> None:
    first, change, other = WAYS[way]
    files = {"main.py": MAIN.format(first=first, way=change), "other.py": other}
    _, errors = converted(tmp_path, {**files, "third.py": 'LOSS = "mae"\n'})
    if not errors:
        assert_equal(tmp_path, "main.py", session)
