"""Which files can't have definitions of other ones as guests: where one can't, none has them."""

from __future__ import annotations

import os
from collections.abc import Iterable

from transpiler.options import Options
from transpiler.source.imported import real_path

#: By the file at home, its time, the name, the options, and whether layers carry regularizers.
_known: dict[tuple[str, int, str, Options, bool], set[str]] = {}
#: Those of them that a file may have once layers carry their regularizers, by the file, too.
_until_marked: set[tuple[str, tuple[str, int, str, Options, bool]]] = set()


def refuse(
    path: str,
    unwelcome: Iterable[tuple[str, str]],
    options: Options,
    marked: bool,
    wants_marks: bool = False,
) -> None:
    """Remember what a file can't have: definitions, by their files and names.

    It may be that it only `wants_marks`: that layers carry their regularizers.
    """
    for home, name in unwelcome:
        key = _key_of(home, name, options, marked)
        _known.setdefault(key, set()).add(path)
        if wants_marks and not marked:
            _until_marked.add((path, key))


def refusing(home: str, name: str, options: Options, marked: bool) -> frozenset[str]:
    """The files that can't have a definition."""
    return frozenset(_known.get(_key_of(home, name, options, marked), ()))


def waits_for_marks(path: str, home: str, name: str, options: Options, marked: bool) -> bool:
    """Whether a file may have a definition once layers carry their regularizers."""
    return (path, _key_of(home, name, options, marked)) in _until_marked


def is_refused(path: str, marked: bool) -> bool:
    """Whether files can't have definitions of a file."""
    real = real_path(path)
    return any(real_path(key[0]) == real and key[-1] is marked for key in _known)


def _key_of(
    home: str, name: str, options: Options, marked: bool
) -> tuple[str, int, str, Options, bool]:
    return home, os.stat(home).st_mtime_ns, name, options, marked
