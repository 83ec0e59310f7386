"""Imports of Keras beside others in one statement."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

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


STARRED = """\
import numpy as np
from tensorflow.keras.layers import *
from tensorflow.keras.models import *


def build(n):
    inputs = Input((n,))
    merge = concatenate([Dense(3)(inputs), Dense(2)(inputs)])
    return Model(inputs, Dense(1)(merge))


def total(values):
    add = 0
    for value in values:
        add += value
    return add


model = build(4)
print(total([1, 2]), model.predict(np.ones((8, 4))))
"""


def test_variables_of_functions_read_nothing_that_a_star_brings() -> None:
    """Both `merge` and `add` are names of layers, too."""
    assert "import *" not in converted(STARRED)


def test_what_is_read_of_a_star_keeps_it() -> None:
    made = convert(STARRED.replace("    add = 0\n", "").replace("add += value", "print(add)"))
    assert "from tensorflow.keras.layers import *\n" in made.text
    assert any(d.severity is Severity.ERROR for d in made.diagnostics)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("import os\nimport tensorflow as tf\nfrom keras import layers\n\nA = os\n", "A = os"),
        ("from tensorflow.keras.layers import *\n\nRATE = 0.1\n", "RATE = 0.1"),
        ("import numpy as np, tensorflow as tf\n\nA = np.pi\n", "A = np.pi"),
        ("def seed():\n    import tensorflow as tf\n\n    return 3\n", "    return 3"),
    ],
)
def test_files_of_settings_lose_the_framework_that_they_never_read(text: str, wanted: str) -> None:
    made = convert(text)
    assert "tensorflow" not in made.text
    assert "keras" not in made.text
    assert made.text.endswith(f"\n{wanted}\n") or made.text == f"{wanted}\n"
    assert made.changed


@pytest.mark.parametrize(
    "text",
    [
        "import tensorflow as tf\n\n__all__ = ['tf']\n",
        "try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None\n",
        "def f():\n    try:\n        import keras\n    except ImportError:\n        return 1\n",
        "from keras_tuner import HyperParameters\n",
    ],
)
def test_what_may_be_meant_for_others_stays(text: str) -> None:
    assert convert(text).text == text
