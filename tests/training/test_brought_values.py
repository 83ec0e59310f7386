"""Parts of the training that have names at the top of another file: lists of metrics, callbacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

MODELS = """\
from tensorflow import keras
from tensorflow.keras import layers


def build_model():
    return keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")])
"""
CONFIG = """\
\"\"\"What models are trained with.\"\"\"

import tensorflow as tf
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau
from tensorflow.keras.optimizers import SGD, RMSprop

PATIENCE = 2
KINDS = {"sgd": SGD, "rmsprop": RMSprop}
METRICS = [
    "accuracy",
    tf.keras.metrics.Recall(name="recall"),
    keras.metrics.AUC(num_thresholds=11, name="area"),
]
OPTIMIZER = SGD(0.05, momentum=0.5)
LOSS = keras.losses.MeanSquaredError()


class Keeper(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(logs["loss"])


keeper = Keeper()
stopping = EarlyStopping(monitor="val_loss", patience=PATIENCE)
CALLBACKS = [
    stopping,
    ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1),
]
"""
MAIN = """\
import numpy as np
from config import {names}
from models import build_model

x = np.random.RandomState(0).normal(size=(40, 4))
y = (x[:, :1] > 0.2) + 0.0
model = build_model()
model.compile({optimizer}, {loss}, metrics={metrics})
history = model.fit(
    x, y, validation_data=(x, y), epochs=4, shuffle=False, verbose=0, callbacks={callbacks}
)
loss = history.history["loss"][-1]
every = [float(v) for k in sorted(history.history) for v in history.history[k]]
"""
PLAIN = {"optimizer": '"sgd"', "loss": '"mse"', "metrics": '["accuracy"]', "callbacks": "[]"}
USED = {
    "metrics": ({"metrics": "METRICS"}, "METRICS"),
    "callbacks": ({"callbacks": "CALLBACKS"}, "CALLBACKS"),
    "all": (
        {"metrics": "METRICS", "callbacks": "CALLBACKS", "loss": "LOSS", "optimizer": "OPTIMIZER"},
        "CALLBACKS, LOSS, METRICS, OPTIMIZER",
    ),
    "grown": ({"callbacks": "CALLBACKS[:1] + CALLBACKS[1:]"}, "CALLBACKS"),
    "table": ({"optimizer": 'KINDS["sgd" if len(x) > 9 else "rmsprop"](0.05)'}, "KINDS"),
    "one": ({"callbacks": "[stopping]"}, "stopping"),
}


def _config(*names: str) -> str:
    """The file with some of its values alone: what nobody uses would be left."""
    head, rest = CONFIG.split("PATIENCE = 2\n")
    parts = {
        "KINDS": rest[: rest.index("METRICS")],
        "METRICS": rest[rest.index("METRICS") : rest.index("OPTIMIZER")],
        "OPTIMIZER": rest[rest.index("OPTIMIZER") : rest.index("LOSS")],
        "LOSS": rest[rest.index("LOSS") : rest.index("\n\nclass")],
        "stopping": rest[rest.index("stopping") : rest.index("CALLBACKS")],
        "CALLBACKS": rest[rest.index("CALLBACKS") :],
    }
    kept = {*names, *(["stopping"] if "CALLBACKS" in names else [])}
    return f"{head}PATIENCE = 2\n" + "".join(t for n, t in parts.items() if n in kept)


def _files(used: str) -> dict[str, str]:
    given, names = USED[used]
    main = MAIN.format(names=names, **{**PLAIN, **given})
    return {"models.py": MODELS, "config.py": _config(*names.split(", ")), "main.py": main}


@pytest.mark.parametrize("used", [name for name in USED if name != "grown"])
def test_they_stand_where_they_are_used(used: str, tmp_path: Path, session: VerifySession) -> None:
    texts, errors = converted(tmp_path, _files(used))
    assert not errors
    assert texts["config.py"].strip().endswith("PATIENCE = 2")
    assert "config" not in texts["main.py"]
    assert "tensorflow" not in "".join(texts.values())
    assert_alike(tmp_path, session)


def test_classes_beside_them_are_imported(tmp_path: Path, session: VerifySession) -> None:
    files = _files("callbacks")
    keeper = CONFIG[CONFIG.index("class Keeper") : CONFIG.index("keeper = ")]
    config = files["config.py"].replace("stopping = ", f"\n\n{keeper}stopping = ", 1)
    config = config.replace("    stopping,\n", "    stopping,\n    Keeper(),\n")
    texts, errors = converted(tmp_path, {**files, "config.py": config})
    assert not errors
    assert "from config import Keeper\n" in texts["main.py"]
    assert_alike(tmp_path, session)


def test_scripts_have_their_own(tmp_path: Path) -> None:
    files = _files("metrics")
    texts, errors = converted(tmp_path, {**files, "other.py": files["main.py"]})
    assert not errors
    assert "METRICS" not in "".join(texts.values())


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        # what the file does besides would not be done
        ("config.py", "PATIENCE = 2\n", "PATIENCE = 2\ntf.random.set_seed(PATIENCE)\n"),
        ("config.py", "import tensorflow as tf\n", "import models\nimport tensorflow as tf\n"),
        # somebody else reads them
        (
            "config.py",
            "PATIENCE = 2\n",
            "PATIENCE = 2\n\n\ndef count():\n    return len(CALLBACKS)\n",
        ),
        ("models.py", "\n\n\ndef", "\nfrom config import CALLBACKS\n\n\ndef"),
        # another thing has a name that they would bring
        ("main.py", "model = build", "stopping = 3\nmodel = build"),
        # they are more than parts of the training
        ("config.py", "patience=PATIENCE", "patience=len(dir())"),
        ("config.py", "CALLBACKS = [", "CALLBACKS = list(())\nCALLBACKS = ["),
        ("main.py", "import CALLBACKS", "import CALLBACKS as CALLBACKS_"),
    ],
)
def test_what_is_not_clear_is_refused(name: str, old: str, new: str, tmp_path: Path) -> None:
    files = _files("callbacks")
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)
    if "_" in new:
        files[name] = files[name].replace("callbacks=CALLBACKS", "callbacks=CALLBACKS_")
    texts, errors = converted(tmp_path, files)
    assert errors
    assert "from config import CALLBACKS" in texts["main.py"]
    assert "EarlyStopping(monitor=" in texts["config.py"]


def test_what_an_import_may_give_is_not_what_stands_where_it_fails(tmp_path: Path) -> None:
    files = _files("callbacks")
    line = "from config import CALLBACKS\n"
    attempt = "try:\n    from config import CALLBACKS\nexcept ImportError:\n    CALLBACKS = []\n"
    main = files["main.py"].replace(line, attempt)
    texts, errors = converted(tmp_path, {**files, "main.py": main})
    assert any("main.py" in error and "callback" in error for error in errors)
    assert "callbacks=CALLBACKS" in texts["main.py"]


DECAYS = """\
from tensorflow.keras import initializers, regularizers

