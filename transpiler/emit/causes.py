"""Which error lies behind another one: what gives a variable, or what something is made for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import libcst as cst

from transpiler.diagnostics import Severity
from transpiler.emit.draft import Draft
from transpiler.interpret.training import TrainingCall
from transpiler.source.lexical import words_in
from transpiler.source.suites import assigned_names, leaf_statements


def left_behind(draft: Draft, variable: str, start: int) -> int:
    """The line of the error in what gives a variable its value before a place, 0 without one."""
    bound = re.compile(rf"(?<![\w.]){re.escape(variable)}(?:\s*,[\w\s,.*]*)?\s*(?:=(?!=)|:.*? = )")
    places = [found.start() for found in bound.finditer(draft.tree.blanked, 0, start)]
    statement = _around(draft, draft.top, places[-1]) if places else None
    if statement is None:
        return 0
    first, last = (draft.tree.line_column(offset)[0] for offset in draft.tree.span(statement))
    errors = (d.line for d in draft.diagnostics if d.severity is Severity.ERROR)
    return next((line for line in sorted(errors) if first <= line <= last), 0)


def _around(draft: Draft, body: Sequence[cst.CSTNode], place: int) -> cst.CSTNode | None:
    """The statement at a place."""
    for statement in leaf_statements([*body]):
        start, end = draft.tree.span(statement)
        if start <= place < end:
            if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                return _around(draft, statement.body.body, place)
            return statement
    return None


def left_with(draft: Draft, names: Collection[str]) -> str:
    """Which call is left that trains the model for which something of these names is made."""
    for training in (made.training for made in draft.planned.trained if made.training.problem):
        assert training.problem is not None
        given = (words_in(draft.tree.code(c.node)) for c in training.calls if c.name in _GIVEN)
        if any(not words.isdisjoint(names) for words in given):
            return f"so is {place_of_call(draft, training.problem[0])}, which it is for"
    return ""


#: What a model gets an optimizer, losses and callbacks by.
_GIVEN = ("compile", "fit")


def place_of_call(draft: Draft, call: TrainingCall) -> str:
    """What is asked of a model, and where: for messages of what goes with it."""
    name = "trainable" if call.name == "freeze" else call.name
    return f"`{name}` in line {draft.tree.place(call.node)[0]}"


def names_of(statement: cst.CSTNode) -> list[str]:
    """The variables that a statement gives a value."""
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    targets = [t.target for t in small.targets] if isinstance(small, cst.Assign) else []
    return [name for target in targets for name in assigned_names(target)]


def lines_said(draft: Draft) -> set[int]:
    """The lines of which an error says that something is left; one says it of all of a function."""
    found = {d.line for d in draft.diagnostics if d.severity is Severity.ERROR}
    for statement in draft.top:
        first, last = (draft.tree.line_column(offset)[0] for offset in draft.tree.span(statement))
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            lines = set(range(first, last + 1))
            found |= lines if found & lines else set()
    return found
