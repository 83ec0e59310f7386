"""From the paths of the command line to the files to be read, always in the same order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from enum import Enum

from transpiler.diagnostics import UNREADABLE, Diagnostic
from transpiler.record import record, replace
from transpiler.source.ignored import Ignored, Patterns, ignored_at, project_root

_CODE = (".py", ".pyw", ".ipynb")
_HERE = os.path.join(os.curdir, "")


class Kind(Enum):
    """What a path turned out to be."""

    PYTHON = "python"  #: code, to be converted: a file of Python, or a notebook
    OTHER = "other"  #: only of use where a whole tree is copied
    PROBLEM = "problem"  #: `diagnostic` says what is wrong with it


@record(frozen=True, slots=True)
class Found:
    """One file that was named or stands in a folder that was named."""

    path: str  #: as it is opened, and as the report names it
    below: str  #: its path below the folder that was named; for a file its name
    kind: Kind = Kind.PYTHON
    diagnostic: Diagnostic | None = None


def find(paths: Sequence[str], excluded: tuple[Patterns, ...] = ()) -> Iterator[Found]:
    """The files of all paths: those named, whatever they are called, and what stands in folders.

    In folders, `.gitignore` and the exclusions count, links to folders are not followed, and links
    to files only within the project. What can't be read is found too, as a problem.
    """
    for path in paths:
        if os.path.isdir(path):
            yield from _folder(path, excluded)
        else:
            yield _named_file(path)


def _named_file(path: str) -> Found:
    name = os.path.basename(path)
    if reason := _unusable(path):
        return Found(path, name, Kind.PROBLEM, UNREADABLE.at(1, 1, reason))
    return Found(path, name)


def _unusable(path: str) -> str:
    """Why a path can't be read as a file, or nothing."""
    if os.path.isfile(path):
        return ""
    if os.path.exists(path):
        return "not a regular file"
    if os.path.islink(path):
        return f"broken link to {os.readlink(path)}"
    return "no such file or folder"


def _folder(path: str, excluded: tuple[Patterns, ...]) -> Iterator[Found]:
    """All that stands in a folder: its files and, in their place by name, those of its folders."""
    real = os.path.realpath(path)
    project = project_root(real)
    waiting: list[_Folder | Found] = [_Folder(path, real, "", ignored_at(real, excluded))]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Found):
            yield item if not item.path.startswith(_HERE) else replace(item, path=item.path[2:])
        else:
            waiting.extend(reversed(item.listing(project)))


@record(frozen=True, slots=True)
class _Folder:
    """One folder on the way: what it is called in three ways, and what is left out there."""

    path: str
    real: str
    below: str
    ignored: Ignored

    def listing(self, project: str) -> list[_Folder | Found]:
        """What stands in it, sorted by name. Links that lead out of the project are left out."""
        try:
            with os.scandir(self.path) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            message = f"the folder can't be read: {error.strerror or error}"
            return [Found(self.path, self.below, Kind.PROBLEM, UNREADABLE.at(1, 1, message))]
        ignored = self.ignored.within(self.real)
        items = (self._item(entry, ignored, project) for entry in entries)
        return [item for item in items if item is not None]

    def _item(
        self, entry: os.DirEntry[str], ignored: Ignored, project: str
    ) -> _Folder | Found | None:
        real, below = os.path.join(self.real, entry.name), os.path.join(self.below, entry.name)
        is_folder = entry.is_dir(follow_symlinks=False)
        if ignored.leaves_out(real, is_folder):
            return None
        if not is_folder:
            return _file(entry, below, project)
        if os.path.exists(os.path.join(real, "pyvenv.cfg")):
            return None
        return _Folder(entry.path, real, below, ignored)


def _file(entry: os.DirEntry[str], below: str, project: str) -> Found | None:
    code = entry.name.endswith(_CODE)
    if entry.is_symlink():
        if not os.path.exists(entry.path):
            problem = UNREADABLE.at(1, 1, _unusable(entry.path))
            return Found(entry.path, below, Kind.PROBLEM, problem) if code else None
        if os.path.commonpath([os.path.realpath(entry.path), project]) != project:
            return None
    if not os.path.isfile(entry.path):
        return None
    return Found(entry.path, below, Kind.PYTHON if code else Kind.OTHER)
