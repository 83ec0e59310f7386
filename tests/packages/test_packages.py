"""Models of real packages give the same numbers after conversion.

A representative part runs by default; `pytest tests/packages --full` runs the whole list.
"""

from __future__ import annotations

import pytest
from catalogue import ENTRIES, Entry
from downloads import Packages

from transpiler.verify.records import Program
from transpiler.verify.report import ModelReport
from transpiler.verify.session import VerifySession
from transpiler.verify.trees import file_pair

CHECKS = {"forward_eval", "forward_train", "gradients"}


def _parameter(entry: Entry) -> object:
    marks = [] if entry.quick else [pytest.mark.full]
    if entry.stopped:
        marks.append(pytest.mark.xfail(reason=entry.stopped, strict=True))
    return pytest.param(entry, marks=marks, id=entry.name)


@pytest.mark.sample(2)
@pytest.mark.parametrize("entry", list(map(_parameter, ENTRIES)))
def test_numbers(
    entry: Entry, packages: Packages, session: VerifySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "timeout", entry.seconds)
    report = verify(entry, packages, session)
    said = f"{report.status}: {report.reason} {report.checks}"
    assert report.status in ("equal", "close"), said
    assert set(report.checks) >= CHECKS, said


def verify(entry: Entry, packages: Packages, session: VerifySession) -> ModelReport:
    """The report on the call of an entry."""
    package = packages[entry.package]
    original, converted = programs(entry, packages)
    reports = session.verify(original, converted, [entry.call], only=True)
    wanted = [report for report in reports if report.name == entry.call]
    assert wanted, f"{entry.call} is not found in {package.name}: {reports}"
    return wanted[0]


def programs(entry: Entry, packages: Packages) -> tuple[Program, Program]:
    """Both forms of the file; a downloaded package is imported from its own folder."""
    package = packages[entry.package]
    if package.name == "keras":
        return Program(package.text(entry.file)), Program(package.convert(entry.file).text)
    pair = file_pair(str(package.root / entry.file), str(package.converted / entry.file))
    return pair.original, pair.converted


def test_nine_of_ten_verify() -> None:
    stopped = [entry for entry in ENTRIES if entry.stopped]
    assert len(stopped) <= len(ENTRIES) / 10, [entry.name for entry in stopped]
