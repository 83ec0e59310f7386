"""Tensors that no tensor of a model is part of: `tf.range(n)`, `tf.constant([0.1, 0.2])`.

They stay expressions until they meet a tensor of `forward`, and are made where that one is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import libcst as cst

from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import to_expr, to_running
from transpiler.interpret.tensors.layouts import check_readable
from transpiler.interpret.tensors.names import is_plain
from transpiler.interpret.tensors.results import with_sizes_of
from transpiler.interpret.values import (
    Bound,
    Constant,
    Framework,
    Sequence,
    Static,
    Unknown,
    Value,
    is_graph,
)
from transpiler.ir.expr import Expr, attribute, call, method
from transpiler.ir.tensor import Tensor
from transpiler.regex import regex

#: What a rule is given in the place of an argument.
Operand: TypeAlias = "Tensor | Expr"


_PARTS = (Constant, Static, Sequence, Framework)


def constant_of(
    region: Region,
    node: cst.CSTNode,
    values: list[Value],
    build: Callable[[list[Operand], Tensor], Any],
    reason: str,
) -> Value:
    """What a rule gives of constants and plain values; `build` also gets the tensor it meets."""
    if any(isinstance(v, Unknown) and not isinstance(v, Constant) for v in values):
        return next(v for v in values if isinstance(v, Unknown) and not isinstance(v, Constant))
    if any(not isinstance(v, _PARTS) or is_graph(v) for v in values):
        return Unknown(reason)
    try:
        plain = [
            () if isinstance(v, Constant) else (to_expr(region, v), to_running(region, v))
            for v in values
        ]
    except GiveUp:
        return Unknown(reason)

    def operands(met: Tensor, running: bool) -> list[Operand]:
        return [
            v.build(met) if isinstance(v, Constant) else written[running]
            for v, written in zip(values, plain, strict=True)
        ]

    def made(met: Tensor) -> Tensor:
        result = build(operands(met, running=False), met)
        assert isinstance(result, Tensor)
        if all(not written or written[0].text == written[1].text for written in plain):
            return result
        for written in filter(None, plain):
            check_readable(region, written[1], node)
        running = build(operands(met, running=True), met)
        assert isinstance(running, Tensor)
        return with_sizes_of(running, result)

    if region.whole is node and isinstance(region.statement, cst.SimpleStatementLine):
        region.constants.append(region.statement)
    return Constant(reason, build=made, node=node, region=region)


def operand(region: Region, value: Constant, met: Tensor, node: cst.CSTNode) -> Tensor:
    """A constant where it meets a tensor."""
    made = value.build(_nearby(region, met))
    assert isinstance(made, Tensor)
    if value.region is not region or not region.scope.current(made.code):
        raise GiveUp("a constant is used after what it is made of got another value", node)
    return made


def _nearby(region: Region, met: Tensor) -> Tensor:
    """A tensor that has a name, and is where another one is: what `forward` gets, if it can be."""
    if is_plain(met.code):
        return met
    for name in (*region.tensor_order, *region.inputs):
        held = region.scope.values.get(name)
        if isinstance(held, Bound) and held.tensor.code.text == name:
            return held.tensor
    return met


def as_tensor(value: Expr, met: Tensor) -> Expr:
    """An array or list of numbers, as a tensor where the one that it meets is."""
    if met.dtype.startswith("float"):
        return method(met.code, "new_tensor", value)
    return call("torch.as_tensor", value, device=attribute(met.code, "device"))


def is_array(value: Expr) -> bool:
    """Whether an operand is surely an array, or a list, which torch's operators don't take."""
    return value.array or isinstance(value.value, (list, tuple)) or value.items is not None


def is_array_beside(region: Region, value: Expr, node: cst.CSTNode) -> bool:
    """Whether an operand is an array, as far as the text of the program tells.

    Keras's model has the array itself: one that is changed in place later on is refused.
    """
    text, path = region.tree.text, region.file.path
    if not is_array(value):
        from transpiler.source.array_values import array_values  # few tensors meet such values

        if value.known or not array_values(text, path).may_hold(value.text):
            return False
    from transpiler.source.changed_after import is_changed_after

    if is_changed_after(value.text, text, region.tree.span(node)[1]):
        raise GiveUp(f"`{value.text}` is changed in place later, and Keras's model has it", node)
    return True


_MAKES = regex(
    r"(np|numpy)\.(array|asarray|arange|linspace|logspace|ones|zeros|full|eye|tile|repeat|reshape"
    r"|expand_dims|concatenate|stack|transpose|outer|random\.\w+)\("
)


def makes_array(text: str) -> bool:
    """Whether an expression surely makes an array of numpy."""
    return _MAKES.match(text) is not None
