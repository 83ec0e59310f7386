"""Functions that give at once what a builder of another file makes and compiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.verify.session import VerifySession

NETS = """\
from tensorflow import keras


def build(units, deep=False):
    layers = [keras.Input((6,)), keras.layers.Dense(units)] + [keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    return model
"""
TRAIN = """\
import numpy as np

{imports}

UNITS = 4
x, y = np.random.RandomState(0).rand(24, 6), np.random.RandomState(1).rand(24, 1)


{function}


model = get_model()
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""
FUNCTIONS = {
    "at once": "def get_model():\n    return build(UNITS)",
    "with a text above": 'def get_model():\n    """The model."""\n    return build(UNITS)',
    "of a package": "def get_model():\n    return build(UNITS)",
    "of a module": "def get_model():\n    return nets.build(UNITS)",
}


@pytest.mark.parametrize("way", FUNCTIONS)
def test_such_models_are_trained(way: str, tmp_path: Path, session: VerifySession) -> None:
    package = way == "of a package"
    imports = "from nets import build" if not package else "from parts import build"
    imports = "import nets" if way == "of a module" else imports
    files = {"nets.py" if not package else "parts/nets.py": NETS}
    if package:
        files["parts/__init__.py"] = "from .nets import build\n"
    files["train.py"] = TRAIN.format(imports=imports, function=FUNCTIONS[way])
    texts, errors = converted(tmp_path, files)
    assert not errors
    called = "nets.build" if way == "of a module" else "build"
    assert f"    model = {called}(UNITS)\n    return model\n" in texts["train.py"]
    assert_equal(tmp_path, "train.py", session)
