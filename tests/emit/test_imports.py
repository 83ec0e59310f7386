"""Imports of Keras beside others in one statement."""

from __future__ import annotations

import pytest

from tests.training.programs import converted

SCRIPT = """\
import {names}

model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3)])
model.compile("sgd", "mse")
model.fit(np.ones((8, 4)), np.ones((8, 3)))
"""


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        ("numpy as np, keras", "import numpy as np\n"),
        ("keras, numpy as np", "import numpy as np\n"),
        ("os, keras, numpy as np", "import os, numpy as np\n"),
    ],
)
def test_the_others_stay(names: str, kept: str) -> None:
    text = converted(SCRIPT.format(names=names))
    assert "keras" not in text.replace("init_like_keras", "")
    assert kept in text


LATE = """\
from keras.utils import to_categorical
{before}
import numpy as np
{after}
"""


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        ("labels = to_categorical([1, 0])", "mean = np.mean(labels)", True),
        ("try:\n    labels = to_categorical([1, 0])\nfinally:\n    pass", "one = np.e", True),
        ("def read():\n    return to_categorical([1, 0])", "labels = read() + np.e", False),
        ("count = 3", "labels = to_categorical([1, 0]) + np.e", False),
        ("def read():\n    return to_categorical([1, 0])\nlabels = read()", "one = np.e", True),
        (
            "def read():\n    return inner()\ndef inner():\n    return to_categorical([1, 0])\n"
            "class Data:\n    labels = read()",
            "one = np.e",
            True,
        ),
        (
            "class Data:\n    def read(self):\n        return to_categorical([1, 0])\n"
            "labels = Data().read()",
            "one = np.e",
            True,
        ),
    ],
)
def test_what_a_program_imports_later_is_there_in_time(
    before: str, after: str, added: bool
) -> None:
    result = converted(LATE.format(before=before, after=after))
    assert result.count("import numpy as np\n") == 1 + added
    exec(result, {})
