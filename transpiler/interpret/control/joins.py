"""Where two ways of control flow meet: one value for each name, and code that makes it so."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.control.elements import (
    are_told_apart,
    either_model,
    is_blank,
    merge_items,
    merge_two,
)
from transpiler.interpret.control.perhaps import is_callback, joined_callbacks
from transpiler.interpret.object_groups import one_of_unknown
from transpiler.interpret.records import joined_records
from transpiler.interpret.region import Region
from transpiler.interpret.scope import Scope
from transpiler.interpret.tensors.layouts import common_layout, in_layout
from transpiler.interpret.tensors.names import at_start, axis_names, shadow
from transpiler.interpret.values import (
    Bound,
    Choice,
    Framework,
    Function,
    Keyed,
    Layer,
    Mapping,
    Model,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    is_closure,
    is_graph,
    models_in,
)
from transpiler.ir import tokens
from transpiler.ir.code import Line, Node
from transpiler.ir.expr import POSTFIX, UNKNOWN, Expr, reads
from transpiler.ir.pipeline import Changes, Pipeline, joined
from transpiler.ir.sizes import sized_alike
from transpiler.ir.tensor import Dim, Layout, Tensor, joined_mask
from transpiler.record import replace

Side = tuple[Scope, list[Node], list[Node]]


def changed_names(before: Scope, after: Scope) -> set[str]:
    """The names that were assigned, or whose value was changed."""
    names = {n for n, v in after.versions.items() if before.versions.get(n, 0) != v}
    names |= {n for n, v in after.values.items() if before.values.get(n) is not v}
    return names


def join_scopes(
    region: Region, before: Scope, one: Side, other: Side, test: Static, node: cst.CSTNode
) -> Scope:
    """The scope after a branch; layouts are made equal at the end of each side."""
    result = before.copy()
    names = changed_names(before, one[0]) | changed_names(before, other[0])
    shadows = {n for n in names if n.startswith(tokens.SIZE)}
    for name in sorted(shadows):
        result.bump(name)
    for name in sorted(names - shadows):
        a, b = one[0].values.get(name), other[0].values.get(name)
        if a is None and b is None:
            result.bump(name)
            continue
        result.bump(name)
        if a is None or b is None:
            present = a if a is not None else b
            assert present is not None
            result.values[name] = _renamed(
                result, name, present, one[0] if a is not None else other[0]
            )
            continue
        result.values[name] = _join(region, name, a, b, one, other, result, test, node)
    return result


def _renamed(scope: Scope, name: str, value: Value, inner: Scope) -> Value:
    """A value from inside a branch, as the code after it refers to it."""
    if isinstance(value, Static):
        kept = isinstance(value.expr.value, (Pipeline, Changes)) or is_callback(value)
        held = value.expr.value if kept else UNKNOWN
        return Static(replace(value.expr, text=name, names=scope.read(name).names, value=held))
    if isinstance(value, Bound):
        return _after(scope, name, value.tensor, value.source)
    return value


def _after(scope: Scope, name: str, tensor: Tensor, source: str) -> Bound:
    """A tensor variable after a join: its sizes are those of `__init__`'s size variables."""
    count = 1 if tensor.dims is None else len(tensor.dims)
    tokens = [
        shadow(name, axis)
        for axis in (axis_names(count) if tensor.dims is not None else ("channels",))
    ]
    shadows = tuple(scope.read(t) for t in tokens)
    return Bound(replace(tensor, code=scope.read(name)), source, shadows)


def _join(
    region: Region,
    name: str,
    a: Value,
    b: Value,
    one: Side,
    other: Side,
    scope: Scope,
    test: Static,
    node: cst.CSTNode,
) -> Value:
    if a is b:
        return a
    if isinstance(a, Bound) and isinstance(b, Bound):
        return _join_tensors(region, name, a, b, one, other, scope)
    if (records := joined_records(a, b)) is not None:
        return records
    perhaps = (Model, PerhapsModel)
    one_model = isinstance(a, perhaps) != isinstance(b, perhaps)
    if one_model or isinstance(a, PerhapsModel) or isinstance(b, PerhapsModel):
        reason = f"`{name}` is a tensor or layer on one way only"
        return PerhapsModel(reason, models=models_in(a, b))
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return one_of_unknown(a, b)
    if isinstance(a, Model) and isinstance(b, Model):
        return replace(either_model(a, b), expr=scope.read(name))
    if (callbacks := joined_callbacks(test, a, b)) is not None:
        return callbacks
    if isinstance(a, Sequence) and isinstance(b, Sequence) and (is_graph(a) or is_graph(b)):
        return _join_lists(region, name, a, b, scope, node)
    if (group := _join_groups(region, a, b, scope.read(name))) is not None:
        return group
    if _is_choosable(a) and _is_choosable(b):
        if isinstance(a, Framework) and isinstance(b, Framework) and a.name == b.name:
            return a
        return Choice(test, a, b, scope.read(name))
    if not is_graph(a) and not is_graph(b):
        joined = _join_statics(region, name, a, b, scope, test)
        if isinstance(joined, Static) and not joined.expr.known and are_told_apart(a, b):
            return replace(joined, either=Choice(test, a, b))
        return joined
    return Unknown(f"`{name}` is a tensor or layer on one way only")


