"""Operators and subscripts against numpy, in both layouts."""

from __future__ import annotations

import operator as operators
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.ops.operators import Key, binary, in_order, subscript, unary
from tests.rules.rnn_harness import model_of
from transpiler.ir.expr import Expr, expr
from transpiler.ir.tensor import Layout, Tensor, Unsupported

RANDOM = np.random.default_rng(2)
OPERATORS = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.truediv,
    "//": lambda a, b: np.floor(a / b),  # TensorFlow rounds the quotient first
    "%": operators.mod,
    "**": operators.pow,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
    "==": operators.eq,
    "!=": operators.ne,
}
SHAPES = [
    (2, 4, 6, 3),
    (2, 1, 6, 3),
    (2, 1, 1, 3),
    (2, 4, 6, 1),
    (1, 1, 1, 1),
    (6, 3),
    (4, 6, 3),
    (3,),
]


def tensor(name: str, shape: tuple[int, ...], first: bool) -> Tensor:
    dims = tuple(expr(n) for n in shape[1:])
    if first and len(shape) > 2:
        return Tensor(Expr(f"{name}.movedim(-1, 1)", strength=18), dims, Layout.FIRST)
    return Tensor(Expr(name), dims)


def check(result: Tensor, expected: np.ndarray, *arrays: np.ndarray) -> None:
    names = ("a", "b")[: len(arrays)]
    ordered = in_order(result)
    (got,) = model_of(ordered, names)(*(torch.as_tensor(x) for x in arrays))
    assert got.shape == expected.shape
    np.testing.assert_allclose(np.asarray(got), expected, rtol=0, atol=1e-12)
    assert ordered.dims is not None
    for size, true in zip(ordered.dims, expected.shape[1:], strict=True):
        assert size is None or size.value == true


@pytest.mark.parametrize("layouts", [(False, False), (True, True), (True, False), (False, True)])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("symbol", OPERATORS)
def test_binary(symbol: str, shape: tuple[int, ...], layouts: tuple[bool, bool]) -> None:
    a, b = RANDOM.uniform(0.5, 3, size=SHAPES[0]), RANDOM.uniform(0.5, 3, size=shape)
    if a.ndim - len(shape) == 0 or len(shape) < 4:
        left, right = tensor("a", a.shape, layouts[0]), tensor("b", shape, layouts[1])
        check(binary(left, symbol, right), OPERATORS[symbol](a, b), a, b)
        check(binary(right, symbol, left), OPERATORS[symbol](b, a), a, b)


def test_quotients_are_floored_as_tensorflow_does() -> None:
    a, b = np.arange(-30, 30)[:, None] / 10, np.array([[0.1, 0.3, -0.2, 1.0]])
    x, y = Tensor(Expr("a"), (expr(1),)), Tensor(Expr("b"), (expr(4),))
    (found,) = model_of(binary(x, "//", y), ("a", "b"))(torch.as_tensor(a), torch.as_tensor(b))
    assert found.tolist() == np.floor(a / b).tolist() != (a // b).tolist()
    assert binary(x, "//", expr(1)).code.text == "a.floor()"
    assert binary(Tensor(Expr("a"), (expr(1),), dtype="int64"), "//", expr(2)).code.text == "a // 2"


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("symbol", OPERATORS)
def test_numbers(symbol: str, first: bool) -> None:
    a = RANDOM.uniform(0.5, 3, size=SHAPES[0])
    x = tensor("a", a.shape, first)
    check(binary(x, symbol, expr(2.0)), OPERATORS[symbol](a, 2.0), a)
    check(binary(expr(2.0), symbol, x), OPERATORS[symbol](2.0, a), a)
    result = binary(x, symbol, expr(2))
    assert result.layout is (Layout.FIRST if first else Layout.LAST)


def test_unknown_operands() -> None:
    x = tensor("a", SHAPES[0], True)
    assert binary(x, "*", Expr("scale")).layout is Layout.LAST  # it may be an array
    assert binary(x, "*", Expr("scale"), scalar=True).layout is Layout.FIRST


@pytest.mark.parametrize(
    ("a", "b"), [((2, 4, 3), (2, 3, 5)), ((2, 4, 3), (3, 5)), ((4, 3), (3, 5))]
)
def test_matmul(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    left, right = RANDOM.normal(size=a), RANDOM.normal(size=b)
    check(binary(tensor("a", a, True), "@", tensor("b", b, True)), left @ right, left, right)


def test_unary() -> None:
    a = RANDOM.normal(size=SHAPES[0])
    check(unary("-", tensor("a", a.shape, True)), -a, a)
    with pytest.raises(Unsupported):
        unary("not", tensor("a", a.shape, True))


number = st.integers(-3, 2)
bound = st.none() | st.integers(-5, 5)
slices = st.builds(slice, bound, bound, st.none() | st.integers(1, 3))
backwards = st.builds(slice, st.none(), st.none(), st.integers(-3, -1))


def as_key(key: Any) -> Key:
    if isinstance(key, slice):
        parts = (key.start, key.stop, key.step)
        return slice(*(None if p is None else expr(p) for p in parts))
    return expr(key) if isinstance(key, int) else key


@settings(max_examples=300, deadline=None)
@given(
    st.lists(number | slices | backwards | st.none() | st.just(slice(None)), max_size=4),
    st.integers(0, 4),
    st.booleans(),
    st.booleans(),
)
def test_subscripts(keys: list[Any], place: int, dots: bool, first: bool) -> None:
    a = np.arange(3 * 4 * 5 * 3, dtype="float64").reshape(3, 4, 5, 3)
    whole: list[Any] = [slice(None), *keys] if len(keys) < 4 else keys
    if dots:
        whole.insert(min(place, len(whole)), Ellipsis)
    expected = a[tuple(whole)]
    if expected.ndim == 0:
        return
    check(subscript(tensor("a", a.shape, first), [as_key(k) for k in whole]), expected, a)


def test_slices_keep_the_layout() -> None:
    x = tensor("a", SHAPES[0], True)
    full, inner = slice(None), slice(expr(1), expr(-1))
    result = subscript(x, [full, inner, inner, full])
    assert result.layout is Layout.FIRST
    assert result.code.text == "a.movedim(-1, 1)[:, :, 1:-1, 1:-1]"


def test_last_step_reads_plainly() -> None:
    x = Tensor(Expr("x"), (None, Expr("dim")))
    assert subscript(x, [slice(None), expr(-1)]).code.text == "x[:, -1]"
    assert subscript(x, [slice(None), expr(-1)]).dims == (Expr("dim"),)
    assert subscript(x, [slice(None), slice(None, None, expr(-1))]).code.text == "x.flip(1)"
    with pytest.raises(Unsupported):
        subscript(x, [slice(None), slice(expr(3), None, expr(-1))])
