"""What IPython takes beside Python."""

from __future__ import annotations

import ast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transpiler.source.magics import masked

#: However busy the machine is.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def restored(code: str) -> str:
    found = masked(code, "__m_", 1)
    assert found.code.count("\n") == code.count("\n")
    text = found.code
    for name, kept in found.kept.items():
        assert text.count(name) == 1
        # what a magic goes on with in the next lines stands as blank ones
        text = text.replace(name + "\n" * kept.count("\n"), kept)
    return found.head + text[found.head.count("\n") :]


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("%matplotlib inline", ["%matplotlib inline"]),
        ("  !ls", ["!ls"]),
        ("if a:\n    !pip install \\\n        b\nc = 1", ["!pip install \\\n        b"]),
        ("files = !ls *.py", ["!ls *.py"]),
        ("a, b[0] = %sql select", ["%sql select"]),
        ("?a\na.b??\na?", ["?a", "a.b??", "a?"]),
        ("x = (3\n  % 2)\n%cd x", ["%cd x"]),
        ('x = """\n%no\n"""\n%yes', ["%yes"]),
        ("x = 'a' \\\n  % 3\n!ls", ["!ls"]),
        ('!echo \'\n!echo """\nx = 1', ["!echo '", '!echo """']),
        ("x = 1  # (\n!ls", ["!ls"]),
        ("x = '('\n!ls", ["!ls"]),
        ("pip install torch\n!ls", ["pip install torch", "!ls"]),
        ("cd = 3\ncd - 1", []),
        ("x %= 3\nx = y != z", []),
        ("%%time\nx = 1\n!ls", ["!ls"]),
    ],
)
def test_lines(code: str, kept: list[str]) -> None:
    found = masked(code, "__m_", 1)
    assert list(found.kept.values()) == kept
    assert list(found.kept) == [f"__m_{n}__" for n in range(1, len(kept) + 1)]
    assert restored(code) == code
    ast.parse(found.code.lstrip(" "))


LINES = ["%cd x", "!ls \\", "x = !a", "f(", ")", '"""', "'''", "x = '%'", "  % 3", "# (", "a?", ""]


@PATIENT
@given(st.lists(st.sampled_from(LINES), max_size=8))
def test_nothing_is_lost(lines: list[str]) -> None:
    code = "\n".join(lines)
    assert restored(code) == code


def test_what_a_magic_runs() -> None:
    assert masked("x = 1\n%timeit f(x)\n%time x", "m", 1).unread == ((2, "%timeit"),)
    assert masked("%%capture out\nx = 1\n\n%prun f()", "m", 1).unread == ((4, "%prun"),)


def test_cells_of_magics() -> None:
    found = masked("\n%%time -q\nx = 1", "m", 1)
    assert (found.head, found.code, found.foreign) == ("\n%%time -q", "\n\nx = 1", "")
    for magic in ("html", "bash", "timeit", "unheard_of"):
        found = masked(f"%%{magic} a\nx = 1", "m", 1)
        assert (found.head, found.code, found.foreign) == ("", "", magic)
