"""A text after some edits, and which of its lines stand for which of the old one."""

from __future__ import annotations

from typing import TypeAlias

Span: TypeAlias = tuple[int, int]


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
