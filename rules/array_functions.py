"""Functions of TensorFlow on arrays, outside of models: what NumPy and torch do alike.

What they give is read by later code as an array or a tensor, and made one where a model gets it.
"""

from __future__ import annotations

from rules.data_sets import with_helpers
from transpiler.ir.expr import Arg, Expr, call, expr, index, method
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, source


def _array(made: Expr) -> Expr:
    return replace(made, array=True)


@source("tf.expand_dims", "keras.ops.expand_dims")
def expand_dims(input: Param, axis: Param, name: Param = None) -> Expr:
    """`series[..., None]`."""
    place = axis.value
    if not isinstance(place, int) or input.items is not None or isinstance(input.value, list):
        raise Unsupported("a new axis of a list, or one that is only known at run time")
    before = [":"] * place if place >= 0 else ["..."]
    parts = [*before, "None", *[":"] * (-place - 1)]
    return _array(index(input, Expr(", ".join(parts))))


@source("tf.one_hot")
def one_hot(
    indices: Param,
    depth: Param,
    on_value: Param = None,
    off_value: Param = None,
    axis: Param = None,
    dtype: Param = None,
    name: Param = None,
) -> Expr:
    """Of classes from 0 on; torch refuses others, of which TensorFlow makes zeros."""
    if not (on_value.is_const(None) and off_value.is_const(None) and axis.is_const(None, -1)):
        raise Unsupported("other values than 1 and 0, or another axis than the last one")
    if not (dtype.is_const(None) or dtype.text.endswith("float32")):
        raise Unsupported("one-hot vectors of another type")
    labels = call("torch.as_tensor", indices, dtype=Expr("torch.long"))
    made = method(call("F.one_hot", labels, depth), "float")
    return _array(with_helpers(made, "torch"))


@source("tf.random.normal", "tf.random_normal")
def normal(
    shape: Param,
    mean: Param = 0.0,
    stddev: Param = 1.0,
    dtype: Param = None,
    seed: Param = None,
    name: Param = None,
) -> Expr:
    """Numbers to try a program with."""
    sizes = _sizes(shape, dtype, seed)
    plain = mean.is_const(0, 0.0) and stddev.is_const(1, 1.0)
    made = call("torch.randn", *sizes) if plain else call("torch.normal", mean, stddev, shape)
    return _array(with_helpers(made, "torch"))


@source("tf.random.uniform", "tf.random_uniform")
def uniform(
    shape: Param,
    minval: Param = 0,
    maxval: Param = None,
    dtype: Param = None,
    seed: Param = None,
    name: Param = None,
) -> Expr:
    """Numbers to try a program with."""
    if "int" in dtype.text:
        _sizes(shape, None, seed)
        made = call("torch.randint", minval, maxval, shape, dtype=_torch_type(dtype))
        return _array(with_helpers(made, "torch"))
    sizes = _sizes(shape, dtype, seed)
    if minval.is_const(0, 0.0) and maxval.is_const(None, 1, 1.0):
        return _array(with_helpers(call("torch.rand", *sizes), "torch"))
    top = expr(1) if maxval.is_const(None) else maxval
    made = method(call("torch.empty", *sizes), "uniform_", minval, top)
    return _array(with_helpers(made, "torch"))


def _torch_type(dtype: Expr) -> Expr:
    return Expr(f"torch.{dtype.text.rpartition('.')[2].strip(chr(34) + chr(39))}")


def _sizes(shape: Expr, dtype: Expr | None, seed: Expr) -> list[Arg]:
    """The sizes of what is drawn, one by one where they are known to be several."""
    if dtype is not None and not (dtype.is_const(None) or dtype.text.endswith(("float32", "32'"))):
        raise Unsupported("numbers of another type")
    if not seed.is_const(None):
        raise Unsupported("a seed of its own")
    return [shape] if shape.items is None else list(shape.items)
