"""Functions of the framework that make tensors of plain values, or change what they made."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.region import Region
from transpiler.interpret.tensors.constants import Operand, constant_of
from transpiler.interpret.values import Constant, Value
from transpiler.ir.expr import expr
from transpiler.ir.tensor import Tensor


def constant_call(
    region: Region, node: cst.CSTNode, name: str, arguments: list[Argument]
) -> Value | None:
    """`tf.range(n)`, or a function on what such a call gave; None where it is neither."""
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
