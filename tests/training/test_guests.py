"""Functions and classes of other files that get models: their training stays where it stood."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import converted
from transpiler.verify.records import Program, Trained, TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.torch_training import Replay
from transpiler.verify.training_runs import apart

MODELS = """\
from tensorflow import keras
from tensorflow.keras import layers


def build_model(features, classes=3):
    model = keras.Sequential([
        keras.Input((features,)),
        layers.Dense(8, activation="relu"),
        layers.Dense(classes, activation="softmax"),
    ])
{compiled}    return model
"""
COMPILE = """\
{margin}model.compile(
{margin}    keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"]
{margin})
"""
TRAIN = """\
\"\"\"Trains what others build.\"\"\"

import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping

PATIENCE = 2


def train_model(model: keras.Model, x, y, epochs=9, size=16):
    \"\"\"Train until it gets no better.\"\"\"
{compiled}    # as long as it helps
    stop = EarlyStopping(monitor="loss", patience=PATIENCE)
    history = model.fit(x, y, epochs=epochs, batch_size=size, callbacks=[stop], verbose=2)
    print("best", np.min(history.history["loss"]))
    return history


def evaluate_model(model, x, y):
    loss, accuracy = model.evaluate(x, y, verbose=0)
    return {{"loss": loss, "accuracy": accuracy}}


def untouched(path):
    return np.load(path)
"""
MAIN = """\
import numpy as np
{imports}

generator = np.random.default_rng(0)
x = generator.normal(size=(64, 5))
y = generator.integers(0, 3, size=(64,))
model = build_model(5)
{compiled}history = {prefix}train_model(model, x, y, epochs=3)
loss = {prefix}evaluate_model(model, x, y)["loss"]
"""
FROM = "from models import build_model\nfrom train import evaluate_model, train_model"


def project(where: str, imports: str = FROM, prefix: str = "") -> dict[str, str]:
    """A project that compiles its model in one of its files."""
    inside = {where: COMPILE.format(margin="    ")}
    here = COMPILE.format(margin="") if where == "main" else ""
    imports = f"from tensorflow import keras\n{imports}" if here else imports
    return {
        "models.py": MODELS.format(compiled=inside.get("models", "")),
        "train.py": TRAIN.format(compiled=inside.get("train", "")),
        "main.py": MAIN.format(imports=imports, compiled=here, prefix=prefix),
    }


def assert_alike(folder: Path, session: VerifySession, name: str = "main.py") -> None:
    """A script leaves the same numbers, whichever files train for it."""

    def program(form: str) -> Program:
        path = folder / form / name
        return Program(path.read_text(encoding="utf-8"), str(path), str(folder / form))

    for file in (folder / "after").rglob("*.py"):  # all of it computes in float64
        file.write_text(file.read_text(encoding="utf-8").replace("float32", "float64"), "utf-8")
    trained: Trained = session.ask("keras3", TrainingRequest(program("before"), whole=True))
    request = TrainingRequest(program("after"), whole=True, trained=trained)
    found: Replay = session.ask("torch", request)
    assert not found.reason, found.reason
    names = trained.values.keys() & found.values.keys()
    differences = {n: apart(trained.values[n], found.values[n]) for n in names}
    differences |= found.differences
    assert "loss" in differences
    assert max(differences.values()) < 1e-9, differences


@pytest.mark.parametrize("where", ["main", "models", "train"])
def test_a_function_of_another_file_trains(
    where: str, tmp_path: Path, session: VerifySession
) -> None:
    texts, errors = converted(tmp_path, project(where))
    assert not errors
    handed = "" if where == "train" else "criterion, optimizer, "
    assert f"history = train_model(model, {handed}x, y, epochs=3)\n" in texts["main.py"]
    assert "def train_epoch(" not in texts["main.py"]
    head = f"def train_model(model: nn.Module, {handed}x, y, epochs=9, size=16):\n"
    assert head in texts["train.py"]
    assert "    # as long as it helps\n" in texts["train.py"]
    assert "            if wait >= PATIENCE:\n" in texts["train.py"]
    assert texts["train.py"].endswith("def untouched(path):\n    return np.load(path)\n")
    assert not any("keras" in text.replace("_like_keras", "") for text in texts.values())
    assert_alike(tmp_path, session)


STYLES = {
    "module": ("import models\nimport train", "train."),
    "alias": ("from models import build_model\nimport train as t", "t."),
    "star": ("from models import *\nfrom train import *", ""),
    "names": ("from models import build_model\nfrom train import (\n    evaluate_model,\n"
              "    train_model as fit_model,\n)", ""),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_ways_to_import_what_trains(style: str, tmp_path: Path, session: VerifySession) -> None:
    imports, prefix = STYLES[style]
    files = project("models", imports, prefix)
    if style == "names":
        files["main.py"] = files["main.py"].replace("= train_model(", "= fit_model(")
    if style == "module":
        files["main.py"] = files["main.py"].replace("= build_", "= models.build_")
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert imports.splitlines()[-1] in texts["main.py"]
    assert "train_model" in texts["train.py"]
    assert_alike(tmp_path, session)


PACKAGE = {
    "app/__init__.py": "",
    "app/models.py": MODELS.format(compiled=""),
    "app/config.py": "EPOCHS = 3\nBATCH = 16\nFOLDER = 'runs'\n",
    "app/losses.py": """\
