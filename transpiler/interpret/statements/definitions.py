"""Definitions and imports."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from transpiler.interpret.dispatch import evaluates, executes, provided
from transpiler.interpret.functions.closures import changes_in_place, joined
from transpiler.interpret.functions.mentions import mentions_framework
from transpiler.interpret.region import Region
from transpiler.interpret.statements.imports import import_from, import_module
from transpiler.interpret.statements.injected import injected
from transpiler.interpret.values import (
    Function,
    Mapping,
    Sequence,
    Static,
    Unknown,
    Value,
    is_graph,
)
from transpiler.ir.code import Comments, Line
from transpiler.source.lexical import words_in


@executes(cst.Import)
def import_statement(region: Region, node: cst.Import) -> None:
    import_module(region, node)


@executes(cst.ImportFrom)
def from_import(region: Region, node: cst.ImportFrom) -> None:
    import_from(region, node)


@executes(cst.FunctionDef)
def function_def(region: Region, node: cst.FunctionDef) -> None:
    closure = (
        {**region.scope.outer, **region.scope.values}
        if not region.is_module
        else region.scope.values
    )
    made = Function(node.name.value, node, closure, nested_in=region.name, file=region.file)
    made = joined(region.file, made)
    name = node.name.value
    _forget_namesakes(region, name)
    region.scope.bump(name)
    region.scope.values[name] = made
    if region.is_module and name in region.tree.rebound:
        region.scope.values[name] = Unknown(
            f"`{name}` is defined again after it may have been called"
        )
    region.local_functions.append(made)
    builds = mentions_framework(region.file, made)
    if not region.is_module and not builds:
        _emit_definition(region, node)
    dicts = {n for n, v in region.scope.values.items() if _is_plain_dict(v)}
    for changed in changes_in_place(region.tree.source(node), dicts):
        region.scope.values[changed] = Static(region.scope.read(name))  # whenever it is called
    if region.is_module:
        for given, part in injected(region, node).items():
            region.scope.bump(given)
            region.scope.values[given] = part
            region.file.mentions.clear()


def _forget_namesakes(region: Region, name: str) -> None:
    """Give up other names of a function whose own name another one gets."""
    values = region.scope.values
    before = values.get(name)
    if not isinstance(before, Function):
        return
    for other, held in [*values.items()]:
        if other != name and _has(held, before):
            values[other] = Unknown(f"`{name}`, which `{other}` holds, is defined again")


def _has(held: Value, function: Function) -> bool:
    items: Iterable[Value] = (held,)
    if isinstance(held, (Mapping, Sequence)):
        items = held.items.values() if isinstance(held, Mapping) else held.items
    return any(isinstance(one, Function) and one.node is function.node for one in items)


def _is_plain_dict(value: Value) -> bool:
    held = isinstance(value, Mapping) and not is_graph(value)
    return held or (isinstance(value, Static) and value.either is not None)


def _emit_definition(region: Region, node: cst.FunctionDef) -> None:
    """A function on plain values inside of one that builds a graph: whoever calls it defines it."""
    start, end = region.tree.span(node)
    margin = start - region.tree.line_start(start)
    first, *rest = region.tree.text[start:end].rstrip().split("\n")
    text = "\n".join([first, *(line[margin:] for line in rest)])
    words = words_in(text) - {node.name.value}
    uses = frozenset(words & (set(region.scope.values) | set(region.parameters)))
    apart = Comments(() if node.leading_lines else ("",))
    name = frozenset({node.name.value})
    with region.within(node):
        for emit in (region.emit_init, region.emit_forward):
            emit(Line(text, name, uses, static=True, comments=apart))


@executes(cst.ClassDef)
def class_def(region: Region, node: cst.ClassDef) -> None:
    provided("define_class")(region, node)


@evaluates(cst.Lambda)
def lambda_(region: Region, node: cst.Lambda) -> Value:
    return Function(
        "<lambda>", node, {**region.scope.outer, **region.scope.values}, file=region.file
    )
