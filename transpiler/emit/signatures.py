"""Signatures of the program's functions that have taken more parameters: folded where too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import WIDTH, fold


def fold_signatures(draft: Draft) -> None:
    """Those of one line that something was put into, and that are too long now."""
    text = draft.tree.text
    added = [edit for edit in draft.edits if edit.start == edit.end and edit.text[:2] == ", "]
    for node in _functions(draft.top) if added else ():
        start = draft.tree.span(node.name)[0] - len("def ")
        end = start + len(text[start : draft.tree.line_end(start)].rstrip())
        inside = [edit for edit in draft.edits if start <= edit.start and edit.end <= end]
        if not inside or any(edit not in added for edit in inside):
            continue
        moved = [Edit(e.start - start, e.end - start, e.text) for e in inside]
        header = apply(text[start:end], moved)
        indent = start - draft.tree.line_start(start)
        if indent + len(header) > WIDTH and header.startswith("def ") and header.endswith(":"):
            others = [edit for edit in draft.edits if edit not in inside]
            draft.edits = [*others, Edit(start, end, fold(header, indent).lstrip())]


def _functions(statements: Sequence[cst.CSTNode]) -> Iterator[cst.FunctionDef]:
    for node in statements:
        if isinstance(node, cst.FunctionDef):
            yield node
        elif isinstance(node, cst.ClassDef):
            yield from (one for one in node.body.body if isinstance(one, cst.FunctionDef))
