"""What the rounds of a loop change: unknown at its start, settled at its end, known after it."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from transpiler.interpret.control.elements import is_blank, merge_items, one_of
from transpiler.interpret.control.joins import changed_names
from transpiler.interpret.control.targets import target_names
from transpiler.interpret.records import Records
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.scope import Scope
from transpiler.interpret.tensors.layouts import in_layout, meeting_layout
from transpiler.interpret.tensors.names import (
    CARRIED,
    assign_sizes,
    axis_names,
    bind_tensor,
    current_dim,
    shadow,
)
from transpiler.interpret.values import (
    Bound,
    CarriedModel,
    Choice,
    Framework,
    Keyed,
    Mapping,
    Model,
    PerhapsModel,
    Repeated,
    Sequence,
    Static,
    Unknown,
    Value,
    is_graph,
    models_in,
)
from transpiler.ir import tokens
from transpiler.ir.expr import Expr
from transpiler.ir.sizes import UNSIZED, sized_alike
from transpiler.ir.tensor import PASSING_MASK, Dim, Layout, joined_mask
from transpiler.record import replace


def what_changes(
    start: Scope, phis: dict[str, str], target: cst.BaseExpression | None
) -> tuple[tuple[str, bool], ...]:
    """What has another value in each round of a loop, and whether there are tensors in it."""
    found = dict.fromkeys(target_names(target), False)
    for name in phis:
        if not name.startswith(tokens.SIZE):
            value = start.values.get(name)
            found[name] = value is not None and is_graph(value)
    return tuple(found.items())


def enter_loop(region: Region, entry: Scope, phis: dict[str, str], node: cst.CSTNode) -> None:
    """Make what the loop changes unknown at the start of its body."""
    scope = region.scope
    for name in sorted(phis):
        value = entry.values.get(name)
        kind = phis[name]
        if isinstance(value, Bound) and kind not in (_REUSED, _RANKED):
            _carry(region, name, value, kind)
    for name in phis:
        if name.startswith(tokens.SIZE):
            scope.bump(name)
    for name in sorted(phis):
        value = region.scope.values.get(name)
        kind = phis[name]
        if name.startswith(tokens.SIZE):
            continue
        scope.bump(name)
        if kind in (_REUSED, _RANKED):
            scope.values[name] = _reused(name, kind)
        elif kind.startswith(_GROUPS):
            scope.values[name] = _phi_list(region, scope, name, value, kind)
        elif kind == _RECORDS:
            scope.values[name] = region.list_items[id(region.tree), name, kind]
        elif kind in _SUMS:
            added = region.list_items[id(region.tree), name, kind]
            assert isinstance(added, Bound)
            scope.values[name] = _phi_tensor(scope, name, added, kind)
        elif kind == _MODEL:
            reason = f"`{name}` is a model in some rounds of a loop only"
            before = () if value is None else models_in(value)
            scope.values[name] = CarriedModel(reason, scope.read(name), before)
        elif isinstance(value, Bound):
            carried = _phi_tensor(scope, name, value, kind)
            if "last" in kind.split(","):
                carried = replace(carried, source=_carried_source(node, name))
            scope.values[name] = carried
        elif isinstance(value, (Static, Framework, Choice)):
            scope.values[name] = _phi_plain(scope, name, value, kind)
        elif isinstance(value, (Sequence, Repeated)):
            scope.values[name] = _phi_list(region, scope, name, value, kind)
        elif isinstance(value, Mapping) and not is_graph(value):
            scope.values[name] = Static(Expr(name, names=scope.read(name).names))


def _carried_source(node: cst.CSTNode, name: str) -> str:
    return f"{CARRIED}{id(node)}:{name}"


def _carry(region: Region, name: str, value: Bound, kind: str) -> Bound:
    """The tensor as a round of a loop hands it to the next: its channels in one place."""
    wanted = next((o for o in (Layout.FIRST, Layout.LAST) if o.value in kind.split(",")), None)
    if wanted is None or value.tensor.layout is wanted:
        return value
    moved = in_layout(region, value, wanted)
    if moved.tensor.code.text != name:
        return bind_tensor(region, name, moved)
    held = region.scope.values[name]
    assert isinstance(held, Bound)
    return held


#: The kind of a plain value that is a whole number, or a tuple of some, before and after a round.
_SIZES = "sizes"
#: And of one that is an array of numpy.
_ARRAY = "array"


def _phi_plain(scope: Scope, name: str, value: Value, kind: str) -> Static:
    """A plain value, of which every round has another."""
    reading = Expr(name, names=scope.read(name).names, array=kind == _ARRAY)
    sized = value.expr if kind == _SIZES and isinstance(value, Static) else UNSIZED
    return Static(sized_alike(reading, sized))


def _phi_tensor(scope: Scope, name: str, value: Bound, kind: str) -> Bound:
    tensor = value.tensor
    if "mask" in kind.split(","):
        tensor = replace(tensor, mask=PASSING_MASK)
    code = scope.read(name)
    if tensor.dims is None:
        reading = scope.read(shadow(name, "channels"))
        hint: Dim = reading
        if "channels" not in kind.split(","):
            hint = None if "no-channels" in kind else tensor.channels_hint
        held = None if hint is None else reading
        return Bound(replace(tensor, code=code, channels_hint=hint), value.source, (held,))
    axes = axis_names(len(tensor.dims))
    dims: list[Dim] = []
    readings: list[Expr | None] = []
    varying = kind.split(",")
    for axis, dim in zip(axes, tensor.dims, strict=True):
        reading = scope.read(shadow(name, axis))
        unknown = f"no-{axis}" in varying or (dim is None and axis not in varying)
        readings.append(None if unknown else reading)
        dims.append(None if unknown else reading if axis in varying else dim)
    return Bound(replace(tensor, code=code, dims=tuple(dims)), "", tuple(readings))


#: How the kinds of lists and dicts of tensors begin.
_GROUPS = ("list:", "dict:")
#: The kind of what is a model, or holds one, at the end of a round.
_MODEL = "model"
#: The kind of a list or dict that rounds put such into beside other things.
_RECORDS = "records"
#: The kind of a tensor's name that a round gives something else.
_REUSED = "reused"
#: And that of one that a round gives a tensor of another number of dimensions.
_RANKED = "ranked"
#: The kinds of a number to which each round adds a tensor, of some axes or none.
_SUMS = ("sum,tensor", "no-channels,sum,tensor")


def sums_tensors(phis: dict[str, str]) -> bool:
    """Whether a loop adds tensors to a number."""
    return any(kind in _SUMS for kind in phis.values())


def _reused(name: str, kind: str) -> Unknown:
    """A name whose value is of no use to a round, nor after the loop: only what is bound anew."""
    if kind == _RANKED:
        return Unknown("the number of dimensions of a tensor changes in a loop")
    return Unknown(f"`{name}` is a tensor in some rounds of a loop only")


def _phi_list(region: Region, scope: Scope, name: str, value: Value | None, kind: str) -> Value:
    reading = scope.read(name)
    item = region.list_items.get((id(region.tree), name, kind))
    if item is not None and kind.startswith("dict:"):
        return Keyed(item, reading, reading)
    if item is None:
        if isinstance(value, Sequence):
            if not is_graph(value):
                return Static(Expr(name, names=reading.names))
            item = merge_items(region, list(value.items))
        else:
            assert isinstance(value, Repeated)
            item = value.item
    return Repeated(item, reading, reading)


def unstable(
    region: Region,
    start: Scope,
    end: Scope,
    phis: dict[str, str],
    target: Any,
    node: cst.CSTNode | None = None,
) -> dict[str, str]:
    """The names whose value at the end of the body is not what its start assumed.

    `node` is the loop, if nothing leaves it early.
    """
    own = target_names(target)
    found: dict[str, str] = {}
    for name in changed_names(start, end):
        if name in own or name.startswith("self."):
            continue
        first, last = start.values.get(name), end.values.get(name)
        if name.startswith(tokens.SIZE):
            if name not in phis:
                found[name] = "size"
            continue
        if first is None:
            continue
        if node is not None and name not in phis and _is_sum(region, node, name, first, last):
            assert isinstance(last, Bound)
            kind = _SUMS[last.tensor.dims is None]
            region.list_items[id(region.tree), name, kind] = last
        else:
            kind = _difference(region, name, first, last, end, phis.get(name, ""))
        if phis.get(name) in _SUMS and kind != phis[name]:
            raise GiveUp(f"`{name}` is a number, and then a tensor of which the sizes change")
        if kind != phis.get(name):
            found[name] = kind
    return found


def _is_sum(region: Region, node: cst.CSTNode, name: str, first: Value, last: Value | None) -> bool:
    """Whether a loop does nothing with a number but add tensors: `total += loss(x)`.

    The sum is like the tensors from the first round on; without a round it is the number, of
    which a program makes nothing else: a loss of nothing.
    """
    number = first.expr.value if isinstance(first, Static) else None
    if not isinstance(number, (int, float)) or isinstance(number, bool):
        return False
    if not isinstance(last, Bound) or last.tensor.channels_hint is not None:
        return False
    source = region.tree.blanked[slice(*region.tree.span(node))]
    adds = rf"^[ \t]*{name}[ \t]*(?:[+-]=|=[ \t]*{name}[ \t]*[+-])"
    rest = re.sub(adds, "", source, flags=re.M)
    return not re.search(rf"(?<![\w.]){name}\b", rest)


class RankFound(Exception):
    """The body of a loop told how many axes a tensor has that comes from outside."""

    def __init__(self, source: str, rank: int) -> None:
        super().__init__(source)
        self.source = source
        self.rank = rank


def _difference(
    region: Region, name: str, first: Value, last: Value | None, end: Scope, known: str
) -> str:
    if isinstance(last, Records):
        region.list_items[id(region.tree), name, _RECORDS] = last
        return _RECORDS
    if isinstance(first, Bound) and isinstance(last, Bound):
        return _tensor_difference(region, first, _handed_on(first, last), end, known)
    if is_blank(first) and isinstance(last, Repeated):
        return _group_kind(region, name, "list", last.item)
    if isinstance(first, (Sequence, Repeated)) and isinstance(last, (Sequence, Repeated)):
        return _list_difference(region, name, first, last, known)
    if isinstance(first, (Mapping, Keyed)) and isinstance(last, Keyed):
        before = [first.item] if isinstance(first, Keyed) else list(first.items.values())
        return _group_kind(region, name, "dict", _merged(region, before, [last.item]))
    if known in (_REUSED, _RANKED):
        return known
    if isinstance(first, Bound) and not isinstance(last, Bound):
        return _REUSED
    if isinstance(first, Bound) != isinstance(last, Bound):
        raise GiveUp(f"`{name}` is a tensor in some rounds of a loop only")
    if known == _MODEL or (last is not None and models_in(last)):
        return _MODEL
    if known in ("", _ARRAY) and isinstance(first, Static) and isinstance(last, Static):
        if first.expr.array and last.expr.array:
            return _ARRAY
    if known in ("", _SIZES) and isinstance(first, Static) and isinstance(last, Static):
        both = sized_alike(first.expr, first.expr, last.expr)
        return _SIZES if both.whole or both.like else "static"
    return "static" if known in (_SIZES, _ARRAY) else known or "static"


def _list_difference(
    region: Region, name: str, first: Sequence | Repeated, last: Sequence | Repeated, known: str
) -> str:
    graph = is_graph(last) or (isinstance(last, Repeated))
    if not graph:
        return known or "static"
    before, after = (
        [side.item] if isinstance(side, Repeated) else list(side.items) for side in (first, last)
    )
    return _group_kind(region, name, "list", _merged(region, before, after))


def _merged(region: Region, before: list[Value], after: list[Value]) -> Value:
    """What each item is like; a model that an expression gave is not kept beside a later one's."""
    made = {id(item.node) for item in after if isinstance(item, Model)}
    kept = [i for i in before if not isinstance(i, Model) or id(i.node) not in made]
    return merge_items(region, [*kept, *after])


