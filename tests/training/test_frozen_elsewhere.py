"""Parts of models that the builder of another file freezes, or of which only the run tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted as converted_text
from tests.training.scripts import Scripts
from tests.training.test_several_files import converted
from transpiler.interpret.layers.freezing import FROZEN_NORM
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import file_pair

MODEL = """\
from tensorflow import keras
from tensorflow.keras import layers


def backbone():
    inputs = keras.Input((6,))
    x = layers.Dense(8)(inputs)
    {norm}
    return keras.Model(inputs, layers.Dense(4, "relu")(x), name="backbone")


def build(classes, freeze=True):
    base = backbone()
    {freezing}
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layers.Dense(classes, "softmax")(base(inputs)))
    {compiling}
    return model
"""
COMPILE = 'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])'
TRAIN = """\
import numpy as np
from model import build

x = np.random.RandomState(0).rand(40, 6).astype("float32")
y = np.random.RandomState(1).randint(0, 3, 40)
model = build(3)
history = model.fit(x, y, batch_size=10, epochs=2, validation_data=(x, y))
prediction = model.predict(x)
"""
NORM = "x = layers.BatchNormalization()(x)"
FREEZE, PERHAPS = "base.trainable = False", "if freeze:\n        base.trainable = False"


@pytest.mark.parametrize(
    ("norm", "freezing", "there"),
    [(NORM, FREEZE, True), ("", PERHAPS, True), (NORM, FREEZE, False)],
)
def test_the_trained_model_keeps_what_its_builder_has_frozen(
    norm: str, freezing: str, there: bool, tmp_path: Path, session: VerifySession
) -> None:
    model = MODEL.format(norm=norm, freezing=freezing, compiling=COMPILE if there else "")
    train = TRAIN if there else TRAIN.replace("history", f"{COMPILE}\nhistory", 1)
    texts, errors = converted(tmp_path, {"model.py": model, "train.py": train})
    assert not errors
    assert "base.requires_grad_(False)\n" in texts["model.py"]
    assert (".eval()  # it is not trainable\n" in texts["train.py"]) is bool(norm)
    assert "T2T304" not in texts["model.py"]
    pair = file_pair(*(str(tmp_path / form / "train.py") for form in ("before", "after")))
    expected = session.ask("keras3", TrainingRequest(pair.original, whole=True))
    found = session.ask("torch", TrainingRequest(pair.converted, whole=True, trained=expected))
    assert not found.reason, found.reason
    assert apart(expected.values["prediction"], found.values["prediction"]) < 1e-9
    assert max(found.differences.values()) < 1e-9, found.differences


@pytest.mark.parametrize(
    ("norm", "freezing", "train"),
    [
        (NORM, PERHAPS, TRAIN),  # only the run tells whether its statistics are kept
        ("", FREEZE, TRAIN + "model.trainable = True\n" + COMPILE + "\nmodel.fit(x, y)\n"),
        ("", "base.trainable = not freeze", TRAIN),
        ("", PERHAPS + "\n    else:\n        base.trainable = True", TRAIN),
        ("", 'layers.Dense(3, kernel_regularizer="l2")\n    ' + PERHAPS, TRAIN),
        ("", COMPILE.replace("model", "base") + "\n    " + FREEZE, TRAIN),
    ],
)
def test_what_is_not_known_to_be_frozen_is_not_trained(
    norm: str, freezing: str, train: str, tmp_path: Path
) -> None:
    model = MODEL.format(norm=norm, freezing=freezing, compiling=COMPILE)
    _, errors = converted(tmp_path, {"model.py": model, "train.py": train})
    assert any("`fit` is left as it is" in one for one in errors), errors


@pytest.mark.parametrize("arguments", [0, 99])
def test_a_condition_decides_what_is_frozen(arguments: int, scripts: Scripts) -> None:
    model = MODEL.format(norm="", freezing=PERHAPS, compiling=COMPILE)
    train = TRAIN.replace("from model import build\n", "").replace("build(3)", "build(3, few)")
    text = f"import sys\n\n{model}\n\nfew = len(sys.argv) > {arguments}\n{train}"
    text = text.replace("fit(x, y, ", "fit(x, y, shuffle=False, ")
    apart = scripts.compare(text, converted_text(text, Options(exact=True)))
    assert "prediction" in apart
    assert max(apart.values()) < 1e-9, apart


BLOCKS = """\
from tensorflow.keras import layers


def block(x, units):
    return layers.BatchNormalization()(layers.Dense(units)(x))
"""
BACKBONES = """\
from tensorflow import keras
{imports}


