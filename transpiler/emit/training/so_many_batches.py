"""Arrays and sequences of which a call takes so many batches, where Keras would take all.

validation_steps=2, validation_batch_size=8     the first 16 samples
steps_per_epoch=4, batch_size=8                 each epoch goes on where the one before ended
steps_per_epoch=4                               all samples, in batches of a quarter of them
"""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from transpiler.emit.training.absent import bracketed, may_be_none
from transpiler.emit.training.model import ModelWriter
from transpiler.emit.training.validation import Validation
from transpiler.interpret.training import TrainingCall
from transpiler.ir.tensor import Unsupported
from transpiler.record import record, replace

_PRODUCTS = (cst.Multiply, cst.FloorDivide, cst.Modulo)


@record(frozen=True, slots=True)
class Count:
    """How many batches an argument asks for."""

    text: str
    perhaps: bool = False  #: whether it may be None, where all of them are taken


def steps_of_arrays(model: ModelWriter, call: TrainingCall, name: str) -> Count | None:
    """How many batches of arrays an argument asks for; None where it asks for all."""
    steps = model.argument(call, name)
    if steps is None:
        return None
    if model.made.spread:
        raise Unsupported(f"{name} of arrays under a strategy")
    return Count(steps, may_be_none(model, steps))


def steps_of_epochs(model: ModelWriter, call: TrainingCall) -> str:
    """How many batches of arrays each epoch takes, "" where it takes all."""
    count = steps_of_arrays(model, call, "steps_per_epoch")
    if count is not None and count.perhaps:
        raise Unsupported("steps_per_epoch may be None, where all batches are taken")
    return count.text if count is not None else ""


def first_samples(arrays: Iterable[str], count: Count, size: str) -> tuple[str, ...]:
    """The samples of the first batches of arrays."""
    steps = count.text
    if steps.isdigit() and size.isdigit():
        end = f"[:{int(steps) * int(size)}]"
    elif count.perhaps:
        end = f"[: {bracketed(steps)} and {bracketed(steps)} * {_factor(size)}]"
    else:
        end = f"[: {_factor(steps, first=True)} * {_factor(size)}]"
    return tuple(f"{bracketed(array)}{end}" for array in arrays)


def first_batches(found: Validation, steps: Count, size: str) -> Validation:
    """The same of arrays to validate on, with their weights."""
    xs, ys = first_samples(found.xs, steps, size), first_samples(found.ys, steps, size)
    weights = first_samples(found.weights.values(), steps, size)
    return replace(found, xs=xs, ys=ys, weights=dict(zip(found.weights, weights, strict=True)))


def size_for(count: Count, length: str) -> str:
    """The size of the batches where a number of them is all that is known."""
    size = f"math.ceil({length} / {_factor(count.text)})"
    return f"{size} if {bracketed(count.text)} else 32" if count.perhaps else size


def _factor(text: str, first: bool = False) -> str:
    node = cst.parse_expression(text)
    product = isinstance(node, cst.BinaryOperation) and isinstance(node.operator, _PRODUCTS)
    return text if first and product else bracketed(text)
