"""`History()` as a callback: the object that `fit` gives, under a name of the program's own."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.callbacks import EarlyStopping, History

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
"""
READ = """\
hist = History()
stopping = EarlyStopping("loss", patience=1)
model.fit(x, y, epochs=2, shuffle=False, verbose=0, callbacks=[hist, stopping])
losses, count = hist.history["mae"], len(hist.epoch)
"""
HANDED = """\
def train():
    history = History()
    parts = [history]
    model.fit(x, y, epochs=2, shuffle=False, verbose=0, callbacks=parts)
    return history


def last(history):
    return history.history["loss"][-1], history.epoch


loss, epochs = last(train())
"""


@pytest.mark.parametrize("text", [READ, HANDED])
def test_it_is_what_fit_gives(text: str, scripts: Scripts) -> None:
    text = HEAD + text
    result = converted(text)
    assert "History(" not in result
    apart = scripts.compare(text, result)
    assert max(apart.values()) < 1e-9, apart


def test_a_dict_where_nothing_else_is_read() -> None:
    text = converted(f"{HEAD}{READ}".replace(", len(hist.epoch)", ", 0"))
    assert 'hist = {"loss": [], "mae": []}' in text
    assert 'losses, count = hist["mae"], 0' in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("model.fit(", "model.fit(x, y, callbacks=[hist])\nmodel.fit("),  # it goes on with both
        ("model.fit(", "for _ in range(2):\n    model.fit("),
        ("model.fit(", "other = model.fit("),
    ],
)
def test_what_else_an_object_of_several_would_hold_is_refused(old: str, new: str) -> None:
    text = f"{HEAD}{READ}print(hist, stopping)\nother = 3\nprint(other)\n".replace(old, new)
    assert any(d.severity is Severity.ERROR for d in convert(text).diagnostics)


#: Each `fit` reads what the variable held before it; later code, what the last one has given.
AGAIN = """\
h = model.fit(x, y, epochs=3, shuffle=False, verbose=0)
h = model.fit(
    x, y, epochs=h.epoch[-1] + 3, initial_epoch=h.epoch[-1] + 1, shuffle=False, verbose=0
)
first, counted = h.epoch, len(h.history["loss"])
for step in range(2):
    h = model.fit(
        x, y, epochs=len(h.epoch) + step, initial_epoch=step, shuffle=False, verbose=0
    )
    numbers = h.epoch
h = model.fit(
    x,
    y,
    epochs=4,
    batch_size=10,
    steps_per_epoch=len(h.history["loss"]),
    shuffle=False,
    verbose=0,
    callbacks=[keras.callbacks.LearningRateScheduler(lambda e: 0.01 * len(h.epoch))],
)
rates = h.history["learning_rate"]
g = None
for step in range(2):
    start = 0 if g is None else g.epoch[-1]
    g = model.fit(
        x,
        y,
        epochs=3 if g is None else len(g.history["loss"]) + 2,
        initial_epoch=start,
        shuffle=False,
        verbose=0,
    )
others = g.epoch
total = g.history["loss"]
total += h.history["loss"]
last = g.epoch
model.fit(x, y, epochs=2, shuffle=False, verbose=0)
model.fit(x, y, epochs=1, shuffle=False, verbose=0)
own = model.history.history["loss"]
model.fit(x, y, epochs=5, initial_epoch=2, shuffle=False, verbose=0)
passed, counted = model.history.history["loss"], model.history.epoch
f = model.fit(x, y, epochs=2, shuffle=False, verbose=0)
run, both = len(model.history.epoch), f.history["loss"]
"""


def test_several_of_one_name(scripts: Scripts) -> None:
    apart = scripts.compare(HEAD + AGAIN, converted(HEAD + AGAIN))
    assert {
        "first",
        "numbers",
        "rates",
        "others",
        "total",
        "last",
        "own",
        "counted",
        "run",
    } <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_reads_the_earlier_one_stands_before_the_loop() -> None:
    text = f"{HEAD}h = model.fit(x, y, epochs=3)\n"
    text = converted(f"{text}h = model.fit(x, y, epochs=9, initial_epoch=h.epoch[-1] + 1)\n")
    assert 'initial_epoch = len(h["loss"])\n' in text
    assert "in range(initial_epoch, 9):" in text
    assert "SimpleNamespace" not in text


