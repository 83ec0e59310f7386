"""Each public name of Keras that has to do with training has a rule, or is refused for a reason."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import keras
import pytest
import tf_keras

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert
from transpiler.registry import load_rules

RULES = load_rules()

_BASE = "a base, which a program's own class is made of: see the interpreter"
_OWN = "its functions and classes are translated where a program has them"
_SHARED = "what runs in several processes, on other machines, or under other optimizers"
_ALONE = "it keeps what a program gives it by hand, and measures no output of a model"

#: Names that no rule speaks of, and why; `rules/without_counterpart.py` does of others.
REFUSED: dict[str, dict[str, str]] = {
    "losses": {
        "Loss": _BASE,
        "Reduction": "names of reductions, which are read as arguments",
    },
    "metrics": {
        "MeanTensor": _ALONE,
        "MeanRelativeError": "it divides by numbers given for each sample, which no batch has",
        "MeanMetricWrapper": _OWN,
        "Metric": _BASE,
    },
    "optimizers": {
        "LossScaleOptimizer": "what is in it has a rule, and the loop scales the loss",
        "Optimizer": _BASE,
    },
    "regularizers": {
        "Regularizer": _BASE,
    },
    "constraints": {
        "Constraint": _BASE,
        "RadialConstraint": "only Keras 2 has it, for kernels that are symmetric around a point",
        "radial_constraint": "only Keras 2 has it, for kernels that are symmetric around a point",
    },
    "callbacks": {
        "SidecarEvaluatorModelExport": _SHARED,
    },
    "optimizers.schedules": {"LearningRateSchedule": _BASE},
}
_TABLES = {"optimizers.schedules": RULES.schedules} | {
    what: getattr(RULES, what) for what in REFUSED if "." not in what
}


def _public(module: object) -> Iterator[str]:
    """The classes and functions of a module of Keras."""
    for name, value in vars(module).items():
        tools = ("get", "serialize", "deserialize")
        if not name.startswith("_") and name not in tools and not inspect.ismodule(value):
            yield name


def _names(what: str) -> set[str]:
    found: set[str] = set()
    for module in (keras, tf_keras):
        for part in what.split("."):
            module = getattr(module, part)
        found |= set(_public(module))
    if what == "optimizers.schedules":
        return found
    return {name for name in found if not name.startswith("legacy")}


@pytest.mark.parametrize("what", REFUSED)
def test_each_name_has_a_rule_or_a_reason(what: str) -> None:
    ruled = {name for name in _names(what) if f"keras.{what}.{name}" in _TABLES[what]}
    assert _names(what) - ruled == set(REFUSED[what])
    assert all(REFUSED[what].values())


PROGRAM = """\
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", {loss}, metrics={metrics})
model.fit(x, y)
"""


@pytest.mark.parametrize("name", sorted(REFUSED["losses"].keys() - {"Reduction"}))
def test_a_loss_without_a_rule_is_said(name: str) -> None:
    made = f"keras.losses.{name}" + ("()" if name[0].isupper() else "")
    found = convert(PROGRAM.format(loss=made, metrics="None")).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


@pytest.mark.parametrize("name", sorted(REFUSED["metrics"]))
def test_a_metric_without_a_rule_is_said(name: str) -> None:
    made = f"keras.metrics.{name}" + ("(0.5)" if name[0].isupper() else "")
    found = convert(PROGRAM.format(loss='"mse"', metrics=f"[{made}]")).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


@pytest.mark.parametrize("name", sorted(REFUSED["optimizers"]))
def test_an_optimizer_without_a_rule_is_said(name: str) -> None:
    text = PROGRAM.format(loss='"mse"', metrics="None")
    found = convert(text.replace('"sgd"', f"keras.optimizers.{name}(0.1)")).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


@pytest.mark.parametrize("name", sorted(REFUSED["callbacks"]))
def test_a_callback_without_a_rule_is_said(name: str) -> None:
    text = PROGRAM.format(loss='"mse"', metrics="None")
    given = f"model.fit(x, y, callbacks=[keras.callbacks.{name}('backup')])"
    found = convert(text.replace("model.fit(x, y)", given)).diagnostics
    assert any(d.severity is Severity.ERROR for d in found)


@pytest.mark.parametrize("what", ["regularizers", "constraints"])
def test_what_watches_weights_without_a_rule_is_said(what: str) -> None:
    for name in REFUSED[what]:
        text = PROGRAM.format(loss='"mse"', metrics="None")
        given = f"Dense(3, kernel_{what[:-1]}=keras.{what}.{name}()"
        found = convert(text.replace("Dense(3", given, 1)).diagnostics
        assert any(d.severity is Severity.ERROR for d in found), name


@pytest.mark.parametrize("name", sorted(_names("initializers")))
def test_each_initializer_is_translated_or_said(name: str) -> None:
    """Those that need something have it; strings are tried elsewhere."""
    arguments = {"Constant": "0.5", "constant": "0.5", "STFT": "'real'", "stft": "'real'"}
    made = f"keras.initializers.{name}({arguments.get(name, '')})"
    text = PROGRAM.format(loss='"mse"', metrics="None")
    conversion = convert(text.replace("Dense(3", f"Dense(3, kernel_initializer={made}", 1))
    errors = [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
    refused = name in ("Initializer", "STFT", "STFTInitializer", "stft")
    assert bool([e for e in errors if name in e or "initializer" in e.lower()]) is refused, errors


@pytest.mark.parametrize("given", ['"he_normal"', '{"class_name": "HeNormal", "config": {}}'])
def test_an_initializer_that_is_asked_for_by_its_name(given: str) -> None:
    text = PROGRAM.format(loss='"mse"', metrics="None")
    asked = f"Dense(3, kernel_initializer=keras.initializers.get({given})"
    plain = "Dense(3, kernel_initializer=keras.initializers.HeNormal()"
    texts = [convert(text.replace("Dense(3", made, 1)).text for made in (asked, plain)]
    assert texts[0] == texts[1]
    assert "weight=he_normal_" in texts[0]
