"""Loops over functions that build models, and functions that get them: one text for all."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

rng = np.random.default_rng(0)
x, y = rng.random((24, 6)), rng.random((24, 1))


def build_shallow(units=4):
    return keras.Sequential([keras.Input((6,)), layers.Dense(units, "relu"), layers.Dense(1)])


def build_deep(units=4):
    inputs = keras.Input((6,))
    h = layers.Dense(units, activation="tanh", name="first")(inputs)
    return keras.Model(inputs, layers.Dense(1)(layers.Dense(3)(h)))


BUILDERS = {"shallow": build_shallow, "deep": build_deep}
scores = []
"""
ROUND = """\
    model.compile(optimizer="sgd", loss="mse", metrics=["mae"], run_eagerly=True)
    history = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0).history
    scores.extend([history["mae"][-1], model.evaluate(x, y, verbose=0)[0]])
"""
LOOPS = {
    "items": "for name, build in BUILDERS.items():\n    model = build()",
    "values": "for build in BUILDERS.values():\n    model = build(units=5)",
    "zip": (
        'names = ["shallow", "deep"]\nbuilders = [build_shallow, build_deep]\n'
        "for name, build in zip(names, builders, strict=True):\n    model = build()"
    ),
    "enumerate": (
        "for number, build in enumerate([build_shallow, build_deep], start=1):\n"
        "    model = build(4 * number)"
    ),
    "nested": (
        "for number, (name, build) in enumerate(list(BUILDERS.items())):\n    model = build()"
    ),
    "options": (
        'MODELS = {"a": (build_shallow, {"units": 2}), "b": (build_deep, {"units": 3})}\n'
        "for name, (build, options) in MODELS.items():\n    model = build(**options)"
    ),
}


@pytest.mark.parametrize(
    "loops", [("items", "zip", "enumerate"), ("values", "nested", "options")], ids=", ".join
)
def test_each_round_trains_what_its_builder_gives(loops: list[str], scripts: Scripts) -> None:
    text = HEAD + "\n".join(f"{LOOPS[loop]}\n{ROUND}" for loop in loops)
    apart = scripts.compare(text, converted(text))
    assert "scores" in apart
    assert max(apart.values()) < 1e-9, apart


PARTS = f"""{HEAD}
pairs = [(build_shallow, "mse", keras.optimizers.SGD(0.25)), (build_deep, "mae", OTHER)]
for build, loss, opt in pairs:
    model = build()
    model.compile(opt, loss, run_eagerly=True)
    model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    scores.append(model.evaluate(x, y, verbose=0))
"""


def test_the_loop_says_which_loss_and_optimizer_a_round_has(scripts: Scripts) -> None:
    text = PARTS.replace("OTHER", "keras.optimizers.SGD(0.125, momentum=0.5)")
    result = converted(text)
    assert '"mae": nn.L1Loss()}[loss]' in result
    assert "optimizer = opt(model.parameters())" in result
    apart = scripts.compare(text, result)
    assert "scores" in apart
    assert max(apart.values()) < 1e-9, apart


def test_rounds_that_name_another_kind_of_loss_are_left() -> None:
    text = PARTS.replace('"mae"', '"sparse_categorical_crossentropy"').replace(
        "OTHER", "keras.optimizers.Adam()"
    )
    messages = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("of several kinds" in message for message in messages), messages


TRAINER = f"""{HEAD}

def train(build):
    model = build()
{ROUND.replace("scores.extend", "return np.array")}

first = train(build_shallow)
for build in BUILDERS.values():
    scores.extend(train(build))
"""


def test_a_function_that_gets_builders_serves_what_each_gives(scripts: Scripts) -> None:
    """Also where the layers of one of them have regularizers: then all are asked for theirs."""
    for text in (TRAINER, TRAINER.replace('"first"', '"first", kernel_regularizer="l2"')):
        result = converted(text)
        assert result.count("= TensorDataset(") == 1
        assert ("penalty" in result) is ("regularizer" in text)
        apart = scripts.compare(text, result)
        assert {"first", "scores"} <= apart.keys()
        assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "loop",
    [
        "for build in (build_deep, build_shallow):\n    scores.extend(train(build))",
        "for name, one in BUILDERS.items():\n    scores.extend(train(one))",
        "for number in range(2):\n    for one in [build_shallow, build_deep]:\n"
        "        scores.extend(train(one))",
    ],
)
def test_a_loop_alone_gives_a_function_its_builders(loop: str, scripts: Scripts) -> None:
    """All of them count: one has regularizers, and one ends in what its loss leaves out."""
    before = TRAINER.partition("first = ")[0]
    regularized = before.replace('"first"', '"first", kernel_regularizer="l2"')
    ending = before.replace("(3)(h)", "(3, activation='relu')(h)").replace('"mse"', '"bce"')
    ending = ending.replace("layers.Dense(1)", "layers.Dense(1, activation='sigmoid')")
    for text in (f"{regularized}{loop}\n", f"{ending}{loop}\n"):
        result = converted(text)
        assert result.count(".to(device)") >= 2
        apart = scripts.compare(text, result)
        assert "scores" in apart
        assert max(apart.values()) < 1e-9, apart


def test_a_function_that_would_train_each_in_its_own_way_is_left() -> None:
    text = TRAINER.replace("layers.Dense(1)(", 'layers.Dense(1, activity_regularizer="l2")(')
    messages = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("models of several kinds" in message for message in messages), messages


PLAIN = """
def square(v):
    return v * v


FUNCTIONS = {"square": square, "cube": lambda v: v**3}
total = 0
for name, function in FUNCTIONS.items():
    if name == "cube":
        break
    total += function(3)
for number, function in enumerate([square, square]):
    if number:
        continue
    total += function(2)
for function, v in zip(FUNCTIONS.values(), rng.permutation(2)):
    total += function(v)
"""


def test_functions_that_build_nothing_are_no_matter() -> None:
    """Their loops stay as they are, wherever they end."""
    assert converted(HEAD + PLAIN + "model = build_deep()\n").count(PLAIN) == 1


LEFT = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 6)), rng.normal(size=(40, 1))


def build():
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])


scores = []
for fold in range(4):
    model = build()
    model.compile("sgd", "mse")
    stop = keras.callbacks.EarlyStopping("loss", patience=1)
    model.fit(x[fold:], y[fold:], epochs=2, callbacks=[stop], verbose=0)
    scores.append(model.evaluate(x, y, verbose=0))
    if fold == 1:
        break
answer = model.predict(x, verbose=0)
"""


def test_a_loop_may_end_once_a_model_has_trained(scripts: Scripts) -> None:
    differences = scripts.compare(LEFT, converted(LEFT))
    assert {"scores", "answer"} <= differences.keys()
    assert max(differences.values()) < 1e-9, differences