@pytest.mark.parametrize(
    "text",
    [
        "def train():\n    return model.fit(x, y)\n\n\nh = train()\nh.model",
        "def train():\n    return model.fit(x, y)\n\n\nh = train()\nh.params['epochs']",
        "found = [model.fit(x, y)]\nfound[0].params['epochs']",
        "h = model.fit(x, y)\nvars(h)",
        "h = model.fit(x, y)\ngetattr(h, 'params', 0)",
        "h = model.fit(x, y)\nh.on_epoch_end",
        "h = History()\nif hasattr(h, 'epoch'):\n    pass\nmodel.fit(x, y, callbacks=[h])\nh.epoch",
    ],
)
def test_what_keras_has_besides_is_an_error(text: str) -> None:
    diagnostics = convert(f"{HEAD}{text}\n").diagnostics
    assert [d for d in diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "kept",
    [
        "runs = [model.fit(x, y)]\nprint(runs[0].model)\n",
        "runs = {}\nfor n in (1, 2):\n    runs[n] = model.fit(x, y)\nprint(max(runs)[2].model)\n"
        "for n, run in runs.items():\n    print(run.model)\n",
        "runs = []\nfor n in (1, 2):\n    history = model.fit(x, y)\n    runs.append(history)\n"
        "best = min(runs, key=lambda run: run.history['loss'][-1])\nprint(best.model)\n",
        "runs = [model.fit(x, y)]\nprint([run.validation_data for run in runs])\n",
    ],
)
def test_the_same_of_an_object_in_a_list(kept: str) -> None:
    messages = [d.message for d in convert(HEAD + kept).diagnostics if d.severity is Severity.ERROR]
    assert any("what `fit` gives has `history` and `epoch`" in message for message in messages)
    other = f"import box\nitem = box.Item()\nprint(item.model, box.model)\n{HEAD}{kept}"
    others = [d.message for d in convert(other).diagnostics if d.severity is Severity.ERROR]
    assert others == messages


def test_of_several_each_knows_its_epochs() -> None:
    text = f"{HEAD}h = model.fit(x, y, epochs=2)\nh = model.fit(x, y, epochs=4)\n"
    text = converted(f'{text}print(h.params["epochs"], f"{{h.epoch[-1]}}")\n')
    assert """print(4, f"{(len(h['loss']) - 1)}")""" in text


@pytest.mark.parametrize(
    ("reads", "kept"),
    [
        ("hist.epoch.append(3)\nprint(hist.epoch)", True),
        ("hist.epoch += [3]\nprint(hist.epoch)", True),
        ("epochs = hist.epoch\nepochs.append(3)\nprint(hist.epoch)", True),
        ("def show(hist=hist):\n    print(hist.epoch)\n\n\nshow()", True),
        ("print(hist.epoch, hist.epoch[-1] == 1)", False),
    ],
)
def test_epochs_that_are_changed_stay_one_list(reads: str, kept: bool) -> None:
    text = converted(f"{HEAD}hist = model.fit(x, y, epochs=2)\n{reads}\n")
    assert ("SimpleNamespace(" in text) is kept
    assert (reads in text) is kept


@pytest.mark.parametrize(
    ("taken", "said"),
    [("return table.values", True), ("return table.iloc[0]", True), ("return table", False)],
)
def test_the_order_of_the_columns_of_a_table_is_said(taken: str, said: bool) -> None:
    """Keras 3 sorts what it has; who takes columns by their names or plots them, does not mind."""
    head = HEAD.replace("mae", "accuracy")  # which is before the loss then
    text = f"import pandas as pd\n{head}\n\ndef run():\n" + (
        "    history = model.fit(x, y, epochs=2, verbose=0, validation_split=0.5)\n"
        f"    table = pd.DataFrame(history.history)\n    {taken}\n\n\nfound = run()\n"
    )
    messages = [d.message for d in convert(text).diagnostics]
    assert any("taken by their place" in message for message in messages) is said, messages


BEHIND = """\
import numpy as np
import {keras} as keras
from {keras}.callbacks import Callback, History, LearningRateScheduler, ReduceLROnPlateau

rng = np.random.RandomState(0)
x = rng.rand(60, 4)
y = x.sum(1)


class Scores(Callback):
    def on_epoch_end(self, epoch, logs=None):
        logs["score"] = 2.0 * epoch


history = History()
slower = LearningRateScheduler(lambda epoch: 1e-3 * 0.9**epoch)
model = keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])
model.compile("sgd", "mse")
model.fit(x, y, epochs=2, shuffle=False, verbose=0, callbacks=[{callbacks}])
found = history.history
names = len(found)
"""


