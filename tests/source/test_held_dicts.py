"""Which keys the dicts have that functions of a program give."""

from __future__ import annotations

import pytest

from transpiler.source.held_dicts import keys_held

MADE = 'def make(n):\n    found = {{"a": n}}\n    found["b"] = 1\n    return n, found\n{}'
PAIR = "def make(n):\n    return n, dict(a=1, b=n)\n{}"
KNOWN = {
    "filled": MADE.format("x, y = make(3)"),
    "written": PAIR.format("x, y = make(3)\nx, y = make(4)"),
    "alone": 'def make():\n    return {"a": 1, "b": 2}\ny = make()',
    "beside-a-local": PAIR.format("def other():\n    y = 3\n    return y\nx, y = make(3)"),
}
UNKNOWN = {
    "another-value": PAIR.format("x, y = make(3)\ny = [1]"),
    "changed": PAIR.format('x, y = make(3)\ny["c"] = 2'),
    "shared": PAIR.format("def f():\n    global y\n    y = 3\nx, y = make(3)"),
    "changed-in-there": MADE.replace("    return", "    found.clear()\n    return").format(
        "x, y = make(3)"
    ),
    "on-one-way": MADE.replace('    found["b"]', '    if n:\n        found["b"]').format(
        "x, y = make(3)"
    ),
    "two-ways": (
        'def make(n):\n    if n:\n        return {"a": 1}\n    return {"b": 1}\ny = make(1)'
    ),
    "another-part": PAIR.format("y, x = make(3)"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_keys_that_are_known(name: str) -> None:
    assert keys_held(KNOWN[name], "y") == ("a", "b")


@pytest.mark.parametrize("name", UNKNOWN)
def test_keys_that_are_not(name: str) -> None:
    assert keys_held(UNKNOWN[name], "y") is None


def test_a_parameter_may_be_another_dict() -> None:
    text = PAIR.format("def f(y=None):\n    if y is None:\n        x, y = make(3)\n    return y\n")
    assert keys_held(text, "y", "f") is None
    inside = PAIR.format("def f():\n    x, y = make(3)\n    return y\n")
    assert keys_held(inside, "y", "f") == ("a", "b")
