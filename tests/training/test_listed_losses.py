"""Losses that are objects of which a variable holds one: in lists, dicts and branches."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.losses import BinaryCrossentropy, CosineSimilarity, Huber, MeanSquaredError

rng = np.random.default_rng(0)
x, y = rng.random((40, 6)), rng.integers(0, 2, (40, 1)).astype(float)


def make(activation="linear"):
    layers = [keras.layers.Dense(3), keras.layers.Dense(1, activation=ACTIVATION)]
    return keras.Sequential([keras.Input((6,)), *layers])


results = []
"""
FIT = """\
    model = make()
    model.compile("sgd", loss=loss, metrics=["mae"])
    history = model.fit(x, y, epochs=2, validation_split=0.25, shuffle=False, verbose=0)
    results.append(history.history["val_loss"])
"""
PICK = f"""def run(kind):
    if kind == "bce":
        loss = BinaryCrossentropy()
    else:
        loss = keras.losses.BinaryFocalCrossentropy(gamma=1.5)
{FIT}

run("bce")
run("focal")
"""
#: A function that calls something of its own as the loop calls its loss.
MAKER = """
def weighted(w):
    def loss(y_true, y_pred):
        return keras.ops.mean(w * keras.ops.square(y_true - y_pred))

    return loss


"""
PROGRAMS = {
    "beside a function that has a loss of its own": (
        "linear",
        f'{MAKER}for name, loss in [("mse", MeanSquaredError()), ("huber", Huber(0.25))]:\n{FIT}',
        'for name, loss in [("mse", nn.MSELoss()), ("huber", nn.HuberLoss(delta=0.25))]:',
    ),
    "pairs of names and what a function makes": (
        "linear",
        f'{MAKER}for name, loss in [("once", weighted(1.0)), ("twice", weighted(2.0))]:\n{FIT}',
        'for name, loss in [("once", weighted(1.0)), ("twice", weighted(2.0))]:',
    ),
    "in the head of a loop": (
        "linear",
        f"for loss in [MeanSquaredError(), Huber(0.25)]:\n{FIT}",
        "for loss in [nn.MSELoss(), nn.HuberLoss(delta=0.25)]:",
    ),
    "a list": (
        "linear",
        f"losses = [MeanSquaredError(), Huber()]\nfor loss in losses:\n{FIT}print(len(losses))\n",
        "losses = [nn.MSELoss(), nn.HuberLoss()]",
    ),
    "a dict": (
        "linear",
        f'losses = {{"mse": MeanSquaredError(), "huber": Huber()}}\n'
        f"for name, loss in losses.items():\n    print(name)\n{FIT}",
        'losses = {"mse": nn.MSELoss(), "huber": nn.HuberLoss()}',
    ),
    "an entry of a dict": (
        "linear",
        f'losses = {{"mse": MeanSquaredError(), "huber": Huber()}}\n'
        f"for name in sorted(('mse', 'huber')):\n    loss = losses[name]\n{FIT}",
        "loss = losses[name]",
    ),
    "a branch, on what comes before the sigmoid": (
        "sigmoid",
        PICK,
        "loss = nn.BCEWithLogitsLoss()",
    ),
    "some, on probabilities that others would do without": (
        "sigmoid",
        f"for loss in [MeanSquaredError(), BinaryCrossentropy()]:\n{FIT}",
        "for loss in [nn.MSELoss(), binary_crossentropy]:",
    ),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("case", PROGRAMS)
def test_they_become_criteria_where_they_are_made(case: str, scripts: Scripts) -> None:
    activation, program, line = PROGRAMS[case]
    program = HEAD.replace("ACTIVATION", f'"{activation}"') + program
    program += "results = np.array(results)\n"
    text = converted(program, Options(exact=True))
    assert line in text
    assert "(model, train_loader, loss, optimizer)" in text
    apart = scripts.compare(program, text)
    assert "results" in apart
    assert max(apart.values()) < 1e-9, apart


REFUSED = {
    "more is asked of one": (
        f"for loss in [MeanSquaredError(), Huber()]:\n{FIT}    print(loss.name)\n",
        "`loss`, one of several losses, is used besides",
    ),
    "more is asked of the list": (
        f"losses = [MeanSquaredError(), Huber()]\nfor loss in losses:\n{FIT}"
        "print(losses[0](y, y))\n",
        "`losses` has several losses, and is used besides",
    ),
    "they want other targets": (
        f"for loss in [MeanSquaredError(), CosineSimilarity()]:\n{FIT}",
        "a loss that is only known at run time, of several kinds",
    ),
    "one is no name of a loss": (
        f"for loss in ['other', Huber()]:\n{FIT}",
        "a loss that is made elsewhere in one of several cases",
    ),
    "one smooths labels": (
        f"for loss in [BinaryCrossentropy(), BinaryCrossentropy(label_smoothing=0.1)]:\n{FIT}",
        "of several kinds",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_sure_is_said(case: str) -> None:
    program, reason = REFUSED[case]
    conversion = convert(HEAD.replace("ACTIVATION", '"sigmoid"') + program)
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in errors), errors
    assert 'model.compile("sgd", loss=loss, metrics=["mae"])' in conversion.text


SEVERAL = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, targets = rng.random((40, 6)), [rng.random((40, 1)), rng.random((40, 1))]
names = ["first", "second"]
{before}
inputs = keras.Input((6,))
one = keras.layers.Dense(1, name="first")(inputs)
other = keras.layers.Dense(1, name="second")(inputs)
model = keras.Model(inputs, [one, other])
model.compile("sgd", loss={loss})
losses = model.fit(x, targets, epochs=2, batch_size=16, verbose=0).history["loss"]
"""


@pytest.mark.parametrize(
    "loss",
    [
        '["mae"] * 2',
        '2 * ["mae"]',
        '["mae" for _ in names]',
        '["mae"] * len(names)',
        '["mae", "mse"]',
    ],
)
@pytest.mark.parametrize("named", [False, True])
def test_as_many_names_as_outputs(named: bool, loss: str, scripts: Scripts) -> None:
    before, given = (f"listed = {loss}", "listed") if named else ("", loss)
    text = SEVERAL.format(before=before, loss=given)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def test_a_list_that_grows_is_the_name_of_no_loss() -> None:
    before = 'listed = []\nfor name in names:\n    listed.append("mae")'
    made = convert(SEVERAL.format(before=before, loss="listed"))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    assert any("`listed` may be a list or dict" in error for error in errors)


TWO_OUTPUTS = """\
import numpy as np
from tensorflow import keras

COUNT = 2
x, y = np.random.rand(40, 6), np.random.rand(40, 1)
inputs = keras.Input((6,))
outputs = [keras.layers.Dense(1, name=f"out_{n}")(inputs) for n in ("a", "b")]
model = keras.Model(inputs, outputs)
model.compile("sgd", loss=["mse"] * 2, loss_weights=WEIGHTS)
losses = model.fit(x, [y, 1 - y], epochs=2, shuffle=False, verbose=0).history["loss"]
"""


@pytest.mark.parametrize("weights", ["[0.5] * 2", "[2.0] * COUNT", "[0.25, *[0.5]]"])
def test_weights_that_are_repeated(weights: str, scripts: Scripts) -> None:
    text = TWO_OUTPUTS.replace("WEIGHTS", weights)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


def test_weights_of_another_count_are_refused() -> None:
    said = convert(TWO_OUTPUTS.replace("WEIGHTS", "[0.5] * 3")).diagnostics
    assert "a weight that is not given for each output" in said[0].message