def _group_kind(region: Region, name: str, group: str, item: Value) -> str:
    """What a loop makes of a list or dict of tensors, all of which are like the item."""
    kind = f"{group}:{_layout_of(item)}:{_shape_key(item)}"
    region.list_items[(id(region.tree), name, kind)] = item
    return kind


def _layout_of(item: Value) -> str:
    return item.tensor.layout.value if isinstance(item, Bound) else ""


def _shape_key(item: Value) -> str:
    if isinstance(item, Bound):
        dims = item.tensor.dims
        return "?" if dims is None else ",".join("?" if d is None else d.text for d in dims)
    if isinstance(item, Sequence):
        return "(" + ";".join(_shape_key(i) for i in item.items) + ")"
    return "-"


def _tensor_difference(region: Region, first: Bound, last: Bound, end: Scope, known: str) -> str:
    kinds = set(known.split(",")) - {""}
    kinds.add("tensor")
    a, b = first.tensor, last.tensor
    if a.layout is not b.layout and not kinds & {"first", "last"}:
        kinds.add(meeting_layout(a).value)
    if joined_mask(a, b) is PASSING_MASK:
        kinds.add("mask")
    if first.source in region.asked_first:
        kinds = kinds - {"last"} | {"first"}
    if a.dims is None or b.dims is None:
        if a.dims is None and b.dims is None:
            kinds.add("no-channels" if a.channels_hint is None else "channels")
            return ",".join(sorted(kinds))
        if a.dims is None and b.dims is not None and first.source:
            raise RankFound(first.source, len(b.dims) + 1)
        return _RANKED
    if len(a.dims) != len(b.dims):
        return _RANKED
    shadows = last.shadows if len(last.shadows) == len(b.dims) else (None,) * len(b.dims)
    for axis, x, y, s in zip(axis_names(len(a.dims)), a.dims, b.dims, shadows, strict=True):
        y = (
            y
            if y is not None and end.current(y)
            else s if s is not None and end.current(s) else None
        )
        if y is None or x is None:
            kinds.discard(axis)
            if x is not None:
                kinds.add(f"no-{axis}")
        elif (x.text != y.text or not end.current(x)) and f"no-{axis}" not in kinds:
            kinds.add(axis)
    return ",".join(sorted(kinds))


