"""Functions that pick values: gather, slice, top_k, sort."""

from __future__ import annotations

import re

from rules.axes import dimension
from rules.ops.naming import ONE
from rules.ops.operators import Operand, broadcast, code_of, in_order
from transpiler.ir.expr import (
    Arg,
    Bind,
    Expr,
    attribute,
    call,
    expr,
    index,
    infix,
    joined,
    method,
    variable,
)
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, after, op


@op("tf.gather", aliases={"params": "x"})
def gather(
    x: Tensor,
    indices: Operand,
    validate_indices: Param = None,
    axis: Param = None,
    batch_dims: Param = 0,
) -> Tensor:
    """Indexing; along the batch where `batch_dims` is 1."""
    if batch_dims.is_const(1) and axis.is_const(None, 1, -1) and isinstance(indices, Tensor):
        x = in_order(x)
        rows = call("torch.arange", call("len", x.code), device=attribute(x.code, "device"))
        column = index(rows, Expr(":"), *[Expr("None")] * (indices.rank - 1))
        code = index(x.code, column, indices.code)
        dims = None if x.dims is None else (*indices.dims, *x.dims[1:])  # type: ignore[misc]
        return replace(x, code=code, dims=dims, channels_hint=None, mask=None)
    if not batch_dims.is_const(0):
        raise Unsupported(f"gather with batch_dims={batch_dims}")
    return taken(x, indices, expr(0) if axis.is_const(None) else axis)


@op("keras.ops.take")
def take(x: Tensor, indices: Operand, axis: Param = None) -> Tensor:
    """Indexing."""
    if axis.is_const(None):
        x = in_order(x)
        return taken(replace(x, code=method(x.code, "flatten"), dims=()), indices, expr(0))
    return taken(x, indices, axis)


@op(
    "keras.backend.gather",
    "tf.nn.embedding_lookup",
    aliases={"params": "x", "reference": "x", "ids": "indices"},
)
def gather_rows(x: Tensor, indices: Operand) -> Tensor:
    """Indexing."""
    return taken(x, indices, expr(0))


def taken(x: Tensor, indices: Operand, axis: Expr) -> Tensor:
    """`x[:, indices]`, for the axis that is meant."""
    if not axis.known:
        raise Unsupported("the axis of gather is only known when the program runs")
    x = in_order(x)
    keys: list[Arg] = [Expr(":")] * (axis.value if axis.value >= 0 else 0)
    if axis.value < 0:
        keys = [Expr("..."), code_of(indices), *[Expr(":")] * (-1 - axis.value)]
    else:
        keys.append(code_of(indices))
    code = index(x.code, *keys)
    sizes: list[Dim] = [None, *(x.dims or ())]
    inner = _index_dims(indices)
    if x.dims is None or inner is None:
        return replace(x, code=code, dims=None, channels_hint=None, mask=None)
    place = axis.value % x.rank
    sizes[place : place + 1] = inner
    return replace(x, code=code, dims=tuple(sizes[1:]), channels_hint=None, mask=None)


def _index_dims(indices: Operand) -> list[Dim] | None:
    """The shape of the indices."""
    if isinstance(indices, Tensor):
        return None if indices.dims is None else [None, *indices.dims]
    if indices.items is not None:
        return [expr(len(indices.items))]
    return [] if indices.known and isinstance(indices.value, int) else None


@op("keras.ops.take_along_axis", layout=Layout.LAST)
def take_along_axis(x: Tensor, indices: Tensor, axis: Param = None) -> Tensor:
    """The same."""
    x, indices = in_order(x), in_order(indices)
    along: dict[str, Arg] = {} if axis.is_const(None) else {"dim": axis}
    code = call("torch.take_along_dim", x.code, indices.code, **along)
    result = replace(x, code=code, channels_hint=None, mask=None)
    if x.dims is None or indices.dims is None or not axis.known or axis.value is None:
        return replace(result, dims=None)
    sizes = list(broadcast([x, indices]).dims or ())
    place = axis.value % x.rank
    if place:
        sizes[place - 1] = indices.dims[place - 1]
    return replace(result, dims=tuple(sizes))


