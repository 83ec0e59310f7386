"""What an earlier conversion has left in a file, and said above it: it is said again."""

from __future__ import annotations

import re

from transpiler.conversion import Conversion
from transpiler.diagnostics import CODES, Diagnostic, Severity
from transpiler.record import replace
from transpiler.regex import regex

_SAID = regex(r"^[ \t]*# TODO\(tf2torch\) (T2T\d+): (.*)$", re.MULTILINE)


def said_again(made: Conversion, before: str) -> Conversion:
    """A conversion which also says what the text itself says that it was before.

    A line of which something is said already is not spoken of again, and a comment that is gone
    is none any more.
    """
    known = {d.line for d in made.diagnostics if d.severity is Severity.ERROR}
    found: list[Diagnostic] = []
    for comment in _SAID.finditer(before):
        code, line = CODES.get(comment[1]), before.count("\n", 0, comment.start()) + 1
        below = before[comment.end() :]
        below = below[: len(below) - len(below.lstrip())]
        place = line + below.count("\n")
        if code is None or place in known or comment.group() not in made.text:
            continue
        message = re.sub(r" in line \d+(?: of cell \d+)?", "", comment[2])  # of the text as it was
        found.append(code.at(place, len(below) - below.rfind("\n"), message))
    said = sorted((*made.diagnostics, *found), key=lambda d: (d.line, d.column))
    return replace(made, diagnostics=tuple(said)) if found else made
