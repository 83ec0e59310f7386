"""What a builder of another file compiles with: metrics, losses and optimizers of a third file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

METRICS = """\
import tensorflow as tf
from tensorflow import keras


class Found(keras.metrics.Metric):
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
LOSSES = """\
import tensorflow as tf
from tensorflow import keras


class Squares(keras.losses.Loss):
    def __init__(self, scale=2.0, name="squares"):
        super().__init__(name=name)
        self.scale = scale

    def call(self, y_true, y_pred):
        y_true = tf.cast(y_true, y_pred.dtype)
        return self.scale * tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)
"""
OPTIMIZERS = """\
from tensorflow.keras.optimizers import SGD, Adam


def get_optimizer(kind, rate):
    if kind == "sgd":
        return SGD(rate, momentum=0.5)
    return Adam(rate)


def steady(rate):
    return SGD(rate, momentum=0.9)
"""
MODELS = """\
from tensorflow import keras
from tensorflow.keras import layers

{imports}


def build_model(units, kind="sgd", rate=0.02):
    inputs = keras.Input((5,))
    hidden = layers.Dense(8, activation="tanh")(inputs)
    outputs = layers.Dense(units, activation="sigmoid")(hidden)
    model = keras.Model(inputs, outputs)
{compiled}
    return model
"""
MAIN = """\
import sys

import numpy as np
{imports}

generator = np.random.default_rng(0)
x = generator.normal(size=(64, 5))
y = generator.integers(0, 2, size=(64, 1)) + 0.0
kind = "sgd" if len(sys.path) > 0 else "adam"
model = {build}(1, kind)
history = model.fit(x, y, validation_data=(x, y), batch_size=16, epochs=2, shuffle=False)
values = {{name: [float(v) for v in found] for name, found in history.history.items()}}
loss = values["loss"]
others = [values[name] for name in sorted(values)]
"""
TIMES = '    model.compile("sgd", "binary_crossentropy", metrics=["accuracy", {}])'
#: What the builder's file imports, what it compiles with, and what is imported with the builder.
FORMS = {
    "metric": ("from metrics import Found", TIMES.format("Found(0.4)"), "metrics.py"),
    "module": ("import metrics", TIMES.format("metrics.Found()"), "metrics.py"),
    "list": (
        "from metrics import Found",
        '    chosen = ["accuracy", Found(threshold=0.3)]\n'
        '    model.compile(optimizer="sgd", loss="mse", metrics=chosen)',
        "metrics.py",
    ),
    "loss": (
        "from losses import Squares\nfrom metrics import Found",
        '    model.compile("sgd", Squares(scale=1.5), metrics=[Found()])',
        "metrics.py",
    ),
    "maker": (
        "from optimizers import get_optimizer",
        '    model.compile(optimizer=get_optimizer(kind, rate), loss="mse", metrics=["accuracy"])',
        "optimizers.py",
    ),
    "one optimizer": (
        "from optimizers import steady",
        '    model.compile(optimizer=steady(rate), loss="mse", metrics=["accuracy"])',
        "optimizers.py",
    ),
}
PARTS = {"metrics.py": METRICS, "losses.py": LOSSES, "optimizers.py": OPTIMIZERS}


def _files(form: str) -> dict[str, str]:
    imports, compiled, _ = FORMS[form]
    parts = {name: text for name, text in PARTS.items() if name.removesuffix(".py") in imports}
    if form == "one optimizer":  # one that nobody picks would be left
        parts["optimizers.py"] = OPTIMIZERS[: OPTIMIZERS.index("def get")] + OPTIMIZERS[
            OPTIMIZERS.index("def steady") :
        ].replace("SGD, Adam", "SGD")
    elif form == "maker":
        parts["optimizers.py"] = OPTIMIZERS[: OPTIMIZERS.index("\n\ndef steady")]
    main = MAIN.format(imports="from models import build_model", build="build_model")
    models = MODELS.format(imports=imports, compiled=compiled)
    return {**parts, "models.py": models, "main.py": main}


