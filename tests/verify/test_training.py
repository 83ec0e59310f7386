"""Training: each level finds what is wrong at that level, and says what it could not compare."""

from __future__ import annotations

from textwrap import dedent

import pytest

from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.report import ModelReport
from transpiler.verify.session import VerifySession, verify_pair

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x = rng.normal(size=(400, 6))
y = rng.integers(0, 3, 400)
model = keras.Sequential(
    [
        keras.layers.Input((6,)),
        keras.layers.Dense(8, activation="relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(3{activation}),
    ]
)
model.compile({optimizer}, {loss}, metrics=["accuracy"])
history = model.fit(x, y, epochs=20, batch_size=24, validation_split=0.2{fit})
print(history.history["loss"])
"""
PLAIN = {
    "activation": ', activation="softmax"',
    "optimizer": "keras.optimizers.SGD(0.1, momentum=0.9)",
    "loss": '"sparse_categorical_crossentropy"',
    "fit": "",
}
LEVELS = ["loss", "optimizer_step", "fit_history"]


def program(**parts: str) -> str:
    return PROGRAM.format(**{**PLAIN, **parts})


def reports(session: VerifySession, text: str, converted: str = "") -> list[ModelReport]:
    return verify_pair(text, converted or convert(text).text, level="training", session=session)


def only(session: VerifySession, text: str, converted: str = "") -> ModelReport:
    (report,) = reports(session, text, converted)
    return report


def reached(report: ModelReport) -> list[str]:
    return [name for name in report.checks if name in LEVELS]


@pytest.mark.parametrize(
    ("parts", "status", "said"),
    [
        ({}, "equal", ""),
        ({"optimizer": '"adam"'}, "close", "Adam adds epsilon"),
        ({"optimizer": "keras.optimizers.RMSprop(0.01)"}, "close", "RMSprop adds epsilon"),
        ({"optimizer": "keras.optimizers.Adagrad(0.1)"}, "close", "Adagrad adds epsilon"),
        ({"optimizer": "keras.optimizers.Adamax(0.01, epsilon=0.1)"}, "close", "Adamax adds"),
        ({"optimizer": "keras.optimizers.SGD(0.1, clipnorm=0.5)"}, "close", "adds 1e-6"),
        ({"fit": ", class_weight={0: 1.0, 1: 2.0, 2: 0.5}"}, "equal", ""),
    ],
)
def test_a_conversion_trains_alike(
    session: VerifySession, parts: dict[str, str], status: str, said: str
) -> None:
    report = only(session, program(**parts))
    assert report.status == status, report
    assert reached(report) == LEVELS
    assert said in report.reason


@pytest.mark.parametrize("optimizer", ['"adam"', "keras.optimizers.RMSprop(0.01)"])
def test_exact_conversions_are_equal(session: VerifySession, optimizer: str) -> None:
    text = program(optimizer=optimizer)
    assert only(session, text, convert(text, Options(exact=True)).text).status == "equal"


@pytest.mark.parametrize(
    ("parts", "right", "wrong", "level"),
    [
        ({}, "nn.CrossEntropyLoss()", 'nn.CrossEntropyLoss(reduction="sum")', "loss"),
        ({}, "nn.CrossEntropyLoss()", "nn.CrossEntropyLoss(label_smoothing=1e-5)", "loss"),
        ({}, "lr=0.1", "lr=0.1001", "optimizer_step"),
        ({"optimizer": '"adam"'}, "eps=1e-7", "eps=1e-8", "optimizer_step"),
        ({"optimizer": '"adam"'}, "eps=1e-7", "eps=1e-7, weight_decay=1e-4", "optimizer_step"),
        ({}, "momentum=0.9", "momentum=0.89", "fit_history"),
        ({}, "* 0.8", "* 0.79", "fit_history"),
        ({}, "batch_size=24, shuffle=True", "batch_size=32, shuffle=True", "loss"),
        ({}, "correct += ", "correct += 0.001 + ", "fit_history"),
        ({}, "        optimizer.zero_grad()\n", "", "fit_history"),
    ],
)
def test_what_is_wrong_differs_at_its_level(
    session: VerifySession, parts: dict[str, str], right: str, wrong: str, level: str
) -> None:
    text = program(**parts)
    converted = convert(text).text
    assert right in converted
    report = only(session, text, converted.replace(right, wrong, 1))
    assert report.status == "different", report
    assert reached(report)[-1] == level


FUNCTIONS = """\
import numpy as np
from tensorflow import keras


def build(units):
    model = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(units)])
    model.compile("sgd", "mse")
    return model


def train(x, y, epochs=50):
    model = build(1)
    model.fit(x, y, epochs=epochs, batch_size=8, verbose=0)
    return model


{rest}
"""


def test_data_that_cannot_be_read_are_drawn(session: VerifySession) -> None:
    rest = dedent("""\
        table = np.loadtxt("nowhere.csv", delimiter=",")
        x, y = table[:, :-1], table[:, -1]
        model = train(x, y)
    """)
    found = {r.name: r for r in reports(session, FUNCTIONS.format(rest=rest))}
    report = found["model in train()"]
    assert report.status == "equal", report
    assert reached(report) == LEVELS


def test_what_nothing_calls_is_skipped(session: VerifySession) -> None:
    found = {r.name: r for r in reports(session, FUNCTIONS.format(rest=""))}
    assert (found["model"].status, found["model"].reason) == ("skipped", "nothing calls it")


def test_what_fails_is_skipped_with_the_reason(session: VerifySession) -> None:
    rest = 'train(np.loadtxt("nowhere.csv"), None)'
    found = {r.name: r for r in reports(session, FUNCTIONS.format(rest=rest))}
    assert found["model"].status == "skipped"
    assert "FileNotFoundError" in found["model"].reason


def test_other_steps_are_not_compared(session: VerifySession) -> None:
    text = program() + "model.train_on_batch(x, y)\n"
    report = only(session, text, convert(program()).text)
    assert report.status == "skipped"
    assert "outside of `fit`" in report.reason


def test_nothing_is_written_where_the_program_stands(
    session: VerifySession, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = program(
        fit=', callbacks=[keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)]'
    )
    report = only(session, text)
    assert report.status == "equal", report


def test_samples_that_processes_share_are_those_of_one(session: VerifySession) -> None:
    text = program()
    strategy = "import tensorflow as tf\nstrategy = tf.distribute.MirroredStrategy()\n"
    text = text.replace("rng = ", f"{strategy}rng = ", 1)
    before, model, after = text.partition("model = ")
    scoped = [f"    {line}" for line in f"{model}{after}".splitlines()]
    data = (
        "data = tf.data.Dataset.from_tensor_slices((x, y))\n"
        "data = data.map(lambda row, kind: (2.0 * row, kind)).batch(24)\n"
    )
    text = "\n".join([f"{before}{data}with strategy.scope():", *scoped, ""])
    text = text.replace("fit(x, y, epochs=20, batch_size=24, validation_split=0.2)", "fit(data)")
    text = text.replace("fit(data)", "fit(data, epochs=20)")
    report = only(session, text)
    assert report.status == "equal", report
    assert reached(report) == LEVELS
