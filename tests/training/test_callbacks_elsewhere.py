"""Callbacks that are classes of another file, and ask the model for something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

ROC = """\
import numpy as np
from tensorflow import keras


class Scores(keras.callbacks.Callback):
    \"\"\"How well it does on some data.\"\"\"

    def __init__(self, data):
        super().__init__()
        self.x, self.y = data
        self.scores, self.best = [], 0
        self.weights = None

    def on_epoch_end(self, epoch, logs=None):
        hit = self.model.predict(self.x, verbose=0).argmax(1) == np.argmax(self.y, 1)
        loss, _ = self.model.evaluate(self.x, self.y, verbose=0)
        self.scores.append((loss, float(np.mean(hit))))
        if np.mean(hit) >= self.best:
            self.best = np.mean(hit)
            self.weights = self.model.get_weights()

    def on_train_end(self, logs=None):
        self.model.set_weights(self.weights)
"""
MODEL_HERE = """\
import numpy as np
from tensorflow import keras
{imports}

x = np.random.default_rng(0).normal(size=(40, 4))
y = keras.utils.to_categorical(np.arange(40) % 3)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
scores = {made}((x[30:], y[30:]))
history = model.fit(x[:30], y[:30], epochs=3, callbacks=[scores], shuffle=False, verbose=0)
loss = history.history["loss"]
found = np.array(scores.scores)
"""


@pytest.mark.parametrize(
    ("imports", "made"),
    [
        ("from scores import Scores", "Scores"),
        ("import scores as s", "s.Scores"),
        ("from package import Scores", "Scores"),
    ],
)
def test_a_callback_of_another_file_predicts(
    imports: str, made: str, tmp_path: Path, session: VerifySession
) -> None:
    main = MODEL_HERE.format(imports=imports, made=made)
    package = "package" in imports
    files = {"package/scores.py" if package else "scores.py": ROC, "main.py": main}
    files |= {"package/__init__.py": "from .scores import Scores\n"} if package else {}
    texts, errors = converted(tmp_path, files)
    assert not errors
    home = texts["package/scores.py" if package else "scores.py"]
    assert "class Scores:\n" in home
    assert "keras" not in home
    assert_alike(tmp_path, session)


def test_files_that_want_a_callback_otherwise_are_told(tmp_path: Path) -> None:
    main = MODEL_HERE.format(imports="from scores import Scores", made="Scores")
    other = main.replace(', activation="softmax"', "").replace("categorical_crossentropy", "mse")
    _, errors = converted(tmp_path, {"scores.py": ROC, "main.py": main, "other.py": other})
    why = "`Scores`, a class of another file, asks for `self.model`"
    assert {error.partition(":")[0] for error in errors if why in error} == {"main.py", "other.py"}


STOPPING = """\
from tensorflow.keras.callbacks import EarlyStopping


def early(patience):
    return EarlyStopping(monitor="loss", patience=patience, min_delta=0.05)
"""
STOPPED = """\
import numpy as np
from stopping import early
from tensorflow import keras

x = np.random.default_rng(0).normal(size=(40, 4))
y = np.random.default_rng(1).normal(size=(40, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.1), "mse")
stop = early(1)
history = model.fit(x, y, epochs=8, callbacks=[stop], shuffle=False, verbose=0)
loss = history.history["loss"]
found = np.array([stop.stopped_epoch, stop.best, len(loss)])
"""


def test_what_is_read_of_a_callback_that_a_function_of_another_file_gives(
    tmp_path: Path, session: VerifySession
) -> None:
    texts, errors = converted(tmp_path, {"stopping.py": STOPPING, "main.py": STOPPED})
    assert not errors
    assert "stopping" not in texts["main.py"]
    assert "# Stop early" in texts["main.py"]  # which is no word of the function
    assert not texts["stopping.py"].strip()
    assert_alike(tmp_path, session)


ENGINE = """\
from tensorflow import keras

from .hooks import Rates


class Trainer:
    def __init__(self, model, cfg):
        self.model = model
        self.cfg = cfg
        self.model.compile(keras.optimizers.SGD(cfg["rate"], momentum=0.9), "mse")
        self.rates = Rates()

    def schedule(self, epoch):
        return self.cfg["rate"] * 0.9**epoch

    def fit(self, x, y):
        slower = keras.callbacks.LearningRateScheduler(self.schedule)
        callbacks = [slower, self.rates]
        return self.model.fit(x, y, epochs=self.cfg["epochs"], callbacks=callbacks, verbose=0)
"""
HOOKS = """\
from tensorflow.keras import backend as K
from tensorflow.keras.callbacks import Callback


class Rates(Callback):
    def __init__(self):
        super().__init__()
        self.values = []

    def on_epoch_end(self, epoch, logs=None):
        self.values.append(float(K.get_value(self.model.optimizer.learning_rate)))
