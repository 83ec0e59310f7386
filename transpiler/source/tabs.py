"""Files that are indented by tabs: converted with blanks in their place, and given back with tabs.

Whether a line begins inside of a string, where tabs stay, is told by Python's own tokenizer.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable

from transpiler.regex import regex

WIDTH = 4  #: blanks for a tab

_INDENTED_BY_TABS = regex(r"^\t+", re.MULTILINE)
_BLANKS = regex(rf"(?:{' ' * WIDTH})+")


def with_blanks(text: str) -> str:
    """The text with blanks in the place of tabs that indent; itself where Python can't read it."""
    if not text.startswith("\t") and "\n\t" not in text:
        return text  # the usual case
    return _indented_anew(text, _INDENTED_BY_TABS, lambda tabs: " " * WIDTH * len(tabs))


def with_tabs(text: str) -> str:
    """The text with a tab for each four blanks that indent."""
    return _indented_anew(text, _BLANKS, lambda blanks: "\t" * (len(blanks) // WIDTH))


def tabs_before(text: str, line: int) -> int:
    """How many tabs a line begins with; lines count from 1."""
    found = _INDENTED_BY_TABS.match(text.split("\n")[line - 1])
    return len(found.group()) if found is not None else 0


def _indented_anew(text: str, margin: re.Pattern[str], anew: Callable[[str], str]) -> str:
    try:
        inside = _lines_in_strings(text)
    except (tokenize.TokenError, SyntaxError):
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        found = margin.match(line) if number not in inside else None
        if found is not None:
            lines[number] = anew(found.group()) + line[found.end() :]
    return "\n".join(lines)


def _lines_in_strings(text: str) -> set[int]:
    """The lines that begin inside of a string, counted from 0."""
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.start[0] < token.end[0] and token.type not in (tokenize.NEWLINE, tokenize.NL):
            found.update(range(token.start[0], token.end[0]))
    return found
