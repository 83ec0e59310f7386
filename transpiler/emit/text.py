"""Small changes of source text that leave strings alone."""

from __future__ import annotations

import re
import symtable

from transpiler.ir import tokens
from transpiler.source.lexical import STRING, names_read


def substitute_names(text: str, mapping: dict[str, str]) -> str:
    """Replace names by expressions, but not in strings, attributes, keyword names or tokens.

    The token of a variable holds the name that it may get, which is no name of the program.
    """
    if not any(name in text for name in mapping):
        return text
    wanted = "|".join(sorted(map(re.escape, mapping), key=len, reverse=True))
    kept = rf"{STRING}|#[^\n]*|{tokens.ANY_VARIABLE}"
    pattern = re.compile(rf"({kept})|(?<![\w.])({wanted})(?!\w)(?!\s*=(?!=))")

    def put(match: re.Match[str]) -> str:
        if match.group(1):
            return match.group(1)
        return mapping[match.group(2)]

    return pattern.sub(put, text)


def indented_comment(comment: str, indent: int) -> str:
    """A comment on a line of its own."""
    return " " * indent + comment if comment else ""


def global_reads(text: str) -> set[str]:
    """The names of the module, and of nothing nearer, that some code reads."""
    try:
        return _reads(symtable.symtable(text, "<text>", "exec"))
    except SyntaxError:
        return names_read(text)


def _reads(table: symtable.SymbolTable, inner: bool = True) -> set[str]:
    found: set[str] = set()
    tables = [table]
    while tables:
        table = tables.pop()
        tables += table.get_children() if inner else ()
        top = table.get_type() == "module"
        found |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (top or symbol.is_global())
        }
    return found


def read_at_once(text: str) -> set[str]:
    """The names of the module that are read when some code runs, by functions that it calls too."""
    try:
        whole = symtable.symtable(text, "<text>", "exec")
    except SyntaxError:
        return names_read(text)
    found, waiting = _reads(whole, inner=False), whole.get_children()
    for table in waiting:
        if table.get_type() == "class":
            found |= _reads(table, inner=False)
    defined = set(whole.get_identifiers())
    while ran := [t for t in waiting if t.get_name() in found or t.get_name() not in defined]:
        found = found.union(*map(_reads, ran))
        waiting = [table for table in waiting if table not in ran]
    return found
