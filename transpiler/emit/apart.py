"""Files that need each other, where one run converts but one of them."""

from __future__ import annotations

import os
import re

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.emit.draft import Draft
from transpiler.emit.imports import REMARK
from transpiler.emit.training.lines import bound_by
from transpiler.source.importers import importing_files, training_files


def report_apart(draft: Draft) -> None:
    """Warn where another file stays that gives this one models, or trains those of this one."""
    file, together = draft.file, draft.file.options.together
    if together is None or not file.path or not (draft.class_spots or draft.edits):
        return
    for module, path in file.loaded.items():
        if path not in together:
            named = re.escape(module)
            pattern = rf"(?m)^[ \t]*(?:from[ \t]+{named}(?![\w.])|import[ \t].*(?<![\w.]){named}\b)"
            found = re.search(pattern, draft.tree.blanked)
            place = draft.tree.line_column(found.start()) if found is not None else (1, 1)
            message = f"`{os.path.basename(path)}` stays as it is in this run: {_TOGETHER}"
            draft.say_at(ASSUMED, *place, message)
    if draft.planned.units:
        for path in training_files(file.path):
            if path not in together:
                message = f"`{os.path.basename(path)}`, which trains models of this file, stays "
                draft.say_at(ASSUMED, 1, 1, f"{message}as it is in this run: {_TOGETHER}")


def report_changed_apart(draft: Draft, text: str) -> None:
    """Warn where a file that stays reads what is something else in the new text of this one."""
    file, together = draft.file, draft.file.options.together
    if together is None or not file.path or text == draft.tree.text:
        return
    changed = "|".join(sorted(_changed_names(draft, REMARK.sub("", text))))
    told = {d.message for d in draft.diagnostics}
    for path in importing_files(file.path, rf"\b(?:{changed})\b") if changed else ():
        name = f"`{os.path.basename(path)}`"
        if path not in together and not any(one.startswith(name) for one in told):
            message = f"{name}, which reads what changes in this file, stays as it is in this run: "
            draft.say_at(ASSUMED, 1, 1, f"{message}{_TOGETHER}")


def _changed_names(draft: Draft, text: str) -> set[str]:
    """The functions, classes and variables of a module that are not as they were."""
    found: set[str] = set()
    for statement in draft.tree.module.body:
        name = ""
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            name = statement.name.value
        elif isinstance(statement, cst.SimpleStatementLine):
            name = bound_by(draft.tree, statement)
        if name.isidentifier() and draft.tree.source(statement) not in text:
            found.add(name)
    return found


_TOGETHER = "both only work with each other once they are converted together"
