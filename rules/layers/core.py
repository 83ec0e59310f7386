"""Dense layers, embeddings, masks."""

from __future__ import annotations

from rules.activations import activated
from rules.emitted import emitted
from rules.masks import passed_on
from transpiler.ir.expr import Expr, attribute, call, expr, infix, method
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, Result, Wrapped, helper, layer, nn, unless

emitted(
    "without_padding",
    '''
def without_padding(x, value=0.0):
    """Zero the steps that hold nothing but `value`."""
    return x * (x != value).any(-1, keepdim=True)
''',
)


@layer("Dense", layout=Layout.LAST, aliases={"output_dim": "units"}, floats=True)
def dense(x: Tensor, units: Param, use_bias: Param = True) -> Tensor:
    """Torch wants the number of input features."""
    linear = nn("Linear", x.channels, units, hint="dense", **unless(use_bias, True, bias=use_bias))
    return x.with_channels(linear(x.code), units)


@layer("Activation", floats=True)
def activation(x: Tensor, activation: Param) -> Result:
    """The function itself; softmax and its like run over Keras's last axis."""
    if isinstance(activation, Wrapped):
        return activation.build(x)
    return activated(x, activation)


@layer("Identity")
def identity(x: Tensor, *, keras: str = "auto") -> Tensor:
    """Nothing happens."""
    return passed_on(x, keras)


@layer("Embedding", layout=Layout.LAST, ignored={"input_length"})
def embedding(
    x: Tensor,
    input_dim: Param,
    output_dim: Param,
    mask_zero: Param = False,
    sparse: Param = False,
) -> Tensor:
    """With `mask_zero`, row 0 is an ordinary trained row: `padding_idx` would freeze it."""
    if not sparse.is_const(False):
        raise Unsupported(f"sparse={sparse}: torch has no such tensors here")
    return _looked_up(x, input_dim, output_dim, mask_zero)


def _looked_up(x: Tensor, input_dim: Expr, output_dim: Expr, mask_zero: Expr) -> Tensor:
    """The rows of a table."""
    if not mask_zero.known:
        raise Unsupported("whether zeros are masked is only known at run time")
    table = nn("Embedding", input_dim, output_dim, hint="embedding")
    ids = x.code if x.dtype.startswith(("int", "uint")) else method(x.code, "long")
    dims = None if x.dims is None else (*x.dims, output_dim)
    mask = infix(x.code, "!=", 0) if mask_zero.value else None
    return Tensor(table(ids), dims, channels_hint=output_dim, mask=mask)


@layer("ReversibleEmbedding", layout=Layout.LAST)
def reversible_embedding(
    x: Tensor,
    input_dim: Param,
    output_dim: Param,
    tie_weights: Param = True,
    mask_zero: Param = False,
    reverse_dtype: Param = None,
    logit_soft_cap: Param = None,
    *,
    reverse: Param = None,
) -> Tensor:
    """In reverse, a linear layer with the rows of the table as its weights."""
    backwards = expr(reverse)
    if not backwards.known or not tie_weights.is_const(True):
        raise Unsupported("a table of its own for the way back, or a way that is not known")
    if not backwards.value:
        return _looked_up(x, input_dim, output_dim, mask_zero)
    if not (mask_zero.is_const(False) and reverse_dtype.is_const(None)):
        raise Unsupported("mask_zero or reverse_dtype on the way back")
    table = nn("Embedding", input_dim, output_dim, hint="embedding")
    code = call("F.linear", x.code, attribute(table.ref, "weight"))
    if not logit_soft_cap.is_const(None):
        capped = call("torch.tanh", infix(code, "/", logit_soft_cap))
        code = infix(capped, "*", logit_soft_cap)
    return x.with_channels(code, input_dim)


@layer("Masking", layout=Layout.LAST)
def masking(x: Tensor, mask_value: Param = 0.0) -> Tensor:
    """Steps that hold nothing but the value become zeros, and later layers skip them."""
    mask = method(infix(x.code, "!=", mask_value), "any", -1)
    value = [] if mask_value.is_const(0, 0.0) else [mask_value]
    code = helper("without_padding", x.code, *value)
    return replace(x.to(code), mask=mask)