FACTOR = 2**-6
DECAY = regularizers.l2(0.015625)
START = initializers.HeNormal()
"""
DECAYED = {
    "decays.py": DECAYS,
    "blocks.py": """\
from decays import DECAY, START
from tensorflow.keras import layers


def dense(x, units):
    x = layers.Dense(units, kernel_regularizer=DECAY, kernel_initializer=START)(x)
    return layers.Activation("tanh")(x)
""",
    "models.py": """\
from blocks import dense
from decays import DECAY
from tensorflow import keras
from tensorflow.keras import layers


def build_model():
    inputs = keras.Input((4,))
    x = dense(dense(inputs, 5), 3)
    x = layers.Dense(1, kernel_regularizer=DECAY)(x)
    return keras.Model(inputs, x)
""",
    "main.py": """\
import numpy as np
from models import build_model

x = np.random.RandomState(0).normal(size=(40, 4))
y = (x[:, :1] > 0.2) + 0.0
model = build_model()
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
loss = history.history["loss"][-1]
""",
}


def test_any_number_of_files_have_what_layers_are_given(
    tmp_path: Path, session: VerifySession
) -> None:
    texts, errors = converted(tmp_path, DECAYED)
    assert not errors
    assert texts["decays.py"].strip() == "FACTOR = 2**-6"
    assert "decays" not in texts["blocks.py"] + texts["models.py"]
    assert_alike(tmp_path, session)


def test_what_a_file_passes_on_to_others_stays_there(tmp_path: Path) -> None:
    models = DECAYED["models.py"].replace("from decays import DECAY\n", "")
    models = models.replace("import dense", "import DECAY, dense")
    _, errors = converted(tmp_path, {**DECAYED, "models.py": models})
    assert any("DECAY" in error or "regularizer" in error for error in errors)
