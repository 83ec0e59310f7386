"""What a program reads of a callback when the training has ended: `early.stopped_epoch`."""

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
x, y = rng.normal(size=(48, 4)), rng.normal(size=(48, 1))
data = {"batch_size": 8, "verbose": 0, "shuffle": False, "validation_split": 0.25}


def build(units):
    model = keras.Sequential([layers.Input((4,)), layers.Dense(units), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.2), "mse")
    return model


"""
#: Also where another training comes before the values are read, and where names are taken.
READ = """\
model = build(3)
early = EarlyStopping("val_loss", patience=2, restore_best_weights={restores})
plateau = ReduceLROnPlateau(patience=1)
saved = ModelCheckpoint("w.weights.h5", save_best_only=True, save_weights_only=True)
h = model.fit(x, y, epochs=12, callbacks=[early, plateau, saved], **data)
stopped_epoch = early.stopped_epoch
at = [early.stopped_epoch, early.best_epoch, early.best, early.wait, early.patience]
print(f"{{early.monitor}}: {{early.best}}, {{plateau.monitor}}, {{saved.monitor}}")
given = [plateau.factor, plateau.patience, plateau.min_lr]
rate, kept = plateau.best, saved.best
path = saved.filepath
h = model.fit(x, y, epochs=2, callbacks=[early, saved], **data)
more = [early.stopped_epoch, early.best_epoch, early.wait, saved.best]
"""
SEVERAL = """\
model = build(3)
one = EarlyStopping(patience=1)
two = EarlyStopping(patience=0, mode="max", monitor="loss")
other = build(2)
model.fit(x, y, epochs=8, callbacks=[one], **data)
other.fit(x, y, epochs=8, callbacks=[two], **data)
first = [one.stopped_epoch, one.best, one.best_epoch, one.wait]
second = [two.stopped_epoch, two.best, two.best_epoch, two.wait]
"""
BOTH = """\
model = build(3)
one = EarlyStopping("loss", patience=3, min_delta=0.01)
two = EarlyStopping("val_loss", patience=1)
model.fit(x, y, epochs=9, callbacks=[one, two], **data)
stopped = [one.stopped_epoch, one.best, one.wait, one.best_epoch]
"""
LOADED = """\
model = build(3)
saved = ModelCheckpoint("w.weights.h5", save_best_only=True, save_weights_only=True)
model.fit(x, y, epochs=4, callbacks=[saved], **data)
model.load_weights(saved.filepath)
lowest = [saved.best, model.evaluate(x[36:], y[36:], verbose=0)]
"""
LOOP = """\
found = []
for units in (2, 3):
    model = build(units)
    early = EarlyStopping(patience=1)
    model.fit(x, y, epochs=8, callbacks=[early], **data)
    if early.stopped_epoch > 0:
        found.append(early.stopped_epoch)
    found.append(early.best)
found = np.array(found)
"""
#: One object for all rounds, and one for each.
BEHIND = """\
kept = EarlyStopping(patience=1)
rounds = [2, 3]
for k, units in enumerate(rounds):
    model = build(units)
    early = EarlyStopping("loss", patience=k, min_delta=0.1)
    model.fit(x, y, epochs=8, callbacks=[kept, early], **data)
last = [early.stopped_epoch, early.best, early.wait, kept.stopped_epoch, kept.best, kept.wait]
"""

STOPPING = """\
def stopping(patience):
    return EarlyStopping("val_loss", patience=patience)


"""
GIVEN = f"""\
{STOPPING}
model = build(3)
one = stopping(1)
model.fit(x, y, epochs=12, callbacks=[one], **data)
first = [one.stopped_epoch, one.best, one.patience]
two = stopping(2)
model.fit(x, y, epochs=9, callbacks=[two], **data)
second = [two.stopped_epoch, two.best, two.patience]
for patience in (1, 2):
    model = build(2)
    one = stopping(patience)
    model.fit(x, y, epochs=8, callbacks=[one], **data)
    first.append(one.stopped_epoch)
