"""Starting is quick: nothing is loaded before it is needed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARIES = ("libcst", "black", "pathspec", "multiprocessing", "torch", "tensorflow", "keras")


def python(*args: str, cwd: Path | None = None) -> str:
    """What a fresh Python process prints."""
    command = [sys.executable, *args]
    environment = {**os.environ, "PYTHONPATH": ""}
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, check=True, env=environment
    )
    return ended.stdout


def loaded_after(arguments: list[str], cwd: Path) -> set[str]:
    """Which of the libraries a command loads."""
    program = (
        "import sys\n"
        "from transpiler.cli import main\n"
        "try:\n"
        f"    main({arguments!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        f"print(*(name for name in {LIBRARIES!r} if name in sys.modules), sep='\\n')\n"
    )
    return set(python("-c", program, cwd=cwd).splitlines()) & set(LIBRARIES)


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["convert", "--help"], ["explain", "T2T101"]]
)
def test_help_loads_nothing(tmp_path: Path, arguments: list[str]) -> None:
    assert loaded_after(arguments, tmp_path) == set()


def test_files_without_tensorflow_load_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import torch\n")
    (tmp_path / "b.py").write_text("import numpy\n")
    assert loaded_after(["convert", "."], tmp_path) == set()


def test_one_file_needs_no_frameworks_and_no_processes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import keras\n")
    loaded = loaded_after(["convert", "a.py"], tmp_path)
    assert loaded <= {"libcst", "black"}


@pytest.mark.timing
@pytest.mark.parametrize(
    ("arguments", "limit"), [(["--version"], 0.8), (["convert", "--check", "a.py"], 1.8)]
)
def test_starting_takes_little_longer_than_loading_libcst(
    tmp_path: Path, arguments: list[str], limit: float
) -> None:
    (tmp_path / "a.py").write_text("from tensorflow import keras\nx = 1\n")
    yardstick, ours = ["-c", "import libcst"], ["-m", "transpiler", *arguments]
    times = [(_seconds(ours, tmp_path), _seconds(yardstick, tmp_path)) for _ in range(15)]
    ours_best, yardstick_best = map(min, zip(*times, strict=True))
    assert ours_best <= limit * yardstick_best, times


def _seconds(arguments: list[str], cwd: Path) -> float:
    """Of the processor, for a run with the bytecode at hand, as after an installation."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cwd / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=cwd, check=False, capture_output=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
