"""Models that one file of a project builds and another one trains: equal numbers, in both files."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession
from transpiler.verify.trees import file_pair

MODEL = """\
from tensorflow import keras
from tensorflow.keras import layers


def block(x, units, decay=1e-3):
    x = layers.Dense(units, kernel_regularizer=keras.regularizers.l2(decay))(x)
    return layers.ReLU()(x)


def build(features, classes=3, units=(8, 6)):
    inputs = keras.Input((features,))
    x = inputs
    for width in units:
        x = block(x, width)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))
"""
DATA = """\
from sklearn.datasets import load_iris


def load_data():
    x, y = load_iris(return_X_y=True)
    return x[::2], y[::2], x[1::2], y[1::2]
"""
TRAIN = """\
from data import load_data
{imports}

x, y, x_test, y_test = load_data()
model = {build}(x.shape[1])
model.compile(optimizer={optimizer}, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, batch_size=16, epochs=3, validation_data=(x_test, y_test))
loss, accuracy = model.evaluate(x_test, y_test)
prediction = model.predict(x_test)
"""
STYLES = {
    "function": ({"model.py": MODEL}, "from model import build", "build", '"adam"'),
    "module": ({"model.py": MODEL}, "import model as nets", "nets.build", '"adam"'),
    "keras": (
        {"model.py": MODEL},
        "from tensorflow import keras\n\nfrom model import build",
        "build",
        "keras.optimizers.SGD(0.1, momentum=0.9)",
    ),
    "package": (
        {"nets/dense.py": MODEL, "nets/__init__.py": "from .dense import build\n"},
        "from nets import build",
        "build",
        '"rmsprop"',
    ),
    "star": ({"model.py": MODEL}, "from model import *", "build", '"adam"'),
}


def converted(
    folder: Path, files: dict[str, str], repository: bool = True
) -> tuple[dict[str, str], list[str]]:
    """The files as they come out, written to `before` and `after`, and the errors."""
    for form in ("before", "after"):
        for name in files:
            (folder / form / name).parent.mkdir(parents=True, exist_ok=True)
    if repository:
        (folder / "before" / ".git").mkdir()
    for name, text in files.items():
        (folder / "before" / name).write_text(text, encoding="utf-8")
    found, errors = {}, []
    for name, text in files.items():
        made = convert(text, Options(exact=True), str(folder / "before" / name))
        (folder / "after" / name).write_text(made.text, encoding="utf-8")
        found[name] = made.text
        said = [d for d in made.diagnostics if d.severity is Severity.ERROR]
        errors += [f"{name}:{d.line}: {d.message}" for d in said]
    return found, errors


def assert_equal(folder: Path, name: str, session: VerifySession) -> None:
    """Both programs train the same model to the same numbers."""
    pair = file_pair(str(folder / "before" / name), str(folder / "after" / name))
    reports = session.verify(pair.original, pair.converted, level="training")
    assert reports
    for report in reports:
        assert report.status == "equal", report
        assert report.checks["fit_history"].rel_diff < 1e-9, report


@pytest.mark.parametrize("style", STYLES)
def test_a_model_of_another_file_is_trained(
    style: str, tmp_path: Path, session: VerifySession
) -> None:
    files, imports, build, optimizer = STYLES[style]
    train = TRAIN.format(imports=imports, build=build, optimizer=optimizer)
    texts, errors = converted(tmp_path, {**files, "data.py": DATA, "train.py": train})
    assert not errors
    assert "return F.softmax(self.forward_logits(x), dim=-1)\n" in texts[next(iter(files))]
    assert f"model = {build}(x.shape[1]).to(device)\n" in texts["train.py"]
    assert "criterion(logits, targets) + penalty(model)" in texts["train.py"]
    assert texts["data.py"] == DATA
    assert_equal(tmp_path, "train.py", session)


def test_the_regularizers_that_another_file_adds_are_not_said_to_be_missing(tmp_path: Path) -> None:
    model = MODEL.replace("kernel_regularizer=keras.regularizers.l2(decay)", '"relu"')
    model = model.replace('activation="softmax"', 'activation="softmax", kernel_regularizer="l2"')
    train = TRAIN.format(imports="from model import build", build="build", optimizer='"adam"')
    for others in ({"train.py": train, "data.py": DATA}, {}):
        folder = tmp_path / ("all" if others else "alone")
        folder.mkdir()
        converted(folder, {"model.py": model, **others})
        path = folder / "before" / "model.py"
        said = convert(path.read_text(encoding="utf-8"), path=str(path)).diagnostics
        assert any("regularizer" in d.message for d in said) is not bool(others)


COMPILED = {
    "arguments": ("rate=0.05, momentum=0.8", "keras.optimizers.SGD(rate, momentum)", "4, rate=0.1"),
    "variable": ("rate=0.05", "optimizer", "x.shape[1], 3, rate=RATE"),
    "constant": ("", "keras.optimizers.SGD(RATE, momentum=MOMENTUM)", "4"),
    "default": ("rate=RATE, momentum=MOMENTUM", "keras.optimizers.SGD(rate, momentum)", "4"),
    "keywords": (
        "*, rate, momentum=MOMENTUM",
        "keras.optimizers.SGD(rate, momentum)",
        "4, **dict_of_them",
    ),
}


@pytest.mark.parametrize("way", COMPILED)
def test_a_model_that_another_file_compiles(
    way: str, tmp_path: Path, session: VerifySession
) -> None:
    parameters, optimizer, given = COMPILED[way]
    model = (
        "import tensorflow as tf\nfrom tensorflow import keras\n\n"
        "RATE, MOMENTUM = 5e-2, 0.5\n\n\n"
        f"def build(features, classes=3, {parameters}):\n"
        "    model = keras.Sequential([\n"
        "        tf.keras.Input((features,)),\n"
        '        tf.keras.layers.Dense(classes, activation="softmax"),\n    ])\n'
    )
    if optimizer == "optimizer":
        model += "    optimizer = tf.keras.optimizers.RMSprop(learning_rate=rate / 2)\n"
    model += (
        f"    model.compile({optimizer}, loss=tf.keras.losses.SparseCategoricalCrossentropy(),\n"
        '                  metrics=["accuracy"])\n    return model\n'
    )
    train = TRAIN.format(imports="from model import build", build="build", optimizer="")
    train = train.replace("model.compile(", "# as `build` has compiled it (").replace(
        "build(x.shape[1])", f"build({given})"
    )
    held = 'RATE, dict_of_them = 2e-2, {"rate": 0.03}'
    train = train.replace("\nx, y,", f"\n{held}\nx, y,", 1)
    texts, errors = converted(tmp_path, {"model.py": model, "data.py": DATA, "train.py": train})
    assert not errors
    assert "compile" not in texts["model.py"]
    assert "optim" not in texts["model.py"].replace("optimizer = tf", "")
    assert "tf2torch" not in texts["train.py"]
    assert_equal(tmp_path, "train.py", session)


def test_builders_of_two_classes_are_two(tmp_path: Path) -> None:
    net = (
        "class {}:\n    @staticmethod\n    def build(n):\n        model = keras.Sequential(\n"
        "            [keras.Input((n,)), keras.layers.Dense(3, activation='softmax')]\n        )\n"
        "        model.compile('sgd', 'sparse_categorical_crossentropy')\n        return model\n"
    )
    model = f"from tensorflow import keras\n\n\n{net.format('Small')}\n\n{net.format('Other')}"
    train = TRAIN.format(imports="from model import Small", build="Small.build", optimizer="")
    train = train.replace("model.compile(", "# as `build` has compiled it (")
    train = train.replace("loss, accuracy = ", "loss = ")
    texts, errors = converted(tmp_path, {"model.py": model, "data.py": DATA, "train.py": train})
    why = "nothing in `train.py` that is followed trains the model"
    assert errors == [f"model.py:20: `compile` is left as it is: {why}"]
    assert texts["model.py"].count("def forward_logits") == 1


def test_why_a_model_that_another_file_compiles_stays_is_said_in_both(tmp_path: Path) -> None:
    model = COMPILING.format("sgd")
    train = (
        "import numpy as np\nfrom parts import made\nfrom model import build\n"
        "x = np.ones((8, 4))\nmodel = build(4)\n"
        "history = model.fit(x, x[:, :1], callbacks=[made(x)])\nmodel.predict(x)\n"
    )
    _, errors = converted(tmp_path, {"model.py": model, "train.py": train})
    why = errors[1].partition(" is left as it is: ")[2]
    assert "a callback is only known at run time" in why
    assert errors == [
        f"model.py:6: `compile` is left as it is: so is `fit` in train.py: {why}",
        f"train.py:6: `fit` is left as it is: {why}",
        "train.py:7: `predict` is left as it is: so is `fit` in line 6, of the same model",
    ]


COMPILING = """\
from tensorflow import keras


