"""Functions that have names of their own which are those of imports of Keras."""

from __future__ import annotations

from tests.training.programs import converted
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

SCRIPT = """\
import numpy as np
from tensorflow.keras import callbacks, layers, losses, metrics, models


def total(losses):
    losses = losses + [0.0]
    return sum(losses)


class Net:
    def __init__(self, callbacks=None, **metrics):
        self.callbacks = callbacks or []
        self.metrics = metrics

    def worst(self, values):
        losses = [max(v) for v in values]

        def of(metrics):
            return metrics + losses

        return of(self.metrics)


model = models.Sequential([layers.Input((4,)), layers.Dense(1)])
model.compile("sgd", losses.Huber(), [metrics.MeanSquaredError()])
stops = [callbacks.TerminateOnNaN()]
history = model.fit(np.ones((8, 4)), np.ones((8, 1)), callbacks=stops)
print(total(history.history["loss"]), Net().callbacks)
"""


def test_they_stay_without_a_word() -> None:
    text = converted(SCRIPT)
    start, end = SCRIPT.index("def total"), SCRIPT.index("model = ")
    assert SCRIPT[start:end].strip() in text
    assert "keras" not in text.replace("init_like_keras", "")


def test_what_is_of_keras_beside_them_is_reported() -> None:
    """A default is evaluated outside; a function around has no names of those inside."""
    text = SCRIPT.replace("values):\n        losses =", "values=losses.MSE):\n        losses =")
    text = text.replace("        return of(self.metrics)", "        return of(metrics.Mean())")
    found = [d.line for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert found == [15], found
    text = text.replace("values=losses.MSE", "values")
    found = [d.line for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert found == [21], found
