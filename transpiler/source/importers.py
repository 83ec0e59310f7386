"""What the other files of a project import of a file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from transpiler.source.discovery import Kind, find
from transpiler.source.ignored import project_root


def is_imported(path: str, mention: str) -> bool:
    """Whether another file of the project imports a file, and has what a pattern says in it."""
    return next(importing_files(path, mention), None) is not None


def importing_files(path: str, mention: str) -> Iterator[str]:
    """The other files of the project that import one, and have what a pattern says in them.

    Also those that import the package whose `__init__` passes on what is in the file.
    """
    if path:
        pattern = re.compile(mention.encode())
        yield from dict.fromkeys(_importers(path, pattern, frozenset()))


def _importers(path: str, mentions: re.Pattern[bytes], above: frozenset[str]) -> Iterator[str]:
    real = os.path.realpath(path)
    folder, stem = os.path.dirname(real), os.path.splitext(os.path.basename(real))[0]
    if stem == "__init__":
        stem = os.path.basename(folder)
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    for other, text in _importing(real, stem, project_root(folder)):
        if mentions.search(text):
            yield other
        if os.path.basename(other) == "__init__.py" and other not in above:
            yield from _importers(other, mentions, above | {other})


@lru_cache(maxsize=16)
def _importing(real: str, stem: str, root: str) -> list[tuple[str, bytes]]:
    """The files that import one, and their texts: looked for once for all that is asked of it."""
    name = stem.encode()
    imports = re.compile(rb"^[ \t]*\"?(?:from|import)\b.*\b%b\b" % name, re.MULTILINE)
    texts = ((other, _read(other)) for other in _files(root) if other != real)
    return [(other, text) for other, text in texts if name in text and imports.search(text)]


@lru_cache(maxsize=1)
def _files(root: str) -> list[str]:
    """The files of a project that hold code, which all files of one run share."""
    return [os.path.realpath(f.path) for f in find([root]) if f.kind is Kind.PYTHON]


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
