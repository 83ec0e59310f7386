"""Objects of the program's own metrics that callbacks get, or that the program asks by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.programs import Trial, farthest
from tests.training.scripts import Scripts
from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession

METRIC = """
class Off(keras.metrics.Metric):
    def __init__(self, scale, name="off", **kwargs):
        super().__init__(name=name, **kwargs)
        self.scale = scale
        self.total = self.add_weight(name="total", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(keras.ops.sum(keras.ops.abs(y_true - y_pred)))

    def result(self):
        return self.total / self.scale
"""
WATCH = """
class Watch(keras.callbacks.Callback):
    def __init__(self, seen):
        super().__init__()
        self.metric = seen
        self.rows = []

    def on_epoch_end(self, epoch, logs=None):
        {}

"""
READS = "self.rows.append(self.metric{}.scale + epoch)"
CALL = "keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: rows.append(off.scale))"


def trial(
    method: str, callbacks: str, made: str = "off = Off(2.0)", metrics: str = "[off]"
) -> Trial:
    return Trial(
        before=f"{METRIC}\n{WATCH.format(method)}rows = []\n{made}\n",
        metrics=metrics,
        targets="column",
        fit=f", callbacks={callbacks}",
        after="seen = getattr(watch, 'rows', rows)\n" if "watch" in made else "",
        asks=False,
    )


@pytest.mark.parametrize(
    "one",
    [
        trial(READS.format(""), "[Watch(off)]"),
        trial(READS.format(""), "[watch]", "off = Off(2.0)\nwatch = Watch(off)"),
        trial(READS.format("[0]"), "[Watch(held)]", "held = [Off(2.0)]", "held"),
        trial("self.metric()", "[Watch(lambda: rows.append(off.scale))]"),
        trial("pass", f"[Watch(3), {CALL}]"),
        trial(
            "pass", "[Watch(3), keras.callbacks.LearningRateScheduler(lambda e: off.scale / 20)]"
        ),
    ],
)
def test_what_a_metric_is_told_is_read(one: Trial, scripts: Scripts) -> None:
    far, apart = farthest(scripts, one.text)
    assert far < 1e-7, apart  # Keras keeps the learning rate in float32


ASKS = "self.rows.append(float(self.metric{}.result()))"
REFUSED = [
    trial(ASKS.format(""), "[Watch(off)]"),
    trial(ASKS.format(""), "[watch]", "off = Off(2.0)\nwatch = Watch(off)"),
    trial(ASKS.format("[0]"), "[Watch(held)]", "held = [Off(2.0)]", "held"),
    trial(ASKS.format("['off']"), "[Watch({'off': off})]"),
    trial("self.rows.append(float(self.metric.total))", "[Watch(off)]"),
    trial("self.metric.scale *= 0.5", "[Watch(off)]"),
    trial("setattr(self.metric, 'scale', 3.0)", "[Watch(off)]"),
    trial("pass", "[Watch(3)]", "off = Off(2.0)\noff.scale = 3.0"),
    trial("pass", "[Watch(3)]", "held = [Off(2.0)]\nfor one in held:\n    one.scale = 3.0", "held"),
]


@pytest.mark.parametrize("one", REFUSED)
def test_what_only_the_object_of_the_training_knows_is_refused(one: Trial) -> None:
    said = convert(one.text).diagnostics
    errors = [d.message for d in said if d.severity is Severity.ERROR]
    assert any("here each epoch counts with a new one" in message for message in errors), errors


@pytest.mark.parametrize("made", ["keras.optimizers.SGD(0.1)", "keras.metrics.AUC()"])
def test_what_stays_for_a_callback_is_told(made: str) -> None:
    one = trial("pass", "[Watch(part)]", f"part = {made}", "[Off(2.0), part]")
    text = one.text.replace("keras.optimizers.SGD(0.1), loss", "part, loss")
    if "SGD" in made:
        text = text.replace("[Off(2.0), part]", "[Off(2.0)]")
    said = convert(text).diagnostics
    errors = [d.message for d in said if d.severity is Severity.ERROR]
    assert any(f"`{made.partition('(')[0]}` is left as it is" in m for m in errors), errors


def in_two_files(folder: Path, method: str) -> list[str]:
    main = trial(method, "[Watch(off)]").text.replace(WATCH.format(method), "")
    main = main.replace(
        "from tensorflow import keras", "from tensorflow import keras\nfrom watch import Watch"
    )
    main += "loss = losses[-1]\n"
    watch = f"from tensorflow import keras\n\n{WATCH.format(method)}"
    return converted(folder, {"main.py": main, "watch.py": watch})[1]


def test_a_callback_of_another_file_reads_what_it_is_told(
    tmp_path: Path, session: VerifySession
) -> None:
    assert not in_two_files(tmp_path, READS.format(""))
    assert_alike(tmp_path, session)


@pytest.mark.parametrize("method", [ASKS.format(""), "self.metric.scale *= 0.5"])
def test_a_callback_of_another_file_asks(method: str, tmp_path: Path) -> None:
    errors = in_two_files(tmp_path, method)
    assert any(f"`{method}` in watch.py uses the object" in message for message in errors), errors
