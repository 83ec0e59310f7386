"""What goes without a counterpart where exceptions are caught: it may be what fails there.

try:
    tf.config.experimental.set_memory_growth(gpus[0], True)     # without a GPU, an IndexError
    batch_size = 128
except IndexError:
    batch_size = 16
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.region import Region
from transpiler.interpret.statements.imports import dotted
from transpiler.regex import regex
from transpiler.source.children import children_of
from transpiler.source.lexical import words_in
from transpiler.source.suites import assigned_names, nodes_of

#: Calls that don't fail, as far as anybody has seen.
_SURE = regex(
    r"(?:\w+\.)*(?:clear_session\(\)|set_verbosity\([\w.]*\)|setLevel\([\w.]*\)"
    r"|setLevel\([\"'](?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL)[\"']\))\s*"
)
#: What is said about a failure, or ends the program.
_SAID = regex(
    r"(?:(?:\w+\.)*(?:print|debug|info|warn|warning|error|exception|critical|write|print_exc"
    r"|exit)|quit)\("
)


_DECIDES = "whether it fails decides what runs: write down what is to be done here"


def keep_what_may_fail(
    region: Region, node: cst.Try | cst.With, before: set[int], handlers: list[cst.BaseSuite]
) -> None:
    """Let statements stay that may be the reason why other ones run, or don't.

    `before` are the statements without a counterpart that were known before those in `node`.
    """
    inside = [*_leaves(node.body)]
    mine = [s for s in inside if id(s) in region.idle and id(s) not in before]
    failing = [s for s in mine if not _SURE.fullmatch(region.tree.source(s))]
    if not failing:
        return
    behind = inside[inside.index(failing[0]) + 1 :]
    behind += [leaf for suite in handlers for leaf in _leaves(suite)]
    if all(id(leaf) in region.idle or _is_harmless(region, leaf, node) for leaf in behind):
        return
    for statement in failing:
        region.idle.discard(id(statement))
        region.done -= {id(one) for one in nodes_of(statement)}
        for call in nodes_of(statement):
            if isinstance(call, cst.Call):
                region.file.unsettled[region.tree.span(call.func)[0]] = _DECIDES


def _leaves(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The simple statements in a block, and in blocks inside of it."""
    if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        yield node
        return
    if isinstance(node, cst.BaseExpression):
        return
    for child in children_of(node):
        yield from _leaves(child)


def _is_harmless(region: Region, leaf: cst.CSTNode, attempt: cst.CSTNode) -> bool:
    """Whether nothing else depends on it that a statement runs, or does not."""
    for part in leaf.body if isinstance(leaf, cst.SimpleStatementLine) else ():
        match part:
            case cst.Pass() | cst.Raise() | cst.Continue():
                continue
            case cst.Expr(value=cst.Call(func=called)) if _SAID.match(f"{dotted(called)}("):
                continue
            case cst.Expr(value=cst.SimpleString()):
                continue
            case cst.Assign() | cst.AnnAssign() if _is_read_inside(region, part, attempt):
                continue
        return False
    return isinstance(leaf, cst.SimpleStatementLine)


def _is_read_inside(region: Region, part: cst.Assign | cst.AnnAssign, attempt: cst.CSTNode) -> bool:
    """Whether nothing outside of an attempt reads the variables that are set there."""
    targets = [t.target for t in part.targets] if isinstance(part, cst.Assign) else [part.target]
    if not all(isinstance(target, (cst.Name, cst.Tuple)) for target in targets):
        return False
    start, end = region.tree.span(attempt)
    around = region.tree.blanked[:start] + region.tree.blanked[end:]
    names = {name for target in targets for name in assigned_names(target)}
    return not names & words_in(around)
