"""Entries that the history of a training has only once some epoch has given them their values.

last = h.history["loss"][-1] if h.history else None     # where no epoch has run, it is empty
"""

from __future__ import annotations

import re

from transpiler.interpret.training import TrainingCall

#: What stands before a dict, as far as its owners go.
_OWNERS = r"(?:[\w\[\]]+\.)*"


def asks_entries(text: str, name: str) -> bool:
    """Whether a program asks whether a history has entries, or one of those of the training."""
    held = rf"\b(?:history|{name})\b"
    ends = r"(?=\s*(?:[:)\n]|else\b|and\b|or\b|$))"
    return _finds(
        rf"(?:\b(?:if|elif|while|not|and|or)\s+|\b(?:bool|len)\(){_OWNERS}{held}{ends}"
        rf"|[\"'](?!val_)\w+[\"']\s+(?:not\s+)?in\s+{_OWNERS}{held}(?!\s*\[)"
        rf"|{held}\.get\(\s*[\"'](?!val_)"
        rf"|(?:\*\*|\.update\(|\|=?\s*){_OWNERS}{held}(?![\[.])",
        text,
    )


def asks_validation(text: str, name: str) -> bool:
    """Whether it does so for what is validated, or goes over all that there is."""
    held = rf"\b(?:history|{name})\b"
    return asks_entries(text, name) or _finds(
        rf"[\"']val_\w+[\"']\s+(?:not\s+)?in\s+{_OWNERS}{held}(?!\s*\[)"
        rf"|{held}\.(?:get|values|items|keys)\("
        rf"|\b(?:in|list\(|sorted\(|set\(|DataFrame\()\s*{_OWNERS}{held}(?![\[.])",
        text,
    )


def _finds(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.MULTILINE) is not None


def validates_rarely(call: TrainingCall) -> bool:
    """Whether some epochs go without a validation."""
    given = call.given.get("validation_freq")
    return given is not None and given.text != "1"
