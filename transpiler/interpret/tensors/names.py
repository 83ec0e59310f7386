"""The names of tensors, and the sizes of `__init__` that stay readable under them."""

from __future__ import annotations

from functools import partial

import libcst as cst

from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Bound, Value
from transpiler.ir import tokens
from transpiler.ir.code import Line
from transpiler.ir.expr import UNKNOWN, Expr, reads
from transpiler.ir.sizes import substitute
from transpiler.ir.tensor import Dim, Tensor
from transpiler.record import replace
from transpiler.regex import regex

#: Begins the source of a tensor that comes from the round of a loop before.
CARRIED = "carried:"


_AXES = {1: ("features",), 2: ("steps", "channels"), 3: ("height", "width", "channels")}


def axis_names(count: int) -> tuple[str, ...]:
    """What the sizes of a tensor with so many axes (without the batch) are called."""
    if count == 0:
        return ()
    return _AXES.get(count) or (*(f"size{i + 1}" for i in range(count - 1)), "channels")


def last_attribute(region: Region) -> str:
    """What a block calls the last size of its result."""
    return "out_width" if region.file.channels_lead else "out_channels"


def shadow(owner: str, axis: str) -> str:
    """The token of `__init__`'s variable for one size of the tensor in a variable of `forward`."""
    return tokens.size(owner, axis)


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
    current = region.scope.current
    if all(dim is not None and (not dim.names or current(dim)) for dim in tensor.dims):
        return tensor
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
    value = as_moved(region, value)
    if not region.scope.current(value.tensor.code):
        kept = provided("go_on_from")(region, value) if value.at is not None else None
        if isinstance(kept, Bound):
            return kept
        raise GiveUp("a tensor is used after its variable got another value", node)
    return value


def as_moved(region: Region, value: Bound) -> Bound:
    """The tensor under the same name, if its channels were moved: `maximum([y, y, z])`."""
    variable = value.tensor.code.text
    before, bound = region.moved.get(variable, (None, value))
    return bound if before is value and region.scope.values.get(variable) is bound else value


def bind_tensor(region: Region, name: str, value: Bound) -> Bound:
    """`name = value` in both programs; gives the value under its new name."""
    region.graph_events += 1
    region.tensor_names.add(name)
    tensor = refreshed(region, value)
    code = tensor.code
    line_text = f"{name} = {code.text}"
    emit_before(region, code, name)
    mask = tensor.mask
    if mask is not None and any(read == name for read, _ in mask.names):
        mask = _bind_mask(region, name, mask)  # while the name still holds what it is made of
    if code.text != name:
        uses = reads(code)
        region.emit_forward(Line(final_text(line_text), frozenset({name}), uses, code.modules))
        region.helpers_used |= code.helpers
    region.scope.bump(name)
    reading = region.scope.read(name)
    if len(code.names) == 1 and code.text == next(iter(code.names))[0]:
        region.copies[name, reading.names] = code
    shadows = assign_shadows(region, name, tensor)
    if mask is not None:
        mask = _bind_mask(region, name, mask)
    named = tensor.renamed(reading, mask)
    bound = Bound(named, value.source, shadows, maybe=value.maybe)
    region.scope.values[name] = bound
    made_by = region.last_layer
    if made_by is not None and made_by[1] == code.text and not region.loops and not region.branches:
        made_by[0].output = replace(bound, at=len(region.forward))
    keep_given_name(region, value, bound)
    return bound


def keep_given_name(region: Region, value: Value, bound: Bound) -> None:
    """What a variable holds has the name that the program gives what it is."""
    names = {name for given, name in region.given_by_name if given is value}
    region.given_by_name += [(bound, name) for name in names]


def _bind_mask(region: Region, name: str, mask: Expr) -> Expr:
    """Keep a mask under a name of its own, so that it outlives what it was computed from."""
    if mask.text.isidentifier() or mask.text.startswith(f"{tokens.VARIABLE}mask"):
        return mask
    token = tokens.variable(f"mask:{name}")
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
    return assign_sizes(region, [(shadow(name, axis), dim) for axis, dim in pairs])


def assign_sizes(region: Region, wanted: list[tuple[str, Dim]]) -> tuple[Expr | None, ...]:
    """Let size variables have new values, each of which may be written with the old ones."""
    changed = {token for token, _ in wanted}
    crossing = [
        (token, dim)
        for token, dim in wanted
        if dim is not None and dim.names and dim.text != token and reads(dim) & changed - {token}
    ]
    if crossing:
        _assign_together(region, crossing)
    done = dict(crossing)
    return tuple(
        region.scope.read(token) if token in done else assign_shadow(region, token, dim)
        for token, dim in wanted
    )


