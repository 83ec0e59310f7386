"""A model that is compiled once more: Keras 3 keeps the metrics that it had, Keras 2 does not.

model.compile("sgd", "mse", metrics=["mae"])
model.compile("adam", "mse")               # in Keras 3 with "mae"
"""

from __future__ import annotations

from transpiler.diagnostics import ASSUMED
from transpiler.emit.training.shared import Trained
from transpiler.interpret.training import TrainingCall
from transpiler.lower.weighing import is_none

_METRICS = ("metrics", "weighted_metrics")
KEPT = "Keras 3 keeps the metrics of the `compile` before, as it is done here; Keras 2 has none"


def keep_metrics(made: Trained, compiles: list[TrainingCall], keras: str) -> None:
    """Give each `compile` without metrics those of the last one with some, as Keras 3 does."""
    if keras == "2":
        return
    before: TrainingCall | None = None
    for call in compiles:
        if _gives(call):
            before = call
        elif before is not None:
            call.given |= {name: before.given[name] for name in _METRICS if name in before.given}
            if keras == "auto":
                made.said.append((ASSUMED, call.node, KEPT))


def _gives(call: TrainingCall) -> bool:
    return any(name in call.given and not is_none(call.given[name].value) for name in _METRICS)
