"""Whether what an expression reads has another value later, whoever in the project changes it."""

from __future__ import annotations

from collections.abc import Collection

from transpiler.source.between import changed_between, paths_read
from transpiler.source.changed_by_importers import changed_by_importers
from transpiler.source.outer_reads import functions_of


def changed(
    path: str, text: str, expression: str, begin: int, end: int | None, own: Collection[str] = ()
) -> str:
    """What of an expression's values changes between two places of a file; "" of nothing.

    The file's `path` is "" where it stands alone. Without an end, any later moment counts. Names
    of its `own` are no variables of the program.
    """
    if found := changed_between(text, expression, begin, end, own):
        return found
    paths = [read for read in paths_read(expression) if read[0] not in own] if path else []
    kept = [read for read in paths if read[0] == "self"]
    found = changed_by_importers(path, text, kept) if kept else ""
    if found or not paths:
        return found
    from transpiler.source.changed_later import Read, changed_since  # few need it

    program = functions_of(text)
    paths = [p for p in paths if len(p) > 1 or program.owner_at(p[0], begin) is None]
    last = None if end is None else _as_python_counts(text, end)
    return changed_since(paths, path, Read(text, _as_python_counts(text, begin), last))


def _as_python_counts(text: str, place: int) -> tuple[int, int]:
    """The line of a place, and its column in bytes from 0."""
    start = text.rfind("\n", 0, place) + 1
    return text.count("\n", 0, place) + 1, len(text[start:place].encode())