def _handed_on(first: Bound, last: Bound) -> Bound:
    """What a round of a loop gives to the next one.

    Recurrent layers take sequences only: if one keeps its steps by a condition, it held.
    """
    tensor = last.tensor
    if not tensor.open_steps or tensor.dims is not None or len(first.tensor.dims or ()) != 2:
        return last
    dims = (None, tensor.channels_hint)
    steps = replace(tensor, dims=dims, channels_hint=None, open_steps=False)
    return replace(last, tensor=steps, shadows=(None, *last.shadows))


def _as_left(carried: Bound, last: Value | None) -> Bound:
    """What is there after a loop: its last round may have dropped the steps."""
    if not isinstance(last, Bound) or not last.tensor.open_steps or carried.tensor.dims is None:
        return carried
    *_, channels = carried.tensor.dims
    left = replace(carried.tensor, dims=None, channels_hint=channels, open_steps=True)
    return replace(carried, tensor=left, shadows=carried.shadows[-1:])


def close_round(region: Region, start: Scope, phis: dict[str, str]) -> None:
    """At the end of the body, size variables must hold the sizes of what their tensor now is."""
    for name, kind in phis.items():
        value = region.scope.values.get(name)
        if not isinstance(value, Bound) or name.startswith(tokens.SIZE):
            continue
        value = _carry(region, name, value, kind)
        first = start.values.get(name)
        if isinstance(first, Bound):
            value = _handed_on(first, value)
        tensor = value.tensor
        if tensor.dims is None:
            continue
        sizes: list[tuple[str, Dim]] = []
        for axis, dim, held in zip(
            axis_names(len(tensor.dims)), tensor.dims, value.shadows or (None,) * 9, strict=False
        ):
            if axis in kind.split(","):
                here = current_dim(region, dim, held)
                if here is not None and (held is None or not region.scope.current(held)):
                    sizes.append((shadow(name, axis), here))
        assign_sizes(region, sizes)


