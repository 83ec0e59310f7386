"""Arrays that callbacks may change while a model is trained: Keras has copies of them then.

fit(x, y, sample_weight=w, callbacks=[Mining(w)])  # self.w[:] = ... at the end of an epoch
# TensorDataset(torch.as_tensor(x), torch.as_tensor(y), torch.as_tensor(w.copy()))
"""

from __future__ import annotations

from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall
from transpiler.source.changed_by_callbacks import changed_by_callbacks
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
    return tuple(f"{a}.copy()" if c else a for a, c in zip(arrays, changed, strict=True))
