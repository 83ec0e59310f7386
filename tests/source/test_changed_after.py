"""Which arrays a program changes once something has got them."""

from __future__ import annotations

import pytest

from transpiler.source.changed_after import is_changed_after

#: Programs, with `HERE` where the array `mean` is read, and whether it changes later.
PROGRAMS = {
    "element": ("mean[0] = 1\nuse(mean)  # HERE\nmean[0] = 3\n", True),
    "before": ("mean[0] = 1\nmean -= 2\nuse(mean)  # HERE\nother[0] = 3\n", False),
    "augmented": ("use(mean)  # HERE\nmean -= 1\n", True),
    "bound anew": ("use(mean)  # HERE\nmean = mean - 1\n", False),
    "filled": ("use(mean)  # HERE\nmean.fill(0)\n", True),
    "out": ("use(mean)  # HERE\nnp.add(mean, 1, out=mean)\n", True),
    "shuffled": ("use(mean)  # HERE\nnp.random.shuffle(mean)\n", True),
    "function": ("def f():\n    mean[0] = 3\nuse(mean)  # HERE\n", True),
    "of its own": ("def f():\n    mean = load()\n    mean[0] = 3\nuse(mean)  # HERE\n", False),
    "another name": ("kept = mean\nuse(mean)  # HERE\nkept[:] = 3\n", True),
    "view": ("kept = mean[1:]\nuse(mean)  # HERE\nkept[:] = 3\n", True),
    "copy": ("kept = mean.copy()\nuse(mean)  # HERE\nkept[:] = 3\n", False),
    "argument": ("def f(mean):\n    use(mean)  # HERE\nf(m)\nm += 1\n", True),
    "keyword": ("def f(*, mean):\n    use(mean)  # HERE\nf(mean=m)\nm += 1\n", True),
    "another argument": ("def f(mean, m):\n    use(mean)  # HERE\nf(n, m)\nm += 1\n", False),
    "before the call": ("def f(mean):\n    use(mean)  # HERE\nm += 1\nf(m)\n", False),
    "read by a function": ("def f():\n    use(mean)  # HERE\nf()\nmean += 1\n", True),
    "not yet called": ("def f():\n    use(mean)  # HERE\nmean += 1\nf()\n", False),
    "lambda": ("f = lambda t: t * mean  # HERE\nmean += 1\n", True),
    "handed on": ("def f(t):\n    return t * mean  # HERE\nLambda(f)\nmean += 1\n", True),
}
OBJECT = """
class T:
    def __init__(self, mean):
        self.mean = mean
        use(self.mean)  # HERE
    def method(self):
        BODY
m = load()
t = T(m)
LATER
"""


def is_changed(program: str, array: str) -> bool:
    return is_changed_after(array, program, program.index(f"{array})  # HERE"))


@pytest.mark.parametrize("case", list(PROGRAMS))
def test_variables(case: str) -> None:
    program, expected = PROGRAMS[case]
    place = program.rindex("mean", 0, program.index("# HERE"))
    assert is_changed_after("mean", program, place) == expected


@pytest.mark.parametrize(
    ("body", "later", "expected"),
    [
        ("pass", "pass", False),
        ("self.mean += 1", "pass", True),
        ("self.std += 1", "t.std += 1", False),
        ("pass", "t.mean += 1", True),
        ("pass", "m += 1", True),
        ("mean[0] = 1", "pass", False),
    ],
)
def test_attributes(body: str, later: str, expected: bool) -> None:
    program = OBJECT.replace("BODY", body).replace("LATER", later)
    assert is_changed(program, "self.mean") == expected
