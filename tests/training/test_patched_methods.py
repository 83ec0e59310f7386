"""Methods that a class of the program's own has otherwise than by a plain `def` in its body."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import Trial, farthest
from tests.training.scripts import Scripts
from tests.training.test_several_files import converted
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

CALLBACK = """
def note(self, epoch, logs=None):
    self.rows.append(logs["loss"])


class Log(keras.callbacks.Callback):
    def __init__(self, **options):
        super().__init__()
        self.rows = []
        {begin}

    def record(self, epoch, logs=None):
        self.rows.append(epoch)
{body}

{beside}
log = Log({given})
{after}
"""
UNDER = """
    {head}:
        def on_epoch_end(self, epoch, logs=None):
            self.rows.append(logs["loss"])
"""
EACH = "for name, value in options.items():\n            setattr(self, name, value)"
LATER = "lambda epoch, logs=None: log.rows.append(logs['loss'])"
#: What gives the callback a hook, and what is said of it.
HOOKS = {
    "condition": ({"body": UNDER.format(head="if keras is not None")}, "makes on_epoch_end"),
    "attempt": ({"body": UNDER.format(head="with open(__file__)")}, "makes on_epoch_end"),
    "alias": ({"body": "\n    on_epoch_begin = record"}, "`on_epoch_begin = record` makes"),
    "several": ({"body": "\n    on_epoch_end, size = note, 3"}, "makes on_epoch_end"),
    "lambda": ({"begin": f"self.on_epoch_end = {LATER}"}, "sets on_epoch_end"),
    "setattr": ({"begin": "setattr(self, 'on_epoch_end', self.record)"}, "sets on_epoch_end"),
    "class": ({"beside": "Log.on_epoch_end = note"}, "`Log.on_epoch_end = note` sets"),
    "object": ({"after": f"log.on_epoch_end = {LATER}"}, "sets on_epoch_end"),
    "dict": ({"after": f"vars(log)['on_epoch_end'] = {LATER}"}, "sets on_epoch_end"),
    "put together": (
        {"beside": "for when in ('begin', 'end'):\n    setattr(Log, 'on_epoch_' + when, note)"},
        "sets methods by their names",
    ),
    "options": ({"begin": EACH, "given": f"on_epoch_end={LATER}"}, "`setattr(self, name, value)`"),
    "lookup": (
        {"body": "\n    def __getattribute__(self, name):\n        return super().record"},
        "makes __getattribute__",
    ),
}


def with_callback(**parts: str) -> Trial:
    names = ("begin", "body", "beside", "given", "after")
    own = CALLBACK.format(**{"begin": "self.size = 1", **dict.fromkeys(names[1:], ""), **parts})
    return Trial(before=own, fit=", callbacks=[log]", after="rows = log.rows\n", asks=False)


def errors_of(text: str) -> list[str]:
    said = convert(text).diagnostics
    return [d.message for d in said if d.severity is Severity.ERROR]


@pytest.mark.parametrize("case", HOOKS)
def test_a_hook_that_is_no_plain_method_is_refused(case: str) -> None:
    parts, reason = HOOKS[case]
    errors = errors_of(with_callback(**parts).text)
    assert any("`fit` is left as it is: `Log`: " in e and reason in e for e in errors), errors


def test_attributes_that_are_no_hooks_are_set(scripts: Scripts) -> None:
    hook = UNDER.format(head="if x is not None").replace("on_epoch_end", "write")
    body = (
        f"{hook}\n    def on_epoch_end(self, epoch, logs=None):\n        self.write(epoch, logs)\n"
    )
    other = (
        "class Trainer:\n    def __init__(self, model):\n"
        "        self.on_epoch_end = model\n\n\ntrainer = Trainer(3)"
    )
    one = with_callback(begin=EACH, body=body, beside=other, given="size=3", after="log.size = 4")
    far, apart = farthest(scripts, one.text)
    assert far < 1e-9, apart
    assert "rows" in apart


METRIC = """
class Off(keras.metrics.Metric):
    def __init__(self, name="off", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(keras.ops.sum(keras.ops.abs(y_true - y_pred)))

    def result(self):
        return self.total + 0.0


def half(self):
    return self.total / 2.0


off = Off()
"""
LOSS = """
class Own(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


def fourth(self, y_true, y_pred):
    return (y_true - y_pred) ** 4


own = Own()
"""
INSIDE = "    if x is not None:\n        def {}(self{}):\n            return {}\n"
PATCHED = [
    (METRIC, "off", "Off.result = half"),
    (METRIC, "off", "setattr(Off, 'result', half)"),
    (METRIC, "off", "off.result = lambda: off.total / 2.0"),
    (METRIC, "off", "def put(metric):\n    metric.result = half\n\n\nput(Off)"),
    (METRIC, "off", INSIDE.format("result", "", "self.total / 2.0")),
    (LOSS, "own", "Own.call = fourth"),
    (LOSS, "own", "own.call = lambda y_true, y_pred: (y_true - y_pred) ** 4"),
    (LOSS, "own", "    call = lambda self, y_true, y_pred: (y_true - y_pred) ** 4\n"),
    (LOSS, "own", INSIDE.format("call", ", y_true, y_pred", "(y_true - y_pred) ** 4")),
]


@pytest.mark.parametrize(("made", "name", "patch"), PATCHED)
def test_metrics_and_losses_that_are_patched_are_refused(made: str, name: str, patch: str) -> None:
    inside = patch.startswith(" ")
    text = made.replace("\n\n\ndef ", f"\n\n{patch}\n\ndef ") if inside else f"{made}{patch}\n"
    metrics, loss = ("[off]", '"mse"') if name == "off" else ("", "own")
    one = Trial(before=text, metrics=metrics, loss=loss, targets="column", asks=False)
    errors = errors_of(one.text)
    assert any("only a plain `def` at the top of the class is followed" in e for e in errors)


def test_a_constraint_that_is_patched_does_what_it_is_given(scripts: Scripts) -> None:
    own = """
class Bound(keras.constraints.Constraint):
    def __call__(self, w):
        return keras.ops.clip(w, -0.2, 0.2)

    if x is not None:
        def __call__(self, w):
            return w * 0.5

"""
    one = Trial(before=own, asks=False)
    text = one.text.replace('activation="tanh"', 'activation="tanh", kernel_constraint=Bound()')
    assert farthest(scripts, text)[0] < 1e-9


DATA = """
class Batches(keras.utils.Sequence):
    def __init__(self):
        super().__init__()
        self.ends = 0
        {begin}

    def bump(self):
        self.ends += 1

    def __len__(self):
        return 3

    def __getitem__(self, index):
        some = slice(index * 16, index * 16 + 16)
        return x[some] * (1 + self.ends), y[some]
{body}

data = Batches()
{after}
"""


@pytest.mark.parametrize(
    "parts",
    [
        {"begin": "self.on_epoch_end = self.bump"},
        {"body": "\n    on_epoch_end = bump\n"},
        {"body": "\n    if x is not None:\n        def on_epoch_end(self):\n            pass\n"},
        {"after": "Batches.on_epoch_end = Batches.bump"},
    ],
)
def test_data_whose_hook_is_no_plain_method_are_refused(parts: dict[str, str]) -> None:
    own = DATA.format(**{"begin": "self.size = 16", "body": "", "after": "", **parts})
    one = Trial(before=own, fit="", targets="column", asks=False)
    errors = errors_of(one.text.replace("fit(x, y, batch_size=16,", "fit(data,"))
    assert any("`Batches`: " in e and "on_epoch_end; only a plain" in e for e in errors), errors


def test_another_file_patches_a_class(tmp_path: Path) -> None:
    hooks = CALLBACK.format(begin="", body="", beside="", given="", after="").partition("log = ")[0]
    more = "from hooks import Log, note\n\nLog.on_epoch_end = note\n"
    main = Trial(
        before="\nimport hooks\nimport more\n\nlog = hooks.Log()\n", fit=", callbacks=[log]"
    )
    files = {"hooks.py": f"from tensorflow import keras\n{hooks}", "more.py": more}
    _, errors = converted(tmp_path, {"main.py": main.text, **files})
    assert any("`Log.on_epoch_end = note` in more.py sets on_epoch_end" in e for e in errors)
