"""Calls in the heads of compound statements: `for row in model.predict(x):`."""

from __future__ import annotations

from typing import TypeAlias

import libcst as cst

from transpiler.emit.edits import Edit, apply
from transpiler.emit.fold import fold
from transpiler.emit.training.lines import block, holds, is_nested, statement_of
from transpiler.interpret.training import TrainingCall
from transpiler.source.suites import bodies
from transpiler.source.tree import Tree

#: Statements with a head that is an expression.
Compound: TypeAlias = "cst.If | cst.For | cst.While"


def statement_around(
    tree: Tree, root: cst.Module | cst.FunctionDef, call: TrainingCall
) -> cst.CSTNode | None:
    """The statement in which a model is asked: the head of a loop is run without being one."""
    if call.statement is not None and holds(tree.span(call.statement), tree.span(call.node)):
        return call.statement
    return _compound_around(tree, root, call.node) or statement_of(tree, root, call.node)


def _compound_around(
    tree: Tree, root: cst.Module | cst.FunctionDef, node: cst.CSTNode
) -> Compound | None:
    """The statement of a room in whose head a node stands; None where it stands elsewhere."""
    span = tree.span(node)
    body: list[cst.CSTNode] = list(root.body if isinstance(root, cst.Module) else root.body.body)
    while body:
        statement = next((s for s in body if holds(tree.span(s), span)), None)
        while isinstance(statement, (cst.If, cst.For, cst.While)):
            if holds(tree.span(_expression(statement)), span):
                return statement
            following = statement.orelse if isinstance(statement, cst.If) else None
            if not isinstance(following, cst.If) or not holds(tree.span(following), span):
                break
            statement = following
        suites = bodies(statement) if statement is not None else []
        body = next((s for s in suites if any(holds(tree.span(one), span) for one in s)), [])
    return None


def is_nested_head(tree: Tree, statement: Compound) -> bool:
    """Whether a part of the head runs several times, or later."""
    return is_nested(tree.source(_expression(statement)))


def takes_lines(tree: Tree, statement: Compound) -> bool:
    """Whether lines in front of it run whenever its head does, and once for each time."""
    start = tree.span(statement)[0]
    return isinstance(statement, (cst.If, cst.For)) and not tree.text.startswith("elif", start)


def head_edits(
    tree: Tree,
    statement: Compound,
    before: list[str],
    inside: dict[tuple[int, int], str],
    calls: list[tuple[int, int]],
) -> list[Edit]:
    """The edits of a head with new parts, and of the lines that stand before it.

    `calls` are those of all models: a head with some of another one is changed part by part.
    """
    start, end = tree.span(statement)[0], tree.text.index(":", tree.span(_expression(statement))[1])
    margin = start - tree.line_start(start)
    found = [Edit(*span, text) for span, text in inside.items()]
    asked = [call for call in calls if holds((start, end), call)]
    if all(any(holds(span, call) for span in inside) for call in asked):
        parts = [Edit(e.start - start, e.end - start, e.text) for e in found]
        head = apply(tree.text[start : end + 1], parts)
        head = fold(head, margin).lstrip(" ") if "\n" not in head else head
        found = [Edit(start, end + 1, head)]
    if before:
        found.append(Edit(start - margin, start - margin, f"{block(before, margin)}\n"))
    return found


def _expression(statement: Compound) -> cst.BaseExpression:
    """What the head computes."""
    return statement.iter if isinstance(statement, cst.For) else statement.test
