"""Callbacks derived from others of the program, and what they do to the values of an epoch."""

from __future__ import annotations

import pytest

from tests.training.programs import Trial, farthest
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

BASE = """
class Base(keras.callbacks.Callback):
    def __init__(self, start=0):
        self.count = start
        super().__init__()

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.count += 1
        self.keep(logs["loss"])

    def keep(self, value):
        self.seen.append(value)

    def on_train_end(self, logs=None):
        self.rate = float(self.model.optimizer.learning_rate)

"""
OWN = {
    "Plain": "class Plain(Base):\n    pass\n\n",
    "Twice": """class Twice(Base):
    def keep(self, value):
        super(Twice, self).keep(2 * value)

""",
    "Skips": """class Between(Base):
    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs=logs)
        super().on_epoch_begin(epoch)
        self.seen[-1] *= -1.0


class Skips(Between):
    def __init__(self, every, **kwargs):
        super().__init__(start=5, **kwargs)
        self.every = every

    def on_epoch_end(self, epoch, logs=None):
        if epoch % self.every:
            super(Between, self).on_epoch_end(epoch, logs)
        else:
            Between.on_epoch_end(self, epoch, logs)

""",
    "Halves": """class Halves(Base):
    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        self.model.optimizer.learning_rate = 0.05
        self.score = self.model.evaluate(x, y, verbose=0)
        self.model.stop_training = self.count == 2

""",
    "Rows": """class Rows(Base):
    def on_epoch_end(self, epoch, logs=None):
        row = dict(logs)
        row["loss"] = epoch + 1.0
        row.update(more=row["loss"])
        super().on_epoch_end(epoch, row)

""",
    "Copies": """class Copies(Base):
    def on_epoch_end(self, epoch, logs=None):
        logs = {key: 2 * value for key, value in (logs or {}).items()}
        logs["more"] = epoch
        super().on_epoch_end(epoch, logs)

""",
}


def trial(*callbacks: str, more: str = "") -> Trial:
    names = [callback.partition("(")[0] for callback in callbacks]
    own = "".join(OWN[name] for name in names if name in OWN)
    variables = ", ".join(f"one{n}" for n in range(len(callbacks)))
    seen = ", ".join(f"[*one{n}.seen, one{n}.count, one{n}.rate]" for n in range(len(callbacks)))
    return Trial(
        fit=f", callbacks=[{variables}]",
        before=f"{BASE}{own}{more}{variables} = {', '.join(callbacks)}\n",
        after=f"seen = np.array([{seen}])\nkeys = len(history.history)\n",
    )


@pytest.mark.parametrize(
    "one",
    [
        trial("Plain()"),
        trial("Base()", "Twice(start=3)"),
        trial("Skips(2)"),
        trial("Halves()", "Plain(1)"),
        trial("Rows()", "Copies(4)"),
    ],
    ids=lambda t: t.before.splitlines()[-1],
)
def test_inherits_equally(one: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, one.text)
    assert far < 1e-7, apart  # Keras keeps the learning rate in float32
    assert {"seen", "keys"} < apart.keys()


def test_only_the_first_loses_its_base() -> None:
    text = convert(trial("Skips(2)").text).text
    assert "\nclass Base:\n    def __init__(self, start=0):\n        self.count = start\n\n" in text
    assert "\nclass Between(Base):\n" in text
    assert "\nclass Skips(Between):\n" in text
    assert "super().__init__(start=5, **kwargs)" in text
    assert "on_epoch_begin" not in text


def method(text: str, more: str = "") -> str:
    body = "".join(f"        {line}\n" for line in text.splitlines())
    return f"class Plain(Base):\n    def on_epoch_end(self, epoch, logs=None):\n{body}\n{more}\n"


SET = "def put(values):\n    values['more'] = 1\n"
REFUSED = {
    "a helper changes the values": (
        method(
            "self.put(logs)", "    def put(self, values):\n        values.setdefault('more', 1)\n"
        ),
        "changes the values of the epoch",
    ),
    "a function of the module": (f"{SET}\n{method('put(values=logs)')}", "changes the values"),
    "another name": (method("values = logs\nvalues.update(more=2)"), "changes the values"),
    "an attribute": (method("self.last = logs or {}\ndel self.last['loss']"), "changes the values"),
    "the base adds some": (
        "class Adds(Base):\n    def on_epoch_end(self, epoch, logs=None):\n"
        "        logs['more'] = 1.0\n\n\n"
        + method("super().on_epoch_end(epoch, logs)").replace("(Base)", "(Adds)"),
        "changes the values",
    ),
    "the base asks Keras": (
        "class Asks(Base):\n    def on_train_begin(self, logs=None):\n"
        "        keras.backend.clear_session()\n\n\nclass Plain(Asks):\n    pass\n\n",
        "`Asks` uses `keras`",
    ),
    "several bases": (
        "class Mixin:\n    pass\n\n\nclass Plain(Base, Mixin):\n    pass\n\n",
        "inherits from another class",
    ),
    "one stays that is derived from it": (
        "class Plain(Base):\n    pass\n\n\nclass Other(Plain):\n    pass\n\n",
        "`Plain` is the base of `Other`, which stays as it is",
    ),
    "an attribute of that name": (
        "class Rate(Base):\n    def on_epoch_end(self, epoch, logs=None):\n"
        "        self.model.optimizer.learning_rate = 0.1\n\n\n"
        "class Plain(Rate):\n    def on_epoch_begin(self, epoch, logs=None):\n"
        "        self.optimizer = 3\n\n",
        "`Plain` has `self.optimizer` of its own",
    ),
    "it asks whose base is not known": (
        method("super(self.__class__, self).on_epoch_end(epoch, logs)"),
        "asks for `super(self.__class__, self).on_epoch_end`",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_sure_stays_with_all_of_the_training(case: str) -> None:
    own, reason = REFUSED[case]
    text = trial("Plain()").text.replace(OWN["Plain"], own)
    assert own in text
    conversion = convert(text)
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert any(reason in message for message in errors), errors
    assert "class Base(keras.callbacks.Callback):" in conversion.text
    assert "history = model.fit(" in conversion.text
