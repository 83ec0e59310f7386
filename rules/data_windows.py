"""Stretches of series as samples: `ds.window(9, shift=1).flat_map(lambda window: window.batch(9))`.

series.unfold(0, 9, 1)
"""

from __future__ import annotations

import re

from rules.data_sets import made, plain
from transpiler.ir.expr import Expr, expr, infix, method
from transpiler.ir.pipeline import Leaf, Pipeline, Windows, batched
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, source


@source("tf.data.Dataset.window")
def window(
    dataset: Param,
    size: Param,
    shift: Param = None,
    stride: Param = 1,
    drop_remainder: Param = False,
    name: Param = None,
) -> Expr:
    """Together with the `flat_map` behind it, a view of the series."""
    pipeline = plain(dataset, "windows")
    parts = pipeline.element if isinstance(pipeline.element, tuple) else (pipeline.element,)
    if not pipeline.tensor or Leaf(0, "text") in parts:
        raise Unsupported("windows of something else than arrays")
    step = size if shift.is_const(None) else shift
    whole = drop_remainder.is_const(True)
    return made(dataset, pipeline, windows=Windows(size, step, whole, stride))


def whole_windows(dataset: Expr, pipeline: Pipeline, windows: Windows, found: Windows) -> Expr:
    """Each window as one sample, where a `flat_map` makes a batch of it."""
    if found.size.text != windows.size.text or not (windows.whole or found.whole):
        raise Unsupported("windows that are cut again, or that may be shorter at the end")
    element = pipeline.element
    if not isinstance(element, tuple):
        code = _unfolded(dataset, windows, isinstance(element, Leaf) and element.rank == 0)
        return made(code, pipeline, windows=None, element=batched(element), sifted=True)
    arrays = re.sub(r"^TensorDataset(?=\(.*\)$)", "", dataset.text, flags=re.S)
    arrays = arrays if arrays != dataset.text else f"{dataset.text}.tensors"
    each = _unfolded(replace(dataset, text="array"), windows, False)
    code = replace(dataset, text=f"TensorDataset(*({each.text} for array in {arrays}))")
    return made(code, pipeline, windows=None, element=batched(element), sifted=True)


def _unfolded(data: Expr, windows: Windows, numbers: bool) -> Expr:
    """The stretches of an array, which `unfold` puts last; of numbers they are there already."""
    size, stride = windows.size, windows.stride
    if not stride.is_const(1):
        size = infix(infix(infix(size, "-", 1), "*", stride), "+", 1)
        if windows.size.known and stride.known:
            size = expr((windows.size.value - 1) * stride.value + 1)
    code = method(data, "unfold", 0, size, windows.step)
    if not numbers:
        code = method(code, "movedim", -1, 1)
    if not stride.is_const(1):
        code = replace(code, text=f"{code.text}[{'..., ' if numbers else ':, '}::{stride}]")
    return code
