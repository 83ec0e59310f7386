"""Imports that only what is gone has used, other than those of the framework."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.draft import Draft
from transpiler.emit.edits import Edit, apply
from transpiler.emit.text import global_reads
from transpiler.source.suites import statement_lines

_FUNCTOOLS = re.compile(r"(?:from functools import (partial)|import (functools))")


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
