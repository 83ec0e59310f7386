"""The modules of a project that a module may have data from, or that may give it some."""

from __future__ import annotations

from collections import deque
from contextlib import suppress

from transpiler.source.backwards import turns_arrays
from transpiler.source.files import Undecodable, program_at
from transpiler.source.imported import imported_texts, real_path
from transpiler.source.importers import importing_files
from transpiler.source.lexical import blanked
from transpiler.source.remembered import remembered

_MOST = 40  #: modules that are looked at together
_CALLS = r"\("


@remembered
def near(text: str, path: str) -> dict[str, str]:
    """The modules that a module imports, those that import it, and what these do."""
    own = real_path(path)
    found: dict[str, str] = {}
    pending = deque([(text, own, True)])
    while pending and len(found) < _MOST:
        said, home, above = pending.popleft()
        others = [(real_path(str(other)), False) for other, _ in imported_texts(said, home)]
        others += [(other, True) for other in importing_files(home, _CALLS)] if above else []
        for other, calls in others:
            if other not in found and other != own:
                found[other] = _program(other)
                pending.append((found[other], other, calls))
    return found


@remembered
def _program(path: str) -> str:
    with suppress(OSError, Undecodable):
        return program_at(path)
    return ""


@remembered
def turning_near(text: str, path: str) -> tuple[str, ...]:
    """The programs of such modules, where they turn arrays round."""
    others = filter(turns_arrays, near(text, path).values()) if path else ()
    return tuple(other for other in others if turns_arrays(blanked(other)))
