"""The elements of lists and dicts of tensors: one by one, or one that stands for all."""

from __future__ import annotations

from collections.abc import Iterable

from transpiler.interpret.dispatch import provides
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant, to_expr
from transpiler.interpret.tensors.names import current_dim
from transpiler.interpret.values import (
    Bound,
    Keyed,
    Mapping,
    Model,
    Repeated,
    Sequence,
    Static,
    Value,
    is_graph,
)
from transpiler.ir import tokens
from transpiler.ir.expr import Configured, Expr, sequence_expr
from transpiler.ir.sizes import UNSIZED, sized_alike
from transpiler.ir.tensor import PASSING_MASK, Dim, Tensor, joined_mask
from transpiler.record import replace


def are_told_apart(a: Value, b: Value) -> bool:
    """Whether it matters later on which of two values it was: arguments, parts of a training."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return True
    made = [v.expr.value for v in (a, b) if isinstance(v, Static)]
    return len(made) == 2 and any(isinstance(value, Configured) for value in made)


def either_model(a: Model, b: Model) -> Model:
    """One of two models, of which only that is known that both share."""
    made = Model("instance", inputs=a.inputs, node=a.node, options=(a, b))
    both = (a.outputs, b.outputs)
    if isinstance(a.outputs, Bound) and isinstance(b.outputs, Bound):
        first, second = a.outputs, b.outputs
        if first.tensor.layout is second.tensor.layout:
            made.outputs = merge_two(first, second)
    elif both == (None, None) or a.outputs is b.outputs:
        made.outputs = a.outputs
    return made


@provides("one_of")
def one_of(models: Iterable[Value]) -> Model:
    """One of some models."""
    found = [model for model in dict.fromkeys(models) if isinstance(model, Model)]
    one = found[0]
    for other in found[1:]:
        one = either_model(one, other)
    return one


def hold_model(region: Region, name: str, base: Value, model: Model) -> None:
    """A model is put into a list or dict, at a place that only the run tells.

    What the same expression gave when a round was interpreted before is not another model.
    """
    reading = region.scope.read(name)
    held = base.item if isinstance(base, (Repeated, Keyed)) else None
    others = held.options or (held,) if isinstance(held, Model) else ()
    item = one_of((*(other for other in others if other.node is not model.node), model))
    kind = Keyed if isinstance(base, (Mapping, Keyed)) else Repeated
    region.scope.values[name] = kind(item, reading, reading)


def is_blank(value: Value) -> bool:
    """Whether it is a list of nothing but None, whose places are filled later."""
    if isinstance(value, Sequence):
        return bool(value.items) and all(constant(item) is None for item in value.items)
    return isinstance(value, Static) and value.blank


def merge_two(x: Bound, y: Bound) -> Bound:
    """One description for two tensors; only what both share is kept."""
    a, b = x.tensor, y.tensor
    dims: tuple[Dim, ...] | None = None
    if a.dims is not None and b.dims is not None and len(a.dims) == len(b.dims):
        dims = tuple(
            p if p is not None and q is not None and p.text == q.text else None
            for p, q in zip(a.dims, b.dims, strict=True)
        )
    if a.layout is not b.layout:
        raise GiveUp("tensors of different layouts in one list")
    dtype = a.dtype if a.dtype == b.dtype else "float32"
    tensor = Tensor(a.code, dims, a.layout, dtype, mask=joined_mask(a, b))
    return Bound(tensor, maybe=x.maybe or y.maybe)


def _merged(region: Region, one: Sequence, other: Sequence) -> Value:
    """One value for two tuples or lists."""
    if len(one.items) == len(other.items):
        pairs = zip(one.items, other.items, strict=True)
        return Sequence(tuple(merge_items(region, [p, q]) for p, q in pairs), one.kind)
    if is_graph(one) or is_graph(other):
        raise GiveUp("a list of tuples of different lengths")
    return Static(Expr(tokens.ITEM))


def merge_items(region: Region, items: list[Value]) -> Value:
    """One value that describes each element of a list."""
    first = items[0]
    for other in items[1:]:
        if isinstance(first, Bound) and isinstance(other, Bound):
            first = merge_two(first, other)
        elif isinstance(first, Model) and isinstance(other, Model):
            first = either_model(first, other)
        elif isinstance(first, Sequence) and isinstance(other, Sequence):
            first = _merged(region, first, other)
        elif not is_graph(first) and not is_graph(other):
            both = (v.expr if isinstance(v, Static) else UNSIZED for v in (first, other))
            first = Static(sized_alike(Expr(tokens.ITEM), *both))
        elif first is not other:
            raise GiveUp("a list of different kinds of things")
    return first


def one_of_models(region: Region, value: Value) -> Value:
    """A list of models, or of tuples with one in each, as what a round of a loop gets of it."""
    if not isinstance(value, Sequence) or not value.items or not all(map(is_asked, value.items)):
        return value
    if len({len(i.items) for i in value.items if isinstance(i, Sequence)}) > 1:
        return value
    return Repeated(merge_items(region, list(value.items)), Expr(tokens.ITEMS))


def is_asked(item: Value) -> bool:
    """Whether it is a model, or a tuple of models and plain values."""
    if isinstance(item, Sequence):
        graphs = [part for part in item.items if is_graph(part)]
        return bool(graphs) and all(map(is_asked, graphs))
    return isinstance(item, Model)


@provides("join_items")
def join_items(region: Region, value: Sequence) -> Repeated:
    """A list whose elements are known, as one of which only their kind is."""
    if value.code is None:
        raise GiveUp("a list of tensors without a name is indexed at run time")
    return Repeated(merge_items(region, list(value.items)), value.code, value.static)


@provides("element")
def element(region: Region, item: Value, code: Expr, static: Expr | None) -> Value:
    """One element of a list, which the programs refer to as `code` and `static`.

    In `__init__`, the list holds the channels of the tensors.
    """
    if isinstance(item, Bound) and item.tensor.mask is not None:  # each element has its own
        item = replace(item, tensor=replace(item.tensor, mask=PASSING_MASK))
    if isinstance(item, Bound) and item.fixed:
        return replace(item, tensor=replace(item.tensor, code=code), fixed=False)
    if isinstance(item, Bound):
        tensor = item.tensor
        dims = tensor.dims
        if dims is not None:
            last = dims[-1]
            if static is not None and not (last is not None and last.known):
                last = static
            kept = tuple(d if d is not None and d.known else None for d in dims[:-1])
            dims = (*kept, last)
        hint = static if tensor.dims is None else None
        moved = replace(tensor, code=code, dims=dims, channels_hint=hint)
        return Bound(moved, "", maybe=item.maybe)
    if isinstance(item, Sequence):
        parts = tuple(
            element(
                region,
                part,
                Expr(f"{code.text}[{i}]", strength=18, names=code.names),
                (
                    None
                    if static is None
                    else Expr(f"{static.text}[{i}]", strength=18, names=static.names)
                ),
            )
            for i, part in enumerate(item.items)
        )
        return Sequence(parts, item.kind, code, static)
    if isinstance(item, Static):
        return Static(Expr(static.text if static else code.text, names=code.names))
    if isinstance(item, Model) and item.expr is not None and item.expr.text == tokens.ITEM:
        # each round has another one, which is a layer of its own where it is called
        return replace(item, expr=code, module=None, ways=tuple(region.ways))
    return item


def known_items(region: Region, value: Sequence) -> list[Value]:
    """The elements one by one, each as `forward` can reach it now."""
    if value.code is None:
        return list(value.items)
    found: list[Value] = []
    text = value.code.text
    backwards = text.startswith("reversed(") and text.endswith(")")
    base = text.removeprefix("reversed(")[:-1] if backwards else text
    for position, item in enumerate(value.items):
        if isinstance(item, Bound) and not region.scope.current(item.tensor.code):
            place = -1 - position if backwards else position
            code = Expr(f"{base}[{place}]", strength=18, names=value.code.names)
            item = replace(item, tensor=replace(item.tensor, code=code))
        found.append(item)
    return found


def channels_list(region: Region, value: Sequence) -> Expr | None:
    """How `__init__` writes a list of tensors: as the list of their channels."""
    parts: list[Expr] = []
    for item in value.items:
        part = channels_of(region, item)
        if part is None:
            return None
        parts.append(part)
    return sequence_expr(parts, value.kind)


def channels_of(region: Region, item: Value) -> Expr | None:
    """What stands for a tensor, or a tuple of tensors, in `__init__`'s lists."""
    if isinstance(item, Bound):
        shadows = item.shadows
        return current_dim(region, item.tensor.last_dim, shadows[-1] if shadows else None)
    if isinstance(item, Sequence):
        if item.static is not None and region.scope.current(item.static):
            return item.static
        return channels_list(region, item)
    if isinstance(item, Repeated):
        return item.static
    if is_graph(item):
        return None
    return to_expr(region, item)
