"""What IPython takes beside Python, `%matplotlib inline` and `!pip install tqdm`: kept by names.

Each such line of a cell becomes an expression that is one name, which any code may stand around:

    if in_colab:
        __magic_1__
    files = __magic_2__

What `%run helpers.py` brings is of use to the cells behind it: `__magic_3__("helpers.py")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.lexical import OF_ONE_LINE, TRIPLE_QUOTED
from transpiler.source.syntax import compiles

#: `%%` magics whose cell is Python that runs once, in the notebook's own variables.
_RUNS_THE_CELL = frozenset({"time", "capture", "prun", "memit", "mprun", "wall_time"})
#: Those whose cell is Python, too, but runs elsewhere, or many times.
_RUNS_PYTHON = frozenset({"timeit", "python", "python3", "pypy", "px", "writefile", "file"})
#: `%` magics that run the Python behind them.
_RUNS_THE_LINE = regex(r"%{1,2}(?:time|timeit|prun|memit|mprun)\b(.*)", re.DOTALL)
_RUNS_A_FILE = regex(r"%run[ \t]+(?:-[\w.]+[ \t]+)*[\"']?([\w./-]+)[\"']?(?=\s|$)")
_MAGIC = regex(r"\s*(?:[%!]|\?|[\w.*]+\?{1,2}\s*$)")
_ASSIGNED = regex(r"(\s*[\w.,\[\]\"' ]*[\w\]]\s*=\s*)[%!]")
_PROGRAMS = "pip|conda|mamba|cd|ls|cat|cp|mv|rm|mkdir|unzip|wget"
#: What IPython takes for `%pip …` and the like, as long as no variable has that name.
_AUTOMATIC = regex(rf"\s*(?:{_PROGRAMS})\s+[-\w./~$\"']")
_TOKEN = regex(rf"{TRIPLE_QUOTED}|\"\"\"|'''|{OF_ONE_LINE}|#[^\n]*|[()\[\]{{}}]")


@record(frozen=True, slots=True)
class Masked:
    """The code of a cell as Python, and what stands for what."""

    code: str
    kept: dict[str, str] = field(
        default_factory=dict
    )  #: the text that each name, or call, stands for
    head: str = ""  #: the `%%time` before the code; a blank line is in its place
    foreign: str = ""  #: the magic that makes something else of the cell: nothing of it is read
    unread: tuple[tuple[int, str], ...] = ()  #: lines of which a magic runs the Python


def masked(code: str, prefix: str, first: int) -> Masked:
    """A cell without its magics; the names are `prefix1__`, counted on from `first`.

    The lines stay as many: one that goes on behind a `\\` leaves blank ones.
    """
    head, rest = "", code
    opening = re.match(r"\s*%%(\w+)[^\n]*", code)
    if opening is not None:
        if opening[1] not in _RUNS_THE_CELL:
            return Masked("", foreign=opening[1])
        head, rest = opening.group(), code[opening.end() :]
    blank = "\n" * head.count("\n")
    if compiles(rest):
        return Masked(blank + rest, head=head)
    lines = rest.split("\n")
    kept: dict[str, str] = {}
    unread: list[tuple[int, str]] = []
    for start, end in _magic_lines(lines):
        text = "\n".join(lines[start:end])
        indented = _ASSIGNED.match(text)
        before = indented[1] if indented is not None else text[: len(text) - len(text.lstrip())]
        name = f"{prefix}{first + len(kept)}__"
        if (runs := _RUNS_A_FILE.match(text, len(before))) is not None:
            name = f'{name}("{runs[1]}")'
        kept[name] = text[len(before) :]
        run = _RUNS_THE_LINE.match(kept[name])
        if run is not None and "(" in run[1]:
            unread.append((blank.count("\n") + start + 1, kept[name].split()[0]))
        lines[start:end] = [before + name, *[""] * (end - start - 1)]
    return Masked(blank + "\n".join(lines), kept, head, unread=tuple(unread))


def runs_python(magic: str) -> bool:
    """Whether a cell that a magic takes for itself may be Python."""
    return magic in _RUNS_PYTHON


def _magic_lines(lines: list[str]) -> Iterator[tuple[int, int]]:
    """From where to where magics go: they begin a line where a statement may begin."""
    depth, quote, number = 0, "", 0
    while number < len(lines):
        line, start = lines[number], number
        free = depth == 0 and not quote
        number += 1
        if free and any(p.match(line) for p in (_MAGIC, _ASSIGNED, _AUTOMATIC)):
            while lines[number - 1].endswith("\\") and number < len(lines):
                number += 1
            yield start, number
            continue
        while line.endswith("\\") and not quote and number < len(lines):
            line, number = f"{line[:-1]} {lines[number]}", number + 1
        depth, quote = _state(line, depth, quote)


def _state(line: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets are open behind a line, and which string over several lines is."""
    position = 0
    if quote:
        end = line.find(quote)
        if end < 0:
            return depth, quote
        position = end + len(quote)
    for token in _TOKEN.finditer(line, position):
        text = token.group()
        if text in ('"""', "'''"):  # no string of one line began there
            return depth, text
        depth += (text in "([{") - (text in ")]}")
    return max(depth, 0), ""
