"""What the other files of a project import of a file."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from transpiler.source.discovery import Kind, find
from transpiler.source.ignored import project_root


def is_imported(path: str, mention: str) -> bool:
    """Whether another file of the project imports a file, and has what a pattern says in it."""
    if not path:
        return False
    real = os.path.realpath(path)
    folder, stem = os.path.dirname(real), os.path.splitext(os.path.basename(real))[0]
    if stem == "__init__":
        stem = os.path.basename(folder)
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    mentions = re.compile(mention.encode())
    return any(mentions.search(text) for text in _importing(real, stem, project_root(folder)))


@lru_cache(maxsize=1)
def _importing(real: str, stem: str, root: str) -> list[bytes]:
    """The texts of the files that import one: looked for once for all that is asked of it."""
    name = stem.encode()
    imports = re.compile(rb"^[ \t]*\"?(?:from|import)\b.*\b%b\b" % name, re.MULTILINE)
    texts = (_read(other) for other in _files(root) if other != real)
    return [text for text in texts if name in text and imports.search(text)]


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
