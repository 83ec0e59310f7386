"""Training that Keras runs eagerly, or on several batches at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from tests.training.test_several_files import converted as files_converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras
{before}
rng = np.random.RandomState(0)
x, y = rng.randn(46, 4), rng.rand(46, 3) * 2
"""
ONE = """
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation={activation})])
model.compile("sgd", {loss}{given})
losses = model.fit(x, y, epochs=2, batch_size=8, verbose=0).history["loss"]
"""
TWO = """
inputs = keras.Input((4,))
a, b = keras.layers.Dense(3, name="a")(inputs), keras.layers.Dense(3, name="b")(inputs)
model = keras.Model(inputs, [a, b])
model.compile("sgd", {{"a": "mse", "b": "mae"}}{given})
fitted = model.fit(x, {{"a": y, "b": -y}}, epochs=2, batch_size=8, verbose=0)
losses = fitted.history["loss"]
of_a = fitted.history["a_loss"]
"""
EAGER = "tf.config.run_functions_eagerly(True)"
CROSSENTROPY = '"categorical_crossentropy"'


@pytest.mark.parametrize("given", ["", ", run_eagerly=True"])
def test_outputs_are_weighed_as_keras_does(given: str, scripts: Scripts) -> None:
    text = HEAD.format(before="") + TWO.format(given=given)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("given", ["", ", run_eagerly=False"])
def test_all_functions_may_run_eagerly(given: str) -> None:
    everywhere = HEAD.format(before=EAGER) + TWO.format(given=given)
    here = HEAD.format(before="") + TWO.format(given=", run_eagerly=True")
    assert converted(everywhere).split() == converted(here).split()
    assert converted(here) != converted(HEAD.format(before="") + TWO.format(given=""))


@pytest.mark.parametrize("activation", ["tf.nn.softmax", "tf.nn.sigmoid"])
@pytest.mark.parametrize(("before", "given"), [("", ", run_eagerly=True"), (EAGER, "")])
def test_logits_that_only_a_graph_tells(before: str, given: str, activation: str) -> None:
    loss = CROSSENTROPY if "softmax" in activation else '"binary_crossentropy"'
    text = HEAD.format(before=before) + ONE.format(activation=activation, loss=loss, given=given)
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert f"Keras has the loss of clipped probabilities of `{activation}`" in errors[0]


