"""Names of the program's own that emitted code imports something else under."""

from __future__ import annotations

import pytest

from tests.training.programs import converted

SCRIPT = """\
import numpy as np
from tensorflow import keras
{head}

keras.utils.set_random_seed(0)
x, y = np.ones((8, 4)), np.ones((8, 1))
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
stop = keras.callbacks.EarlyStopping(restore_best_weights=True)
log = keras.callbacks.CSVLogger("log.csv")
callbacks = [stop, log, keras.callbacks.TerminateOnNaN()]
history = model.fit(x, y, epochs=2, validation_split=0.5, callbacks=callbacks)
print({read})
"""


@pytest.mark.parametrize(
    ("head", "read", "imported"),
    [
        ("class DataLoader:\n    pass", "DataLoader()", "DataLoader as TorchDataLoader\n"),
        ("from mine import DataLoader", "DataLoader(x)", "DataLoader as TorchDataLoader\n"),
        ("from mine import TensorDataset", "TensorDataset", "TensorDataset as TorchTensorDataset"),
        ("from copy import copy", "copy(x)", "import copy as copy_module\n"),
        ("from random import random", "random()", "import random as random_module\n"),
        ("from numpy import *", "sqrt(4)", "import copy as copy_module\n"),
        ("csv = 'data.csv'", "csv", "import csv as csv_module\n"),
        ("math = 3", "math", "import math as math_module\n"),
        ("for math in range(2):\n    pass", "math", "import math as math_module\n"),
    ],
)
def test_emitted_code_imports_under_another_name(head: str, read: str, imported: str) -> None:
    text = converted(SCRIPT.format(head=head, read=read))
    assert imported in text
    other = imported.split()[-1]
    assert f"{other}(" in text or f"{other}." in text, text
    name = imported.split()[-3]
    assert f"import {name}\n" not in text.replace(head, "")
    assert f"print({read})" in text


@pytest.mark.parametrize(
    "head",
    [
        "import copy, csv, math, random",
        "from torch.utils.data.dataloader import DataLoader",
        "def f(copy, csv, math):\n    return copy",
        "f = lambda random: random",
        "class Config:\n    csv = 1\n\n    def copy(self, math):\n        return self",
        "try:\n    import csv\nexcept ImportError:\n    csv = None",
    ],
)
def test_what_is_the_same_or_elsewhere_renames_nothing(head: str) -> None:
    text = converted(SCRIPT.format(head=head, read="x"))
    assert " as " not in text.replace("import numpy as np", "").partition("\nclass ")[0]
    assert "csv.writer(" in text


def test_imports_of_several_modules_are_not_repeated() -> None:
    text = converted(SCRIPT.format(head="import json, random\nimport copy, csv", read="x"))
    assert "import random\n" not in text
    assert "import copy\n" not in text
    assert "import math\n" in text


IN_A_FUNCTION = """\
import numpy as np
from tensorflow import keras


def run(x, y, copy=False, csv="a.csv"):
    if copy:
        x = x.copy()
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    stop = keras.callbacks.EarlyStopping(restore_best_weights=True)
    callbacks = [stop, keras.callbacks.CSVLogger(csv)]
    model.fit(x, y, epochs=2, validation_split=0.5, callbacks=callbacks)
    return model


run(np.ones((8, 4)), np.ones((8, 1)))
"""


def test_parameters_hide_what_the_function_imports() -> None:
    text = converted(IN_A_FUNCTION)
    assert "copy_module.deepcopy(model.state_dict())" in text
    assert 'open(csv, "w", newline="")' in text
    assert "csv_module.writer(" in text


def test_the_base_of_a_sequence_is_torchs() -> None:
    text = converted("""\
import numpy as np
from tensorflow import keras
from mine import Dataset

x, y = Dataset("train").load()


class Batches(keras.utils.Sequence):
    def __len__(self):
        return 2

    def __getitem__(self, i):
        return np.ones((4, 4)), np.ones((4, 1))


model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(Batches(), epochs=2, shuffle=False)
""")
    assert "class Batches(TorchDataset):" in text
    assert "from torch.utils.data import Dataset as TorchDataset\n" in text
    assert 'Dataset("train").load()' in text
