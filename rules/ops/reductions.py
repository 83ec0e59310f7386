"""Functions that reduce axes: sums, means, extremes."""

from __future__ import annotations

from typing import Any

from rules.axes import dimension
from rules.ops.dtypes import torch_dtype
from rules.ops.naming import OLD, ONE, keras, tensorflow
from rules.ops.operators import in_order
from transpiler.ir.expr import Arg, Expr, call, expr, infix, method
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, op, unless

NAMES = {**ONE, **OLD}


def reduced(x: Tensor, function: str, axis: Expr, keepdims: Expr, **options: Arg) -> Tensor:
    """`x.function(dim=..., keepdim=...)`."""
    x = reducible(x, axis, keepdims)
    dims: dict[str, Arg] = {} if axis.is_const(None) else {"dim": torch_axes(x, axis)}
    keep = unless(keepdims, False, keepdim=keepdims)
    if axis.is_const(None) and keep:
        dims = {"dim": tuple(range(x.rank))}
    return without(x, axis, keepdims, method(x.code, function, **dims, **keep, **options))


def reducible(x: Tensor, axis: Expr, keepdims: Expr) -> Tensor:
    """`x`, its axes in Keras's order if that is needed to reduce it."""
    if x.layout is not Layout.FIRST or axis.is_const(None):
        return x
    if x.dims is None or not axis.known or not keepdims.known:
        return in_order(x)
    return in_order(x) if 0 in places(x, axis) and not keepdims.value else x


def places(x: Tensor, axis: Expr) -> list[int]:
    """The positions of axes in Keras's order, counted from the batch."""
    if axis.is_const(None):
        return list(range(x.rank))
    given: Any = axis.value
    axes = given if isinstance(given, (list, tuple)) else [given]
    for a in axes:
        x.axis(a)  # refuses what is out of range
    return [a % x.rank for a in axes]


def torch_axes(x: Tensor, axis: Expr) -> Arg:
    """The torch dimensions of one axis or several."""
    if not axis.known:
        return axis
    if isinstance(axis.value, (list, tuple)):
        axes = tuple(x.axis(int(a)) for a in axis.value)
        ordered = tuple(sorted(axes)) if min(axes) >= 0 else axes
        return ordered[0] if len(ordered) == 1 else ordered
    mapped = x.axis(int(axis.value))
    return axis if axis.is_const(mapped) else mapped


def without(x: Tensor, axis: Expr, keepdims: Expr, code: Expr) -> Tensor:
    """The result of a reduction: axes gone, or of size 1."""
    result = replace(x, code=code, mask=None, channels_hint=None)
    if axis.is_const(None) and keepdims.is_const(False):
        return replace(result, dims=None, number=True, layout=Layout.LAST)
    if x.dims is None or not keepdims.known or not axis.known:
        return replace(result, dims=None)
    gone = set(places(x, axis))
    sizes: tuple[Dim, ...] = (None, *x.dims)
    if keepdims.value:
        return replace(
            result, dims=tuple(expr(1) if n in gone else d for n, d in enumerate(sizes))[1:]
        )
    left = [d for n, d in enumerate(sizes) if n not in gone]
    layout = Layout.LAST if x.rank - 1 in gone or len(left) < 3 else x.layout
    if not left:
        return replace(result, dims=None, number=True, layout=layout)
    return replace(result, dims=tuple(left[1:]), layout=layout)


_WRAPPING = frozenset({"uint8", "int8", "uint16", "int16"})


def _reduction(function: str, *names: str, dtype: str | None = None) -> None:
    """Declare functions that are a method of torch's, which takes several axes too."""

    @op(*names, aliases=NAMES)
    def build(x: Tensor, axis: Param = None, keepdims: Param = False) -> Tensor:
        """The same; sums of small whole numbers wrap around in TensorFlow alone."""
        if function == "sum" and x.dtype in _WRAPPING:
            raise Unsupported("the sum of bytes, which wraps around: cast them before")
        result = reduced(x, function, axis, keepdims)
        return result if dtype is None else replace(result, dtype=dtype)


