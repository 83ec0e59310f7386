"""What stands in for `get_file` downloads the same file to the same place."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

TEXT = "twinkle twinkle little star"


@pytest.fixture
def origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    (tmp_path / "star.txt").write_text(TEXT)
    return (tmp_path / "star.txt").as_uri()


def program(arguments: str) -> str:
    return f"from keras.utils import get_file\npath = get_file({arguments})\n"


def run(text: str) -> Path:
    scope: dict[str, Any] = {}
    exec(text, scope)
    return Path(scope["path"])


HASH = hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.mark.parametrize(
    "arguments",
    [
        '"a.txt", "ORIGIN", cache_dir="there"',
        'origin="ORIGIN", cache_dir="./there"',
        'fname="b.txt", origin="ORIGIN", cache_dir="there", cache_subdir="texts"',
        '"c.txt", "ORIGIN", cache_dir="there", cache_subdir=""',
        f'"d.txt", "ORIGIN", cache_dir="there", file_hash="{HASH}"',
        f'"e.txt", "ORIGIN", False, None, "{HASH}", "texts", "sha256", cache_dir="there"',
    ],
)
def test_same_file_in_the_same_place(arguments: str, origin: str) -> None:
    source = program(arguments.replace("ORIGIN", origin))
    theirs = run(source)
    assert theirs.read_text() == TEXT
    theirs.unlink()
    result = convert(source).text
    assert "keras.utils" not in result
    ours = run(result)
    assert ours.resolve() == theirs.resolve()
    assert ours.read_text() == TEXT
    ours.write_text("kept")
    assert run(result).read_text() == "kept"


def test_a_wrong_file_is_refused(origin: str) -> None:
    source = program(f'"f.txt", "{origin}", cache_dir="there", file_hash="{HASH[::-1]}"')
    with pytest.raises(RuntimeError, match="invalid hash"):
        run(convert(source).text)


@pytest.mark.parametrize(
    "arguments",
    [
        '"a", "https://example.com/a.zip", extract=True',
        '"a", "https://example.com/a.tar.gz", untar=True',
        '"a.txt", "https://example.com/a.txt", md5_hash="e693bd0210a403b3192acc6073ad2e96"',
        '"a.txt", "https://example.com/a.txt", file_hash="e693bd0210a403b3192acc6073ad2e96"',
        '"a.txt", "https://example.com/a.txt", force_download=True',
        '"a.h5", "https://example.com/a.h5"',
        '"a", "https://example.com/a", cache_subdir="models"',
        "origin=address",
    ],
)
def test_what_is_not_the_same_is_refused(arguments: str) -> None:
    found = convert(program(arguments).replace("path =", "address = input()\npath ="))
    assert "get_file(" in found.text
    assert [d for d in found.diagnostics if d.severity is Severity.ERROR]
