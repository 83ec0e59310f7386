"""Which names an expression may stand for."""

from __future__ import annotations

import pytest

from transpiler.source.may_be import names_it_may_be

KNOWN = [
    ("act = 'relu'", "act", {"relu"}),
    ("def f(n, act='relu'): pass\nf(2)\nf(3, 'tanh')", "act", {"relu", "tanh"}),
    ("def f(n, *, act='relu'): pass\nf(2, act=None)", "act", {"None"}),
    ("def f(act): pass\ndef g(act): f(act)\ng('tanh')", "act", {"tanh"}),
    ("class F:\n    def __init__(self, a): self.last = a\nF('elu')", "self.last", {"elu"}),
    ("class F:\n    def make(self, a): pass\nF().make(a='elu')", "a", {"elu"}),
    ("n, act = 1, 'selu' if n else keras.activations.elu", "act", {"selu", "elu"}),
    ("act = [f('x')]", "'relu' if n else 'tanh'", {"relu", "tanh"}),
]


@pytest.mark.parametrize(("text", "expression", "names"), KNOWN)
def test_all_values_are_found(text: str, expression: str, names: set[str]) -> None:
    assert names_it_may_be(text, expression) == names


UNKNOWN = [
    "act = f()",
    "def f(act): pass\nmap(f, names)",
    "def f(act): pass\nf(*given)",
    "def f(act): pass\nf(**given)",
    "def f(act='relu'): pass\nf(act=args.act)",
    "f = lambda act: act",
    "for act in names: pass",
    "found = [act for act in names]",
    "(act := f())",
    "act, n = given",
    "from settings import act",
    "from settings import *",
    "with f() as act: pass",
    "def f(*act): pass\nf('relu')",
    "act = 'relu'\nact += 'x'",
]


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_is_not_seen_is_nothing(text: str) -> None:
    assert names_it_may_be(text, "act") is None
