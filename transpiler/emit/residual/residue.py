"""What is left of a function or module once its models have become classes."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.diagnostics import UNSUPPORTED
from transpiler.emit.edits import Edit
from transpiler.emit.residual.clearing import close_up, decided_branch, emptied_suite, suite_edits
from transpiler.emit.residual.decisions import (
    drop_constants,
    drop_emptied,
    drop_spent,
    drop_unread,
    is_jump,
    is_pass,
    keep_model_lists,
    kept_jumps,
    only_left,
    plain_decision,
)
from transpiler.emit.residual.instantiation import (
    collapse_return,
    make_first,
    place_instance,
    return_by_name,
    say_early,
)
from transpiler.emit.residual.removal import Kept, Removal
from transpiler.emit.residual.reordered import say_reordered
from transpiler.emit.residual.restating import restate
from transpiler.emit.residual.sizes import settle_sizes
from transpiler.interpret.values import Static
from transpiler.source.lexical import names_read
from transpiler.source.suites import bodies, is_one, leaf_statements


def residue(removal: Removal) -> Kept:
    """What goes and what comes: plain statements stay where something reads them."""
    leaves = leaf_statements(removal.body, removal.is_module)
    for built, text in removal.instances.values():
        place_instance(removal, built, text, leaves)
    graph = removal.region.graph_statements
    return_by_name(removal, leaves)
    first_model = min(map(removal.made_at, removal.places.values()), default=0)
    for leaf in leaves:
        needed = id(leaf) in removal.left or (removal.is_module and only_left(removal, leaf))
        if id(leaf) in removal.replacements or needed:
            removal.decisions[id(leaf)] = "keep"
        elif id(leaf) in graph or id(leaf) in removal.gone:
            listed = not removal.is_module and leaf in removal.region.model_lists
            removal.decisions[id(leaf)] = "local" if listed else "drop"
        elif is_jump(leaf):
            removal.decisions[id(leaf)] = "jump"
        else:
            removal.decisions[id(leaf)] = plain_decision(removal, leaf, first_model)
    removal.decisions |= {id(leaf): "keep" for leaf in idle_leaves(removal, removal.body)}
    if removal.is_module:
        kept_jumps(removal, leaves)
        keep_model_lists(removal, leaves)
        drop_spent(removal, leaves)
        drop_emptied(removal, leaves)
        drop_constants(removal, leaves)
    else:
        drop_unread(removal, leaves)
        settle_sizes(removal, leaves)
    say_early(removal)
    kept = Kept(restate(removal, leaves))
    kept.edits += [Edit(start, end, text) for (start, end), text in removal.region.settled.items()]
    suite_edits(removal, removal.body, kept)
    _say_lost(removal, leaves, kept.text)
    say_reordered(removal, leaves)
    if not removal.is_module:
        close_up(removal, kept)
    if removal.conflict:
        make_first(removal, kept)
    else:
        collapse_return(removal, kept)
    return kept


def _say_lost(removal: Removal, leaves: list[cst.CSTNode], kept: str) -> None:
    """Say of what is given together with a tensor, and goes with it, that something reads it."""
    read = names_read(kept) if removal.region.graph_statements else set()
    values = removal.region.scope.values
    for leaf in leaves if read else ():
        dropped = removal.decisions[id(leaf)] == "drop"
        if not dropped or id(leaf) not in removal.region.graph_statements:
            continue
        match leaf:
            case cst.SimpleStatementLine(body=[cst.Assign([target], cst.Call())]):
                found = target.target.elements if isinstance(target.target, cst.Tuple) else ()
                given = [e.value.value for e in found if isinstance(e.value, cst.Name)]
                lost = [n for n in given if isinstance(values.get(n), Static) and n in read]
                if lost and len(lost) < len(given):
                    message = f"`{lost[0]}` is given together with a tensor: give it by itself"
                    removal.region.say(UNSUPPORTED, leaf, message)


def idle_leaves(removal: Removal, body: list[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """The `pass`, `break` and `continue` of what does nothing else: its head may do something.

    for _ in warm_up(): pass            while queue.pop() != last: pass
    """
    for statement in body:
        if is_one(statement, removal.is_module):
            continue
        suites = bodies(statement)
        leaves = leaf_statements(suites[0]) if suites else []
        loops = isinstance(statement, (cst.For, cst.While))
        asks = isinstance(statement, cst.If) and "(" in removal.tree.source(statement.test)
        if leaves and all(is_pass(one) or (loops and is_jump(one)) for one in leaves):
            yield from leaves if loops or asks else ()
            suites = suites[1:]
        for suite in suites:
            yield from idle_leaves(removal, suite)


def settled_edits(removal: Removal) -> list[Edit]:
    """The edits that only write down what of the framework is settled when converting."""
    kept = Kept(restate(removal, leaf_statements(removal.body)))
    emptied = not removal.is_module
    for statement in removal.body if removal.decisions else ():
        if any(removal.decisions.get(id(leaf)) for leaf in leaf_statements([statement])):
            emptied &= not suite_edits(removal, [statement], kept)
        else:
            emptied = False
    if emptied and removal.decisions:
        return [emptied_suite(removal, removal.body)]
    kept.edits += [Edit(start, end, text) for (start, end), text in removal.region.settled.items()]
    pending = bodies(removal.node) if not removal.is_module else [removal.body]
    while pending:
        for statement in pending.pop():
            if (
                isinstance(statement, cst.If)
                and id(statement) in removal.region.resolved
                and removal.region.settles(statement.test)
            ):
                decided_branch(removal, statement, kept)
            elif not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
                pending += bodies(statement)
    return kept.edits
