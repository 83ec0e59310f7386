"""Random numbers in functions that data sets apply: one at a time, which conditions ask for.

if tf.random.uniform(()) > 0.5:                  if torch.rand(()) > 0.5:
    image = tf.image.flip_left_right(image)          image = image.flip(1)
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.dispatch import evaluate, provides
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import to_expr
from transpiler.interpret.tensors.names import ensure_current
from transpiler.interpret.values import Bound, Function, Static, Value
from transpiler.ir.expr import call, expr, ternary
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.record import replace

_DRAWS = frozenset(
    {
        "tf.random.uniform", "tf.random_uniform", "tf.random.normal", "tf.random_normal",
        "keras.random.uniform", "keras.random.normal", "keras.backend.random_uniform",
        "keras.backend.random_normal",
    }
)  # fmt: skip


def drawn_number(region: Region, name: str, arguments: list[Argument]) -> Bound | None:
    """`tf.random.uniform(())`, for one element; None of anything else."""
    rule = region.file.rules.ops.get(name)
    if not region.on_elements or name not in _DRAWS or rule is None:
        return None
    positions = iter(rule.signature.parameters)
    try:
        given = {k or next(positions): to_expr(region, value) for k, value in arguments}
    except GiveUp:
        return None
    shape = given.get("shape")
    if shape is None or not (shape.is_const((), []) or shape.items == ()):
        return None
    region.helpers_used |= {"torch"}
    if "int" in given.get("dtype", expr(None)).text:
        low, high = given.get("minval", expr(0)), given.get("maxval")
        if high is None:
            raise GiveUp("a random whole number without a bound")
        code = call("torch.randint", low, high, ())
        return Bound(Tensor(code, None, Layout.LAST, "int64", number=True))
    options: dict[str, Any] = {n: expr(p.default) for n, p in rule.signature.parameters.items()}
    try:
        made = rule.build(**{**options, "shape": expr(()), **given, "like": None})
    except Unsupported as why:
        raise GiveUp(f"{name}: {why}") from None
    assert isinstance(made, Tensor)
    return Bound(replace(made, dims=None, number=True))


@provides("asked_of_element")
def asked_of_element(region: Region, value: Value, node: cst.CSTNode) -> Static | None:
    """A condition on an element of a data set, or on a random number: torch asks it as it runs."""
    if not region.on_elements or not isinstance(value, Bound):
        return None
    code = ensure_current(region, value, node).tensor.code
    return Static(code, code)


def chosen_tensor(region: Region, node: cst.Call, arguments: list[Argument]) -> Value | None:
    """`tf.cond(test, lambda: a, lambda: b)` of tensors, for one element."""
    given = dict(zip(("pred", "true_fn", "false_fn"), (v for _, v in arguments), strict=False))
    given |= {keyword: value for keyword, value in arguments if keyword is not None}
    test = given.get("pred")
    asked = test if isinstance(test, Static) else None
    asked = asked or (asked_of_element(region, test, node) if test is not None else None)
    ways = [given.get("true_fn"), given.get("false_fn")]
    if not region.on_elements or asked is None:
        return None
    made = [_result(region, way) for way in ways]
    one, other = made
    if one is None or other is None or one.layout is not other.layout:
        return None
    dims = _either(one.dims, other.dims)
    code = ternary(asked.running, one.code, other.code)
    dtype = one.dtype if one.dtype == other.dtype else "unknown"
    return Bound(replace(one, code=code, dims=dims, dtype=dtype))


def _result(region: Region, way: Value | None) -> Tensor | None:
    """The tensor that a lambda without parameters gives."""
    body = way.node.body if isinstance(way, Function) and isinstance(way.node, cst.Lambda) else None
    value = None if body is None else evaluate(region, body)
    return ensure_current(region, value, body).tensor if isinstance(value, Bound) else None


def _either(one: tuple[Dim, ...] | None, other: tuple[Dim, ...] | None) -> tuple[Dim, ...] | None:
    """The sizes that both tensors have."""
    if one is None or other is None or len(one) != len(other):
        return None
    pairs = zip(one, other, strict=True)
    return tuple(a if a is not None and b is not None and a.text == b.text else None
                 for a, b in pairs)  # fmt: skip