def build(n, rate=0.1):
    model = keras.Sequential([keras.Input((n,)), keras.layers.Dense(1)])
    model.compile({!r}, "mse")
    return model
"""


def test_files_of_a_package_import_from_it(tmp_path: Path) -> None:
    train = TRAIN.format(imports="from . import build", build="build", optimizer='"adam"')
    train = train.replace("from data", "from .data")
    main = "from nets.train import history\n"
    files = {"nets/__init__.py": "from .dense import build\n", "nets/dense.py": MODEL}
    files |= {"nets/data.py": DATA, "nets/train.py": train, "main.py": main}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "forward_logits" in texts["nets/dense.py"]
    assert "criterion(logits, targets)" in texts["nets/train.py"]
    assert "\nhistory = SimpleNamespace(" in texts["nets/train.py"]


def test_a_default_that_is_not_known_is_no_variable_of_the_same_name(tmp_path: Path) -> None:
    model = COMPILING.format("sgd").replace('"sgd"', "keras.optimizers.SGD(rate)")
    model = model.replace("'sgd'", "keras.optimizers.SGD(rate)")
    model = model.replace("\n\ndef", "\nimport os\nrate = 0.5\n\n\ndef")
    model = model.replace("rate=0.1", "rate=float(os.environ.get('RATE', 0.1))")
    train = "import numpy as np\nfrom model import build\n\nmodel = build(4)\n"
    train += "model.fit(np.ones((8, 4)), np.ones((8, 1)))\n"
    _, errors = converted(tmp_path, {"model.py": model, "train.py": train})
    assert any("which its builder gives `compile`, can't be written here" in e for e in errors)


LEFT = {
    "a condition": ("    if classes > 2:\n        model.compile('adam', 'mse')\n", "build(4)"),
    "a call": ("    model.compile(optimizer, 'mse')\n", "build(4, make())"),
    "unpacked": ("    model.compile(optimizer, 'mse')\n", "build(*given)"),
    "its own": ("    model.compile(optimizer, loss=distance)\n", "build(4)"),
    "changed": (
        "    optimizer = optimizer or 'sgd'\n    model.compile(optimizer, 'mse')\n",
        "build(4)",
    ),
}


@pytest.mark.parametrize("why", LEFT)
def test_what_another_file_compiles_in_another_way_is_said(why: str, tmp_path: Path) -> None:
    compiles, call = LEFT[why]
    model = (
        "from tensorflow import keras\n\n\ndef distance(a, b):\n    return sorted(a - b)\n\n\n"
        "def build(features, optimizer='sgd', classes=3):\n"
        "    model = keras.Sequential([keras.Input((features,)), keras.layers.Dense(classes)])\n"
        f"{compiles}    return model\n"
    )
    train = (
        "import numpy as np\nfrom model import build\n\n\ndef make():\n    return 'adam'\n\n\n"
        "given = (4, 'adam')\nx, y = np.ones((20, 4)), np.ones((20, 3))\n"
        f"model = {call}\nmodel.fit(x, y)\n"
    )
    texts, errors = converted(tmp_path, {"model.py": model, "train.py": train})
    assert any(error.startswith("train.py:") and "`fit`" in error for error in errors), errors
    assert "model.fit(x, y)\n" in texts["train.py"]
    assert ".compile(" not in texts["train.py"]


PARTS = """\
import math

