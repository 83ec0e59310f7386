"""Where a program may bind a name that converted code calls."""

from __future__ import annotations

import pytest

from transpiler.emit.captured import _defined, _may_bind

NAMES = frozenset({"len", "int", "range", "predict"})
BINDS = [
    "len = 3", "  a, len = f()", "len, b = f()", "for i, len in x:", "def f(a, range=(1, 2)):",
    "lambda len: 3", "lambda x, len=2: x", "def len(x):", "class int:", "from a import b, range",
    "import a as len", "with open(f) as int:", "    len,", "    range: int = 3,", "if (len := 3):",
    "    x, len, y=2,", "    x, y=1, len=3,", "    x, int):", "    x, int) -> float:",
    "def f(predict):", "def f(*, predict=None):", "def f(x: int, len: int) -> int:",
]  # fmt: skip
READS = [
    "for i in range(3):", "x.astype(int)", "def f(x: int) -> int:", "f(range=3)", "x = int",
    "isinstance(x, int)", "isinstance(x, (int, float))", "model.predict = 3", "sorted(x, key=len)",
    "self.len, b = 1, 2",
]  # fmt: skip


@pytest.mark.parametrize("line", BINDS)
def test_lines_that_bind(line: str) -> None:
    assert _may_bind(f"x = 1\n{line}\n", NAMES)


@pytest.mark.parametrize("line", READS)
def test_lines_that_read(line: str) -> None:
    assert not _may_bind(f"x = 1\n{line}\n", NAMES)


def test_what_a_module_defines() -> None:
    text = (
        "import os.path\nimport numpy as np\nfrom torch.utils.data import DataLoader\n"
        "from a import (\n    b,\n    c as d,\n)\n\n\nclass Net:\n    pass\n\n\n"
        "def run():\n    import e\n"
    )
    assert _defined(text) == {"os", "np", "DataLoader", "b", "d", "Net", "run"}
