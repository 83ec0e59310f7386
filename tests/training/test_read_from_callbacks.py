"""What a program reads of Keras's callbacks where no `fit` is near: kept by itself."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.options import Options
from transpiler.source.rewritings.read_from_callbacks import read_from_callbacks

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau

rng = np.random.default_rng(0)
x, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 1))


def build():
    hidden = layers.Dense(4, activation="relu", input_shape=(5,))
    model = keras.Sequential([hidden, layers.Dense(1)])
    model.compile("adam", "mse")
    return model


"""
FIT = "validation_split=0.2, epochs=8, batch_size=16, shuffle=False, verbose=0"
CLASS = """\
class Trainer:
    def __init__(self, patience=2):
        {first}
        self.model = build()

    def train(self):
        {before}
        {given}self.model.fit(x, y, {fit}, callbacks=[{callbacks}])
        {after}

    def stopped(self):
        return {stopped}


trainer = Trainer()
earlier = {earlier}
history = trainer.train()
found = [trainer.stopped(), {found}]
"""
EARLY = "self.early = EarlyStopping(patience={}, restore_best_weights=True)"
#: What `__init__` does, what stands before, in and behind the `fit`, and what is read elsewhere.
OBJECTS = {
    "made in the beginning, read by others": (
        EARLY.format("patience"), "", "return ", "self.early", "",
        "self.early.stopped_epoch", "trainer.stopped()", "trainer.early.best",
        ["self.patience = patience", "self.stopped_epoch = 0", "self.best = best_loss"],
    ),
    "with an attribute that is there": (
        "self.waits = patience\n        " + EARLY.format("patience"), "", "self.history = ",
        "self.early", "print(self.early.stopped_epoch)", "self.early.wait", "trainer.stopped()",
        "trainer.waits", ["if wait >= self.waits", "self.wait = wait"],
    ),
    "two": (
        EARLY.format("3") + "\n        self.rate = ReduceLROnPlateau(patience=1, factor=0.5)", "",
        "return ", "self.early, self.rate", "", "self.early.best_epoch", "0",
        "trainer.early.best, trainer.rate.best", ["self.early_best = ", "self.rate_best = "],
    ),
    "made where it is given": (
        "self.patience = patience", EARLY.format("self.patience"), "history = ", "self.early",
        "return self.early.stopped_epoch, history.history['loss']", "self.patience", "0",
        "trainer.early.best", ["return stopped_epoch, history["],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", list(OBJECTS))
def test_objects_keep_what_others_read(case: str, scripts: Scripts) -> None:
    first, before, given, callbacks, after, stopped, earlier, found, wanted = OBJECTS[case]
    parts = {"before": before or "pass", "after": after or "pass", "fit": FIT}
    text = HEAD + CLASS.format(
        first=first, given=given, callbacks=callbacks, stopped=stopped, earlier=earlier,
        found=found, **parts,
    )  # fmt: skip
    made = converted(text, Options(exact=True))
    for line in wanted:
        assert line in made
    assert "early =" not in made
    apart = scripts.compare(text, made)
    assert max(apart.values()) < 1e-9, apart


FUNCTION = """\
def run(patience):
    model = build()
    early = EarlyStopping(patience=patience)
    history = model.fit(x, y, {fit}, callbacks=[early])
    return {given}


found = []
for patience in (1, 2):
    {target} = run(patience)
    found += [{read}]
"""


@pytest.mark.parametrize(
    ("given", "target", "read", "wanted"),
    [
        ("history.history, early", "history, stopper",
         "history['loss'][-1], stopper.stopped_epoch", "history, stopped_epoch = run(patience)"),
        ("early", "stopper", "stopper.stopped_epoch - stopper.patience",
         "stopped_epoch, stopper_patience = run(patience)"),
    ],
)  # fmt: skip
def test_functions_give_back_what_is_read(
    given: str, target: str, read: str, wanted: str, scripts: Scripts
) -> None:
    text = HEAD + FUNCTION.format(fit=FIT, given=given, target=target, read=read)
    made = converted(text, Options(exact=True))
    assert wanted in made
    apart = scripts.compare(text, made)
    assert max(apart.values()) < 1e-9, apart


#: What makes of one that is understood one that may be another callback then, or is used otherwise.
OTHERS = [
    ("print(early.stopped_epoch)", "print(early)"),
    ("print(early.stopped_epoch)", "early.patience = 3"),
    ("early = run()", "pair = early = run()"),
    ("early = run()", "early = max(run())"),
    ("print(early.stopped_epoch)", "early = None\nprint(early.stopped_epoch)"),
    ("return early", "if x:\n        return early\n    return early"),
    ("    early = Early", "    early = early2 = Early"),
    ("self.early = EarlyStopping(", "self.early = None\n        self.early = EarlyStopping("),
    ("self.early = EarlyStopping(", "self.early = EarlyStopping(patience=count()"),
    ("self.early = EarlyStopping(", "if x: self.early = EarlyStopping("),
    ("callbacks=[self.early]", "callbacks=self.early"),
    ("print(t.early.stopped_epoch)", "print(t.early)"),
    ("print(t.early.stopped_epoch)", "t.early.stopped_epoch = 0"),
    ("x, y, callbacks=[s", "x, self.early.stopped_epoch, callbacks=[s"),
    ("print(t.early.stopped_epoch)", "early = 3\nprint(t.early.stopped_epoch)"),
]
OF_FUNCTION = """\
def run():
    early = EarlyStopping()
    model.fit(x, y, callbacks=[early])
    return early

early = run()
print(early.stopped_epoch)
"""
OF_OBJECT = """\
class Trainer:
    def __init__(self):
        self.model = build()
        self.early = EarlyStopping()

    def train(self):
        self.model.fit(x, y, callbacks=[self.early])

t = Trainer()
t.train()
print(t.early.stopped_epoch)
"""


@pytest.mark.parametrize(("old", "new"), OTHERS)
def test_what_is_used_otherwise_stays(old: str, new: str) -> None:
    text = OF_FUNCTION if old in OF_FUNCTION else OF_OBJECT
    assert old in text
    assert read_from_callbacks(text, lambda: ()) is not None
    assert read_from_callbacks(text.replace(old, new), lambda: ()) is None


@pytest.mark.parametrize(
    ("text", "other"),
    [(OF_FUNCTION, "from train import run"), (OF_OBJECT, "trainer.early.stopped_epoch")],
)
def test_what_other_files_ask_stays(text: str, other: str) -> None:
    assert read_from_callbacks(text, lambda: ("import train",)) is not None
    assert read_from_callbacks(text, lambda: ("import train", other)) is None


def test_a_method_that_does_nothing_else_stays() -> None:
    made = read_from_callbacks(OF_OBJECT.replace("        self.model = build()\n", ""), lambda: ())
    assert made is not None
    assert "def __init__(self):\n        self.stopped_epoch = 0\n" in made.text
    reads = OF_OBJECT.replace("        self.model = build()\n", "").replace("stopped_epoch", "best")
    made = read_from_callbacks(reads, lambda: ())
    assert made is not None
    assert "def __init__(self):\n        pass\n" in made.text


def test_the_best_of_a_checkpoint_outlasts_a_training() -> None:
    moved = OF_OBJECT.replace("EarlyStopping()", "ModelCheckpoint('best.weights.h5')")
    assert read_from_callbacks(moved.replace("stopped_epoch", "best"), lambda: ()) is None
