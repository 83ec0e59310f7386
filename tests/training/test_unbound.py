"""What a file reads once it is converted is there: it comes along, or there is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.conversion import Conversion
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.unbound import with_unbound
from transpiler.verify.session import VerifySession

LOSS = """\
from tensorflow.keras import backend as K


def my_loss(y_true, y_pred):
    return K.mean(K.square(y_pred - y_true) * 2.0, axis=-1)
"""
METRIC = """\
from tensorflow.keras import backend as K


def distance(y_true, y_pred):
    return K.max(K.abs(y_pred - y_true), axis=-1)
"""
ENGINE = """\
def train_model(model, x, y):
    return model.fit(x, y, epochs=2, shuffle=False).history["loss"]


def test_model(model, x, y):
    return model.evaluate(x, y, verbose=0)
"""
TRAINER = """\
from tensorflow import keras


class Trainer:
    def __init__(self, model, loss, lr=0.01):
        self.model = model
        self.model.compile(optimizer=keras.optimizers.Adam(lr), loss=loss)

    def fit(self, x, y):
        return self.model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"]
"""
MAIN = """\
from sklearn.datasets import load_diabetes
from tensorflow import keras
{imports}

x, y = load_diabetes(return_X_y=True)
x, y = x[:60], y[:60].reshape(-1, 1) / 100
model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
{training}
"""
COMPILED = {
    "loss": ("my_loss", "[]"),
    "metric": ('"mse"', "[distance]"),
    "both": ("my_loss", "[distance]"),
}
TRAINING = """\
model.compile(optimizer="adam", loss={}, metrics={})
loss = train_model(model, x, y)
score = test_model(model, x, y)
"""


@pytest.mark.parametrize("what", COMPILED)
@pytest.mark.parametrize("folder", ["", "parts/"])
def test_own_losses_and_metrics_come_to_the_function_that_trains(
    what: str, folder: str, tmp_path: Path, session: VerifySession
) -> None:
    module = folder.replace("/", ".")
    names = {"my_loss": ("losses", LOSS), "distance": ("measures", METRIC)}
    used = {name: home for name, home in names.items() if name in "".join(COMPILED[what])}
    lines = [f"from {module}{home} import {name}\n" for name, (home, _) in used.items()]
    main = MAIN.format(
        imports=f"{''.join(lines)}from {module}engine import test_model, train_model",
        training=TRAINING.format(*COMPILED[what]),
    )
    files = {f"{folder}{home}.py": text for home, text in used.values()}
    files |= {f"{folder}engine.py": ENGINE, "main.py": main}
    _, errors = converted(tmp_path, files)
    assert not errors
    assert_alike(tmp_path, session)


def test_an_object_of_another_file_gets_an_own_loss(tmp_path: Path, session: VerifySession) -> None:
    main = MAIN.format(
        imports="from losses import my_loss\nfrom trainer import Trainer",
        training="loss = Trainer(model, my_loss).fit(x, y)",
    )
    _, errors = converted(tmp_path, {"losses.py": LOSS, "trainer.py": TRAINER, "main.py": main})
    assert not errors
    assert_alike(tmp_path, session)


FRAME = """\
import pandas as pd


def train_model(model, frame, target):
    x = frame.drop(columns=[target])
    y = frame[target]
    print(pd.isna(y).sum())
    fitted = model.fit(x, y, epochs=2, validation_split=0.1, shuffle=False, verbose=0)
    return fitted.history["loss"]
"""
WEIGHED = """\
def train_model(model, x, y, class_weight=None):
    fitted = model.fit(x, y, epochs=2, class_weight=class_weight, shuffle=False, verbose=0)
    return fitted.history["loss"]
"""
OF_NUMPY = {
    "weights": (WEIGHED, "x, y", "{0: 1.0, 1: 2.0, 2: 0.5}"),
    "frame": (FRAME, "pd.DataFrame(x).assign(kind=y)", '"kind"'),
    "known": (f"import numpy as np\n\n\n{WEIGHED}\n\ndef total(x):\n    return np.sum(x)\n", "x, y",
              "{0: 1.0, 1: 2.0, 2: 0.5}"),
}  # fmt: skip
CLASSES = """\
import {library}
from sklearn.datasets import load_iris
from tensorflow import keras
from engine import train_model

x, y = load_iris(return_X_y=True)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
loss = train_model(model, {data}, {argument})
"""


@pytest.mark.parametrize("what", OF_NUMPY)
@pytest.mark.parametrize("library", ["pandas as pd", "pandas as pd, numpy as np"])
def test_numpy_comes_to_the_function_that_trains(
    what: str, library: str, tmp_path: Path, session: VerifySession
) -> None:
    engine, data, argument = OF_NUMPY[what]
    main = CLASSES.format(library=library, data=data, argument=argument)
    texts, errors = converted(tmp_path, {"engine.py": engine, "main.py": main})
    assert not errors
    assert texts["engine.py"].count("import numpy as np\n") == 1
    assert_alike(tmp_path, session)


OWN_LOSS = """\
def my_loss(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_pred - y_true) * 2.0, axis=-1)


"""
OBJECT = """\
class Trainer:
    def __init__(self, model):
        self.model = model

    def fit(self, x, y):
        return self.model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"]

    def test(self, x, y):
        return self.model.evaluate(x, y, verbose=0)
"""
PASSING = f"""\
def run(model, x, y):
    return train_model(model, x, y), test_model(model, x, y)


{ENGINE}"""
COMPILING = """\
from tensorflow import keras


def train_model(model, loss_of_batch, x, y):
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss_of_batch)
    return model.fit(x, y, epochs=2, verbose=0, shuffle=False).history["loss"]
