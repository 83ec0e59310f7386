"""Settings of a module that its functions read, and that get other values between their calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_several_files import converted as files_converted
from transpiler.options import Options

BUILDS = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
{settings}


def own(t, p):
    return weight * keras.ops.mean(keras.ops.square(t - p), axis=-1)


def build():
    hidden = keras.layers.Dense(units, activation=act)
    model = keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(1)])
    model.compile("sgd", own)
    return model


losses = []
{rest}
"""
TOGETHER = 'act, units, weight = "relu", 3, 1.0'
TRAIN = """\
    model = build()
    losses.append(model.fit(x, y, epochs=2, verbose=0).history["loss"])
"""
CASES = {
    "variables of a loop": (TOGETHER, f'for act in ("relu", "tanh"):\n{TRAIN}'),
    "several of them": (TOGETHER, f'for act, weight in [("relu", 1.0), ("tanh", 0.5)]:\n{TRAIN}'),
    "one by one": (
        'act = "relu"\nunits = 3\nweight = 1.0',
        f"for weight in (1.0, 0.5):\n{TRAIN}",
    ),
    "at the end of a round": (TOGETHER, f"while units < 6:\n{TRAIN}    units += 2\n"),
    "nested": (
        '(act, units), weight = ("relu", 3), 1.0',
        f'for act in ("relu", "tanh"):\n{TRAIN}',
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_model_has_what_holds_by_then(case: tuple[str, str], scripts: Scripts) -> None:
    settings, rest = case
    text = BUILDS.format(settings=settings, rest=rest)
    assert "F.relu(self" not in converted(text) or "act" not in rest
    assert "weight *" in converted(text) or "weight" not in rest
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


LOSSES = """\
from tensorflow import keras
{imports}
KEY = "beta"


def own(t, p):
    return {reads} * keras.ops.mean(keras.ops.square(t - p), axis=-1)
"""
MAIN = """\
import numpy as np
from tensorflow import keras
from losses import own
{imports}

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
{before}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", own)
model.fit(x, y, epochs=2, verbose=0)
{after}
model.fit(x, y, epochs=2, verbose=0)
"""


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize(
    ("reads", "taken"),
    [
        ('SETTINGS.get("beta", 2.0)', "from config import SETTINGS"),
        ("SETTINGS[KEY]", "from config import SETTINGS"),
        ('config.SETTINGS.get("beta", 2.0)', "import config"),
    ],
)
@pytest.mark.parametrize(
    ("imports", "change"),
    [
        ("from config import SETTINGS", 'SETTINGS["beta"] = 5.0'),
        ("from config import SETTINGS as given", 'given["beta"] = 5.0'),
        ("import config", 'config.SETTINGS["beta"] = 5.0'),
    ],
)
def test_tables_of_other_files(
    reads: str, taken: str, imports: str, change: str, late: bool, tmp_path: Path
) -> None:
    """Keras goes on with what it has read when it traced the loss."""
    main = MAIN.format(imports=imports, before="" if late else change, after=change if late else "")
    losses = LOSSES.format(imports=taken, reads=reads)
    files = {"main.py": main, "losses.py": losses, "config.py": 'SETTINGS = {"beta": 1.0}\n'}
    _, errors = files_converted(tmp_path, files)
    assert any("another file changes" in error for error in errors) == late, errors
