"""Marks by which Keras finds classes and functions in files of models: torch has none.

@keras.saving.register_keras_serializable(package="losses")
class Weighted(keras.losses.Loss): ...
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import libcst as cst

from transpiler.diagnostics import Severity
from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, replaces
from transpiler.emit.left_code import framework_uses
from transpiler.interpret.values import Framework
from transpiler.source.suites import statement_lines

#: Where a mark stands, and its lines.
_Mark: TypeAlias = "tuple[tuple[int, int], tuple[int, int]]"
_SYMBOL = ".register_keras_serializable"


def drop_registrations(draft: Draft) -> None:
    """The marks go from what has nothing of Keras any more.

    Where the file still has something of Keras, they go only from what was converted.
    """
    gone = replaces(draft.edits)
    marked = {id(s): [m for m in _marks(draft, s) if not gone(m[0][0])] for s in draft.top}
    if not any(marked.values()):
        return
    left = {
        id(statement): any(not _inside(use, marked[id(statement)]) for use in uses)
        for statement, uses in framework_uses(draft)
    }
    wrong = [d.line for d in draft.diagnostics if d.severity is Severity.ERROR]
    stays = bool(wrong) or any(left.values())
    for statement in draft.top:
        start, end = draft.tree.span(statement)
        first, last = (draft.tree.line_column(place)[0] for place in (start, end))
        if left.get(id(statement)) or any(first <= line <= last for line in wrong):
            continue
        if stays and not any(start <= edit.start and edit.end <= end for edit in draft.edits):
            continue
        draft.edits += [Edit(*lines, "") for _, lines in marked[id(statement)]]


def _marks(draft: Draft, statement: cst.CSTNode) -> Iterator[_Mark]:
    """Where such marks stand on a function or class, and inside of it; and their lines."""
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
        for mark in statement.decorators:
            made = mark.decorator.func if isinstance(mark.decorator, cst.Call) else mark.decorator
            head, *names = draft.tree.source(made).split(".")
            held = draft.file.globals.get(head)
            if isinstance(held, Framework) and ".".join([held.name, *names]).endswith(_SYMBOL):
                yield draft.tree.span(mark), statement_lines(draft.tree, mark)
        for inner in statement.body.body:
            yield from _marks(draft, inner)


def _inside(place: int, marks: list[_Mark]) -> bool:
    return any(start <= place < end for (start, end), _ in marks)
