"""`tf2torch verify`: which files to compare, and how the verdict is shown."""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from transpiler.source.importers import importing_files
from transpiler.verify.report import ModelReport, exit_status, to_json, to_text
from transpiler.verify.session import NO_ARGUMENTS, VerifySession
from transpiler.verify.targets import defines
from transpiler.verify.trees import PairOfPrograms, TreeError, file_pair, folder_pairs, git_pairs

_NEEDED = ("torch", "tensorflow", "keras", "tf_keras", "numpy")


def run(args: argparse.Namespace) -> int:
    """Compare what the arguments name.

    The status is 0 when every model is equal or close and none is skipped (or skipping is allowed),
    1 when one is not, and 2 when nothing could be compared: wrong usage, a text that isn't Python,
    a missing framework, or no model at all.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        names = ", ".join(missing)
        return _refuse(f"verify needs {names}: pip install 'tf2torch[verify]'")
    try:
        with tempfile.TemporaryDirectory(prefix="tf2torch-") as place:
            pairs = _pairs(args.paths, args.against, Path(place))
            reports = compare(pairs, args, _progress(args.format))
    except (TreeError, SyntaxError, OSError) as error:
        return _refuse(str(error))
    sys.stdout.write((to_json(reports) if args.format == "json" else to_text(reports)) + "\n")
    everything = [report for models in reports.values() for report in models]
    return exit_status(everything, args.allow_skipped) if everything else 2


def compare(
    pairs: Sequence[PairOfPrograms], args: argparse.Namespace, progress: Callable[[str], None]
) -> dict[str, list[ModelReport]]:
    """The reports of all pairs by path."""
    reports: dict[str, list[ModelReport]] = {}
    asked = set(args.call)
    with VerifySession(timeout=args.timeout) as session:
        for pair in pairs:
            progress(pair.path)
            calls = [c for c in args.call if len(pairs) == 1 or defines(pair.original, c)]
            asked.difference_update(calls)
            found = session.verify(pair.original, pair.converted, calls, args.level, args.keras)
            if found or len(pairs) == 1:
                reports[pair.path] = found
    for pair in pairs:
        models = reports.get(pair.path, [])
        left = [report for report in models if not _is_reached(pair, report, pairs, reports)]
        if left or len(pairs) == 1:
            reports[pair.path] = left
        else:
            reports.pop(pair.path, None)
    if asked:
        raise TreeError(f"no file defines what --call names: {', '.join(sorted(asked))}")
    return reports


def _is_reached(
    pair: PairOfPrograms,
    report: ModelReport,
    pairs: Sequence[PairOfPrograms],
    reports: dict[str, list[ModelReport]],
) -> bool:
    """Whether a builder without known arguments is called in another file, whose models agree."""
    if report.reason != NO_ARGUMENTS:
        return False
    name = report.name.partition("(")[0].rpartition(".")[2]
    calling = set(importing_files(pair.original.path, rf"\b{re.escape(name)}\("))
    found = [reports.get(p.path, []) for p in pairs if os.path.realpath(p.original.path) in calling]
    return any(models and all(one.good for one in models) for models in found)


def _pairs(paths: Sequence[str], revision: str, place: Path) -> list[PairOfPrograms]:
    for path in paths:
        if not Path(path).exists():
            raise TreeError(f"{path}: no such file or folder")
    if len(paths) == 2:
        first, second = map(Path, paths)
        if first.is_file() and second.is_file():
            return [file_pair(paths[0], paths[1])]
        if first.is_dir() and second.is_dir():
            pairs = folder_pairs(paths[0], paths[1])
            if pairs:
                return pairs
    return git_pairs(paths, revision, place)


def _progress(style: str) -> Callable[[str], None]:
    """Say on a terminal which file is being compared."""

    def show(path: str) -> None:
        if style == "text" and sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[Kverifying {path}\r")

    return show


def _refuse(message: str) -> int:
    sys.stderr.write(f"tf2torch verify: error: {message}\n")
    return 2
