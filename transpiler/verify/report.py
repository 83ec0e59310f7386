"""What `verify` says about each model, and its text and json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: From best to worst: the first that applies to any part of a model is the model's own.
STATUSES = ("equal", "close", "skipped", "different", "error")


@dataclass(frozen=True, slots=True)
class Check:
    """How far two sets of arrays are apart."""

    max_abs_diff: float
    rel_diff: float  #: the norm of the difference over the norm of Keras's, the worst array
    bound: float = 1e-9  #: what `rel_diff` must stay under
    where: str = ""  #: which array was the worst

    @property
    def passed(self) -> bool:
        """Whether the numbers are equal; a NaN is never."""
        return self.rel_diff <= self.bound


@dataclass(frozen=True, slots=True)
class ModelReport:
    """The verdict on one model."""

    name: str  #: the variable that holds it, or the call that makes it
    status: str  #: one of STATUSES
    checks: Mapping[str, Check] = field(default_factory=dict)
    reason: str = ""  #: why it isn't plainly equal, or under which assumption it is
    line: int = 0  #: where the original makes it

    @property
    def good(self) -> bool:
        """Equal, or close within what a rule declares."""
        return self.status in ("equal", "close")


def exit_status(reports: Iterable[ModelReport], allow_skipped: bool = False) -> int:
    """0 when every model is equal or close and none was skipped, else 1."""
    fine = ("equal", "close", "skipped") if allow_skipped else ("equal", "close")
    return 0 if all(report.status in fine for report in reports) else 1


def as_dict(report: ModelReport, path: str = "") -> dict[str, Any]:
    """One model as the json report has it."""
    checks = {
        name: {"max_abs_diff": check.max_abs_diff, "rel_diff": check.rel_diff}
        for name, check in report.checks.items()
    }
    entry = {
        "name": report.name,
        "status": report.status,
        "checks": checks,
        "reason": report.reason,
        "line": report.line,
    }
    return {"path": path, **entry} if path else entry


def to_json(files: Mapping[str, Sequence[ModelReport]]) -> str:
    """The json report of one or more pairs of files."""
    models = [as_dict(report, path) for path, reports in files.items() for report in reports]
    summary = dict(Counter(model["status"] for model in models))
    return json.dumps({"models": models, "summary": summary}, indent=2)


def to_text(files: Mapping[str, Sequence[ModelReport]]) -> str:
    """The report for a person: one line per model, with its numbers and reason."""
    lines: list[str] = []
    for path, reports in files.items():
        lines.append(f"{path}:")
        if not reports:
            lines.append("  no models found")
        for report in reports:
            lines.extend(_model_lines(report))
    counts = Counter(report.status for reports in files.values() for report in reports)
    total = sum(counts.values())
    verdicts = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    lines.append(
        f"{total} model{'' if total == 1 else 's'}" + (f": {verdicts}" if verdicts else "")
    )
    return "\n".join(lines)


def _model_lines(report: ModelReport) -> list[str]:
    numbers = "  ".join(f"{name} {check.rel_diff:.1e}" for name, check in report.checks.items())
    lines = [f"  {report.status:<9} {report.name}" + (f"  ({numbers})" if numbers else "")]
    if report.reason:
        lines.append(f"            {report.reason}")
    return lines
