"""Switches of the program's own of which one side is gone."""

from __future__ import annotations

from transpiler.diagnostics import DECIDED
from transpiler.emit.draft import Draft


def report_decided(draft: Draft) -> None:
    """Say which conditions on settings are no more: the program does what these chose."""
    for node, condition, message in draft.file.decisions.values():
        start = draft.tree.span(node)[0]
        around = [edit for edit in draft.edits if edit.start <= start < edit.end]
        source = draft.tree.source(condition)
        if around and not any(source in edit.text for edit in around):
            draft.say_at(DECIDED, *draft.tree.line_column(start), message)
