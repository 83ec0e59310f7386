"""Blocks of which nothing stays: something must stand in them, or the statement goes as well."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterator

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply
from transpiler.record import replace
from transpiler.source.lexical import comments_in
from transpiler.source.suites import is_inside, nodes_of, statement_lines, suites


def fill_emptied(draft: Draft) -> None:
    """A `pass` in each block that the edits have emptied; branches with nothing in them go."""
    taken = sorted(e.start for e in draft.edits if e.end > e.start and not e.text.strip())
    for statement in draft.top if taken else ():
        _look_into(draft, statement, taken)


def _look_into(draft: Draft, statement: cst.CSTNode, taken: list[int]) -> bool:
    """Fill the blocks of a statement, from the innermost on; whether the statement has gone."""
    if type(statement) is cst.SimpleStatementLine:
        return False
    span = statement_lines(draft.tree, statement)
    place = bisect.bisect_left(taken, span[0])
    if place == len(taken) or taken[place] >= span[1]:
        return False
    if any(_cuts(edit, span) for edit in draft.edits):
        return False  # it goes as a whole, or is rewritten
    blocks = suites(statement)
    for inner in blocks:
        for part in inner.body:
            _look_into(draft, part, taken)
    empty = [block for block in blocks if _is_emptied(draft, block)]
    if empty and len(empty) == len(blocks) and _does_nothing(statement):
        _take_out(draft, span)
        return True
    for block in empty:
        _fill(draft, block)
    return False


def _lines(draft: Draft, suite: cst.BaseSuite) -> tuple[int, int]:
    """The lines of a block."""
    first, last = (statement_lines(draft.tree, suite.body[n]) for n in (0, -1))
    return first[0], last[1]


def _within(draft: Draft, span: tuple[int, int]) -> list[Edit]:
    """The edits of a part of the file: what is put behind its end is another part's."""
    return [e for e in draft.edits if is_inside((e.start, e.end), span) and e.start != span[1]]


def _changed(draft: Draft, span: tuple[int, int]) -> str:
    """What becomes of a part of the file."""
    start, end = span
    edits = [replace(e, start=e.start - start, end=e.end - start) for e in _within(draft, span)]
    return apply(draft.tree.text[start:end], edits)


def _is_emptied(draft: Draft, suite: cst.BaseSuite) -> bool:
    """Whether nothing but comments stays of a block."""
    span = _lines(draft, suite)
    if any(_cuts(edit, span) for edit in draft.edits):
        return False
    return not any(_code_in(_changed(draft, span)))


def _code_in(text: str) -> Iterator[str]:
    """The lines of a text that are not comments."""
    lines = (line.strip() for line in text.splitlines())
    return (line for line in lines if line and not line.startswith("#"))


def _fill(draft: Draft, suite: cst.BaseSuite) -> None:
    """A `pass` in the place of what was the last statement of a block, below its comments."""
    span = _lines(draft, suite)
    gone = [e for e in _within(draft, span) if e.end > e.start]
    last = max(gone, key=lambda edit: (edit.end, -edit.start))
    text = draft.tree.text
    start, _ = draft.tree.span(suite.body[0])
    margin = text[draft.tree.line_start(start) : start]
    lines = f"\n{margin}".join([*_lost_comments(draft, span), "pass"])
    begins = draft.tree.line_start(last.start) == last.start
    taken = text[last.start : last.end]
    below = taken[len(taken.rstrip()) :] or "\n"
    added = f"{margin if begins else ''}{lines}{below}"
    draft.edits[draft.edits.index(last)] = replace(last, text=last.text + added)


def _lost_comments(draft: Draft, span: tuple[int, int]) -> list[str]:
    """The comments of a part of the file that stand nowhere any more."""
    if not draft.tree.comments:
        return []
    kept = Counter(comments_in(apply(draft.tree.text, draft.edits)))
    missing = Counter(text for _, text in draft.tree.comments) - kept
    inside = [text for offset, text in draft.tree.comments if span[0] <= offset < span[1]]
    return [text for text in inside if missing[text]]


def _take_out(draft: Draft, span: tuple[int, int]) -> None:
    """A statement goes with all that was done to it; its comments stay."""
    kept = [*comments_in(_changed(draft, span)), *_lost_comments(draft, span)]
    margin = draft.margin(span[0])
    inside = set(map(id, _within(draft, span)))
    draft.edits = [e for e in draft.edits if id(e) not in inside]
    draft.edits.append(Edit(*span, "".join(f"{margin}{line}\n" for line in kept)))


def _does_nothing(statement: cst.CSTNode) -> bool:
    """Whether a branch asks only for what variables hold."""
    rest: object = statement
    if not isinstance(statement, cst.If):
        return False
    while isinstance(rest, cst.If):
        if any(isinstance(node, _ACTING) for node in nodes_of(rest.test)):
            return False
        rest = rest.orelse
    return True


_ACTING = (cst.Call, cst.Await, cst.Yield, cst.NamedExpr, cst.Subscript)


def _cuts(edit: Edit, span: tuple[int, int]) -> bool:
    """Whether an edit takes away something of a span, and not all within it."""
    inside = is_inside((edit.start, edit.end), span)
    return edit.start < span[1] and span[0] < edit.end and not inside