_reduction("sum", *tensorflow("reduce_sum"), *keras("sum"))
_reduction("amax", *tensorflow("reduce_max"), *keras("max"), "keras.ops.amax")
_reduction("amin", *tensorflow("reduce_min"), *keras("min"), "keras.ops.amin")
_reduction("any", *tensorflow("reduce_any"), *keras("any"), dtype="bool")
_reduction("all", *tensorflow("reduce_all"), *keras("all"), dtype="bool")


@op(*tensorflow("reduce_mean"), *keras("mean"), aliases=NAMES)
def mean(x: Tensor, axis: Param = None, keepdims: Param = False) -> Tensor:
    """Torch has no mean of whole numbers; TensorFlow's would be a whole number, Keras's is not."""
    if x.dtype == "bool":
        x = replace(x, code=method(x.code, "float"), dtype="float32")
    if x.dtype.startswith(("int", "uint")):
        raise Unsupported("the mean of whole numbers")
    return reduced(x, "mean", axis, keepdims)


@op(*tensorflow("reduce_std"), *keras("std"), aliases=NAMES)
def std(x: Tensor, axis: Param = None, keepdims: Param = False) -> Tensor:
    """Of the population: torch's default is that of a sample."""
    return reduced(x, "std", axis, keepdims, correction=0)


@op(*tensorflow("reduce_variance"), *keras("var"), aliases=NAMES)
def var(x: Tensor, axis: Param = None, keepdims: Param = False) -> Tensor:
    """Of the population: torch's default is that of a sample."""
    return reduced(x, "var", axis, keepdims, correction=0)


@op(*tensorflow("reduce_logsumexp"), *keras("logsumexp"), aliases=NAMES)
def logsumexp(x: Tensor, axis: Param = None, keepdims: Param = False) -> Tensor:
    """Torch wants the axes spelled out."""
    axes = expr(tuple(range(x.rank))) if axis.is_const(None) else axis
    return reduced(x, "logsumexp", axes, keepdims)


@op(*tensorflow("reduce_prod"), *keras("prod"), aliases=NAMES)
def prod(x: Tensor, axis: Param = None, keepdims: Param = False) -> Tensor:
    """Torch takes one axis at a time."""
    if axis.is_const(None) and keepdims.is_const(False):
        return without(x, axis, keepdims, method(x.code, "prod"))
    for place in sorted(places(x, axis), reverse=True) if axis.known else [axis]:
        x = reduced(x, "prod", expr(place), keepdims)
    return x


def _extreme(function: str, x: Tensor, axis: Expr) -> Tensor:
    if axis.is_const(None):
        x = in_order(x)
    return replace(reduced(x, function, axis, expr(False)), dtype="int64")


def _typed(x: Tensor, output_type: Expr) -> Tensor:
    """Torch's are int64; others only where the program asks for them."""
    if output_type.is_const(None) or not output_type.known:
        return x
    named, name = torch_dtype(output_type)
    return x if name == "int64" else replace(x, code=method(x.code, "to", named), dtype=name)


@op(*tensorflow("argmax"), aliases=NAMES)
def argmax(x: Tensor, axis: Param = 0, output_type: Param = None) -> Tensor:
    """TensorFlow's default is the first axis, torch's is all."""
    if x.dtype == "bool":
        x = replace(x, code=method(x.code, "int"), dtype="int32")
    return _typed(_extreme("argmax", x, expr(0) if axis.is_const(None) else axis), output_type)


@op(*tensorflow("argmin"), aliases=NAMES)
def argmin(x: Tensor, axis: Param = 0, output_type: Param = None) -> Tensor:
    """TensorFlow's default is the first axis, torch's is all."""
    return _typed(_extreme("argmin", x, expr(0) if axis.is_const(None) else axis), output_type)


def _keras_extreme(function: str, name: str, default: int | None) -> None:
    @op(name)
    def build(x: Tensor, axis: Param = default, keepdims: Param = False) -> Tensor:
        """The same."""
        if not keepdims.is_const(False):
            return replace(reduced(x, function, axis, keepdims), dtype="int64")
        return _extreme(function, x, axis)


