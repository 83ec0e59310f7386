"""Callbacks that the program writes itself: they see and decide the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

STOP = """
class Stop(keras.callbacks.Callback):
    def __init__(self, epochs, key="loss"):
        super().__init__()
        self.left = epochs
        self.key = key

    def on_epoch_begin(self, epoch, logs):
        self.began = epoch

    def on_epoch_end(self, epoch, logs=None):
        self.left -= 1
        if self.left == 0 or logs.get(self.key, 1.0) < 1e-3:
            self.model.stop_training = True

"""
KEEP = """
class Keep(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.seen = []

    def on_epoch_end(self, epoch, logs={}):
        self.seen.append([epoch, *(logs[key] for key in sorted(logs))])

    def on_train_end(self, logs=None):
        self.last = logs["val_mae"]

"""
NOTE = """
numbers = []


def note(epoch, logs):
    numbers.append(epoch + logs["val_loss"])

"""
BATCHES = """
class Batches(keras.callbacks.Callback):
    def __init__(self, last=100):
        super().__init__()
        self.seen = []
        self.last = last

    def on_train_batch_begin(self, batch, logs=None):
        self.batch = batch + self.params["epochs"] / self.params["steps"]

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append([self.batch, logs["loss"], logs["mae"]])
        if len(self.seen) == self.last:
            self.model.stop_training = True

    def on_batch_end(self, batch, logs=None):
        self.seen.append([0.0, 0.0, 0.0])

"""
HALVE = """
class Halve(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if not hasattr(self.model.optimizer, "learning_rate"):
            raise ValueError("no rate")
        rate = float(self.model.optimizer.learning_rate)
        self.model.optimizer.learning_rate = rate * 0.5
        self.model.optimizer.learning_rate.assign(0.9 * self.model.optimizer.learning_rate)

"""
BEST = """
class Best(keras.callbacks.Callback):
    def __init__(self, data):
        super().__init__()
        self.data = data
        self.scores = []

    def on_epoch_end(self, epoch, logs=None):
        self.scores.append(float(abs(self.model.predict(self.data, verbose=0)).mean()))
        if self.scores[-1] == min(self.scores):
            self.best = self.model.get_weights()

    def on_train_end(self, logs=None):
        self.model.set_weights(self.best)

"""
SCORE = """
class Score(keras.callbacks.Callback):
    def __init__(self, data):
        super().__init__()
        self.validation_data = data

    def on_epoch_end(self, epoch, logs=None):
        inputs, targets = self.validation_data
        error = abs(self.model.predict(inputs, verbose=0) - targets).max()
        logs["val_score"] = -error if epoch < 3 else epoch - 4.0

"""
SOMETIMES = """
class Sometimes(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        logs.update({"step": epoch + 1.0, "twice": 2 * logs["loss"]})
        if epoch % 2 == 0:
            logs["even"] = logs["loss"]
        elif epoch > 4:
            return
        else:
            logs["odd"] = epoch
        super().on_epoch_end(epoch, logs)

"""
TESTS = """
class Tests(keras.callbacks.Callback):
    def on_test_begin(self, logs=None):
        self.seen = [[9.0, 9.0]]

    def on_test_batch_begin(self, batch, logs=None):
        self.batch = batch

    def on_test_batch_end(self, batch, logs=None):
        self.seen.append([batch + self.batch, logs["loss"] - logs["mae"]])

    def on_test_end(self, logs):
        self.seen.append([logs["loss"], logs["mae"]])

"""
ASKS = """
class Asks(keras.callbacks.Callback):
    def __init__(self, *data):
        super().__init__()
        self.data = data
        self.seen = []

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)

    def on_epoch_end(self, epoch, logs=None):
        super(Asks, self).on_epoch_end(epoch, logs)
        test_data, targets = self.data
        loss, error = self.model.evaluate(test_data, targets, verbose=0)
        scores = self.model.evaluate(x[:20], y[:20], batch_size=7)
        both = self.model.evaluate(x=test_data, y=targets, batch_size=None, return_dict=True)
        kernel, bias = self.model.layers[0].get_weights()
        last = self.model.layers[-1].get_weights()[0]
        norms = [float((w**2).sum()) for w in self.model.get_weights()]
        rate = float(model.optimizer.learning_rate.numpy())
        row = [loss, error, scores[1], both["mae"], kernel[0, 1], bias.sum(), last[2, 0], rate]
        self.seen.append([*row, *norms])

"""
C = "keras.callbacks"


def trial(callbacks: str, before: str = "", after: str = "") -> Trial:
    text = callbacks + before + after
    before = STOP * ("Stop(" in text) + KEEP * ("Keep" in text) + NOTE + before
    own = {
        "Batches": BATCHES,
        "Halve": HALVE,
        "Best": BEST,
        "Score": SCORE,
        "Tests": TESTS,
        "Sometimes": SOMETIMES,
    }
    own["Asks"] = ASKS
    before = "".join(source for name, source in own.items() if f"{name}(" in text) + before
    return Trial(
        targets="rows",
        metrics='["mae"]',
        fit=f", validation_split=0.2, callbacks={callbacks}",
        before=before,
        after=after,
    )


TRIALS = [
    trial("[Stop(4)]"),
    trial("[Stop(2), Stop(epochs=4)]"),
    trial("stop", before="stop = Stop(3)\n", after="began = stop.began\nleft = stop.left"),
    trial("[keep, Stop(5)]", "keep = Keep()\n", "seen = np.array(keep.seen)\nlast = keep.last"),
    trial("both", "keep = Keep()\nboth = [keep, Stop(5)]\n", "seen = np.array(keep.seen)"),
    trial(f"[{C}.EarlyStopping(patience=1), keep]", "keep = Keep()\n", "last = keep.last"),
    trial(
        f"[{C}.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1)), keep]",
        "keep = Keep()\n",
        "seen = np.array(keep.seen)",
    ),
    trial(f"[{C}.LambdaCallback(on_epoch_end=note)]", after="numbers = np.array(numbers)"),
    trial(
        f"[{C}.LambdaCallback(on_epoch_end=lambda e, logs: numbers.append(e * logs['val_mae']),"
        " on_train_begin=lambda logs: numbers.append(7))]",
        after="numbers = np.array(numbers)",
    ),
    trial("[batches]", "batches = Batches()\n", "seen = np.array(batches.seen)"),
    trial(
        "[one, other, Halve()]",
        "one, other = Batches(), Batches(last=7)\n",
        "seen = np.array(one.seen)\nothers = np.array(other.seen)",
    ),
    trial(
        "[Loss()]",
        "class Loss(keras.callbacks.Callback):\n"
        "    def on_batch_end(self, batch, logs=None):\n"
        "        numbers.append(logs['loss'])\n\nnumbers = []\n",
        "numbers = np.array(numbers)",
    ),
    trial("[tests, keep]", "tests, keep = Tests(), Keep()\n", "seen = np.array(tests.seen)"),
    trial("[Halve(), keep]", "keep = Keep()\n", "seen = np.array(keep.seen)"),
    trial(
        "callbacks",
        "callbacks = [Stop(5), Asks(x[:9], y[:9])]\n",
        "seen = np.array(callbacks[1].seen)",
    ),
    trial("[best]", "best = Best(x[:20])\n", "scores = np.array(best.scores)"),
    trial(
        f"[Score((x, y)), {C}.EarlyStopping(monitor='val_score', mode='max', patience=2)]",
        after="scores = np.array(history.history['val_score'])",
    ),
    trial(
        "[Sometimes(), keep]",
        "keep = Keep()\n",
        "parts = [history.history[key] for key in ('step', 'twice', 'even', 'odd')]\n"
        "scores, lengths = np.concatenate(parts), [len(part) for part in keep.seen]",
    ),
    trial(
        "[keep]",
        "keep = Keep()\n",
        "last, same = keep.params['epochs'] + keep.params.get('steps'), int(keep.model is model)",
    ),
    trial(
        f"[{C}.LambdaCallback(on_train_batch_end=lambda batch, logs:"
        " numbers.append(batch + logs['loss'] - logs['mae']))]",
        after="numbers = np.array(numbers)",
    ),
    trial(
        f"[{C}.LambdaCallback(on_train_batch_end=note_batch)]",
        "def note_batch(batch, logs):\n    numbers.append(sorted(logs.values())[0])\n\n",
        "numbers = np.array(numbers)",
    ),
]


@pytest.mark.sample(2)
@pytest.mark.parametrize("one", TRIALS, ids=lambda t: t.fit[33:70])
def test_sees_and_decides_equally(one: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, one.text.replace("epochs=3", "epochs=8"))
    assert far < 1e-7, apart  # Keras keeps the learning rate in float32
    assert len(apart) > 6 or not one.after, apart


def test_more_that_is_asked_of_a_callback_is_refused() -> None:
    asking = "batches = len(keep.params)"
    found = convert(trial("[keep]", "keep = Keep()\n", asking).text).diagnostics
    assert any("more is asked of `keep.params`" in d.message for d in found)


def test_a_table_of_the_epochs(scripts: Scripts, tmp_path: Path) -> None:
    text = trial(f"[{C}.CSVLogger('log.csv'), {C}.ReduceLROnPlateau(patience=1)]").text
    text = f"import os\n\nos.chdir({str(tmp_path)!r})\n{text}"
    text += "table = np.genfromtxt('log.csv', delimiter=',', skip_header=1)\n"
    apart = scripts.compare(text, converted(text))
    assert apart["table"] < 1e-9, apart
    head = "epoch,loss,mae,val_loss,val_mae"
    assert (tmp_path / "log.csv").read_text().startswith(head)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (f"{C}.EarlyStopping('even', mode='min')", "which another callback adds"),
        (f"{C}.CSVLogger('log.csv')", "CSVLogger beside"),
        (f"{C}.TensorBoard()", "TensorBoard beside"),
    ],
)
def test_values_of_some_epochs_are_for_the_programs_own(other: str, why: str) -> None:
    found = convert(trial(f"[Sometimes(), {other}]").text).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert any(why in error for error in errors), errors


REFUSED = {
    "on_something(self, logs=None):\n        pass": "has the method",
    "on_batch_end(self, batch, logs=None):\n        print(self.model.predict(x))": "asks `predict`",
    "on_epoch_end(self, epoch, logs=None):\n        show(self.model, x)": "asks for",
    "on_epoch_end(self, epoch, logs=None):\n        logs['loss'] = 0.1": "changes the values",
    "on_epoch_end(self, epoch, logs=None):\n        if epoch:\n"
    "            logs['loss'] = 0.1": "changes the values",
    "on_epoch_end(self, epoch, logs=None):\n        for name in 'ab':\n"
    "            logs[name] = 0.1": "changes the values",
    "on_epoch_end(self, epoch, logs=None):\n        self.model.evaluate(self.data)": "asks for",
    "on_epoch_end(self, epoch, logs=None):\n"
    "        print({n: self.model.evaluate(x[:n], y[:n]) for n in (8, 16)})": "asks for",
    "on_epoch_end(self, epoch, logs=None):\n"
    "        print(self.model.evaluate(x, y) if epoch else 0)": "asks for",
    "on_epoch_end(self, epoch, logs=None):\n"
    "        print(epoch and self.model.evaluate(x, y))": "asks for",
    "on_epoch_end(self, epoch, logs=None):\n        self.criterion = 1\n"
    "        print(self.model.evaluate(x, y))": "of its own",
    "on_epoch_end(self, epoch, logs=None):\n        self.optimizer = None\n"
    "        self.model.optimizer.learning_rate = 0.1": "of its own",
    "on_epoch_end(self, epoch, logs=None):\n        keras.backend.clear_session()": "uses `keras`",
    "on_epoch_end(self, epoch, logs=None):\n        super().on_epoch_end(epoch + 1)": "asks for",
    "on_epoch_end(self, epoch, logs=None):\n        print(self.params)": "asks for",
}


@pytest.mark.parametrize("method", REFUSED)
def test_what_needs_keras_stays_with_all_of_the_training(method: str) -> None:
    own = f"class Own(keras.callbacks.Callback):\n    def {method}\n"
    text = trial("[Own()]", own).text
    conversion = convert(text)
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(REFUSED[method] in message and "fit" in message for message in errors), errors
    assert own in conversion.text
    assert "history = model.fit(" in conversion.text


@pytest.mark.parametrize("again", [False, True])
def test_objects_that_several_trainings_have_want_a_variable(again: bool) -> None:
    """Each would get one of its own, which has forgotten what the other saw."""
    fit = "model.fit(x, y, epochs=2, callbacks=both)\n"
    looped = f"for _ in range(2):\n    {fit}" if again else fit
    text = trial("both", "both = [Keep(), Stop(5)]\n", looped).text
    if again:
        text = text.replace("callbacks=both)\nlosses", "callbacks=[])\nlosses")
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("several `fit` have the same `Keep`" in error for error in errors), errors


TWO = """\
import numpy as np
from tensorflow import keras

x, y = np.ones((20, 6)), np.ones((20, 1))

class Guess(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(self.model.predict(x))

one = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
one.compile("sgd", "mse")
one.fit(x, y, callbacks=[Guess()])
other = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1{activation})])
other.compile("sgd", "{loss}")
other.fit(x, y, callbacks=[Guess()])
"""


@pytest.mark.parametrize(
    ("activation", "loss", "same"),
    [("", "mae", True), (', activation="sigmoid"', "binary_crossentropy", False)],
)
def test_two_models_must_be_asked_in_the_same_way(activation: str, loss: str, same: bool) -> None:
    """The predictions of one are what its layers give, those of the other need a sigmoid."""
    found = convert(TWO.format(activation=activation, loss=loss)).diagnostics
    errors = [d.message for d in found if d.severity is Severity.ERROR]
    assert bool(errors) is not same, errors
    assert same or any("ask this model in another way" in error for error in errors), errors


def test_a_class_that_something_else_needs_stays_a_callback() -> None:
    text = trial("[Keep()]", after="class More(Keep):\n    pass\n").text
    assert "class Keep(keras.callbacks.Callback):" in convert(text).text
    other = (
        "net = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])\n"
        'net.compile("sgd", "mse")\nnet.fit(x, y, surprise=2, callbacks=[Keep()])\n'
    )
    conversion = convert(trial("[Keep()]", after=other).text)
    assert "class Keep(keras.callbacks.Callback):" in conversion.text
    assert any("is also a callback of" in d.message for d in conversion.diagnostics)
    assert "history = model.fit(" in conversion.text


AUGMENTED = """
class Augment(keras.callbacks.Callback):
    def __init__(self, images):
        super().__init__()
        self.images = images

    def on_epoch_end(self, epoch, logs=None):
        {change}

