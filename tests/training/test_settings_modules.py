"""What a file holds for others of its project stays, and is said; what nobody reads goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training import test_several_files as several
from tests.training.test_guests import assert_alike
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

SETTINGS = """\
from tensorflow.keras import layers
from tensorflow.keras.optimizers import SGD, Adam

KINDS = {"sgd": SGD, "adam": Adam}
Kind = Adam
slow = Adam(1e-5)
RNN = layers.LSTM
EPOCHS = 2
"""
NAMES = {"KINDS": 4, "Kind": 5, "slow": 6, "RNN": 7}
MODEL = """\


def build():
    return keras.Sequential([layers.Input((4,)), layers.Dense(1)])
"""


def said(text: str, path: str = "") -> tuple[str, set[int]]:
    found = convert(text, path=path)
    return found.text, {d.line for d in found.diagnostics if d.severity is Severity.ERROR}


def test_a_file_of_settings_keeps_them() -> None:
    text, lines = said(SETTINGS)
    assert all(f"{name} = " in text for name in NAMES)
    assert lines == set(NAMES.values())


@pytest.mark.parametrize("name", NAMES)
def test_what_another_file_imports_stays(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    head = SETTINGS.replace("import layers", "import layers\nfrom tensorflow import keras", 1)
    path.write_text(head + MODEL, encoding="utf-8")
    reads = f"from model import EPOCHS, {name}\n\nprint({name})\n"
    (tmp_path / "train.py").write_text(reads, encoding="utf-8")
    text, lines = said(head + MODEL, str(path))
    assert f"{name} = " in text
    assert lines == {NAMES[name] + 1}
    assert not [other for other in NAMES if other != name and f"\n{other} = " in text]


CONSTANTS = 'ACTIVATION = "relu"\nUNITS = 3\n'
BUILDER = """\
from tensorflow import keras
import config


def build():
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(config.UNITS, config.ACTIVATION)]
    )
"""
WITHIN = CONSTANTS + BUILDER.replace("config.", "").replace("import config\n", "")


@pytest.mark.parametrize(
    ("changing", "changes"),
    [
        ("import config\nprint(config.ACTIVATION == 'tanh', config.UNITS)\n", False),
        ("import config as c\nc.OTHER = c.ACTIVATION\n", False),
        ("import config as c\nc.ACTIVATION = 'tanh'\n", True),
        ("from argparse import Namespace\nimport config\nsetattr(config, 'ACTIVATION', 1)\n", True),
        ("import config\nvars(config).update(ACTIVATION='tanh')\n", True),
        ("import config\n\n\ndef set_up(name):\n    config.ACTIVATION = name\n", True),
    ],
)
@pytest.mark.parametrize("within", [False, True])
def test_what_another_file_sets_is_not_known(
    changing: str, changes: bool, within: bool, tmp_path: Path
) -> None:
    files = {"config.py": CONSTANTS, "model.py": BUILDER, "main.py": changing}
    if within:
        files = {"model.py": WITHIN, "main.py": changing.replace("config", "model")}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    text, lines = said(files["model.py"], str(tmp_path / "model.py"))
    assert not lines
    assert ("F.relu(" in text) is not changes
    assert ("Activation(ACTIVATION)" in text or "Activation(config.ACTIVATION)" in text) is changes


COMPUTED = {
    "a-plain-file": (
        "import os\n\nRATE = 2\nWIDTH = len(os.sep) + 2\nACTIVATION = os.sep and 'tanh'\n"
    ),
    "a-file-with-a-builder": (
        "import os\n\nfrom tensorflow import keras\n\n"
        "WIDTH = len(os.sep) + 2\nACTIVATION = os.sep and 'tanh'\n\n\n"
        "def unused():\n    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])\n"
    ),
}


@pytest.mark.parametrize("name", COMPUTED)
@pytest.mark.parametrize("imports", ["import config", "import config as c"])
def test_what_another_module_computes_is_read_when_the_program_runs(
    imports: str, name: str, tmp_path: Path, session: VerifySession
) -> None:
    module = imports.split()[-1]
    main = (
        f"import numpy as np\nfrom tensorflow import keras\n{imports}\n\n"
        "x = np.random.default_rng(0).normal(size=(20, 3))\n"
        f"layer = keras.layers.Dense({module}.WIDTH, activation={module}.ACTIVATION)\n"
        "model = keras.Sequential([keras.Input((3,)), layer, keras.layers.Dense(1)])\n"
        'model.compile("sgd", "mse")\n'
        f"loss = model.fit(x, x[:, 0], epochs={module}.WIDTH - 1, shuffle=False).history['loss']\n"
    )
    files = {"config.py": COMPUTED[name], "main.py": main}
    texts, errors = several.converted(tmp_path, files)
    assert not errors
    assert f"nn.Linear(3, {module}.WIDTH)" in texts["main.py"]
    assert_alike(tmp_path, session)


@pytest.mark.parametrize("imports", ["import config", "from config import *"])
def test_what_another_module_makes_for_training_is_an_error(imports: str, tmp_path: Path) -> None:
    config = "import tensorflow as tf\n\noptimizer = tf.keras.optimizers.SGD(0.1)\n"
    named = "config.optimizer" if imports == "import config" else "optimizer"
    main = (
        f"import numpy as np\nfrom tensorflow import keras\n{imports}\n\n"
        "model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])\n"
        f'model.compile({named}, "mse")\nmodel.fit(np.ones((9, 3)), np.ones(9))\n'
    )
    _, errors = several.converted(tmp_path, {"config.py": config, "main.py": main})
    assert any("`compile` is left as it is: the optimizer is" in error for error in errors)


TRAIN = """\
import config as cfg
import numpy as np
from tensorflow import keras


def train():
    x = np.random.rand(30, 4)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation=cfg.ACTIVATION)])
    model.compile(optimizer=cfg.OPTIMIZER, loss=cfg.LOSS)
    return model.fit(x, x[:, :3], epochs=2, verbose=0).history["loss"]
"""


def _trained_with(tmp_path: Path, settings: dict[str, str], change: str) -> tuple[str, list[str]]:
    lines = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    main = f"import config as cfg\nfrom train import train\n\ntrain()\n{change}\ntrain()\n"
    files = {"config.py": lines, "train.py": TRAIN, "main.py": main}
    texts, errors = several.converted(tmp_path, files)
    return texts["train.py"], errors


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ('cfg.LOSS = "mae"', '{"mae": nn.L1Loss(), "mse": nn.MSELoss()}[cfg.LOSS]'),
        ('cfg.OPTIMIZER = "adam"', '"sgd": partial(torch.optim.SGD'),
    ],
)
def test_what_a_module_has_from_the_start_is_one_of_the_names(
    change: str, wanted: str, tmp_path: Path
) -> None:
    settings = {"LOSS": "mse", "OPTIMIZER": "sgd", "ACTIVATION": "relu"}
    text, errors = _trained_with(tmp_path, settings, change)
    assert not errors
    assert wanted in text


def test_an_activation_that_another_file_sets_may_be_one_that_the_loss_goes_behind(
    tmp_path: Path,
) -> None:
    settings = {
        "LOSS": "categorical_crossentropy",
        "OPTIMIZER": "sgd",
        "ACTIVATION": "sigmoid",
    }
    _, errors = _trained_with(tmp_path, settings, 'cfg.ACTIVATION = "softmax"')
    assert any("whose activation only the run tells" in message for message in errors)
