"""One file on its way through a run: what is to be done, what came out, what became of it."""

from __future__ import annotations

from transpiler.conversion import Conversion, ModelRecord
from transpiler.diagnostics import Diagnostic
from transpiler.record import record


@record(frozen=True, slots=True)
class Job:
    """One file to convert, and what is to become of the result."""

    path: str  #: what is read, and what the report calls it
    target: str = ""  #: where the result goes; the path itself: in place; empty: nowhere
    keep: bool = False  #: give the bytes back, for a diff


@record(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    path: str
    status: str = "unchanged"  #: "converted", "partial", "unchanged" or "failed"
    models: tuple[ModelRecord, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    changed: bool = False  #: the result differs from what was read
    old: bytes = b""  #: what was read, and
    new: bytes = b""  #: what came out, where the job says to keep them


@record(frozen=True, slots=True)
class Result:
    """One file converted, not yet written."""

    conversion: Conversion
    old: bytes = b""  #: what was read
    new: bytes = b""  #: what came out; the same where nothing changed or something failed
    unread: bool = False  #: there was nothing to read, so there is nothing to write either
