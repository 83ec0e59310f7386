"""Layers that merge several tensors into one."""

from __future__ import annotations

from collections.abc import Sequence

from rules.axes import dimension
from rules.masks import DISPUTED, merged
from transpiler.ir.expr import Arg, Expr, call, expr, index, infix, method, transposed
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported, simplest, total
from transpiler.record import replace
from transpiler.rule import Param, layer

Tensors = Sequence[Tensor]


def _aligned(xs: Tensors) -> Tensors:
    """All of the same rank: Keras puts the missing axes behind the batch axis."""
    if any(x.dims is None for x in xs):
        return xs
    rank = max(x.rank for x in xs)
    return [_raised(x, rank - x.rank) for x in xs]


def _raised(x: Tensor, missing: int) -> Tensor:
    if not missing or x.dims is None:
        return x
    if x.layout is Layout.FIRST and x.rank > 2:
        raise Unsupported("tensors of different rank, of which one has its channels first")
    axes: list[Arg] = [None] * missing
    code = index(x.code, Expr(":"), *axes)
    if missing == 1:
        code = method(x.code, "unsqueeze", 1)
    return x.to(code, (*(expr(1),) * missing, *x.dims))


def _merged(xs: Tensors, code: Expr, keras: str = "auto") -> Tensor:
    """An elementwise result."""
    result = replace(xs[0].to(code, _broadcast(xs)), mask=_mask(xs, keras))
    hints = [x.channels_hint for x in xs if x.channels_hint is not None]
    return replace(result, channels_hint=hints[0]) if hints and result.dims is None else result


def _mask(xs: Tensors, keras: str = "auto") -> Expr | None:
    """The inputs' mask; of a list, only one item is seen."""
    if any(x.code.text.startswith("*") and x.mask is not None for x in xs):
        return DISPUTED
    return merged([x.mask for x in xs], keras)


def _broadcast(xs: Tensors) -> tuple[Dim, ...] | None:
    shapes = [_dims_of_each(x, x.dims) for x in xs if x.dims is not None]
    if len(shapes) < len(xs):
        longest = max(shapes, key=len, default=None)
        if longest is None:
            return None
        return tuple(None if d is not None and d.is_const(1) else d for d in longest)
    return tuple(_widest(axis) for axis in zip(*shapes, strict=True))


