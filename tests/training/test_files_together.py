"""What one file of a project does concerns others: it is converted for them, or said there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import assert_equal, converted
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession
from transpiler.verify.trees import file_pair

SET_UP = """\
from tensorflow import keras
from losses import total


def build():
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(4, activation="relu")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(hidden))
    model.compile(keras.optimizers.SGD(0.1), loss=total)
    return model
"""
SUM = """\
from tensorflow.keras.losses import mean_squared_error


def slope(y_true, y_pred):
    return 1 - y_true * y_pred


def total(y_true, y_pred):
    return mean_squared_error(y_true, y_pred) + slope(y_true, y_pred)
"""
AGAIN = """\
import numpy as np
from tensorflow import keras
from model import build

x, y = np.random.RandomState(1).rand(20, 3), np.ones((20, 1))
model = build()
model.fit(x, y, batch_size=10, epochs=2, shuffle=False)
{between}
model.fit(x, y, batch_size=10, epochs=2, shuffle=False)
"""


def test_a_loss_that_a_builder_of_another_file_compiles_with_stays(
    tmp_path: Path, session: VerifySession
) -> None:
    train = AGAIN.format(between="print(model.evaluate(x, y))")
    texts, errors = converted(tmp_path, {"losses.py": SUM, "model.py": SET_UP, "train.py": train})
    assert not errors
    assert "def total(" in texts["losses.py"]
    assert "from losses import total\n" in texts["train.py"]
    assert_equal(tmp_path, "train.py", session)


PART = """\
part = keras.Model(model.input, model.layers[1].output)
hidden = part.predict(x)"""
CLONE = """\
other = keras.models.clone_model(model)
other.set_weights(model.get_weights())
other.compile("sgd", "mse")
print(other.evaluate(x, y))"""


def test_functions_stand_above_what_trains_a_model_of_another_file(
    tmp_path: Path, session: VerifySession
) -> None:
    train = AGAIN.format(between=PART)
    texts, errors = converted(tmp_path, {"losses.py": SUM, "model.py": SET_UP, "train.py": train})
    assert not errors
    text = texts["train.py"]
    assert text.index("def train_epoch") < text.index("model = build()") < text.index("class Part")
    pair = file_pair(*(str(tmp_path / form / "train.py") for form in ("before", "after")))
    reports = session.verify(pair.original, pair.converted, level="training")
    assert {report.status for report in reports} == {"equal"}, reports


def test_a_clone_of_a_model_that_another_file_compiles_is_left(tmp_path: Path) -> None:
    train = AGAIN.format(between=CLONE)
    _, errors = converted(tmp_path, {"losses.py": SUM, "model.py": SET_UP, "train.py": train})
    assert any("the model is a clone, which is trained besides" in e for e in errors), errors


LENT = """\
import numpy as np
from tensorflow import keras

x, y = np.random.RandomState(1).rand(20, 3), np.ones((20, 1))
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(x, y, batch_size=10, epochs=2)
"""
ASKED = "{imports}\n\n\ndef show(model):\n    return model.name\n\n\n{asked}\n"


@pytest.mark.parametrize(
    ("imports", "asked", "left"),
    [
        ("from train import model, x, y", "print(model.evaluate(x, y))", ["model.evaluate"]),
        ("import train", "print(train.model.predict(train.x))", ["train.model.predict"]),
        (
            "from train import *",
            "more = model.fit(x, y)\nprint(more.history)",
            ["model.fit", "more."],
        ),
        (
            "from train import history as h",
            "print(h.history)\nh.fit()",
            ["h.history", "h.fit"],
        ),
        (
            "from train import x, y",
            "class A:\n    def fit(self, x): pass\nmodel = A()\nmodel.fit(x)",
            [],
        ),
    ],
)
def test_what_is_asked_of_a_model_at_the_top_of_another_file_is_left(
    imports: str, asked: str, left: list[str], tmp_path: Path
) -> None:
    again = ASKED.format(imports=imports, asked=asked)
    texts, errors = converted(tmp_path, {"train.py": LENT, "again.py": again})
    assert len(errors) == len(left), errors
    for name, error in zip(left, errors, strict=True):
        assert error.startswith("again.py")
        assert f"`{name}" in error
    assert asked.partition("(")[0] in texts["again.py"]


def test_what_another_file_compiles_is_compiled_again_later(
    tmp_path: Path, session: VerifySession
) -> None:
    train = AGAIN.format(between='model.compile("sgd", "mse", metrics=["mae"])')
    files = {"losses.py": SUM, "model.py": SET_UP, "train.py": train}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert texts["train.py"].index("torch.optim.SGD(model.parameters(), lr=0.1)") < texts[
        "train.py"
    ].index("nn.MSELoss()")
    assert_equal(tmp_path, "train.py", session)


REGISTRY = "TABLE = {}\n\n\ndef register(function):\n    TABLE[1] = function\n    return function\n"
NETS = """\
from tensorflow import keras
from registry import register


