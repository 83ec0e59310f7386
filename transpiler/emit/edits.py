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


@record(frozen=True, slots=True)
class Outdent(Edit):
    """A line moves to the left, as it stands in a branch of which the header goes."""

    column: int  #: where what it says began


@record(frozen=True, slots=True)
class Placed(Edit):
    """One whose lines have the margin already that they end up with."""


def outdented(text: str, edits: list[Edit]) -> list[Edit]:
    """The edits, with the lines moved to the left of those that stand among lines that are."""
    moved = {e.start: e for e in edits if isinstance(e, Outdent)}
    if not moved:
        return edits
    starts = sorted(moved)
    found: list[Edit] = []
    for edit in edits:
        line = text.rfind("\n", 0, edit.start) + 1
        fresh = line == edit.start
        if not edit.text or isinstance(edit, Placed) or not (fresh or "\n" in edit.text):
            found.append(edit)
            continue
        place = bisect.bisect_left(starts, line)
        end = max(edit.end, line + 1)
        if place == len(starts) or starts[place] >= end:  # it may stand below such a line
            place -= 1
            below = text.find("\n", starts[place]) + 1
            place = place if fresh and not text[below : edit.start].strip() else -1
        if place >= 0:
            edit = Edit(edit.start, edit.end, _outdented(edit.text, fresh, moved[starts[place]]))
        found.append(edit)
    return found


def _outdented(text: str, fresh: bool, among: Outdent) -> str:
    """A text whose lines move as one does among which they stand, the first if that is `fresh`."""
    head, lines = ([], text.split("\n")) if fresh else (text.split("\n")[:1], text.split("\n")[1:])
    first = next((line for line in lines if line.strip()), "")
    if len(first) - len(first.lstrip()) < among.column:
        return text
    depth = among.end - among.start
    return "\n".join(
        [*head, *(line[min(depth, len(line) - len(line.lstrip())) :] for line in lines)]
    )


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
