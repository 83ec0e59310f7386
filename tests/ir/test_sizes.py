"""Sizes that are computed from sizes: as short as a person writes them, and equal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transpiler.ir.expr import Expr, expr, infix, prefix
from transpiler.ir.sizes import (
    ceil_divided,
    combine,
    place_of,
    sized_alike,
    stays_whole,
    substitute,
)
from transpiler.ir.tensor import product

HEIGHT = Expr("height")

STEPS = {
    "+": lambda size, n: combine(size, "+", n),
    "-": lambda size, n: combine(size, "-", n),
    "*": lambda size, n: combine(size, "*", n),
    "floor": lambda size, n: combine(size, "//", n),
    "ceil": lambda size, n: ceil_divided(size, expr(n)),
}
PLAIN = {
    "+": lambda size, n: size + n,
    "-": lambda size, n: size - n,
    "*": lambda size, n: size * n,
    "floor": lambda size, n: size // n,
    "ceil": lambda size, n: -(-size // n),
}
RECIPES = st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 8)), max_size=7)


@settings(deadline=None)
@given(RECIPES, st.integers(1, 600))
def test_simplified_sizes_are_equal(recipe: list[tuple[str, int]], height: int) -> None:
    size, value = HEIGHT, height
    for name, number in recipe:
        size, value = STEPS[name](size, number), PLAIN[name](value, number)
    assert eval(size.text, {"height": height}) == value
    assert "--" not in size.text
    number = substitute(size, lambda part: expr(height) if part is HEIGHT else part)
    assert number.value == value


@pytest.mark.parametrize(
    ("recipe", "text"),
    [
        ([("ceil", 2)], "-(-height // 2)"),
        ([("ceil", 2), ("ceil", 2), ("+", 1)], "-(-height // 4) + 1"),
        ([("floor", 2), ("floor", 2), ("floor", 2)], "height // 8"),
        ([("-", 2), ("floor", 2), ("-", 2), ("floor", 2)], "(height - 6) // 4"),
        ([("-", 3), ("floor", 2), ("+", 1)], "(height - 3) // 2 + 1"),
        ([("+", 1), ("-", 1)], "height"),
        ([("*", 2), ("floor", 2)], "height"),
        ([("*", 4), ("floor", 2)], "height * 2"),
        ([("floor", 1), ("*", 1), ("ceil", 1)], "height"),
    ],
)
def test_text(recipe: list[tuple[str, int]], text: str) -> None:
    size = HEIGHT
    for name, number in recipe:
        size = STEPS[name](size, number)
    assert size.text == text


def test_an_expression_that_was_renamed_is_not_taken_apart() -> None:
    renamed = Expr("size", operation=infix(HEIGHT, "//", 2).operation)
    assert combine(renamed, "//", 2).text == "size // 2"


def test_minus_minus_is_never_written() -> None:
    assert prefix("-", prefix("-", HEIGHT)) is HEIGHT
    assert prefix("-", expr(-3)).text == "3"


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ([Expr("STEPS", 20), Expr("units", 32)], "STEPS * units"),
        ([expr(7), expr(7), Expr("filters", 64)], "7 * 7 * filters"),
        ([expr(1), Expr("units", 32)], "units"),
        ([expr(7), expr(7), expr(64)], "3136"),
        ([Expr("a_very_long_name_of_a_size", 20), Expr("units", 32)], "640"),
        ([Expr("\ue004x:steps\ue005", 20), Expr("units", 32)], "640"),
        ([HEIGHT, expr(3)], "height * 3"),
    ],
)
def test_products_keep_names(sizes: list[Expr], text: str) -> None:
    made = product(tuple(sizes))
    assert made is not None
    assert made.text == text


STRIDES = Expr("strides", names=frozenset({("strides", 0)}))
PAIR = sized_alike(STRIDES, expr((1, 1)))
NUMBER = sized_alike(STRIDES, expr(1))


@pytest.mark.parametrize(
    ("value", "along"),
    [
        (expr(3), "3 3"),
        (expr((2, 3)), "2 3"),
        (expr((2, Expr("k", whole=True))), "2 k"),
        (NUMBER, "strides strides"),
        (PAIR, "strides[0] strides[1]"),
        (sized_alike(STRIDES, expr((1, 1)), expr((2, 4))), "strides[0] strides[1]"),
        (sized_alike(STRIDES, PAIR), "strides[0] strides[1]"),
        (sized_alike(STRIDES, expr((1, 1)), expr(2)), "None None"),
        (sized_alike(STRIDES, expr((1, 1)), expr((1, 1, 1))), "None None"),
        (sized_alike(STRIDES, expr(1), STRIDES), "None None"),
        (sized_alike(STRIDES, expr((1, "same")), expr((2, 3))), "None None"),
        (expr((2, Expr("k"))), "None None"),
        (expr((2, 0.5)), "None None"),
        (expr("same"), "None None"),
        (STRIDES, "None None"),
    ],
)
def test_along_each_axis(value: Expr, along: str) -> None:
    assert " ".join(str(place_of(value, axis)) for axis in (0, 1)) == along


def test_whole_numbers_stay_whole() -> None:
    assert all(stays_whole(NUMBER, operator, expr(2)) for operator in "+-*%")
    assert stays_whole(NUMBER, "//", expr(2))
    assert not stays_whole(NUMBER, "/", expr(2))
    assert not stays_whole(expr(2), "**", NUMBER)
    assert not stays_whole(NUMBER, "*", expr(0.5))
    assert not stays_whole(PAIR, "*", expr(2))
