"""Converting takes at most twice the time of parsing and printing the same files."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable

import libcst
import pytest
from catalogue import WHEELS
from downloads import Packages

from transpiler.pipeline import convert

ROUNDS = 7


def test_throughput(packages: Packages, capsys: pytest.CaptureFixture[str]) -> None:
    """Over the files whose models convert; both in this process, on one core, by turns."""
    found = [packages[name] for name in (*WHEELS, "keras")]
    texts = {
        str(p.root / f): p.text(f) for p in found for f in p.files if _has_models(p.convert(f))
    }
    assert len(texts) > 10
    pairs = [
        (_seconds(_parse_and_print, texts.items()), _seconds(_convert, texts.items()))
        for _ in range(ROUNDS)
    ]
    ratio = statistics.median(bare / whole for bare, whole in pairs)
    lines = sum(text.count("\n") for text in texts.values())
    bare, whole = map(min, zip(*pairs, strict=True))
    with capsys.disabled():
        _say(
            f"\nconverting {len(texts)} files: {lines / whole:,.0f} lines/s, "
            f"parsing and printing: {lines / bare:,.0f} lines/s, ratio {ratio:.2f}"
        )
    assert ratio >= 0.5


def test_files_without_keras_cost_nothing(packages: Packages) -> None:
    """They are looked through for the names, and that is all: quicker than reading them."""
    package = packages["deepface"]
    paths = [package.root / file for file in package.files]
    texts = {str(path): path.read_text() for path in paths}
    plain = {p: t for p, t in texts.items() if "keras" not in t and "tensorflow" not in t}
    assert len(plain) > 20
    reading = statistics.median(_seconds(_read, plain.items()) for _ in range(9))
    converting = statistics.median(_seconds(_convert, plain.items()) for _ in range(9))
    assert converting <= reading, (converting, reading)


def _has_models(conversion: object) -> bool:
    return any(model.status == "converted" for model in getattr(conversion, "models", ()))


def _seconds(work: Callable[[str, str], object], files: Iterable[tuple[str, str]]) -> float:
    start = time.process_time()
    for path, text in files:
        work(path, text)
    return time.process_time() - start


def _parse_and_print(path: str, text: str) -> str:
    return libcst.parse_module(text).code


def _convert(path: str, text: str) -> object:
    return convert(text, path=path)


def _read(path: str, text: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def _say(text: str) -> None:
    print(text)  # noqa: T201
