"""Statements that share a line with others: each is converted on a line of its own.

def build(n): return keras.Sequential([       def build(n):
    keras.layers.Dense(n)])                       return keras.Sequential([
                                                  keras.layers.Dense(n)])

Those that stay as they were share their line again.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.lexical import blanked_file
from transpiler.source.occurrences import Positions
from transpiler.source.replaced import Span, replaced
from transpiler.source.syntax import all_in, program_tree

_HEADS = "async|class|def|if|elif|else|for|while|with|try|except|finally"
#: Where more than one statement may stand on a line.
_MAY_SHARE = regex(
    r";[ \t]*[^\s#]"
    rf"|^[ \t]*(?:{_HEADS})\b[^\n#]*(?:[\"']#[^\n#]*)*:[ \t]*[^\s#:\])}}=](?:[^\n]*[^\s:])?[ \t]*$"
    r"|^[^\n#]*\)[ \t]*(?:->[^:\n]+)?:[ \t]*[^\s#\])}]",
    re.MULTILINE,
)
_INDENT = 4
_BLANK = " \t\f\r\n\\"  #: what may stand between statements and the head of their block
#: Statements that nothing becomes of.
_PLAIN = regex(r"(?:pass|continue|break|\.\.\.|(?:return|raise)\b[ \w.]*|(?:import|from)\b.*)$")


@record(frozen=True, slots=True)
class _Piece:
    """Statements that share a line."""

    line: int
    before: str
    now: str
    margin: str

    def places(self, text: str) -> list[int]:
        """Where they stand in a text as they are now, and could share a line.

        Nothing follows that belongs to the last of them, or to the block that they are.
        """
        after = (
            rf"(?=[ \t]*;?[ \t]*(?:#.*)?\r?$)(?!.*\n(?:[ \t]*(?:#.*)?\n)*{self.margin}[ \t]+[^\s#])"
        )
        found = re.finditer(f"^{self.margin}({re.escape(self.now)}){after}", text, re.MULTILINE)
        return [match.start(1) for match in found]


@record(frozen=True, slots=True)
class Apart:
    """A text in which each statement has a line of its own."""

    text: str
    lines: list[int]  #: the line of the file that each line of the text stands for
    pieces: list[_Piece]
    before: str  #: the text of the file
    #: where what is the same again begins behind each change, here and in the file
    same: list[tuple[int, int]]

    def line(self, number: int) -> int:
        """The line of the file that a line of the text stands for."""
        return self.lines[min(number, len(self.lines)) - 1]

    def place(self, line: int, column: int) -> tuple[int, int]:
        """The line and column in the file of a place in the text."""
        offset = _starts(self.text)[min(line, len(self.lines)) - 1] + column - 1
        here, there = self.same[bisect_right(self.same, (offset, len(self.before))) - 1]
        starts = _starts(self.before)
        found = there + offset - here
        line = bisect_right(starts, found)
        return line, found - starts[line - 1] + 1

    def together(self, text: str) -> str:
        """A text that has become of this one: what is still as it was shares its line again."""
        edits: dict[Span, str] = {}
        begins = {(piece.line, piece.now): piece for piece in self.pieces}
        for now, piece in {p.now: p for p in self.pieces}.items():
            held = [
                begins.get((self.line(_line(self.text, place)), now))
                for place in piece.places(self.text)
            ]
            places = piece.places(text)
            if len(places) == len(held):  # each is where it was, among those that are alike
                pairs = zip(places, held, strict=True)
                edits |= {(a, a + len(now)): p.before for a, p in pairs if p is not None}
        return replaced(text, edits)[0]


@lru_cache(maxsize=4)
def _starts(text: str) -> list[int]:
    """Where the lines of a text begin."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _same(edits: dict[Span, str]) -> Iterator[tuple[int, int]]:
    """Where a text goes on as before behind each of some changes, after these and before."""
    grown = 0
    yield 0, 0
    for (start, end), new in sorted(edits.items()):
        grown += len(new) - (end - start)
        yield end + grown, end


