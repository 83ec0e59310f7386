"""Converts a program and compares both."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.generate.programs import Drawn
from transpiler.conversion import Conversion
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert
from transpiler.verify.session import VerifySession, verify_pair

BUILDING = "the original can't"
#: What a warning says of a normalization that is called twice, and how it shows.
SHARED_AVERAGES = "its calls move the running averages in the order of the program"
AVERAGES = re.compile(r"in training mode, \S+running_(mean|var) differs")
REFUSED, REPORTED, EQUAL, WRONG = "refused", "reported", "equal", "wrong"


@dataclass(frozen=True)
class Verdict:
    """What became of one program."""

    status: str  #: refused by Keras, reported by a diagnostic, equal, or wrong
    reason: str = ""
    conversion: Conversion | None = None

    @property
    def signature(self) -> str:
        """The reason without what is particular to one program."""
        plain = re.sub(r"[-+]?\d+(\.\d+)?(e[-+]\d+)?", "#", self.reason)
        return re.sub(r"'[^']*'|\([^)]*\)", "…", plain)[:160]


def judge(program: Drawn, session: VerifySession) -> Verdict:
    """Whether the converted program computes the same."""
    options = Options(keras=program.generation, exact=program.exact)
    try:
        conversion = convert(program.text, options)
        compile(conversion.text, "<converted>", "exec")
    except Exception as error:
        return Verdict(WRONG, f"crash: {type(error).__name__}: {error}")
    errors = [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    if errors:
        internal = [d.message for d in errors if "internal error" in d.message]
        if internal:
            return Verdict(WRONG, internal[0], conversion)
    reports = verify_pair(program.text, conversion.text, session=session, keras=program.generation)
    if errors:
        for report in reports:
            if report.status == "different":
                return Verdict(WRONG, f"reported, and {report.reason}", conversion)
        return Verdict(REPORTED, f"{errors[0].code} {errors[0].message}", conversion)
    asked = [r for r in reports if BUILDING not in r.reason and r.status != "skipped"]
    if not asked:
        reason = reports[0].reason if reports else "no model"
        return Verdict(REFUSED, reason, conversion)
    said = any(SHARED_AVERAGES in d.message for d in conversion.diagnostics)
    for report in asked:
        if said and report.status == "different" and AVERAGES.search(report.reason):
            return Verdict(REPORTED, f"a warning: {SHARED_AVERAGES}", conversion)
        if not report.good or (program.exact and report.status != "equal"):
            return Verdict(WRONG, f"{report.status}: {report.reason}", conversion)
    return Verdict(EQUAL, "", conversion)
