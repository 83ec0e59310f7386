"""The dict of an epoch's values, which callbacks keep, change and add to in their order."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
from tensorflow import keras

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.rand(40, 1)
seen = []


{gap}{keeper}def add(epoch, logs):
    {change}


plateau = keras.callbacks.ReduceLROnPlateau("loss", patience=0, min_delta=9)
rates = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(x, y, batch_size=16, epochs=3, verbose=0, callbacks=[{callbacks}]).history
keys = [len(key) for key in history]
values = np.array([*history.values()])
kept = [len(one) for one in seen]
"""
GAP = """class Gap(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["{key}"] = 2.0


"""
KEEPER = """class Keeper(keras.callbacks.Callback):
    def __init__(self, kept):
        super().__init__()
        self.kept = kept

    def on_epoch_end(self, epoch, logs=None):
        self.kept.append(logs)


keeper = Keeper(seen)


"""


def program(callbacks: str, key: str = "gap", change: str = "pass") -> str:
    gap = GAP.format(key=key) if "Gap()" in callbacks else ""
    keeper = KEEPER if "keeper" in callbacks else ""
    return PROGRAM.format(gap=gap, keeper=keeper, change=change, callbacks=callbacks)


ORDERS = (
    "Gap(), plateau",
    "plateau, Gap()",
    "Gap(), rates",
    "rates, Gap(), plateau",
    "keeper, plateau",
    "keeper, Gap(), rates",
    "keras.callbacks.LambdaCallback(on_epoch_end=lambda e, logs: seen.append(logs)), rates",
    "rates, keeper",
)


@pytest.mark.parametrize("callbacks", ORDERS)
@pytest.mark.parametrize("keras", ["2", "3"])
def test_entries_come_in_the_order_of_the_callbacks(
    callbacks: str, keras: str, scripts: Scripts
) -> None:
    text = program(callbacks)
    options = Options(keras=keras, exact=True)  # type: ignore[arg-type]
    apart = scripts.compare(text, converted(text, options), keras)
    assert {"keys", "values", "kept"} <= apart.keys()
    assert max(apart.values()) < 1e-7, apart


@pytest.mark.parametrize(
    ("key", "change", "callbacks", "said"),
    [
        ("lr", "pass", "Gap(), plateau", "several callbacks put a value of one name"),
        ("gap", "pass", "Gap(), Gap()", "changes the values of the epoch"),
        ("gap", 'logs["z"] = 1.0', "LAMBDA", "a function of a callback that changes the values"),
        ("gap", "logs.update(z=1.0)", "LAMBDA", "a function of a callback that changes the values"),
        ("gap", 'logs.pop("loss")', "LAMBDA", "a function of a callback that changes the values"),
    ],
)
def test_what_changes_them_otherwise_is_refused(
    key: str, change: str, callbacks: str, said: str
) -> None:
    callbacks = callbacks.replace("LAMBDA", "keras.callbacks.LambdaCallback(on_epoch_end=add)")
    text = program(callbacks, key, change)
    found = convert(text, Options(keras="2")).diagnostics
    assert any(said in d.message for d in found if d.severity is Severity.ERROR), found


SCHEDULE = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras


class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, base, steps):
        super().__init__()
        self.base, self.steps = base, steps

    def __call__(self, step):
        \"\"\"It rises, and falls in the end.\"\"\"
        share = (step - self.steps) / 10
        falling = 0.5 * self.base * (1 + tf.cos(3.14159 * tf.cast(share, tf.float32)))
        rising = self.base * tf.cast(step, tf.float32) / self.steps
        return tf.where(step < self.steps, rising, falling)


x, y = np.random.RandomState(0).rand(40, 4), np.random.RandomState(1).rand(40, 1)
schedule = WarmUp(0.1, 4)
rates = [float(schedule({step})) for number in range(12)]
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(schedule), "mse")
losses = model.fit(x, y, batch_size=8, epochs=2, verbose=0).history["loss"]
"""


@pytest.mark.parametrize("step", ["number", "tf.constant(number)", "float(number)"])
def test_a_schedule_that_the_program_asks_itself(step: str, scripts: Scripts) -> None:
    """Its rates are float32 in Keras."""
    text = SCHEDULE.format(step=step)
    made = convert(text, Options(exact=True))
    errors = [d.message for d in made.diagnostics if d.severity is Severity.ERROR]
    if step.startswith("tf."):
        assert errors
        return
    assert not errors
    apart = scripts.compare(text, made.text)
    assert {"rates", "losses"} <= apart.keys()
    assert max(apart.values()) < 1e-6, apart


OWN = """\
import numpy as np
from tensorflow import keras

rng = np.random.RandomState(0)
x, y = rng.rand(40, 4), rng.rand(40, 1)


class Kept(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.logs = {begun}

    def on_epoch_end(self, epoch, logs=None):
        {first}
        for key in sorted(logs):
            self.logs.setdefault(key, []).append(logs[key])


kept = Kept()
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, batch_size=16, epochs=3, shuffle=False, verbose=0, callbacks=[kept])
found = kept.logs["loss"]
"""


def test_a_dict_of_the_same_name_is_the_objects_own(scripts: Scripts) -> None:
    text = OWN.format(begun="{}", first="pass")
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert apart["found"] < 1e-9
    said = convert(OWN.format(begun="{}", first="self.logs = logs")).diagnostics
    assert any("changes the values of the epoch" in one.message for one in said)
