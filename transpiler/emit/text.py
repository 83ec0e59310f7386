"""Small changes of source text that leave strings alone."""

from __future__ import annotations

import re
import symtable

_STRING = (
    r"\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''"
    r"|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"
)


def substitute_names(text: str, mapping: dict[str, str]) -> str:
    """Replace names by expressions, but not in strings, attributes or keyword names."""
    if not mapping:
        return text
    wanted = "|".join(sorted(map(re.escape, mapping), key=len, reverse=True))
    pattern = re.compile(rf"({_STRING})|(?<![\w.])({wanted})(?!\w)(?!\s*=(?!=))")
    keyword = re.compile(r"[(,]\s*$")

    def put(match: re.Match[str]) -> str:
        if match.group(1):
            return match.group(1)
        return mapping[match.group(2)]

    del keyword
    return pattern.sub(put, text)


def indented_comment(comment: str, indent: int) -> str:
    """A comment on a line of its own."""
    return " " * indent + comment if comment else ""


_STRING_OR_COMMENT = re.compile(rf"[fF]?[rRbBuU]?[fF]?(?:{_STRING})|#[^\n]*")


def blanked(text: str) -> str:
    """Source with strings and comments made blank; f-strings stay, since they hold code."""

    def put(match: re.Match[str]) -> str:
        found = match.group()
        prefix = found[: min((found.find(q) for q in "\"'" if q in found), default=0)]
        return found if "f" in prefix.lower() and found[0] != "#" else " " * len(found)

    return _STRING_OR_COMMENT.sub(put, text)


def global_reads(text: str) -> set[str]:
    """The names of the module, and of nothing nearer, that some code reads."""
    try:
        tables = [symtable.symtable(text, "<text>", "exec")]
    except SyntaxError:
        return set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", blanked(text)))
    found: set[str] = set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        found |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (top or symbol.is_global())
        }
    return found
