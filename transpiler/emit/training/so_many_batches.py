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
from transpiler.record import replace

_PRODUCTS = (cst.Multiply, cst.FloorDivide, cst.Modulo)


def steps_of_arrays(model: ModelWriter, call: TrainingCall, name: str) -> str:
    """How many batches of arrays an argument asks for, "" where it asks for all."""
    steps = model.argument(call, name)
    if steps is None:
        return ""
    if model.made.spread:
        raise Unsupported(f"{name} of arrays under a strategy")
    if may_be_none(model, steps):
        raise Unsupported(f"{name} may be None, where all batches are taken")
    return steps


def first_samples(arrays: Iterable[str], steps: str, size: str) -> tuple[str, ...]:
    """The samples of the first batches of arrays."""
    if steps.isdigit() and size.isdigit():
        end = f"[:{int(steps) * int(size)}]"
    else:
        end = f"[: {_factor(steps, first=True)} * {_factor(size)}]"
    return tuple(f"{bracketed(array)}{end}" for array in arrays)


def first_batches(found: Validation, steps: str, size: str) -> Validation:
    """The same of arrays to validate on, with their weights."""
    xs, ys = first_samples(found.xs, steps, size), first_samples(found.ys, steps, size)
    weights = first_samples(found.weights.values(), steps, size)
    return replace(found, xs=xs, ys=ys, weights=dict(zip(found.weights, weights, strict=True)))


def size_for(steps: str, length: str) -> str:
    """The size of the batches where a number of them is all that is known."""
    return f"math.ceil({length} / {_factor(steps)})"


def _factor(text: str, first: bool = False) -> str:
    node = cst.parse_expression(text)
    product = isinstance(node, cst.BinaryOperation) and isinstance(node.operator, _PRODUCTS)
    return text if first and product else bracketed(text)
