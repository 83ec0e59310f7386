"""Constraints: what is done to weights after each step."""

from __future__ import annotations

from rules.emitted import TORCH, emitted
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Constraint
from transpiler.rule import Param, constraint


def _axes(axis: Expr) -> tuple[int, ...]:
    value = axis.value if axis.known else None
    if isinstance(value, int):
        return (value,)
    if isinstance(value, (list, tuple)) and all(isinstance(one, int) for one in value):
        return tuple(value)
    raise Unsupported("the axis is only known at run time")


def _of_norms(axis: Expr, helper: str, *arguments: Expr) -> Constraint:
    given = ", ".join(["{weight}", "{dim}", *(a.text for a in arguments)])
    return Constraint(f"{helper}({given})", _axes(axis), frozenset({helper}))


@constraint("MaxNorm", "max_norm", "maxnorm", aliases={"m": "max_value"})
def max_norm(name: str, max_value: Param = 2, axis: Param = 0) -> Constraint:
    """Torch's renorm divides by another epsilon."""
    return _of_norms(axis, "limit_norms", max_value)


@constraint("NonNeg", "non_neg", "nonneg")
def non_neg(name: str) -> Constraint:
    """Zero instead of what is less."""
    return Constraint("{weight}.clamp_(min=0)")


@constraint("UnitNorm", "unit_norm", "unitnorm")
def unit_norm(name: str, axis: Param = 0) -> Constraint:
    """Norms of one."""
    return _of_norms(axis, "normalize_weight")


@constraint("MinMaxNorm", "min_max_norm", "minmaxnorm", aliases={"low": "min_value"})
def min_max_norm(
    name: str,
    min_value: Param = 0.0,
    max_value: Param = 1.0,
    rate: Param = 1.0,
    axis: Param = 0,
) -> Constraint:
    """Norms between two bounds, or on the way there."""
    return _of_norms(axis, "bound_norms", min_value, max_value, rate)


@constraint("own_clip")
def own_clip(name: str, least: Param, most: Param) -> Constraint:
    """What classes of the program's own do that clip weights."""
    return Constraint(f"{{weight}}.clamp_({least}, {most})")


_NORMS = '''
def NAME(weight, dimPARAMETERS):
    """DOC."""
    norms = torch.linalg.vector_norm(weight, dim=dim, keepdim=True)
    weight.mul_(WANTED / (norms + 1e-7))
'''
for _name, _parameters, _doc, _wanted in (
    ("limit_norms", ", most", "Shorten what is longer along an axis", "norms.clamp(max=most)"),
    ("normalize_weight", "", "Give a weight norms of one along an axis", "1"),
):
    emitted(
        _name,
        _NORMS.replace("NAME", _name)
        .replace("PARAMETERS", _parameters)
        .replace("DOC", _doc)
        .replace("WANTED", _wanted)
        .replace("mul_(1 / (norms + 1e-7))", "div_(norms + 1e-7)"),
        (),
        TORCH,
    )
emitted(
    "bound_norms",
    '''
def bound_norms(weight, dim, least, most, rate):
    """Bring the norms along an axis between two bounds, or a part of the way."""
    norms = torch.linalg.vector_norm(weight, dim=dim, keepdim=True)
    wanted = rate * norms.clamp(least, most) + (1 - rate) * norms
    weight.mul_(wanted / (norms + 1e-7))
''',
    (),
    TORCH,
)

emitted(
    "constrained",
    '''
def constrained(layer, constraint):
    """A layer that knows what its weight is kept to after each step."""
    layer.constraint = constraint
    return layer
''',
)
