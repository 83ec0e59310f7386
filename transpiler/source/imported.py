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

#: Modules that are named by a value, and files that notebooks run, as `magics.py` has them.
_LOADED = regex(r"\bimport_module\(\s*[\"']([\w.]+)[\"']|_magic_\d+__\(\"([^\"\n]+)\"\)")
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


def taken_texts(text: str, path: str) -> Iterator[str]:
    """What is in the files that one imports, also in those whose names a package passes on."""
    pending, seen = [(text, path)], {real_path(path)}
    while pending:
        for other, imported in imported_texts(*pending.pop()):
            place = str(other)
            if place not in seen:
                seen.add(place)
                yield imported
                if other.name == "__init__.py":
                    pending.append((imported, place))


def with_imported(path: str, itself: bool = True) -> Iterator[tuple[str, str]]:
    """A file, and all that it imports, also through others: where they are, and their texts."""
    seen, pending = {real_path(path)}, [path]
    while pending:
        above = pending.pop()
        text = read_text(above)
        if itself or above != path:
            yield above, text
        for found, _ in imported_texts(text, above):
            real = real_path(str(found))
            pending += [str(found)] if real not in seen else []
            seen.add(real)


def reaches(path: str, other: str) -> bool:
    """Whether a file imports another one of its project, or a file that does."""
    wanted = real_path(other)
    return any(real_path(place) == wanted for place, _ in with_imported(path))


@remembered
def mentions(path: str, words: tuple[str, ...]) -> bool:
    """Whether a file has one of some words in it, or one that it imports, or that these do."""
    return any(word in text for _, text in with_imported(path) for word in words)


@remembered
def real_path(path: str) -> str:
    """The path of a file without symbolic links."""
    return os.path.realpath(path)


@lru_cache(maxsize=512)
def _imported(text: str, home: str) -> list[Path]:
    """The files that a text in a folder imports: it is asked for them again and again."""
    others = (locate(home, candidate, text) for candidate in imported_names(text, inner=True))
    located = dict.fromkeys(other for other in others if other is not None)
    if "import_module" in text or "_magic_" in text:
        for module, run in _LOADED.findall(text):
            loaded = locate(home, module, text) if module else locate_run(home, run)
            located |= {} if loaded is None else {loaded: None}
    return list(located)


def imported_names(text: str, inner: bool = False) -> Iterator[str]:
    """The modules that a text imports; with `inner`, also what may be modules of packages."""
    for found in _IMPORTS.finditer(text):
        module, names, modules = found.groups()
        if modules:
            yield from (part.split()[0] for part in modules.split(",") if part.strip())
            continue
        yield module
        if inner:
            parts = [part.split()[0] for part in names.strip("()").split(",") if part.strip()]
            dot = "" if module.endswith(".") else "."
            yield from (f"{module}{dot}{name}" for name in parts)


def locate_run(home: str, name: str) -> Path | None:
    """The file that `%run name` means in a notebook of a folder."""
    for ending in ("", ".py", ".ipynb"):
        path = os.path.normpath(os.path.join(home, f"{name}{ending}"))
        if path.endswith((".py", ".ipynb")) and os.path.isfile(path):
            return Path(path)
    return None


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


def locate(home: str, module: str, text: str = "") -> Path | None:
    """The file of a module, as seen from a file in the folder `home` that imports it.

    Its text may let Python look for modules elsewhere, too.
    """
    if "sys.path" not in text or module.startswith("."):
        return _located(home, module)
    from transpiler.source.search_path import added_folders  # most files add none

    before, behind = added_folders(text, home)
    parts = module.split(".")
    first = (_file(folder, parts) for folder in before)
    found = next((path for path in first if path is not None), None) or _located(home, module)
    last = (_file(folder, parts) for folder in behind)
    return found or next((path for path in last if path is not None), None)


@remembered
def _located(home: str, module: str) -> Path | None:
    """The file of a module in the folder of what imports it, or in those around its package."""
    level = len(module) - len(module.lstrip("."))
    parts = [p for p in module[level:].split(".") if p]
    folder, seen = home, []
    if level:
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return _file(folder, parts)
    while True:
        seen.append(folder)
        if os.path.basename(folder) in _INSTALLED and parts[:1] != _below(folder, home):
            return None  # another library
        found = _file(folder, parts)
        outer = os.path.dirname(folder)
        if found is not None or outer == folder:
            return found
        if folder != home and not os.path.exists(os.path.join(folder, "__init__.py")):
            break
        folder = outer
    if (around := _around(home, parts)) is not None:
        return around
    sources = filter(os.path.isdir, (os.path.join(folder, "src") for folder in seen))
    return next((path for s in sources if (path := _file(s, parts)) is not None), None)


def _around(home: str, parts: list[str]) -> Path | None:
    """A module that is named from a folder around its own: packages need no `__init__.py`."""
    folders = home.split(os.sep)
    inside = [n for n, folder in enumerate(folders) if n and folder == parts[0]][::-1]
    found = (_file(os.sep.join(folders[:n]), parts) for n in inside if len(parts) > 1)
    return next((path for path in found if path is not None), None)


def _file(folder: str, parts: list[str]) -> Path | None:
    """The file of a module below a folder; `os.path` is ten times as fast here as `pathlib`."""
    target = os.path.join(folder, *parts)
    if parts and os.path.isfile(f"{target}.py"):
        return Path(f"{target}.py")
    package = os.path.join(target, "__init__.py")
    return Path(package) if os.path.isfile(package) else None
