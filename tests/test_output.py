"""Diffs, atomic writes, the forms of the report, and the catalog."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from transpiler.conversion import ModelRecord
from transpiler.diagnostics import ASSUMED, CLOSE_IDIOM, CODES, LEFT_TRAINING, UNREADABLE, in_short
from transpiler.outcome import Outcome
from transpiler.output import catalog, report, write
from transpiler.output.diff import unified_diff

TEXTS = [
    (b"a\nb\nc\n", b"a\nB\nc\n"),
    (b"a\r\nb\r\n", b"a\r\nc\r\n"),
    (b"a\nb", b"a\nb\n"),
    (b"a\nb\n", b"a\nb"),
    (b"", b"new\n"),
    (b"x = '\x0c'\nb\n", b"x = '\x0c'\nc\n"),
    (b"\xff\xfe latin\nb\n", b"\xff\xfe latin\nc\n"),
    ("# \u2028 é\na\n".encode(), "# \u2028 é\nb\n".encode()),
    (b"a\n" * 40 + b"b\n" + b"a\n" * 40, b"a\n" * 41 + b"c\n" + b"a\n" * 40),
]


@pytest.mark.parametrize(("old", "new"), TEXTS)
def test_a_diff_takes_patch_from_the_old_bytes_to_the_new(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    (tmp_path / "a b.py").write_bytes(old)
    diff = unified_diff(old, new, "a b.py")
    command = ["git", "apply", "-p0", "--whitespace=nowarn", "-"]
    subprocess.run(command, input=diff, cwd=tmp_path, check=True)
    assert (tmp_path / "a b.py").read_bytes() == new


def test_there_is_no_diff_of_equal_bytes() -> None:
    assert unified_diff(b"a\n", b"a\n", "a.py") == b""


def test_a_diff_is_coloured_on_request_only() -> None:
    assert b"\033[31m-a\033[0m\n" in unified_diff(b"a\n", b"b\n", "a.py", colour=True)
    assert b"\033" not in unified_diff(b"a\n", b"b\n", "a.py")


def test_replacing_keeps_the_mode_and_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    file.chmod(0o751)
    write.replace_file(str(file), b"old", b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o751
    assert list(tmp_path.iterdir()) == [file]


def test_replacing_a_link_changes_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "a.py", tmp_path / "link.py"
    real.write_bytes(b"old")
    link.symlink_to("real/a.py")
    write.replace_file(str(link), b"old", b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"edited")
    with pytest.raises(write.ChangedMeanwhile):
        write.replace_file(str(file), b"old", b"new")
    assert file.read_bytes() == b"edited"
    assert list(tmp_path.iterdir()) == [file]


def test_a_write_that_fails_half_way_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write.replace_file(str(file), b"old", b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_the_data_is_on_the_disk_before_the_name_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (calls.append("fsync"), fsync(handle)))
    monkeypatch.setattr(os, "replace", lambda a, b: (calls.append("replace"), replace(a, b)))
    file = tmp_path / "a.py"
    file.write_bytes(b"old")
    write.replace_file(str(file), b"old", b"new")
    assert calls[:2] == ["fsync", "replace"]


def test_a_result_elsewhere_has_the_mode_of_the_original(tmp_path: Path) -> None:
    original = tmp_path / "a.py"
    original.write_bytes(b"old")
    original.chmod(0o700)
    target = tmp_path / "out" / "deep" / "a.py"
    write.put_file(str(target), b"new", like=str(original))
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o700


def test_a_result_elsewhere_does_not_go_through_a_link(tmp_path: Path) -> None:
    original, link = tmp_path / "a.py", tmp_path / "out" / "a.py"
    original.write_bytes(b"old")
    link.parent.mkdir()
    link.symlink_to(original)
    write.put_file(str(link), b"new", like=str(original))
    assert original.read_bytes() == b"old"
    assert link.read_bytes() == b"new"


def outcomes() -> list[Outcome]:
    return [
        Outcome(
            "src/a.py",
            "partial",
            (ModelRecord("UNet", "functional", 3, "converted"),),
            (
                CLOSE_IDIOM.at(9, 1, "epsilon"),
                LEFT_TRAINING.at(7, 5, "fit is left,\n100% as it was"),
                ASSUMED.at(7, 1, "Keras 3"),
            ),
            changed=True,
        ),
        Outcome("src/b.py"),
        Outcome("src/c, d.py", "failed", (), (UNREADABLE.at(1, 1, "no such file"),)),
    ]


def test_text_has_one_line_a_diagnostic_and_a_summary() -> None:
    assert report.text_report(outcomes(), report.Style()) == (
        "src/a.py:7:1: T2T303 warning: Keras 3\n"
        "src/a.py:7:5: T2T101 fit is left, 100% as it was\n"
        "src/a.py:9:1: T2T401 note: epsilon\n"
        "src/c, d.py:1:1: T2T001 no such file\n"
        "Found 2 errors, 1 warning, 1 note.\n"
        "1 file converted in part, 1 file left unchanged, 1 file failed.\n"
    )


def test_quiet_text_has_no_summary() -> None:
    text = report.text_report(outcomes(), report.Style(quiet=True, would=True))
    assert [line.split(":")[0] for line in text.splitlines()] == ["src/a.py"] * 3 + ["src/c, d.py"]


def test_text_says_what_would_be_done() -> None:
    text = report.text_report(outcomes(), report.Style(would=True))
    assert "Would convert: src/a.py\n" in text
    assert "1 file would be converted in part" in text


def test_text_is_coloured_on_request_only() -> None:
    assert "\033[31mT2T101\033[0m" in report.text_report(outcomes(), report.Style(colour=True))
    assert "\033" not in report.text_report(outcomes(), report.Style())


def test_json_has_the_agreed_form() -> None:
    values = report.as_json(outcomes())
    assert list(values) == ["version", "files", "summary"]
    first = values["files"][0]
    assert {key: first[key] for key in ("path", "status")} == {
        "path": "src/a.py",
        "status": "partial",
    }
    assert first["models"] == [
        {"name": "UNet", "kind": "functional", "line": 3, "status": "converted"}
    ]
    assert first["diagnostics"][1] == {
        "code": "T2T101",
        "severity": "error",
        "message": "fit is left,\n100% as it was",
        "line": 7,
        "column": 5,
    }
    assert values["summary"] == {
        "files": 3,
        "converted": 0,
        "partial": 1,
        "unchanged": 1,
        "failed": 1,
        "models": 1,
        "models_converted": 1,
        "errors": 2,
        "warnings": 1,
        "notes": 1,
    }


def test_github_annotations_are_escaped() -> None:
    lines = report.github_report(outcomes()).splitlines()
    assert lines[1] == (
        "::error file=src/a.py,line=7,col=5,title=tf2torch T2T101::fit is left,%0A100%25 as it was"
    )
    assert lines[2].startswith("::notice ")
    assert lines[3].startswith("::error file=src/c%2C d.py,")


def test_sarif_names_rules_and_places() -> None:
    run = report.as_sarif(outcomes())["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [
        "T2T001",
        "T2T101",
        "T2T303",
        "T2T401",
    ]
    assert run["results"][1]["level"] == "error"
    place = run["results"][3]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "src/c%2C%20d.py"
    assert place["region"] == {"startLine": 1, "startColumn": 1}


def test_scan_tells_models_and_reasons() -> None:
    assert report.scan_report(outcomes(), report.Style()).splitlines() == [
        "src/a.py: would be converted in part",
        "    UNet (functional, line 3): would be converted",
        "    1 x T2T101 training code is not converted",
        "    1 x T2T303 converted under an assumption",
        "    1 x T2T401 torch's own idiom differs slightly",
        "src/c, d.py: failed",
        "    1 x T2T001 file can't be read",
        "1 model, of which 1 would be converted whole.",
        "Found 2 errors, 1 warning, 1 note.",
        "1 file would be converted in part, 1 file left unchanged, 1 file failed.",
    ]


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_explained(code: str) -> None:
    text = catalog.explanation(code.lower())
    assert text.startswith(f"{code}: ")
    assert CODES[code].explanation in text


def test_a_message_says_once_that_something_is_left() -> None:
    left = "`{}` is left as it is: `{}` is left as it is: {}"
    assert in_short(left.format("train", "fit", "`x` is read")) == (
        "`train` is left as it is, for its `fit`: `x` is read"
    )
    assert in_short(left.format("fit", "fit", "why")) == "`fit` is left as it is: why"
    assert in_short("`fit` is left as it is: `x` is read") == (
        "`fit` is left as it is: `x` is read"
    )
