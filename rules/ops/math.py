"""Functions that work on each element by itself."""

from __future__ import annotations

from rules.emitted import TORCH, emitted
from rules.ops.dtypes import converted, torch_dtype
from rules.ops.naming import ONE, TWO, everywhere, keras, tensorflow
from rules.ops.operators import (
    Operand,
    binary,
    broadcast,
    code_of,
    in_order,
    is_number,
    together,
)
from transpiler.ir.expr import Expr, call, expr, method, prefix
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, op

emitted(
    "divide_no_nan",
    '''
def divide_no_nan(x, y):
    """x / y, and 0 where y is 0; so are the gradients."""
    zero = y == 0
    return torch.where(zero, 0.0, x / torch.where(zero, 1.0, y))
''',
    (),
    TORCH,
)


def _method(name: str, *names: str, dtype: str | None = None) -> None:
    """Declare functions of one tensor that are a method of torch's."""

    @op(*names, aliases=ONE)
    def build(x: Tensor) -> Tensor:
        """The same."""
        made = replace(x, code=method(x.code, name), mask=None, dtype=dtype or x.dtype)
        return made.ending_in(name, x.code) if name == "sigmoid" else made


for _name in (
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "digamma",
    "erf", "erfinv", "exp", "expm1", "floor", "lgamma", "log", "log1p", "reciprocal", "round",
    "rsqrt", "sigmoid", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh",
):  # fmt: skip
    _method(_name, *everywhere(_name))

_method("abs", "keras.ops.absolute")
for _name in ("cos", "sin", "tan", "cosh", "sinh", "tanh"):
    _method(f"a{_name}", f"keras.ops.arc{_name}")
_method("log2", "keras.ops.log2")
_method("log10", "keras.ops.log10")
_method("trunc", "keras.ops.trunc")
_method("tanh", "tf.nn.tanh")
_method("sigmoid", "tf.nn.sigmoid")
_method("isnan", *tensorflow("is_nan"), "keras.ops.isnan", dtype="bool")
_method("isinf", *tensorflow("is_inf"), "keras.ops.isinf", dtype="bool")
_method("isfinite", *tensorflow("is_finite"), "keras.ops.isfinite", dtype="bool")
_method("logical_not", *everywhere("logical_not"), dtype="bool")
_method("detach", "tf.stop_gradient", *keras("stop_gradient"))
_method("angle", *everywhere("angle"))
_method("conj", *everywhere("conj"))
_method("real", *everywhere("real"))
_method("imag", *everywhere("imag"))


@op(*everywhere("negative"), aliases=ONE)
def negative(x: Tensor) -> Tensor:
    """The same."""
    return replace(x, code=prefix("-", x.code), mask=None)


@op("tf.identity", "keras.ops.copy", "keras.backend.identity", aliases=ONE)
def identity(x: Tensor) -> Tensor:
    """Nothing happens."""
    return x


def _operator(operator: str, *names: str) -> None:
    """Declare functions of two operands that are an operator of Python's."""

    @op(*names, aliases=TWO)
    def build(x: Operand, y: Operand) -> Tensor:
        """The same."""
        return binary(x, operator, y)


for _operation, _names in {
    "+": everywhere("add"),
    "-": everywhere("subtract"),
    "*": everywhere("multiply"),
    "/": (*everywhere("divide"), *everywhere("truediv"), "keras.ops.true_divide"),
    "//": (*everywhere("floordiv"), "keras.ops.floor_divide"),
    "%": (*everywhere("mod"), *tensorflow("floormod")),
    "**": (*everywhere("pow"), "keras.ops.power"),
    "==": everywhere("equal"),
    "!=": everywhere("not_equal"),
    ">": everywhere("greater"),
    ">=": everywhere("greater_equal"),
    "<": everywhere("less"),
    "<=": everywhere("less_equal"),
}.items():
    _operator(_operation, *_names)


def _function(name: str, *names: str, dtype: str | None = None) -> None:
    """Declare functions of two operands that are a function of torch's."""

    @op(*names, aliases=TWO)
    def build(x: Operand, y: Operand) -> Tensor:
        """The same."""
        if isinstance(x, Expr) or (isinstance(y, Expr) and name != "torch.fmod"):
            raise Unsupported("torch takes two tensors here")
        left, right = together(x, y)
        return joint(call(name, code_of(left), code_of(right)), left, right, dtype=dtype)


def joint(code: Expr, *operands: Operand, dtype: str | None = None) -> Tensor:
    """What a function computes of operands that it broadcasts."""
    tensors = [t for t in operands if isinstance(t, Tensor)]
    result = broadcast(tensors)
    return replace(result, code=code, mask=None, dtype=dtype or result.dtype)


_function("torch.logical_and", *everywhere("logical_and"), dtype="bool")
_function("torch.logical_or", *everywhere("logical_or"), dtype="bool")
_function("torch.logical_xor", *everywhere("logical_xor"), dtype="bool")
_function("torch.atan2", *everywhere("atan2"), "keras.ops.arctan2")
_function("torch.fmod", *tensorflow("truncatemod"))
_function("torch.xlogy", "tf.math.xlogy")