def _assign_together(region: Region, sizes: list[tuple[str, Expr]]) -> None:
    """`steps, channels = channels, steps`: each is read before any is assigned."""
    targets = ", ".join(token for token, _ in sizes)
    values = ", ".join(dim.text for _, dim in sizes)
    uses = frozenset[str]().union(*(reads(dim) for _, dim in sizes))
    modules = tuple(module for _, dim in sizes for module in dim.modules)
    defs = frozenset(token for token, _ in sizes)
    region.emit_init(Line(f"{targets} = {values}", defs, uses, modules))
    for token, dim in sizes:
        region.scope.hold(token, dim, region.init)
        region.size_values[token, region.scope.version(token)] = dim


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


_NAMES = regex(rf"{tokens.ANY_VARIABLE}|[A-Za-z_]\w*")


def at_start(region: Region, dim: Expr) -> Expr:
    """A size as it can be written at the start of the region, if it can; else as it is."""
    found = substitute(dim, partial(_leaf_at_start, region))
    return found if all(version == 0 for _, version in found.names) else dim


def _leaf_at_start(region: Region, part: Expr) -> Expr:
    if len(part.names) != 1:
        return part
    (name,) = part.names
    held = region.size_values.get(name) if part.text == name[0] else None
    return part if held is None else substitute(held, partial(_leaf_at_start, region))


def agreeing(region: Region, tensors: list[Tensor]) -> list[Tensor]:
    """Tensors of one shape, their sizes those of them that can be written at the start.

    Their channels stay: what a block gives has those of the tensor that it gives otherwise.
    """
    shapes = [t.dims for t in tensors if t.dims is not None]
    if len(shapes) < len(tensors) or len({len(dims) for dims in shapes}) != 1:
        return tensors
    chosen = [_lasting(region, sizes) for sizes in zip(*shapes, strict=True)]

    def dim(own: Dim, other: Dim) -> Dim:
        return own if other is None or own is None or own.known else other

    sizes = [[dim(d, c) for d, c in zip(t.dims or (), chosen, strict=True)] for t in tensors]
    return [
        replace(t, dims=(*found[:-1], *(t.dims or ())[-1:]))
        for t, found in zip(tensors, sizes, strict=True)
    ]


def _lasting(region: Region, sizes: tuple[Dim, ...]) -> Dim:
    """Of several ways to write one size, one that can be written at the start; None if all can."""
    lasting = [d is not None and _is_lasting(region, d) for d in sizes]
    return None if all(lasting) or True not in lasting else sizes[lasting.index(True)]


def _is_lasting(region: Region, dim: Expr) -> bool:
    found = dim if dim.known else at_start(region, dim)
    return not dim.known and all(version == 0 for _, version in found.names)


_TARGET = regex(tokens.ANY_VARIABLE)


def emit_before(region: Region, code: Expr, target: str) -> None:
    """Emit the statements that an expression needs first, writing to `target` if that is safe."""
    for position, bind in enumerate(code.before):
        later = " ".join([*(b.value.text for b in code.before[position + 1 :]), code.text])
        called = {_called(region, name) for name in _NAMES.findall(later)}
        taken = _called(region, target) in called
        made = _TARGET.findall(bind.target)
        names = frozenset(made)
        uses = reads(bind.value)
        if target and not taken and made and made[0].startswith(f"{tokens.VARIABLE}out:"):
            region.renames.setdefault(made[0], target)
        region.emit_forward(
            Line(
                f"{bind.target} = {bind.value.text}",
                names,
                uses,
                bind.value.modules,
                activity=bind.activity,
            )
        )
        region.helpers_used |= bind.value.helpers


def _called(region: Region, name: str) -> str:
    """What a name or variable may be called in the end."""
    final = region.renames.get(name, name)
    return "x" if final.startswith(f"{tokens.VARIABLE}x:") else final


def materialize(region: Region, value: Bound, hint: str = "x") -> Bound:
    """The tensor in a variable, so that its code can be repeated."""
    code = value.tensor.code
    if is_plain(code):
        return value
    region.temporaries += 1
    name = tokens.variable(f"{hint}:t{region.temporaries}")
    return bind_tensor(region, name, value)


def is_plain(code: Expr) -> bool:
    text = code.text
    return text.isidentifier() or tokens.is_variable(text)
