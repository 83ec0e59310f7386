"""Names of Keras that training scripts use and that have no faithful counterpart, and why."""

from __future__ import annotations

from transpiler.rule import without_counterpart

without_counterpart(
    "callback",
    "keras.callbacks",
    {
        "OrbaxCheckpoint": "its files are those of JAX's Orbax; ModelCheckpoint becomes torch.save",
        "CallbackList": "it calls callbacks by hand: give `fit` a list of them",
    },
)

without_counterpart(
    "optimizer",
    "keras.optimizers",
    {
        "ScheduleFreeAdamW": "in `fit`, Keras begins its averages with zeros and forgets the "
        "weights that the model starts from",
        "MultiOptimizer": "make one optimizer of torch for each part of the weights",
        "OptimizerMap": "make one optimizer of torch for each part of the weights",
    },
)

_OF_VALUES = (
    "it takes values, not targets and outputs: with `compile` Keras fails as soon as it trains; "
    "give the function of both whose {} you want as a metric"
)
without_counterpart(
    "metric",
    "keras.metrics",
    {"Mean": _OF_VALUES.format("mean"), "Sum": _OF_VALUES.format("sum")},
)
