"""Whether what a program calls changes something, or gives something else next time."""

from __future__ import annotations

from pathlib import Path

import pytest

from transpiler.source.acting import acts

#: Bodies of a function `f(a, n=3)` that does something besides giving a value.
ACTING = [
    "a[:3] = 0",
    "a |= 1",
    "part = a[:3]\n    part[:] = 1",
    "for row in a:\n        row[0] = 1",
    "a.sort()",
    "a.partition(3)",
    "np.putmask(a, a == 1, 0)",
    "np.place(a, a == 1, [0])",
    "np.put_along_axis(a, i, 0, axis=0)",
    "np.add.at(a, [0], 1)",
    "np.subtract(1, a, a)",
    "np.clip(a, 0, 1, out=a)",
    "a.clip(0, 1, out=a)",
    "rng.shuffle(a)",
    "return rng.poisson(3)",
    "return np.random.rand()",
    "return next(numbers)",
    "counts.append(1)",
    "global total\n    total = 1",
    "settings['k'] = 1",
    "return g(a)",
    "return holder.bump(a)",
    "return jobs.get()",
]
PURE = [
    "return a.mean() + n",
    "n += 1\n    return n",
    "a *= n\n    return a",
    "b = a.copy()\n    b[:3] = 0\n    return b",
    "out = []\n    for row in a:\n        out.append(row.sum())\n    return out",
    "out = np.zeros(3)\n    g(out)\n    return out",
    "return 'x=1'.partition('=')",
    "return np.add(a, 1)",
    "return np.append(a, 1)",
    "return {}.get(n)",
    "return Holder(a)",
    "return Holder().bump(a)",
]
OTHERS = """\
import numpy as np

rng, numbers, counts, settings, total = np.random.default_rng(0), iter([]), [], {}, 0


def g(b):
    b[0] = 1


class Holder:
    def __init__(self, a=None):
        self.a = a

    def bump(self, a):
        self.a = a
        return self


holder = Holder()


"""


def _program(body: str) -> str:
    return f"{OTHERS}def f(a, n=3):\n    {body}\n"


@pytest.mark.parametrize("body", ACTING)
def test_what_does_something(body: str) -> None:
    assert acts("f(y)", _program(body), "")


@pytest.mark.parametrize("body", PURE)
def test_what_only_gives_a_value(body: str) -> None:
    assert not acts("f(y)", _program(body), "")


def test_arrays_change_where_numbers_do_not() -> None:
    program = _program("a *= n\n    return a")
    assert acts("f(y)", program, "", arrays=True)
    assert acts("g(f(y))", program.replace("b[0] = 1", "pass"), "", arrays=True)


def test_functions_and_classes_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "space.py").write_text(
        f"{_program('return rng.beta(1, 2)')}\ndef h(a):\n    a = 3\n"
    )
    text = "from space import Holder, f, h\nholder = Holder()\n"
    main = tmp_path / "main.py"
    main.write_text(text)
    assert acts("Dense(f(3))", text, str(main))
    assert acts("holder.bump(y)", text, str(main))
    assert not acts("h(y) + len(y)", text, str(main))


@pytest.mark.parametrize(
    ("expression", "does"),
    [
        ("rng.standard_normal(3)", True),
        ("draw(3)", True),
        ("drawn()", True),
        ("mean(y)", False),
        ("queue.get()", True),
        ("options.get('a')", False),
        ("names.pop()", True),
        ("np.mean(y) + abs(y)", False),
    ],
)
def test_methods_of_what_is_not_known(expression: str, does: bool) -> None:
    text = "import numpy as np\ndraw = rng.poisson\ndrawn = partial(draw, 4)\nmean = np.mean\n"
    assert acts(expression, text, "") is does