"""


@pytest.mark.sample(2)
@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize(
    ("script", "names"),
    [
        (READ.format(restores=True), {"at", "stopped_epoch", "rate", "kept", "more"}),
        (READ.format(restores=False), {"at", "stopped_epoch", "rate", "kept", "more"}),
        (SEVERAL, {"first", "second"}),
        (BOTH, {"stopped"}),
        (LOADED, {"lowest"}),
        (LOOP, {"found"}),
        (BEHIND, {"last"}),
        (GIVEN, {"first", "second"}),
    ],
    ids=[
        "read",
        "read of the last weights",
        "several",
        "both",
        "loaded",
        "loop",
        "behind",
        "given",
    ],
)
def test_they_are_variables_of_the_loop(
    keras: str, script: str, names: set[str], scripts: Scripts, tmp_path: object
) -> None:
    text = HEAD + script.replace("w.weights.h5", f"{tmp_path}/w.weights.h5")
    if keras == "2":
        text = text.replace("from k", "from tf_k").replace(
            "import keras", "import tf_keras as keras"
        )
    apart = scripts.compare(text, converted(text), keras)
    assert names <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize("keras", ["2", "3"])
def test_no_loss_is_a_number(keras: str, scripts: Scripts) -> None:
    text = HEAD.replace("rng.normal(size=(48, 4))", "np.full((48, 4), np.nan)")
    text += """\
model = build(3)
early = EarlyStopping(patience=2, restore_best_weights=True)
model.fit(x, y, epochs=6, callbacks=[early], **data)
at = [early.stopped_epoch, early.best_epoch, early.wait]
"""
    if keras == "2":
        text = text.replace("from k", "from tf_k").replace(
            "import keras", "import tf_keras as keras"
        )
    assert scripts.compare(text, converted(text), keras)["at"] == 0


def test_what_nobody_reads_is_not_there() -> None:
    text = converted(HEAD + READ.format(restores=True).replace("early.best_epoch, ", ""))
    assert "best_epoch" not in text
    assert "early_stopped_epoch" in text  # the program has a `stopped_epoch` of its own
    assert '\npath = "w.pt"\n' in text
    assert 'torch.load("w.pt"' in converted(HEAD + LOADED)


MADE = "model = build(3)\nearly = EarlyStopping()\n"
FIT = "model.fit(x, y, callbacks=[early], **data)\n"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (f"{MADE}if len(x) > 3:\n    {FIT}print(early.best)\n", "no `fit` may have had it"),
        (
            f"{MADE}for k in range(len(x)):\n    {FIT}print(early.best)\n",
            "no `fit` may have had it",
        ),
        (f"{MADE}print(early.best)\n{FIT}", "no `fit` may have had it"),
        (f"{MADE}{FIT}show = lambda: early.best\nprint(show())\n", "no `fit` may have had it"),
        (f"{MADE}{FIT}early = EarlyStopping()\nprint(early.best)\n", "no `fit` may have had it"),
        (
            f"{MADE.replace('()', '(patience=cfg.p)')}{FIT}cfg.p = 2\nprint(early.patience)\n",
            "what `early.patience` is, is not known",
        ),
        (f"{MADE}{FIT}early.best = 3\n", "`EarlyStopping` is left"),
        (
            f"{STOPPING}model = build(3)\nearly = stopping(2)\n{FIT}early.best = 3\n",
            "`EarlyStopping` is left",
        ),
        (
            f"{STOPPING}model = build(3)\nearly = stopping(2)\nlate = stopping(3)\n"
            f"all_of_them = [early, late]\n{FIT.replace('[early]', 'all_of_them')}"
            "print(early.best)\n",
            "`early` is read here, and nothing gives it",
        ),
        (f"{MADE}{FIT}print(early.model)\n", "`EarlyStopping` is left"),
        (f"{MADE}{FIT}print(early)\n", "`EarlyStopping` is left"),
        (
            "model = build(3)\nearly = ModelCheckpoint('{epoch}.keras')\n"
            f"{FIT}print(early.filepath)\n",
            "what `early.filepath` is, is not known",
        ),
        (f"{LOADED}model.fit(x, y, callbacks=[ReduceLROnPlateau()], **data)\n", "brings back"),
    ],
)
def test_what_is_not_known_is_refused(script: str, why: str) -> None:
    errors = [d for d in convert(HEAD + script).diagnostics if d.severity is Severity.ERROR]
    assert any(why in error.message for error in errors), errors
