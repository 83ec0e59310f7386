"""Variables of a module that change when functions which read them may have run."""

from __future__ import annotations

import pytest

from transpiler.source.rebound import rebound_in_function
from transpiler.source.tree import Tree

BUILDER = "def build():\n    return make(LOSS)\n"


@pytest.mark.parametrize(
    ("rest", "changes"),
    [
        ("a = build()\nLOSS = 'mae'\nb = build()\n", True),
        ("if __name__ == '__main__':\n    a = build()\n    LOSS = 'mae'\n    b = build()\n", True),
        ("for one in LOSSES:\n    LOSS = one\n    build()\n", True),
        ("a.compile(build)\nLOSS = 'mae'\na.fit()\n", True),
        ("a.compile(lambda t: t + LOSS)\nLOSS = 'mae'\na.fit()\n", True),
        ("a = build()\nLOSS += 'x'\nb = build()\n", True),
        ("a = build()\nLOSS['a'] = 'x'\nb = build()\n", True),
        ("a = build()\nLOSS.update(a='x')\nb = build()\n", True),
        ("makers = [build]\nmakers[0]()\nLOSS = 'mae'\nmakers[0]()\n", True),
        ("a = build()\n\n\ndef LOSS(a, b):\n    return a - b\n\n\nb = build()\n", True),
        ("LOSS = 'mae'\na = build()\nb = build()\n", False),
        ("if DEBUG:\n    LOSS = 'mae'\na = build()\n", False),
        ("a = build()\nLOSS = 'mae'\na.fit()\n", False),
        ("OTHER = 1\na = build()\nOTHER = 2\n", False),
        ("a = build()\n\n\ndef other():\n    LOSS = 'mae'\n    return LOSS\n", False),
    ],
)
def test_what_changes_between_calls(rest: str, changes: bool) -> None:
    assert ("LOSS" in Tree(f"LOSS = 'mse'\n\n\n{BUILDER}\n\n{rest}").rebound) is changes


@pytest.mark.parametrize(
    "given",
    [
        "class Own(Base):\n    def call(self, t):\n        return t + LOSS\n\n\na.compile(Own())\n",
        "def make():\n    def own(t):\n        return LOSS\n    return own\n\n\na.fit(make())\n",
        "own = lambda t: t + LOSS\na.compile(own)\n",
    ],
)
def test_what_is_handed_to_others_may_run_at_any_time(given: str) -> None:
    assert "LOSS" in Tree(f"LOSS = 1.0\n{given}LOSS = 2.0\na.fit()\n").rebound
    assert "LOSS" not in Tree(f"LOSS = 1.0\nLOSS = 2.0\n{given}a.fit()\n").rebound


@pytest.mark.parametrize(
    ("rest", "changes"),
    [
        ("for LOSS in ('mae', 'mse'):\n        a = build()\n", True),
        ("a = build()\n    LOSS = 'mae'\n    b = build()\n", True),
        ("LOSS = 'mae'\n    a = build()\n", False),
    ],
)
def test_variables_of_functions_with_functions_in_them(rest: str, changes: bool) -> None:
    head = "def main():\n    LOSS = 'mse'\n\n    def build():\n        return make(LOSS)\n\n    "
    text = f"import a\n\n\n{head}{rest}\n\nmain()\n"
    assert rebound_in_function(text, 4, "LOSS") is changes


def test_what_is_only_given_as_an_argument_may_change() -> None:
    text = "size = 3\n\n\ndef build(size):\n    return size\n\n\n"
    text += "a = build(size)\nsize = 4\nb = build(size)\n"
    assert Tree(text).rebound == frozenset()


def test_functions_that_are_defined_later_have_not_run() -> None:
    text = "sizes = [3, 4]\n\n\ndef other():\n    pass\n\n\nother()\ndel sizes[0]\n\n\n"
    assert Tree(f"{text}def build():\n    return sizes\n").rebound == frozenset()
