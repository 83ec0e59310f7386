"""In which epochs a `fit` validates: in all of them, or in some."""

from __future__ import annotations

from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Static
from transpiler.ir.tensor import Unsupported


def validated_every(model: ModelWriter, call: TrainingCall) -> str:
    """After how many epochs each it validates, "" where it does so in each."""
    given = call.given.get("validation_freq")
    if given is None or (isinstance(given.value, Static) and given.value.expr.is_const(1)):
        return ""
    value = given.value.expr.value if isinstance(given.value, Static) else None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unsupported("validation_freq that is not a known number")
    return model.source_of(given)


def never_validates(every: str, first: str, epochs: str) -> bool:
    """Whether training surely ends before it would validate for the first time."""
    if not (every.isdigit() and epochs.isdigit() and first.isdigit()):
        return False
    return not any((epoch + 1) % int(every) == 0 for epoch in range(int(first), int(epochs)))
