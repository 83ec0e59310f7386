"""Functions of neural networks: activations, softmax, normalization, one-hot."""

from __future__ import annotations

from math import sqrt

from rules import activations
from rules.ops.dtypes import SHORT, torch_dtype
from rules.ops.naming import OLD, ONE, keras, tensorflow
from rules.ops.operators import Operand, binary, code_of, in_order, is_number, together
from rules.ops.reductions import torch_axes
from transpiler.ir.expr import Expr, call, expr, infix, method
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.rule import Param, Result, helper, op, unless


def _same(name: str, *names: str) -> None:
    """Declare functions that are an activation with its default options."""

    @op(*names, aliases=ONE)
    def build(x: Tensor) -> Result:
        """As the activation."""
        return replace(activations.activated(x, expr(name)), mask=None)


_same("relu", "tf.nn.relu", "keras.ops.relu")
_same("relu6", "tf.nn.relu6", "keras.ops.relu6")
_same("elu", "tf.nn.elu")
_same("selu", "tf.nn.selu", "keras.ops.selu")
_same("softplus", "tf.nn.softplus", "tf.math.softplus", *keras("softplus"))
_same("softsign", "tf.nn.softsign", "tf.math.softsign", *keras("softsign"))
_same("log_sigmoid", "tf.math.log_sigmoid", "keras.ops.log_sigmoid")
_same("silu", "keras.ops.silu", "keras.ops.swish")
_same("hard_silu", "keras.ops.hard_silu", "keras.ops.hard_swish")
_same("hard_tanh", "keras.ops.hard_tanh")
_same("hard_sigmoid", "keras.ops.hard_sigmoid")
_same("mish", "keras.ops.mish")
_same("tanh_shrink", "keras.ops.tanh_shrink")


@op("tf.nn.silu", "tf.nn.swish", aliases=ONE)
def silu(x: Tensor, beta: Param = 1.0) -> Tensor:
    """With a beta, written out."""
    if beta.is_const(1, 1.0):
        return replace(x, code=call("F.silu", x.code), mask=None)
    gate = method(infix(beta, "*", x.code), "sigmoid")
    return replace(x, code=infix(x.code, "*", gate), mask=None)


@op("keras.backend.hard_sigmoid")
def backend_hard_sigmoid(x: Tensor) -> Tensor:
    """Keras 2's: a line with slope 0.2."""
    line = infix(infix(0.2, "*", x.code), "+", 0.5)
    return replace(x, code=method(line, "clamp", 0, 1), mask=None)


@op("keras.backend.relu")
def backend_relu(
    x: Tensor, alpha: Param = 0.0, max_value: Param = None, threshold: Param = 0.0
) -> Tensor:
    """As the activation, whose slope is called otherwise."""
    return replace(activations.relu(x, alpha, max_value, threshold), mask=None)


@op("keras.backend.elu", "keras.ops.elu")
def elu(x: Tensor, alpha: Param = 1.0) -> Tensor:
    """As the activation."""
    return replace(activations.elu(x, alpha), mask=None)


@op("tf.nn.leaky_relu", aliases=ONE)
def leaky_relu(x: Tensor, alpha: Param = 0.2) -> Tensor:
    """As the activation."""
    return replace(activations.leaky_relu(x, alpha), mask=None)


@op("keras.ops.leaky_relu")
def keras_leaky_relu(x: Tensor, negative_slope: Param = 0.2) -> Tensor:
    """As the activation."""
    return replace(activations.leaky_relu(x, negative_slope), mask=None)


@op("tf.nn.gelu", aliases=ONE)
def gelu(x: Tensor, approximate: Param = False) -> Tensor:
    """As the activation."""
    return replace(activations.gelu(x, approximate), mask=None)


@op("keras.ops.gelu")
def keras_gelu(x: Tensor, approximate: Param = True) -> Tensor:
    """Approximate by default, other than the activation."""
    return replace(activations.gelu(x, approximate), mask=None)


@op("tf.nn.softmax", *keras("softmax"), aliases={**ONE, **OLD})
def softmax(x: Tensor, axis: Param = -1) -> Tensor:
    """As the activation."""
    return replace(activations.softmax(x, expr(-1) if axis.is_const(None) else axis), mask=None)


@op("tf.nn.log_softmax", "keras.ops.log_softmax", aliases={**ONE, **OLD})
def log_softmax(x: Tensor, axis: Param = -1) -> Tensor:
    """As the activation."""
    axis = expr(-1) if axis.is_const(None) else axis
    return replace(activations.log_softmax(x, axis), mask=None)


