"""Losses and metrics that are functions of the program, as the loop calls them."""

from __future__ import annotations

import re

from transpiler.interpret.summary import Summary
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Bound, Function
from transpiler.ir.code import Return
from transpiler.ir.expr import Expr, call, infix, method
from transpiler.ir.tensor import Dim, Unsupported
from transpiler.ir.training import Loss, Metric, Prediction


def own_loss(compiles: TrainingCall, function: Function, seen: Prediction) -> Loss:
    """A function of targets and outputs, in this order; what it gives is averaged."""
    if seen.elementwise:
        raise Unsupported("weights of samples with a loss of the program's own")
    dims = _result(compiles, function)
    one = _is_column(seen) and dims == () and not _is_mean(compiles.own[id(function.node)])
    note = f"`{function.name}`: {_COLUMN}" if one else ""
    return Loss(Expr(function.name), targets_first=True, averaged=dims is None, note=note)


def own_metric(compiles: TrainingCall, function: Function, seen: Prediction) -> Metric:
    """The mean over the samples, or over the batches where it gives one number for a batch."""
    if seen.classes:
        raise Unsupported(f"`{function.name}` with classes as targets")
    dims = _result(compiles, function)
    note = f"`{function.name}`: {_COLUMN}" if _is_column(seen) else ""
    output = seen.output
    if seen.logits:
        output = method(output, seen.activation, *([seen.dim] * (seen.activation == "softmax")))
    each = call(function.name, seen.targets, output)
    label = function.name.replace("_", " ")
    if dims is None:
        value = method(each, "item")
        return Metric(
            function.name, ((f"{function.name}_sum", value),), "{0} / {batches}", label, note=note
        )
    if dims == ():
        value = method(method(each, "sum"), "item")
    else:
        mean = method(method(each, "mean"), "item")
        value = infix(mean, "*", Expr("len(inputs)", strength=18))
    return Metric(function.name, ((f"{function.name}_sum", value),), label=label, note=note)


_COLUMN = (
    "the targets are taken as a column, one number in a row; Keras 3 compares each of them with "
    "all outputs, or sums over the batch, where they have but one axis"
)
_REDUCES = re.compile(r"\.(sum|mean|amax|amin|max|min|prod|norm|std|var|logsumexp|cumsum)\(")


def _is_column(seen: Prediction) -> bool:
    """Whether the output has one number in a row, which its targets may lack the axis for."""
    return seen.units == 1 and seen.rank == 2


def _is_mean(summary: Summary) -> bool:
    """Whether it gives a mean over the last axis, whose mean is that of all numbers anyway."""
    texts = [n.value.text if isinstance(n, Return) else str(n) for n in summary.forward]
    reductions = sum(len(_REDUCES.findall(text)) for text in texts)
    return reductions == 1 and re.search(r"\.mean\(-?1\)$", texts[-1]) is not None


def _result(compiles: TrainingCall, function: Function) -> tuple[Dim, ...] | None:
    """The sizes of what it gives, the batch left out; None where that is one number."""
    summary = compiles.own.get(id(function.node))
    if summary is None or not isinstance(summary.result, Bound):
        raise Unsupported(f"`{function.name}` is not understood as a function of tensors")
    return summary.result.tensor.dims