"""
NETS = """\
from tensorflow import keras


def create(cfg):
    return keras.Sequential([keras.Input((cfg["features"],)), keras.layers.Dense(1)])
"""
RUN = """\
import numpy as np
from src.engine import Trainer
from src.nets import create

cfg = {"features": 4, "rate": 0.1, "epochs": 3}
x = np.random.default_rng(0).normal(size=(40, 4))
y = np.random.default_rng(1).normal(size=(40, 1))
model = create(cfg)
trainer = Trainer(model, cfg)
history = trainer.fit(x, y)
loss = history.history["loss"]
found = np.array(trainer.rates.values)
"""


def test_a_callback_that_a_class_of_a_second_file_has_from_a_third_one(
    tmp_path: Path, session: VerifySession
) -> None:
    files = {"src/__init__.py": "", "src/engine.py": ENGINE, "src/hooks.py": HOOKS}
    texts, errors = converted(tmp_path, {**files, "src/nets.py": NETS, "main.py": RUN})
    assert not errors
    assert "class Rates:\n" in texts["src/hooks.py"]
    assert texts["main.py"] == RUN
    assert_alike(tmp_path, session)


FAMILY = """\
from tensorflow.keras.callbacks import Callback


class Hook(Callback):
    def __init__(self, every=1):
        super().__init__()
        self.every = every
        self.rows = []

    def on_epoch_end(self, epoch, logs=None):
        if epoch % self.every == 0:
            self.rows.append(self.measure(epoch, logs or {}))

    def measure(self, epoch, logs):
        raise NotImplementedError


class Losses(Hook):
    def measure(self, epoch, logs):
        return logs["loss"]


class Rates(Hook):
    def measure(self, epoch, logs):
        rate = float(self.model.optimizer.learning_rate.numpy())
        self.model.optimizer.learning_rate = rate * 0.5
        return rate


class Best(Hook):
    def __init__(self, key):
        super().__init__()
        self.key, self.weights = key, None

    def measure(self, epoch, logs):
        self.weights = self.model.get_weights() if epoch == 1 else self.weights
        return logs[self.key]

    def on_train_end(self, logs=None):
        self.model.set_weights(self.weights)
"""
OF_THE_FAMILY = """\
import numpy as np
from tensorflow import keras
from hooks import Best, Losses, Rates

x = np.random.default_rng(0).normal(size=(40, 4))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.2), "mse", metrics=["mae"])
losses, rates, best = Losses(every=2), Rates(), Best("mae")
hooks = [losses, rates, best]
history = model.fit(x, x[:, :1], epochs=4, callbacks=hooks, shuffle=False, verbose=0)
loss = history.history["loss"]
found = np.array([*losses.rows, *rates.rows, *best.rows])
"""
MAKE = """\


def make(name):
    return {"rates": Rates, "best": Best}[name]()
"""


def test_classes_of_another_file_that_are_derived_from_each_other(
    tmp_path: Path, session: VerifySession
) -> None:
    """One of them asks the model for something: all of them are written with it."""
    texts, errors = converted(tmp_path, {"hooks.py": FAMILY, "main.py": OF_THE_FAMILY})
    assert not errors
    assert "\n\n\nclass Hook:\n" in texts["hooks.py"]
    assert "\n\n\n\n" not in texts["hooks.py"]
    assert "\n\nclass Losses(Hook):\n" in texts["hooks.py"]
    assert not any("keras." in text for text in texts.values())
    assert_alike(tmp_path, session)


def test_a_family_that_its_file_uses_otherwise_stays(tmp_path: Path) -> None:
    """Nothing tells what becomes of the objects that a function of theirs gives."""
    main = f"{OF_THE_FAMILY}from hooks import make\nothers = make('rates')\n"
    texts, errors = converted(tmp_path, {"hooks.py": FAMILY + MAKE, "main.py": main})
    assert any("`fit` is left as it is" in one for one in errors)
    assert "class Hook(Callback):\n" in texts["hooks.py"]
    assert "self.model.optimizer.learning_rate = rate * 0.5\n" in texts["hooks.py"]


LOOKS_AT_LAYERS = """\
from tensorflow.keras.callbacks import Callback


class Widths(Callback):
    def on_epoch_end(self, epoch, logs=None):
        print([layer.units for layer in self.model.layers])
"""


def test_it_says_why_a_callback_cannot_be_written_for_the_model(tmp_path: Path) -> None:
    main = MODEL_HERE.format(imports="from widths import Widths", made="Widths")
    main = main.replace("((x[30:], y[30:]))", "()").replace("found = np.array(scores.scores)\n", "")
    _, errors = converted(tmp_path, {"widths.py": LOOKS_AT_LAYERS, "main.py": main})
    asks = "`Widths`, a class of another file, asks for `self.model`: "
    assert any(asks in error and "layers" in error.partition(asks)[2] for error in errors), errors
