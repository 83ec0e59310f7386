"""The negation of a condition holds just where the condition does not."""

from __future__ import annotations

from itertools import product

import pytest

from transpiler.emit.classes.lines import negated

TESTS = [
    *("a", "not a", "a is None", "a is not None", "not a is None", "a == b", "a != b"),
    *("a and b is not None", "b is None or a", "a is None and b", "not a and b", "not a or b"),
    *("a in (1, b)", "a not in (1, b)", "a == 1 and b", "a == b == 1", "(a or b) is not None"),
]


@pytest.mark.parametrize("test", TESTS)
def test_values(test: str) -> None:
    for a, b in product((None, 0, 1, 2), repeat=2):
        names = {"a": a, "b": b}
        assert bool(eval(negated(test), {}, names)) is not bool(eval(test, {}, names)), names


@pytest.mark.parametrize(
    ("test", "opposite"),
    [
        ("self.norm is None", "self.norm is not None"),
        ("x is not None", "x is None"),
        ("a == b", "a != b"),
        ("not a", "a"),
    ],
)
def test_text(test: str, opposite: str) -> None:
    assert negated(test) == opposite
