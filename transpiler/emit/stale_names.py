"""Variables of a script that loops go on setting which are in a class now.

dim = 3
for dim in (16, 8):
    x = layers.Dense(dim)(x)  # in `__init__`
print(dim)  # still 3
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

import libcst as cst

from transpiler.diagnostics import LEFT_CODE
from transpiler.emit.dangling import read_by
from transpiler.emit.draft import Draft
from transpiler.source.syntax import all_in, parts_of, program_tree

#: What is said of a variable that a class reads before it sets it.
READ_FIRST = "is read in the class before a loop there sets it: give one of the two another name"
_STALE = (
    "still has the value from before the loop, which is in a class now: give one of the two "
    "another name"
)


def report_stale(draft: Draft) -> None:
    """A diagnostic for each statement that reads such a variable, and would find a former value."""
    for place, loop in enumerate(draft.top):
        if not isinstance(loop, cst.For) or not _is_gone(draft, loop):
            continue
        for name in sorted(_names_in(draft, loop)):
            before = (s for s in draft.top[:place] if not _is_gone(draft, s))
            if any(_binds(draft, statement, name) for statement in before):
                _report(draft, draft.top[place + 1 :], name)


def _report(draft: Draft, later: Sequence[cst.CSTNode], name: str) -> None:
    """Say it where the variable is read next, unless it gets another value first."""
    for statement in later:
        if isinstance(statement, cst.For) and name in draft.tree.names(statement.target):
            if name not in draft.tree.names(statement.iter):
                return
        if not isinstance(statement, cst.ClassDef) and read_by(draft, statement, [name]) & {name}:
            draft.report(LEFT_CODE, statement, f"`{name}` {_STALE}")
            return
        if _binds(draft, statement, name):
            return


def _is_gone(draft: Draft, statement: cst.CSTNode) -> bool:
    start, end = draft.tree.span(statement)
    return any(e.start <= start and end <= e.end for e in draft.edits)


def _names_in(draft: Draft, loop: cst.For) -> set[str]:
    """The variables that a loop sets."""
    tree = ast.parse(draft.tree.source(loop))
    stored = (n for n in all_in(tree) if isinstance(n, ast.Name))
    return {n.id for n in stored if isinstance(n.ctx, ast.Store)}


def _binds(draft: Draft, statement: cst.CSTNode, name: str) -> bool:
    """Whether a statement gives a variable a value, at its own level."""
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)) or name not in draft.tree.names(
        statement
    ):
        return False
    code = draft.tree.code(statement)
    return (
        re.search(rf"(?<![\w.]){name}\s*(?:,[^=()]*)?=(?!=)|\bfor\b[^:]*\b{name}\b", code)
        is not None
    )


def is_read_first(text: str, name: str) -> bool:
    """Whether a method of a class reads a variable before it sets it, which makes it its own."""
    for method in _methods(program_tree(text) or ast.Module([], [])):
        order = [n for statement in method.body for n in _in_order(statement)]
        of_name = [n for n in order if n.id == name]
        stored = any(isinstance(n.ctx, ast.Store) for n in of_name)
        if stored and isinstance(of_name[0].ctx, ast.Load):
            return True
    return False


def _methods(node: ast.AST) -> Iterator[ast.FunctionDef]:
    """The functions among statements, with no look at their expressions."""
    for inner in parts_of(node):
        if isinstance(inner, ast.FunctionDef):
            yield inner
        if isinstance(inner, (ast.stmt, ast.ExceptHandler)):
            yield from _methods(inner)


def _in_order(node: ast.AST) -> list[ast.Name]:
    """The names in a statement as Python comes by them: values before their targets."""
    if isinstance(node, ast.Name):
        return [node]
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = [node.value, *targets] if node.value is not None else targets
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp, ast.Lambda)):
        return []  # a scope of its own
    elif isinstance(node, ast.For):
        parts = [node.iter, node.target, *node.body, *node.orelse]
    else:
        parts = list(parts_of(node))
    return [name for part in parts for name in _in_order(part)]
