"""Elements and slices."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate, evaluates, provided
from transpiler.interpret.expressions.displays import all_static
from transpiler.interpret.layers.lists import one_by_one
from transpiler.interpret.object_groups import entry_of_objects, settled_objects
from transpiler.interpret.predicted import PREDICTED, is_array
from transpiler.interpret.records import Records, one_record
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import (
    constant,
    one_line,
    rewrite,
    rewritten,
    shape_slice,
    to_expr,
    to_running,
    verbatim,
)
from transpiler.interpret.symbols import is_optimizer
from transpiler.interpret.tensors.names import is_plain
from transpiler.interpret.tensors.operators import constant_subscript, subscript_op
from transpiler.interpret.values import (
    Bound,
    Choice,
    Constant,
    Framework,
    Function,
    Instances,
    Keyed,
    LastKnown,
    LayerList,
    Mapping,
    Model,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    Within,
    holds_models,
    is_graph,
    with_code,
)
from transpiler.ir import tokens
from transpiler.ir.code import If, Line
from transpiler.ir.expr import POSTFIX, UNKNOWN, Expr, expr, index, infix, reads
from transpiler.ir.pipeline import Leaf, Pipeline
from transpiler.record import replace


@evaluates(cst.Subscript)
def subscript(region: Region, node: cst.Subscript) -> Value:
    receiver = evaluate(region, node.value)
    if isinstance(receiver, LayerList):
        receiver = one_by_one(region, receiver)
    if isinstance(receiver, Bound):
        return subscript_op(region, receiver, node)
    if isinstance(receiver, Constant):
        return constant_subscript(region, receiver, node)
    if isinstance(receiver, Records):
        sliced = len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Slice)
        return receiver if sliced else one_record(receiver)
    if isinstance(receiver, PerhapsModel) and receiver.items and len(node.slice) == 1:
        known = _key(region, node.slice[0].slice)
        if isinstance(known, int) and -len(receiver.items) <= known < len(receiver.items):
            return receiver.items[known]
    if isinstance(receiver, LastKnown):
        last = _key(region, node.slice[0].slice) == -1
        return receiver.last if last else Unknown(receiver.reason)
    if isinstance(receiver, Instances):
        keys = [_key(region, element.slice) for element in node.slice]
        held = settled_objects(region, node.value, receiver)
        return entry_of_objects(held, keys[0]) if len(keys) == 1 else Unknown(receiver.reason)
    if isinstance(receiver, Unknown):
        if is_array(receiver):
            for element in node.slice:
                _key(region, element.slice)
        return receiver
    if isinstance(receiver, Within):
        return Within(receiver.base)
    keys = [_key(region, element.slice) for element in node.slice]
    known = keys[0] if len(keys) == 1 else UNKNOWN
    if isinstance(receiver, Sequence):
        return _of_sequence(region, node, receiver, known)
    if isinstance(receiver, Mapping):
        entry = _of_mapping(region, node, receiver, known)
        if entry is not None:
            return entry
    if isinstance(receiver, (Repeated, Keyed)):
        return _of_repeated(region, node, receiver)
    if is_graph(receiver):
        raise GiveUp("an element of a group of layers or tensors is not known", node)
    return _of_plain(region, node, receiver, known)


def _of_mapping(region: Region, node: cst.Subscript, receiver: Mapping, key: Any) -> Value | None:
    """The entry of a dict, where it is known which one, or what all of them are."""
    if key is UNKNOWN:
        if holds_models(Sequence(tuple(receiver.items.values()))):
            one: Value = provided("one_of")(receiver.items.values())
            return one
        return _chosen(region, node, receiver) if _of_callables(receiver) else None
    if isinstance(key, slice):
        return None
    found = receiver.items.get(key)
    surely: Any = provided("surely_holds")(region, node.value, key)
    if surely and isinstance(found, Static):
        rewrite(region, node, found)
        return found
    return None if found is None else _element(region, node, receiver, found)


def _of_plain(region: Region, node: cst.Subscript, receiver: Value, known: Any) -> Value:
    """An element of a plain value, which stays as it is written."""
    values = [evaluate(region, e.slice.value) for e in node.slice if isinstance(e.slice, cst.Index)]
    if any(map(is_array, values)):
        return Unknown(PREDICTED)  # rows that a prediction picks, `x[scores > 0.9]`
    if (unknown := _by_unknown(values)) is not None:
        return unknown
    parts = [
        evaluate(region, bound)
        for e in node.slice
        if isinstance(e.slice, cst.Slice)
        for bound in (e.slice.lower, e.slice.upper, e.slice.step)
        if bound is not None
    ]
    value: Any = UNKNOWN
    base = constant(receiver)
    if isinstance(base, Pipeline) and base.is_generator and len(values) == 1:
        return provided("batch_of_flow")(region, node, receiver, values[0])
    if base is not UNKNOWN and known is not UNKNOWN:
        try:
            value = base[known]
        except (TypeError, KeyError, IndexError):
            value = UNKNOWN
    if isinstance(base, Leaf):
        value = _part_of_element(base, node)
    made = verbatim(region, node, receiver, *values, *parts, value=value)
    if isinstance(receiver, Static) and receiver.expr.array:  # one number is one of numpy, too
        return replace(made, expr=replace(made.expr, array=True))
    return made


def _by_unknown(keys: list[Value]) -> Unknown | None:
    """What one gets by keys of which one is not known: `rates[int(np.argmin(losses))]`."""
    reason = next((key.reason for key in keys if isinstance(key, Unknown)), None)
    what = "an element chosen by something unknown"
    return None if reason is None else Unknown(f"{what}: {reason}" if reason else what)


def _part_of_element(leaf: Leaf, node: cst.Subscript) -> Any:
    """`numbers[:, 1:]`, of a tensor of a data set: how many axes it has."""
    places = [e.slice.value for e in node.slice if isinstance(e.slice, cst.Index)]
    if leaf.rank is None or leaf.dtype in ("text", "string") or len(node.slice) > leaf.rank:
        return UNKNOWN
    if not all(isinstance(p, (cst.Name, cst.Integer, cst.UnaryOperation)) for p in places):
        return UNKNOWN
    if any(isinstance(p, cst.Name) and p.value == "None" for p in places):
        return UNKNOWN
    return Leaf(leaf.rank - len(places), leaf.dtype)


def _of_callables(receiver: Mapping) -> bool:
    """Whether a dict holds nothing but classes and functions."""
    items = receiver.items.values()
    return bool(items) and all(isinstance(v, (Framework, Function, UserClass)) for v in items)


def _chosen(region: Region, node: cst.Subscript, receiver: Mapping) -> Value:
    """`LAYERS[kind]`, where `kind` is only known at run time: a choice, by comparisons."""
    index_node = node.slice[0].slice
    key = evaluate(region, index_node.value) if isinstance(index_node, cst.Index) else Unknown()
    items = receiver.items.values()
    here = all(isinstance(v, Function) for v in items) or all(map(_is_of_training, items))
    if not isinstance(key, Static) or (region.is_module and not here):
        return Unknown("an element chosen by something unknown")
    return chosen_by(region, node, key, receiver.items)


def chosen_by(
    region: Region,
    node: cst.CSTNode,
    key: Static,
    items: dict[Any, Value],
    default: Value | None = None,
) -> Value:
    """One of several values by a key that only the run tells; an error where it is none of them."""
    looked_up = default is None and all(map(_is_of_training, items.values()))
    if "(" in key.expr.text and not looked_up:  # `.pop(...)` must run once
        key = _kept(region, key.expr)
    names, values = [*items], [*items.values()]
    table = (key.expr, tuple(names)) if default is None else None
    if default is None and (region.is_module or looked_up):  # the program itself looks it up there
        default = values.pop()
        names.pop()
    elif default is None:
        missing = infix(key.expr, "not in", expr(tuple(items)))
        refused = Line(f"raise KeyError({key.expr.text})", uses=reads(key.expr), effect=True)
        region.emit_init(If(missing, [refused], []))
        default = values.pop()
        names.pop()
    written = Expr(region.tree.source(node), strength=POSTFIX)
    chosen: Value = default
    for name, value in zip(names[::-1], values[::-1], strict=True):
        running = None if key.run is None else infix(key.run, "==", name)
        test = Static(infix(key.expr, "==", name), running)
        chosen = Choice(test, value, chosen, written)
    return replace(chosen, table=table) if isinstance(chosen, Choice) else chosen


def _is_of_training(value: Value) -> bool:
    """Whether it is no part of a model: the program looks it up itself, if it is read at all."""
    return isinstance(value, Framework) and is_optimizer(value.name)


def _kept(region: Region, value: Expr) -> Static:
    """A value in a variable of `__init__`, so that it is computed once."""
    region.temporaries += 1
    name = tokens.variable(f"kind:k{region.temporaries}")
    region.emit_init(Line(f"{name} = {value.text}", frozenset({name}), reads(value), effect=True))
    region.scope.bump(name)
    return Static(region.scope.read(name))


def _key(region: Region, node: cst.BaseSlice) -> Any:
    if isinstance(node, cst.Index):
        return constant(evaluate(region, node.value))
    if isinstance(node, cst.Slice):
        bounds = [
            None if b is None else constant(evaluate(region, b))
            for b in (node.lower, node.upper, node.step)
        ]
        return UNKNOWN if any(b is UNKNOWN for b in bounds) else slice(*bounds)
    return UNKNOWN


def _of_sequence(region: Region, node: cst.Subscript, receiver: Sequence, key: Any) -> Value:
    if isinstance(key, slice):
        items = receiver.items[key]
        graph = any(is_graph(i) for i in items)
        code = index(receiver.code, _slice_text(region, node)) if receiver.code and graph else None
        if not graph and all_static(list(items)):
            written = expr(tuple(to_expr(region, i) for i in items))
            if receiver.static is not None and region.tree.source(node).startswith(
                receiver.static.text
            ):
                written = index(receiver.static, _slice_text(region, node))
            running = _running_slice(region, items, receiver)
            rewrite(region, node, Static(written, running))
            return Sequence(items, receiver.kind, static=written, run=running)
        return Sequence(items, receiver.kind, code)
    if isinstance(key, int) and not isinstance(key, bool):
        if -len(receiver.items) <= key < len(receiver.items):
            return _element(region, node, receiver, receiver.items[key])
        return Unknown("an index out of range")
    if not receiver.items:
        raise GiveUp("an element of a list that may be empty", node)
    if holds_models(receiver):
        one: Value = provided("one_of")(receiver.items)
        return one
    return _any_element(region, node, receiver)


def _slice_text(region: Region, node: cst.Subscript) -> Expr:
    start, end = region.tree.span(node.slice[0].slice)
    return Expr(region.tree.text[start:end])


def _any_element(region: Region, node: cst.Subscript, receiver: Sequence) -> Value:
    if not is_graph(receiver):
        keys = [
            evaluate(region, e.slice.value) for e in node.slice if isinstance(e.slice, cst.Index)
        ]
        return _by_unknown(keys) or verbatim(region, node, receiver, *keys)
    joined = provided("join_items")(region, receiver)
    assert isinstance(joined, Repeated)
    return _of_repeated(region, node, joined)


def _of_repeated(region: Region, node: cst.Subscript, receiver: Repeated | Keyed) -> Value:
    part = node.slice[0].slice
    if isinstance(part, cst.Slice):
        bounds = [b for b in (part.lower, part.upper, part.step) if b is not None]
        keys = [evaluate(region, bound) for bound in bounds]
    else:
        keys = [
            evaluate(region, e.slice.value) for e in node.slice if isinstance(e.slice, cst.Index)
        ]
    written = _place_text(region, node, region.rewrites)
    running = _place_text(region, node, {**region.rewrites, **region.running})
    code = index(receiver.code, running)
    if isinstance(receiver.item, Model):  # whichever it is, and by what the program counts
        keys = [key for key in keys if not isinstance(key, Unknown)]
    asked = frozenset[Any]().union(*(to_expr(region, k).names for k in keys))
    code = replace(code, names=receiver.code.names | asked)
    static = receiver.static
    if static is not None:
        static = replace(index(static, written), names=static.names | asked)
    if isinstance(part, cst.Slice):
        return replace(receiver, code=code, static=static)
    if isinstance(receiver, Keyed) and len(keys) == 1:
        latest: Value | None = provided("entry_of")(region, receiver, keys[0], code)
        if latest is not None:
            return latest
    return provided("element")(region, receiver.item, code, static)


def _place_text(region: Region, node: cst.Subscript, rewrites: dict[tuple[int, int], str]) -> Expr:
    """What stands between the brackets, as one of the programs writes it."""
    return Expr(one_line(rewritten(region.tree, node.slice[0].slice, rewrites)))


def _element(
    region: Region, node: cst.Subscript, receiver: Sequence | Mapping, item: Value
) -> Value:
    """An element whose place is known: `forward` writes the subscript only where it must."""
    if is_graph(item):
        current = not isinstance(item, Bound) or region.scope.current(item.tensor.code)
        if receiver.code is not None and (not current or not _is_variable(item)):
            code = index(receiver.code, _slice_text(region, node))
            return with_code(item, code)
        return item
    if isinstance(item, Static):
        expression = item.expr
        written_here = receiver.static is not None and not isinstance(receiver, Bound)
        if written_here and receiver.static is not None and _same_source(region, node, receiver):
            return verbatim(region, node, Static(receiver.static), value=expression.value)
        if item.run is None and region.is_module and _is_of_plain_name(region, node):
            return verbatim(region, node, item, value=expression.value)
        if item.run is not None or region.scope.current(expression):
            rewrite(region, node, item)
    return item


def _is_of_plain_name(region: Region, node: cst.Subscript) -> bool:
    """Whether it is an element of a variable that stays, in whichever depth: `v[0]["a"]`."""
    base: cst.BaseExpression = node
    while isinstance(base, cst.Subscript):
        base = base.value
    value = region.scope.get(base.value) if isinstance(base, cst.Name) else None
    return value is not None and not is_graph(value)


def _running_slice(region: Region, items: tuple[Value, ...], whole: Sequence) -> Expr | None:
    """Part of a shape as `forward` writes it: `x.shape[2:]`, where torch has it in that order."""
    if not any(isinstance(i, Static) and i.run is not None for i in items):
        return None
    parts = expr(tuple(to_running(region, i) for i in items))
    return shape_slice(parts, len(whole.items))


def _same_source(region: Region, node: cst.Subscript, receiver: Sequence | Mapping) -> bool:
    return receiver.static is not None and region.tree.source(node.value) == receiver.static.text


def _is_variable(item: Value) -> bool:
    return isinstance(item, Bound) and is_plain(item.tensor.code)