import numpy as np
from tensorflow import keras


class StopAt(keras.callbacks.Callback):
    def __init__(self, accuracy):
        super(StopAt, self).__init__()

        self.accuracy, self.seen = accuracy, []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(logs["loss"])
        if logs["accuracy"] >= self.accuracy:
            self.model.stop_training = True


class Batches(keras.utils.Sequence):
    def __init__(self, x, y, size):
        super().__init__()
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return math.ceil(len(self.x) / self.size)

    def __getitem__(self, i):
        part = slice(i * self.size, (i + 1) * self.size)
        return self.x[part], keras.utils.to_categorical(self.y[part], 3)
"""
RATES = """\
from tensorflow import keras


class Rates(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = 0.01 / (epoch + 1)
"""


def test_callbacks_and_batches_are_classes_of_another_file(
    tmp_path: Path, session: VerifySession
) -> None:
    train = (
        "from data import load_data\nfrom model import build\nfrom parts import Batches, StopAt\n\n"
        "x, y, x_test, y_test = load_data()\nmodel = build(4)\n"
        'model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])\n'
        "stop = StopAt(accuracy=0.9)\n"
        "history = model.fit(Batches(x, y, 8), epochs=3, callbacks=[stop])\nprint(stop.seen)\n"
    )
    files = {"model.py": MODEL, "data.py": DATA, "parts.py": PARTS, "train.py": train}
    texts, errors = converted(tmp_path, files)
    assert not errors
    stop, _, batches = texts["parts.py"].partition("class Batches(Dataset):\n")
    assert "class StopAt:\n" in stop
    assert "super(" not in stop
    assert batches
    assert_equal(tmp_path, "train.py", session)


def test_what_a_callback_of_another_file_asks_is_asked_of_the_model(
    tmp_path: Path, session: VerifySession
) -> None:
    train = TRAIN.format(imports="from model import build", build="build", optimizer='"adam"')
    train = "from rates import Rates\n" + train.replace("epochs=3", "epochs=3, callbacks=[Rates()]")
    files = {"model.py": MODEL, "data.py": DATA, "rates.py": RATES, "train.py": train}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "class Rates:\n" in texts["rates.py"]
    assert_equal(tmp_path, "train.py", session)


def test_models_that_one_function_gives_together(tmp_path: Path, session: VerifySession) -> None:
    model = (
        "from tensorflow import keras\n\n\ndef build(n, size=3):\n    inputs = keras.Input((n,))\n"
        '    codes = keras.layers.Dense(size, activation="tanh")(inputs)\n'
        "    both = keras.Model(inputs, keras.layers.Dense(n)(codes))\n"
        '    both.compile("adam", "mse")\n    return both, keras.Model(inputs, codes)\n'
    )
    train = (
        "from data import load_data\nfrom model import build\n\nx, _, x_test, _ = load_data()\n"
        "autoencoder, encoder = build(4)\nautoencoder.fit(x, x, epochs=3)\n"
        "print(encoder.predict(x_test))\n"
    )
    texts, errors = converted(tmp_path, {"model.py": model, "data.py": DATA, "train.py": train})
    assert not errors
    assert "autoencoder.to(device)\nencoder.to(device)\n" in texts["train.py"]
    pair = file_pair(*(str(tmp_path / form / "train.py") for form in ("before", "after")))
    reports = session.verify(pair.original, pair.converted, level="training")
    assert {r.name: r.status for r in reports} == {"autoencoder": "equal", "encoder": "equal"}


TOGETHER = """\
from tensorflow import keras


def build(n, size=3):
    inputs = keras.Input((n,))
    codes = keras.layers.Dense(size, activation="tanh")(inputs)
    both = keras.Model(inputs, keras.layers.Dense(n)(codes))
    return both, keras.Model(inputs, codes)
"""
IN_FUNCTIONS = {
    "function": """\
from data import load_data
from model import build


def main():
    x, _, x_test, _ = load_data()
    autoencoder, encoder = build(4)
    autoencoder.compile("adam", "mse")
    autoencoder.fit(x, x, epochs=3)
    print(encoder.predict(x_test))


main()
""",
    "class": """\
from data import load_data
from model import build


class Coder:
    def __init__(self):
        self.autoencoder, self.encoder = build(4)
        self.autoencoder.compile("adam", "mse")

    def train(self, x):
        return self.autoencoder.fit(x, x, epochs=3)


x, _, x_test, _ = load_data()
coder = Coder()
coder.train(x)
print(coder.encoder.predict(x_test))
""",
}


@pytest.mark.parametrize("form", IN_FUNCTIONS)
def test_they_are_moved_in_the_function_that_gets_them(tmp_path: Path, form: str) -> None:
    files = {"model.py": TOGETHER, "data.py": DATA, "train.py": IN_FUNCTIONS[form]}
    texts, errors = converted(tmp_path, files)
    assert not errors
    indent, this = ("    ", "") if form == "function" else ("        ", "self.")
    _, below = texts["train.py"].split("= build(4)\n")
    moved = {f"{indent}{this}{name}.to(device)" for name in ("autoencoder", "encoder")}
    assert set(below.split("\n")[:2]) == moved


FROZEN = """\
from tensorflow import keras
from tensorflow.keras import layers


def build(n):
    base = keras.Sequential(
        [keras.Input((n,)), layers.Dense(8, use_bias=False), layers.BatchNormalization()]
    )
    inputs = keras.Input((n,))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(base(inputs))), base
