"""Functions of files without Keras that ask a model for what modules don't have: what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted

TRAIN = """\
import numpy as np
from keras import Sequential, layers
{imports}

x = np.random.RandomState(0).rand(20, 4)
model = Sequential([layers.Input((4,)), layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, 0], verbose=0)
found = {call}
"""


@pytest.mark.parametrize(
    ("tools", "call", "asked"),
    [
        ("def ask(x, model):\n    return model(x).numpy()\n", "ask(x, model)", "model(x)"),
        ("def ask(net):\n    return len(net.layers)\n", "ask(net=model)", "net.layers"),
        (
            "class ask:\n    def __init__(self, net):\n        self.shape = net.input_shape\n",
            "ask(model)",
            "net.input_shape",
        ),
    ],
)
def test_it_is_said_with_the_file(tools: str, call: str, asked: str, tmp_path: Path) -> None:
    text = TRAIN.format(imports="from tools import ask", call=call)
    _, errors = converted(tmp_path, {"tools.py": tools, "train.py": text})
    said = f"`ask` of `tools.py` is left as it is: it has `{asked}`, and the model is an nn.Module"
    assert any(said in error for error in errors), errors


INSIDE = """\
def build(x, y):
    from keras import Sequential, layers

    from tools import trained

    model = Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    trained(model, x, y)
    return model
"""


def test_files_whose_imports_all_stand_in_functions(tmp_path: Path) -> None:
    """Nothing of other files is written into them."""
    tools = "def trained(model, x, y):\n    model.fit(x, y, verbose=0)\n"
    _, errors = converted(tmp_path, {"tools.py": tools, "train.py": INSIDE})
    assert any("`trained`" in error or "compile" in error for error in errors), errors
