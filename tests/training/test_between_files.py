"""What a file knows of models of other files: their metrics, what is frozen, who trains them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_several_files import DATA, MODEL, assert_equal, converted
from transpiler.verify.session import VerifySession

KEEPS = """\
from tensorflow import keras


def build(n):
    model = keras.Sequential([keras.Input((n,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics={metrics})
    return model
"""
COMPILED_AGAIN = """\
from data import load_data
from model import build

x, y, x_test, y_test = load_data()
model = build(4)
model.compile("adam", "sparse_categorical_crossentropy")
history = model.fit(x, y, epochs=2)
loss, accuracy = model.evaluate(x_test, y_test)
"""


def test_metrics_of_another_file_are_kept(tmp_path: Path, session: VerifySession) -> None:
    model = KEEPS.format(metrics='["accuracy"]')
    files = {"model.py": model, "data.py": DATA, "train.py": COMPILED_AGAIN}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "correct" in texts["train.py"]
    assert_equal(tmp_path, "train.py", session)


def test_metrics_of_another_file_without_plain_names_are_refused(tmp_path: Path) -> None:
    model = KEEPS.format(metrics="[keras.metrics.SparseCategoricalAccuracy()]")
    files = {"model.py": model, "data.py": DATA, "train.py": COMPILED_AGAIN}
    _, errors = converted(tmp_path, files)
    assert any(e.startswith("train.py:6:") and "say here which there are" in e for e in errors)


def test_weights_that_another_file_freezes_are_counted(tmp_path: Path) -> None:
    model = (
        "from tensorflow import keras\n\n\ndef build(n, frozen):\n"
        "    model = keras.Sequential(\n        [keras.Input((n,)), keras.layers.Dense(8), "
        "keras.layers.Dense(3)]\n    )\n    if frozen:\n"
        "        model.layers[0].trainable = False\n    return model\n"
    )
    train = (
        "from data import load_data\nfrom model import build\n\nx, y, _, _ = load_data()\n"
        'model = build(4, True)\nmodel.compile("adam", "mse")\nmodel.fit(x, y)\n'
        "print(len(model.trainable_variables), len(model.non_trainable_weights))\n"
    )
    texts, errors = converted(tmp_path, {"model.py": model, "data.py": DATA, "train.py": train})
    assert not errors
    assert "len([w for w in model.parameters() if w.requires_grad])" in texts["train.py"]
    assert "len([w for w in model.parameters() if not w.requires_grad])" in texts["train.py"]


TRAINER = """\
from model import build


class Trainer:
    def __init__(self):
        self.model = build(4)

    def train(self, x, y):
        self.model.compile("sgd", "sparse_categorical_crossentropy")
        return self.model.fit(x, y).history
"""


@pytest.mark.parametrize(
    ("asked", "number"),
    [("trainer.model.trainable = False", 1), ("print(trainer.model.predict(x))", 0)],
)
def test_models_of_a_file_behind_another_one_are_known(
    asked: str, number: int, tmp_path: Path
) -> None:
    main = "from data import load_data\nfrom trainer import Trainer\n\nx, y, _, _ = load_data()\n"
    main += f"trainer = Trainer()\n{asked}\nprint(trainer.train(x, y))\n"
    files = {"model.py": MODEL, "data.py": DATA, "trainer.py": TRAINER, "main.py": main}
    texts, errors = converted(tmp_path, files)
    assert len(errors) == number
    assert all(error.startswith("main.py:6:") for error in errors)
    assert "keras" not in texts["trainer.py"]
    assert "DataLoader" in texts["trainer.py"]
