"""Functions that are classes now, and that code which stays still calls by their old names."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from transpiler.diagnostics import LEFT_CODE
from transpiler.emit.draft import Draft, is_import
from transpiler.emit.edits import Edit, apply
from transpiler.emit.text import global_reads
from transpiler.interpret.values import Function
from transpiler.source.suites import statement_lines


def report_dangling(draft: Draft) -> None:
    """A diagnostic for each statement that reads a function which is gone; aliases go with it."""
    gone = {
        unit.summary.function.name: unit.plan.name
        for unit in draft.planned.blocks.values()
        if unit.summary is not None and not unit.problem and _is_gone(draft, unit.summary.function)
    }
    if not gone:
        return
    read: set[str] | None = None
    for statement in draft.top:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            continue
        names = gone.keys() & read_by(draft, statement, gone)
        if names and read is None:
            read = global_reads(apply(draft.tree.text, draft.bare_edits()))
        names &= read or set()
        if not names:
            continue
        start, end = statement_lines(draft.tree, statement)
        target = _target(statement)
        if target and target not in global_reads(
            apply(draft.tree.text, [*draft.bare_edits(), Edit(start, end, "")])
        ):
            draft.edits.append(Edit(start, end, ""))
            continue
        name = min(names)
        draft.report(LEFT_CODE, statement, f"`{name}` is the class {gone[name]} now")


def _is_gone(draft: Draft, function: Function) -> bool:
    inside = bool(function.nested_in)
    return not inside and function.file is draft.file and function.name not in draft.kept_functions


def read_by(draft: Draft, statement: cst.CSTNode, wanted: Iterable[str]) -> set[str]:
    """What is left of a statement reads, if it says any of the names that are wanted."""
    if is_import(statement):
        return set()
    start, end = draft.tree.span(statement)
    if any(e.start <= start and end <= e.end for e in draft.edits):
        return set()
    inside = [e for e in draft.edits if start <= e.start and e.end <= end]
    inside = [e for e in inside if e not in draft.class_edits]
    shifted = [Edit(e.start - start, e.end - start, e.text) for e in inside]
    text = apply(draft.tree.text[start:end], shifted)
    return global_reads(text) if any(name in text for name in wanted) else set()


def _target(statement: cst.CSTNode) -> str:
    """`BLOCK` of `BLOCK = conv_block`: another name, and nothing else."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return ""
    small = statement.body[0]
    if not isinstance(small, cst.Assign) or len(small.targets) != 1:
        return ""
    target = small.targets[0].target
    alias = isinstance(target, cst.Name) and isinstance(small.value, cst.Name)
    return target.value if alias and isinstance(target, cst.Name) else ""