def _is_choosable(value: Value) -> bool:
    none = isinstance(value, Static) and value.expr.known and value.expr.value is None
    kinds = (Framework, Function, UserClass, Choice, Layer)
    return none or isinstance(value, kinds) or is_closure(value)


def _join_statics(
    region: Region, name: str, a: Value, b: Value, scope: Scope, test: Static
) -> Value:
    reading = scope.read(name)
    if (data := _join_data(name, a, b, test)) is not None:
        return Unknown(data) if isinstance(data, str) else Static(replace(reading, value=data))
    if isinstance(a, Sequence) and isinstance(b, Sequence) and len(a.items) == len(b.items):
        if all(isinstance(i, Static) for i in (*a.items, *b.items)):
            items = tuple(
                Static(_element_of(name, i, x, y, reading))
                for i, (x, y) in enumerate(zip(a.items, b.items, strict=True))
            )
            return Sequence(items, a.kind, static=reading)
    if isinstance(a, Mapping) and isinstance(b, Mapping) and set(a.items) == set(b.items):
        if all(isinstance(i, Static) for i in (*a.items.values(), *b.items.values())):
            entries: dict[Any, Value] = {
                k: Static(
                    Expr(
                        f"{name}[{k!r}]".replace("'", '"'),
                        _same(a.items[k], b.items[k]),
                        18,
                        reading.names,
                    )
                )
                for k in a.items
            }
            return Mapping(entries, reading)
    if not isinstance(a, Static) or not isinstance(b, Static):
        return Static(reading)
    reading = replace(reading, value=_same(a, b), array=a.expr.array and b.expr.array)
    return Static(sized_alike(reading, a.expr, b.expr))


def _element_of(name: str, place: int, a: Value, b: Value, reading: Expr) -> Expr:
    """An element of what is one of two tuples or lists."""
    made = Expr(f"{name}[{place}]", _same(a, b), POSTFIX, reading.names)
    return sized_alike(made, *(v.expr for v in (a, b) if isinstance(v, Static)))


def _join_data(name: str, a: Value, b: Value, test: Static) -> Pipeline | str | None:
    """What is known of a name that may hold one of two data sets; None of anything else."""
    one, other = (v.expr.value if isinstance(v, Static) else None for v in (a, b))
    if isinstance(one, Pipeline) and isinstance(other, Pipeline):
        return joined(one, other, test.expr, name)
    if isinstance(one, Pipeline) or isinstance(other, Pipeline):
        return f"`{name}` is a data set on one way only"
    return None


def _same(a: Value, b: Value) -> Any:
    if not isinstance(a, Static) or not isinstance(b, Static):
        return UNKNOWN
    x, y = a.expr.value, b.expr.value
    if x is UNKNOWN or y is UNKNOWN or type(x) is not type(y):
        return UNKNOWN
    return x if x == y else UNKNOWN


def _join_tensors(
    region: Region, name: str, a: Bound, b: Bound, one: Side, other: Side, scope: Scope
) -> Value:
    ta, tb = a.tensor, b.tensor
    ranks = (None if ta.dims is None else len(ta.dims), None if tb.dims is None else len(tb.dims))
    same_rank = ranks[0] == ranks[1]
    target = _joined_layout(a, b, scope.values.get(name))
    a = _settle(region, name, a, target, one)
    b = _settle(region, name, b, target, other)
    ta, tb = a.tensor, b.tensor
    source = a.source if a.source == b.source else ""
    dtype = ta.dtype if ta.dtype == tb.dtype else "float32"
    mask = joined_mask(ta, tb)
    code = scope.read(name)
    if not same_rank or ta.dims is None or tb.dims is None:
        hint, shadows = _join_channels(name, ta, tb, scope)
        open_steps = ta.open_steps and tb.open_steps
        joined = Tensor(code, None, target, dtype, hint, mask, open_steps=open_steps)
        return Bound(joined, source, shadows)
    axes = axis_names(len(ta.dims))
    dims: list[Dim] = []
    readings: list[Expr | None] = []
    for axis, x, y, sx, sy in zip(axes, ta.dims, tb.dims, _padded(a), _padded(b), strict=True):
        dim, reading = _join_dim(
            region, scope, shadow(name, axis), current(one[0], x, sx), current(other[0], y, sy)
        )
        dims.append(dim)
        readings.append(reading)
    return Bound(Tensor(code, tuple(dims), target, dtype, mask=mask), source, tuple(readings))