def backbone(size):
    inputs = keras.Input((size,))
    return keras.Model(inputs, block(inputs, 4))
"""
HEADED = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.layers import Dense
{imports}

x = np.random.RandomState(0).rand(40, 3).astype("float32")
y = np.random.RandomState(1).rand(40, 2)
base = {base}
for layer in base.layers:
    layer.trainable = False
model = {model}
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=2)
prediction = model.predict(x)
"""
IMPORTED = "from blocks import block"
PLACES = ("block", "builder", "both")


@pytest.mark.parametrize(
    ("where", "model"),
    [
        *((where, "keras.Sequential([base, Dense(2)])") for where in (*PLACES, "itself")),
        *((where, "keras.Model(base.input, Dense(2)(base.output))") for where in PLACES),
    ],
)
def test_normalization_that_another_file_makes_is_frozen_with_all_layers(
    where: str, model: str, tmp_path: Path, session: VerifySession
) -> None:
    """Whatever the file says of it that freezes them."""
    files = {"blocks.py": BLOCKS}
    imports, base = IMPORTED, "backbone(3)"
    if where == "itself":
        imports += "\n\ninputs = keras.Input((3,))"
        base = "keras.Model(inputs, block(inputs, 4))"
    elif where == "block":
        imports += BACKBONES.format(imports="").partition("keras\n")[2].rstrip()
    else:
        imports = "from backbones import backbone"
        own = BLOCKS.partition("\n\n\n")[2].rstrip()
        own = f"from tensorflow.keras import layers\n\n\n{own}"
        brought = IMPORTED if where == "both" else own
        if where == "builder":
            del files["blocks.py"]
        files["backbones.py"] = BACKBONES.format(imports=brought)
    files["train.py"] = HEADED.format(imports=imports, base=base, model=model)
    _, errors = converted(tmp_path, files)
    assert not errors
    pair = file_pair(*(str(tmp_path / form / "train.py") for form in ("before", "after")))
    expected = session.ask("keras3", TrainingRequest(pair.original, whole=True))
    found = session.ask("torch", TrainingRequest(pair.converted, whole=True, trained=expected))
    assert not found.reason, found.reason
    assert apart(expected.values["prediction"], found.values["prediction"]) < 1e-9
    assert max(found.differences.values()) < 1e-9, found.differences


@pytest.mark.parametrize(("how", "converts"), [("", True), ("scale=False", False)])
def test_normalization_in_blocks_that_a_frozen_model_lends(
    how: str, converts: bool, scripts: Scripts
) -> None:
    """Which of them are frozen is told by their weights, where they have any."""
    made = BLOCKS.partition("\n\n\n")[2] + "\n\ninputs = keras.Input((3,))"
    text = HEADED.format(
        imports=f"from tensorflow.keras import layers\n\n\n{made}",
        base="keras.Model(inputs, block(inputs, 4))",
        model="keras.Model(base.input, Dense(2)(base.output))",
    ).replace("BatchNormalization()", f"BatchNormalization({how})")
    found = convert(text, Options(exact=True))
    said = [d.message for d in found.diagnostics]
    assert any(FROZEN_NORM in message for message in said) is not converts
    if converts:
        differences = scripts.compare(text, found.text)
        assert "prediction" in differences
        assert max(differences.values()) < 1e-9, differences


MAKES = """\
from tensorflow import keras
from tensorflow.keras import layers


def make():
    made = keras.Sequential([layers.Dense(5, input_shape=(6,)), layers.BatchNormalization()])
    made.trainable = False
    return made
"""
TUNES = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from model import make

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
base = make()
model = keras.Sequential([base, layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(x, y, batch_size=10, epochs=2)
"""


def test_the_function_that_makes_a_part_has_frozen_it(
    tmp_path: Path, session: VerifySession
) -> None:
    texts, errors = converted(tmp_path, {"model.py": MAKES, "train.py": TUNES})
    assert not errors
    assert ".eval()  # it is not trainable\n" in texts["train.py"]
    pair = file_pair(*(str(tmp_path / form / "train.py") for form in ("before", "after")))
    expected = session.ask("keras3", TrainingRequest(pair.original, whole=True))
    found = session.ask("torch", TrainingRequest(pair.converted, whole=True, trained=expected))
    assert not found.reason, found.reason
    assert max(found.differences.values()) < 1e-9, found.differences


def test_that_it_is_trainable_again_is_said(tmp_path: Path) -> None:
    again = TUNES + 'base.trainable = True\nmodel.compile("sgd", "mse")\nmodel.fit(x, y)\n'
    _, errors = converted(tmp_path, {"model.py": MAKES, "train.py": again})
    assert errors
