"""Loss objects that a program calls on tensors: `bce = BinaryCrossentropy()`, `bce(y, p)`."""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.calls.tensors import tensor_function
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.values import Bound, Static, Value, holds_tensor
from transpiler.ir.expr import Configured, Symbol
from transpiler.record import replace

#: What each reduction does with the numbers that the loss of each row is.
_REDUCTIONS = {
    "sum_over_batch_size": "tf.reduce_mean",
    "auto": "tf.reduce_mean",
    "mean": "tf.reduce_mean",
    "sum": "tf.reduce_sum",
    "none": "",
}


def call_loss(
    region: Region, node: cst.Call, callee: Static, arguments: list[Argument]
) -> Value | None:
    """What it gives; None where something else is called, or no tensors are given."""
    made = callee.expr.value
    if not isinstance(made, Configured) or not made.name.startswith("keras.losses."):
        return None
    if len(arguments) != 2 or not all(holds_tensor(value) for _, value in arguments):
        return None
    rule = region.file.rules.losses.get(made.name)
    order = rule.parameters if rule is not None else ()
    if len(made.args) > len(order):
        raise GiveUp(f"{made.name}: its arguments are given by position", node)
    pairs = (*zip(order, made.args, strict=False), *made.kwargs)
    given = {name: Static(value) for name, value in pairs if name != "name"}
    reduction = _reduction(given.pop("reduction", None))
    if reduction is None:
        raise GiveUp(f"{made.name}: its reduction is not translated", node)
    each = tensor_function(region, node, made.name, [*arguments, *given.items()])
    assert isinstance(each, Bound)
    if not reduction or each.tensor.dims is None:
        return each
    if reduction == "tf.reduce_mean":
        each = _of_all(each)
    return tensor_function(region, node, reduction, [(None, each)])


def _of_all(each: Bound) -> Bound:
    """What the mean is taken of: that of all numbers is the mean of the means of rows."""
    code = each.tensor.code
    bare = replace(code, text=code.text.removesuffix(".mean(dim=-1)"))
    return replace(each, tensor=replace(each.tensor, code=bare))


def _reduction(given: Static | None) -> str | None:
    """The function that reduces; None where that is not known, or not translated."""
    value = given.expr.value if given is not None else "auto"
    if isinstance(value, Symbol):  # Keras 2's `Reduction.SUM`
        value = value.name.rpartition(".")[2].lower()
    if value is None:
        return ""
    return _REDUCTIONS.get(value) if isinstance(value, str) else None
