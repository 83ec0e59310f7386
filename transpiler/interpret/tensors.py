"""Tensors while a graph is interpreted: names, sizes that stay readable, layouts, operators."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

import libcst as cst

from transpiler.diagnostics import UNSUPPORTED
from transpiler.interpret.dispatch import evaluate, provided
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import rewrite, to_expr
from transpiler.interpret.values import Bound, Sequence, Static, Unknown, Value, is_graph
from transpiler.ir.code import Construct, Line
from transpiler.ir.expr import UNKNOWN, Expr, Module, attribute, expr, index, method, reads
from transpiler.ir.sizes import substitute
from transpiler.ir.tensor import Dim, Layout, Tensor, UnknownRank, Unsupported

#: Begins the source of a tensor that comes from the round of a loop before.
CARRIED = "carried:"

_AXES = {1: ("features",), 2: ("steps", "channels"), 3: ("height", "width", "channels")}


def axis_names(count: int) -> tuple[str, ...]:
    """What the sizes of a tensor with so many axes (without the batch) are called."""
    return _AXES.get(count) or (*(f"size{i + 1}" for i in range(count - 1)), "channels")


def shadow(owner: str, axis: str) -> str:
    """The token of `__init__`'s variable for one size of the tensor in a variable of `forward`."""
    return f"\ue004{owner}:{axis}\ue005"


def current_dim(region: Region, dim: Dim, fallback: Expr | None) -> Dim:
    """A size as it can be written at this point of `__init__`, if it can."""
    if dim is not None and region.scope.current(dim):
        return dim
    if fallback is not None and region.scope.current(fallback):
        return Expr(fallback.text, UNKNOWN if dim is None else dim.value, names=fallback.names)
    return None


def refreshed(region: Region, value: Bound) -> Tensor:
    """The tensor with each size as it can be written at this point."""
    tensor = value.tensor
    shadows = value.shadows
    if tensor.dims is None:
        hint = current_dim(region, tensor.channels_hint, shadows[-1] if shadows else None)
        return tensor if hint is tensor.channels_hint else replace(tensor, channels_hint=hint)
    padded = shadows if len(shadows) == len(tensor.dims) else (None,) * len(tensor.dims)
    dims = tuple(current_dim(region, d, s) for d, s in zip(tensor.dims, padded, strict=True))
    same = all(new is old for new, old in zip(dims, tensor.dims, strict=True))
    return tensor if same else replace(tensor, dims=dims)


def ensure_current(region: Region, value: Bound, node: cst.CSTNode | None = None) -> Bound:
    """The tensor itself, if the variable that `forward` calls it by still holds it."""
    if value.at is not None and value.source.startswith("borrow:"):
        lent = provided("lend")(region, value)
        assert isinstance(lent, Bound)
        return lent
    value = _as_moved(region, value)
    if not region.scope.current(value.tensor.code):
        raise GiveUp("a tensor is used after its variable got another value", node)
    return value


def bind_tensor(region: Region, name: str, value: Bound) -> Bound:
    """`name = value` in both programs; gives the value under its new name."""
    region.graph_events += 1
    region.tensor_names.add(name)
    tensor = refreshed(region, value)
    code = tensor.code
    line_text = f"{name} = {code.text}"
    emit_before(region, code, name)
    if code.text != name:
        uses = reads(code)
        region.emit_forward(Line(final_text(line_text), frozenset({name}), uses, code.modules))
        region.helpers_used |= code.helpers
    region.scope.bump(name)
    reading = region.scope.read(name)
    shadows = assign_shadows(region, name, tensor)
    mask = tensor.mask
    if mask is not None:
        mask = _bind_mask(region, name, mask)
    bound = Bound(replace(tensor, code=reading, mask=mask), value.source, shadows)
    region.scope.values[name] = bound
    made_by = region.last_layer
    if made_by is not None and made_by[1] == code.text and not region.loops and not region.branches:
        made_by[0].output = replace(bound, at=len(region.forward))
    return bound


def _bind_mask(region: Region, name: str, mask: Expr) -> Expr:
    """Keep a mask under a name of its own, so that it outlives what it was computed from."""
    if mask.text.isidentifier() or mask.text.startswith("\ue002mask"):
        return mask
    token = f"\ue002mask:{name}\ue003"
    uses = reads(mask)
    region.emit_forward(Line(f"{token} = {mask.text}", frozenset({token}), uses, mask.modules))
    region.scope.bump(token)
    return region.scope.read(token)


def final_text(text: str) -> str:
    """The text of a statement; a place for what holds for all of them."""
    return text


