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
