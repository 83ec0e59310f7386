"""Whether a list or dict stays as it is made."""

from __future__ import annotations

import pytest

from transpiler.source.steady_groups import stays_as_made


@pytest.mark.parametrize(
    "code",
    [
        "for t in ts: t.fit()",
        "for n, t in ts.items(): t.fit()",
        "for n, t in zip(names, ts): ...",
        "best = min(ts, key=lambda t: t.score())",
        "first = ts[0]",
        "ts[0].fit(x)\nprint(len(ts), ts[1].score())",
        "if n in ts and len(ts) == 3: ...",
        "other_ts[0] = 1\nself.ts.append(2)",
    ],
)
def test_what_only_looks_changes_nothing(code: str) -> None:
    assert stays_as_made(f"ts = [Net(1), Net(2)]\n{code}\n", "ts")


@pytest.mark.parametrize(
    "code",
    [
        "ts[0] = Other()",
        "ts[name] += 1",
        "ts.append(Other())",
        "ts += [Other()]",
        "swap(ts)",
        "swap(1, d=ts)",
        "pool.map(run, ts)\nrun(n, ts)",
        "same = ts",
        "def f():\n    return ts",
        "both = [ts, us]",
        "both = {1: ts}",
        "f(*ts)",
    ],
)
def test_what_may_change_it_is_seen(code: str) -> None:
    assert not stays_as_made(f"ts = [Net(1), Net(2)]\n{code}\n", "ts")