"""


@pytest.mark.parametrize(
    ("change", "copies"),
    [
        ("self.images *= 0.5", "x.copy()"),
        ("y[:] = y[::-1]", "y.copy()"),
        ("np.random.shuffle(x)", "x.copy()"),
        ("self.left = self.images * 0.5", ""),
        ("self.left = x[:5]", ""),
    ],
)
def test_arrays_that_they_change_are_copied(change: str, copies: str) -> None:
    """The tensor of an array of floats would share its memory, Keras's does not."""
    before = AUGMENTED.format(change=change)
    text = converted(Trial(fit=", callbacks=[Augment(x)]", before=before).trained)
    assert f"torch.as_tensor({copies}, " in text if copies else ".copy()" not in text


@pytest.mark.parametrize(
    ("given", "held", "copies"),
    [
        ("sample_weight=w", "w", 3),
        ("sample_weight=w[:, 0]", "store", 3),
        ("validation_data=(x[:8], y[:8], w)", "w", 5),
        ("sample_weight=w, validation_split=0.25", "w", 6),
    ],
)
def test_weights_of_samples_that_they_change_are_copied(given: str, held: str, copies: int) -> None:
    before = AUGMENTED.format(change="self.images[:] = 2.0")
    before += "w = np.ones((50, 1))\nstore = w.ravel()\n"
    text = converted(Trial(fit=f", {given}, callbacks=[Augment({held})]", before=before).trained)
    assert text.count(".copy()") == copies


