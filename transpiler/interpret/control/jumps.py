"""`continue` and `break` in loops that build a graph.

What follows `if test: continue` is the other side of that branch. A `break` stays in both programs;
what a variable is there has to be what it may be at the end of a round.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field

import libcst as cst

from transpiler.interpret.control.changes import close_round, unstable
from transpiler.interpret.dispatch import executes
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.scope import Scope
from transpiler.interpret.values import PerhapsModel, Unknown, models_in
from transpiler.ir.code import Line
from transpiler.record import record
from transpiler.regex import regex
from transpiler.source.children import children_of


@record(slots=True, eq=False)
class Round:
    """The round of a loop that is interpreted."""

    start: Scope
    phis: dict[str, str]
    target: cst.BaseExpression | None
    loop: cst.CSTNode
    left: list[Scope] = field(default_factory=list)  #: what is known at each `break`


def continues(suite: tuple[cst.CSTNode, ...]) -> bool:
    """Whether the last of some statements is `continue`."""
    return bool(suite) and _is_jump(suite[-1], cst.Continue)


def goes_on(statement: cst.CSTNode) -> bool:
    """Whether a way through a branch goes on with the next round."""
    rest: cst.CSTNode | None = statement if isinstance(statement, cst.If) else None
    while isinstance(rest, (cst.If, cst.Else)):
        if continues(tuple(rest.body.body)):
            return True
        rest = rest.orelse if isinstance(rest, cst.If) else None
    return False


def leaves_round(statement: cst.CSTNode) -> bool:
    """Whether what stands behind doesn't run where an attempt in it fails: `except: continue`."""
    if isinstance(statement, cst.Try):
        return bool(_jumps(statement))
    if isinstance(statement, (cst.If, cst.Else, cst.With)):
        other = None if isinstance(statement, (cst.Else, cst.With)) else statement.orelse
        parts = [*statement.body.body, *([] if other is None else [other])]
        return any(map(leaves_round, parts))
    return False


@contextmanager
def following_jumps(region: Region, node: cst.For | cst.While) -> Iterator[None]:
    """A jump that does not end a way through a branch of the loop itself is not followed.

    Loops of the module, and of functions that train, may have any where they build nothing.
    """
    inner = _inner_jump(node) if _JUMP.search(region.tree.source(node)) is not None else None
    events = region.graph_events
    yield
    if inner is not None and (region.graph_events != events or not region.may_ask):
        raise GiveUp(_INNER, inner)


_JUMP = regex("break|continue")
_INNER = "a `break` or `continue` inside of several branches"


def _inner_jump(node: cst.For | cst.While) -> cst.CSTNode | None:
    jumps = _jumps(node.body)
    ends = {id(_last(node.body))}
    for statement in node.body.body if jumps else ():
        rest: cst.CSTNode | None = statement if isinstance(statement, cst.If) else None
        while isinstance(rest, (cst.If, cst.Else)):
            ends.add(id(_last(rest.body)))
            rest = rest.orelse if isinstance(rest, cst.If) else None
    return next((jump for jump in jumps if id(jump) not in ends), None)


def _last(suite: cst.BaseSuite) -> cst.CSTNode:
    last: cst.CSTNode = suite.body[-1]
    if isinstance(last, cst.SimpleStatementLine) and len(last.body) == 1:
        return last.body[0]
    return last


def _jumps(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The jumps of a loop, without those of loops in it."""
    found: list[cst.CSTNode] = []
    for child in children_of(node):
        if isinstance(child, (cst.Break, cst.Continue)):
            found.append(child)
        elif not isinstance(child, (cst.For, cst.While, cst.FunctionDef, cst.BaseExpression)):
            found += _jumps(child)
    return found


def _is_jump(statement: cst.CSTNode, kind: type) -> bool:
    if isinstance(statement, cst.SimpleStatementLine):
        return len(statement.body) == 1 and isinstance(statement.body[0], kind)
    return isinstance(statement, kind)


@executes(cst.Break)
def leave(region: Region, node: cst.Break) -> None:
    """The loop ends here, in both programs."""
    this = region.rounds[-1] if region.rounds else None
    if this is None:
        raise GiveUp("`break` in a loop that is written out", node)
    close_round(region, this.start, this.phis)
    this.left.append(region.scope.copy())
    for emit in (region.emit_init, region.emit_forward):
        emit(Line("break", jump=True))


@executes(cst.Continue)
def go_on(region: Region, node: cst.Continue) -> None:
    """What is left of the round is on the other side of the branch."""


def unstable_where_left(region: Region, this: Round) -> dict[str, str]:
    """What is not what the loop's start assumed at a place where it is left."""
    found: dict[str, str] = {}
    for scope in this.left:
        found |= unstable(region, this.start, scope, {**this.phis, **found}, this.target)
    return found


def forget_if_left(region: Region, start: Scope, this: Round) -> None:
    """What only a whole round sets is not known behind a loop that may be left before."""
    for name in region.scope.values.keys() - start.values.keys() if this.left else ():
        held = region.scope.values[name]
        if name.isidentifier() and any(s.values.get(name) is not held for s in this.left):
            region.scope.bump(name)
            region.scope.values[name] = Unknown(f"`{name}` is set in whole rounds of a loop only")
    for name in start.values if this.left else ():
        held = region.scope.values.get(name, Unknown())
        models = models_in(held, *(s.values.get(name, Unknown()) for s in this.left))
        if len(models) > len(models_in(held)):
            reason = f"`{name}` is another model where a loop is left"
            region.scope.values[name] = PerhapsModel(reason, models=models)