@register
def build():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
"""
BASE = """\
class Trainer:
    def __init__(self):
        self.model = self.build()
        self.model.compile(optimizer="sgd", loss="mse")

    def train(self, x, y):
        self.model.fit(x, y, validation_split=0.1)
"""
DERIVED = """\
from tensorflow import keras
from base import Trainer


class Sized:
    size = 3


class Dense(Sized, Trainer):
    def build(self):
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
"""
TABLE = """\
import numpy as np
import nets
from registry import TABLE

model = TABLE[1]()
model.compile("sgd", "mse")
model.fit(np.ones((9, 3)), np.ones((9, 1)))
"""


def test_training_in_files_without_a_word_of_the_framework_is_said(tmp_path: Path) -> None:
    for name, files, lines in (
        ("train.py", {"registry.py": REGISTRY, "nets.py": NETS, "train.py": TABLE}, {6, 7}),
        ("base.py", {"base.py": BASE, "derived.py": DERIVED}, {4, 7}),
        ("base.py", {"base.py": BASE, "derived.py": "from base import Trainer\n"}, set()),
    ):
        folder = tmp_path / f"{len(files)}{len(lines)}"
        folder.mkdir()
        _, errors = converted(folder, files)
        found = {int(error.split(":")[1]) for error in errors if error.startswith(name)}
        assert found == lines, errors


SAVES = """\
from tensorflow import keras

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.save_weights("a.weights.h5")
"""


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        (SAVES.replace("save_", "load_"), False),
        (SAVES.replace("save_", "load_") + "print(open('a.weights.h5'))\n", True),
        ('PATH = "a.weights.h5"\n', True),
        ('PATH = "b/a.weights.h5"\n', False),
    ],
)
def test_files_of_a_project_agree_on_names_of_files(other: str, kept: bool, tmp_path: Path) -> None:
    texts, _ = converted(tmp_path, {"train.py": SAVES, "other.py": other})
    saved = "a.weights.h5" if kept else "a.pt"
    assert f'torch.save(model.state_dict(), "{saved}")' in texts["train.py"]
    assert "torch.load" not in texts["other.py"] or f'torch.load("{saved}"' in texts["other.py"]


PLAIN = """\
from tensorflow import keras


def build():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
"""
TRAINS = """\
import numpy as np
from model import build

model = build()
model.compile("sgd", "mse")
model.fit(np.ones((9, 3)), np.ones((9, 1)))
"""


@pytest.mark.parametrize("run", [["model.py", "train.py"], ["model.py"], ["train.py"]])
def test_files_that_one_run_does_not_convert_together_are_said(
    run: list[str], tmp_path: Path
) -> None:
    for name, text in (("model.py", PLAIN), ("train.py", TRAINS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    together = frozenset(str(tmp_path / name) for name in run)
    said = []
    for name in run:
        path = tmp_path / name
        made = convert(path.read_text(encoding="utf-8"), Options(together=together), str(path))
        found = (d for d in made.diagnostics if "stays as it is in this run" in d.message)
        said += [(name, d.line, d.message.split("`")[1]) for d in found]
    if len(run) == 2:
        assert said == []
    else:
        other = {"model.py": (1, "train.py"), "train.py": (2, "model.py")}[run[0]]
        assert said == [(run[0], *other)]


def test_what_is_skipped_stays_keras_for_others(tmp_path: Path) -> None:
    texts, errors = converted(
        tmp_path, {"model.py": f"# tf2torch: skip-file\n{PLAIN}", "train.py": TRAINS}
    )
    assert not errors
    assert texts["train.py"] == TRAINS


TOOLS = "def compare(models, x):\n    return [m.predict(x) for m in models]\n"
SEVERAL = """\
import numpy as np
from tensorflow import keras
from tools import compare

x = np.ones((9, 3))
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, 0])
models = []
for k in range(2):
    made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    made.compile("sgd", "mse")
    made.fit(x, x[:, 0])
    models.append(made)
{given}
"""


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("compare([model], x)", False),
        ("compare(list({'a': model}.values()), x)", False),
        ("import tools\ntools.compare((model, model), x)", True),
        ("print(compare(models, x))", False),
        ("print(len(models))", False),
        ("import random\nprint(random.choice(models).predict(x))", False),
    ],
)
def test_models_in_a_list_that_a_function_of_another_file_gets(
    given: str, left: bool, tmp_path: Path
) -> None:
    _, errors = converted(tmp_path, {"tools.py": TOOLS, "train.py": SEVERAL.format(given=given)})
    assert [error for error in errors if "compare` is left as it is" in error] or not left
    assert not errors or left or "random" in given, errors


CLASS = """\
from tensorflow import keras


class Net:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")

    def fit(self, x, y, epochs=2):
        self.model.fit(x, y, epochs=epochs, verbose=0)
"""
USES = """\
import numpy as np
from sklearn.linear_model import LinearRegression
from net import Net

