"""The original and the converted form of a project, side by side in a temporary folder.

The originals come from git; files that were not converted yet are converted in memory.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from transpiler.options import Options
from transpiler.single import convert_bytes
from transpiler.source.discovery import Kind, find
from transpiler.source.files import Undecodable, decode, names_framework
from transpiler.source.notebook import NotANotebook, Notebook
from transpiler.verify.records import Program

_CODE = (".py", ".ipynb")


class TreeError(Exception):
    """The originals can't be had; the message says why."""


@dataclass(frozen=True, slots=True)
class PairOfPrograms:
    """One file in both forms."""

    path: str  #: as the report names it
    original: Program
    converted: Program


def file_pair(original: str, converted: str) -> PairOfPrograms:
    """Two files that were named."""
    return PairOfPrograms(converted, read_program(Path(original)), read_program(Path(converted)))


def folder_pairs(original: str, converted: str) -> list[PairOfPrograms]:
    """The files of two trees that have the same place in each."""
    pairs = []
    for found in find([original]):
        other = Path(converted, found.below)
        if found.kind is Kind.PYTHON and other.is_file() and _interesting(Path(found.path)):
            pairs.append(file_pair(found.path, str(other)))
    return pairs


def git_pairs(paths: Sequence[str], revision: str, place: Path) -> list[PairOfPrograms]:
    """The files of a working tree with their originals of a revision; copies go to `place`."""
    files = [found.path for found in find(paths) if found.kind is Kind.PYTHON]
    pairs: list[PairOfPrograms] = []
    for top, members in _by_repository(files).items():
        old = place / str(len(pairs)) / "original"
        new = place / str(len(pairs)) / "converted"
        _export(top, revision, old)
        _copy(top, old, new)
        _convert_rest(old, new)
        for path in members:
            below = Path(path).resolve().relative_to(top)
            if (old / below).is_file() and _interesting(old / below):
                pairs.append(
                    PairOfPrograms(path, read_program(old / below), read_program(new / below))
                )
    return pairs


def read_program(path: Path) -> Program:
    """A file with the folder and the dotted name under which Python would import it."""
    path = path.resolve()
    folder = path.parent
    names = [] if path.stem == "__init__" else [path.stem]
    while (folder / "__init__.py").is_file():
        names.insert(0, folder.name)
        folder = folder.parent
    # A script's own name must not hide a package of that name.
    module = ".".join(names) if path.parent != folder else f"__program_{path.stem}__"
    if module.isidentifier() or "." in module:
        return Program(_read(path), str(path), str(folder), module)
    return Program(_read(path), str(path), str(folder), "__program__")


def _read(path: Path) -> str:
    try:
        text = decode(path.read_bytes()).text
        return Notebook(text).program if path.suffix == ".ipynb" else text
    except (Undecodable, NotANotebook) as error:
        raise TreeError(f"{path}: {error}") from error


def _interesting(path: Path) -> bool:
    return names_framework(path.read_bytes(), str(path))


def _by_repository(files: Sequence[str]) -> dict[Path, list[str]]:
    """The files by the top folder of their repository."""
    result: dict[Path, list[str]] = {}
    tops: dict[Path, Path] = {}
    for file in files:
        folder = Path(file).resolve().parent
        if folder not in tops:
            tops[folder] = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
        result.setdefault(tops[folder], []).append(file)
    return result


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, check=True
        )
    except FileNotFoundError as error:
        raise TreeError("git is not installed") from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip()
        raise TreeError(f"{folder}: {reason}") from error
    return done.stdout


def _export(top: Path, revision: str, place: Path) -> None:
    """The tracked files of a revision."""
    place.mkdir(parents=True)
    archive = _git(top, "archive", "--format=tar", revision)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(place, filter="data")


def _copy(top: Path, old: Path, new: Path) -> None:
    """The working tree's form of each tracked file, and what is untracked to both trees."""
    shutil.copytree(old, new)
    for path in _code_files(new):
        current = top / path.relative_to(new)
        if current.is_file():
            shutil.copyfile(current, path)
    for name in _git(top, "ls-files", "--others", "--exclude-standard", "-z").decode().split("\0"):
        if name.endswith(_CODE):
            for tree in (old, new):
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(top / name, tree / name)


def _convert_rest(old: Path, new: Path) -> None:
    for path in _code_files(new):
        data = path.read_bytes()
        if data == (old / path.relative_to(new)).read_bytes():
            path.write_bytes(convert_bytes(data, Options(), path=str(path)).new or data)


def _code_files(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        yield from (Path(root, name) for name in names if name.endswith(_CODE))