def assign_shadows(region: Region, name: str, tensor: Tensor) -> tuple[Expr | None, ...]:
    """Let `__init__`'s size variables of a tensor variable follow an assignment to it."""
    if tensor.dims is None:
        pairs = [("channels", tensor.channels_hint)]
    else:
        pairs = list(zip(axis_names(len(tensor.dims)), tensor.dims, strict=True))
    return tuple(assign_shadow(region, shadow(name, axis), dim) for axis, dim in pairs)


def assign_shadow(region: Region, token: str, dim: Dim) -> Expr | None:
    """`token = dim` in `__init__`, unless a branch or round leaves it as it was.

    Where a block assigns it twice, the first statement is dropped later, as nobody reads it.
    """
    if dim is None:
        region.scope.bump(token)
        return None
    if dim.text != token and not region.scope.holds_outside(token, dim, region.init):
        uses = reads(dim)
        region.emit_init(Line(f"{token} = {dim.text}", frozenset({token}), uses, dim.modules))
        region.scope.hold(token, dim, region.init)
        region.size_values[token, region.scope.version(token)] = dim
    return region.scope.read(token)


_NAMES = re.compile("\ue002[^\ue003]*\ue003|[A-Za-z_]\\w*")


def at_start(region: Region, dim: Expr) -> Expr:
    """A size as it can be written at the start of the region, if it can; else as it is."""

    def leaf(part: Expr) -> Expr:
        if len(part.names) != 1:
            return part
        (name,) = part.names
        held = region.size_values.get(name) if part.text == name[0] else None
        return part if held is None else substitute(held, leaf)

    found = substitute(dim, leaf)
    return found if all(version == 0 for _, version in found.names) else dim


_TARGET = re.compile("\ue002[^\ue003]*\ue003")


def emit_before(region: Region, code: Expr, target: str) -> None:
    """Emit the statements that an expression needs first, writing to `target` if that is safe."""
    for position, bind in enumerate(code.before):
        later = " ".join([*(b.value.text for b in code.before[position + 1 :]), code.text])
        called = {_called(region, name) for name in _NAMES.findall(later)}
        taken = _called(region, target) in called
        tokens = _TARGET.findall(bind.target)
        names = frozenset(tokens)
        uses = reads(bind.value)
        if target and not taken and tokens and tokens[0].startswith("\ue002out:"):
            region.renames.setdefault(tokens[0], target)
        region.emit_forward(
            Line(f"{bind.target} = {bind.value.text}", names, uses, bind.value.modules)
        )
        region.helpers_used |= bind.value.helpers


def _called(region: Region, name: str) -> str:
    """What a name or variable may be called in the end."""
    final = region.renames.get(name, name)
    return "x" if final.startswith("\ue002x:") else final


def materialize(region: Region, value: Bound, hint: str = "x") -> Bound:
    """The tensor in a variable, so that its code can be repeated."""
    code = value.tensor.code
    if _is_plain(code):
        return value
    region.temporaries += 1
    name = f"\ue002{hint}:t{region.temporaries}\ue003"
    return bind_tensor(region, name, value)


def _is_plain(code: Expr) -> bool:
    text = code.text
    return text.isidentifier() or (text.startswith("\ue002") and text.endswith("\ue003"))


# --- layouts ---------------------------------------------------------------------------------


def check_readable(region: Region, written: Expr, node: cst.CSTNode) -> None:
    """Sizes that `forward` reads must be those of the tensors as they are when it reads them.

    A tensor whose channels moved in between is moved before the whole statement instead.
    """
    if region.scope.current(written):
        return
    for name, version in written.names:
        held = region.scope.values.get(name)
        moved = region.scope.version(name) != version
        if moved and isinstance(held, Bound) and region.statement is not None:
            region.want(moved_before(region), name)
    raise GiveUp("a size is read of a tensor that has changed since", node)


def moved_before(region: Region) -> str:
    """Under what is asked that a tensor has its channels first before the running statement."""
    assert region.statement is not None
    return f"moved:{region.tree.span(region.statement)[0]}"


def in_layout(region: Region, value: Bound, layout: Layout) -> Bound:
    """The tensor with its channels where they are wanted."""
    value = _as_moved(region, value)
    tensor = value.tensor
    if layout is Layout.ANY or tensor.layout is layout:
        return value
    if tensor.dims is not None and len(tensor.dims) < 2:
        return replace(value, tensor=replace(tensor, layout=layout))
    if layout is Layout.FIRST and value.source:
        _ask_for_channels_first(region, value.source)
    code = permuted(tensor, layout)
    moved = replace(value, tensor=replace(tensor, code=code, layout=layout), source="")
    variable = tensor.code.text
    if layout is Layout.FIRST and region.scope.values.get(variable) is value:
        bound = bind_tensor(region, variable, moved)
        region.moved[variable] = value, bound
        return bound
    return moved