import tensorflow as tf


def smooth(alpha=0.1):
    def loss(y_true, y_pred):
        return tf.reduce_mean(tf.square(y_pred - alpha * y_true), axis=-1)

    return loss


def largest(y_true, y_pred):
    return tf.reduce_max(tf.abs(y_true - y_pred), axis=-1)
""",
    "app/parts/__init__.py": "",
    "app/parts/callbacks.py": """\
import os

from tensorflow import keras


def get_callbacks(folder):
    os.makedirs(folder, exist_ok=True)
    return [keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=1, factor=0.5)]
""",
    "app/training/__init__.py": "",
    "app/training/trainer.py": """\
import logging
from tensorflow import keras
from ..config import BATCH, EPOCHS, FOLDER
from ..losses import largest, smooth
from ..parts.callbacks import get_callbacks

logger = logging.getLogger(__name__)


class Trainer:
    \"\"\"Trains a model.\"\"\"

    def __init__(self, model, rate):
        self.model = model
        self.rate = rate

    def fit(self, x, y, val):
        # with what the model needs
        self.model.compile(keras.optimizers.SGD(self.rate), loss=smooth(), metrics=[largest])
        logger.info("training")
        self.history = self.model.fit(
            x, y, validation_data=val, epochs=EPOCHS, batch_size=BATCH,
            callbacks=get_callbacks(FOLDER), verbose=0,
        )
        return self.history

    def score(self, x, y):
        return self.model.evaluate(x, y, verbose=0)[0]
""",
    "main.py": """\
import logging
import numpy as np
from app.models import build_model
from app.training.trainer import Trainer

logger = logging.getLogger("main")
generator = np.random.default_rng(0)
x = generator.normal(size=(64, 5))
y = np.eye(3)[generator.integers(0, 3, size=(64,))]
model = build_model(5)
trainer = Trainer(model, rate=0.1)
history = trainer.fit(x[:48], y[:48], (x[48:], y[48:]))
loss = trainer.score(x[48:], y[48:])
logger.info("%s", loss)
""",
}


def test_a_class_of_another_file_trains(tmp_path: Path, session: VerifySession) -> None:
    texts, errors = converted(tmp_path, PACKAGE)
    assert not errors
    trainer = texts["app/training/trainer.py"]
    assert "get_callbacks" not in trainer
    assert "        # with what the model needs\n" in trainer
    assert "        self.criterion = smooth()\n" in trainer
    assert "logger.info(" in trainer
    assert trainer.count("logger = ") == 1
    assert "    def score(self, x, y):\n" in trainer
    assert "get_callbacks" not in texts["app/parts/callbacks.py"]
    assert ".square().mean(dim=-1)" in texts["app/losses.py"]
    assert 'logger = logging.getLogger("main")\n' in texts["main.py"]
    assert not any("tf2t" in text for text in texts.values())
    assert_alike(tmp_path, session)


EXPERIMENT = """\
import train


def run(model, data, epochs):
    x, y = data
    history = train.train_model(model, x, y, epochs=epochs)
    return history, train.evaluate_model(model, x, y)["loss"]
