"""Arrays with one axis more or less than a model takes, which Keras makes fit.

It adds a last axis of one number where an array lacks it, and takes away one that is too many:
images (n, 28, 28) for `Input((28, 28, 1))`, windows (n, 5) for `LSTM(4, input_shape=(5, 1))`.
"""

from __future__ import annotations

from collections.abc import Set

from transpiler.interpret.context import Shape
from transpiler.ir.tensor import Dim, Tensor
from transpiler.lower.training import Training
from transpiler.regex import regex


def fittings(training: Training, keys: list[str]) -> tuple[str, ...]:
    """What makes the arrays for each input fit, as it follows their tensors; mostly nothing."""
    inputs = [bound.tensor for bound in training.taking.inputs]
    asked = training.calls if _is_as_in_keras(training) else []
    shapes = [shapes for call in asked for shapes in call.shapes]
    found = []
    for number, tensor in enumerate(inputs):
        places: list[int | str] = [number, keys[number]]
        places += [""] * (len(inputs) == 1)
        ranks = {_rank(shape, places) for shape in shapes}
        found.append(fitting(tensor, ranks) or _if_lacking(training, tensor, ranks))
    return tuple(found)


def fitting_of_batch(training: Training, number: int, rank: int | None) -> str:
    """The same for one input in the batches of a data set, which have so many axes."""
    declared = training.taking.inputs[number].tensor
    if rank == len(declared.dims or ()) + 1:
        return ""
    return fitting(declared, {rank} if _is_as_in_keras(training) else frozenset())


def _is_as_in_keras(training: Training) -> bool:
    """Whether the axes of arrays have the order that they have in Keras."""
    return training.home.file.options.input_layout == "keras"


def _rank(shapes: dict[int | str, Shape], places: list[int | str]) -> int | None:
    """How many axes the array for an input has, if that is known."""
    return next((len(shapes[place]) for place in places if place in shapes), None)


def fitting(declared: Tensor, ranks: Set[int | None] = frozenset()) -> str:
    """What follows the tensors of arrays for one input, which have so many axes each."""
    dims = declared.dims
    if not dims:
        return ""
    if len(dims) == 1 and _may_be_one(dims[0]) and dims[0] is not None and dims[0].known:
        return ".reshape(-1, 1)"
    lacks = len(dims) in ranks and _may_be_one(dims[-1])
    if not lacks and len(dims) + 2 not in ranks:
        return ""
    sizes = [str(dim.value) for dim in dims if dim is not None and dim.known]
    if len(sizes) == len(dims):
        return f".reshape(-1, {', '.join(sizes)})"
    if len(ranks) == 1:
        return ".unsqueeze(-1)" if lacks else ".squeeze(-1)"
    return f"{f'.unsqueeze({len(dims)})' * lacks}.flatten({len(dims)})"


#: What gives arrays the axis that they need, where the program does it itself.
_ADDS_AXIS = regex(
    r"\b(?:expand_dims|newaxis|reshape|img_to_array|load_img|stack|flow\w*)\b|None\s*\]"
    r"|\b(?:zeros|ones|empty)\(.*,\s*1\s*\)"
)


def _if_lacking(training: Training, declared: Tensor, ranks: Set[int | None]) -> str:
    """The same for arrays of which nothing tells whether they have the last axis."""
    sizes = [dim.value for dim in declared.dims or () if dim is not None and dim.known]
    whole = len(sizes) == len(declared.dims or ()) > 1 and sizes[-1] == 1
    if None not in ranks or not whole or _ADDS_AXIS.search(training.home.file.tree.blanked):
        return ""
    return f".reshape(-1, {', '.join(map(str, sizes))})"


def _may_be_one(dim: Dim) -> bool:
    return dim is None or not dim.known or dim.is_const(1)