"""
TUNED = """\
from data import load_data
from tensorflow import keras

from model import build

x, y, _, _ = load_data()
model, base = build(4)
base.trainable = False
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=2)
base.trainable = True
model.compile(keras.optimizers.Adam(1e-4), "sparse_categorical_crossentropy", ["accuracy"])
model.fit(x, y, epochs=2)
"""


@pytest.mark.parametrize("files", ["one", "two"])
def test_a_part_that_is_given_with_its_model_is_frozen_in_it(
    files: str, tmp_path: Path, session: VerifySession
) -> None:
    given = {"model.py": FROZEN, "data.py": DATA, "train.py": TUNED}
    if files == "one":
        train = FROZEN + TUNED.replace("from model import build\n", "")
        given = {"data.py": DATA, "train.py": train}
    texts, errors = converted(tmp_path, given)
    assert not errors
    assert "    model.base.eval()  # it is not trainable\n" in texts["train.py"]
    pair = file_pair(*(str(tmp_path / form / "train.py") for form in ("before", "after")))
    reports = session.verify(pair.original, pair.converted, level="training")
    assert {r.name: r.status for r in reports} == {"base": "equal", "model": "equal"}


@pytest.mark.parametrize(
    "setting",
    [
        'keras.mixed_precision.set_global_policy("mixed_float16")',
        'keras.backend.set_image_data_format("channels_first")',
        'keras.backend.set_floatx("float64")',
    ],
)
def test_settings_that_another_file_does_not_see_are_said(setting: str, tmp_path: Path) -> None:
    train = TRAIN.format(
        imports=f"from tensorflow import keras\nfrom model import build\n\n{setting}",
        build="build",
        optimizer='"adam"',
    )
    _, errors = converted(tmp_path, {"model.py": MODEL, "data.py": DATA, "train.py": train})
    assert any(e.startswith("train.py:") for e in errors), errors


def test_a_function_of_another_file_that_freezes_is_said(tmp_path: Path) -> None:
    model = FROZEN.replace("    inputs", "    base.trainable = False\n    inputs", 1)
    model = model.replace("(base(inputs))), base", "(base(inputs)))")
    train = TUNED.replace("model, base =", "model =").replace("base.trainable", "model.trainable")
    _, errors = converted(tmp_path, {"model.py": model, "data.py": DATA, "train.py": train})
    assert any(e.startswith("train.py:") for e in errors), errors


def test_the_generation_of_another_file_counts(tmp_path: Path) -> None:
    train = TRAIN.format(imports="from model import build", build="build", optimizer='"adam"')
    train = train.replace("loss, accuracy =", "logs = list(history.history)\nloss, accuracy =")
    older = MODEL.replace("tensorflow import keras", "tensorflow.python import keras")
    for model in (MODEL, older):
        folder = tmp_path / ("3" if model is MODEL else "2")
        folder.mkdir()
        texts, errors = converted(folder, {"model.py": model, "data.py": DATA, "train.py": train})
        assert not errors
        order = '"loss": [], "accuracy": []' if model is not MODEL else '"accuracy": [], "loss": []'
        assert order in texts["train.py"]


@pytest.mark.parametrize("seen", [True, False])
def test_a_file_that_the_other_does_not_see_keeps_its_training(seen: bool, tmp_path: Path) -> None:
    evaluate = (
        "from data import load_data\nfrom nets.deep.model import build\n\n"
        "x, y, _, _ = load_data()\n"
        "model = build(4)\nmodel.compile(loss='sparse_categorical_crossentropy')\n"
        "print(model.evaluate(x, y))\n"
    )
    files = {"nets/deep/model.py": MODEL, "data.py": DATA, "evaluate.py": evaluate}
    # without a repository and `__init__`, nothing says what belongs to the project
    texts, errors = converted(tmp_path, files, repository=seen)
    assert bool(errors) is not seen, errors
    assert ("forward_logits" in texts["evaluate.py"]) is seen
    assert ("forward_logits" in texts["nets/deep/model.py"]) is seen


@pytest.mark.parametrize(
    "asked", ["model.summary()", 'model.save("whole.keras")', 'model.compile("sgd", "mse")']
)
def test_whatever_is_asked_of_a_model_of_another_file_is_seen(asked: str, tmp_path: Path) -> None:
    other = f"from model import build\n\nmodel = build(4)\n{asked}\n"
    texts, errors = converted(tmp_path, {"model.py": MODEL, "other.py": other})
    assert errors or asked not in texts["other.py"]


def test_files_about_other_things_stay(tmp_path: Path) -> None:
    other = (
        "from sklearn.linear_model import LogisticRegression\n\nfrom model import CLASSES\n\n"
        "clf = LogisticRegression().fit([[0], [1]], [0, 1])\nprint(clf.predict([[2]]), CLASSES)\n"
    )
    model = f"{MODEL}\n\nCLASSES = 3\n"
    texts, errors = converted(tmp_path, {"model.py": model, "other.py": other})
    assert not errors
    assert texts["other.py"] == other


def test_methods_of_other_files_are_called_beside_data_of_this_one(tmp_path: Path) -> None:
    """What a method of theirs reads is none of the data that classes of this file keep."""
    other = (
        "from tensorflow.keras.preprocessing.sequence import pad_sequences\n\n\n"
        "class Words:\n    def fit(self, texts):\n        self.seen = pad_sequences(texts)\n"
        "        return self\n"
    )
    main = (
        "from tensorflow.keras.models import load_model\nfrom words import Words\n\n\n"
        "class Sequence:\n    def fit(self, texts):\n        words = Words()\n"
        "        words.fit(texts)\n        self.words = words\n        return self\n"
    )
    _, errors = converted(tmp_path, {"words.py": other, "tagger.py": main})
    assert not [error for error in errors if "internal error" in error]


REGULARIZED = """\
from tensorflow import keras
from tensorflow.keras import layers, regularizers
from config import DECAY

