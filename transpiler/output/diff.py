"""Unified diffs that `patch` and `git apply -p0` can read, in the bytes of the files themselves."""

from __future__ import annotations

import difflib

from transpiler.regex import regex

_LINES = regex(r"[^\n]*\n|[^\n]+")
_CONTEXT = 3
_COLOURS = {"+": "\033[32m", "-": "\033[31m", "@": "\033[36m"}


def unified_diff(old: bytes, new: bytes, name: str, colour: bool = False) -> bytes:
    """The difference of two versions of the file `name`; nothing when they are the same."""
    # Latin-1 gives every byte a character: the diff is of bytes, whatever the file's encoding.
    before, after = (_LINES.findall(data.decode("latin-1")) for data in (old, new))
    lines = difflib.unified_diff(before, after, "old", "new", n=_CONTEXT)
    body = [_terminated(line) for line in lines][2:]
    if not body:
        return b""
    label = name.encode("utf-8", "surrogateescape").decode("latin-1")
    shown = [f"--- {label}\n", f"+++ {label}\n", *body]
    if colour:
        shown = [_coloured(line) for line in shown]
    return "".join(shown).encode("latin-1")


def _terminated(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _coloured(line: str) -> str:
    code = _COLOURS.get(line[0])
    return f"{code}{line[:-1]}\033[0m\n" if code else line
