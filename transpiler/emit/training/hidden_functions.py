"""Functions of the program's own that the loops would take for something that they have themselves.

def criterion(y_true, y_pred): ...
model.compile("adam", "mse", metrics=[criterion])       # criterion(targets, outputs) is the loss
"""

from __future__ import annotations

from transpiler.emit.clashes import BOTH
from transpiler.ir.tensor import Unsupported
from transpiler.lower.training import Compiled
from transpiler.regex import regex

#: What the functions that train and evaluate call things, whatever the model is.
_PARTS = frozenset({"model", "loader", "batches", "optimizer", "loss", "loss_sum"})
_CALLED = regex(r"(?<![\w.])(\w+)\(")


def refuse_hidden(compiled: Compiled, names: set[str]) -> None:
    """Refuse metrics that are functions with such names; `names` are those of one model's loops."""
    sums = [code.text for _, metric in compiled.metrics for _, code in metric.sums]
    called = {name for text in sums for name in _CALLED.findall(text)}
    if hidden := sorted(called & (_PARTS | names)):
        raise Unsupported(f"`{hidden[0]}` {BOTH}: rename it")