"""


def test_a_function_hands_a_model_on_to_a_third_file(
    tmp_path: Path, session: VerifySession
) -> None:
    files = {**project("models"), "experiment.py": EXPERIMENT}
    start = files["main.py"].partition("history =")[0].replace(FROM.splitlines()[1], "{}")
    start = start.format("from experiment import run")
    files["main.py"] = f"{start}history, loss = run(model, (x, y), 3)\n"
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "def run(model, criterion, optimizer, data, epochs):\n" in texts["experiment.py"]
    assert "train.train_model(model, criterion, optimizer, x, y, " in texts["experiment.py"]
    assert "history, loss = run(model, criterion, optimizer, (x, y), 3)\n" in texts["main.py"]
    assert_alike(tmp_path, session)


def test_several_files_call_what_trains(tmp_path: Path, session: VerifySession) -> None:
    files = project("models")
    files["tune.py"] = files["main.py"].replace("epochs=3", "epochs=2")
    texts, errors = converted(tmp_path, files)
    assert not errors
    for name in ("main.py", "tune.py"):
        assert "train_model(model, criterion, optimizer, x, y, epochs=" in texts[name]
        assert_alike(tmp_path, session, name)


@pytest.mark.parametrize("way", ["regression", "itself"])
def test_files_that_do_not_agree_are_left(way: str, tmp_path: Path) -> None:
    files = project("main")
    if way == "itself":
        files["train.py"] += "\n\ntrain_model(untouched('a'), *untouched('b'))\n"
    else:
        files["tune.py"] = files["main.py"].replace("sparse_categorical_crossentropy", "mse")
    texts, errors = converted(tmp_path, files)
    assert "model.fit(" in texts["train.py"]
    assert any(error.startswith("train.py:") for error in errors)
    assert any("train_model` is left as it is: it is used" in error for error in errors)


def test_what_can_not_be_converted_says_why_where_it_is_called(tmp_path: Path) -> None:
    files = project("models")
    files["train.py"] = files["train.py"].replace(
        "[stop]", "[stop, keras.callbacks.OrbaxCheckpoint('o')]"
    )
    texts, errors = converted(tmp_path, files)
    assert "model.fit(" in texts["train.py"]
    assert any("OrbaxCheckpoint" in error for error in errors if error.startswith("main.py"))


OPTIMIZERS = """\
from tensorflow import keras


def get_optimizer(name, rate):
    if name == "sgd":
        return keras.optimizers.SGD(rate)
    if name == "rms":
        return keras.optimizers.RMSprop(learning_rate=rate, rho=0.8)
    raise ValueError(name)
"""
METRICS = """\
import tensorflow as tf