@op("tf.nn.l2_normalize", *tensorflow("l2_normalize"), aliases={**ONE, **OLD})
def l2_normalize(x: Tensor, axis: Param = None, epsilon: Param = 1e-12) -> Tensor:
    """TensorFlow's epsilon bounds the square of the norm, torch's the norm."""
    if not epsilon.known:
        raise Unsupported("epsilon is only known when the program runs")
    return _normalized(x, axis, sqrt(epsilon.value))


@op("keras.backend.l2_normalize")
def backend_l2_normalize(x: Tensor, axis: Param = None) -> Tensor:
    """The epsilon bounds the square of the norm, torch's the norm."""
    return _normalized(x, axis, 1e-6)


@op("keras.ops.normalize")
def normalize(x: Tensor, axis: Param = -1, order: Param = 2, epsilon: Param = None) -> Tensor:
    """Keras's epsilon is 1e-7."""
    bound = expr(1e-7) if epsilon.is_const(None) else epsilon
    if not order.is_const(2) or not bound.known:
        raise Unsupported(f"a norm of order {order}")
    return _normalized(x, axis, bound.value)


def _normalized(x: Tensor, axis: Expr, bound: float) -> Tensor:
    """`x` divided by its norm along an axis, or by that of all its elements."""
    many = axis.known and isinstance(axis.value, (list, tuple)) and len(axis.value) > 1
    if axis.is_const(None) or many:
        along = {} if axis.is_const(None) else {"dim": torch_axes(x, axis), "keepdim": True}
        norm = call("torch.linalg.vector_norm", x.code, **along)
        return replace(x, code=infix(x.code, "/", method(norm, "clamp", min=bound)), mask=None)
    dim = torch_axes(x, axis)
    options = {} if expr(dim).is_const(1) else {"dim": dim}
    return replace(x, code=call("F.normalize", x.code, **options, eps=bound), mask=None)


@op("tf.one_hot", layout=Layout.LAST, aliases={"indices": "x"})
def one_hot(
    x: Tensor,
    depth: Param,
    on_value: Param = None,
    off_value: Param = None,
    axis: Param = None,
    dtype: Param = None,
) -> Tensor:
    """An index out of range is an error in torch, a row of zeros in TensorFlow."""
    if not on_value.is_const(None, 1, 1.0) or not off_value.is_const(None, 0, 0.0):
        raise Unsupported("a one-hot encoding with values other than 1 and 0")
    return _one_hot(x, depth, axis, dtype)


@op(*keras("one_hot"), layout=Layout.LAST, aliases={"indices": "x"})
def keras_one_hot(
    x: Tensor, num_classes: Param, axis: Param = -1, dtype: Param = None, sparse: Param = False
) -> Tensor:
    """An index out of range is an error in torch, a row of zeros in Keras."""
    return _one_hot(x, num_classes, axis, dtype)


def _one_hot(x: Tensor, depth: Expr, axis: Expr, dtype: Expr) -> Tensor:
    if not axis.is_const(None, -1):
        raise Unsupported(f"a one-hot encoding along axis {axis}")
    x = in_order(x)
    indices = x.code if x.dtype == "int64" else method(x.code, "long")
    code = call("F.one_hot", indices, depth)
    named, name = (None, "float32") if dtype.is_const(None) else torch_dtype(dtype)
    if name != "int64":
        code = method(code, SHORT[name]) if name in SHORT else method(code, "to", named)
    dims = None if x.dims is None else (*x.dims, depth)
    hint = depth if dims is None else None
    return replace(x, code=code, dims=dims, channels_hint=hint, dtype=name, mask=None)


@op("tf.nn.bias_add", "keras.backend.bias_add", aliases={"value": "x"})
def bias_add(x: Tensor, bias: Operand, data_format: Param = None) -> Tensor:
    """An operator: the bias belongs to the last axis."""
    if not data_format.is_const(None, "NHWC", "channels_last"):
        raise Unsupported(f"data_format={data_format}")
    return binary(x, "+", bias)


@op("tf.nn.local_response_normalization", "tf.nn.lrn", layout=Layout.FIRST, aliases=ONE)
def local_response_normalization(
    x: Tensor,
    depth_radius: Param = 5,
    bias: Param = 1.0,
    alpha: Param = 1.0,
    beta: Param = 0.5,
) -> Tensor:
    """Torch takes the whole width, and the mean over it where TensorFlow takes the sum."""
    size = infix(infix(2, "*", depth_radius), "+", 1)
    share = infix(size, "*", alpha)
    if share.known:
        share = expr(float(f"{share.value:.12g}"))
    options = {
        **unless(share, 1e-4, alpha=share),
        **unless(beta, 0.75, beta=beta),
        **({} if bias.is_const(1, 1.0) else {"k": bias}),
    }
    return replace(x, code=call("F.local_response_norm", x.code, size, **options), mask=None)


