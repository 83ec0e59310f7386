"""Models that are frozen, and whose layers another model runs without having them as a part."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_several_files import converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import file_pair

NORM = "h = layers.BatchNormalization()(layers.Dense(8)(inputs))"
PENALTY = 'h = layers.Dense(8, kernel_regularizer="l2")(inputs)'
START = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

random = np.random.RandomState(0)
x, y, z = random.rand(40, 4), random.rand(40, 1), random.randint(0, 3, 40)


"""
BUILT = """\
def build():
    inputs = keras.Input((4,))
    {inside}
    h = layers.Dense(5, activation="relu", name="features")(h)
    return keras.Model(inputs, layers.Dense(1)(h))


base = build()
"""
HERE = """\
inputs = keras.Input((4,))
{inside}
h = layers.Dense(5, activation="relu", name="features")(h)
base = keras.Model(inputs, layers.Dense(1)(h))
"""
TRAINED = 'base.compile("adam", "mse")\nfirst = base.fit(x, y, epochs=2).history["loss"]\n'
FROZEN = "base.trainable = False\n"
HEAD = 'layers.Dense(3, activation="softmax")(base.get_layer("features").output)'
ON = f"model = keras.Model(base.input, {HEAD})\n"
EXTRACTED = """\
features = keras.Model(base.input, base.layers[-2].output)
model = keras.Sequential([features, layers.Dense(3, activation="softmax")])
"""
STACKED = """\
model = keras.Sequential()
for layer in base.layers[:-1]:
    model.add(layer)
model.add(layers.Dense(3, activation="softmax"))
"""
IN_A_ROW = """\
base = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.BatchNormalization()])
base.add(layers.Dense(1))
"""
COMPILED = 'model.compile("adam", "sparse_categorical_crossentropy")\n'
TUNED = """\
second = model.fit(x, z, epochs=3).history["loss"]
found = model.predict(x)
"""
AGAIN = """\
base.trainable = True
model.compile(keras.optimizers.Adam(1e-4), "sparse_categorical_crossentropy")
third = model.fit(x, z, epochs=2).history["loss"]
"""


@pytest.mark.parametrize(
    ("made", "frozen"),
    [
        (BUILT.format(inside=NORM) + TRAINED, FROZEN + ON + COMPILED + TUNED),
        (BUILT.format(inside=NORM) + TRAINED, FROZEN + ON + COMPILED + TUNED + AGAIN),
        (BUILT.format(inside=NORM) + TRAINED, FROZEN + EXTRACTED + COMPILED + TUNED),
        (BUILT.format(inside=NORM), ON + FROZEN + COMPILED + TUNED),
        (HERE.format(inside=NORM), FROZEN + ON + COMPILED + TUNED),
        (HERE.format(inside=NORM) + TRAINED, FROZEN + EXTRACTED + COMPILED + TUNED),
        (IN_A_ROW + TRAINED, FROZEN + STACKED + COMPILED + TUNED),
        (HERE.format(inside=PENALTY) + TRAINED, FROZEN + ON + COMPILED + TUNED),
    ],
)
def test_lent_layers_of_a_frozen_model_stay_as_they_are(
    made: str, frozen: str, scripts: Scripts
) -> None:
    program = START + made + frozen
    conversion = convert(program, Options(exact=True))
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "T2T304" not in conversion.text
    differences = scripts.compare(program, conversion.text)
    assert {"second", "found"} <= differences.keys()
    assert max(differences.values()) < 1e-9, differences


TRANSFER = """\


def transfer(base):
    base.trainable = False
    return keras.Model(base.input, {head})
"""


def test_the_function_of_another_file_freezes_what_it_takes_layers_of(
    tmp_path: Path, session: VerifySession
) -> None:
    imports = "from tensorflow import keras\nfrom tensorflow.keras import layers\n\n\n"
    build = BUILT.format(inside=NORM).partition("\n\n\nbase")[0]
    model = imports + build + TRANSFER.format(head=HEAD)
    train = START.replace("layers\n", "layers\nfrom model import build, transfer\n", 1)
    train += "base = build()\n" + TRAINED + "model = transfer(base)\n" + COMPILED + TUNED
    _, errors = converted(tmp_path, {"model.py": model, "train.py": train})
    assert not errors
    pair = file_pair(*(str(tmp_path / form / "train.py") for form in ("before", "after")))
    expected = session.ask("keras3", TrainingRequest(pair.original, whole=True))
    found = session.ask("torch", TrainingRequest(pair.converted, whole=True, trained=expected))
    assert not found.reason, found.reason
    assert apart(expected.values["found"], found.values["found"]) < 1e-9
    assert max(found.differences.values()) < 1e-9, found.differences


AFTER = HERE.format(inside="h = layers.Dense(8)(inputs)") + ON + COMPILED
OF_LAYERS = "for layer in base.layers:\n    layer.trainable = False\n"
FIRST = "base.layers[1].trainable = False\n"


@pytest.mark.parametrize("frozen", [FROZEN, OF_LAYERS, FIRST])
@pytest.mark.parametrize(
    ("keras", "said"), [("3", ""), ("auto", "Keras 2 goes by what is"), ("2", "trains on without")]
)
def test_what_is_frozen_behind_compile(frozen: str, keras: str, said: str) -> None:
    """Keras 3 goes by it when the model first trains, Keras 2 by what is trainable in `compile`."""
    found = convert(START + AFTER + frozen + TUNED, Options(exact=True, keras=keras))
    messages = [d.message for d in found.diagnostics]
    assert any(said in message for message in messages) if said else not messages, messages
    errors = [d for d in found.diagnostics if d.severity is Severity.ERROR]
    assert bool(errors) is (keras == "2")


def test_a_new_compile_goes_by_what_is_frozen() -> None:
    again = 'model.compile("sgd", "sparse_categorical_crossentropy")\n'
    for keras in ("auto", "2"):
        found = convert(START + AFTER + OF_LAYERS + again + TUNED, Options(exact=True, keras=keras))
        assert not found.diagnostics


@pytest.mark.parametrize("keras", ["2", "3"])
def test_what_goes_on_without_compile_is_said(keras: str) -> None:
    text = START + HERE.format(inside=NORM) + FROZEN + ON + COMPILED + TUNED
    text += "base.trainable = True\nmodel.fit(x, z)\n"
    said = [d.message for d in convert(text, Options(keras=keras)).diagnostics]
    assert any("it trains on without a new `compile`" in message for message in said)


def test_two_models_of_one_function_do_not_lend_each_others_layers() -> None:
    both = "layers.concatenate([first.layers[-2].output, base.layers[-2].output])"
    text = START + BUILT.format(inside=NORM) + "first = build()\n"
    text += f"model = keras.Model([first.input, base.input], layers.Dense(3)({both}))\n"
    found = convert(text)
    assert "class Model(" not in found.text
    said = [d.message for d in found.diagnostics if d.severity is Severity.ERROR]
    assert said
    assert not any("internal error" in message for message in said)
