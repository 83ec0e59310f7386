"""Statements that make data sets, written anew: what is said of them may be longer, or nothing."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import fold
from transpiler.emit.residual.removal import Removal
from transpiler.source.suites import is_inside


def restate(removal: Removal, leaves: list[cst.CSTNode]) -> list[Edit]:
    """The edits of statements that say something; the others, `ds = ds`, are to be dropped."""
    region, found = removal.region, []
    if not region.settled_helpers:
        return []
    steps = [span for span in region.settled_helpers if span in region.settled]
    trains = {id(call.statement) for call in region.training.values()}
    for leaf in leaves:
        span = removal.tree.span(leaf)
        if not isinstance(leaf, cst.SimpleStatementLine) or len(leaf.body) != 1:
            continue
        if id(leaf) in trains:  # the whole statement is written there
            continue
        if not any(is_inside(step, span) for step in steps):
            continue
        text = _restated(removal, leaf, span)
        target, _, value = text.partition(" = ")
        if target == value:
            removal.decisions[id(leaf)] = "drop"
            continue
        indent = span[0] - removal.tree.line_start(span[0])
        if "\n" not in text:
            found.append(Edit(*span, fold(text, indent).lstrip(" ")))
    return found


def _restated(removal: Removal, leaf: cst.SimpleStatementLine, span: tuple[int, int]) -> str:
    """The text of a statement with what its data sets become."""
    tree, settled = removal.tree, removal.region.settled
    small = leaf.body[0]
    value = getattr(small, "value", None)
    if isinstance(value, cst.BaseExpression) and tree.span(value) in settled:
        start, _ = tree.span(value)
        head = tree.text[span[0] : start].rstrip(" \t\n(")
        return f"{head} {settled[tree.span(value)]}".lstrip()
    inside = [
        Edit(first - span[0], last - span[0], text)
        for (first, last), text in settled.items()
        if is_inside((first, last), span)
    ]
    return apply(tree.text[span[0] : span[1]], inside)
