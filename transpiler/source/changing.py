"""Whether what an expression reads has another value later, whoever in the project changes it."""

from __future__ import annotations

from collections.abc import Collection

from transpiler.source.between import changed_between, changed_paths_between
from transpiler.source.changed_by_importers import changed_by_importers
from transpiler.source.outer_reads import functions_of
from transpiler.source.paths_read import paths_read


def changed(
    path: str, text: str, expression: str, begin: int, end: int | None, own: Collection[str] = ()
) -> str:
    """What of an expression's values changes between two places of a file; "" of nothing.

    The file's `path` is "" where it stands alone. Without an end, any later moment counts. Names
    of its `own` are no variables of the program.
    """
    return changed_between(text, expression, begin, end, own) or changed_elsewhere(
        path, text, expression, begin, end, own
    )


def changed_elsewhere(
    path: str, text: str, expression: str, begin: int, end: int | None, own: Collection[str] = ()
) -> str:
    """The same of what other files of the project change, or functions of these read."""
    paths = [read for read in paths_read(expression) if read[0] not in own] if path else []
    kept = [read for read in paths if read[0] == "self"]
    found = changed_by_importers(path, text, kept) if kept else ""
    if found or not (paths or (path and "(" in expression)):
        return found
    from transpiler.source.changed_later import changed_since, read_from  # few need it
    from transpiler.source.far_reads import read_by_calls

    program = functions_of(text)
    here, there = read_by_calls(path, text, expression)
    here = [read for read in here if read[0] not in own]
    if found := changed_paths_between(text, here, begin, end):
        return found
    for home, read in there.items():
        if found := changed_at_home(read, home, path, text, begin, end=end):
            return found
    paths = [*paths, *here]
    paths = [p for p in paths if len(p) > 1 or program.owner_at(p[0], begin) is None]
    return changed_since(paths, path, read_from(text, begin, end))


def changed_at_home(
    paths: Collection[tuple[str, ...]],
    home: str,
    path: str,
    text: str,
    begin: int | None,
    made_by: str = "",
    end: int | None = None,
) -> str:
    """What of the paths of the file `home` changes after a place in another one; "" of nothing.

    That place begins in the `text` of the file at `path`, or is a call of the function `made_by`;
    with an `end`, what happens behind that place is no matter.
    """
    if not paths:
        return ""
    from transpiler.source import changed_later  # few need it

    read = None if begin is None else changed_later.read_from(text, begin, end, path)
    return changed_later.changed_at_home(paths, home, read, made_by)
