"""Which of the statements that bind a variable the places that read it may see."""

from __future__ import annotations

import pytest

from transpiler.source.occurrences import Occurrences
from transpiler.source.reaching import NOTHING, reaching

#: A program whose statements that bind `h` are numbered, and which of them each reading sees.
FLOWS = [
    ("h = 1\nread(h)\nh = 2\nread(h)", [[1], [2]]),
    ("h = 1\nif c:\n    h = 2\nread(h)", [[1, 2]]),
    ("if c:\n    h = 1\nelse:\n    h = 2\n    read(h)\nread(h)", [[2], [1, 2]]),
    ("for k in range(3):\n    if k:\n        read(h)\n    h = 1\nread(h)", [[0, 1], [1]]),
    ("for k in range(n):\n    h = 1\nread(h)", [[0, 1]]),
    ("for k in range(0):\n    h = 1\nread(h)", [[0, 1]]),
    ("for k in range(3):\n    if c:\n        break\n    h = 1\nread(h)", [[0, 1]]),
    ("for k in range(3):\n    h = 1\n    if c:\n        continue\n    h = 2\nread(h)", [[1, 2]]),
    ("n = 3\nfor k in range(n):\n    h = 1\nread(h)", [[1]]),
    ("n = 3\ndef f(n):\n    pass\nfor k in range(n):\n    h = 1\nread(h)", [[0, 1]]),
    ("a = [1, 2]\nfor i, k in enumerate(a):\n    h = 1\nread(h)", [[1]]),
    ("a = [1, 2]\na.clear()\nfor k in a:\n    h = 1\nread(h)", [[0, 1]]),
    ("a = {'x': 1}\nfor k, v in a.items():\n    h = 1\nread(h)", [[1]]),
    ("for k in zip((1, 2), b):\n    h = 1\nread(h)", [[0, 1]]),
    ("s = KFold(n)\nfor k in enumerate(s.split(x)):\n    h = 1\nread(h)", [[1]]),
    ("s = Own(n)\nfor k in enumerate(s.split(x)):\n    h = 1\nread(h)", [[0, 1]]),
    ("h = 1\nwhile read(h):\n    h = 2\n    if c:\n        break\n    h = 3\nread(h)",
     [[1, 3], [1, 2, 3]]),
    ("h = 1\nwhile True:\n    if c:\n        continue\n    h = 2\n    read(h)\nread(h)",
     [[2], [1, 2]]),
    ("h = 1\ntry:\n    h = 2\n    call()\nexcept E:\n    read(h)\nread(h)", [[1, 2], [1, 2]]),
    ("h = 1\nif c:\n    h = 2\n    raise E\nread(h)", [[1]]),
    ("h = 1\nwith a as h:\n    read(h)\n", [[2]]),
    ("h = 1\nprint([h for _ in a], f'{h}')\nh = 2", [[1], [1]]),
    ("read(h)\nh = f(h)", [[0], [0]]),
    ("h = 1\ndef f(x=h):\n    return h\nh = 2", [[1]]),  # `f` may run at any time
    ("match h:\n    case 1:\n        h = 1\nread(h)", [[0], [0, 1]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FLOWS)
def test_what_a_place_may_see(text: str, expected: list[list[int]]) -> None:
    found = Occurrences(text)
    seen = reaching(text, "h", (0, len(text)))
    bound = [NOTHING, *(place.start for place in found.of("h") if place.binds)]
    assert [sorted(map(bound.index, seen[place])) for place in sorted(seen)] == expected


def test_a_function_and_statements_that_are_said_to_bind() -> None:
    text = "h = 0\nü = 'ü'; h = 5\ndef f():\n    h = 1\n    fit()\n    return h\n"
    function = text.index("def f")
    fit = text.index("fit()")
    seen = reaching(text, "h", (function, len(text) - 1), [fit])
    assert seen == {text.rindex("h"): frozenset({fit})}
