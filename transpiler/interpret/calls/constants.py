"""Functions of the framework that make tensors of plain values, or change what they made."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant, rewrite
from transpiler.interpret.tensors.constants import Operand, constant_of
from transpiler.interpret.values import Constant, Framework, Sequence, Static, Value
from transpiler.ir.expr import UNKNOWN, Expr, expr, literal
from transpiler.ir.tensor import Tensor


def constant_call(
    region: Region, node: cst.CSTNode, name: str, arguments: list[Argument]
) -> Value | None:
    """`tf.range(n)`, or a function on what such a call gave; None where it is neither."""
    if (field := _default_of_field(region, node, name, arguments)) is not None:
        return field
    rule = region.file.rules.ops.get(name)
    if rule is None:
        return None
    parameters = rule.signature.parameters
    makes = "like" in parameters
    if not makes and not any(isinstance(v, Constant) for _, v in arguments):
        return None
    given: dict[str, Value] = {}
    positions = iter(p for p in parameters if p != "like")
    for keyword, value in arguments:
        if keyword == "name":
            continue
        parameter = rule.aliases.get(keyword, keyword) if keyword else next(positions, None)
        if parameter is None or parameter not in parameters or parameter in given:
            return None
        given[parameter] = value
    if any(p.default is p.empty and n not in given for n, p in parameters.items()):
        return None
    defaults = {n: expr(p.default) for n, p in parameters.items() if n != "like"}
    names = list(given)

    def build(operands: list[Operand], met: Tensor) -> Any:
        slots: dict[str, Any] = {**defaults, **dict(zip(names, operands, strict=True))}
        if makes:
            slots["like"] = met
        return rule.build(**slots)

    return constant_of(region, node, list(given.values()), build, f"{name} is not translated")


#: The types of columns, as Python reads them.
_READ_AS = {"tf.float32": float, "tf.int32": int}


def _default_of_field(
    region: Region, node: cst.CSTNode, name: str, arguments: list[Argument]
) -> Static | None:
    """`tf.constant([4], tf.int32)` among the defaults of `decode_csv`, `[4]`.

    Without an element, it is the type of what must be there: `float`.
    """
    if name != "tf.constant" or not region.on_elements or "decode_csv(" not in region.source:
        return None
    given = dict(zip(("value", "dtype"), (v for k, v in arguments if k is None), strict=False))
    given |= {k: v for k, v in arguments if k is not None}
    held, dtype = given.get("value"), given.get("dtype")
    known = [constant(item) for item in held.items] if isinstance(held, Sequence) else [UNKNOWN]
    kind = _READ_AS.get(dtype.name) if isinstance(dtype, Framework) else None
    if kind is None or len(given) != 2 or len(known) > 1 or not isinstance(node, cst.Call):
        return None
    if known and type(known[0]) not in (int, kind):
        return None
    made = [kind(known[0])] if known else kind
    value = Static(Expr(literal(made) if known else kind.__name__, made))
    rewrite(region, node, value)
    return value
