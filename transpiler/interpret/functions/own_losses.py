"""Losses and metrics that are functions of the program: they become functions of torch tensors.

def rmse(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true)))
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from transpiler.interpret.dispatch import provides
from transpiler.interpret.functions.parameters import parameters_of
from transpiler.interpret.functions.summaries import summarize
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.summary import Summary
from transpiler.interpret.values import Bound, Function, Mapping, Model, Sequence, Value
from transpiler.ir.tensor import Layout
from transpiler.record import replace


def functions_in(value: Value) -> Iterator[Function]:
    """The functions among losses or metrics, however they are nested."""
    if isinstance(value, Function):
        yield value
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from functions_in(item)
    elif isinstance(value, Mapping):
        for item in value.items.values():
            yield from functions_in(item)


@provides("own_losses")
def interpret_own(region: Region, model: Model, value: Value) -> dict[int, Summary]:
    """What such functions compute of targets and outputs, by the ids of their nodes."""
    output = model.outputs
    if isinstance(output, Sequence) and output.items:
        output = output.items[0]
    found: dict[int, Summary] = {}
    for function in functions_in(value):
        if isinstance(output, Bound) and _is_plain(region, function):
            given = replace(output, tensor=replace(output.tensor, layout=Layout.LAST, mask=None))
            names = [p.name for p in parameters_of(function.node)][:2]
            try:
                summary = summarize(region.file, function, dict.fromkeys(names, given), region)
            except GiveUp:
                continue
            if summary.kind == "operation":
                region.operations_used.append(summary)
                found[id(function.node)] = summary
    return found


def _is_plain(region: Region, function: Function) -> bool:
    """Whether it is a function of this module that takes targets and outputs."""
    plain = isinstance(function.node, cst.FunctionDef) and not function.nested_in
    here = function.file is None or function.file is region.file
    required = [p for p in parameters_of(function.node) if p.default is None]
    return plain and here and len(required) == 2 and not any(p.star for p in required)
