"""Arrays that callbacks may change while a model is trained: Keras has copies of them then.

fit(x, y, sample_weight=w, callbacks=[Mining(w)])  # self.w[:] = ... at the end of an epoch
# TensorDataset(torch.as_tensor(x), torch.as_tensor(y), torch.as_tensor(w.copy()))
"""

from __future__ import annotations

import re

import libcst as cst

from transpiler.emit.training.absent import bracketed
from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.source.changed_by_callbacks import changed_by_callbacks
from transpiler.source.changed_inside import METHODS
from transpiler.source.reused_arrays import is_changed_by_functions


def apart(writer: ModelWriter, call: TrainingCall, arrays: tuple[str, ...]) -> tuple[str, ...]:
    """The sources of arrays, or of copies of those that a callback may change in place."""
    if "callbacks" not in call.given:
        return arrays
    text = writer.tree.text
    by_callbacks = changed_by_callbacks(text, writer.shared.file.path)
    changed = (
        by_callbacks.has(array) or is_changed_by_functions(array.partition("[")[0], text)
        for array in arrays
    )
    return tuple(_copy_of(a) if c else a for a, c in zip(arrays, changed, strict=True))


def _copy_of(array: str) -> str:
    """The source of a copy; what is computed is a new array as it is."""
    computed = isinstance(cst.parse_expression(array), (cst.BinaryOperation, cst.Comparison))
    return array if computed else f"{bracketed(array)}.copy()"


def refuse_early(writer: ModelWriter, call: TrainingCall, arrays: tuple[str, ...]) -> None:
    """Refuse arrays of a validation that a callback changes before Keras looks at them."""
    text = writer.tree.text
    changed = changed_by_callbacks(text, writer.shared.file.path)
    for array in arrays if "callbacks" in call.given else ():
        if changed.has_early(array, text):
            raise Unsupported(f"a callback changes `{array}` before the first validation")


def apart_from_dict(writer: ModelWriter, call: TrainingCall, held: str) -> str:
    """The source of the weights of classes, or of a copy of a dict that a callback may change."""
    variable, text = held.rpartition(".")[2], writer.tree.text
    if not variable.isidentifier() or "callbacks" not in call.given:
        return held
    updated = re.search(rf"\b{variable}\.(?:{'|'.join(sorted(METHODS))})\(", text)
    return _copy_of(held) if updated else apart(writer, call, (held,))[0]
