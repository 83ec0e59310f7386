"""Losses and last layers by the number of classes, which the calls of a builder tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted as converted_text
from tests.training.scripts import Scripts
from tests.training.test_several_files import converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.records import TrainingRequest
from transpiler.verify.session import VerifySession
from transpiler.verify.training_runs import apart
from transpiler.verify.trees import file_pair

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

x = 20 * np.random.RandomState(0).rand(40, 6).astype("float32")
y = np.random.RandomState(1).randint(0, 2, 40)


"""
CHOSEN = """\
def build(n_classes, units=4):
    last, outputs, metrics = "softmax", n_classes, ["accuracy", "sparse_categorical_accuracy"]
    loss = "binary_crossentropy" if n_classes <= 2 else "sparse_categorical_crossentropy"
    if n_classes <= 2:
        last, outputs, metrics = "sigmoid", 1, ["accuracy"]
    model = keras.Sequential([keras.Input((6,)), layers.Dense(units)])
    model.add(layers.Dense(outputs, activation=last))
    model.compile("adam", loss, metrics=metrics)
    return model


"""
BRANCHES = """\
def build(n_classes, units=4):
    model = keras.Sequential([keras.Input((6,)), layers.Dense(units)])
    if n_classes == 2:
        model.add(layers.Dense(1, activation="sigmoid"))
        model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    else:
        # one for each
        model.add(layers.Dense(n_classes, activation="softmax"))
        model.compile(
            "adam",
            "sparse_categorical_crossentropy",
            metrics=["accuracy", "sparse_categorical_accuracy"],
        )
    return model


"""
FIT = """\
history = model.fit(x, y, epochs=2, batch_size=10, shuffle=False, verbose=0).history
answers = model.predict(x, verbose=0)
"""
FORMS = {
    "chosen": CHOSEN.replace(', ["accuracy", "sparse_categorical_accuracy"]', ', ["accuracy"]'),
    "branches": BRANCHES,
}


def errors(text: str) -> list[str]:
    found = convert(text).diagnostics
    return [d.message for d in found if d.severity is Severity.ERROR]


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("form", FORMS)
def test_the_call_tells_what_is_trained(form: str, classes: int, scripts: Scripts) -> None:
    text = f"{HEAD}{FORMS[form]}model = build({classes})\n{FIT}"
    result = converted_text(text, Options(exact=True))
    assert ("nn.BCEWithLogitsLoss()" in result) is (classes == 2)
    assert "return self.activation(self.forward_logits(x))" in result
    held = scripts.compare(text, result)
    assert {"history", "answers"} <= held.keys()
    assert max(held.values()) < 1e-9, held


def test_ways_add_one_last_layer() -> None:
    result = converted_text(f"{HEAD}{BRANCHES}model = build(3)\n{FIT}")
    ways = """\
        if n_classes == 2:
            units_of_way = 1
            activation = "sigmoid"
        else:
            # one for each
"""
    assert ways.replace("units_of_way", "chosen_units") in result
    assert "self.dense_1 = nn.Linear(units, chosen_units)" in result


@pytest.mark.parametrize("form", FORMS)
def test_builders_of_another_file(form: str, tmp_path: Path, session: VerifySession) -> None:
    head, data = HEAD.split("\n\n", 1)
    model = "\n".join(head.split("\n")[1:]) + f"\n\n\n{FORMS[form]}"
    train = f"import numpy as np\nfrom model import build\n\n{data}"
    train += f"model = build(2)\n{FIT}first = history, answers\nmodel = build(3, units=5)\n{FIT}"
    texts, said = converted(tmp_path, {"model.py": model.rstrip() + "\n", "train.py": train})
    assert not said
    assert "nn.BCEWithLogitsLoss()" in texts["train.py"]
    assert "nn.CrossEntropyLoss()" in texts["train.py"]
    pair = file_pair(*(str(tmp_path / way / "train.py") for way in ("before", "after")))
    expected = session.ask("keras3", TrainingRequest(pair.original, whole=True))
    found = session.ask("torch", TrainingRequest(pair.converted, whole=True, trained=expected))
    assert not found.reason, found.reason
    assert apart(expected.values["answers"], found.values["answers"]) < 1e-9
    assert max(found.differences.values()) < 1e-9, found.differences


OUTER = (
    f"{FORMS['chosen']}def outer(n_classes):\n    return build({{}})\n\n\nmodel = outer(2)\n{FIT}"
)


def test_what_another_function_is_given_is_not_what_it_gives_on(scripts: Scripts) -> None:
    text = HEAD + OUTER.format("3, units=n_classes")
    result = converted_text(text, Options(exact=True))
    assert "nn.CrossEntropyLoss()" in result
    assert max(scripts.compare(text, result).values()) < 1e-9


@pytest.mark.parametrize(
    "text",
    [
        OUTER.format("n_classes + 1"),
        FORMS["chosen"] + f"model = build(len(np.unique(y)))\n{FIT}",
        FORMS["chosen"] + f"for n in (2, 3):\n    model = build(n)\n    model.fit(x, y)\n{FIT}",
        FORMS["chosen"].replace(
            "    model.add", "    for _ in x:\n        loss = 'mse'\n    model.add"
        )
        + f"model = build(2)\n{FIT}",
        CHOSEN.replace("    model.add", "    metrics.append('mae')\n    model.add")
        + f"model = build(2)\n{FIT}",
        BRANCHES.replace("(1, ", "(1, name='one', ").replace(
            "Dense(n_classes, ", "Dense(3, name='all', "
        )
        + f"model = build(2)\n{FIT}",
    ],
)
def test_what_only_the_run_tells_is_refused(text: str) -> None:
    assert any("`compile` is left as it is" in one for one in errors(HEAD + text))