@op(*everywhere("maximum"), aliases=TWO)
def maximum(x: Operand, y: Operand) -> Tensor:
    """Where both are equal, TensorFlow sends the gradient to the first, torch half to each."""
    return _extreme(x, y, "torch.maximum", "min")


@op(*everywhere("minimum"), aliases=TWO)
def minimum(x: Operand, y: Operand) -> Tensor:
    """Where both are equal, TensorFlow sends the gradient to the first, torch half to each."""
    return _extreme(x, y, "torch.minimum", "max")


def _extreme(x: Operand, y: Operand, function: str, bound: str) -> Tensor:
    left, right = together(x, y)
    if isinstance(left, Tensor) and isinstance(right, Tensor):
        return joint(call(function, left.code, right.code), left, right)
    tensor, limit = (left, right) if isinstance(left, Tensor) else (right, left)
    assert isinstance(tensor, Tensor)
    return joint(method(tensor.code, "clamp", **{bound: code_of(limit)}), tensor)


@op(
    "tf.clip_by_value",
    *keras("clip"),
    aliases={
        "t": "x",
        "clip_value_min": "x_min",
        "clip_value_max": "x_max",
        "min_value": "x_min",
        "max_value": "x_max",
    },
)
def clip(x: Tensor, x_min: Operand, x_max: Operand) -> Tensor:
    """The same."""
    values = together(x, x_min, x_max)
    low, high = (code_of(v) for v in values[1:])
    tensor = values[0]
    assert isinstance(tensor, Tensor)
    if low.is_const(None):
        return joint(method(tensor.code, "clamp", max=high), *values)
    limits = (low,) if high.is_const(None) else (low, high)
    return joint(method(tensor.code, "clamp", *limits), *values)


@op("tf.where", "keras.ops.where", "keras.backend.switch", aliases={
    "x": "x1", "y": "x2", "then_expression": "x1", "else_expression": "x2",
})  # fmt: skip
def where(condition: Tensor, x1: Operand | None = None, x2: Operand | None = None) -> Tensor:
    """With a condition alone, the places where it holds."""
    if x1 is None or x2 is None or (isinstance(x1, Expr) and x1.is_const(None)):
        found = call("torch.nonzero", in_order(condition).code)
        return Tensor(found, (expr(condition.rank),), dtype="int64")
    values = together(condition, x1, x2)
    code = call("torch.where", *(code_of(v) for v in values))
    dtypes = [v.dtype for v in values[1:] if isinstance(v, Tensor)]
    return joint(code, *values, dtype=dtypes[0] if dtypes else _number_type(x1, x2))


def _number_type(*numbers: Operand) -> str:
    """The type of a tensor made of numbers."""
    whole = all(isinstance(n, Expr) and n.known and isinstance(n.value, int) for n in numbers)
    return "int64" if whole else "float32"


@op(*tensorflow("squared_difference"), aliases=TWO)
def squared_difference(x: Operand, y: Operand) -> Tensor:
    """Written out."""
    return replace(difference := binary(x, "-", y), code=method(difference.code, "square"))


@op("tf.math.divide_no_nan", "keras.ops.divide_no_nan", aliases=TWO)
def divide_no_nan(x: Operand, y: Operand) -> Tensor:
    """Torch has none; its gradients must be 0 too where the divisor is."""
    if isinstance(y, Expr):
        if not is_number(y) or not y.value:
            raise Unsupported("a divisor that is no tensor, and may be zero")
        return binary(x, "/", y)
    left, right = together(x, y)
    return joint(helper("divide_no_nan", code_of(left), code_of(right)), left, right)


@op("tf.add_n", aliases={"inputs": "xs"})
def add_n(xs: list[Tensor]) -> Tensor:
    """Written out, or the sum of a list."""
    if any(x.code.text.startswith("*") for x in xs):
        if len(xs) > 1:
            raise Unsupported("the number of tensors to add is only known at run time")
        each = xs[0]  # its last size is that of all together
        listed = replace(each.code, text=each.code.text[1:])
        dims = (*each.dims[:-1], each.channels_hint) if each.dims else each.dims
        return replace(each, code=call("sum", listed), dims=dims, channels_hint=None)
    result = xs[0]
    for x in xs[1:]:
        result = binary(result, "+", x)
    return result


@op("tf.scalar_mul")
def scalar_mul(scalar: Operand, x: Tensor) -> Tensor:
    """An operator."""
    return binary(scalar, "*", x, scalar=True)


@op("tf.cast", *keras("cast"))
def cast(x: Tensor, dtype: Param) -> Tensor:
    """By the short method, where there is one."""
    return converted(x, dtype)


@op("tf.zeros_like", *keras("zeros_like"), aliases=ONE)
def zeros_like(x: Tensor, dtype: Param = None) -> Tensor:
    """The same."""
    return _like("torch.zeros_like", x, dtype)


@op("tf.ones_like", *keras("ones_like"), aliases=ONE)
def ones_like(x: Tensor, dtype: Param = None) -> Tensor:
    """The same."""
    return _like("torch.ones_like", x, dtype)


def _like(function: str, x: Tensor, dtype: Expr) -> Tensor:
    if dtype.is_const(None):
        return replace(x, code=call(function, x.code), mask=None)
    named, name = torch_dtype(dtype)
    return replace(x, code=call(function, x.code, dtype=named), mask=None, dtype=name)
