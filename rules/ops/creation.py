"""Functions that make tensors: zeros, ranges, random numbers.

`like` is a tensor of `forward`, where there is one: what is made goes where that one is.
"""

from __future__ import annotations

import re

from rules.ops.dtypes import torch_dtype
from rules.ops.naming import keras
from rules.ops.operators import Operand, in_order
from transpiler.ir.expr import Arg, Expr, attribute, call, expr, infix, joined, method
from transpiler.ir.tensor import Dim, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, op


def _made(
    function: str, shape: Expr, dtype: Expr, like: Tensor | None, *args: Arg, **options: Arg
) -> Tensor:
    """`torch.function(shape, *args)` where `like` is."""
    named, name = typed(dtype)
    sizes = shape.items or ((shape,) if shape.known else None)
    parts: tuple[Arg, ...] = (shape,) if args or sizes is None else tuple(sizes)
    code = call(function, *parts, *args, **options, **named, **placed(like))
    dims = None if sizes is None or not sizes else tuple(sizes[1:])
    return Tensor(code, dims, dtype=name)


def typed(dtype: Expr) -> tuple[dict[str, Arg], str]:
    """The `dtype=` argument, and the name of the type; float32 is torch's default too."""
    if dtype.is_const(None):
        return {}, "float32"
    named, name = torch_dtype(dtype)
    return ({} if name == "float32" and dtype.known else {"dtype": named}), name


def placed(like: Tensor | None) -> dict[str, Arg]:
    """The `device=` argument."""
    return {} if like is None else {"device": attribute(like.code, "device")}


def _filled(function: str, *names: str) -> None:
    @op(*names)
    def build(shape: Param, dtype: Param = None, *, like: Tensor | None = None) -> Tensor:
        """The same."""
        return _made(function, shape, dtype, like)


_filled("torch.zeros", "tf.zeros", *keras("zeros"))
_filled("torch.ones", "tf.ones", *keras("ones"))
_filled("torch.empty", "keras.ops.empty")


@op("tf.fill", aliases={"dims": "shape"})
def fill(shape: Param, value: Param, *, like: Tensor | None = None) -> Tensor:
    """The same."""
    return _made("torch.full", shape, expr(None), like, value)


@op("keras.ops.full", aliases={"fill_value": "value"})
def full(shape: Param, value: Param, dtype: Param = None, *, like: Tensor | None = None) -> Tensor:
    """The same."""
    return _made("torch.full", shape, dtype, like, value)


@op("tf.eye", aliases={"num_rows": "rows", "num_columns": "columns"})
def eye(
    rows: Param,
    columns: Param = None,
    batch_shape: Param = None,
    dtype: Param = None,
    *,
    like: Tensor | None = None,
) -> Tensor:
    """The same."""
    if not batch_shape.is_const(None):
        raise Unsupported("a batch of unit matrices")
    named, name = typed(dtype)
    sizes = (rows,) if columns.is_const(None) else (rows, columns)
    return Tensor(call("torch.eye", *sizes, **named, **placed(like)), (sizes[-1],), dtype=name)


@op("tf.range", aliases={"limit": "stop", "delta": "step"})
def tf_range(
    start: Param,
    stop: Param = None,
    step: Param = 1,
    dtype: Param = None,
    *,
    like: Tensor | None = None,
) -> Tensor:
    """The same; whole numbers are int64 in torch."""
    return _range(start, stop, step, dtype, like)


@op(*keras("arange"))
def arange(
    start: Param,
    stop: Param = None,
    step: Param = 1,
    dtype: Param = None,
    *,
    like: Tensor | None = None,
) -> Tensor:
    """The same; whole numbers are int64 in torch."""
    return _range(start, stop, step, dtype, like)


def _range(start: Expr, stop: Expr, step: Expr, dtype: Expr, like: Tensor | None) -> Tensor:
    bounds = (start,) if stop.is_const(None) else (start, stop)
    steps = () if step.is_const(1) else (step,)
    if steps and len(bounds) == 1:
        bounds = (expr(0), *bounds)
    named: dict[str, Arg] = {}
    name = "float32" if any(isinstance(b.value, float) for b in (*bounds, *steps)) else "int64"
    if not dtype.is_const(None):
        spelled, wanted = torch_dtype(dtype)
        named, name = ({} if wanted == name else {"dtype": spelled}), wanted
    return Tensor(call("torch.arange", *bounds, *steps, **named, **placed(like)), (), dtype=name)


@op("tf.linspace", "keras.ops.linspace")
def linspace(start: Param, stop: Param, num: Param = 50, *, like: Tensor | None = None) -> Tensor:
    """The same."""
    return Tensor(call("torch.linspace", start, stop, num, **placed(like)), ())


@op("tf.constant", "tf.convert_to_tensor", "keras.backend.constant", "keras.ops.convert_to_tensor",
    "keras.ops.array")  # fmt: skip
def constant(
    value: Operand, dtype: Param = None, shape: Param = None, *, like: Tensor | None = None
) -> Tensor:
    """A tensor stays one; numbers with a point are float32 in both."""
    if not shape.is_const(None):
        raise Unsupported("a constant that is put into a shape")
    if isinstance(value, Tensor):
        if dtype.is_const(None):
            return value
        named, name = torch_dtype(dtype)
        return replace(value, code=method(value.code, "to", named), dtype=name)
    named_dtype, name = typed(dtype)
    if dtype.is_const(None) and value.known and _whole(value.value):
        name = "int64"
    elif value.known and _whole(value.value) and name == "float32":
        named_dtype = {"dtype": Expr("torch.float32")}
    code = call("torch.tensor", value, **named_dtype, **placed(like))
    return Tensor(code, _list_dims(value), dtype=name)


