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
    ("class C:\n    act = 'elu'", "C.act", {"elu"}),
    ("given = SimpleNamespace(act='elu')", "given.act", {"elu"}),
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


UNKNOWN_OF = [
    "args = parser.parse_args()",
    "@dataclass\nclass C:\n    act: str = 'elu'\nargs = C('relu')",
    "class C(NamedTuple):\n    act: str = 'elu'\nargs = C('relu')",
    "class C:\n    act = 'elu'\nsetattr(C, 'act', f())",
]


@pytest.mark.parametrize("text", UNKNOWN_OF)
def test_attributes_that_may_be_set_otherwise(text: str) -> None:
    assert names_it_may_be(text, "args.act") is None


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_is_not_seen_is_nothing(text: str) -> None:
    assert names_it_may_be(text, "act") is None