def _joined_layout(a: Bound, b: Bound, before: Value | None) -> Layout:
    """Where both ways leave the channels: if they differ, where they were before the branch."""
    ranks = {None if t.tensor.dims is None else len(t.tensor.dims) for t in (a, b)}
    if isinstance(before, Bound) and a.tensor.layout is not b.tensor.layout and len(ranks) == 1:
        if before.tensor.layout is Layout.FIRST:
            return Layout.FIRST
    return common_layout([a, b])


def _join_channels(
    name: str, a: Tensor, b: Tensor, scope: Scope
) -> tuple[Dim, tuple[Expr | None, ...]]:
    x, y = a.last_dim, b.last_dim
    if x is not None and y is not None and x.text == y.text and scope.current(x):
        return x, (None,)
    if a.dims is None and b.dims is None and x is not None and y is not None:
        reading = scope.read(shadow(name, "channels"))
        return reading, (reading,)
    return None, (None,)


def current(scope: Scope, dim: Dim, fallback: Expr | None) -> Dim:
    """A size as it can be read at the end of a branch."""
    if dim is not None and scope.current(dim):
        return dim
    if fallback is not None and scope.current(fallback):
        return fallback
    return None


def _padded(value: Bound) -> tuple[Expr | None, ...]:
    count = len(value.tensor.dims or ())
    return value.shadows if len(value.shadows) == count else (None,) * count


def _join_dim(region: Region, scope: Scope, token: str, x: Dim, y: Dim) -> tuple[Dim, Expr | None]:
    reading = scope.read(token)
    if x is None or y is None:
        return None, None
    if x.text == y.text and scope.current(x) and scope.current(y):
        return x, reading
    one, other = at_start(region, x), at_start(region, y)
    if (one.text, one.names) == (other.text, other.names):
        region.size_values.update((name, one) for name in reading.names)
    return Expr(token, _same(Static(x), Static(y)), names=reading.names), reading


def _settle(region: Region, name: str, value: Bound, target: Layout, side: Side) -> Bound:
    """Bring a tensor to a layout at the end of one branch."""
    if value.tensor.layout is target:
        return value
    outer = region.scope, region.init, region.forward
    region.scope, region.init, region.forward = side
    try:
        if value.tensor.dims is not None and len(value.tensor.dims) < 2:
            return replace(value, tensor=replace(value.tensor, layout=target))
        moved = in_layout(region, value, target)
        if moved.tensor.code.text != name:
            uses = reads(moved.tensor.code)
            region.forward.append(
                Line(f"{name} = {moved.tensor.code.text}", frozenset({name}), uses)
            )
        return moved
    finally:
        region.scope, region.init, region.forward = outer


def _join_lists(
    region: Region, name: str, a: Sequence, b: Sequence, scope: Scope, node: cst.CSTNode
) -> Value:
    both = [*a.items, *b.items]
    if len(a.items) == len(b.items) and all(isinstance(i, Bound) for i in both):
        layouts = {i.tensor.layout for i in both if isinstance(i, Bound)}
        if len(layouts) == 1:
            reading = scope.read(name)
            items = tuple(
                _list_item(x, y, Expr(f"{name}[{i}]", names=reading.names))
                for i, (x, y) in enumerate(zip(a.items, b.items, strict=True))
            )
            return Sequence(items, a.kind, reading, reading)
    if len(a.items) != len(b.items):
        longer = a if len(a.items) > len(b.items) else b
        if all(isinstance(i, Bound) for i in both) and longer.items:
            item = merge_items(region, both)
            reading = scope.read(name)
            return Repeated(item, reading, reading)
    return Unknown(f"`{name}` holds different tensors on different ways")


def _join_groups(region: Region, a: Value, b: Value, reading: Expr) -> Value | None:
    """Lists or dicts of which one has been given tensors at places that only the run tells."""
    one, other = _group_items(a), _group_items(b)
    if one is None or other is None or not any(map(is_graph, (*one, *other))):
        return None
    item = merge_items(region, [*one, *other])
    keyed = isinstance(a, (Keyed, Mapping))
    if keyed is not isinstance(b, (Keyed, Mapping)):
        return None
    if keyed:
        return Keyed(item, reading, reading)
    if isinstance(item, Bound) and (is_blank(a) or is_blank(b)):
        item = replace(item, maybe=True)
    return Repeated(item, reading, reading)


def _group_items(value: Value) -> list[Value] | None:
    """What is known of the tensors of a list or dict; None where it is no such thing."""
    if isinstance(value, (Repeated, Keyed)):
        return [value.item]
    if isinstance(value, Mapping):
        return list(value.items.values())
    if isinstance(value, Sequence):
        return [] if is_blank(value) else list(value.items)
    return [] if is_blank(value) else None


def _list_item(x: Value, y: Value, code: Expr) -> Value:
    assert isinstance(x, Bound)
    assert isinstance(y, Bound)
    merged = merge_two(x, y)
    return replace(merged, tensor=replace(merged.tensor, code=code))