@pytest.mark.parametrize(
    ("activation", "loss", "given"),
    [
        ("tf.nn.softmax", CROSSENTROPY, ""),
        ('"softmax"', CROSSENTROPY, ", run_eagerly=True"),
        ("tf.nn.softmax", '"mse"', ", run_eagerly=True"),
        ("tf.nn.softmax", CROSSENTROPY, ", run_eagerly=False"),
    ],
)
def test_logits_that_keras_goes_back_to(
    activation: str, loss: str, given: str, scripts: Scripts
) -> None:
    text = HEAD.format(before="") + ONE.format(activation=activation, loss=loss, given=given)
    apart = scripts.compare(text, converted(text, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


SEVERAL = """
class Decay(keras.callbacks.Callback):
    def on_{event}(self, number, logs=None):
        self.model.optimizer.learning_rate = self.model.optimizer.learning_rate * 0.9


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
model.compile("sgd", "mse", steps_per_execution={steps})
model.fit(x, y, epochs=2, batch_size=8, verbose=0, callbacks=[{callback}])
"""


@pytest.mark.parametrize(
    ("steps", "event", "callback", "said"),
    [
        ("2", "train_batch_end", "Decay()", True),
        ("2", "epoch_end", "Decay()", False),
        ("1", "train_batch_end", "Decay()", False),
        ("None", "train_batch_end", "Decay()", False),
        (
            "4",
            "epoch_end",
            "keras.callbacks.LambdaCallback(on_batch_end=lambda b, l: print(b))",
            True,
        ),
        ("4", "epoch_end", 'keras.callbacks.ModelCheckpoint("w.keras", save_freq=5)', True),
        ("4", "epoch_end", 'keras.callbacks.ModelCheckpoint("w.keras")', False),
    ],
)
def test_callbacks_of_batches_that_run_together(
    steps: str, event: str, callback: str, said: bool
) -> None:
    text = HEAD.format(before="") + SEVERAL.format(steps=steps, event=event, callback=callback)
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("steps_per_execution: Keras calls" in error for error in errors) == said, errors


@pytest.mark.parametrize("keras", ["2", "3"])
def test_a_generator_that_validates_epoch_by_epoch(keras: str) -> None:
    text = HEAD.format(before="") + ONE.format(activation="None", loss='"mse"', given="")
    text = text.replace(
        "rng =", "def pairs():\n    while True:\n        yield x[:8], y[:8]\n\n\nrng ="
    )
    text = text.replace("x, y, epochs", "x, y, validation_data=pairs(), validation_steps=2, epochs")
    said = [d.message for d in convert(text, Options(keras=keras)).diagnostics]
    assert any("the generator of the validation goes on from epoch to epoch" in one for one in said)


FILTERED = """
data = tf.data.Dataset.from_tensor_slices((x, {{"a": y, "b": -y}}))
data = data.filter(lambda inputs, targets: inputs[0] < 0.8).batch(8)
model.fit({given}, epochs=1, verbose=0)
model.evaluate(data, verbose=0)
"""


@pytest.mark.parametrize(
    ("keras", "given", "compiled", "said"),
    [
        ("3", "data", "", 2),
        ("3", "data.repeat(), steps_per_epoch=2", "", 1),
        ("3", "data", ", run_eagerly=True", 0),
        ("2", "data", "", 0),
    ],
)
def test_batches_that_keras_3_counts_for_each_output(
    keras: str, given: str, compiled: str, said: int
) -> None:
    model = TWO.format(given=compiled).partition("fitted =")[0]
    text = HEAD.format(before="") + model + FILTERED.format(given=given)
    found = [d.message for d in convert(text, Options(keras=keras)).diagnostics]
    assert sum("one more batch in the loss of each output" in one for one in found) == said, found
    alone = HEAD.format(before="def most(t, p):\n    return tf.reduce_max(p)\n") + model
    alone = (
        (alone + FILTERED.format(given=given))
        .replace("[a, b]", "a")
        .replace(', "b": "mae"', "")
        .replace(', "b": -y', "")
    )
    found = [d.message for d in convert(alone, Options(keras=keras)).diagnostics]
    assert not any("one more batch in the" in one for one in found)
    means = alone.replace(', {"a": "mse"}', ', {"a": "mse"}, metrics=[most]')
    found = [d.message for d in convert(means, Options(keras=keras)).diagnostics]
    assert sum("in the means of a metric over the batches" in one for one in found) == said, found


@pytest.mark.parametrize("switched", ["setup.py", "run.py", ""])
def test_other_files_may_run_all_functions_eagerly(switched: str, tmp_path: Path) -> None:
    eager = f"import tensorflow as tf\n\n{EAGER}\n"
    model = ONE.format(activation="tf.nn.softmax", loss=CROSSENTROPY, given="")
    files = {
        "setup.py": eager if switched == "setup.py" else "rate = 0.1\n",
        "run.py": f"{eager if switched == 'run.py' else ''}import train\n\nprint(train.losses)\n",
        "train.py": f"import setup\n{HEAD.format(before='')}{model}",
    }
    _, errors = files_converted(tmp_path, files)
    found = any("Keras has the loss of clipped probabilities" in error for error in errors)
    assert found == bool(switched), errors


SCHEDULE = """\
import numpy as np
import tensorflow as tf
from tensorflow import keras

W = 1.0


class Slower(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1 * W / (1.0 + tf.cast(step, tf.float32))


model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(Slower()), "mse", run_eagerly=True)
model.fit(np.ones((8, 2)), np.ones(8))
W = 3.0
model.fit(np.ones((8, 2)), np.ones(8))
"""


def test_schedules_are_asked_ahead() -> None:
    errors = [d.message for d in convert(SCHEDULE).diagnostics if d.severity is Severity.ERROR]
    assert any("`W`, which `__call__` reads, gets another value" in e for e in errors), errors
    still = convert(SCHEDULE.replace("W = 3.0\n", "")).diagnostics
    assert not any("gets another value" in d.message for d in still)
