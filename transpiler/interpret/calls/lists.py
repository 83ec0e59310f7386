"""Methods of lists: they hold tensors, layers or plain values, and change in place."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.arguments import Argument, arguments_of
from transpiler.interpret.calls.settings import is_statement
from transpiler.interpret.control.elements import element, hold_model
from transpiler.interpret.control.sequences import append
from transpiler.interpret.dispatch import evaluate, provided
from transpiler.interpret.layers.collected import ask_to_collect, extend_chain, extends
from transpiler.interpret.records import Records, is_record, with_record
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import const, constant, verbatim
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Layer,
    LayerChain,
    LayerList,
    Mapping,
    Model,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
    holds_unknown,
    is_graph,
    models_in,
)
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.ir.expr import UNKNOWN, Expr
from transpiler.record import replace


def list_method(region: Region, node: cst.Call, receiver: Value, name: str) -> Value | None:
    func = node.func
    assert isinstance(func, cst.Attribute)
    variable = func.value.value if isinstance(func.value, cst.Name) else ""
    if name in ("as_list", "copy") and isinstance(receiver, Sequence):
        span = region.tree.span(func.value)
        for rewrites in (region.rewrites, region.running):
            if span in rewrites:
                rewrites[region.tree.span(node)] = rewrites[span]
        return replace(receiver, kind=list)
    if name == "append" and variable and len(node.args) == 1:
        return _append(region, node, receiver, variable)
    if name == "pop" and variable and not isinstance(receiver, (LayerChain, LayerList)):
        if isinstance(receiver, Sequence) and not is_graph(receiver):
            return _pop_plain(region, node, receiver, variable)
        return _pop(region, node, receiver, variable)
    lists = (Sequence, Repeated, LayerChain, LayerList)
    if name == "extend" and variable and isinstance(receiver, lists):
        values = arguments_of(region, node)
        given = values[0][1] if values else None
        if given is not None and extends(region, variable, given, node):
            region.done.add(id(node))
            return const(None)
        if isinstance(given, Sequence) and is_graph(given):
            for item in given.items:
                append(region, variable, item)
            region.done.add(id(node))
            return const(None)
    if is_graph(receiver):
        raise GiveUp(f"the method {name} of a list of tensors is not understood", node)
    if variable:
        return change_list(region, node, receiver, variable, name)
    if name in CHANGING:  # `options["sizes"].append(4)`
        known: Any = provided("forget_inside")(region, func.value, receiver, node)
        if known:
            region.done.add(id(node))
            return const(None)
    return None


#: Methods that change a list or dict, and give nothing.
CHANGING = frozenset(
    {"append", "extend", "insert", "remove", "sort", "reverse", "clear", "update", "setdefault"}
)


def _append(region: Region, node: cst.Call, receiver: Value, variable: str) -> Value | None:
    value = evaluate(region, node.args[0].value)
    if (region.loops or isinstance(receiver, Records)) and is_record(value):
        if (records := with_record(receiver, value, keyed=False)) is not None:
            region.scope.bump(variable)
            region.scope.values[variable] = records
            region.done.add(id(node))
            return const(None)
    if isinstance(value, Unknown):
        region.scope.bump(variable)
        region.scope.values[variable] = value
        return Unknown(value.reason)
    if isinstance(value, Model) and region.loops:
        hold_model(region, variable, receiver, value)
        region.done.add(id(node))
        return const(None)
    if isinstance(value, (Layer, Model, Function, Framework)) and isinstance(receiver, Sequence):
        if region.loops:
            ask_to_collect(region, node)
        region.scope.values[variable] = Sequence(
            (*receiver.items, value), receiver.kind, receiver.code
        )
        region.done.add(id(node))
        return const(None)
    if isinstance(receiver, (LayerChain, LayerList)):
        if not isinstance(value, Layer) or region.branches:
            raise GiveUp("a list of layers and other things", node)
        if region.loops:
            ask_to_collect(region, node)
        extend_chain(region, variable, value, node)
        region.done.add(id(node))
        return const(None)
    gathered: Any = provided("gather_input")(region, variable, value, receiver, node)
    if gathered:
        region.done.add(id(node))
        return const(None)
    if is_graph(value):
        append(region, variable, value)
        region.done.add(id(node))
        return const(None)
    if is_graph(receiver) and not isinstance(receiver, Repeated):
        raise GiveUp("a list of tensors and other things", node)
    return change_list(region, node, receiver, variable, "append", value)


def change_list(
    region: Region,
    node: cst.Call,
    receiver: Value,
    variable: str,
    name: str,
    value: Value | None = None,
) -> Value | None:
    """A list of plain values that a method changes in place."""
    if name not in CHANGING and name != "pop":
        return None
    given: list[Argument] = [(None, value)] if value is not None else arguments_of(region, node)
    values = [v for _, v in given]
    if any(map(holds_unknown, values)):
        region.scope.bump(variable)
        inside = next((v.reason for v in (receiver, *values) if isinstance(v, Unknown)), "")
        what = "a list with something unknown in it"
        plain = inside and not models_in(receiver, *values)
        unknown = Unknown(f"{what}: {inside}" if plain else what)
        region.scope.values[variable] = unknown
        return unknown
    provided("emit_static")(
        region,
        node,
        frozenset({variable}),
        (receiver, *values),
        kills=False,
        extra=frozenset({variable}),
    )
    region.scope.bump(variable)
    reading = region.scope.read(variable)
    if name == "append" and isinstance(receiver, Sequence) and value is not None:
        region.scope.values[variable] = Sequence(
            (*receiver.items, value), receiver.kind, static=reading
        )
    elif name == "pop" and (left := _without(receiver, values)) is not None:
        region.scope.values[variable] = Sequence(left, list, static=reading)
    elif name == "extend" and (joined := _extended(receiver, values)) is not None:
        region.scope.values[variable] = Sequence(joined, list, static=reading)
    elif name == "update" and isinstance(receiver, Mapping) and (put := _put(given)):
        region.scope.values[variable] = Mapping({**receiver.items, **put}, reading)
    else:
        region.scope.values[variable] = Static(reading)
    region.done.add(id(node))
    return const(None)


def _put(given: list[Argument]) -> dict[Any, Value]:
    """The entries that `update` puts into a dict, none where they are not known one by one."""
    found: dict[Any, Value] = {}
    for keyword, value in given:
        if keyword is not None and not keyword.startswith("*"):
            found[keyword] = value
        elif isinstance(value, Mapping):
            found |= value.items
        else:
            return {}
    return found


def _without(receiver: Value, values: list[Value]) -> tuple[Value, ...] | None:
    """The items of a list without the one that is taken out, where it is known which."""
    key = constant(values[0]) if values else -1
    if not isinstance(receiver, Sequence) or not isinstance(key, int):
        return None
    items = list(receiver.items)
    if not -len(items) <= key < len(items):
        return None
    del items[key]
    return tuple(items)


def _extended(receiver: Value, values: list[Value]) -> tuple[Value, ...] | None:
    """The items of a list and of another that is put at its end, where both are known."""
    given = values[0] if values else None
    if not isinstance(receiver, Sequence) or not isinstance(given, Sequence):
        return None
    return (*receiver.items, *given.items)


def _pop(region: Region, node: cst.Call, receiver: Value, variable: str) -> Value | None:
    region.graph_events += 1
    keys = [constant(evaluate(region, a.value)) for a in node.args]
    source = region.tree.source(node)
    if isinstance(receiver, Repeated):
        region.temporaries += 1
        token = tokens.variable(f"{variable}_item:p{region.temporaries}")
        made = Line(
            f"{token} = {source}", frozenset({token, variable}), frozenset({variable}), kills=False
        )
        region.emit_init(made)
        region.scope.bump(token)
        static = region.scope.read(token)
        region.scope.bump(variable)
        reading = region.scope.read(variable)
        region.scope.values[variable] = Repeated(receiver.item, reading, reading)
        region.done.add(id(node))
        return _popped(region, node, receiver.item, source, variable, static)
    if isinstance(receiver, Sequence) and is_graph(receiver):
        key = keys[0] if keys else -1
        if not isinstance(key, int) or not -len(receiver.items) <= key < len(receiver.items):
            raise GiveUp("an element of a list is taken out whose place is not known", node)
        items = list(receiver.items)
        item = items.pop(key)
        if isinstance(item, Model) and any(
            isinstance(one, Model) and one.summary is None for one in receiver.items
        ):  # it would go with what builds the models
            raise GiveUp(f"`{source}` takes a model out of a list", node)
        region.done.add(id(node))
        if isinstance(item, (Layer, Model)):
            region.scope.values[variable] = Sequence(tuple(items), receiver.kind, receiver.code)
            return item
        region.emit_init(Line(source, frozenset({variable}), frozenset({variable}), kills=False))
        region.scope.bump(variable)
        reading = region.scope.read(variable)
        region.scope.values[variable] = Sequence(tuple(items), receiver.kind, reading, reading)
        return _popped(region, node, item, source, variable, None)
    return None


def _pop_plain(region: Region, node: cst.Call, receiver: Sequence, variable: str) -> Value:
    """`sizes.pop()` of plain values: the list lacks one of them from now on."""
    if is_statement(region, node):
        changed = change_list(region, node, receiver, variable, "pop")
        assert changed is not None
        return changed
    values = [v for _, v in arguments_of(region, node)]
    key = constant(values[0]) if values else -1
    items, taken = list(receiver.items), UNKNOWN
    whole = region.whole is node and isinstance(key, int)
    if whole and -len(items) <= key < len(items):
        taken = constant(items.pop(key))
    made = verbatim(region, node, receiver, *values, value=taken)
    region.scope.bump(variable)
    reading = region.scope.read(variable)
    left = Sequence(tuple(items), list, static=reading) if whole else Static(reading)
    region.scope.values[variable] = left
    names = frozenset(pair for pair in made.expr.names if pair[0] != variable)
    return replace(made, expr=replace(made.expr, names=names | reading.names))


def _popped(
    region: Region, node: cst.Call, item: Value, source: str, variable: str, static: Expr | None
) -> Value:
    """The element that `pop` gives: taken out once, so it gets a variable."""
    region.temporaries += 1
    token = tokens.variable(f"{variable}_item:q{region.temporaries}")
    target = region.assigned if region.whole is node and region.assigned else token
    if isinstance(item, Bound):
        region.emit_forward(
            Line(
                f"{token} = {source}",
                frozenset({token, variable}),
                frozenset({variable}),
                kills=False,
            )
        )
        region.renames.setdefault(token, target)
        region.scope.bump(token)
        code = region.scope.read(token)
        if static is not None:
            return element(region, item, code, static)
        return replace(item, tensor=replace(item.tensor, code=code))
    raise GiveUp("something other than a tensor is taken out of a list of tensors")
