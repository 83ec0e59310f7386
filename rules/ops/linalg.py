"""Products of matrices and tensors."""

from __future__ import annotations

from typing import Any

from rules.layers import merging
from rules.ops.naming import TWO
from rules.ops.operators import Operand, code_of, in_order, matmul
from transpiler.ir.expr import Arg, Expr, attribute, call, expr, method
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, Result, op, unless


@op("tf.matmul", "tf.linalg.matmul", layout=Layout.LAST)
def tf_matmul(
    a: Operand,
    b: Operand,
    transpose_a: Param = False,
    transpose_b: Param = False,
    adjoint_a: Param = False,
    adjoint_b: Param = False,
) -> Tensor:
    """An operator, with `.mT` for what is transposed."""
    turn_a, turn_b = _either(transpose_a, adjoint_a), _either(transpose_b, adjoint_b)
    return matmul(_turned(a) if turn_a else a, _turned(b) if turn_b else b)


def _either(transpose: Expr, adjoint: Expr) -> bool:
    if not (transpose.known and adjoint.known):
        raise Unsupported("what is transposed is only known when the program runs")
    return bool(transpose.value or adjoint.value)


def _turned(x: Operand) -> Operand:
    """A matrix with its rows as columns."""
    if isinstance(x, Expr):
        return attribute(x, "mT")
    x = in_order(x)
    dims: tuple[Dim, ...] | None = None
    if x.dims is not None:
        sizes: tuple[Dim, ...] = (None, *x.dims)
        dims = (*sizes[:-2], sizes[-1], sizes[-2])[1:]
    return replace(x, code=attribute(x.code, "mT"), dims=dims, channels_hint=None)


@op("keras.ops.matmul", layout=Layout.LAST, aliases=TWO)
def keras_matmul(x: Operand, y: Operand) -> Tensor:
    """An operator."""
    return matmul(x, y)


@op("keras.backend.dot", "keras.ops.dot", layout=Layout.LAST, aliases=TWO)
def dot(x: Operand, y: Operand) -> Tensor:
    """A matrix product where the second is a matrix or vector; else axes go elsewhere."""
    if isinstance(y, Tensor) and y.rank > 2:
        raise Unsupported("dot with a second tensor of more than two axes")
    return matmul(x, y)


@op("keras.backend.batch_dot", layout=Layout.LAST)
def batch_dot(x: Tensor, y: Tensor, axes: Param = None) -> Result:
    """As the Dot layer."""
    if axes.is_const(None):
        axes = expr((x.rank - 1, max(y.rank - 2, 1)))
    return merging.dot([in_order(x), in_order(y)], axes, expr(False))


@op("tf.einsum", "keras.ops.einsum", layout=Layout.LAST, aliases={"subscripts": "equation"})
def einsum(equation: Param, *operands: Operand) -> Tensor:
    """The same."""
    ordered = [in_order(t) if isinstance(t, Tensor) else t for t in operands]
    tensors = [t for t in ordered if isinstance(t, Tensor)]
    code = call("torch.einsum", equation, *(code_of(t) for t in ordered))
    dims = _einsum_dims(equation, ordered)
    return replace(tensors[0], code=code, dims=dims, channels_hint=None, mask=None)


def _einsum_dims(equation: Expr, operands: list[Operand]) -> tuple[Dim, ...] | None:
    text = equation.value if equation.known else ""
    if not isinstance(text, str) or "->" not in text or "..." in text:
        return None
    inputs, output = text.replace(" ", "").split("->")
    sizes: dict[str, Dim] = {}
    for labels, operand in zip(inputs.split(","), operands, strict=True):
        if isinstance(operand, Tensor) and operand.dims is not None:
            for label, size in zip(labels[1:], operand.dims, strict=False):
                sizes[label] = sizes.get(label) or size
    return tuple(sizes.get(label) for label in output[1:]) if output else None