x, y = np.ones((8, 3)), np.ones((8, 1))
{uses}
"""


@pytest.mark.parametrize(
    ("uses", "left"),
    [
        ("n = Net()\nn.fit(x, y, epochs=3)\nNet().fit(x, y)", 0),
        ("lin = LinearRegression()\nlin.fit(x, y)\nprint(LinearRegression().fit(x, y))", 0),
        ("def look(m):\n    return m.predict(x)", 1),
        ("import net\nnets = [net.Net()]\nfor one in nets:\n    one.predict(x)", 1),
    ],
)
def test_what_no_library_has_made_may_be_a_model_of_another_file(
    uses: str, left: int, tmp_path: Path
) -> None:
    _, errors = converted(tmp_path, {"net.py": CLASS, "train.py": USES.format(uses=uses)})
    assert not errors
    made = convert(USES.format(uses=uses), path=str(tmp_path / "before" / "train.py"))
    said = [d.message for d in made.diagnostics if "is taken for no call of a model" in d.message]
    assert len(said) == left, said


PACKAGE = {
    "net/blocks.py": """\
from tensorflow import keras


def conv_block(x, filters):
    x = keras.layers.Conv2D(filters, 3, padding="same")(x)
    return keras.layers.ReLU()(x)
""",
    "net/model.py": """\
from tensorflow import keras
from . import blocks


def build():
    i = keras.Input((8, 8, 1))
    x = keras.layers.Flatten()(blocks.conv_block(blocks.conv_block(i, 2), 2))
    return keras.Model(i, keras.layers.Dense(1)(x))
""",
    "net/__init__.py": """\
from .blocks import conv_block
from .model import build

__all__ = ["build", "conv_block"]
""",
    "train.py": TRAINS.replace("from model", "from net").replace("(9, 3)", "(9, 8, 8, 1)"),
}


@pytest.mark.parametrize("order", [1, -1])
def test_a_package_passes_on_what_has_another_name_now(order: int, tmp_path: Path) -> None:
    texts, errors = converted(tmp_path, dict(list(PACKAGE.items())[::order]))
    assert not errors
    assert "class ConvBlock(nn.Module):" in texts["net/blocks.py"]
    assert texts["net/__init__.py"] == PACKAGE["net/__init__.py"].replace("conv_block", "ConvBlock")
    assert "criterion = nn.MSELoss()" in texts["train.py"]


LOSS = """\
import tensorflow as tf


def weighed(y_true, y_pred):
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


def scale(x):
    return x / 255
"""
LEFT = """\
import keras


def left(model):
    model.compile("sgd", "mse")
    return model.fit([[1.0]], [[1.0]], validation_split=0.5)
"""
BATCHES = """\
import tensorflow as tf


def batches(x, y):
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(4)
"""
READER = """\
import numpy as np
import keras
from {module} import {name}

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", {loss})
"""


@pytest.mark.parametrize(
    ("text", "name", "loss", "said"),
    [
        (LOSS, "weighed", "weighed", True),
        (LOSS, "scale", '"mse"', False),
        (LEFT, "left", '"mse"', False),
        (BATCHES, "batches", '"mse"', True),
    ],
)
def test_files_that_stay_and_read_what_changes_are_said(
    text: str, name: str, loss: str, said: bool, tmp_path: Path
) -> None:
    """In a run that converts but a loss, or what makes the data."""
    reader = READER.format(module="shared", name=name, loss=loss)
    for file, source in {"shared.py": text, "stays.py": reader, "train.py": reader}.items():
        (tmp_path / file).write_text(source)
    path = tmp_path / "shared.py"
    together = frozenset(str(tmp_path / file) for file in ("shared.py", "train.py"))
    made = convert(text, Options(together=together), str(path))
    assert ("stays.py" in "".join(d.message for d in made.diagnostics)) is said
    assert "train.py" not in "".join(d.message for d in made.diagnostics)


def test_what_is_cast_beside_a_model(tmp_path: Path, session: VerifySession) -> None:
    """What stands in the place of `cast` goes by the name that the import gives it."""
    evaluation = (
        "import tensorflow as tf\n\n\ndef as_double(a):\n    return tf.cast(a, tf.float64)\n\n\n"
        "def run(model, x, y):\n    found = as_double(model.predict(x, verbose=0))\n"
        "    return float(abs(found - y).numpy().mean())\n"
    )
    main = (
        "import numpy as np\nfrom evaluation import run\nfrom tensorflow import keras\n\n"
        "x = np.random.RandomState(0).rand(20, 3)\n"
        "model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])\n"
        'model.compile("sgd", "mse")\nmodel.fit(x, x.sum(1), verbose=0)\nerror = run(model, x, x)\n'
    )
    texts, errors = converted(tmp_path, {"evaluation.py": evaluation, "main.py": main})
    assert not errors
    assert "    return torch.as_tensor(a, dtype=torch.float64)\n" in texts["evaluation.py"]
    assert_equal(tmp_path, "main.py", session)
