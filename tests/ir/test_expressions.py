"""Expressions that rules put together: brackets stand where they are needed."""

from __future__ import annotations

import operator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transpiler.ir.expr import Expr, expr, index, infix, method, prefix

_VALUES = {"a": 7, "b": 3, "c": 5, "d": 2, "f": lambda value: value + 11}
_OPERATORS: dict[str, Any] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
#: An expression and what it is.
Pair = tuple[Expr, float]


def leaves() -> st.SearchStrategy[Pair]:
    names = st.sampled_from("abcd").map(lambda name: (Expr(name), _VALUES[name]))
    return names | st.integers(1, 4).map(lambda number: (expr(number), number))


def put_together(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    def joined(parts: tuple[Pair, str, Pair]) -> Pair:
        (a, first), symbol, (b, second) = parts
        if symbol in ("/", "//", "%") and second == 0:
            return a, first
        return infix(a, symbol, b), _OPERATORS[symbol](first, second)

    def called(part: Pair) -> Pair:
        return Expr(f"f({part[0]})", strength=18), part[1] + 11

    calls = inner.map(called) | inner.map(lambda part: (prefix("-", part[0]), -part[1]))
    return st.tuples(inner, st.sampled_from(sorted(_OPERATORS)), inner).map(joined) | calls


@settings(max_examples=600, deadline=None)
@given(st.recursive(leaves(), put_together, max_leaves=8))
def test_what_is_put_together_keeps_its_meaning(made: Pair) -> None:
    written, value = made
    found = eval(written.text, dict(_VALUES))
    assert abs(found - value) <= 1e-9 * max(1.0, abs(value)), written.text


def test_brackets_that_only_products_need_are_left_out() -> None:
    product = infix(Expr("d"), "*", Expr("b"))
    assert infix(3, "*", product).text == "3 * d * b"
    assert infix(3, "*", infix(product, "%", Expr("c"))).text == "3 * (d * b % c)"
    assert infix(3, "+", infix(product, "-", Expr("c"))).text == "3 + (d * b - c)"


def test_a_method_of_starred_items_is_one_of_each() -> None:
    made = method(Expr("*paths", names=frozenset({("paths", 2)})), "permute", 0, 2)
    assert made.text == "*(item.permute(0, 2) for item in paths)"
    assert made.names == frozenset({("paths", 2)})


@pytest.mark.parametrize(
    ("held", "key", "text"),
    [
        ("list(x.shape[1:])", 0, "x.shape[1]"),
        ("tuple(x.shape[1:])", -1, "x.shape[-1]"),
        ("list(data.x.shape)", 2, "data.x.shape[2]"),
        ("x.shape[1:]", 1, "x.shape[2]"),
        ("list(sizes)", 0, "list(sizes)[0]"),
        ("list(x.shape[2:])", 0, "list(x.shape[2:])[0]"),
    ],
)
def test_one_size_of_a_shape_is_asked_of_it(held: str, key: int, text: str) -> None:
    assert index(Expr(held), expr(key)).text == text
