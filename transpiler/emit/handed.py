"""Inputs that are only handed to builders: those take shapes now, so the inputs go."""

from __future__ import annotations

import libcst as cst

from transpiler.emit.edits import Edit, apply
from transpiler.emit.text import global_reads
from transpiler.interpret.region import Region
from transpiler.source.lexical import names_read
from transpiler.source.suites import statement_lines
from transpiler.source.tree import Tree


def without_handed(tree: Tree, region: Region, node: cst.CSTNode) -> list[Edit]:
    """The edits that take away each `inputs = keras.Input(...)` that nobody reads any more.

    `node` is the function that they stand in, or the module.
    """
    edits = []
    for statement in region.graph_statements.values():
        name = _input_of(tree, region, statement)
        if not name or not region.settled:
            continue
        first, last = statement_lines(tree, statement)
        gone = Edit(first, last, "")
        if name not in _read(tree, region, node, gone):
            edits.append(gone)
    return edits


def _input_of(tree: Tree, region: Region, statement: cst.CSTNode) -> str:
    """The variable that a statement gives an input, where it does nothing else."""
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return ""
    small = statement.body[0]
    if not isinstance(small, cst.Assign) or len(small.targets) != 1:
        return ""
    target = small.targets[0].target
    if not isinstance(target, cst.Name) or target.value not in region.inputs:
        return ""
    made, _, _ = region.inputs[target.value]
    whole = made == f"input:{tree.span(small.value)[0]}:{target.value}"
    return target.value if whole else ""


def _read(tree: Tree, region: Region, node: cst.CSTNode, gone: Edit) -> set[str]:
    """The names that the rest of a function, or of the module, reads."""
    start, end = (0, len(tree.text)) if region.is_module else tree.span(node)
    edits = [gone, *(Edit(a, b, text) for (a, b), text in region.settled.items())]
    inside = [Edit(e.start - start, e.end - start, e.text) for e in edits if start <= e.start < end]
    text = apply(tree.text[start:end], inside)
    return global_reads(text) if region.is_module else names_read(text)