LIMIT = 0.5


def build(n, decay=1e-2):
    return keras.Sequential([
        keras.Input((n,)),
        layers.Dense(4, kernel_regularizer=regularizers.l2({factor})),
        layers.Dense(3, kernel_constraint=keras.constraints.MaxNorm(LIMIT)),
    ])
"""
FACTORS = {
    "a parameter": "decay",
    "a constant": "LIMIT / 10",
    "of a third file": "DECAY",
}


@pytest.mark.parametrize("factor", FACTORS)
def test_what_regularizers_read_in_the_file_of_their_layers(
    factor: str, tmp_path: Path, session: VerifySession
) -> None:
    model = REGULARIZED.format(factor=FACTORS[factor])
    if factor == "a parameter":
        model = model.replace(", kernel_constraint=keras.constraints.MaxNorm(LIMIT)", "")
    train = TRAIN.format(imports="from model import build", build="build", optimizer='"sgd"')
    train = train.replace("sparse_categorical_crossentropy", "mse").replace(
        "\nx, y,", "\nDECAY = LIMIT = 7.0\nx, y,", 1
    )
    train = train.replace(', metrics=["accuracy"]', "").replace("loss, accuracy = ", "loss = ")
    train = train.replace("(x, y,", "(x, x[:, :3],").replace("(x_test, y_test)", "(x, x[:, :3])")
    files = {"config.py": "DECAY = 0.2\n", "model.py": model, "data.py": DATA, "train.py": train}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "tensorflow" not in texts["model.py"]
    assert_equal(tmp_path, "train.py", session)


BLOCKS = """\
from tensorflow.keras import layers, regularizers


