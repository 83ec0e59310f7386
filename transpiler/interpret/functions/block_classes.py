"""The class that a block becomes: what it takes, keeps and tells its callers."""

from __future__ import annotations

from transpiler.interpret.functions.returns import RETURNED_SIZE, out_size
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.tensors.names import last_attribute, shadow
from transpiler.interpret.values import Bound, Sequence, Value
from transpiler.ir import tokens
from transpiler.ir.expr import Expr, reads
from transpiler.ir.tensor import Dim, Tensor
from transpiler.passes.liveness import modules_used, prune
from transpiler.record import replace


def finish_block(summary: Summary) -> None:
    """What the class of a block takes, and what its callers can know of its result."""
    region = summary.region
    assert region is not None
    if any(name.startswith("self.") for name in region.scope.versions):
        raise GiveUp("an attribute is changed while a model is built", summary.function.node)
    forward, live = prune(region.forward, frozenset(), effects=False)
    summary.modules = modules_used(forward)
    summary.tensors = tuple(region.tensor_order)
    summary.result = _in_given_sizes(region, _joined_result(region))
    wanted: frozenset[str] = frozenset()
    summary.attributes = ()
    size = out_size(summary.result)
    if summary.recursive and len(region.returns) > 1:
        size = _size_at_returns(region)
    known = {p.name for p in summary.parameters}
    if (
        size is not None
        and not (region.on_elements or region.on_targets)
        and (_is_forced(summary) or not _from_parameters(size, known))
    ):
        if len(region.returns) == 1 or region.scope.current(size):
            summary.attributes = ((last_attribute(region), size.text),)
            summary.attribute_names = (reads(size),)
            wanted = reads(size)
    stored = _stored_names(region, live, set(summary.tensors))
    init, live_init = prune(region.init, wanted, effects=True, modules=frozenset(summary.modules))
    summary.forward, summary.init = forward, init
    summary.stored = stored
    sizes = [n for n in live_init if n.startswith(tokens.SIZE)]
    summary.sizes = tuple(sorted(sizes, key=lambda t: _size_order(region, t)))
    needed = live_init | set(stored)
    summary.statics = tuple(
        p.name for p in summary.parameters if p.name in needed and p.name not in summary.tensors
    )
    if summary.recursive:
        summary.statics = tuple(p.name for p in summary.parameters if p.name not in summary.tensors)
        name = summary.tensors[0]
        summary.sizes = summary.sizes or (shadow(name, "channels"),)
    if summary.unpacked:
        summary.statics = tuple(
            p.name
            for p in summary.parameters
            if p.name not in summary.tensors and (p.name in needed or p.name not in summary.given)
        )
    closure = sorted(n for n in needed if n in region.closure_reads or n.startswith("self."))
    if closure:
        summary.closure = tuple(closure)
    keeps = summary.modules or init or summary.attributes or summary.function.closes
    summary.kind = "block" if keeps else "operation"
    if tokens.NO_SIZE in live_init:
        raise GiveUp("the size of a tensor that a layer needs is not known")


def _in_given_sizes(region: Region, result: Value) -> Value:
    """A result whose sizes are those of arguments, where a variable holds just such a size."""
    if isinstance(result, Sequence):
        return replace(result, items=tuple(_in_given_sizes(region, i) for i in result.items))
    if not isinstance(result, Bound) or result.tensor.dims is None:
        return result

    def given(dim: Dim) -> Dim:
        for pair in dim.names if dim is not None else ():
            if dim is not None and dim.text == pair[0]:
                return region.size_names.get(pair, dim)
        return dim

    dims = tuple(given(d) for d in result.tensor.dims)
    return replace(result, tensor=replace(result.tensor, dims=dims))


def _size_at_returns(region: Region) -> Expr:
    """The variable in which each way through a recursive block leaves its number of channels."""
    size = region.scope.read(RETURNED_SIZE)
    return replace(size, names=frozenset({(RETURNED_SIZE, region.scope.version(RETURNED_SIZE))}))


def _is_forced(summary: Summary) -> bool:
    """Whether someone constructs the class who can't see it."""
    home = summary.function.file
    forced = home is not None and id(summary.function.node) in home.forced
    return forced or summary.recursive or summary.unpacked


def _size_order(region: Region, token: str) -> tuple[int, str]:
    owner, axis = tokens.owner_and_axis(token)
    for position, name in enumerate(region.tensor_order):
        if owner == name or (owner.startswith(name) and owner[len(name) :].isdigit()):
            return position, f"{owner}:{0 if axis in ('channels', 'features') else 1}{axis}"
    raise GiveUp(f"a size of `{owner}` is used before it is known")


def _stored_names(region: Region, live: frozenset[str], tensors: set[str]) -> tuple[str, ...]:
    """The plain names that `forward` reads and `__init__` must keep."""
    names = [n for n in region.parameters if n in live and n not in tensors]
    names += sorted(n for n in live if n in region.closure_reads or n.startswith("self."))
    return tuple(names)


def _joined_result(region: Region) -> Value:
    values = [v for v, _ in region.returns]
    if not values:  # of a method that changes what its object keeps
        kept = (region.scope.values[name] for name in sorted(region.states))
        nothing = Bound(Tensor(Expr("None"), None, number=True))
        return next((value for value in kept if isinstance(value, Bound)), nothing)
    first = values[0]
    if len(values) == 1:
        return first
    if all(isinstance(v, Bound) for v in values):
        bounds = [v for v in values if isinstance(v, Bound)]
        return _join_bounds(bounds)
    return first


def _join_bounds(bounds: list[Bound]) -> Bound:
    first = bounds[0].tensor
    ranks = {None if b.tensor.dims is None else len(b.tensor.dims) for b in bounds}
    if len(ranks) > 1 or first.dims is None:
        return Bound(replace(first, dims=None, channels_hint=None))
    dims = list(first.dims)
    for other in bounds[1:]:
        assert other.tensor.dims is not None
        dims = [
            a if a is not None and b is not None and a.text == b.text else None
            for a, b in zip(dims, other.tensor.dims, strict=True)
        ]
    return Bound(replace(first, dims=tuple(dims)))


def _from_parameters(size: Expr, parameters: set[str]) -> bool:
    """Whether a caller can write a size with its own arguments."""
    return not size.modules and all(version == 0 for _, version in size.names)
