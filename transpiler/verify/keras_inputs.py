"""What to feed a Keras model: random arrays of the shapes that it declares."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from transpiler.verify.fill import fill_ids, fill_input
from transpiler.verify.keras_layers import children, graph_nodes, kinds, node_layer
from transpiler.verify.packing import tensors_of
from transpiler.verify.records import Array, Structure

#: Sizes to try for dimensions that a model leaves open: one per dimension, different on purpose.
OPEN_SIZES = {2: (7,), 3: (7, 5), 4: (32, 64, 3), 5: (16, 32, 16, 3)}
_TRANSPARENT = {
    "Reshape", "Flatten", "Masking", "Permute", "Dropout", "SpatialDropout1D", "Cast", "Squeeze",
    "ExpandDims", "RepeatVector", "InputLayer", "Activation",
}  # fmt: skip


def declared_inputs(model: Any) -> tuple[list[Any], Structure]:
    """The input tensors of a functional or built sequential model; none for others."""
    if "Sequential" in kinds(model) and not graph_nodes(model):
        return [], Structure()
    for name in ("_inputs_struct", "_nested_inputs"):
        inner = getattr(model, "_functional", None) or model
        struct = getattr(inner, name, None)
        if struct is not None:
            if "Sequential" in kinds(model):
                return list(model.inputs), Structure()
            return tensors_of(struct)
    inputs = getattr(model, "inputs", None)
    return (
        (list(inputs), Structure("list" if len(inputs) > 1 else "single"))
        if inputs
        else ([], Structure())
    )


def batch_size(tensors: list[Any]) -> int:
    """Small, and smaller where one row is large."""
    sizes = [math.prod(d or 32 for d in list(tensor.shape)[1:]) for tensor in tensors]
    largest = max(sizes, default=1)
    return 3 if largest <= 50_000 else 2 if largest <= 200_000 else 1


def make_inputs(
    model: Any, tensors: list[Any], generator: np.random.Generator, positive: bool = False
) -> list[Array]:
    """One array per input tensor."""
    batch = batch_size(tensors)
    return [_make(model, tensor, batch, generator, positive) for tensor in tensors]


def _make(
    model: Any, tensor: Any, batch: int, generator: np.random.Generator, positive: bool
) -> Array:
    dims = [None if d is None else int(d) for d in tensor.shape]
    sizes = OPEN_SIZES.get(len(dims), (8,) * len(dims))
    first = dims[0] if dims and dims[0] is not None else batch
    rest = [size if d is None else d for d, size in zip(dims[1:], sizes, strict=False)]
    shape = (first, *rest)
    count, padded = id_range(model, tensor)
    kind = str(getattr(tensor.dtype, "name", tensor.dtype))
    if count or kind.startswith(("int", "uint")):
        return fill_ids(generator, shape, count or 2, padded)
    if kind == "bool":
        return generator.integers(0, 2, shape).astype(bool)
    values = fill_input(generator, shape)
    return np.abs(values) if positive else values


def id_range(model: Any, tensor: Any) -> tuple[int, bool]:
    """How many ids an input may hold (zero where it holds numbers), and whether 0 is padding."""
    found = [r for layer in consumers(model, tensor) for r in _ranges(layer)]
    if not found:
        return 0, False
    return min(count for count, _ in found), any(padded for _, padded in found)


def _ranges(layer: Any) -> Iterator[tuple[int, bool]]:
    """The id ranges of a layer, or of the layers inside that a custom layer calls."""
    names = kinds(layer)
    if "Embedding" in names:
        yield int(layer.input_dim), bool(layer.mask_zero)
    elif "CategoryEncoding" in names:
        yield int(layer.num_tokens), False
    elif "Model" not in names and "RNN" not in names:
        for child in children(layer):
            yield from _ranges(child)


def consumers(model: Any, tensor: Any, depth: int = 0) -> Iterator[Any]:
    """The layers that read an input, through layers that hand it on, into nested models."""
    for node in graph_nodes(model) if depth < 6 else ():
        inputs = node_inputs(node)
        position = next((i for i, t in enumerate(inputs) if t is tensor), None)
        if position is None:
            continue
        layer = node_layer(node)
        if graph_nodes(layer):
            nested = list(layer.inputs)
            if position < len(nested):
                yield from consumers(layer, nested[position], depth + 1)
        elif kinds(layer)[0] in _TRANSPARENT:
            for output in tensors_of(node_outputs(node))[0]:
                yield from consumers(model, output, depth + 1)
        else:
            yield layer


def node_inputs(node: Any) -> list[Any]:
    """The symbolic tensors that a node reads."""
    if hasattr(node, "arguments"):
        return list(node.arguments.keras_tensors)
    return list(node.keras_inputs)


def node_outputs(node: Any) -> Any:
    """The symbolic tensors that a node makes."""
    return node.outputs
