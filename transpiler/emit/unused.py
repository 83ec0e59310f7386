"""Imports that only what is gone has used: of other libraries, and inside of functions."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.emit.dead_imports import dead_inside
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply
from transpiler.emit.text import global_reads
from transpiler.interpret.symbols import IMPORTED_INSIDE
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.lexical import blanked, names_in
from transpiler.source.suites import is_inside, leaf_statements, statement_lines, suites

_FUNCTOOLS = regex(r"(?:from functools import (partial)|import (functools))")


def drop_unused(draft: Draft) -> None:
    """`functools`, where all partial layers are written out now."""
    for statement in draft.top:
        found = _FUNCTOOLS.fullmatch(draft.tree.source(statement).strip())
        if found is None or not isinstance(statement, cst.SimpleStatementLine):
            continue
        name = found.group(1) or found.group(2)
        used = name in global_reads(draft.tree.text)
        if used and name not in global_reads(apply(draft.tree.text, draft.edits)):
            draft.edits.append(Edit(*statement_lines(draft.tree, statement), ""))


def drop_imports_inside(draft: Draft) -> None:
    """`import keras` in the body of a function that reads nothing of it, or not any more."""
    if IMPORTED_INSIDE.search(draft.tree.text) is None:
        return
    for function in _functions(draft):
        span = statement_lines(draft.tree, function)
        inside = [e for e in draft.edits if is_inside((e.start, e.end), span)]
        if any(_cuts(edit, span) for edit in draft.edits):
            continue
        within = list(_suites(function.body))
        imports = [e for s in within for e in dead_inside(draft.file, draft.tree, s, set())]
        used = names_in(blanked(_changed(draft, span, [*imports, *inside])))
        for suite in within:
            dead = dead_inside(draft.file, draft.tree, suite, used)
            dead = [e for e in dead if not any(_cuts(known, (e.start, e.end)) for known in inside)]
            if dead and not _changed(draft, _lines(draft, suite), [*dead, *inside]).strip():
                margin = draft.margin(dead[-1].start)
                dead[-1] = replace(dead[-1], text=f"{margin}pass\n")
            draft.edits += dead


def _changed(draft: Draft, span: tuple[int, int], edits: list[Edit]) -> str:
    """What becomes of a part of the file."""
    start, end = span
    within = [e for e in edits if is_inside((e.start, e.end), span)]
    shifted = [replace(e, start=e.start - start, end=e.end - start) for e in within]
    return apply(draft.tree.text[start:end], shifted)


def _lines(draft: Draft, suite: cst.BaseSuite) -> tuple[int, int]:
    """The lines of a suite."""
    first, last = (statement_lines(draft.tree, suite.body[n]) for n in (0, -1))
    return first[0], last[1]


def _suites(suite: cst.BaseSuite) -> Iterator[cst.BaseSuite]:
    """A suite and those below it, but for attempts to import something."""
    yield suite
    for statement in suite.body:
        if not isinstance(statement, cst.Try):
            for inner in suites(statement):
                yield from _suites(inner)


def _functions(draft: Draft) -> Iterator[cst.FunctionDef]:
    """The functions of the module, and the methods of its classes."""
    for statement in leaf_statements(list(draft.top)):
        body = statement.body.body if isinstance(statement, cst.ClassDef) else [statement]
        yield from (s for s in leaf_statements(list(body)) if isinstance(s, cst.FunctionDef))


def _cuts(edit: Edit, span: tuple[int, int]) -> bool:
    """Whether an edit takes away something of a span, and not all within it."""
    return (
        edit.start < span[1] and span[0] < edit.end and not is_inside((edit.start, edit.end), span)
    )