HELD = """
class Store:
    def __init__(self, x):
        self.x = x

    def halve(self):
        rows = self.x
        rows[:] = rows / 2


class Augment(keras.callbacks.Callback):
    def __init__(self, held):
        super().__init__()
        self.held = held
        self.current = np.zeros((50, 4))
        self.seen, self.losses = 0, {{}}

    def on_epoch_end(self, epoch, logs=None):
        logs["seen"] = self.seen
        {change}


store = Store(x)
augment = Augment(store)
"""


@pytest.mark.parametrize(
    ("change", "copies"),
    [
        ("self.held.halve()", 2),
        ("images = self.held.x\n        images *= 0.5", 2),
        ("self.held.x[0] = 1.0", 2),
        ("self.current[...] = 1.0", 0),
        ("self.seen += 1", 0),
        ("self.losses[epoch] = logs['loss']", 0),
        ("weights = self.model.get_weights()\n        weights[0] *= 0.5", 0),
    ],
)
def test_arrays_that_they_reach_through_others_are_copied(change: str, copies: int) -> None:
    before = HELD.format(change=change)
    text = converted(Trial(fit=", callbacks=[augment]", before=before).trained)
    assert text.count("(x.copy(), ") + text.count("(y.copy(), ") == copies


def test_arrays_of_their_own_are_copied() -> None:
    before = HELD.format(change="self.current[...] = 1.0") + "x_noisy = augment.current\n"
    trained = Trial(fit=", callbacks=[augment]", before=before).trained
    text = converted(trained.replace("fit(x, ", "fit(augment.current, "))
    assert text.count("augment.current.copy()") == 1


