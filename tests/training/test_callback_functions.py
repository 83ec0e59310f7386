"""Functions that give callbacks: what the loop does is what they give at the call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.scripts import Scripts
from tests.training.test_several_files import assert_equal, converted
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

SCRIPT = """
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, TerminateOnNaN


{function}

x, y = np.ones((64, 4)), np.ones((64, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, y, epochs=2, callbacks={call})
"""
BY_NAME = """
def get_callbacks(kind, patience=3):
    callbacks = []
    if kind == "none":
        callbacks.append(TerminateOnNaN())
    elif kind == "stop":
        callbacks.append(EarlyStopping(monitor="loss", patience=patience))
    else:
        return [ModelCheckpoint(kind + ".h5")]
    return callbacks
"""


def errors(text: str) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("call", "wanted", "others"),
    [
        ('get_callbacks("none")', "math.isfinite", ("wait", "torch.save")),
        ('get_callbacks("stop", 7)', "wait >= 7", ("math.isfinite", "torch.save")),
        ('get_callbacks(patience=2, kind="stop")', "wait >= 2", ("math.isfinite", "torch.save")),
        ('get_callbacks("best")', "torch.save", ("math.isfinite", "wait")),
    ],
)
def test_takes_the_branch_of_the_call(call: str, wanted: str, others: tuple[str, ...]) -> None:
    text = SCRIPT.format(function=BY_NAME, call=call)
    assert not errors(text)
    emitted = convert(text).text
    assert wanted in emitted
    assert not [other for other in others if other in emitted]
    assert "def get_callbacks" not in emitted


@pytest.mark.parametrize(
    "body",
    [
        "return [TerminateOnNaN(), make(name)]",
        "return [TerminateOnNaN()] if x.any() else []",
        "return [keras.callbacks.LearningRateScheduler(lambda epoch: name * 0.9**epoch)]",
        "other = name * 2\n    return [keras.callbacks.LearningRateScheduler(lambda epoch: other)]",
        "return [keras.callbacks.LearningRateScheduler(lambda epoch, rate=name: rate)]",
    ],
)
def test_what_does_more_stays(body: str) -> None:
    function = f"def get_callbacks(name):\n    # callbacks\n    {body}\n"
    text = SCRIPT.format(function=function, call='get_callbacks("best")')
    assert errors(text)
    assert body in convert(text).text


def test_a_function_that_is_called_elsewhere_stays() -> None:
    text = SCRIPT.format(function=BY_NAME, call='get_callbacks("none")')
    text += 'print(len(get_callbacks("stop")))\n'
    assert errors(text)
    assert "def get_callbacks" in convert(text).text


@pytest.mark.parametrize("use", ["from train import get_callbacks", "import train", ""])
def test_a_function_that_another_file_imports_stays(use: str, tmp_path: Path) -> None:
    text = SCRIPT.format(function=BY_NAME, call='get_callbacks("none")')
    (tmp_path / "other.py").write_text(f"{use}\nget_callbacks = get_callbacks\n")
    got = convert(text, path=str(tmp_path / "train.py"))
    assert ("def get_callbacks" in got.text) == bool(use)
    assert any(d.severity is Severity.ERROR for d in got.diagnostics) == bool(use)


def test_a_function_that_all_names_stays() -> None:
    text = SCRIPT.format(function=BY_NAME, call='get_callbacks("none")')
    text += '\n__all__ = ["get_callbacks"]\n'
    assert errors(text)
    assert "def get_callbacks" in convert(text).text


CALLED = """
def path_of(name):
    return name + str(np.random.rand()) + ".h5"


def get_callbacks(name):
    return [ModelCheckpoint(path_of(name)), EarlyStopping("loss", patience=3)]


best = {"run": input()}
cbs = get_callbacks(best["run"])"""


def test_what_an_argument_calls_is_called_once() -> None:
    text = SCRIPT.format(function=CALLED, call="cbs")
    assert not errors(text)
    emitted = convert(text).text
    assert 'filepath = path_of(best["run"])' in emitted
    assert emitted.count("path_of(best") == 1


@pytest.mark.parametrize(
    ("made", "change"),
    [
        (CALLED, 'best["run"] = "b"'),
        (CALLED, "best = {}"),
        ('name = input()\ncbs = [ModelCheckpoint(name + ".h5")]', "name = input()"),
        ("args = np\ncbs = [ModelCheckpoint(args.path)]", 'args.path = "b"'),
    ],
)
def test_what_an_argument_reads_stays_until_the_training(made: str, change: str) -> None:
    assert not errors(SCRIPT.format(function=made, call="cbs"))
    assert errors(SCRIPT.format(function=f"{made}\n{change}", call="cbs"))


def test_what_is_made_before_a_loop_reads_none_of_its_variables() -> None:
    made = 'name = input()\ncbs = [ModelCheckpoint(name + ".h5")]'
    text = SCRIPT.format(function=made, call="cbs")
    fit = text[text.index("model.fit") :]
    assert errors(text.replace(fit, f"for name in 'ab':\n    {fit}"))


TWO_MODELS = """
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, TerminateOnNaN


{function}
{shared}

def train(model, x, y, name):
    model.compile("sgd", "mse")
    return model.fit(x, y, epochs=2, verbose=0, callbacks={call})


x, y = np.ones((64, 4)), np.ones((64, 1))
small = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
large = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2), keras.layers.Dense(1)])
first = train(small, x, y, "stop")
second = train(large, x, y, "none")
"""
BEST = """
def get_callbacks(name):
    return [ModelCheckpoint(name + ".h5", monitor="loss", save_best_only=True)]
