"""Names of a module that a run sets by their text: what they hold by then, the text does not tell.

LOSS = "mse"
globals().update(overrides)
model.compile("sgd", LOSS)
"""

from __future__ import annotations

import ast

from transpiler.diagnostics import ASSUMED
from transpiler.emit.draft import Draft
from transpiler.regex import regex
from transpiler.source.syntax import all_in, program_tree

_SETS = regex(r"(?:globals\(\)|exec\()")
_CHANGING = ("update", "setdefault", "pop", "clear", "__setitem__")
_SAID = "names of the module are taken for what its text gives them, whatever this makes of them"


def report_set_by_name(draft: Draft) -> None:
    """Warn where a file that trains models sets names so, or may."""
    if not draft.planned.trained or not _SETS.search(draft.tree.blanked):
        return
    module = program_tree(draft.tree.text)
    for node in all_in(module) if module is not None else ():
        match node:
            case (
                ast.Call(func=ast.Name("exec"))
                | ast.Assign(value=ast.Call(func=ast.Name("globals")))
                | ast.Subscript(value=ast.Call(func=ast.Name("globals")), ctx=ast.Store())
            ):
                draft.say_at(ASSUMED, node.lineno, node.col_offset + 1, _SAID)
            case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name("globals")), attr=name)):
                if name in _CHANGING:
                    draft.say_at(ASSUMED, node.lineno, node.col_offset + 1, _SAID)
