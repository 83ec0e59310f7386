"""What a file imports from other files of its project, and where these are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from transpiler.regex import regex
from transpiler.source.remembered import remembered

_IMPORTS = regex(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)"
    r"|import[ \t]+([\w.][^\n#;]*))",
    re.MULTILINE,
)


def imported_texts(text: str, path: str) -> Iterator[tuple[Path, str]]:
    """The files of its project that a file imports, and what is in them."""
    real = real_path(path)
    for other in _imported(text, os.path.dirname(real)):
        if real_path(str(other)) != real:
            yield other, read_text(str(other))


@remembered
def real_path(path: str) -> str:
    """The path of a file without symbolic links."""
    return os.path.realpath(path)


@lru_cache(maxsize=64)
def _imported(text: str, home: str) -> list[Path]:
    """The files that a text in a folder imports: it is asked for them again and again."""
    located: dict[Path, None] = {}
    for found in _IMPORTS.finditer(text):
        module, names, modules = found.groups()
        if modules:
            candidates = [part.split()[0] for part in modules.split(",") if part.strip()]
        else:
            inner = [part.split()[0] for part in names.strip("()").split(",") if part.strip()]
            dot = "" if module.endswith(".") else "."
            candidates = [module, *(f"{module}{dot}{name}" for name in inner)]
        others = (locate(home, candidate) for candidate in candidates)
        located |= dict.fromkeys(other for other in others if other is not None)
    return list(located)


@remembered
def read_text(path: str) -> str:
    """What is in a file; nothing where it can't be read."""
    with suppress(OSError):
        return Path(path).read_text(encoding="utf-8", errors="replace")
    return ""


#: Folders of libraries that have nothing to do with each other.
_INSTALLED = ("site-packages", "dist-packages")


def _below(folder: str, home: str) -> list[str]:
    """The first folder on the way from one to another."""
    return os.path.relpath(home, folder).split(os.sep)[:1]


@remembered
def locate(home: str, module: str) -> Path | None:
    """The file of a module, as seen from a file in the folder `home` that imports it."""
    level = len(module) - len(module.lstrip("."))
    parts = [p for p in module[level:].split(".") if p]
    folder = home
    if level:
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return _file(folder, parts)
    while True:
        if os.path.basename(folder) in _INSTALLED and parts[:1] != _below(folder, home):
            return None  # another library
        found = _file(folder, parts)
        outer = os.path.dirname(folder)
        if found is not None or outer == folder:
            return found
        if folder != home and not os.path.exists(os.path.join(folder, "__init__.py")):
            return None
        folder = outer


def _file(folder: str, parts: list[str]) -> Path | None:
    """The file of a module below a folder; `os.path` is ten times as fast here as `pathlib`."""
    target = os.path.join(folder, *parts)
    if parts and os.path.isfile(f"{target}.py"):
        return Path(f"{target}.py")
    package = os.path.join(target, "__init__.py")
    return Path(package) if os.path.isfile(package) else None