"""


@pytest.mark.parametrize(
    ("function", "shared", "call", "converts"),
    [
        (BEST, "", "get_callbacks(name)", True),
        (BEST, "shared = get_callbacks('best')", "shared", False),
        (BY_NAME, "", "get_callbacks(name)", False),
    ],
)
def test_callbacks_of_a_fit_that_trains_several_models(
    function: str, shared: str, call: str, converts: bool
) -> None:
    """Each time it gets new ones from its function; other objects go on with what they know."""
    text = TWO_MODELS.format(function=function, shared=shared, call=call)
    emitted = convert(text).text
    assert (not errors(text)) is converts
    best = 'saved_loss = float("inf")'
    assert (best in emitted or "saved_loss = None" in emitted) is converts


METHODS = """
import numpy as np
from tensorflow import keras
from tensorflow.keras import callbacks, losses, metrics, optimizers

rs = np.random.RandomState(0)
x, y = rs.rand(30, 4), rs.rand(30, 1)


class Trainer:
    def __init__(self, name="net", lr=0.1, early=True):
        self.name = name
        self.lr = lr
        self.early = early
        self.model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])

    def _optimizer(self):
        return optimizers.SGD(learning_rate=self.lr, momentum=0.5)

    def _loss(self):
        return losses.Huber(delta=0.3)

    def _callbacks(self, patience=1, monitor="val_loss"):
        found = [callbacks.TerminateOnNaN()]
        # keep the best
        found.append(
            callbacks.ModelCheckpoint(
                f"{self.name}_best.weights.h5", monitor, save_best_only=True, save_weights_only=True
            )
        )
        if self.early:
            found.append(callbacks.EarlyStopping(monitor=monitor, patience=patience))
        else:
            found.append(callbacks.EarlyStopping(monitor="loss", min_delta=0.5, patience=patience))
        return found

    def train(self):
        self.model.compile(optimizer=self._optimizer(), loss=self._loss())
        fitted = self.model.fit(
            x, y, validation_split=0.3, epochs=6, callbacks=self._callbacks(2), shuffle=False,
            verbose=0,
        )
        self.model.load_weights(f"{self.name}_best.weights.h5")
        return fitted.history


one = Trainer().train()
other = Trainer("other", 0.01, False).train()
"""
CALLED_AS_THE_MODULE = (
    METHODS.replace("_callbacks", "callbacks")
    .replace("            callbacks.", "            keras.callbacks.")
    .replace("append(callbacks.", "append(keras.callbacks.")
)
DERIVED = """class Other(Trainer):
    def _callbacks(self, n):
        return []


