"""Files that need each other, where one run converts but one of them."""

from __future__ import annotations

import os
import re

from transpiler.diagnostics import ASSUMED
from transpiler.emit.draft import Draft
from transpiler.source.importers import training_files


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


_TOGETHER = "both only work with each other once they are converted together"