@pytest.mark.parametrize("form", FORMS)
def test_it_goes_with_the_model(form: str, tmp_path: Path, session: VerifySession) -> None:
    texts, errors = converted(tmp_path, _files(form))
    assert not errors
    assert "    model = Model(units)\n    return model\n" in texts["models.py"]
    assert "tensorflow" not in "".join(texts.values())
    assert_alike(tmp_path, session)


def test_the_class_may_stand_beside_the_builder(tmp_path: Path, session: VerifySession) -> None:
    files = _files("metric")
    own = METRICS[METRICS.index("class") :].rstrip()
    models = files["models.py"].replace("from metrics import Found", own)
    models = f"import tensorflow as tf\n{models}"
    texts, errors = converted(tmp_path, {"models.py": models, "main.py": files["main.py"]})
    assert not errors
    assert "class Found:\n" in texts["models.py"]
    assert_alike(tmp_path, session)


def test_packages(tmp_path: Path) -> None:
    files = _files("metric")
    inside = {f"src/{name}": text for name, text in files.items() if name != "main.py"}
    inside["src/models.py"] = inside["src/models.py"].replace("from metrics", "from .metrics")
    main = files["main.py"].replace("from models", "from src.models")
    texts, errors = converted(tmp_path, {"src/__init__.py": "", **inside, "main.py": main})
    assert not errors
    assert "from src.metrics import Found\n" in texts["main.py"]


@pytest.mark.parametrize(
    ("compiled", "after"),
    [
        # what else is asked of the object is one of Keras still
        ("    found = Found()\n" + TIMES.format("found") + "\n    print(found.name)", ""),
        (TIMES.format("Found()") + "\n    return model, Found()", "found.update_state(y, y)\n"),
        (TIMES.format("Found() if units > 1 else None"), ""),
    ],
)
def test_what_is_used_besides_is_refused(compiled: str, after: str, tmp_path: Path) -> None:
    files = _files("metric")
    models = MODELS.format(imports="from metrics import Found", compiled=compiled)
    main = f"{files['main.py']}{after}"
    if after:
        main = main.replace("model = ", "model, found = ")
    texts, errors = converted(tmp_path, {**files, "models.py": models, "main.py": main})
    assert errors
    assert texts["metrics.py"].endswith(METRICS[METRICS.index("    def __init__") :])


NETS = """\
from tensorflow.keras import Input, Sequential
from tensorflow.keras.layers import Dense


def make(n):
    first = Sequential([Input((n,)), Dense(1)])
    first.compile(loss="mse", optimizer="adam")
    second = Sequential([Input((n,)), Dense(1)])
    second.compile("sgd", "mae")
    return {given}
"""
ASKS = """\
import numpy as np
from nets import make

rng = np.random.default_rng(0)
x = rng.normal(size=(40, 4))
y = x.sum(1)
nets = make(4)
loss = nets[{first}].fit(x, y, epochs=2).history["loss"]
others = nets[{second}].fit(x, y, epochs=2).history["loss"]
"""


@pytest.mark.parametrize(
    ("given", "first", "second"),
    [
        ('{"first": first, "second": second}', '"first"', '"second"'),
        ("[first, second]", "0", "1"),
        ("(second, first)", "1", "0"),
    ],
)
def test_each_of_several_in_one_variable(
    given: str, first: str, second: str, tmp_path: Path, session: VerifySession
) -> None:
    main = ASKS.format(first=first, second=second)
    _, errors = converted(tmp_path, {"nets.py": NETS.replace("{given}", given), "main.py": main})
    assert not errors
    assert_alike(tmp_path, session)


def test_what_is_compiled_and_not_understood_there_is_refused(tmp_path: Path) -> None:
    """Rather than compiled again for ever."""
    main = ASKS.replace("loss = nets[{first}]", 'first = nets["first"]\nloss = first')
    main = main.partition("others =")[0]
    given = '{"first": first}'
    _, errors = converted(tmp_path, {"nets.py": NETS.replace("{given}", given), "main.py": main})
    assert errors
