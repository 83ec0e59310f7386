"""What is told about a run: as text for people, as json, SARIF and GitHub annotations for tools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from transpiler.conversion import ModelRecord
from transpiler.diagnostics import CODES, Diagnostic, Severity
from transpiler.outcome import Outcome
from transpiler.record import record, replace
from transpiler.version import __version__

_RESET = "\033[0m"
_BOLD = "\033[1m"
_COLOURS = {Severity.ERROR: "\033[31m", Severity.WARNING: "\033[33m", Severity.NOTE: "\033[36m"}
_STATUSES = ("converted", "partial", "unchanged", "failed")
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


@record(frozen=True, slots=True)
class Style:
    """How the text report is to look."""

    colour: bool = False
    quiet: bool = False  #: diagnostics only
    would: bool = False  #: nothing was written: say what would have been


def text_report(outcomes: Sequence[Outcome], style: Style) -> str:
    """One line a diagnostic, `path:line:column: CODE message`, and a summary."""
    lines = [
        _line(outcome.path, diagnostic, style.colour)
        for outcome in outcomes
        for diagnostic in in_order(outcome.diagnostics)
    ]
    if not style.quiet:
        if style.would:
            lines += [f"Would convert: {o.path}" for o in outcomes if o.changed]
        lines += _summary_lines(outcomes, style.would)
    return "".join(f"{line}\n" for line in lines)


def in_order(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics of one file, from its top to its bottom."""
    return sorted(diagnostics, key=lambda d: (d.cell, d.line, d.column, d.code, d.message))


def _line(path: str, diagnostic: Diagnostic, colour: bool) -> str:
    severity = "" if diagnostic.severity is Severity.ERROR else f"{diagnostic.severity.value}: "
    code, message = diagnostic.code, " ".join(diagnostic.message.split())
    if colour:
        path, code = f"{_BOLD}{path}{_RESET}", f"{_COLOURS[diagnostic.severity]}{code}{_RESET}"
    cell = f"cell {diagnostic.cell}:" if diagnostic.cell else ""
    return f"{path}:{cell}{diagnostic.line}:{diagnostic.column}: {code} {severity}{message}"


def _summary_lines(outcomes: Sequence[Outcome], would: bool) -> list[str]:
    counts = Counter(outcome.status for outcome in outcomes)
    verb = "would be " if would else ""
    said = {
        "converted": f"{verb}converted",
        "partial": f"{verb}converted in part",
        "unchanged": "left unchanged",
        "failed": "failed",
    }
    files = ", ".join(
        f"{_counted(counts[status], 'file')} {said[status]}"
        for status in _STATUSES
        if counts[status]
    )
    severities = Counter(d.severity for outcome in outcomes for d in outcome.diagnostics)
    found = ", ".join(
        _counted(severities[severity], severity.value)
        for severity in Severity
        if severities[severity]
    )
    lines = [f"Found {found}."] if found else []
    return [*lines, f"{files[0].upper()}{files[1:]}."] if files else lines


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The report as plain values, in the form that other programs rely on."""
    return {
        "version": __version__,
        "files": [_file(outcome) for outcome in outcomes],
        "summary": summary(outcomes),
    }


def summary(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many files there are of each status, and diagnostics of each severity, and models."""
    statuses = Counter(outcome.status for outcome in outcomes)
    severities = Counter(d.severity for outcome in outcomes for d in outcome.diagnostics)
    models = Counter(model.status for outcome in outcomes for model in outcome.models)
    return {
        "files": len(outcomes),
        **{status: statuses[status] for status in _STATUSES},
        "models": sum(models.values()),
        "models_converted": models["converted"],
        "errors": severities[Severity.ERROR],
        "warnings": severities[Severity.WARNING],
        "notes": severities[Severity.NOTE],
    }


def _file(outcome: Outcome) -> dict[str, Any]:
    return {
        "path": outcome.path,
        "status": outcome.status,
        "models": [_model(model) for model in outcome.models],
        "diagnostics": [_diagnostic(d) for d in in_order(outcome.diagnostics)],
    }