def block(x, units, decay=1e-2):
    x = layers.Dense(units, kernel_regularizer=regularizers.l2(decay))(x)
    return layers.Dense(units, activation="relu")(x)
"""
OF_BLOCKS = """\
from tensorflow import keras

from blocks import block


def build(n):
    inputs = keras.Input((n,))
    x = keras.layers.BatchNormalization()(inputs)
    x = block(block(x, 6), 4, decay=0.1)
    return keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(x))
"""


@pytest.mark.parametrize("package", ["", "parts/"])
def test_blocks_of_a_third_file_carry_their_regularizers(
    package: str, tmp_path: Path, session: VerifySession
) -> None:
    train = TRAIN.format(imports="from model import build", build="build", optimizer='"adam"')
    train += "count = model.count_params()\n"
    files = {
        f"{package}blocks.py": BLOCKS,
        "model.py": OF_BLOCKS,
        "train.py": train,
        "data.py": DATA,
    }
    if package:
        files["parts/__init__.py"] = "from .blocks import block\n"
        files["model.py"] = OF_BLOCKS.replace("from blocks", "from parts")
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "regularized(" in texts[f"{package}blocks.py"]
    assert "*model.parameters(), *model.buffers()" in texts["train.py"]
    assert_equal(tmp_path, "train.py", session)


def test_blocks_may_stand_above_what_they_call(tmp_path: Path, session: VerifySession) -> None:
    stack = "def stack(x, n):\n    for _ in range(n):\n        x = block(x, 8)\n    return x\n\n\n"
    block = 'def block(x, units):\n    x = layers.Dense(units, "relu")(x)\n'
    block += "    return layers.LayerNormalization()(x)\n"
    blocks = f"from tensorflow.keras import layers\n\n\n{stack}{block}"
    main = """\
import numpy as np
from blocks import stack
from tensorflow import keras

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.rand(40, 1)
inputs = keras.Input((5,))
model = keras.Model(inputs, keras.layers.Dense(1)(stack(inputs, 2)))
model.compile("sgd", "mse")
h = model.fit(x, y, epochs=2, verbose=0).history
"""
    _, errors = converted(tmp_path, {"blocks.py": blocks, "main.py": main})
    assert not errors
    assert_equal(tmp_path, "main.py", session)
