"""Layers that a loop puts into a list, to be called one after the other later.

stack = []
for units in sizes:
    stack.append(Dense(units))
stack.append(Dropout(0.5))

The loop that calls them makes them too, as it does with a comprehension.
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.dispatch import provides
from transpiler.interpret.layers.appended import appended_to, only
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import (
    Bound,
    Layer,
    LayerChain,
    LayerList,
    Sequence,
    Unknown,
    Value,
)
from transpiler.source.lexical import words_in
from transpiler.source.suites import assigned_names


def ask_to_collect(region: Region, node: cst.CSTNode) -> None:
    """The loop that is running puts layers into a list: it will run where they are called."""
    if len(region.loops) == 1 and not region.branches:
        region.want(f"collect:{region.loops[0]}", True)
    raise GiveUp("layers are collected in a list by a loop", node)


def collects(region: Region, node: cst.For) -> bool:
    """Whether a loop is known to do so."""
    return bool(region.wants.get(f"collect:{id(node)}"))


def collect(region: Region, node: cst.For, iterable: Value) -> None:
    """The list, with what the loop puts into it."""
    statements = tuple(node.body.body)
    lists = {name for statement in statements if (name := appended_to(statement)[0])}
    if len(lists) != 1 or not all(map(_is_plain, statements)) or isinstance(iterable, Unknown):
        raise GiveUp("layers are collected in a list by a loop", node)
    name = lists.pop()
    words = words_in(region.tree.source(node)) - {name}
    versions = {word: region.scope.version(word) for word in words}
    made = LayerList(iterable, node.target, node.iter, versions, body=statements)
    region.graph_events += 1
    for statement in statements:
        region.graph_statements[id(statement)] = statement
    extend_chain(region, name, made, node)
    for word in [*assigned_names(node.target), *_assigned(statements)]:
        region.scope.bump(word)
        region.scope.values[word] = Unknown(f"`{word}`, of a loop that collects layers")
        versions[word] = region.scope.version(word)


def extend_chain(region: Region, name: str, made: Value, node: cst.CSTNode) -> None:
    """One more layer, those of a list or of a loop, at the end of a list."""
    before, after = parts_of(region.scope.values.get(name)), parts_of(made)
    if before is None or after is None:
        raise GiveUp("layers are collected in a list by a loop", node)
    region.scope.bump(name)
    region.scope.values[name] = LayerChain((*before, *after))


def parts_of(value: Value | None) -> tuple[LayerList | Layer | Bound, ...] | None:
    """The parts of a list of layers, of which the first may be an input of a Sequential."""
    if isinstance(value, LayerChain):
        return value.parts
    if isinstance(value, (LayerList, Layer)):
        return (value,)
    if not isinstance(value, Sequence):
        return None
    layers = [item for item in value.items[1:] if isinstance(item, Layer)]
    first = [item for item in value.items[:1] if isinstance(item, (Layer, Bound))]
    whole = len(first) + len(layers) == len(value.items)
    return (*first, *layers) if whole else None


@provides("chain_lists")
def chained(region: Region, left: Value, right: Value) -> Value | None:
    """`[Input((4,))] + [Dense(n) for n in sizes]`, of lists of layers; None of anything else."""
    if not any(isinstance(side, (LayerList, LayerChain)) for side in (left, right)):
        return None
    before, after = (None if isinstance(s, Layer) else parts_of(s) for s in (left, right))
    if before is None or not after or isinstance(after[0], Bound):
        return None
    region.graph_events += 1
    return LayerChain((*before, *after))


def extends(region: Region, name: str, made: Value, node: cst.CSTNode) -> bool:
    """`stack += [Dense(n) for n in sizes]`; whether both are lists of layers."""
    held = region.scope.values.get(name)
    parts, more = parts_of(held), parts_of(made)
    listed = isinstance(held, (Sequence, LayerChain, LayerList))
    if parts is None or not more or not listed or isinstance(more[0], Bound):
        return False
    if region.branches:
        raise GiveUp("a list of layers has more of them on one way of a branch", node)
    if region.loops:
        ask_to_collect(region, node)
    if isinstance(held, Sequence) and isinstance(made, Sequence):
        region.scope.values[name] = Sequence((*held.items, *made.items), list)
    else:
        extend_chain(region, name, made, node)
    region.graph_events += 1
    return True


def _is_plain(statement: cst.CSTNode) -> bool:
    """Whether it appends to a list, or gives a name a value."""
    small = only(statement)
    named = isinstance(small, cst.Assign) and all(
        isinstance(target.target, cst.Name) for target in small.targets
    )
    return named or bool(appended_to(statement)[0])


def _assigned(statements: tuple[cst.CSTNode, ...]) -> list[str]:
    found: list[str] = []
    for statement in statements:
        small = only(statement)
        if isinstance(small, cst.Assign):
            found += [n for target in small.targets for n in assigned_names(target.target)]
    return found