@pytest.mark.parametrize(
    "begins",
    ["super(Stop, self)", "super(keras.callbacks.Callback, self)", "keras.callbacks.Callback"],
)
def test_a_class_may_name_the_one_of_keras_where_it_begins(begins: str, scripts: Scripts) -> None:
    given = "self" if begins.endswith("Callback") else ""
    one = trial("[Stop(2)]")
    assert "super().__init__()" in one.before
    text = one.text.replace("super().__init__()", f"{begins}.__init__({given})")
    assert "Callback" not in converted(text)
    worst, apart = farthest(scripts, text)
    assert worst < 1e-9, apart


def test_keywords_are_no_names_that_a_star_brings(scripts: Scripts) -> None:
    """`average=` of scikit-learn is none of Keras's `average`."""
    text = (
        "import numpy as np\nfrom sklearn.metrics import f1_score\n"
        "from tensorflow.keras.callbacks import Callback\nfrom tensorflow.keras.layers import *\n"
        "from tensorflow.keras.models import Sequential\n\n"
        "x = np.random.RandomState(1).rand(40, 4)\ny = (x.sum(1) > 2).astype(int)\n\n\n"
        "class F1(Callback):\n    def __init__(self):\n        super().__init__()\n"
        "        self.scores = []\n\n    def on_epoch_end(self, epoch, logs=None):\n"
        "        p = self.model.predict(x, verbose=0)\n"
        '        score = f1_score(y, (p > 0.5).astype(int), average="micro")\n'
        "        self.scores.append(score)\n\n\n"
        'model = Sequential([Input((4,)), Dense(4), Dense(1, activation="sigmoid")])\n'
        'model.compile(loss="binary_crossentropy", optimizer="adam")\nseen = F1()\n'
        "model.fit(x, y, epochs=2, callbacks=[seen])\nscores = seen.scores\n"
    )
    differences = scripts.compare(text, converted(text, Options(exact=True)))
    assert "scores" in differences
    assert max(differences.values()) < 1e-9