@op("tf.nn.l2_loss", aliases=ONE)
def l2_loss(x: Tensor) -> Tensor:
    """Half of the sum of squares."""
    code = infix(method(method(x.code, "square"), "sum"), "/", 2)
    shaped = replace(x, code=code, dims=None, channels_hint=None, mask=None, layout=Layout.LAST)
    return replace(shaped, number=True)


@op("tf.nn.sigmoid_cross_entropy_with_logits", layout=Layout.LAST)
def sigmoid_cross_entropy(labels: Operand, logits: Tensor) -> Tensor:
    """One loss for each element."""
    target, x = together(labels, logits)
    code = call(
        "F.binary_cross_entropy_with_logits", code_of(x), code_of(target), reduction=expr("none")
    )
    assert isinstance(x, Tensor)
    return replace(x, code=code, mask=None)


@op("tf.nn.weighted_cross_entropy_with_logits", layout=Layout.LAST, aliases={"targets": "labels"})
def weighted_cross_entropy(labels: Operand, logits: Tensor, pos_weight: Operand) -> Tensor:
    """One loss for each element; torch takes the weight as a tensor."""
    labels, pos_weight = (in_order(t) if isinstance(t, Tensor) else t for t in (labels, pos_weight))
    target, x = together(labels, in_order(logits))
    assert isinstance(x, Tensor)
    weight = code_of(pos_weight)
    if not isinstance(pos_weight, Tensor) and ".new_tensor(" not in weight.text:
        named = x.code.text.isidentifier() and not is_number(pos_weight)
        weight = method(x.code, "new_tensor", weight) if named else call("torch.tensor", weight)
    code = call(
        "F.binary_cross_entropy_with_logits",
        x.code,
        code_of(target),
        pos_weight=weight,
        reduction=expr("none"),
    )
    return replace(x, code=code, mask=None)


@op("tf.nn.sparse_softmax_cross_entropy_with_logits", layout=Layout.LAST)
def sparse_softmax_cross_entropy(labels: Tensor, logits: Tensor) -> Tensor:
    """One loss for each sample; torch wants the classes at axis 1."""
    x = in_order(logits)
    scores = x.code if x.rank == 2 else method(x.code, "movedim", -1, 1)
    classes = labels.code if labels.dtype == "int64" else method(labels.code, "long")
    code = call("F.cross_entropy", scores, classes, reduction=expr("none"))
    return replace(x, code=code, dims=(x.dims or ())[:-1], mask=None)


_AS_FLOATS = regex(r"(?:\.(?:float|double|to)\([^()]*\))*$")


def _is_one_hot(code: str) -> bool:
    """Whether it is torch's function of that name, and nothing is done with what that gives."""
    made, depth = code[: _AS_FLOATS.search(code).start()], 0  # type: ignore[union-attr]
    if not made.startswith("F.one_hot("):
        return False
    for place, sign in enumerate(made):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == ")" and not depth:
            return place == len(made) - 1
    return False


def softmax_cross_entropy_of(labels: Expr, logits: Expr, rank: int | None) -> Expr:
    """The crossentropy of each row, whose classes are at the last axis; torch's are at axis 1.

    TensorFlow's gradient is `softmax - labels`, which is that of torch if these add up to 1.
    """
    if not _is_one_hot(labels.text) or rank is None:
        return helper("softmax_cross_entropy", logits, labels)
    codes = [code if rank == 2 else method(code, "movedim", -1, 1) for code in (logits, labels)]
    return call("F.cross_entropy", *codes, reduction=expr("none"))


@op("tf.nn.softmax_cross_entropy_with_logits", layout=Layout.LAST)
def softmax_cross_entropy(labels: Tensor, logits: Tensor, axis: Param = -1) -> Tensor:
    """One loss for each sample."""
    if not axis.is_const(-1):
        raise Unsupported(f"cross-entropy along axis {axis}")
    x, target = in_order(logits), in_order(labels)
    code = softmax_cross_entropy_of(target.code, x.code, x.rank)
    return replace(x, code=code, dims=(x.dims or ())[:-1], mask=None)


@op("tf.nn.batch_normalization")
def batch_normalization(
    x: Tensor,
    mean: Operand,
    variance: Operand,
    offset: Operand,
    scale: Operand,
    variance_epsilon: Param,
) -> Tensor:
    """Written out."""
    if not isinstance(variance, Tensor):
        raise Unsupported("a variance that is no tensor")
    spread = binary(variance, "+", variance_epsilon, scalar=True)
    result = binary(x, "-", mean)
    result = binary(result, "*", replace(spread, code=method(spread.code, "rsqrt")))
    if not (isinstance(scale, Expr) and scale.is_const(None)):
        result = binary(result, "*", scale)
    if not (isinstance(offset, Expr) and offset.is_const(None)):
        result = binary(result, "+", offset)
    return result
