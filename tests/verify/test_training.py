"""Training: each level finds what is wrong at that level, and says what it could not compare."""

from __future__ import annotations

import re
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


def test_what_still_trains_with_keras_is_not_compared(session: VerifySession) -> None:
    """One `fit` is left; that of another model, which is converted, is no third and fourth epoch.

    Steps that are missing without a word differ.
    """
    text = program(fit=", callbacks=[keras.callbacks.CallbackList()]")
    text += "\n\nother = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])\n"
    text += "other.compile('sgd', 'mse')\nother.fit(x, x[:, :1], epochs=2, verbose=0)\n"
    converted = convert(text).text
    found = reports(session, text, converted)
    assert {report.status for report in found} == {"skipped"}
    assert all("still trains with Keras" in report.reason for report in found)
    silent = re.sub(r"# TODO.*", "", converted)
    assert "different" in {report.status for report in reports(session, text, silent)}


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


@pytest.mark.parametrize("stop", ["", "keras.callbacks.EarlyStopping('loss', 0, 0)"])
def test_constraints_are_kept_before_a_step_is_compared(session: VerifySession, stop: str) -> None:
    callbacks = f", callbacks=[{stop}]".replace("0, 0)", "0, 0, restore_best_weights=True)")
    text = program(
        activation=", activation='softmax', kernel_constraint='non_neg'",
        fit=callbacks if stop else "",
    )
    report = only(session, text, convert(text, Options(exact=True)).text)
    assert report.status == "equal", report


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
    assert found["model"].status == "skipped"
    assert found["model"].reason.startswith("nothing in its file calls it")


ASKED = """\
import numpy as np
from tensorflow import keras
from sklearn.linear_model import LinearRegression

x, y = np.ones((8, 4)), np.ones((8, 1))
LinearRegression().fit(x, y)
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y)
"""


@pytest.mark.parametrize("wrong", [False, True])
def test_a_fit_without_options_is_compared(session: VerifySession, wrong: bool) -> None:
    made = convert(ASKED).text
    report = only(session, ASKED, made.replace("nn.MSELoss", "nn.L1Loss") if wrong else made)
    assert report.status == ("different" if wrong else "equal"), report
    assert "loss" in report.checks


def test_a_fit_of_what_other_files_give_is_not_compared(session: VerifySession) -> None:
    given = "def train(model, x, y):\n    return model.fit(x, y)\n"
    made = "def train(model, criterion, x, y):\n    criterion(model(x), y).backward()\n"
    report = only(session, given, made)
    assert (report.name, report.status) == ("model", "skipped")
    assert not reports(session, given, given)


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


TWICE = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(100, 3)
y = x.sum(1)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD({rate}), "mse")
model.fit(x, y, epochs=3, verbose=0)
{between}
history = model.fit(x, y, epochs=3, verbose=0)
losses = history.history["loss"]
"""
ANOTHER = """\
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
model.compile("sgd", "mse")
"""


@pytest.mark.parametrize("kept", ["", "history = "])
def test_each_fit_has_the_values_of_its_own_epochs(session: VerifySession, kept: str) -> None:
    """Where the program keeps the history of one of them, as where it keeps both."""
    text = TWICE.format(rate=0.1, between=ANOTHER).replace("model.fit", f"{kept}model.fit", 1)
    found = reports(session, text)
    assert [(r.name, r.status, reached(r)) for r in found] == [
        ("model", "equal", LEVELS),
        ("model (2)", "equal", LEVELS),
    ]


@pytest.mark.parametrize(
    "between",
    [
        "model.optimizer.learning_rate = 0.01",
        "model.optimizer.learning_rate.assign(0.01)",
        "keras.backend.set_value(model.optimizer.learning_rate, 0.01)",
    ],
)
def test_a_rate_that_is_set_by_hand_is_set_in_both(session: VerifySession, between: str) -> None:
    text = TWICE.format(rate=0.1, between=between)
    assert only(session, text).status == "equal"
    other = convert(text).text.replace('group["lr"] = 0.01', 'group["lr"] = 0.02')
    assert only(session, text, other).status == "different"


SET = "model.layers[-1].set_weights([np.full((3, 1), 0.1), np.zeros(1)])"
IN_A_FUNCTION = """\
def train():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(x, y, epochs=1, verbose=0)
    {set}
    model.fit(x, y, epochs=2, verbose=0)