@op("tf.gather_nd", layout=Layout.LAST, aliases={"params": "x"})
def gather_nd(x: Tensor, indices: Tensor, batch_dims: Param = 0) -> Tensor:
    """The last axis of the indices says where to look."""
    if not batch_dims.is_const(0):
        raise Unsupported(f"gather_nd with batch_dims={batch_dims}")
    x = in_order(x)
    places = call("tuple", method(indices.code, "unbind", -1))
    return replace(x, code=index(x.code, places), dims=None, channels_hint=None, mask=None)


@op("tf.boolean_mask", layout=Layout.LAST, aliases={"tensor": "x"})
def boolean_mask(x: Tensor, mask: Tensor, axis: Param = None) -> Tensor:
    """The same."""
    if not axis.is_const(None, 0):
        raise Unsupported(f"boolean_mask along axis {axis}")
    x = in_order(x)
    dims = None
    if x.dims is not None and mask.dims is not None:
        dims = x.dims[len(mask.dims) :]
    return replace(x, code=index(x.code, mask.code), dims=dims, channels_hint=None, mask=None)


@op(
    "tf.slice",
    "keras.ops.slice",
    layout=Layout.LAST,
    aliases={
        "input_": "x",
        "inputs": "x",
        "begin": "start",
        "start_indices": "start",
        "size": "shape",
    },
)
def slice_(x: Tensor, start: Param, shape: Param, name: Param = None) -> Tensor:
    """A subscript; a size of -1 goes to the end."""
    if start.items is None or shape.items is None:
        raise Unsupported("a slice whose start or size is one value of unknown length")
    x = in_order(x)
    keys: list[Expr] = []
    dims: list[Dim] = []
    for axis, (begin, size) in enumerate(zip(start.items, shape.items, strict=True)):
        first = "" if begin.is_const(0) else str(begin)
        rest = size.is_const(-1)
        stop = "" if rest else str(infix(begin, "+", size))
        keys.append(joined(_span(first, stop), 0, begin, size))
        whole = x.dims[axis - 1] if x.dims and axis else None
        left = None if whole is None else infix(whole, "-", begin)
        dims.append(left if rest else size)
    return replace(
        x, code=index(x.code, *keys), dims=tuple(dims[1:]), channels_hint=None, mask=None
    )


def _span(first: str, stop: str) -> str:
    """`a:b`, with spaces around the colon where black has them."""
    plain = all(re.fullmatch(r"-?\w*", side) for side in (first, stop))
    return f"{first}:{stop}" if plain else f"{first} : {stop}".strip()


def _ranked(kind: str, x: Tensor, k: Expr) -> list[Tensor]:
    values, places = variable("values"), variable("indices")
    statement = Bind(f"{values}, {places}", method(x.code, kind, k))
    dims = None if x.dims is None else (*x.dims[:-1], k)
    hint = k if dims is None else None
    result = replace(x, dims=dims, channels_hint=hint, mask=None)
    return [
        replace(result, code=after(statement, values)),
        replace(result, code=after(statement, places), dtype="int64"),
    ]


@op("tf.nn.top_k", "tf.math.top_k", "keras.ops.top_k", layout=Layout.LAST, aliases=ONE)
def top_k(x: Tensor, k: Param = 1, sorted: Param = True) -> list[Tensor]:
    """Among equals, TensorFlow takes the first, torch may take another."""
    return _ranked("topk", in_order(x), k)


@op("tf.sort", "keras.ops.sort", aliases={"values": "x"})
def sort(x: Tensor, axis: Param = -1, direction: Param = "ASCENDING") -> Tensor:
    """Torch gives the indices too."""
    return _sorted("sort", x, axis, direction)


@op("tf.argsort", "keras.ops.argsort", aliases={"values": "x"})
def argsort(
    x: Tensor, axis: Param = -1, direction: Param = "ASCENDING", stable: Param = False
) -> Tensor:
    """Stable, as TensorFlow's is."""
    return replace(_sorted("argsort", x, axis, direction), dtype="int64")


def _sorted(function: str, x: Tensor, axis: Expr, direction: Expr) -> Tensor:
    options: dict[str, Arg] = {"dim": dimension(x, axis)}
    if direction.is_const("DESCENDING"):
        options["descending"] = True
    elif not direction.is_const("ASCENDING"):
        raise Unsupported(f"the direction {direction} is only known when the program runs")
    if function == "argsort":
        options["stable"] = True
    code = method(x.code, function, **options)
    return replace(x, code=attribute(code, "values") if function == "sort" else code, mask=None)
