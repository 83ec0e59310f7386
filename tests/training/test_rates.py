"""Learning rates that the program reads and sets itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import Trial, converted
from tests.training.scripts import Scripts
from tests.training.test_several_files import assert_equal
from tests.training.test_several_files import converted as files_converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

AGAIN = (
    "history = model.fit(x, y, batch_size=16, epochs=2, verbose=0)\n"
    'losses = history.history["loss"]\n'
)
RATE = "model.optimizer.learning_rate"


@pytest.mark.parametrize("rate", [f"{RATE}.assign(0.02)", f"{RATE} = 0.02", f"{RATE} = 0.2 * 0.1"])
@pytest.mark.parametrize("momentum", ["", ", momentum=0.9"])
def test_rates_are_set_between_fits(rate: str, momentum: str, scripts: Scripts) -> None:
    after = f"{rate}\nrate = float({RATE})\n{AGAIN}"
    text = Trial(optimizer=f"keras.optimizers.SGD(0.1{momentum})", after=after).text
    result = converted(text)
    assert 'group["lr"] = ' in result
    apart = scripts.compare(text, result)
    assert "rate" in apart
    assert max(apart.values()) < 1e-7, apart  # Keras keeps rates in float32


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("K.set_value(model.optimizer.lr, 0.01)", '    group["lr"] = 0.01'),
        ("keras.backend.set_value(model.optimizer.learning_rate, a)", '    group["lr"] = a'),
        ("b = K.get_value(model.optimizer.lr)", 'b = optimizer.param_groups[0]["lr"]'),
        ("print(model.optimizer.lr.numpy())", 'print(optimizer.param_groups[0]["lr"])'),
        (
            "print(model.optimizer.get_config()['learning_rate'])",
            'print(optimizer.param_groups[0]["lr"])',
        ),
        ('print(f"{float(model.optimizer.lr):.4f}")', "float(optimizer.param_groups[0]['lr'])"),
    ],
)
def test_older_spellings(code: str, wanted: str) -> None:
    before = "from tensorflow.keras import backend as K\n\na = 0.5"
    assert wanted in converted(Trial(before=before, after=code).text)


def test_the_settings_of_an_optimizer_tell_its_rate(scripts: Scripts) -> None:
    text = Trial(optimizer="opt", before="opt = keras.optimizers.SGD(0.1)").text
    text += "rate = opt.get_config()['learning_rate']\n"
    result = converted(text)
    assert 'rate = optimizer.param_groups[0]["lr"]' in result
    apart = scripts.compare(text, result)
    assert apart["rate"] < 1e-7, apart  # Keras keeps rates in float32


@pytest.mark.parametrize(
    ("schedule", "asked"),
    [
        ("keras.optimizers.schedules.CosineDecay(0.1, 6)", "get_config()['learning_rate']"),
        ("0.1", "get_config()"),
        ("0.1", "get_config()['momentum']"),
    ],
)
def test_other_settings_of_an_optimizer_are_left(schedule: str, asked: str) -> None:
    before = f"opt = keras.optimizers.SGD({schedule})"
    text = Trial(optimizer="opt", before=before, after=f"print(opt.{asked})").text
    conversion = convert(text)
    assert f"print(opt.{asked})" in conversion.text
    assert any(d.severity is Severity.ERROR for d in conversion.diagnostics)


def test_a_rate_that_a_schedule_gives_is_not_set() -> None:
    schedule = "keras.optimizers.schedules.CosineDecay(0.1, 6)"
    text = Trial(optimizer=f"keras.optimizers.SGD({schedule})", after=f"{RATE} = 0.1").text
    messages = [d.message for d in convert(text).diagnostics]
    assert any("while a schedule gives it" in message for message in messages)


def test_epochs_go_on_where_they_are_told_to(scripts: Scripts) -> None:
    text = Trial(fit=", initial_epoch=1", after="n = history.epoch\nm = len(history.epoch)").text
    result = converted(text)
    assert "in range(1, 3):" in result
    assert 'n = list(range(1, 1 + len(history["loss"])))' in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


def test_arithmetic_of_the_framework_on_numbers_is_that_of_python() -> None:
    before = (
        "import tensorflow as tf\n\n\ndef slower(epoch, lr):\n"
        "    return lr if epoch < 2 else lr * tf.math.exp(-0.1)\n\n"
    )
    fit = ", callbacks=[keras.callbacks.LearningRateScheduler(slower)]"
    result = converted(Trial(before=before, fit=fit).text)
    assert "lr * math.exp(-0.1)" in result
    assert "import math" in result


ALIAS = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.optimizers import Adam

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def run(rate):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    adam = Adam(learning_rate=rate)
    model.compile(optimizer=adam, loss="mse")
    losses = []
    for epoch in range(3):
        losses += model.fit(x, y, epochs=1, shuffle=False, verbose=0).history["loss"]
        if epoch == 0:
            adam.learning_rate = adam.learning_rate * 0.5
        else:
            adam.learning_rate.assign(0.01)
    return losses, float(adam.learning_rate)


losses, last = run(0.1)
"""


def test_the_programs_own_variable_for_the_optimizer(scripts: Scripts) -> None:
    result = converted(ALIAS, Options(exact=True))
    assert 'group["lr"] = optimizer.param_groups[0]["lr"] * 0.5' in result
    apart = scripts.compare(ALIAS, result)
    assert {"losses", "last"} <= apart.keys()
    assert max(apart.values()) < 1e-7, apart  # Keras keeps the rate in single precision


