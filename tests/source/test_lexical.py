"""What the text of a program shows without being parsed."""

from __future__ import annotations

import pytest

from transpiler.source.lexical import may_be_bound


@pytest.mark.parametrize(
    ("code", "bound"),
    [
        ("nn.relu(x)", False),
        ("nn(x)", False),
        ("snn = 1\nx.nn = 2", False),
        ("nn = 1", True),
        ("for nn in xs: pass", True),
        ("def f(nn): pass", True),
        ("def nn(x): pass", True),
        ("class  nn(Base): pass", True),
        ("import nn.layers", True),
        ("import os, nn.layers", True),
        ("from nn.layers import Dense", False),
        ("from a import b as nn", True),
    ],
)
def test_names_that_may_be_bound(code: str, bound: bool) -> None:
    assert may_be_bound("nn", code) is bound
