"""Golden cases: what each input is converted to, and that both compute the same numbers.

`pytest tests/test_golden.py --accept [-k case]` rewrites the accepted files.
"""

from __future__ import annotations

import difflib
import itertools
from pathlib import Path

import pytest
from golden_cases import GOLDEN, Case, faults, find_cases, recent_cases

from tests.training.scripts import Scripts
from transpiler.pipeline import convert
from transpiler.verify.report import ModelReport
from transpiler.verify.session import VerifySession, verify_pair

CASES = find_cases()
RECENT = recent_cases()
RUN = [case for case in CASES if not case.refused]
TRAINED = [case for case in RUN if case.folder.parent.name == "training"]
UNTOUCHED = sorted((GOLDEN / "untouched").glob("*.py"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_text(case: Case, accept: bool) -> None:
    """The output is the accepted one, and well formed."""
    if found := list(faults(case)):
        pytest.fail("\n".join(found) + f"\n{case.conversion.text}")
    wanted = case.accepted()
    names = ("expected.py", "notes.txt")
    diff = [line for name in names for line in _diff(name, case.read(name), wanted.get(name, ""))]
    if diff and accept:
        case.accept()
    elif diff:
        how = f"pytest tests/test_golden.py --accept -k {case.name}"
        pytest.fail(f"{''.join(diff)}\nIf this is right: {how}")


LATER = [c for c in TRAINED if c.folder.name in ("layer_weights", "penalties", "constraints")]


@pytest.mark.parametrize("case", LATER, ids=lambda case: case.name)
def test_the_text_is_the_same_in_the_middle_of_a_large_project(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines are folded for the names in them, not for the numbers that stood there before."""
    monkeypatch.setattr("transpiler.ir.expr._serial", itertools.count(10**12))
    assert case.converted(case.input).text == case.read("expected.py")


def _diff(name: str, before: str, after: str) -> list[str]:
    lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return list(difflib.unified_diff(*lines, f"accepted {name}", f"now {name}"))


def _run(case: Case, *marks: pytest.MarkDecorator) -> object:
    """One whose numbers are compared: by default if it is new, else one of three."""
    sampled = [] if case.folder in RECENT else [pytest.mark.sample(3)]
    return pytest.param(case, marks=[*marks, *sampled], id=case.name)


def _modelled(case: Case) -> object:
    """One whose models are compared; where its training is, to 1e-9, that tells the same."""
    told = case in TRAINED and "bound" not in case.settings
    return _run(case, *([pytest.mark.full] if told else []))


@pytest.mark.parametrize("case", [_modelled(c) for c in RUN if c.settings.get("models", True)])
def test_values(case: Case, session: VerifySession) -> None:
    """Every model gives the numbers of its original: outputs, statistics, gradients."""
    reports = verify_pair(
        case.input,
        case.conversion.text,
        calls=case.settings.get("calls", ()),
        keras=case.settings.get("keras", "auto"),
        session=session,
    )
    assert reports, "no model was found to verify"
    status = case.settings.get("status")
    wrong = [report for report in reports if report.status != status and not _good(report, status)]
    assert not wrong, "\n".join(map(_say, wrong))


def _good(report: ModelReport, status: str | None) -> bool:
    return status is None and report.good and {"forward_eval", "gradients"} <= set(report.checks)


def _say(report: ModelReport) -> str:
    checks = {name: check.rel_diff for name, check in report.checks.items()}
    return f"{report.name} (line {report.line}): {report.status} {report.reason} {checks}"


@pytest.mark.parametrize("case", [_run(case) for case in TRAINED])
def test_training(case: Case, scripts: Scripts) -> None:
    """Both scripts, run whole, end with the same weights, histories and other numbers."""
    keras = case.settings.get("keras", "3")
    apart = scripts.compare(case.input, case.conversion.text, keras)
    assert any("weight" in name for name in apart), "no model was trained"
    bound = case.settings.get("bound", 1e-9)
    wrong = {name: far for name, far in apart.items() if not far <= bound}
    assert not wrong


@pytest.mark.parametrize("path", UNTOUCHED, ids=lambda path: path.stem)
def test_untouched(path: Path) -> None:
    """Files without Keras come back byte for byte."""
    text = path.read_bytes().decode()
    conversion = convert(text, path=str(path))
    assert conversion.text == text
    assert not conversion.changed
    assert not conversion.diagnostics


def test_every_accepted_file_has_an_input() -> None:
    accepted = {path.parent for path in GOLDEN.glob("*/*/expected.py")}
    assert accepted <= {case.folder for case in CASES}