def _model(model: ModelRecord) -> dict[str, Any]:
    found = {"name": model.name, "kind": model.kind, "line": model.line, "status": model.status}
    return found | ({"cell": model.cell} if model.cell else {})


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "line": diagnostic.line,
        "column": diagnostic.column,
    }
    return found | ({"cell": diagnostic.cell} if diagnostic.cell else {})


def as_sarif(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The report as a SARIF 2.1.0 log, for code scanning."""
    results = [
        _sarif_result(outcome.path, diagnostic)
        for outcome in outcomes
        for diagnostic in in_order(outcome.diagnostics)
    ]
    used = sorted({result["ruleId"] for result in results})
    driver = {
        "name": "tf2torch",
        "version": __version__,
        "rules": [_sarif_rule(code) for code in used],
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _sarif_rule(code: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": code}
    if code in CODES:
        rule["shortDescription"] = {"text": CODES[code].title}
        rule["fullDescription"] = {"text": CODES[code].explanation}
    return rule


def _sarif_result(path: str, diagnostic: Diagnostic) -> dict[str, Any]:
    diagnostic = _of_file(diagnostic)
    region = {"startLine": diagnostic.line, "startColumn": diagnostic.column}
    place = {"artifactLocation": {"uri": _uri(path)}, "region": region}
    return {
        "ruleId": diagnostic.code,
        "level": diagnostic.severity.value,
        "message": {"text": diagnostic.message},
        "locations": [{"physicalLocation": place}],
    }


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path.replace("\\", "/").encode("utf-8", "surrogateescape"))


def github_report(outcomes: Sequence[Outcome]) -> str:
    """The diagnostics as workflow commands, which GitHub shows beside the code."""
    lines = [
        f"::{_LEVELS[diagnostic.severity]} file={_property(outcome.path)},line={diagnostic.line},"
        f"col={diagnostic.column},title=tf2torch {diagnostic.code}::{_data(diagnostic.message)}\n"
        for outcome in outcomes
        for diagnostic in map(_of_file, in_order(outcome.diagnostics))
    ]
    return "".join(lines)


def _of_file(diagnostic: Diagnostic) -> Diagnostic:
    """A diagnostic for tools that know the lines of files alone: cells are named in the message."""
    if not diagnostic.cell:
        return diagnostic
    message = f"cell {diagnostic.cell}, line {diagnostic.line}: {diagnostic.message}"
    return replace(diagnostic, message=message, line=1, column=1, cell=0)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def scan_report(outcomes: Sequence[Outcome], style: Style) -> str:
    """What there is, by file: its models, and why what would not be converted would not."""
    lines = []
    for outcome in outcomes:
        if outcome.models or outcome.diagnostics or outcome.changed:
            lines += _scan_lines(outcome, style.colour)
    counts = summary(outcomes)
    if counts["models"]:
        convertible = f"{counts['models_converted']} would be converted whole"
        lines.append(f"{_counted(counts['models'], 'model')}, of which {convertible}.")
    return "".join(f"{line}\n" for line in [*lines, *_summary_lines(outcomes, would=True)])


def _scan_lines(outcome: Outcome, colour: bool) -> list[str]:
    path = f"{_BOLD}{outcome.path}{_RESET}" if colour else outcome.path
    codes = Counter(d.code for d in outcome.diagnostics)
    lines = [f"{path}: {_scan_status(outcome.status)}"]
    for model in outcome.models:
        status = _scan_status(model.status)
        place = f"cell {model.cell}, line {model.line}" if model.cell else f"line {model.line}"
        lines.append(f"    {model.name} ({model.kind}, {place}): {status}")
    for code, count in sorted(codes.items()):
        title = CODES[code].title if code in CODES else ""
        lines.append(f"    {count} x {code} {title}".rstrip())
    return lines


def _scan_status(status: str) -> str:
    words = {
        "converted": "would be converted",
        "partial": "would be converted in part",
        "left": "would be left as it is",
        "unchanged": "nothing would change",
    }
    return words.get(status, status)