def _logical_line(text: str, offset: int) -> int:
    """Where a line begins, after those lines that go on."""
    begins = text.rfind("\n", 0, offset) + 1
    while text.endswith(("\\\n", "\\\r\n"), 0, begins):
        begins = text.rfind("\n", 0, begins - 1) + 1
    return begins


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def apart(text: str) -> Apart | None:
    """A text with each statement on a line of its own; None where they all are."""
    # most of what looks so stands in docstrings, and parsing costs
    may_share = _MAY_SHARE.search(text) and _MAY_SHARE.search(blanked_file(text))
    tree = program_tree(text) if may_share else None
    if tree is None:
        return None
    at = Positions(text)
    edits: dict[Span, str] = {}
    pieces: list[_Piece] = []
    for start, block, margin in _blocks(tree, at):
        spans = [at.span(statement) for statement in block]
        gaps = _gaps(text, spans, margin)
        if start >= 0:
            head = text[start : spans[0][0]].rstrip(_BLANK)
            gaps[start + len(head), spans[0][0]] = f"\n{margin}"
            gaps |= dict.fromkeys(_later_lines(block, at), " " * _INDENT)
        else:
            start = spans[0][0]
        whole = text[start : spans[-1][1]]
        if not gaps or "tf2torch:" in whole or all(_is_plain(text[a:b]) for a, b in spans):
            continue
        edits |= gaps
        now, _ = replaced(whole, {(a - start, b - start): new for (a, b), new in gaps.items()})
        outer = margin if spans[0][0] == start else margin[:-_INDENT]
        pieces.append(_Piece(_line(text, start), whole, now, outer))
    return Apart(*replaced(text, edits), pieces, text, [*_same(edits)]) if edits else None


def _is_plain(source: str) -> bool:
    return _PLAIN.match(source) is not None


def _gaps(text: str, spans: list[Span], margin: str) -> dict[Span, str]:
    """What stands between statements that share a line, and what comes in its place."""
    between = [(a[1], b[0]) for a, b in pairwise(spans)]
    return {gap: f"\n{margin}" for gap in between if ";" in text[slice(*gap)].partition("\n")[0]}


def _later_lines(block: list[ast.stmt], at: Positions) -> Iterator[Span]:
    """Where those lines of statements begin that are not their first, nor inside of strings."""
    nodes = [node for statement in block for node in all_in(statement)]
    texts = [n for n in nodes if isinstance(n, (ast.Constant, ast.JoinedStr))]
    inside = {line for n in texts for line in range(n.lineno + 1, (n.end_lineno or 0) + 1)}
    last = block[-1].end_lineno or 0
    for line in range(block[0].lineno + 1, last + 1):
        if line not in inside:
            yield (at.offset(line, 0),) * 2


def _blocks(tree: ast.Module, at: Positions) -> Iterator[tuple[int, list[ast.stmt], str]]:
    """Blocks of statements of which some share a line, and the margin of each statement there.

    Also where what they are a block of begins, if they share a line with that; else -1.
    """
    for node in all_in(tree):
        for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            if not isinstance(block, list) or not block or not isinstance(block[0], ast.stmt):
                continue
            first = at.offset(block[0].lineno, block[0].col_offset)
            begins = _logical_line(at.text, first)
            before = at.text[begins:first]
            if not before.strip():
                yield from _shared(block, before)
            elif (
                isinstance(node, (ast.stmt, ast.ExceptHandler))
                and before.rstrip(_BLANK)[-1:] == ":"
            ):
                own = at.offset(node.lineno, node.col_offset)
                margin = at.text[at.text.rfind("\n", 0, own) + 1 : own]
                if not margin.strip():
                    head = own if block is getattr(node, "body", None) else begins + len(margin)
                    yield head, block, margin + " " * _INDENT


def _shared(block: list[ast.stmt], margin: str) -> Iterator[tuple[int, list[ast.stmt], str]]:
    """Those statements of a block that share a line with others."""
    row: list[ast.stmt] = []
    for statement in block:
        if row and statement.lineno != row[-1].end_lineno:
            if len(row) > 1:
                yield -1, row, margin
            row = []
        row.append(statement)
    if len(row) > 1:
        yield -1, row, margin