class Found(tf.keras.metrics.Metric):
    \"\"\"The share of the largest targets that get more than a threshold.\"\"\"

    def __init__(self, threshold=0.5, name="found", **kwargs):
        super().__init__(name=name, **kwargs)
        self.threshold = threshold
        self.hits = self.add_weight(name="hits", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = tf.cast(y_true, y_pred.dtype)
        self.hits.assign_add(tf.reduce_sum(y_true * tf.cast(y_pred > self.threshold, y_pred.dtype)))
        self.count.assign_add(tf.reduce_sum(y_true))

    def result(self):
        return self.hits / self.count
"""
CHOOSING = """\
import sys

import numpy as np
from metrics import Found
from models import build_model
from optimizers import get_optimizer

generator = np.random.default_rng(0)
x = generator.normal(size=(64, 5))
y = np.eye(3)[generator.integers(0, 3, size=(64,))]
which = "rms" if len(sys.path) > 0 else sys.argv[1]
model = build_model(5)
model.compile(get_optimizer(which, 0.01), "categorical_crossentropy", metrics=[Found(0.3)])
history = model.fit(x, y, batch_size=16, epochs=2)
loss = history.history["loss"][-1]
"""


def test_makers_of_optimizers_and_classes_of_metrics_of_other_files(
    tmp_path: Path, session: VerifySession
) -> None:
    files = {"models.py": MODELS.format(compiled=""), "main.py": CHOOSING}
    texts, errors = converted(
        tmp_path, {**files, "optimizers.py": OPTIMIZERS, "metrics.py": METRICS}
    )
    assert not errors
    assert "        return partial(torch.optim.SGD, lr=rate)\n" in texts["optimizers.py"]
    assert "class Found:\n" in texts["metrics.py"]
    assert "class " not in texts["main.py"]
    assert "optimizer = get_optimizer(which, 0.01)(model.parameters())\n" in texts["main.py"]
    assert_alike(tmp_path, session)


NAMED_LIKE_KERAS = """\
from tensorflow.keras.layers import Activation, Dense
from tensorflow.keras.models import Sequential


class Net:
    def __init__(self, sizes, activation="relu"):
        self.network = Sequential()
        for n in sizes:
            self.network.add(Dense(n, input_shape=(5,)))
            self.network.add(Activation(activation))
        self.network.add(Dense(1))
        self.network.compile("sgd", "mse")

    def train(self, x, y):
        return self.network.fit(x, y, epochs=2, shuffle=False, verbose=0).history
"""
OF_THE_NETWORK = """\
import numpy as np
from net import Net

x = np.random.default_rng(0).normal(size=(40, 5))
net = Net([6, 4], activation="tanh")
loss = net.train(x, x[:, :1])["loss"]
count = net.network.count_params()
"""


def test_what_is_emitted_has_the_name_of_an_import(tmp_path: Path, session: VerifySession) -> None:
    """The class Activation stands for Keras's, which the file of the model imports no more."""
    texts, errors = converted(tmp_path, {"net.py": NAMED_LIKE_KERAS, "main.py": OF_THE_NETWORK})
    assert not errors
    assert "\nclass Activation(nn.Module):\n" in texts["net.py"]
    assert "tensorflow" not in texts["net.py"]
    assert_alike(tmp_path, session)


NET = """\
{head}from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Model


def build(n, classes):
    inputs = Input(shape=(n,))
    return Model(inputs, Dense(classes, activation="softmax")(inputs))
"""
PREDICTOR = """\
class Predictor:
    def __init__(self, model):
        self.model = model

    def run(self, x):
        return self.model.predict(x, verbose=0)
"""
OF_A_THIRD_FILE = """\
import numpy as np
from net import build
from predictor import Predictor
{imports}
generator = np.random.default_rng(0)
x = generator.normal(size=(30, 4))
y = np.eye(3)[np.arange(30) % 3]
model = build(4, 3)
{trained}
prediction = Predictor(model).run(x)
loss = [float(prediction.sum()), *prediction[0].tolist()]
"""
COMPILED = """\
{margin}model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
{margin}history = model.fit(x, y, epochs=2, batch_size=11, shuffle=False, verbose=0)"""
TRAINED_ELSEWHERE = f"""\
def train(model, x, y):
{COMPILED.format(margin="    ")}
    return model
"""
OTHERWISE = """\
from net import build


def squares(x, y):
    model = build(4, 3)
    model.compile("sgd", "mse")
    return model.fit(x, y, epochs=1, shuffle=False, verbose=0)
"""


@pytest.mark.parametrize("first", ["net.py", "main.py"])
@pytest.mark.parametrize("form", ["here", "elsewhere", "others use it otherwise"])
def test_a_class_of_a_third_file_gets_the_model(
    form: str, first: str, tmp_path: Path, session: VerifySession
) -> None:
    """The file that builds it gives the logits that the training wants, whatever comes first."""
    head = "# what follows has no optimizers\n" if form == "others use it otherwise" else ""
    files = {"net.py": NET.format(head=head), "predictor.py": PREDICTOR}
    trained, imports = COMPILED.format(margin=""), ""
    if form == "elsewhere":
        files["third.py"] = TRAINED_ELSEWHERE
        trained, imports = "model = train(model, x, y)", "from third import train\n"
    if head:
        files["other.py"] = OTHERWISE
    files["main.py"] = OF_A_THIRD_FILE.format(trained=trained, imports=imports)
    texts, errors = converted(tmp_path, {first: files[first]} | files)
    assert not errors
    assert "def forward_logits(self, " in texts["net.py"]
    assert_alike(tmp_path, session)


BUILDERS = """\
from tensorflow import keras


def small():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def wide(units=8):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    model.compile(GIVEN)
    return model
"""
OF_BUILDERS = """\
def final_loss(build, x, y):
    model = build()
    return model.fit(x, y, epochs=2, batch_size=4, shuffle=False).history["loss"][-1]
"""
BOTH = """\
import numpy as np
from nets import small, wide
from loop import final_loss

x = np.random.default_rng(0).normal(size=(24, 3))
y = x.sum(1)
loss = final_loss(small, x, y)
other = final_loss(wide, x, y)
"""


@pytest.mark.parametrize("given", ['"adam", "mae"', 'keras.optimizers.SGD(0.01), "mse"'])
def test_a_function_that_gets_builders_which_compile_differently_is_an_error(
    given: str, tmp_path: Path
) -> None:
    nets = BUILDERS.replace("GIVEN", given)
    files = {"main.py": BOTH, "nets.py": nets, "loop.py": OF_BUILDERS}
    texts, errors = converted(tmp_path, files)
    assert errors
    assert texts["loop.py"] == OF_BUILDERS
    assert "train_epoch" not in texts["main.py"]
