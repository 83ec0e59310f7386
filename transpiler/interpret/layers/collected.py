"""Layers that a loop puts into a list, to be called one after the other later.

stack = []
for units in sizes:
    stack.append(Dense(units))
stack.append(Dropout(0.5))

The loop that calls them makes them too, as it does with a comprehension.
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Layer, LayerChain, LayerList, Sequence, Unknown, Value
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
    lists = {name for statement in statements if (name := appended_to(statement))}
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


def extend_chain(region: Region, name: str, made: LayerList | Layer, node: cst.CSTNode) -> None:
    """One more layer, or a loop's, at the end of a list."""
    held = region.scope.values.get(name)
    parts: tuple[LayerList | Layer, ...]
    if isinstance(held, LayerChain):
        parts = held.parts
    elif isinstance(held, Sequence) and all(isinstance(i, Layer) for i in held.items):
        parts = tuple(i for i in held.items if isinstance(i, Layer))
    else:
        raise GiveUp("layers are collected in a list by a loop", node)
    region.scope.bump(name)
    region.scope.values[name] = LayerChain((*parts, made))


def appended_to(statement: cst.CSTNode) -> str:
    """The list of `stack.append(...)`, where that is all of a statement."""
    small = _only(statement)
    call = small.value if isinstance(small, cst.Expr) else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return ""
    plain = len(call.args) == 1 and call.args[0].keyword is None and not call.args[0].star
    if call.func.attr.value != "append" or not plain:
        return ""
    return call.func.value.value if isinstance(call.func.value, cst.Name) else ""


def _only(statement: cst.CSTNode) -> cst.BaseSmallStatement | None:
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        return statement.body[0]
    return None


def _is_plain(statement: cst.CSTNode) -> bool:
    """Whether it appends to a list, or gives a name a value."""
    small = _only(statement)
    named = isinstance(small, cst.Assign) and all(
        isinstance(target.target, cst.Name) for target in small.targets
    )
    return named or bool(appended_to(statement))


def _assigned(statements: tuple[cst.CSTNode, ...]) -> list[str]:
    found: list[str] = []
    for statement in statements:
        small = _only(statement)
        if isinstance(small, cst.Assign):
            found += [n for target in small.targets for n in assigned_names(target.target)]
    return found
