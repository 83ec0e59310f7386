"""What the hooks of the program's own callbacks take, and what Keras's own ones do."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, converted, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """
{above}
class Log({base}):
    def __init__(self):
        super().__init__()
        self.rows = []

"""
CALLBACK = "keras.callbacks.Callback"
BATCHES = """\
    def on_batch_end(self, batch, logs=None):
        self.rows.append(logs["loss"] if logs else batch)

"""
HANDING = """\
    def on_train_batch_end(self, batch, logs=None):
        {}
        self.rows.append(-1)

"""
BASE = f"class Base({CALLBACK}):\n{{}}\n"
ALL = """\
    def on_train_begin(self, *args):
        super().on_train_begin(*args)
        self.rows.append(len(args))

    def on_epoch_begin(self, epoch, *args):
        self.rows.append(len(args) + len(args[0]))

    def on_epoch_end(self, *args):
        epoch, logs = args
        self.rows.append(logs["val_loss"] * (epoch + 1))

    def on_test_end(self, *args):
        self.rows.append(args[0]["loss"])

    def on_train_end(self, *values):
        self.rows.append(values[0]["loss"])
"""
FIRST = """\
    def on_epoch_end(self, epoch, *_):
        self.rows.append(epoch)

    def on_train_end(self, logs, /):
        self.rows.append(logs["loss"])
"""


def trial(body: str, base: str = CALLBACK, above: str = "") -> Trial:
    return Trial(
        before=f"{HEAD.format(base=base, above=above)}{body}\nlog = Log()\n",
        fit=", validation_split=0.2, callbacks=[log]",
        after="rows = log.rows\n",
        asks=False,
    )


@pytest.mark.parametrize(
    "one",
    [
        trial(ALL),
        trial(FIRST),
        trial(BATCHES + HANDING.format("super().on_train_batch_end(batch, logs)")),
        trial(BATCHES + HANDING.format("super(Log, self).on_train_batch_end(batch)")),
        trial(BATCHES + HANDING.format("super().on_train_batch_end(batch, logs=logs)")),
        trial(
            (BATCHES + HANDING.format("super().on_train_batch_begin(batch)")).replace(
                "_end", "_begin"
            )
        ),
        trial(
            BATCHES, "Base", BASE.format(HANDING.format("super().on_train_batch_end(batch, logs)"))
        ),
        trial(
            HANDING.format("super().on_train_batch_end(batch, logs)") + BATCHES,
            "Base",
            BASE.format(HANDING.format("pass")),
        ),
        trial(HANDING.format("super().on_train_batch_end(batch, logs)")),
    ],
)
def test_hooks_get_what_keras_gives_them(one: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, one.text)
    assert far < 1e-9, apart
    assert "rows" in apart


def test_the_other_hook_is_called_by_the_object() -> None:
    text = converted(
        trial(BATCHES + HANDING.format("super().on_train_batch_end(batch, logs)")).text
    )
    assert "        self.on_batch_end(batch, logs)\n        self.rows.append(-1)\n" in text


REFUSED = {
    "by another name": (
        "    def on_epoch_end(self, *args):\n        args[1]['more'] = 3.0\n",
        "`Log.on_epoch_end` may change the values of the epoch",
    ),
    "another name of the object": (
        "    def on_epoch_end(this, epoch, logs=None):\n        this.model.stop_training = True\n",
        "`Log`.on_epoch_end calls its own object `this`",
    ),
    "a hook of Keras's": (
        "    def on_train_begin(self, logs=None):\n        self.on_epoch_begin(0)\n",
        "`Log` asks for `self.on_epoch_begin`, which is Keras's own",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_sure_stays(case: str) -> None:
    body, reason = REFUSED[case]
    said = convert(trial(body).text).diagnostics
    errors = [d.message for d in said if d.severity is Severity.ERROR]
    assert any(reason in message for message in errors), errors


def test_heirs_of_which_some_have_the_other_hook_are_refused() -> None:
    above = BASE.format(HANDING.format("super().on_train_batch_end(batch, logs)"))
    text = trial(BATCHES, "Base", above).text.replace(
        "log = Log()\n", "log, base = Log(), Base()\n"
    )
    said = [d.message for d in convert(text).diagnostics]
    assert any("calls `on_batch_end`, which only some of its heirs have" in m for m in said), said
