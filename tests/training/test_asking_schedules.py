"""Functions for `LearningRateScheduler` that ask the model itself for its rate."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.rewritings.asking_schedules import asking_schedules

PROGRAM = """\
import numpy as np
import tf_keras as keras
from tf_keras import backend as K
from tf_keras.callbacks import LearningRateScheduler

x = np.random.RandomState(0).rand(40, 4)


def schedule({parameters}):
{body}


model = keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])
model.compile(keras.optimizers.SGD(0.05), "mse")
callback = LearningRateScheduler({given})
history = model.fit(x, x.sum(1), batch_size=8, epochs=4, verbose=0, callbacks=[callback]).history
losses, rates = history["loss"], history["lr"]
"""
READ = "K.get_value(model.optimizer.lr)"
SETS = f"""\
    if epoch == 2:
        # ten times smaller
        lr = {READ}
        K.set_value(model.optimizer.lr, lr * 0.1)
    return {READ}"""
BODIES = {
    "sets": SETS,
    "sets what it reads": f"    K.set_value(model.optimizer.lr, 0.5 * {READ})\n    return {READ}",
    "assigns": "    model.optimizer.learning_rate.assign(0.01)\n    return "
    "float(model.optimizer.learning_rate.numpy())",
    "reads": f"    rates_now = float({READ})\n    return rates_now * 0.5 if epoch else rates_now",
}


@pytest.mark.parametrize("case", BODIES)
@pytest.mark.parametrize("given", ["schedule", "schedule=schedule, verbose=0"])
def test_they_get_the_rate(case: str, given: str, scripts: Scripts) -> None:
    text = PROGRAM.format(parameters="epoch", body=BODIES[case], given=given)
    after = converted(text, Options(exact=True, keras="2"))
    assert "def schedule(epoch, rate):" in after
    assert after.count("# ten times smaller") == text.count("# ten times smaller")
    apart = scripts.compare(text, after, keras="2")
    assert {"losses", "rates"} <= apart.keys()
    assert max(apart.values()) < 1e-6, apart  # Keras keeps them in float32


@pytest.mark.parametrize(
    ("parameters", "body", "given"),
    [
        ("epoch, lr", SETS, "schedule"),
        ("epoch", SETS, "lambda epoch: schedule(epoch)"),
        ("epoch", SETS.replace("model.", "other."), "schedule"),
        ("epoch", "    return model.optimizer.lr * 0.5", "schedule"),
        ("epoch", f"    model.summary()\n    return {READ}", "schedule"),
        ("epoch", f"    model = make()\n    return {READ}", "schedule"),
        ("epoch", f"    rate = 3\n    return {READ}", "schedule"),
        ("epoch", f"    return [{READ} for _ in range(1)][0] + (lambda: 0)()", "schedule"),
        ("epoch", SETS, "schedule)\nschedule(3"),
        ("epoch", SETS, "schedule)\nmodel_2.fit(x, x"),
    ],
)
def test_all_else_stays(parameters: str, body: str, given: str) -> None:
    text = PROGRAM.format(parameters=parameters, body=body, given=given)
    assert asking_schedules(text, list) is None


@pytest.mark.parametrize(
    ("other", "stays"),
    [
        ("from train import schedule\n\nprint(schedule(3))\n", True),
        ("from train import *\n", True),
        ("from train import model\n", False),
    ],
)
def test_other_files_may_call_them(other: str, stays: bool) -> None:
    text = PROGRAM.format(parameters="epoch", body=SETS, given="schedule")
    assert (asking_schedules(text, lambda: [other]) is None) is stays