def _ask_for_channels_first(region: Region, source: str) -> None:
    """Tell what gave a tensor that its channels are wanted first."""
    key = f"layout:{source}"
    if source.startswith(CARRIED):
        region.asked_first.add(source)
    elif key not in region.wants:
        region.want(key, Layout.FIRST)


def common_layout(values: list[Bound]) -> Layout:
    """Where operands that are combined have their channels: in one place, moved if need be."""
    ranks = {None if v.tensor.dims is None else len(v.tensor.dims) for v in values}
    layouts = {v.tensor.layout for v in values}
    if len(ranks) > 1:
        return Layout.LAST
    return layouts.pop() if len(layouts) == 1 else meeting_layout(values[0].tensor)


def meeting_layout(tensor: Tensor) -> Layout:
    """Where tensors like this one meet if they differ: images as convolutions want them.

    Sequences meet in Keras's order, which all but a convolution want.
    """
    return Layout.LAST if _is_sequence(tensor) else Layout.FIRST


def _is_sequence(tensor: Tensor) -> bool:
    return tensor.dims is not None and len(tensor.dims) == 2


def _as_moved(region: Region, value: Bound) -> Bound:
    """The tensor under the same name, if its channels were moved: `maximum([y, y, z])`."""
    variable = value.tensor.code.text
    before, bound = region.moved.get(variable, (None, value))
    return bound if before is value and region.scope.values.get(variable) is bound else value


def permuted(tensor: Tensor, layout: Layout) -> Expr:
    """The code that moves the channels."""
    code = tensor.code
    first = layout is Layout.FIRST
    if tensor.dims is None:
        return method(code, "movedim", -1, 1) if first else method(code, "movedim", 1, -1)
    rank = tensor.rank
    if rank == 3:
        return method(code, "transpose", 1, 2)
    order = (0, rank - 1, *range(1, rank - 1)) if first else (0, *range(2, rank), 1)
    return method(code, "permute", *order)


def with_rank(region: Region, value: Bound, rank: int, layout: Layout = Layout.ANY) -> Bound:
    """The tensor, known to have so many axes.

    `layout` is where its channels are wanted next: asked for together, it costs no second start.
    """
    tensor = value.tensor
    if tensor.dims is not None:
        return value
    if value.source and f"rank:{value.source}" not in region.wants:
        _expect_layout(region, value.source, rank, layout)
        region.want(f"rank:{value.source}", rank)
    dims: tuple[Dim, ...] = (*(None,) * (rank - 2), tensor.channels_hint)
    return replace(value, tensor=replace(tensor, dims=dims, channels_hint=None))


def want_tensor(region: Region, name: str, rank: int, layout: Layout) -> NoReturn:
    """Ask that a parameter is a tensor, of so many axes (0: not known) and in this layout."""
    source = f"param:{name}"
    if rank:
        region.wants.setdefault(f"rank:{source}", rank)
        _expect_layout(region, source, rank, layout)
    region.want(f"tensor:{name}", True)


def _expect_layout(region: Region, source: str, rank: int, layout: Layout) -> None:
    if layout is Layout.FIRST and rank > 2:
        region.wants.setdefault(f"layout:{source}", layout)


# --- rules -----------------------------------------------------------------------------------


def result_values(region: Region, result: Any, inputs: list[Bound]) -> Value:
    """What a rule gave back, as values."""
    if isinstance(result, Tensor):
        source = ""
        if len(inputs) == 1 and result.layout is inputs[0].tensor.layout:
            before = inputs[0].tensor
            same_rank = (result.dims is None) == (before.dims is None) and (
                result.dims is None or before.dims is None or len(result.dims) == len(before.dims)
            )
            source = inputs[0].source if same_rank else ""
        return Bound(result, source)
    if isinstance(result, Expr):
        return Static(result)
    if isinstance(result, (list, tuple)):
        return Sequence(tuple(result_values(region, r, []) for r in result), list)
    raise GiveUp("a rule gave back something that is not a tensor")


