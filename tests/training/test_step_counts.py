"""How many steps an optimizer has taken, where a program asks: `model.optimizer.iterations`."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import keras
from keras import layers
from keras import backend as K

rng = np.random.default_rng(0)
x, y = rng.normal(size=(44, 4)), rng.normal(size=(44, 1))
model = keras.Sequential([layers.Input((4,)), layers.Dense(1)])
sgd = keras.optimizers.SGD(0.1, momentum=0.9)
model.compile(sgd, "mse")
"""
OWN = """\


class Steps(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.begun, self.ended, self.losses = [], [], []

    def on_train_batch_begin(self, batch, logs=None):
        self.begun.append(int(self.model.optimizer.iterations))

    def on_train_batch_end(self, batch, logs=None):
        step = self.model.optimizer.iterations.numpy()
        if step % 4 == 0:
            self.losses.append(logs["loss"])

    def on_epoch_end(self, epoch, logs=None):
        print(f"epoch {epoch}: {self.model.optimizer.iterations.numpy()} steps")
        self.ended.append(int(self.model.optimizer.iterations.numpy()))


steps = Steps()
"""
FIT = "model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0, callbacks=[{}])\n"
READ = f"""\
before = int(model.optimizer.iterations)
{FIT.format("steps")}\
first = model.optimizer.iterations.numpy()
{FIT.format("")}\
model.train_on_batch(x, y)
second = int(model.optimizer.iterations.numpy())
begun, ended, losses = steps.begun, steps.ended, steps.losses
"""
READS = {"before", "first", "second", "begun", "ended", "losses"}


@pytest.mark.parametrize("keras", ["2", "3"])
def test_each_step_counts_itself(keras: str, scripts: Scripts) -> None:
    text = HEAD + OWN + READ
    if keras == "2":
        text = text.replace("from k", "from tf_k").replace("import k", "import tf_keras as k")
    result = converted(text)
    assert result.count("optimizer.iterations += 1") == 3  # with callbacks, without, on a batch
    assert "steps.model = " not in result  # it asks the optimizer alone
    apart = scripts.compare(text, result, keras)
    assert apart.keys() >= READS
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    "read",
    ["n = int(sgd.iterations)", "n = sgd.iterations.numpy()", "n = K.get_value(sgd.iterations)"],
)
def test_other_spellings(read: str) -> None:
    result = converted(f"{HEAD}{FIT.format('')}{read}\n")
    assert "optimizer.iterations = 0\n" in result
    assert result.rstrip().endswith(("n = optimizer.iterations", "n = int(optimizer.iterations)"))


def test_what_nobody_asks_is_not_counted() -> None:
    assert "iterations" not in converted(HEAD + FIT.format(""))


RESUMES = "keras.callbacks.BackupAndRestore('backup')"
SAVED = "model.save_weights('w.weights.h5')\nmodel.load_weights('w.weights.h5')\n"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (f"{FIT.format('')}model.optimizer.iterations.assign(0)\n", "the program sets"),
        (f"sgd.iterations.assign(0)\n{FIT.format('')}", "the program sets"),
        (f"{FIT.format('')}n = sgd.iterations\nprint(n.dtype)\n", "more is asked"),
        (f"{FIT.format(RESUMES)}print(int(sgd.iterations))\n", "may have been interrupted"),
        (f"{FIT.format('')}{SAVED}print(int(sgd.iterations))\n", "brings back"),
    ],
)
def test_what_counts_otherwise_is_refused(script: str, why: str) -> None:
    errors = [d for d in convert(HEAD + script).diagnostics if d.severity is Severity.ERROR]
    assert any(why in error.message for error in errors), errors


def test_a_batch_that_may_be_no_step_is_refused() -> None:
    text = HEAD.replace("momentum=0.9", "gradient_accumulation_steps=2")
    errors = [d.message for d in convert(f"{text}{OWN}{READ}").diagnostics]
    assert any("where some batches are none" in error for error in errors), errors


UNKNOWN = """\
import numpy as np
import tensorflow as tf
{keras}

rng = np.random.default_rng(0)
x, y = rng.normal(size=(44, 4)), rng.normal(size=(44, 1))


def batches():
    for i in range(0, 44, 8):
        yield x[i : i + 8], y[i : i + 8]


rows = tf.data.Dataset.from_tensor_slices((x, y))
train = {data}
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile({optimizer}, "mse")
{fit}
"""
SPEC = "(tf.TensorSpec((None, 4), tf.float64), tf.TensorSpec((None, 1), tf.float64))"
FROM_GENERATOR = f"tf.data.Dataset.from_generator(batches, output_signature={SPEC})"
FILTERED = "rows.filter(lambda a, b: a[0] > 0).batch(8)"
THRICE = "model.fit(train, epochs=3, verbose=0)"
ONCE = "model.fit(train, verbose=0)"
SCHEDULE = "keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5))"


@pytest.mark.parametrize(
    ("data", "optimizer", "fit", "says"),
    [
        (FROM_GENERATOR, '"adam"', THRICE, True),
        (FILTERED, '"adam"', THRICE, True),
        (f"{FILTERED}.cache().repeat(2)", "keras.optimizers.Nadam(0.01)", THRICE, True),
        (f"{FILTERED}.take(2)", '"adam"', THRICE, True),
        ("rows.batch(8).unbatch().batch(4)", '"adam"', THRICE, True),
        (f"rows.batch(8).concatenate({FILTERED})", '"adam"', THRICE, True),
        (FILTERED, SCHEDULE, THRICE, True),
        (FILTERED, "keras.optimizers.SGD(0.1, weight_decay=0.1)", THRICE, True),
        (FILTERED, '"adam"', f"{ONCE}\n{ONCE}", True),
        (FILTERED, '"adam"', f"for _ in range(2):\n    {ONCE}", True),
        (FILTERED, '"adam"', f"def more():\n    {ONCE}\n\n\n{ONCE}\nmore()", True),
        (FILTERED, '"adam"', f"def run():\n    {ONCE}\n\n\nrun()\nrun()", True),
        (FILTERED, '"adam"', f"def run():\n    {ONCE}\n\n\nrun()", False),
        (FILTERED, '"adam"', ONCE, False),
        (FILTERED, '"sgd"', THRICE, False),
        (FILTERED, "keras.optimizers.SGD(0.1, momentum=0.9)", THRICE, False),
        (FILTERED, "keras.optimizers.RMSprop(0.1)", THRICE, False),
        (FILTERED, '"adam", run_eagerly=True, loss=', THRICE, False),
        ("rows.batch(8)", '"adam"', THRICE, False),
        ("rows.shuffle(44).repeat(2).batch(8)", '"adam"', THRICE, False),
        (
            f"{FILTERED}.repeat()",
            '"adam"',
            "model.fit(train, epochs=3, steps_per_epoch=5, verbose=0)",
            False,
        ),
    ],
)
def test_steps_without_a_batch_are_said(data: str, optimizer: str, fit: str, says: bool) -> None:
    """Where TensorFlow doesn't know the length, Keras counts a step that finds no batch."""
    for keras, when in (("import keras", "each epoch"), ("import tf_keras as keras", "each `fit`")):
        script = UNKNOWN.format(keras=keras, data=data, optimizer=optimizer, fit=fit)
        script = script.replace(', loss=, "mse"', ', loss="mse"')
        found = convert(script).diagnostics
        assert not [one for one in found if one.severity is Severity.ERROR]
        said = [one.message for one in found if "finds no batch" in one.message]
        assert bool(said) == says
        assert all(when in message for message in said)
