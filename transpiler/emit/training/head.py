"""Where the head of a file ends: imports and constants, and what is put after them."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.edits import Edit
from transpiler.interpret.statics import literal_value
from transpiler.ir.expr import UNKNOWN
from transpiler.source.suites import statement_lines
from transpiler.source.tree import Tree


def device_edit(tree: Tree, name: str, limit: int) -> Edit:
    """The line that chooses the device, after the imports and the constants that follow them."""
    spot = head_end(tree, limit)
    line = f'{name} = torch.device("cuda" if torch.cuda.is_available() else "cpu")'
    return Edit(spot, spot, f"\n{line}\n" if spot else f"{line}\n\n")


def loaders_edit(tree: Tree, source: str, limit: int) -> Edit:
    """Functions that load data, before the first statement that is neither import nor constant."""
    spot = head_end(tree, limit)
    rest = tree.text[spot:]
    blank = "\n" * max(2 - (len(rest) - len(rest.lstrip("\n"))), 0)
    return Edit(spot, spot, f"\n\n{source}\n{blank}" if spot else f"{source}\n\n\n")


def head_end(tree: Tree, limit: int) -> int:
    """Where the imports before an offset end, and the constants that follow them."""
    spot, after_import = 0, True
    for statement in tree.module.body:
        _, end = statement_lines(tree, statement)
        if end > limit:
            break
        if _is_import(statement):
            spot, after_import = end, True
        elif after_import and _is_head(tree, statement):
            spot = end
        else:
            after_import = False
    return spot


def _is_import(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(node, (cst.Import, cst.ImportFrom)) for node in statement.body
    )


def _is_head(tree: Tree, statement: cst.CSTNode) -> bool:
    """Whether a statement is the docstring, or gives a constant a name."""
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    for node in statement.body:
        if isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString):
            continue
        if isinstance(node, cst.Assign):
            value = literal_value(tree.source(node.value))
            named = all(tree.source(target.target).isupper() for target in node.targets)
            if value is not UNKNOWN and (named or not isinstance(value, (list, dict, set))):
                continue
        return False
    return True
