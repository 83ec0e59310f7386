"""A text after some edits, and which of its lines stand for which of the old one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from transpiler.record import record

Span: TypeAlias = tuple[int, int]


@record(frozen=True, slots=True)
class Rewritten:
    """A file of which something is written in another way that is easier to understand."""

    text: str
    lines: list[int]  #: the line of the file that each line of the text stands for
    calls: tuple[str, ...]  #: those of the framework that only the text has
    edits: dict[Span, str]  #: what has changed
    #: what that takes for granted, with the lines of the file
    assumed: tuple[tuple[int, str], ...] = ()
    #: the first and last lines of what must convert then: else the file is taken as it is
    touched: tuple[tuple[int, int], ...] = ()

    def line(self, number: int) -> int:
        """The line of the file that a line of the text stands for."""
        return self.lines[min(number, len(self.lines)) - 1]


def rewritten(
    text: str,
    edits: dict[Span, str],
    calls: Iterable[str] = (),
    assumed: Iterable[tuple[int, str]] = (),
    touched: Iterable[tuple[int, int]] = (),
) -> Rewritten:
    """A file after some edits."""
    made, lines = replaced(text, edits)
    added = tuple(dict.fromkeys(calls))
    return Rewritten(made, lines, added, edits, tuple(assumed), tuple(touched))


def replaced(text: str, edits: dict[Span, str]) -> tuple[str, list[int]]:
    """The text after some edits, and the line of the old one of each of its lines."""
    parts, lines = [], [1]
    position, line = 0, 1
    for (start, end), new in [*sorted(edits.items()), ((len(text), len(text)), "")]:
        kept = text[position:start]
        lines += range(line + 1, line + 1 + kept.count("\n"))
        line += kept.count("\n")
        lines += [line] * new.count("\n")
        line += text[start:end].count("\n")
        parts += [kept, new]
        if text[position:end].endswith("\n") and (new or kept)[-1:] in ("", "\n"):
            lines[-1] = line  # whole lines are gone
        position = end
    return "".join(parts), lines