def test_its_rate_by_another_name(scripts: Scripts) -> None:
    kept = "    kept = adam.learning_rate\n    kept.assign(1.0)\n    losses = []"
    program = ALIAS.replace("    losses = []", kept)
    apart = scripts.compare(program, converted(program, Options(exact=True)))
    assert {"losses", "last"} <= apart.keys()
    assert max(apart.values()) < 1e-7, apart


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    losses = []", "    print(adam.get_config())\n    losses = []"),
        ("    losses = []", "    adam = Adam(1.0)\n    losses = []"),
        ("    losses = []", "    adam.learning_rate.assign_sub(0.1)\n    losses = []"),
        ("    model.compile", "    adam.learning_rate = 0.02\n    model.compile"),
    ],
)
def test_a_variable_of_which_more_is_asked_is_refused(old: str, new: str) -> None:
    diagnostics = convert(ALIAS.replace(old, new)).diagnostics
    assert any(d.severity is Severity.ERROR for d in diagnostics)


HANDED = """\
def build():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    return model


def tune(model, rate, epochs=2):
    model.optimizer.learning_rate = rate
    history = model.fit(x, y, epochs=epochs, shuffle=False, verbose=0)
    return history.history["loss"], float(model.optimizer.learning_rate), steps(model)


def steps(model):
    {reads}


model = build()
model.fit(x, y, shuffle=False, verbose=0)
losses, rate, _ = tune(model, 0.02)
again, _, _ = tune(model, 0.001, 3)
last = float(model.optimizer.learning_rate)
"""


def test_functions_ask_the_optimizer_of_the_models_they_train(scripts: Scripts) -> None:
    text = ALIAS[: ALIAS.index("def run")] + HANDED.format(reads="return len(model.predict(x))")
    apart = scripts.compare(text, converted(text))
    assert {"losses", "rate", "again", "last"} <= apart.keys()
    assert max(apart.values()) < 1e-7, apart  # Keras keeps the rate in single precision


@pytest.mark.parametrize("asks", ["", "model.predict(x)\n    "])
def test_a_function_that_has_no_optimizer_is_refused(asks: str) -> None:
    reads = f"{asks}return int(model.optimizer.iterations)"
    found = convert(ALIAS[: ALIAS.index("def run")] + HANDED.format(reads=reads)).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any("is left as it is" in error for error in errors), errors


BEST = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(40, 3)
y = x.sum(1)


def build():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])


rates, results = [0.1, 0.01], {}
losses = []
for rate in rates:
    model = build()
    model.compile(keras.optimizers.SGD(rate), "mse")
    history = model.fit(x, y, epochs=2, verbose=0, shuffle=False)
    results[rate] = history.history["loss"][-1]
    losses.append(model.evaluate(x, y, verbose=0))
best = BEST
final = build()
final.compile(keras.optimizers.SGD(learning_rate=best), "mse")
final.fit(x, y, epochs=2, verbose=0, shuffle=False)
score = final.evaluate(x, y, verbose=0)
"""


@pytest.mark.parametrize(
    "best", ["min(results, key=results.get)", "rates[int(np.argmin(losses))]", "max(losses) / 100"]
)
def test_the_rate_of_the_best_model(best: str, scripts: Scripts) -> None:
    text = BEST.replace("BEST", best)
    new = converted(text)
    assert "lr=best)" in new
    apart = scripts.compare(text, new)
    assert apart["score"] < 1e-9


OF_SCHEDULE = """\
import numpy as np
from tensorflow import keras

x = np.random.RandomState(0).rand(40, 4)
model = keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])
schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.9)
model.compile(keras.optimizers.Adam(schedule), "mse")
model.fit(x, x.sum(1), epochs=2, batch_size=8, verbose=0)
{asked}
"""


def test_keras_2_gives_the_rate_of_the_last_step_of_a_schedule(scripts: Scripts) -> None:
    asked = OF_SCHEDULE.format(asked="rate = float(model.optimizer.learning_rate)")
    said = [d.message for d in convert(asked, Options(keras="2")).diagnostics]
    assert any("Keras 2 gives that of the last step" in message for message in said)
    plain = convert(OF_SCHEDULE.format(asked=""), Options(keras="2")).diagnostics
    assert not [d for d in plain if d.severity is Severity.ERROR]
    apart = scripts.compare(asked, converted(asked, Options(exact=True)))
    assert max(apart.values()) < 1e-9, apart


OF_ARRAYS = """\
import numpy as np
from tensorflow import keras


def warm(step, top):
    return np.where(step < 2, top * step, top)


class Warming(keras.callbacks.Callback):
    def __init__(self, top):
        super().__init__()
        self.top, self.step = top, 0

    def on_batch_begin(self, batch, logs=None):
        self.step += 1
        self.model.optimizer.learning_rate = warm(self.step, self.top)
"""
WITH_THEM = """\
import numpy as np
from schedule import Warming
from tensorflow import keras

r = np.random.RandomState(0)
x, y = r.rand(40, 5), r.rand(40, 1)
model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1)])
model.compile("rmsprop", "mse")
model.fit(x, y, epochs=3, batch_size=16, verbose=0, callbacks=[Warming(0.01)])
"""


def test_rates_of_other_files_are_numbers(tmp_path: Path, session: VerifySession) -> None:
    """What `np.where` gives is an array, which optimizers that are emitted can't take."""
    files = {"schedule.py": OF_ARRAYS, "main.py": WITH_THEM}
    texts, errors = files_converted(tmp_path, files)
    assert not errors
    assert '["lr"] = float(' in "".join(texts.values())
    assert_equal(tmp_path, "main.py", session)
