"""What is supported and what a diagnostic means, for the commands `rules` and `explain`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from transpiler.diagnostics import CODES, Code, Fidelity
from transpiler.rule import Rule


def rule_table(rules: Iterable[Rule]) -> str:
    """One line a Keras name: the kind of rule, how exact it is, what differs in torch."""
    rows = _rows(rules)
    width = max((len(name) for name, _ in rows), default=0)
    lines = [f"{name:<{width}}  {_about(rule)}".rstrip() for name, rule in rows]
    names = "1 name" if len(rows) == 1 else f"{len(rows)} names"
    return "".join(f"{line}\n" for line in [*lines, f"{names} supported."])


def rule_values(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """The same as plain values."""
    return [
        {"name": name, "kind": rule.kind, "fidelity": rule.fidelity.value, "note": rule.note}
        for name, rule in _rows(rules)
    ]


def explanation(wanted: str) -> str:
    """What a diagnostic's code means, or nothing when there is no such code."""
    code = CODES.get(wanted.upper())
    return _code_text(code) if code else ""


def rule_explanation(wanted: str, rules: Iterable[Rule]) -> str:
    """How a Keras name, whole or only its last part, is converted; nothing if it is not known."""
    found = [row for row in _rows(rules) if wanted == row[0] or row[0].endswith(f".{wanted}")]
    return "\n".join(_rule_text(name, rule) for name, rule in found)


def close_names(wanted: str, rules: Iterable[Rule]) -> list[str]:
    """Names and codes that look like one that there is not."""
    names = [name for name, _ in _rows(rules)]
    by_last_part = {name.rsplit(".", 1)[-1]: name for name in names}
    close = difflib.get_close_matches(wanted, [*CODES, *names, *by_last_part], n=3)
    return list(dict.fromkeys(by_last_part.get(name, name) for name in close))


def _rows(rules: Iterable[Rule]) -> list[tuple[str, Rule]]:
    return sorted(((name, rule) for rule in rules for name in rule.names), key=lambda row: row[0])


def _about(rule: Rule) -> str:
    exactness = "" if rule.fidelity is Fidelity.EXACT else f"[{rule.fidelity.value}] "
    return f"{exactness}{rule.note}"


def _code_text(code: Code) -> str:
    return f"{code.code}: {code.title} ({code.severity.value})\n\n{code.explanation}\n"


def _rule_text(name: str, rule: Rule) -> str:
    parameters = ", ".join(rule.parameters)
    lines = [f"{name}({parameters})", "", rule.note, f"Fidelity: {rule.fidelity.value}."]
    if rule.ignored:
        lines.append(f"Without effect on the numbers: {', '.join(sorted(rule.ignored))}.")
    return "".join(f"{line}\n" for line in lines)