_keras_extreme("argmax", "keras.ops.argmax", None)
_keras_extreme("argmin", "keras.ops.argmin", None)
_keras_extreme("argmax", "keras.backend.argmax", -1)
_keras_extreme("argmin", "keras.backend.argmin", -1)


@op("tf.math.count_nonzero", "keras.ops.count_nonzero", aliases=NAMES)
def count_nonzero(x: Tensor, axis: Param = None, keepdims: Param = False) -> Tensor:
    """A sum of comparisons."""
    nonzero = replace(x, code=infix(x.code, "!=", 0), dtype="int64")
    return reduced(nonzero, "sum", axis, keepdims)


@op("tf.norm", "tf.linalg.norm", aliases=NAMES)
def norm(
    x: Tensor, ord: Param = "euclidean", axis: Param = None, keepdims: Param = False
) -> Tensor:
    """Of vectors; at zero TensorFlow's gradient is not a number, torch's is zero."""
    if axis.known and isinstance(axis.value, (list, tuple)) and len(axis.value) > 1:
        raise Unsupported("the norm of matrices")
    order = expr(2) if ord.is_const("euclidean", "fro", 2) else ord
    if not order.known or isinstance(order.value, str):
        raise Unsupported(f"the norm of order {ord}")
    options = unless(order, 2, ord=order)
    x = reducible(x, axis, keepdims)
    dims: dict[str, Arg] = {} if axis.is_const(None) else {"dim": torch_axes(x, axis)}
    keep = unless(keepdims, False, keepdim=keepdims)
    code = call("torch.linalg.vector_norm", x.code, **options, **dims, **keep)
    return without(x, axis, keepdims, code)


@op("tf.nn.moments", "keras.ops.moments")
def moments(x: Tensor, axes: Param, shift: Param = None, keepdims: Param = False) -> list[Tensor]:
    """The mean and the variance of the population."""
    return [
        reduced(x, "mean", axes, keepdims),
        reduced(x, "var", axes, keepdims, correction=0),
    ]


def _cumulative(function: str, *names: str) -> None:
    @op(*names, aliases=ONE)
    def build(
        x: Tensor, axis: Param = 0, exclusive: Param = False, reverse: Param = False
    ) -> Tensor:
        """Exclusive and reversed sums are written out."""
        if not axis.known or not exclusive.is_const(False) or not reverse.known:
            raise Unsupported("an exclusive running sum or product")
        dim = x.axis(axis.value)
        if not reverse.value:
            return replace(x, code=method(x.code, function, dim=dim), mask=None)
        turned = method(method(x.code, "flip", dim), function, dim=dim)
        return replace(x, code=method(turned, "flip", dim), mask=None)


_cumulative("cumsum", *tensorflow("cumsum"), "keras.backend.cumsum")
_cumulative("cumprod", *tensorflow("cumprod"), "keras.backend.cumprod")


@op("keras.ops.cumsum")
def keras_cumsum(x: Tensor, axis: Param = None, dtype: Param = None) -> Tensor:
    """Without an axis, over all elements."""
    return _running("cumsum", x, axis, dtype)


@op("keras.ops.cumprod")
def keras_cumprod(x: Tensor, axis: Param = None, dtype: Param = None) -> Tensor:
    """Without an axis, over all elements."""
    return _running("cumprod", x, axis, dtype)


def _running(function: str, x: Tensor, axis: Expr, dtype: Expr) -> Tensor:
    typed: dict[str, Arg] = {} if dtype.is_const(None) else {"dtype": torch_dtype(dtype)[0]}
    if axis.is_const(None):
        flat = method(in_order(x).code, "flatten")
        code = method(flat, function, dim=0, **typed)
        return replace(in_order(x), code=code, dims=(), channels_hint=None, mask=None)
    return replace(x, code=method(x.code, function, dim=dimension(x, axis), **typed), mask=None)
