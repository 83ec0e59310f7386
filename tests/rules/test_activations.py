"""Activations against Keras."""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np
import pytest
import torch

from rules.activations import MODULES, activated
from tests.rules.layer_harness import (
    RANDOM,
    check,
    given_tensor,
    in_keras_order,
    translate,
    unknown,
)
from tests.rules.rnn_harness import emitted_sources, model_of
from transpiler.ir.expr import Expr, Symbol, expr
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.registry import load_rules

NAMES = sorted(set(keras.src.activations.ALL_OBJECTS_DICT) - {"sparsemax", "threshold"})
#: The names that both generations of Keras know: those that a program may choose from.
RUN_TIME = {
    "elu", "exponential", "gelu", "hard_sigmoid", "leaky_relu", "linear", "log_softmax", "mish",
    "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "swish", "tanh",
}  # fmt: skip
LAYOUTS = [Layout.FIRST, Layout.LAST]
POINTS = np.concatenate(
    [RANDOM.normal(size=(2, 3, 5, 4)) * 3, np.linspace(-7, 7, 120).reshape(2, 3, 5, 4)]
)


def outcome(function: Expr, layout: Layout, **names: Any) -> np.ndarray:
    x = given_tensor("x0", (3, 5, 4), layout, "all", "float64")
    made = activated(x, function)
    code = in_keras_order(made.code, 4) if layout is Layout.FIRST else made.code
    (out,) = model_of(Tensor(code), ("x0",), **names)(torch.as_tensor(POINTS))
    return np.asarray(out)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_by_name(name: str, layout: Layout) -> None:
    wanted = keras.activations.get(name)(keras.ops.convert_to_tensor(POINTS)).numpy()
    spelled = [expr(name), Expr("f", Symbol(f"keras.activations.{name}"))]
    for given in spelled:
        np.testing.assert_allclose(outcome(given, layout), wanted, atol=1e-9)
    if name in RUN_TIME:
        given = outcome(unknown("given"), layout, given=name)
        np.testing.assert_allclose(given, wanted, atol=1e-9)


@pytest.mark.parametrize("name", [n for n in MODULES if n is not None])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_of_two(name: str, layout: Layout) -> None:
    """`"relu" if deep else None` is one of torch's modules or another."""
    wanted = keras.activations.get(name)(keras.ops.convert_to_tensor(POINTS)).numpy()
    for text, deep in (
        (f"'{name}' if deep else None", True),
        (f"None if deep else '{name}'", False),
    ):
        function = Expr(text, names=frozenset({("deep", 0)}))
        made = activated(given_tensor("x0", (3, 5, 4), layout, "all", "float64"), function)
        assert "nn." in str(made.code.modules)
        np.testing.assert_allclose(outcome(function, layout, deep=deep), wanted, atol=1e-9)
        other = outcome(function, layout, deep=not deep)
        np.testing.assert_allclose(other, POINTS, atol=1e-9)


def test_none_and_callables() -> None:
    for layout in LAYOUTS:
        np.testing.assert_allclose(outcome(expr(None), layout), POINTS)
        np.testing.assert_allclose(outcome(unknown("given"), layout, given=None), POINTS)
        result = outcome(unknown("given"), layout, given=torch.abs)
        np.testing.assert_allclose(result, np.abs(POINTS))


def test_every_name_has_a_rule() -> None:
    rules = load_rules().activations
    for name in keras.src.activations.ALL_OBJECTS_DICT:
        assert f"keras.activations.{name}" in rules


def test_defaults_are_those_of_keras() -> None:
    import inspect

    for name, rule in load_rules().activations.items():
        function = getattr(keras.activations, name.rpartition(".")[2])
        ours = list(rule.signature.parameters.values())[1:]
        theirs = list(inspect.signature(function).parameters.values())[1:]
        assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs]
        assert rule.note


RELU = list(itertools.product([None, 6, 6.0, 2.5], [0.0, 0.2], [0.0, 1.0]))


@pytest.mark.parametrize(("max_value", "negative_slope", "threshold"), RELU)
@pytest.mark.parametrize("hide", [False, True])
def test_relu(max_value: Any, negative_slope: float, threshold: float, hide: bool) -> None:
    given = {
        "max_value": max_value, "negative_slope": negative_slope, "threshold": threshold,
    }  # fmt: skip
    hidden = tuple(given) if hide else ()
    check("ReLU", [(3, 5, 4)], inputs=[POINTS + 0.01], hidden=hidden, tolerance=1e-6, **given)


@pytest.mark.parametrize("hide", [False, True])
def test_layers(hide: bool) -> None:
    for name, given in (
        ("LeakyReLU", {"negative_slope": 0.3}),
        ("LeakyReLU", {"negative_slope": 0.01}),
        ("ELU", {"alpha": 0.7}),
    ):
        check(name, [(3, 5, 4)], hidden=tuple(given) if hide else (), tolerance=1e-6, **given)
    for name in ("ReLU", "LeakyReLU", "ELU"):
        check(name, [(3, 5, 4)], tolerance=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("axis", [-1, 1, 2, [1, 2], [3], (1, 3)])
def test_softmax(layout: Layout, axis: Any) -> None:
    check("Softmax", [(3, 5, 4)], layout=layout, axis=axis)


@pytest.mark.parametrize("shape", [(4,), (5, 4), (3, 5, 4)])
def test_prelu(shape: tuple[int, ...]) -> None:
    spatial = list(range(1, len(shape)))
    for shared in (None, spatial, spatial[:1], [*spatial, len(shape)], [len(shape)]):
        for sizes in ("all", "named"):
            check("PReLU", [shape], sizes=sizes, shared_axes=shared)


def test_what_is_refused() -> None:
    x = given_tensor("x0", (4,), Layout.LAST, "all", "float64")
    for name in ("sparsemax", "no_such_function"):
        with pytest.raises(Unsupported):
            activated(x, expr(name))
    with pytest.raises(Unsupported):
        translate("Softmax", [(3, 4)], {"axis": 1}, layout=Layout.FIRST, hidden=("axis",))


def test_other_names_are_refused_at_run_time() -> None:
    scope: dict[str, Any] = {}
    exec(emitted_sources({"Activation"}), scope)
    assert set(scope["Activation"].functions) == {None, *RUN_TIME}
    with pytest.raises(ValueError, match="unknown activation: 'rleu'"):
        scope["Activation"]("rleu")