"""
OF_CALLER = {
    "functions": (ENGINE, "train_model, test_model", TRAINING.format("my_loss", []),
                  "def test_model(model, criterion, x, y):"),
    "object": (OBJECT, "Trainer", 'model.compile("adam", my_loss)\ntrainer = Trainer(model)\n'
               "loss, score = trainer.fit(x, y), trainer.test(x, y)\n",
               "def __init__(self, model, criterion, optimizer):"),
    "passing": (PASSING, "run", 'model.compile("adam", my_loss)\nloss, score = run(model, x, y)\n',
                "def run(model, criterion, optimizer, x, y):"),
    "compiling": (COMPILING, "train_model", "loss = train_model(model, my_loss, x, y)\n",
                  "train_epoch(model, train_loader, loss_of_batch, optimizer)"),
    "constant": (ENGINE, "train_model, test_model", "LEAST = 0.4\n" + TRAINING.format(
        '"binary_crossentropy"', "[keras.metrics.BinaryAccuracy(threshold=LEAST)]"), "> 0.4"),
}  # fmt: skip


@pytest.mark.parametrize("what", OF_CALLER)
def test_the_caller_hands_over_what_only_it_defines(
    what: str, tmp_path: Path, session: VerifySession
) -> None:
    engine, names, training, written = OF_CALLER[what]
    if what == "constant":
        training = f"y = (y > 1.5).astype(float)\n{training}"
    imports = f"from engine import {names}\n\n\n{'' if what == 'constant' else OWN_LOSS}"
    main = MAIN.format(imports=imports, training=training)
    texts, errors = converted(tmp_path, {"engine.py": engine, "main.py": main})
    assert not errors
    assert written in texts["engine.py"]
    assert_alike(tmp_path, session)


def test_what_only_the_caller_has_is_said_where_it_is_called(tmp_path: Path) -> None:
    metric = "[keras.metrics.BinaryAccuracy(threshold=LEAST)]"
    training = f"LEAST = float(y.mean())\n{TRAINING.format('my_loss', metric)}"
    imports = f"from engine import test_model, train_model\n\n\n{OWN_LOSS}"
    main = MAIN.format(imports=imports, training=training)
    texts, errors = converted(tmp_path, {"engine.py": ENGINE, "main.py": main})
    why = "it would read `LEAST` of this file, which `engine.py` can't import: "
    said = f"is left as it is: {why}define `LEAST` in a file of its own"
    assert [e.partition(": ")[2] for e in errors if "LEAST" in e] == [
        f"`{name}` {said}" for name in ("train_model", "test_model")
    ]
    assert texts["engine.py"] == ENGINE


BEFORE = "from tensorflow import keras\nimport models\n\nmodel = keras.Sequential()\nprint(lost)\n"
AFTER = "from models import build\nimport models\n\nmodel = wrapped(build())\nprint(lost)\n"
GONE = {
    AFTER: [(4, "`wrapped` is read here, and nothing gives it")],
    AFTER.replace("wrapped", "models.made"): [
        (4, "`models.made` is read here, and models.py has it no longer")
    ],
    AFTER.replace("wrapped(build())", "build(n := 3, n)"): [],
    AFTER.replace("build", "gone").replace("wrapped", ""): [
        (1, "`gone` is read here, and models.py has it no longer")
    ],
    AFTER.replace("import models", "from models import *").replace("wrapped", "layer"): [],
    AFTER.replace("import models", "from models import *"): [
        (4, "`wrapped` is read here, and nothing gives it")
    ],
    AFTER.replace("import models", "from numpy import *"): [],
}


@pytest.mark.parametrize("after", GONE)
def test_names_that_nothing_binds_are_errors(after: str, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text("def build():\n    return 3\n\n\nlayer = max\n")
    path = str(tmp_path / "main.py")
    Path(path).write_text(BEFORE)
    made = Conversion(after, changed=True)
    said = with_unbound(convert, made, BEFORE, Options(), path, BEFORE)
    assert [(d.line, d.message) for d in said.diagnostics] == GONE[after]
    lines = [line for line in said.text.split("\n") if "TODO(tf2torch) T2T103" in line]
    assert len(lines) == len(GONE[after])
    if not GONE[after]:
        assert said is made


BUILDER = """\
from tensorflow import keras
from {losses} import my_loss


def build(n):
    model = keras.Sequential([keras.Input((n,)), keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss=my_loss)
    return model
"""
BUILT = """\
from sklearn.datasets import load_diabetes
{imports}

x, y = load_diabetes(return_X_y=True)
x, y = x[:60], y[:60].reshape(-1, 1) / 100
model = {build}(10)
loss = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history["loss"]
"""
WAYS = {
    "star": ("from models import *", "build", ""),
    "both stars": ("from losses import *\nfrom models import *", "build", ""),
    "module": ("import models as m", "m.build", ""),
    "name": ("from models import build", "build", ""),
    "package": ("from nets import models", "models.build", "nets/"),
    "star of a package": ("from nets.models import *", "build", "nets/"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_loss_of_a_third_file_comes_from_there(
    way: str, tmp_path: Path, session: VerifySession
) -> None:
    imports, build, folder = WAYS[way]
    files = {
        f"{folder}losses.py": LOSS,
        f"{folder}models.py": BUILDER.format(losses=".losses" if folder else "losses"),
        "main.py": BUILT.format(imports=imports, build=build),
    }
    files |= {f"{folder}__init__.py": ""} if folder else {}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "import my_loss" not in texts[f"{folder}models.py"]
    assert f"from {folder.replace('/', '.')}losses import my_loss\n" in texts["main.py"]
    assert_alike(tmp_path, session)
