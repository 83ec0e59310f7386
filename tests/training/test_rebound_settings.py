"""Settings of a module that its functions read, and that get other values between their calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_several_files import converted as files_converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

BUILDS = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
{settings}


def own(t, p):
    return weight * keras.ops.mean(keras.ops.square(t - p), axis=-1)


def build():
    hidden = keras.layers.Dense(units, activation=act)
    model = keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(1)])
    model.compile("sgd", own)
    return model


losses = []
{rest}
"""
TOGETHER = 'act, units, weight = "relu", 3, 1.0'
TRAIN = """\
    model = build()
    losses.append(model.fit(x, y, epochs=2, verbose=0).history["loss"])
"""
CASES = {
    "variables of a loop": (TOGETHER, f'for act in ("relu", "tanh"):\n{TRAIN}'),
    "several of them": (TOGETHER, f'for act, weight in [("relu", 1.0), ("tanh", 0.5)]:\n{TRAIN}'),
    "one by one": (
        'act = "relu"\nunits = 3\nweight = 1.0',
        f"for weight in (1.0, 0.5):\n{TRAIN}",
    ),
    "at the end of a round": (TOGETHER, f"while units < 6:\n{TRAIN}    units += 2\n"),
    "with a rest": (
        '(act, units), *more = ("relu", 3), 4, "tanh"\nweight = 1.0',
        f'for act in ("relu", "tanh"):\n{TRAIN}units, act = more\n{TRAIN}'.replace(
            "more\n    model", "more\nif units:\n    model"
        ),
    ),
    "nested": (
        '(act, units), weight = ("relu", 3), 1.0',
        f'for act in ("relu", "tanh"):\n{TRAIN}',
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_model_has_what_holds_by_then(case: tuple[str, str], scripts: Scripts) -> None:
    settings, rest = case
    text = BUILDS.format(settings=settings, rest=rest)
    assert "F.relu(self" not in converted(text) or "act" not in rest
    assert "weight *" in converted(text) or "weight" not in rest
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


STRAIGHT = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
weight = 1.0
{loss}

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", own)
weight = 0.5
history = model.fit(x, y, epochs=2, verbose=0).history
"""
OWN = """\


def own(t, p):
    return weight * keras.ops.mean(keras.ops.square(t - p), axis=-1)
"""


@pytest.mark.parametrize(
    "loss", [OWN, "own = lambda t, p: weight * keras.ops.mean(keras.ops.abs(t - p), axis=-1)"]
)
def test_a_loss_reads_it_when_it_is_trained_with(loss: str, scripts: Scripts) -> None:
    text = STRAIGHT.format(loss=loss)
    assert "weight * " in converted(text)
    assert max(scripts.compare(text, converted(text, Options(exact=True))).values()) < 1e-9


INSIDE = """\
import numpy as np
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
losses = []


def main():
    act, width = "relu", 3

    def build():
        hidden = keras.layers.Dense(width, activation=act)
        return keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(1)])

    for act in ("tanh", "relu"):
        model = build()
        model.compile("sgd", "mse")
        losses.append(model.fit(x, y, epochs=2, verbose=0).history["loss"])


main()
"""


def test_variables_of_functions(scripts: Scripts) -> None:
    assert max(scripts.compare(INSIDE, converted(INSIDE, Options(exact=True))).values()) < 1e-9


PIPELINE = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
SQUARED, TABLE = True, {"by": 2.0}


def prepare(a, b):
    if SQUARED:
        a = a * a
    return a * TABLE["by"], b


def make(**options):
    TABLE.update(options)
    return tf.data.Dataset.from_tensor_slices((x, y)).map(prepare).batch(8)


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
train = make(FIRST)
CHANGE
valid = make(SECOND)
model.fit(train, validation_data=valid, epochs=2, verbose=0)
"""


@pytest.mark.parametrize(
    ("change", "second", "name"), [("SQUARED = False", "", "SQUARED"), ("", "by=0.5", "TABLE")]
)
def test_steps_of_data_that_a_function_makes_twice(change: str, second: str, name: str) -> None:
    """TensorFlow keeps what they read where the step stands."""
    text = PIPELINE.replace("FIRST", "").replace("CHANGE", change).replace("SECOND", second)
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any(f"`{name}" in one and "gets another value later" in one for one in found), found


SCHEDULED = """\
from tensorflow import keras

RATE = 0.1


class Falling(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return RATE / (1.0 + keras.ops.cast(step, "float32"))


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
{before}
model.compile(keras.optimizers.SGD(Falling()), "mse")
{after}
model.fit(x, y)
"""


@pytest.mark.parametrize("late", [True, False])
def test_torch_asks_a_schedule_as_soon_as_it_has_it(late: bool) -> None:
    change = "RATE = 0.2"
    text = SCHEDULED.format(before="" if late else change, after=change if late else "")
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("change it before `compile`" in one for one in found) == late, found
    assert bool(found) == late


LOSSES = """\
from tensorflow import keras
{imports}
KEY = "beta"


def own(t, p):
    return {reads} * keras.ops.mean(keras.ops.square(t - p), axis=-1)
"""
MAIN = """\
import numpy as np
from tensorflow import keras
from losses import own
{imports}

rng = np.random.default_rng(0)
x, y = rng.normal(size=(24, 4)), rng.normal(size=(24, 1))
{before}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", own)
model.fit(x, y, epochs=2, verbose=0)
{after}
model.fit(x, y, epochs=2, verbose=0)
"""


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize(
    ("reads", "taken"),
    [
        ('SETTINGS.get("beta", 2.0)', "from config import SETTINGS"),
        ("SETTINGS[KEY]", "from config import SETTINGS"),
        ('config.SETTINGS.get("beta", 2.0)', "import config"),
    ],
)
@pytest.mark.parametrize(
    ("imports", "change"),
    [
        ("from config import SETTINGS", 'SETTINGS["beta"] = 5.0'),
        ("from config import SETTINGS as given", 'given["beta"] = 5.0'),
        ("import config", 'config.SETTINGS["beta"] = 5.0'),
    ],
)
def test_tables_of_other_files(
    reads: str, taken: str, imports: str, change: str, late: bool, tmp_path: Path
) -> None:
    """Keras goes on with what it has read when it traced the loss."""
    main = MAIN.format(imports=imports, before="" if late else change, after=change if late else "")
    losses = LOSSES.format(imports=taken, reads=reads)
    files = {"main.py": main, "losses.py": losses, "config.py": 'SETTINGS = {"beta": 1.0}\n'}
    _, errors = files_converted(tmp_path, files)
    assert any("another file changes" in error for error in errors) == late, errors