def _whole(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_whole(v) for v in value)
    return isinstance(value, int)


def _list_dims(value: Expr) -> tuple[Dim, ...] | None:
    """The shape of a nested list, without its first axis."""
    sizes: list[Dim] = []
    while value.items:
        sizes.append(expr(len(value.items)))
        value = value.items[0]
    return tuple(sizes[1:]) if sizes else None


def _like_shape(shape: Expr) -> Expr | None:
    """The tensor whose shape it is: of `z.shape`, or of `(z.shape[0], z.shape[1])`."""
    if shape.text.endswith(".shape"):
        return joined(shape.text.removesuffix(".shape"), shape.strength, shape)
    parts = [re.fullmatch(r"(.+)\.shape\[(\d+)\]", s.text) for s in shape.items or ()]
    owners = {p[1] for p in parts if p}
    if not parts or len(owners) != 1 or [p and int(p[2]) for p in parts] != [*range(len(parts))]:
        return None
    return joined(owners.pop(), shape.strength, shape)


def _random(
    function: str, shape: Expr, dtype: Expr, like: Tensor | None
) -> tuple[Expr, tuple[Dim, ...] | None, str]:
    """`torch.randn(shape)`, or `torch.randn_like(z)` where it has the shape of a tensor."""
    named, name = typed(dtype)
    dims = None if shape.items is None else tuple(shape.items[1:])
    owner = _like_shape(shape)
    if owner is not None:
        return call(f"{function}_like", owner, **named), dims, name
    sizes: tuple[Arg, ...] = shape.items or (shape,)
    return call(function, *sizes, **named, **placed(like)), dims, name


@op("tf.random.normal", "keras.backend.random_normal", "keras.random.normal",
    "tf.random_normal")  # fmt: skip
def normal(
    shape: Param,
    mean: Param = 0.0,
    stddev: Param = 1.0,
    dtype: Param = None,
    seed: Param = None,
    *,
    like: Tensor | None = None,
) -> Tensor:
    """The same distribution; the numbers are others."""
    code, dims, name = _random("torch.randn", shape, dtype, like)
    code = infix(infix(_float(stddev, 1.0), "*", code), "+", mean)
    return Tensor(code, dims, dtype=name)


def _float(value: Expr, neutral: float) -> Expr:
    return expr(1) if value.is_const(neutral, int(neutral)) else value


@op("tf.random.uniform", "keras.backend.random_uniform", "keras.random.uniform",
    "tf.random_uniform")  # fmt: skip
def uniform(
    shape: Param,
    minval: Param = 0.0,
    maxval: Param = None,
    dtype: Param = None,
    seed: Param = None,
    *,
    like: Tensor | None = None,
) -> Tensor:
    """The same distribution; the numbers are others."""
    high = expr(1.0) if maxval.is_const(None) else maxval
    _, name = typed(dtype)
    if name.startswith(("int", "uint")):
        raise Unsupported("random whole numbers")
    code, dims, name = _random("torch.rand", shape, dtype, like)
    spread = infix(high, "-", minval)
    return Tensor(infix(infix(_float(spread, 1.0), "*", code), "+", minval), dims, dtype=name)


@op("tf.random.truncated_normal", "keras.backend.truncated_normal",
    "keras.random.truncated_normal")  # fmt: skip
def truncated_normal(
    shape: Param,
    mean: Param = 0.0,
    stddev: Param = 1.0,
    dtype: Param = None,
    seed: Param = None,
    *,
    like: Tensor | None = None,
) -> Tensor:
    """Cut off at two standard deviations; the numbers are others."""
    if not (mean.known and stddev.known):
        raise Unsupported("the bounds are only known when the program runs")
    empty = _made("torch.empty", shape, dtype, like)
    m, s = float(mean.value), float(stddev.value)
    code = call("nn.init.trunc_normal_", empty.code, m, s, m - 2 * s, m + 2 * s)
    return replace(empty, code=code)


@op("tf.nn.dropout", "keras.random.dropout", "keras.backend.dropout",
    aliases={"inputs": "x", "level": "rate"})  # fmt: skip
def dropout(x: Tensor, rate: Param, noise_shape: Param = None, seed: Param = None) -> Tensor:
    """At work always, as in Keras; the mask is another."""
    if not noise_shape.is_const(None):
        raise Unsupported("dropout with a noise shape")
    options: dict[str, Arg] = {} if rate.is_const(0.5) else {"p": rate}
    return replace(x, code=call("F.dropout", x.code, **options), mask=None)


@op("tf.random.shuffle", "tf.random_shuffle", "keras.random.shuffle", aliases={"value": "x"})
def shuffle(x: Tensor, seed: Param = None, axis: Param = 0) -> Tensor:
    """Another order."""
    if not axis.is_const(0):
        raise Unsupported("a shuffle along another axis than the first")
    x = in_order(x)
    order = call("torch.randperm", call("len", x.code), device=attribute(x.code, "device"))
    return replace(x, code=joined(f"{x.code.wrapped(18)}[{order}]", 18, x.code, order), mask=None)
