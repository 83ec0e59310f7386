"""Which functions are about Keras doesn't depend on the order in which it is asked."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest

from transpiler.interpret.functions.mentions import Asking

#: What functions call; "keras" is what makes one be about it.
CALLS = {
    "a cycle beside it": {"a": ["b", "c"], "b": ["a"], "c": ["keras"]},
    "a cycle without it": {"a": ["b"], "b": ["c", "a"], "c": ["b"]},
    "two cycles": {"a": ["b", "c"], "b": ["a", "d"], "c": ["a", "keras"], "d": ["b"]},
    "a cycle above one": {"a": ["b"], "b": ["a", "c"], "c": ["d"], "d": ["c"]},
}


def about(calls: dict[str, list[str]], name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function leads to Keras, by the shortest way to say it."""
    if name in seen:
        return False
    return name == "keras" or any(about(calls, one, seen | {name}) for one in calls[name])


class Program:
    """Functions about which is asked; of what each calls, perhaps the last first."""

    def __init__(self, calls: dict[str, list[str]], turned: bool) -> None:
        self.calls, self.turned = calls, turned
        self.asking, self.home = Asking(), SimpleNamespace(mentions=dict[str, bool]())

    def ask(self, name: str) -> bool:
        """What is said of a function."""
        if name in self.home.mentions:
            return self.home.mentions[name]
        called = self.calls[name][::-1] if self.turned else self.calls[name]
        home: Any = self.home
        return self.asking.answer(home, name, lambda: any(map(self._is_about, called)))

    def _is_about(self, name: str) -> bool:
        return name == "keras" or self.ask(name)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("case", CALLS)
def test_it_is_the_same_in_any_order(case: str, turned: bool) -> None:
    for order in permutations(CALLS[case]):
        program = Program(CALLS[case], turned)
        for name in order:
            assert program.ask(name) is about(CALLS[case], name), (order, name)