def evaluate_twice(
    region: Region, inputs: list[Bound], build: Callable[[list[Tensor]], Any]
) -> tuple[Any, list[Bound]]:
    """Run a rule; an input that its code repeats is put into a variable first."""
    simple = [_is_plain(v.tensor.code) for v in inputs]
    if not all(simple):
        probes = [
            replace(refreshed(region, value), code=Expr(f"\ue006{i}\ue007"))
            for i, value in enumerate(inputs)
        ]
        text = _all_text(build(probes))
        for i, value in enumerate(inputs):
            if not simple[i] and text.count(f"\ue006{i}\ue007") > 1:
                inputs[i] = materialize(region, value)
    return build([refreshed(region, v) for v in inputs]), inputs


def _all_text(result: Any) -> str:
    if isinstance(result, Tensor):
        seen: dict[int, str] = {}
        _texts_before(result.code, seen)
        mask = result.mask.text if result.mask is not None else ""
        return " ".join([*seen.values(), result.code.text, mask])
    if isinstance(result, (list, tuple)):
        return " ".join(_all_text(r) for r in result)
    return str(result)


def _texts_before(code: Expr, seen: dict[int, str]) -> None:
    for bind in code.before:
        if id(bind) not in seen:
            seen[id(bind)] = bind.value.text
            _texts_before(bind.value, seen)