def _dims_of_each(x: Tensor, dims: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """The sizes of one tensor of a list: its channels are not those of all together."""
    return (*dims[:-1], x.channels_hint) if x.code.text.startswith("*") else dims


def _widest(sizes: tuple[Dim, ...]) -> Dim:
    """The size that is not 1, preferably a known one."""
    wide = [s for s in sizes if s is None or not s.is_const(1)]
    return simplest(wide) if wide else sizes[0]


def _no_masks(xs: Tensors) -> None:
    """Keras 3 replaces masked steps by what changes no result, Keras 2 takes them as they are."""
    if any(x.mask is not None for x in xs):
        raise Unsupported("some of the tensors are masked")


def _folded(xs: Tensors, operator: str) -> Expr:
    result = xs[0].code
    for x in xs[1:]:
        result = infix(result, operator, x.code)
    return result


def _chained(xs: Tensors, function: str) -> Expr:
    result = xs[0].code
    for x in xs[1:]:
        result = call(function, result, x.code)
    return result


def _no_star(xs: Tensors) -> Tensors:
    """A list whose length is only known at run time has no operators between its items."""
    if any(x.code.text.startswith("*") for x in xs):
        raise Unsupported("the number of tensors to merge is only known at run time")
    return xs


def _one_list(xs: Tensors) -> Expr | None:
    """The list of which all tensors are merged, where nothing else is."""
    return _listed(xs[0].code) if len(xs) == 1 and xs[0].code.text.startswith("*") else None


def _sum(xs: Tensors) -> Expr:
    """`a + b`, or `sum(xs)` for a list."""
    listed = _one_list(xs)
    return _folded(_no_star(xs), "+") if listed is None else call("sum", listed)


@layer("Add", functional="add", merges=True, elementwise=True)
def add(xs: Tensors, *, keras: str = "auto") -> Tensor:
    """Where ranks differ, Keras lines up the batch and last axes, torch the last only."""
    xs = _aligned(xs)
    return _merged(xs, _sum(xs), keras)


@layer("Subtract", functional="subtract", merges=True, elementwise=True)
def subtract(xs: Tensors, *, keras: str = "auto") -> Tensor:
    """Where ranks differ, Keras lines up the batch and last axes, torch the last only."""
    xs = _aligned(_no_star(xs))
    if len(xs) != 2:
        raise Unsupported("Subtract takes two tensors")
    return _merged(xs, _folded(xs, "-"), keras)


@layer("Multiply", functional="multiply", merges=True, elementwise=True)
def multiply(xs: Tensors) -> Tensor:
    """Where ranks differ, Keras lines up the batch and last axes, torch the last only."""
    xs = _aligned(_no_star(xs))
    _no_masks(xs)
    return _merged(xs, _folded(xs, "*"))


@layer("Average", functional="average", merges=True, elementwise=True)
def average(xs: Tensors, *, keras: str = "auto") -> Tensor:
    """Where ranks differ, Keras lines up the batch and last axes, torch the last only."""
    listed, xs = _one_list(xs), _aligned(xs)
    count = len(xs) if listed is None else call("len", listed)
    return _merged(xs, infix(_sum(xs), "/", count), keras)


@layer("Maximum", functional="maximum", merges=True, elementwise=True)
def maximum(xs: Tensors) -> Tensor:
    """Equal values share their gradient in torch; in Keras the first gets all of it."""
    xs = _aligned(_no_star(xs))
    _no_masks(xs)
    return _merged(xs, _chained(xs, "torch.maximum"))


@layer("Minimum", functional="minimum", merges=True, elementwise=True)
def minimum(xs: Tensors) -> Tensor:
    """Equal values share their gradient in torch; in Keras the first gets all of it."""
    xs = _aligned(_no_star(xs))
    _no_masks(xs)
    return _merged(xs, _chained(xs, "torch.minimum"))


@layer("Concatenate", functional="concatenate", merges=True)
def concatenate(xs: Tensors, axis: Param = -1, *, keras: str = "auto") -> Tensor:
    """Along torch's dimension of the axis."""
    first = xs[0]
    code = call("torch.cat", [x.code for x in xs], dim=dimension(first, axis))
    listed = _one_list(xs)
    if listed is not None:
        joined = call("torch.cat", listed, dim=dimension(first, axis))
        sizes = _dims_joined(first, axis)
        return replace(first.to(joined), dims=sizes, channels_hint=None, mask=_mask(xs))
    if not axis.known:
        mask = None if all(x.mask is None for x in xs) else DISPUTED
        return replace(first.to(code), dims=None, channels_hint=None, mask=mask)
    mask = _joined_mask(xs, int(axis.value), keras)
    if first.dims is None:
        if not axis.is_const(-1):
            return replace(first.to(code), mask=mask)
        result = replace(first.with_channels(code, _all_channels(xs)), mask=mask)
        others = [x.dims for x in xs if x.dims]  # in the other axes, all are of one size
        plain = first.layout is Layout.LAST and not first.code.text.startswith("*")
        return result.to(code, (*others[0][:-1], result.channels)) if others and plain else result
    at = axis.value % first.rank - 1
    dims = list(first.dims)
    dims[at] = total(tuple(x.dims[at] if x.dims else None for x in xs))
    return replace(first.to(code, tuple(dims)), mask=mask)


def _dims_joined(x: Tensor, axis: Expr) -> tuple[Dim, ...] | None:
    """The sizes of all tensors of a list together: only how many channels they have is known."""
    if x.dims is None or not axis.known:
        return None
    at = axis.value % x.rank - 1
    if at == len(x.dims) - 1:
        return x.dims
    dims = list(_dims_of_each(x, x.dims))
    dims[at] = None
    return tuple(dims)


def _listed(starred: Expr) -> Expr:
    """`*skips` as the list itself."""
    return replace(starred, text=starred.text[1:])


def _all_channels(xs: Tensors) -> Arg:
    channels = total(tuple(x.channels for x in xs))
    assert channels is not None
    return channels


def _joined_mask(xs: Tensors, axis: int, keras: str) -> Expr | None:
    masks = [x.mask for x in xs]
    if all(mask is None for mask in masks):
        return None
    rank = None if xs[0].dims is None else xs[0].rank
    if axis == -1 or (rank is not None and axis % rank == rank - 1):
        return merged(masks, keras)
    if any(mask is None for mask in masks) or rank is None or axis % rank != 1:
        raise Unsupported("some of the tensors are masked")
    return call("torch.cat", [mask for mask in masks if mask is not None], dim=1)


@layer("Dot", functional="dot", merges=True, layout=Layout.LAST)
def dot(xs: Tensors, axes: Param, normalize: Param = False) -> Tensor:
    """Torch has a product for each rank; two vectors give one number per sample."""
    if len(xs) != 2 or not axes.known or not normalize.known:
        raise Unsupported("Dot takes two tensors, and axes that are known")
    given = axes.value
    both = (given, given) if isinstance(given, int) else tuple(given)
    a, b = xs
    if a.dims is None or b.dims is None:
        raise Unsupported("the ranks of the tensors are not known")
    i, j = (axis % x.rank for axis, x in zip(both, xs, strict=True))
    first, second = a.code, b.code
    if normalize.value:
        first, second = (call("F.normalize", c, dim=d) for c, d in ((first, i), (second, j)))
    left, right = _without(a.dims, i), _without(b.dims, j)
    if not left and not right:
        product_ = method(infix(first, "*", second), "sum", 1, keepdim=True)
        return replace(a.to(product_, (expr(1),)), mask=None)
    return replace(a.to(_product(first, second, a.rank, b.rank, i, j), (*left, *right)), mask=None)


def _without(dims: tuple[Dim, ...], axis: int) -> tuple[Dim, ...]:
    return tuple(d for position, d in enumerate(dims, 1) if position != axis)


def _product(a: Expr, b: Expr, rank_a: int, rank_b: int, i: int, j: int) -> Expr:
    """A matrix product per sample, in general an einsum."""
    if rank_a == rank_b == 3:
        left = a if i == 2 else transposed(a)
        right = b if j == 1 else transposed(b)
        return infix(left, "@", right)
    first = ["b", *"acde"[: rank_a - 1]]
    second = ["b", *"uvwx"[: rank_b - 1]]
    second[j] = first[i]
    out = [*first[:i], *first[i + 1 :], *second[1:j], *second[j + 1 :]]
    return call("torch.einsum", f"{''.join(first)},{''.join(second)}->{''.join(out)}", a, b)


_MODES = {"sum": add, "mul": multiply, "ave": average, "max": maximum}


@layer("Merge", functional="merge", merges=True, ignored={"output_shape"})
def merge(
    xs: Tensors, mode: Param = "sum", concat_axis: Param = -1, dot_axes: Param = -1
) -> Tensor:
    """Keras 1's layer for all merges."""
    if mode.is_const("concat"):
        result = concatenate(xs, concat_axis)
    elif mode.is_const("dot", "cos"):
        result = dot(xs, dot_axes, expr(mode.value == "cos"))
    elif mode.known and mode.value in _MODES:
        result = _MODES[mode.value](xs)
    else:
        raise Unsupported(f"mode={mode}")
    assert isinstance(result, Tensor)
    return result
