"""Layers that only one way of a branch calls are made on that way."""

from __future__ import annotations

from collections import Counter

from transpiler.ir.code import Construct, For, If, Line, Node, While
from transpiler.passes.liveness import modules_of, names, walk
from transpiler.record import replace


def sink_constructions(init: list[Node], forward: list[Node]) -> list[Node]:
    """`__init__`, where a layer made before a branch is made inside if nothing else calls it.

    `layer = LSTM(8)`, then `if both: layer = Bidirectional(layer)`: of the plain one, the other way
    has no need.
    """
    called = {n.id: n for n in walk(forward) if isinstance(n, If)}
    return _sunk(init, called, _calls(forward)) if called else init


def _calls(nodes: list[Node]) -> Counter[str]:
    """How many statements call each module."""
    return Counter(m.token for node in walk(nodes) for m in modules_of(node))


def _sunk(nodes: list[Node], called: dict[int, If], calls: Counter[str]) -> list[Node]:
    kept: list[Node] = []
    for node in reversed(nodes):
        if isinstance(node, (For, While)):
            node = replace(node, body=_sunk(node.body, called, calls))
        elif isinstance(node, If):
            body, orelse = (_sunk(side, called, calls) for side in (node.body, node.orelse))
            node = replace(node, body=body, orelse=orelse)
            if node.id not in called and (
                _joined(node, kept) or _put_both(node, kept, called, calls)
            ):
                continue
        elif (
            isinstance(node, Construct)
            and calls[node.module.token]
            and _put_inside(node, kept, called, calls)
        ):
            continue
        kept.append(node)
    return kept[::-1]


def _put_inside(
    node: Construct, later: list[Node], called: dict[int, If], calls: Counter[str]
) -> bool:
    """Whether a construction goes into a branch that comes after it (`later` is backwards)."""
    return _put(node, {node.module.token}, names(node.module.constructor), later, called, calls)


def _put_both(branch: If, later: list[Node], called: dict[int, If], calls: Counter[str]) -> bool:
    """The same of a branch that only makes layers, one on either side.

    `layer = LSTM(8) if kind == "lstm" else GRU(8)`, then `if both: layer = Bidirectional(layer)`
    """
    inside = list(walk([branch]))
    made = [n.module for n in inside if isinstance(n, Construct)]
    tests = [n.test for n in inside if isinstance(n, If)]
    alone = bool(made) and len(made) + len(tests) == len(inside)
    if not alone or not all(calls[module.token] for module in made):
        return False
    read = frozenset[str]().union(*map(names, [*tests, *(m.constructor for m in made)]))
    return _put(branch, {module.token for module in made}, read, later, called, calls)


def _put(
    node: Construct | If,
    tokens: set[str],
    read: frozenset[str],
    later: list[Node],
    called: dict[int, If],
    calls: Counter[str],
) -> bool:
    for position in range(len(later) - 1, -1, -1):
        branch = later[position]
        there = called.get(branch.id) if isinstance(branch, If) else None
        if isinstance(branch, If) and there is not None:
            body, orelse = _calls(there.body), _calls(there.orelse)
            if all(body[token] == calls[token] for token in tokens):
                inside = _as_called(node, there.body)
                later[position] = replace(branch, body=[inside, *branch.body])
                return True
            if all(orelse[token] == calls[token] for token in tokens):
                inside = _as_called(node, there.orelse)
                later[position] = replace(branch, orelse=[inside, *branch.orelse])
                return True
        if read & _made_by(branch):
            return False
    return False


def _as_called(node: Node, there: list[Node]) -> Node:
    """A branch with the number of the one that asks the same where its layers are called."""
    if not isinstance(node, If):
        return node
    asking = [n for n in there if isinstance(n, If) and n.test.text == node.test.text]
    made = {n.module.token for n in walk([node]) if isinstance(n, Construct)}
    if len(asking) != 1 or not made <= _calls([*asking]).keys():
        return node
    body = [_as_called(n, asking[0].body) for n in node.body]
    orelse = [_as_called(n, asking[0].orelse) for n in node.orelse]
    return replace(node, id=asking[0].id, body=body, orelse=orelse)


def _joined(branch: If, later: list[Node]) -> bool:
    """Whether a branch that only makes layers became part of one with the same question."""
    inside = [*branch.body, *branch.orelse]
    if not all(isinstance(n, Construct) for n in inside):
        return False
    read = names(branch.test).union(
        *(names(n.module.constructor) for n in inside if isinstance(n, Construct))
    )
    for position in range(len(later) - 1, -1, -1):
        node = later[position]
        if isinstance(node, If) and node.test.text == branch.test.text:
            body, orelse = [*branch.body, *node.body], [*branch.orelse, *node.orelse]
            later[position] = replace(node, body=body, orelse=orelse)
            return True
        if read & _made_by(node):
            return False
    return False


def _made_by(node: Node) -> frozenset[str]:
    """The names that a statement gives a value."""
    if isinstance(node, (Line, Construct)):
        return node.defs if isinstance(node, Line) else frozenset()
    lines = [n for n in walk([node]) if isinstance(n, Line)]
    loops = [n.target_names for n in walk([node]) if isinstance(n, For)]
    return frozenset[str]().union(*(n.defs for n in lines), *loops)
