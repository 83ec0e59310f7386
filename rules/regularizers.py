"""Regularizers: terms of the loss."""

from __future__ import annotations

from rules.emitted import FUNCTIONAL, emitted
from transpiler.ir.expr import expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Penalty
from transpiler.rule import Param, is_written, regularizer


@regularizer("L2", "l2", aliases={"l": "l2"})
def l2(name: str, l2: Param = 0.01) -> Penalty:
    """The sum of squares."""
    return Penalty(square=l2)


@regularizer("L1", "l1", aliases={"l": "l1"})
def l1(name: str, l1: Param = 0.01) -> Penalty:
    """The sum of absolute values."""
    return Penalty(absolute=l1)


@regularizer("l1_l2")
def l1_l2(name: str, l1: Param = None, l2: Param = None, *, keras: str = "auto") -> Penalty:
    """Both; of what is left out, Keras 2 takes 0.01, and Keras 3 nothing."""
    if keras == "auto" and (l1.is_const(None) or l2.is_const(None)):
        raise Unsupported("what l1_l2 leaves out is 0.01 in Keras 2, 0 in Keras 3 (--keras)")
    default = expr(0.01 if keras == "2" else 0.0)
    given = (default if value.is_const(None) else value for value in (l1, l2))
    return l1l2(name, *given)


@regularizer("L1L2")
def l1l2(name: str, l1: Param = 0.0, l2: Param = 0.0) -> Penalty:
    """Both."""
    zero = expr(0)
    return Penalty(
        square=zero if is_written(l2, 0, 0.0) else l2,
        absolute=zero if is_written(l1, 0, 0.0) else l1,
    )


@regularizer("OrthogonalRegularizer", "orthogonal_regularizer")
def orthogonal(name: str, factor: Param = 0.01, mode: Param = "rows") -> Penalty:
    """The mean of how parallel two rows, or columns, are; of a matrix alone."""
    if not mode.is_const("rows", "columns"):
        raise Unsupported("an orthogonal regularizer whose mode is only known at run time")
    return Penalty(orthogonal=factor, columns=mode.value == "columns")


emitted(
    "non_orthogonality",
    '''
def non_orthogonality(rows):
    """How parallel the rows of a matrix are: the mean over all pairs, 0 if they are orthogonal."""
    rows = F.normalize(rows, dim=1, eps=1e-7)
    products = (rows @ rows.T).abs().fill_diagonal_(0)
    return products.sum() / (len(rows) * (len(rows) - 1))
''',
    (),
    FUNCTIONAL,
)

emitted(
    "regularized",
    '''
def regularized(layer, **factors):
    """A layer that knows the factors of its regularizers, which `penalty` reads."""
    vars(layer).update(factors)
    return layer
''',
)

emitted(
    "l1_penalty",
    '''
def l1_penalty(factor):
    """A regularizer: of a weight, so many times the sum of its absolute values."""
    return lambda weight: factor * weight.abs().sum()
''',
)

emitted(
    "l2_penalty",
    '''
def l2_penalty(factor):
    """A regularizer: of a weight, so many times the sum of its squares."""
    return lambda weight: factor * weight.square().sum()
''',
)

emitted(
    "l1_l2_penalty",
    '''
def l1_l2_penalty(l1, l2):
    """A regularizer: of a weight, the sums of its absolute values and squares, so many times."""
    return lambda weight: l1 * weight.abs().sum() + l2 * weight.square().sum()
''',
)
