"""Parameters that go: the others stay what they were, with a `/` or `*` where one is needed."""

from __future__ import annotations

import ast
from itertools import combinations

import pytest

from transpiler.source.occurrences import Positions
from transpiler.source.rewritings.taken_out import without_parameters

SIGNATURES = [
    "a, b=1",
    "a, /, b",
    "a=2 * 3, /, b=4 / 2, *, c=1, d=2 * 2, **k",
    "self, x=3, *, c, d",
    "*, c",
    "a, *r, c=1, **k",
    "a, *, c, **k",
    "a,  # one * two\n    *,\n    c,  # three\n    d=1,\n",
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_all_others_stay(signature: str) -> None:
    text = f"def f({signature}):\n    pass\n"
    before = _function(text)
    names = [one.arg for kind in _kinds(before.args) for one in kind]
    for gone in (
        set(some) for count in range(len(names) + 1) for some in combinations(names, count)
    ):
        after = text
        edits = without_parameters(Positions(text), before, gone)
        for (start, end), new in sorted(edits.items(), reverse=True):
            after = after[:start] + new + after[end:]
        for old, new_ones in zip(_kinds(before.args), _kinds(_function(after).args), strict=True):
            left = [ast.dump(one) for one in old if one.arg not in gone]
            assert [ast.dump(one) for one in new_ones] == left, (gone, after)


def _function(text: str) -> ast.FunctionDef:
    found = ast.parse(text).body[0]
    assert isinstance(found, ast.FunctionDef)
    return found


def _kinds(taken: ast.arguments) -> list[list[ast.arg]]:
    return [taken.posonlyargs, taken.args, taken.kwonlyargs]