train()
"""


@pytest.mark.parametrize("inside", [True, False])
def test_weights_that_are_set_between_fits_are_set_in_both(
    session: VerifySession, inside: bool
) -> None:
    text = TWICE.format(rate=0.1, between=SET)
    if inside:
        text = text[: text.index("model = ")] + IN_A_FUNCTION.format(set=SET)
    assert only(session, text).status == "equal"
    other = convert(text).text.replace("np.full((3, 1), 0.1)", "np.full((3, 1), 0.2)")
    assert only(session, text, other).status == "different"


@pytest.mark.parametrize(
    "schedule",
    [
        "ExponentialDecay(0.02, 2, 0.9)",
        "PiecewiseConstantDecay([3, 6], [0.02, 0.01, 0.005])",
        "CosineDecay(0.02, 8)",
    ],
)
def test_schedules_are_not_rounded(session: VerifySession, schedule: str) -> None:
    text = TWICE.format(rate=f"keras.optimizers.schedules.{schedule}", between="")
    assert only(session, text).status == "equal"


TABLE = """\
import numpy as np
import pandas as pd
from tensorflow import keras

df = pd.DataFrame({"a": np.arange(40.0), "b": np.arange(40.0) ** 0.5})
norm = keras.layers.Normalization(axis=-1)
norm.adapt(np.array(df))
model = keras.Sequential([norm, keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(df, df["a"] * 2, epochs=2)
"""


def test_a_table_tells_the_sizes_of_a_model(session: VerifySession) -> None:
    """Pandas looks for packages that need not be installed."""
    report = only(session, TABLE)
    assert (report.status, reached(report)) == ("equal", LEVELS), report


def test_a_fit_that_fails_in_the_original_leaves_the_others_open(session: VerifySession) -> None:
    """Which steps of the other program are those that are compared is not known then."""
    text = TWICE.format(rate=0.1, between="x = x[::-1]")
    other = convert(text).text.replace("range(3)", "range(2)", 1)
    assert only(session, text, other).status == "different"
    (report,) = reports(session, text.replace("[::-1]", "[::-1, :2]"), other)
    assert report.status == "skipped"
    assert "the original can't train" in report.reason


def test_what_is_saved_and_loaded_goes_on_training(session: VerifySession) -> None:
    loading = 'model.save("m.keras")\ndel model\nmodel = keras.models.load_model("m.keras")'
    text = TWICE.format(rate=0.1, between=loading)
    report = only(session, text)
    assert (report.status, reached(report)) == ("equal", LEVELS), report
    slower = convert(text).text.split("load_state_dict")
    made = "torch.optim.SGD(model.parameters(), 0.02))"
    slower[-1] = slower[-1].replace("model_optimizer)", made)
    assert only(session, text, "load_state_dict".join(slower)).status == "different"


BUILDER = """\
from tensorflow import keras

def get_optimizer():
    return keras.optimizers.Adam(0.01)

def build(optimizer, units):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(units)])
    model.compile(loss="mse", optimizer=optimizer)
    return model

def main(x, y):
    model = build(get_optimizer(), 4)
    model.fit(x, y, epochs=2)
    return model
"""


def test_a_builder_may_take_less_than_before(session: VerifySession) -> None:
    converted = convert(BUILDER).text
    assert "def build(units)" in converted
    found = verify_pair(BUILDER, converted, session=session)
    assert ("build(get_optimizer(), 4)", "equal") in [(r.name, r.status) for r in found]


STREAMED = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

parts = np.random.RandomState(0).rand(3, 60, 4)
data = tf.data.Dataset.from_tensor_slices(parts).{applied}
data = data.map(lambda row: (row[:3], row[3:])).batch(8)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(data, epochs=4, verbose=0)
losses = history.history["loss"]
"""


@pytest.mark.parametrize(
    "applied",
    [
        "interleave(lambda part: tf.data.Dataset.from_tensor_slices(part), cycle_length=2)",
        "flat_map(lambda part: tf.data.Dataset.from_tensor_slices(part))",
    ],
)
def test_streams_are_compared(session: VerifySession, applied: str) -> None:
    text = STREAMED.format(applied=applied)
    assert only(session, text).status == "equal"
    other = convert(text).text.replace("lr=0.01", "lr=0.02")
    assert only(session, text, other).status == "different"
