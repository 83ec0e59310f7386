"""Plain values of the module that a class reads: as globals, or computed again in its `__init__`.

A class is written above the statement that makes its model, and run there. What the module has
assigned by then can be read; what changes while the model is built has to be computed again.
"""

from __future__ import annotations

from collections.abc import Collection

from transpiler.interpret.region import Built, Region
from transpiler.ir.code import Construct, For, If, Line, Node, Return, While
from transpiler.ir.expr import reads
from transpiler.passes.liveness import modules_used, prune, walk
from transpiler.record import replace


def assignment_counts(nodes: list[Node]) -> dict[str, int]:
    """How often each name of the module is given a plain value; in a loop, more than once."""
    counts: dict[str, int] = {}

    def count(nodes: list[Node], weight: int) -> None:
        for node in nodes:
            if isinstance(node, Line) and node.static:
                times = 2 * weight if node.apart else weight  # it has a value before
                for name in node.defs:
                    counts[name] = counts.get(name, 0) + times
            elif isinstance(node, If):
                count(node.body, 1)
                count(node.orelse, 1)
            elif isinstance(node, (For, While)):
                count(node.body, 2)

    count(nodes, 1)
    return counts


def names_to_compute(module: Region, built: Built, counts: dict[str, int]) -> frozenset[str]:
    """The names whose statements the class repeats; all others it reads from the module."""
    local = frozenset(n for n, c in counts.items() if c > 1)
    local |= _changed_in_place([*built.init, *built.forward])
    return local - _complete(built, local, module.moved_names, counts) | module.moved_names


def without_globals(nodes: list[Node], local: frozenset[str]) -> list[Node]:
    """A program without the statements that give a value to what stays global."""
    kept: list[Node] = []
    for node in nodes:
        if _stays_global(node, local):
            continue
        if isinstance(node, (For, While)):
            node = replace(node, body=without_globals(node.body, local))
        elif isinstance(node, If):
            body, orelse = (without_globals(suite, local) for suite in (node.body, node.orelse))
            node = replace(node, body=body, orelse=orelse)
        kept.append(node)
    return kept


def changed_while_built(built: Built) -> str:
    """Why no class can do what a model reads: a function, which the module calls, changes it."""
    lines = [n for n in walk(built.init) if isinstance(n, Line) and n.apart and n.static]
    live = [node for nodes in _live_parts(built) for node in nodes] if lines else []
    read = frozenset[str]().union(*map(_reads, live))
    changing = next((line for line in lines if line.defs & read), None)
    if changing is None:
        return ""
    return f"`{changing.text}` changes what it reads while it is built"


def _stays_global(node: Node, local: frozenset[str]) -> bool:
    """Whether a statement, or all that is in it, only gives values to what stays global."""
    if isinstance(node, (For, While, If)):
        inner = [*node.body, *(node.orelse if isinstance(node, If) else ())]
        return bool(inner) and all(_stays_global(one, local) for one in inner)
    return isinstance(node, Line) and node.static and bool(node.defs) and not node.defs & local


def _changed_in_place(nodes: list[Node]) -> frozenset[str]:
    """The names of lists and dicts that grow while a model is built, or while it runs."""
    changes = [n.defs for n in walk(nodes) if isinstance(n, Line) and not n.kills]
    return frozenset[str]().union(*changes)


def _live_parts(built: Built) -> tuple[list[Node], list[Node]]:
    """What a class has of the statements of a model: in `__init__`, and in `forward`."""
    forward, _ = prune(built.forward, frozenset(), effects=False)
    modules = frozenset(modules_used(forward))
    init, _ = prune(built.init, frozenset(), effects=False, modules=modules)
    return init, forward


def _complete(
    built: Built, names: frozenset[str], moved: set[str], counts: dict[str, int]
) -> frozenset[str]:
    """The names that have their last value before the model begins to read them."""
    init, forward = _live_parts(built)
    later = {n for n, c in assignment_counts(built.init).items() if c != counts.get(n)}
    asked = frozenset[str]().union(*map(_reads, forward))
    found = names - moved - frozenset(built.varying) - (asked & later)
    while True:
        again = names - found | moved
        early = _read_too_early(built.init, init, found, again)
        early |= _read_too_early(built.forward, forward, found, again)
        fewer = found - early - _assigned_together([*built.init, *built.forward], again | early)
        if fewer == found:
            return found
        found = fewer


def _read_too_early(
    nodes: list[Node], live: list[Node], names: frozenset[str], again: frozenset[str]
) -> frozenset[str]:
    """Those of some names that the class reads before, or where, they get another value.

    Of the statements, only the `live` ones are in the class; `again` are the names whose
    statements it repeats.
    """
    early: set[str] = set()
    read: set[str] = set()
    alive = set(map(id, walk(live)))
    for node in nodes:
        if not _stays_global(node, again):
            read |= _reads(node, alive)
        inside = (n.defs for n in walk([node]) if isinstance(n, Line))
        early |= read & frozenset[str]().union(*inside)
    return frozenset(early) & names


def _assigned_together(nodes: list[Node], others: frozenset[str]) -> frozenset[str]:
    """The names that a statement assigns together with one that is computed again."""
    together = (n.defs for n in walk(nodes) if isinstance(n, Line) and n.defs & others)
    return frozenset[str]().union(*together)


def _reads(node: Node, alive: Collection[int] | None = None) -> frozenset[str]:
    """The names that a statement and what is in it read; of the plain ones, those by their ids."""
    found = frozenset[str]()
    for inner in walk([node]):
        if alive is not None and isinstance(inner, Line) and id(inner) not in alive:
            continue
        match inner:
            case Line():
                found |= inner.uses
            case Construct():
                found |= reads(inner.module.constructor)
            case Return():
                found |= reads(inner.value)
            case For():
                found |= reads(inner.iterable)
            case If() | While():
                found |= reads(inner.test)
    return found
