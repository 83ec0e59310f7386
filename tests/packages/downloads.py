"""Real packages: downloaded once, unpacked, converted as a whole."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest
from catalogue import APPLICATIONS, UNVERIFIED, WHEELS

from transpiler.conversion import Conversion
from transpiler.pipeline import convert

#: What pip says when the registry isn't there, rather than the package.
UNREACHABLE = ("NewConnectionError", "Connection", "Temporary failure", "timed out", "ProxyError")


@dataclass
class Package:
    """The Python files of a package, before and after."""

    name: str
    root: Path  #: the folder that holds it
    target: Path  #: where its converted form goes
    folder: str  #: below the root
    conversions: dict[str, Conversion] = field(default_factory=dict)

    @cached_property
    def files(self) -> list[str]:
        """All Python files, below the root."""
        found = sorted((self.root / self.folder).rglob("*.py"))
        return [file.relative_to(self.root).as_posix() for file in found]

    def text(self, file: str) -> str:
        return (self.root / file).read_text(encoding="utf-8")

    def convert(self, file: str) -> Conversion:
        """The conversion of one file, which sees the others."""
        if file not in self.conversions:
            self.conversions[file] = convert(self.text(file), path=str(self.root / file))
        return self.conversions[file]

    @cached_property
    def converted(self) -> Path:
        """The folder that holds the whole package converted."""
        for file in self.files:
            place = self.target / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(self.convert(file).text, encoding="utf-8")
        return self.target


class Packages:
    """Finds a package by its name."""

    def __init__(self, cache: Path, converted: Path) -> None:
        self.cache = cache
        self.place = converted
        self.known: dict[str, Package] = {}

    def __getitem__(self, name: str) -> Package:
        if name not in self.known:
            self.known[name] = self._find(name)
        return self.known[name]

    def _find(self, name: str) -> Package:
        if name != "keras":
            wheel = {**WHEELS, **UNVERIFIED}[name]
            root = download(wheel, self.cache)
            (root / ".git").mkdir(exist_ok=True)  # it is no part of the project that has the cache
            return Package(name, root, self.place / name, name)
        keras = importlib.util.find_spec("keras")
        assert keras is not None
        assert keras.origin is not None
        root = Path(keras.origin).parent.parent
        return Package(name, root, self.place / name, APPLICATIONS)


def download(requirement: str, cache: Path) -> Path:
    """The folder of an unpacked wheel; two processes can ask for it at once."""
    folder = cache / requirement.replace("==", "-")
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory(dir=cache) as place:
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
        ended = subprocess.run(
            [*pip, "-d", place, requirement], capture_output=True, text=True, check=False
        )
        if ended.returncode and any(mark in ended.stderr for mark in UNREACHABLE):
            pytest.skip(f"PyPI can't be reached to download {requirement}")
        assert ended.returncode == 0, ended.stderr
        (wheel,) = Path(place).glob("*.whl")
        unpacked = Path(place) / "unpacked"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
        try:
            unpacked.rename(folder)
        except OSError:  # another process was quicker
            shutil.rmtree(unpacked)
    return folder
