"""Changes to the text of a file: everything outside of them stays byte for byte."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable

from transpiler.record import record
from transpiler.source.lexical import quoted_for


@record(frozen=True, slots=True)
class Edit:
    """The text between two offsets becomes another one; equal offsets insert."""

    start: int
    end: int
    text: str


def apply(text: str, edits: list[Edit]) -> str:
    """The text after all edits; an edit inside of another one is part of what that replaced.

    Of one that begins inside of another one, and takes text away, what is left is taken away too.
    """
    ordered = sorted(edits, key=lambda e: (e.start, -(e.end > e.start), -e.end))
    inserts_first = sorted(ordered, key=lambda e: (e.start, e.end != e.start, -e.end))
    parts: list[str] = []
    position = 0
    for edit in inserts_first:
        if edit.start < position:
            position = position if edit.text else max(position, edit.end)
            continue
        parts.append(text[position : edit.start])
        parts.append(quoted_for(text, edit.start, edit.text))
        position = edit.end
    parts.append(text[position:])
    return "".join(parts)


def replaces(edits: list[Edit]) -> Callable[[int], bool]:
    """Tells of an offset whether it stands in text that one of the edits replaces."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted((e.start, e.end) for e in edits if e.start < e.end):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)

    def inside(offset: int) -> bool:
        position = bisect.bisect_right(starts, offset) - 1
        return position >= 0 and offset < ends[position]

    return inside


def tidied(before: str, after: str) -> str:
    """The new text without the blank lines that removed statements left behind."""
    if after == before:
        return after
    if "\n\n\n\n" in after and "\n\n\n\n" not in before:
        after = re.sub(r"\n{4,}", "\n\n\n", after)
    if after.endswith("\n\n") and not before.endswith("\n\n"):
        after = f"{after.rstrip()}\n".lstrip()
    return after if before.startswith("\n") else after.lstrip("\n")