def leave_loop(region: Region, start: Scope, phis: dict[str, str]) -> None:
    """After the loop, what it changed is what its last round made of it, or what was before."""
    end = region.scope
    result = start.copy()
    for name, value in end.values.items():
        if name not in result.values:
            result.values[name] = value
            result.versions[name] = end.versions.get(name, 0)
    for name in end.versions:
        if end.versions[name] != start.versions.get(name, 0):
            if name in phis or name.startswith(tokens.SIZE) or name in start.values:
                result.versions[name] = result.bump(name)
            else:
                result.versions[name] = end.versions[name]
    for name, kind in phis.items():
        held = start.values.get(name)
        if name.startswith(tokens.SIZE) or held is None:
            continue
        if kind in (_REUSED, _RANKED):
            result.values[name] = _reused(name, kind)
        elif kind == _RECORDS:
            result.values[name] = end.values[name]
        elif kind.startswith(_GROUPS):
            result.values[name] = _phi_list(region, result, name, held, kind)
        elif isinstance(held, Bound):
            result.values[name] = _as_left(_phi_tensor(result, name, held, kind), end.get(name))
        elif isinstance(held, CarriedModel):
            result.values[name] = _model_after(result, name, held, end.get(name))
        elif isinstance(held, (Sequence, Repeated)):
            result.values[name] = _phi_list(region, result, name, held, kind)
        else:
            result.values[name] = _phi_plain(result, name, held, kind)
    region.scope = result


def _model_after(scope: Scope, name: str, carried: CarriedModel, last: Value | None) -> Value:
    """What a name holds after a loop: the model of its last round, or what was there before."""
    if isinstance(last, Model) and carried.models:
        return replace(one_of((*carried.models, last)), expr=scope.read(name))
    last = carried if last is None else last
    return PerhapsModel(carried.reason, models=(*carried.models, *models_in(last)))