def binary_op(region: Region, left: Value, operator: str, right: Value, node: cst.CSTNode) -> Value:
    """`left operator right` with a tensor on at least one side."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown("arithmetic with something unknown")
    sides = [left, right]
    target = common_layout([v for v in sides if isinstance(v, Bound)])
    operands: list[Any] = []
    bounds: list[Bound] = []
    for side in sides:
        if isinstance(side, Bound):
            moved = in_layout(region, ensure_current(region, side, node), target)
            operands.append(moved)
            bounds.append(moved)
        else:
            operands.append(to_expr(region, side))

    scalar = any(_is_number(region, side) for side in sides)

    def build(given: list[Tensor]) -> Any:
        queue = iter(given)
        a, b = (next(queue) if isinstance(o, Bound) else o for o in operands)
        return region.file.rules.binary(a, operator, b, scalar=scalar)

    return run_rule(region, node, bounds, build, f"`{operator}`")


def _is_number(region: Region, side: Value) -> bool:
    """Whether a plain operand is certainly one number, no array."""
    if not isinstance(side, Static):
        return False
    if isinstance(side.expr.value, (int, float)):
        return True
    parameter = region.parameters.get(side.expr.text)
    if parameter is None:
        return False
    if parameter.annotation is not None:
        kind = parameter.annotation.annotation
        return isinstance(kind, cst.Name) and kind.value in ("int", "float")
    return isinstance(parameter.default, (cst.Integer, cst.Float))


def unary_op(region: Region, operator: str, operand: Bound, node: cst.CSTNode) -> Value:
    """`-x` or `~x` of a tensor."""
    return run_rule(
        region,
        node,
        [ensure_current(region, operand, node)],
        lambda given: region.file.rules.unary(operator, given[0]),
        f"`{operator}`",
    )


def run_rule(
    region: Region,
    node: cst.CSTNode,
    bounds: list[Bound],
    build: Callable[[list[Tensor]], Any],
    what: str,
) -> Value:
    """Run a rule on tensors and register what it made."""
    try:
        result, bounds = evaluate_twice(region, bounds, build)
    except UnknownRank:
        source = next((b.source for b in bounds if b.source and b.tensor.dims is None), "")
        if not source:
            raise GiveUp(f"{what}: the number of dimensions is not known", node) from None
        raise
    except Unsupported as why:
        region.say(UNSUPPORTED, node, f"{what}: {why}")
        raise GiveUp(f"{what}: {why}", node) from None
    value = result_values(region, result, bounds)
    register(region, value)
    return value


def register(region: Region, value: Value, hint: str = "") -> None:
    """Let `__init__` construct the modules that a result calls."""
    for module in modules_of(value):
        if module.token not in region.constructed:
            region.constructed.add(module.token)
            region.emit_init(Construct(module))
            if hint:
                region.module_hints[module.token] = hint


def modules_of(value: Value) -> list[Module]:
    """The modules in the code of a value, in the order in which they are called."""
    found: dict[str, Module] = {}

    def collect(code: Expr) -> None:
        for bind in code.before:
            collect(bind.value)
        for module in code.modules:
            found.setdefault(module.token, module)

    if isinstance(value, Bound):
        collect(value.tensor.code)
    elif isinstance(value, Sequence):
        for item in value.items:
            for module in modules_of(item):
                found.setdefault(module.token, module)
    return list(found.values())


def subscript_op(region: Region, receiver: Bound, node: cst.Subscript) -> Value:
    """`x[:, 0]` and its like."""
    keys: list[Any] = []
    for element in node.slice:
        if isinstance(element.slice, cst.Index):
            value = evaluate(region, element.slice.value)
            if is_graph(value) or isinstance(value, Unknown):
                raise GiveUp("a tensor is indexed by a tensor", node)
            key = to_expr(region, value)
            plain = key.known and (key.value is None or key.value is ...)
            keys.append(key.value if plain else key)
        elif isinstance(element.slice, cst.Slice):
            parts = [
                None if b is None else to_expr(region, evaluate(region, b))
                for b in (element.slice.lower, element.slice.upper, element.slice.step)
            ]
            keys.append(slice(*parts))
    current = ensure_current(region, receiver, node)
    if _slices_all_axes(current.tensor, keys):
        return _channels_first_slices(region, current, keys, node)
    moved = in_layout(region, current, Layout.LAST)
    return run_rule(
        region,
        node,
        [moved],
        lambda given: region.file.rules.subscript(given[0], keys),
        "indexing",
    )


def _slices_all_axes(tensor: Tensor, keys: list[Any]) -> bool:
    first = tensor.layout is Layout.FIRST and tensor.dims is not None and len(tensor.dims) > 1
    return first and len(keys) == tensor.rank and all(isinstance(k, slice) for k in keys)


def _channels_first_slices(
    region: Region, value: Bound, keys: list[Any], node: cst.CSTNode
) -> Value:
    """`x[:, 1:3, :, :8]` keeps its axes: the slices move with them."""
    moved_keys = [keys[0], keys[-1], *keys[1:-1]]

    def build(given: list[Tensor]) -> Tensor:
        tensor = given[0]
        assert tensor.dims is not None
        dims = (tensor.dims[-1], *tensor.dims[:-1])
        sliced = region.file.rules.subscript(
            replace(tensor, layout=Layout.LAST, dims=dims), moved_keys
        )
        back = None if sliced.dims is None else (*sliced.dims[1:], sliced.dims[0])
        result: Tensor = replace(sliced, layout=Layout.FIRST, dims=back)
        return result

    return run_rule(region, node, [value], build, "indexing")


def dims_value(region: Region, value: Bound) -> Value:
    """`x.shape`: sizes that `__init__` knows; `forward` reads them off the tensor."""
    tensor = refreshed(region, value)
    if tensor.dims is None:
        if tensor.channels_hint is None:
            return Unknown("the shape of this tensor is not known")
        return Sequence(
            (
                Unknown("the shape of this tensor is not known"),
                _size(tensor, -1, tensor.channels_hint),
            ),
            tuple,
        )
    items: list[Value] = [Static(Expr("None", None), _running_size(tensor, 0))]
    for i, dim in enumerate(tensor.dims):
        items.append(_size(tensor, i + 1, dim))
    return Sequence(tuple(items), tuple)


def rewrite_shape(region: Region, node: cst.BaseExpression, value: Bound, shape: Value) -> None:
    """Where a whole shape is used, both programs write it out in Keras's order."""
    if not isinstance(shape, Sequence) or not all(isinstance(i, Static) for i in shape.items):
        return
    parts = [i for i in shape.items if isinstance(i, Static)]
    running = expr(tuple(p.running for p in parts))
    tensor = value.tensor
    if tensor.layout is Layout.LAST or tensor.dims is None or len(tensor.dims) < 2:
        running = attribute(tensor.code, "shape")
    rewrite(region, node, Static(expr(tuple(p.expr for p in parts)), running))


def with_sizes_of(running: Tensor, sized: Tensor) -> Tensor:
    """What `forward` computes, its sizes as `__init__` can write them."""
    dims = sized.dims
    if dims is not None:
        dims = tuple(None if d is None or "\ue00anosize" in d.text else d for d in dims)
    return replace(running, dims=dims, channels_hint=sized.channels_hint)


def _size(tensor: Tensor, axis: int, dim: Dim) -> Static:
    """One size, for both programs."""
    unknown = Expr("\ue00anosize\ue00b", names=frozenset({("\ue00anosize\ue00b", -1)}))
    return Static(unknown if dim is None else dim, _running_size(tensor, axis))


def _running_size(tensor: Tensor, axis: int) -> Expr:
    torch_axis = tensor.axis(axis) if tensor.dims is not None or tensor.layout is Layout.LAST else 1
    return index(attribute(tensor.code, "shape"), torch_axis)
