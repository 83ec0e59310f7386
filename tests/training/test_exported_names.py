"""Nothing of `keras.*` that a training script may name is without a rule, or a diagnostic."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import keras
import pytest

from rules.initializers import PARAMETERS
from tests.training.programs import Trial
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert
from transpiler.registry import load_rules

RULES = load_rules()
COMPILE = "model.compile("

#: Names without a rule, and code that uses each: `compile` or `fit` must say that it is left.
LEFT: dict[str, dict[str, Trial]] = {
    "losses": {
        name: Trial(f"keras.losses.{name}")
        for name in ("get(input())", "deserialize({})")
    },
    "metrics": {
        name: Trial(metrics=f"[keras.metrics.{name}]")
        for name in (
            "Mean()", "Sum()", "get(input())", "deserialize({})",
            "MeanMetricWrapper(keras.losses.mse)",
        )
    },
    "optimizers": {
        name: Trial(optimizer=f"keras.optimizers.{name}")
        for name in (
            "LossScaleOptimizer(input())", "ScheduleFreeAdamW()",
            "MultiOptimizer({})", "OptimizerMap({})", "get(input())", "deserialize({})",
        )
    },
    "optimizers.schedules": {
        name: Trial(optimizer=f"keras.optimizers.SGD(keras.optimizers.schedules.{name})")
        for name in ("deserialize({})",)
    },
    "callbacks": {
        name: Trial(fit=f", callbacks=[keras.callbacks.{name}]")
        for name in (
            "CallbackList()", 'OrbaxCheckpoint("o")',
        )
    },
    "regularizers": {
        name: Trial(before=f"reg = keras.regularizers.{name}")
        for name in ("get(input())", "deserialize({})")
    },
    "constraints": {
        name: Trial(before=f"reg = keras.constraints.{name}")
        for name in ("get(input())", "deserialize({})")
    },
}  # fmt: skip
#: Bases of the program's own classes, which have tests of their own, and what makes a config.
OTHERS = {
    "losses": {"Loss", "serialize"},
    "metrics": {"Metric", "serialize"},
    "optimizers": {"Optimizer", "serialize"},
    "optimizers.schedules": {"LearningRateSchedule", "serialize"},
    "callbacks": set(),
    "regularizers": {"Regularizer", "serialize"},
    "constraints": {"Constraint", "serialize"},
}
TABLES: dict[str, Any] = {
    "losses": RULES.losses,
    "metrics": RULES.metrics,
    "optimizers": RULES.optimizers,
    "optimizers.schedules": RULES.schedules,
    "callbacks": RULES.callbacks,
    "regularizers": RULES.regularizers,
    "constraints": RULES.constraints,
}


def public(module: ModuleType) -> set[str]:
    values = {n: v for n, v in vars(module).items() if not n.startswith("_")}
    return {n for n, v in values.items() if not inspect.ismodule(v)}


@pytest.mark.parametrize("place", TABLES)
def test_each_name_has_a_rule_or_a_diagnostic(place: str) -> None:
    module: Any = keras
    for part in place.split("."):
        module = getattr(module, part)
    left = {code.partition("(")[0] for code in LEFT[place]}
    table = TABLES[place]
    ruled = {n for n in public(module) if f"keras.{place}.{n}" in table}
    ruled -= {n for n in ruled if table[f"keras.{place}.{n}"].reason}
    assert not ruled & left, "these have a rule now"
    assert public(module) == ruled | left | OTHERS[place]


INITIALIZERS = public(keras.initializers) - {"get", "serialize", "deserialize", "Initializer"}


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
def test_each_initializer_is_converted_or_said(name: str) -> None:
    text = (
        "from tensorflow import keras\n"
        "layer = keras.layers.Dense(4, kernel_initializer=keras.initializers.{})\n"
        "model = keras.Sequential([keras.Input((4,)), layer])\n"
    )
    conversion = convert(text.format(f"{name}()"))
    said = [d.line for d in conversion.diagnostics if d.severity is Severity.ERROR]
    known = name.lower().removesuffix("initializer").replace("_", "") in {
        *PARAMETERS,
        "zeros",
        "ones",
    }
    assert known is not bool(said)
    assert said or "nn.init." in conversion.text or "_normal_(" in conversion.text


LEFT_TRIALS = [trial for trials in LEFT.values() for trial in trials.values()]


@pytest.mark.parametrize("trial", LEFT_TRIALS, ids=lambda t: "".join((t.loss, t.metrics, t.fit)))
def test_what_has_no_rule_is_said_where_it_is_used(trial: Trial) -> None:
    text = trial.text
    if trial.before:
        kind = "constraint" if "constraints" in trial.before else "regularizer"
        text = text.replace('activation="tanh"', f'activation="tanh", kernel_{kind}=reg')
    errors = [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    lines = text.split("\n")
    said = {lines[error.line - 1] for error in errors}
    assert any(COMPILE in line or ".fit(" in line or "tanh" in line for line in said), errors
    assert "train_epoch(" not in convert(text).text