@op("tf.tensordot", "keras.ops.tensordot", layout=Layout.LAST, aliases=TWO)
def tensordot(x: Operand, y: Operand, axes: Param = 2) -> Tensor:
    """The same; axes are numbers of axes, or two lists of them."""
    ordered = [in_order(t) if isinstance(t, Tensor) else t for t in (x, y)]
    tensors = [t for t in ordered if isinstance(t, Tensor)]
    dims: Any = axes
    if axes.known and isinstance(axes.value, (list, tuple)):
        dims = tuple([a] if isinstance(a, int) else list(a) for a in axes.value)
    code = call("torch.tensordot", *(code_of(t) for t in ordered), dims=dims)
    return replace(tensors[0], code=code, dims=None, channels_hint=None, mask=None)


def _matrices(function: str, *names: str) -> None:
    """Declare functions of matrices that torch has too, of the same shape."""

    @op(*names, layout=Layout.LAST, aliases={"input": "x", "tensor": "x"})
    def build(x: Tensor) -> Tensor:
        """The same."""
        x = in_order(x)
        return replace(x, code=call(function, x.code), mask=None)


_matrices("torch.linalg.inv", "tf.linalg.inv", "keras.ops.inv", "keras.ops.linalg.inv")
_matrices("torch.linalg.cholesky", "tf.linalg.cholesky", "keras.ops.cholesky")


def _triangle(function: str, name: str) -> None:
    @op(name, layout=Layout.LAST)
    def build(x: Tensor, k: Param = 0) -> Tensor:
        """The same."""
        x = in_order(x)
        below: list[Arg] = list(unless(k, 0, k=k).values())
        return replace(x, code=call(function, x.code, *below), mask=None)


_triangle("torch.tril", "keras.ops.tril")
_triangle("torch.triu", "keras.ops.triu")


@op("tf.linalg.band_part", layout=Layout.LAST, aliases={"input": "x"})
def band_part(x: Operand, num_lower: Param, num_upper: Param) -> Tensor:
    """A triangle where one of the numbers is -1."""
    if not isinstance(x, Tensor):
        x = Tensor(x, None)
    x = in_order(x)
    if num_upper.is_const(-1) and num_lower.is_const(-1):
        return x
    if num_upper.is_const(-1):
        return replace(x, code=call("torch.triu", x.code, *_offset(num_lower, -1)), mask=None)
    if num_lower.is_const(-1):
        return replace(x, code=call("torch.tril", x.code, *_offset(num_upper, 1)), mask=None)
    upper = call("torch.triu", x.code, *_offset(num_lower, -1))
    return replace(x, code=call("torch.tril", upper, *_offset(num_upper, 1)), mask=None)


def _offset(count: Expr, sign: int) -> list[Arg]:
    if count.is_const(0):
        return []
    if count.known:
        return [sign * count.value]
    raise Unsupported("how many diagonals are kept is only known when the program runs")


@op("tf.linalg.trace", "keras.ops.trace", layout=Layout.LAST)
def trace(x: Tensor) -> Tensor:
    """The sum of the diagonals of the last two axes."""
    x = in_order(x)
    code = method(method(x.code, "diagonal", dim1=-2, dim2=-1), "sum", -1)
    dims = None if x.dims is None or x.rank < 3 else x.dims[:-2]
    return replace(x, code=code, dims=dims, channels_hint=None, mask=None)


@op("tf.linalg.diag", layout=Layout.LAST, aliases={"diagonal": "x"})
def diag(x: Tensor) -> Tensor:
    """Torch's name for it is diag_embed."""
    x = in_order(x)
    dims = None if x.dims is None or not x.dims else (*x.dims, x.dims[-1])
    return replace(x, code=call("torch.diag_embed", x.code), dims=dims, mask=None)


@op("tf.linalg.diag_part", layout=Layout.LAST, aliases={"input": "x"})
def diag_part(x: Tensor) -> Tensor:
    """The diagonals of the last two axes."""
    x = in_order(x)
    code = method(x.code, "diagonal", dim1=-2, dim2=-1)
    if x.dims is None or x.rank < 3:
        return replace(x, code=code, dims=None, channels_hint=None, mask=None)
    rows, columns = x.dims[-2:]
    known = rows is not None and columns is not None and rows.known and columns.known
    shorter = expr(min(rows.value, columns.value)) if known and rows and columns else None
    return replace(x, code=code, dims=(*x.dims[:-2], shorter), mask=None)
