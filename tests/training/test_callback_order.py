"""What callbacks see of an epoch, in the order in which a program lists them."""

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
from keras.callbacks import *

rng = np.random.default_rng(0)
x, y = rng.normal(size=(20, 4)), (rng.random((20, 1)) > 0.5) * 1.0
model = keras.Sequential([layers.Input((4,)), layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])


class Seen(Callback):
    def __init__(self):
        super().__init__()
        self.epochs, self.ends, self.batches = [], [], []

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append([*logs.values(), len(logs)])

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(list(logs.values()))

    def on_train_end(self, logs=None):
        self.ends.append([*logs.values(), *self.model.get_weights()[0].ravel()])


first, second, third = Seen(), Seen(), Seen()
"""
#: Keras gives each what those before it have put there, and the end what it has measured itself.
SCRIPT = """

class Slower(Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate = 0.01 / (epoch + 2)


stopping = EarlyStopping("loss", mode="max", patience=2, restore_best_weights=True)
plateau = ReduceLROnPlateau("loss", patience=1, mode="max")
slowing = [Slower(), ReduceLROnPlateau("loss"), third]
shown = [first, plateau, second, stopping, third]
h = model.fit(x, y, epochs=4, batch_size=5, shuffle=False, verbose=0, callbacks=shown)
rates = h.history["learning_rate"]
h = model.fit(x, y, epochs=3, shuffle=False, verbose=0, callbacks=slowing)
others = h.history["learning_rate"]
seen = sum(first.epochs + second.epochs, [])
thirds = third.epochs[-1]
ends = first.ends[0] + second.ends[0]
batches = first.batches
last = third.ends[0]
"""


@pytest.mark.parametrize("keras", ["2", "3"])
def test_each_sees_what_those_before_it_have_put_there(keras: str, scripts: Scripts) -> None:
    text = HEAD + SCRIPT
    if keras == "2":
        text = text.replace("import keras", "import tf_keras as keras").replace(
            "from k", "from tf_k"
        )
        text = text.replace('"learning_rate"]', '"lr"]')
    apart = scripts.compare(text, converted(text), keras)
    assert {"rates", "others", "seen", "thirds", "ends", "batches", "last"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_a_value_that_nobody_sees_is_not_put_there() -> None:
    text = converted(f"{HEAD}model.fit(x, y, callbacks=[first, ReduceLROnPlateau('loss')])\n")
    assert "learning_rate" not in text


ASKING = """\
def ask(*given):
    print(model.evaluate(x, y, verbose=0))


class Asks(Callback):
    def tell(self):
        print(self.model.{asks}(x))

    def on_{moment}(self, *given):
        self.tell()


"""


@pytest.mark.parametrize(
    ("callback", "asks", "moment", "why"),
    [
        ("LambdaCallback(on_epoch_begin=ask)", "save", "", "before its first batch"),
        ("LambdaCallback(on_train_batch_end=ask)", "save", "", "between its batches"),
        ("LearningRateScheduler(lambda epoch: ask() or 0.1)", "save", "", "before its first"),
        ("Asks()", "evaluate", "epoch_begin", "before its first batch"),
        ("Asks()", "predict", "train_batch_end", "between its batches: in training"),
        ("Asks()", "predict", "batch_begin", "between its batches: in training"),
    ],
)
def test_what_would_count_with_an_epoch_is_refused(
    callback: str, asks: str, moment: str, why: str
) -> None:
    asking = ASKING.format(asks=asks, moment=moment or "something")
    text = f"{HEAD}{asking}model.fit(x, y, callbacks=[{callback}])\n"
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("`fit` is left" in error and why in error for error in errors), errors


def test_predictions_before_an_epoch_and_evaluations_after_it(scripts: Scripts) -> None:
    own = """\
class Asks(Callback):
    def on_train_begin(self, logs=None):
        self.seen = []

    def on_epoch_begin(self, epoch, logs=None):
        self.seen.append(self.model.predict(x, verbose=0).mean())

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.model.evaluate(x[:5], y[:5], verbose=0)[0])


asks = Asks()
h = model.fit(x, y, epochs=2, batch_size=5, shuffle=False, verbose=0, callbacks=[asks, first])
losses, seen = h.history["loss"], asks.seen
"""
    apart = scripts.compare(HEAD + own, converted(HEAD + own))
    assert max(apart.values()) < 1e-9, apart


BEGINNING = """

calls = []


def begin(logs):
    calls.append(1 + len(calls))


more = [first, second, third, LambdaCallback(on_train_begin=begin)]
more.append(LambdaCallback(on_train_begin=begin))
if len(x) > 3:
    more.append(LambdaCallback(on_train_begin=begin))
if len(x) > 3:
    more.append(LambdaCallback(on_train_begin=begin))
model.fit(x, y, epochs=1, verbose=0, callbacks=more)
number, total = len(calls), sum(calls)
"""


def test_each_callback_begins_also_where_another_one_begins_alike(scripts: Scripts) -> None:
    text = HEAD + BEGINNING
    apart = scripts.compare(text, converted(text))
    assert {"number", "total"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_two_callbacks_need_is_made_once() -> None:
    saves = "ModelCheckpoint('{0}/{1}.keras', save_best_only=True{2})"
    given = ", ".join(
        [saves.format("found", "a", ""), saves.format("found", "b", ", monitor='loss'")]
    )
    text = converted(f"{HEAD}model.fit(x, y, validation_split=0.5, callbacks=[first, {given}])\n")
    assert text.count("os.makedirs(") == 1


RATES = """\
rates = []
scheduler = LearningRateScheduler(lambda epoch, lr: lr * 0.9 if epoch % 2 else lr)
plateau = ReduceLROnPlateau("loss", factor=0.5, patience=0, min_delta=0.5, min_lr=1e-4)
keep = LambdaCallback(on_epoch_end=lambda epoch, logs: rates.append(float(logs["learning_rate"])))
data = {{"epochs": 5, "batch_size": 8, "shuffle": False, "verbose": 0}}
history = model.fit(x, y, callbacks=[{callbacks}], **data).history
logged = [rates, history["learning_rate"]]
"""


@pytest.mark.parametrize(
    "callbacks",
    [
        "plateau, scheduler, keep",
        "scheduler, plateau, keep",
        "plateau, keep, scheduler",
        "scheduler, keep",
    ],
)
def test_one_key_that_several_of_them_log(callbacks: str, scripts: Scripts) -> None:
    text = HEAD.partition("\n\nclass Seen")[0] + "\n" + RATES.format(callbacks=callbacks)
    apart = scripts.compare(text, converted(text))
    assert apart["logged"] < 1e-9, apart