@pytest.mark.parametrize("keras", ["keras", "tf_keras"])
@pytest.mark.parametrize(
    "callbacks",
    [
        "history, slower, Scores()",
        "history, Scores(), ReduceLROnPlateau(monitor='loss')",
        "Scores(), history, slower",
        "slower, history, Scores()",
        "Scores(), slower, history",
    ],
)
def test_it_keeps_what_those_before_it_log(callbacks: str, keras: str, scripts: Scripts) -> None:
    text = BEHIND.format(keras=keras, callbacks=callbacks)
    generation = "2" if keras == "tf_keras" else "3"
    apart = scripts.compare(text, converted(text), keras=generation)
    assert {"found", "names"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-6} == {}


DICTS = """\
losses = model.fit(x, y, epochs=2, shuffle=False).history
first = losses["loss"][0]
losses = model.fit(x, y, epochs=2, shuffle=False).history
second = losses["loss"][0]
for round in range(2):
    losses = model.fit(x, y, epochs=len(losses["loss"]) + 1, shuffle=False).history
    last = losses["mae"][-1]
"""
READ_WITHIN = """\
seen = []
callback = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: seen.append(len(losses["loss"]) + epoch)
)
losses = model.fit(x, y, epochs=3, shuffle=False, callbacks=[callback]).history
"""


def test_a_variable_of_the_dict_is_that_of_the_loop(scripts: Scripts) -> None:
    text = HEAD + DICTS + READ_WITHIN
    result = converted(text)
    assert result.count('losses = {"loss": [], "mae": []}') == 2
    assert result.count("losses = history\n") == 2  # what reads the earlier one runs before
    apart = scripts.compare(text, result)
    assert {"first", "second", "last", "losses", "seen"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("name", ["loss", "mae", "epoch", "val_loss", "split"])
@pytest.mark.sample(2)
def test_the_loop_leaves_a_dict_alone_that_nothing_reads(name: str, scripts: Scripts) -> None:
    fit = "model.fit(x, y, epochs=2, shuffle=False, verbose=0, validation_split=0.2).history"
    text = f"{HEAD}{name} = {fit}\n"
    apart = scripts.compare(text, converted(text))
    assert name in apart
    assert max(apart.values()) < 1e-9, apart


ITS_OWN_NAME = """\
from tensorflow import keras
import numpy as np

x, y = np.random.RandomState(0).rand(40, 6), np.random.RandomState(1).rand(40, 1)
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
for _ in range(2):
    history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
    history = history.history
    keys, lasts = [len(key) for key in history.keys()], [v[-1] for v in history.values()]
"""


def test_the_dict_under_the_name_of_the_object(scripts: Scripts) -> None:
    apart = scripts.compare(ITS_OWN_NAME, converted(ITS_OWN_NAME))
    assert {"keys", "lasts"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_may_still_be_the_object_is_said() -> None:
    text = ITS_OWN_NAME.replace("    history = history.h", "    if _:\n        history = history.h")
    errors = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("`history.keys` is left as it is" in error for error in errors), errors


FAILING = """
class Budget(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 1:
            raise TimeoutError("out of time")


history = None
try:
    {fit}model.fit(x, y, epochs=4, verbose=0, shuffle=False{given})
except {caught}:
    print("stopped")
kept = len(model.history.history["loss"])
"""


@pytest.mark.parametrize(
    ("fit", "given", "caught"),
    [
        ("history = ", ", callbacks=[Budget()]", "TimeoutError"),
        ("", ", callbacks=[Budget()]", "TimeoutError"),
        ("history = ", "", "ValueError"),
    ],
)
def test_what_a_failed_training_has_kept_is_left_open(fit: str, given: str, caught: str) -> None:
    """Keras keeps it once all other callbacks have seen the epoch, whatever the `fit` gives."""
    conversion = convert(HEAD + FAILING.format(fit=fit, given=given, caught=caught))
    said = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any("`model.history` of a training that may have failed" in one for one in said)


def test_a_failed_training_may_be_passed_over() -> None:
    text = FAILING.replace("try:", "with suppress(TimeoutError):")
    text = text.partition("except")[0] + text.partition('print("stopped")\n')[2]
    text = "from contextlib import suppress\n" + HEAD + text
    conversion = convert(text.format(fit="", given=", callbacks=[Budget()]"))
    said = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any("`model.history` of a training that may have failed" in one for one in said)