"""


@pytest.mark.parametrize("text", [METHODS, CALLED_AS_THE_MODULE], ids=["own", "the-module"])
def test_methods_give_what_they_know_of_their_object(text: str, scripts: Scripts) -> None:
    assert not errors(text)
    emitted = convert(text, Options(exact=True)).text
    assert "# keep the best" in emitted
    assert not any(f"def _{name}(" in emitted for name in ("optimizer", "loss", "callbacks"))
    assert "def callbacks(" not in emitted
    apart = scripts.compare(text, emitted)
    assert max(apart.values()) < 1e-9, apart
    assert {"one", "other"} <= apart.keys()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("one = Trainer()", "Trainer()._callbacks()\none = Trainer()"),
        ("one = ", f"{DERIVED}one = "),
        ("        else:\n", "        else:\n            return found\n"),
    ],
)
def test_methods_that_others_may_call_or_replace_stay(old: str, new: str) -> None:
    text = METHODS.replace(old, new, 1)
    assert text != METHODS
    assert errors(text)
    assert "def _callbacks(self, patience" in convert(text).text


def test_paths_that_the_caller_joins(scripts: Scripts, tmp_path: Path) -> None:
    text = f"""\
import os

import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint

folder = {str(tmp_path)!r}
x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)


def get_callbacks(name, patience):
    best = ModelCheckpoint(os.path.join(folder, name + ".keras"), save_best_only=True)
    return [best, EarlyStopping(patience=patience * 2)]


guess = []
for seed in range(2):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    parts = get_callbacks(f"net-{{seed}}" + "%d" % seed, 1)
    model.fit(x, y, epochs=2, validation_split=0.2, shuffle=False, verbose=0, callbacks=parts)
    guess.append(float(model.predict(x, verbose=0).mean()))
files = sorted(os.listdir(folder))
"""
    result = convert(text)
    assert not [d for d in result.diagnostics if d.severity is Severity.ERROR]
    apart = scripts.compare(text, result.text)
    assert "guess" in apart
    assert max(apart.values()) < 1e-6, apart  # the mean of predictions in single precision
    assert sorted(p.name for p in tmp_path.iterdir()) == ["net-00.keras", "net-11.keras"]


RATES = """\
import math


def decay(epoch):
    return 0.1 * math.pow(0.5, epoch)


def warm(epoch, rate):
    return rate if epoch < 1 else rate * 0.5


def make(start):
    def schedule(epoch):
        return start / (epoch + 1)

    return schedule


def report(epoch, logs):
    seen.append((epoch, float(logs["loss"])))


seen = []
"""
SCHEDULED = """\
import numpy as np
from tensorflow import keras
{imports}

x = np.random.RandomState(0).rand(30, 4)
{made}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x.sum(1), epochs=3, verbose=0, callbacks=[keras.callbacks.{callback}])
"""


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("imports", "made", "callback"),
    [
        ("from rates import decay", "", "LearningRateScheduler(decay)"),
        ("from rates import decay as d", "", "LearningRateScheduler(schedule=d, verbose=0)"),
        ("import rates", "", "LearningRateScheduler(rates.warm)"),
        ("from rates import *", "", "LearningRateScheduler(warm)"),
        ("from rates import make", "rate = make(0.1)", "LearningRateScheduler(rate)"),
        ("from rates import make", "", "LearningRateScheduler(make(0.1))"),
        ("import rates as r", "", "LearningRateScheduler(r.make(0.1), verbose=0)"),
        ("import rates", "", "LambdaCallback(on_epoch_end=rates.report)"),
    ],
)
def test_functions_of_files_that_know_nothing_of_keras(
    imports: str, made: str, callback: str, tmp_path: Path, session: VerifySession
) -> None:
    text = SCHEDULED.format(imports=imports, made=made, callback=callback)
    _, errors = converted(tmp_path, {"rates.py": RATES, "main.py": text})
    assert not errors
    assert_equal(tmp_path, "main.py", session)


def test_what_the_name_is_must_be_certain(tmp_path: Path) -> None:
    made = "if x.any():\n    decay = make(0.2)"
    text = SCHEDULED.format(
        imports="from rates import decay, make", made=made, callback="LearningRateScheduler(decay)"
    )
    _, errors = converted(tmp_path, {"rates.py": RATES, "main.py": text})
    assert "what a callback calls is not a function of the program" in " ".join(errors)
