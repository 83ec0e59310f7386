"""Targets of other shapes than the output, which Keras makes fit before it compares them.

It takes away a last axis of one number that one of the two has more than the other; torch spreads
each over the other instead, or refuses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from transpiler.interpret.context import Shape
from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import Bound
from transpiler.ir.pipeline import Leaf
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Loss, Prediction
from transpiler.lower.data import element_of
from transpiler.lower.heads import Output
from transpiler.record import replace

if TYPE_CHECKING:
    from transpiler.lower.training import Training

_NO_AXIS = (
    "the targets have one axis, and the output has one number for each step: Keras compares each "
    "of them with the targets of the whole batch; give the targets a column"
)
_STEPS = (
    "the targets are taken to have a number for each step, as the output has; Keras compares one "
    "for each sample with all its steps, or with those of all samples"
)
_MASKED = (
    "the output carries a mask and has one number for each step, and the targets are not known to "
    "have an axis for that: without it, Keras takes the mean over the steps before it looks at the "
    "mask"
)
_ROWS = (
    "nothing is known of the targets, and this loss goes along their last axis, which Keras takes "
    "for the steps where they lack the one of the output: give them that axis where they are made"
)


def columns_of(sizes: Shape | None) -> int | None:
    """How many numbers targets have in a row: 0 without an axis for that; None: not known."""
    return None if not sizes else sizes[-1] if len(sizes) > 1 else 0


def fitted(
    seen: Prediction, loss: Loss, training: Training, asked: Sequence[TrainingCall]
) -> Prediction:
    """What a loss sees of a model, and how the targets of some calls differ from its output."""
    if seen.rank is None:
        return seen
    shapes = [_sizes(training, one) for one in asked] or [None]
    ends = {shape[-1] for shape in shapes if shape is not None and len(shape) == seen.rank + 1}
    if ends == {1} and (seen.rank, seen.units) != (2, 1):
        return replace(seen, deeper=True)
    if not loss.paired and _is_open(seen, training, asked):
        if loss.per_sample and seen.rank != 2 and seen.units in (None, 1):
            raise Unsupported(_ROWS)
        return replace(seen, open=True)
    if None in shapes and _may_be_windows(seen, training):
        return replace(seen, deeper=True)
    if seen.rank > 2 and seen.units == 1 and not seen.matching:
        ranks = {len(shape) for shape in shapes if shape is not None}
        if 1 in ranks:
            raise Unsupported(_NO_AXIS)
        columns = {shape[-1] for shape in shapes if shape is not None}
        if seen.rank == 3 and ranks == {2} and columns == {1} and None not in shapes:
            return replace(seen, spread=True)
    return replace(seen, aligned=seen.units is None and _are_aligned(seen, training, asked))


def in_parts(seen: Prediction, training: Training, asked: Sequence[TrainingCall]) -> Prediction:
    """The same for a loss that takes parts of the targets, which may have more numbers in a row."""
    if seen.rank is None or (seen.units or 1) > 1:
        return seen
    if (seen.rank, seen.units) == (2, 1) and {columns_of(one.sizes) for one in asked} == {0}:
        return seen  # they are made a column
    aligned = _are_aligned(seen, training, asked)
    return replace(seen, aligned=aligned, open=not aligned)


def refuse_lacking_axis(
    seen: Prediction, training: Training, asked: Sequence[TrainingCall]
) -> None:
    """Refuse targets of masked steps with one number each that may lack the axis for that."""
    if seen.units in (1, None) and asked and not _are_aligned(seen, training, asked):
        raise Unsupported(_MASKED)


def _are_aligned(seen: Prediction, training: Training, asked: Sequence[TrainingCall]) -> bool:
    """Whether the targets of all calls surely have as many axes as the output."""
    shapes = [_sizes(training, one) for one in asked]
    ranks = [_rank(one) if s is None else len(s) for one, s in zip(asked, shapes, strict=True)]
    return set(ranks) == {seen.rank}


def _is_open(seen: Prediction, training: Training, asked: Sequence[TrainingCall]) -> bool:
    """Whether only the run tells how many axes the targets have, and others may be meant to fit."""
    if seen.several or seen.one_hot or (seen.rank or 0) > 3:
        return False
    if not asked and (seen.rank, seen.units) == (2, 1):
        return False  # one of several outputs
    known = [_is_known(seen, training, one) for one in asked]
    return not all(known) or not known


def _is_known(seen: Prediction, training: Training, call: TrainingCall) -> bool:
    """Whether the axes of the targets are known; of one number, whether that is all they have."""
    shape = _sizes(training, call)
    if shape is None and (rank := _rank(call)) is not None:
        return rank == seen.rank or (rank == 1 and (seen.rank, seen.units) == (2, 1))
    if shape is None:
        return _is_predicted(call)
    return (seen.rank, seen.units) != (2, 1) or len(shape) == 1 or shape[1:] == (1,)


def _is_predicted(call: TrainingCall) -> bool:
    """Whether the targets are what a model gives."""
    return "y" in call.given and ".predict(" in call.given["y"].text


def _may_be_windows(seen: Prediction, training: Training) -> bool:
    """Whether targets of which nothing is known may be windows of a series, as the inputs are."""
    inputs = [bound.tensor.dims for bound in _inputs(training)]
    windows = any(dims is not None and len(dims) == seen.rank for dims in inputs)
    return windows and seen.units not in (None, 1) and not (seen.several or seen.one_hot)


def steps_note(output: Output, seen: Prediction, asked: Sequence[TrainingCall]) -> str:
    """What is assumed of targets of which nothing is known, beside an output of steps."""
    rank = output.rank or 0
    steps = output.units == 1 and (rank == 3 or (rank > 3 and output.is_single))
    known = seen.open or seen.spread or seen.deeper or seen.classes or seen.matching
    return _STEPS if steps and not known and None in map(_rank, asked) else ""


def _rank(call: TrainingCall) -> int | None:
    """How many axes the targets have that a call gets, if that is known."""
    if "y" in call.given:
        return None if call.sizes is None else len(call.sizes)
    element = element_of(call.given.get("x"))
    labels = element[1] if isinstance(element, tuple) and len(element) > 1 else None
    return labels.rank if isinstance(labels, Leaf) else None


def _sizes(training: Training, call: TrainingCall) -> Shape | None:
    """The sizes of the targets of a call; those of the inputs, where it gets these as targets."""
    y, x = call.given.get("y"), call.given.get("x")
    inputs = _inputs(training)
    if y is None or x is None or y.text != x.text or len(inputs) != 1:
        return call.sizes
    dims = inputs[0].tensor.dims
    if dims is None:
        return call.sizes
    sizes = [d.value if d is not None and d.known else None for d in dims]
    return (None, *(size if isinstance(size, int) else None for size in sizes))


def _inputs(training: Training) -> list[Bound]:
    """What the model takes."""
    return training.origin.inputs or training.model.inputs
