"""How the weights of each Keras layer become those of one torch module.

One function per layer, keyed by the Keras class. It gets the arrays by role and returns torch's
tensors by name. Every map is linear, so gradients and running statistics go through it too. A layer
that torch builds from several modules (a separable convolution) is first taken apart by `PARTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from transpiler.verify.records import Array, LayerRecord


class Misfit(Exception):
    """A layer's weights can't be those of this module."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A torch module with tensors of its own."""

    path: str
    kinds: tuple[str, ...]
    shapes: Mapping[str, tuple[int, ...]]
    parameters: frozenset[str] = frozenset()  #: which of them are trained

    def __str__(self) -> str:
        shapes = ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
        return f"{self.kinds[0]} '{self.path}' ({shapes})"


@dataclass(frozen=True, slots=True)
class Weights:
    """The arrays of one layer by role, or their gradients in the same places."""

    layer: LayerRecord
    arrays: tuple[Array, ...]

    def __getitem__(self, role: str) -> Array:
        return self.arrays[self.layer.roles.index(role)]

    def get(self, role: str) -> Array | None:
        """None where the layer has no such weight."""
        return self[role] if role in self.layer.roles else None

    def fact(self, name: str, default: Any = None) -> Any:
        """An entry of the layer's configuration."""
        return self.layer.facts.get(name, default)


#: Tensors by name. A number fills a tensor for which Keras has no weight; None: it must not exist.
Mapped: TypeAlias = dict[str, "Array | float | None"]
Mapper: TypeAlias = Callable[[Weights, Unit], Mapped]

MAPPERS: dict[str, Mapper] = {}
PARTS: dict[str, Callable[[LayerRecord], list[LayerRecord]]] = {}


def maps(*names: str) -> Callable[[Mapper], Mapper]:
    """Declare the map of Keras layers."""

    def declare(mapper: Mapper) -> Mapper:
        MAPPERS.update(dict.fromkeys(names, mapper))
        return mapper

    return declare


@maps("Dense")
def dense(w: Weights, unit: Unit) -> Mapped:
    """(in, out) becomes (out, in); over channels it may be a 1x1 convolution."""
    return {"weight": w["kernel"].T, "bias": w.get("bias")}


@maps("EinsumDense")
def einsum_dense(w: Weights, unit: Unit) -> Mapped:
    """A Linear of the flattened axes, or the kernel as it is."""
    kernel, bias = w["kernel"], w.get("bias")
    if "Linear" not in unit.kinds:
        return {"weight": kernel, "bias": bias}
    out, inside = unit.shapes["weight"]
    if kernel.size != out * inside:
        raise Misfit("another number of weights")
    return {
        "weight": kernel.reshape(inside, out).T,
        "bias": None if bias is None else bias.reshape(-1),
    }


@maps("Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
def convolution(w: Weights, unit: Unit) -> Mapped:
    """The two channel axes go first, swapped; transposed ones are (out, in) in Keras already."""
    return {"weight": channels_first(w["kernel"]), "bias": w.get("bias")}


@maps("LocallyConnected1D", "LocallyConnected2D")
def locally_connected(w: Weights, unit: Unit) -> Mapped:
    """(places, sizes and channels, out) becomes (out, channels, *places, *sizes)."""
    kernel, bias = w["kernel"], w.get("bias")
    shape = unit.shapes["weight"]
    count = (len(shape) - 2) // 2
    places, sizes = shape[2 : 2 + count], shape[2 + count :]
    apart = kernel.reshape(*places, *sizes, shape[1], shape[0])
    axes = (2 * count + 1, 2 * count, *range(2 * count))
    return {
        "weight": apart.transpose(axes),
        "bias": None if bias is None else np.moveaxis(bias, -1, 0),
    }


def channels_first(kernel: Array) -> Array:
    """(*sizes, a, b) → (b, a, *sizes)."""
    last = kernel.ndim - 1
    return kernel.transpose(last, last - 1, *range(last - 1))


@maps("DepthwiseConv1D", "DepthwiseConv2D")
def depthwise(w: Weights, unit: Unit) -> Mapped:
    """One group per input channel, its multiples next to each other."""
    kernel = w.get("depthwise_kernel")
    if kernel is None:
        kernel = w["kernel"]
    sizes = kernel.shape[:-2]
    count = kernel.shape[-1] * kernel.shape[-2]
    axes = (kernel.ndim - 2, kernel.ndim - 1, *range(kernel.ndim - 2))
    return {"weight": kernel.transpose(axes).reshape(count, 1, *sizes), "bias": w.get("bias")}


@maps("BatchNormalization", "SyncBatchNormalization")
def batch_normalization(w: Weights, unit: Unit) -> Mapped:
    """Scale and offset may be missing in Keras: then they are one and zero."""
    plain = "weight" not in unit.shapes
    return {
        "weight": _or(w.get("gamma"), None if plain else 1.0),
        "bias": _or(w.get("beta"), None if plain else 0.0),
        "running_mean": w["moving_mean"],
        "running_var": w["moving_variance"],
    }


@maps("LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization")
def normalization(w: Weights, unit: Unit) -> Mapped:
    """Scale and offset."""
    scale = w.get("gamma")
    scale = w.get("scale") if scale is None else scale
    return {
        "weight": _or(scale, 1.0 if "weight" in unit.shapes else None),
        "bias": _or(w.get("beta"), 0.0 if "bias" in unit.shapes else None),
    }


@maps("Normalization")
def feature_normalization(w: Weights, unit: Unit) -> Mapped:
    """The mean and the variance (or its root) as buffers, flat."""
    mean, variance = w["mean"].reshape(-1), w["variance"].reshape(-1)
    if "std" in unit.shapes:
        return {"mean": mean, "std": np.sqrt(variance)}
    return {"mean": mean, "variance": variance}


@maps("PReLU")
def prelu(w: Weights, unit: Unit) -> Mapped:
    """One slope per channel, or one per element with the channels first."""
    alpha = w["alpha"]
    (shape,) = [unit.shapes[name] for name in unit.shapes][:1] or [()]
    name = next(iter(unit.shapes), "weight")
    squeezed = alpha.reshape(-1) if sum(size > 1 for size in alpha.shape) <= 1 else alpha
    if squeezed.size == int(np.prod(shape)) and squeezed.ndim <= 1:
        return {name: squeezed.reshape(shape)}
    moved = np.moveaxis(alpha, -1, 0)
    as_it_is = alpha.shape == shape and "ElementwisePReLU" not in unit.kinds
    return {name: alpha if as_it_is else moved}


@maps("Embedding")
def embedding(w: Weights, unit: Unit) -> Mapped:
    """The table as it is."""
    return {"weight": w["embeddings"]}


@maps("AdditiveAttention", "Attention")
def attention(w: Weights, unit: Unit) -> Mapped:
    """The scales as they are, by their shapes."""
    names = list(unit.shapes)
    return dict(zip(names, w.arrays, strict=False)) if len(names) == len(w.arrays) else {}


@maps("Variables")
def variables(w: Weights, unit: Unit) -> Mapped:
    """A layer of the user's own: tensors of the same names, else of the same shapes in order."""
    if set(w.layer.roles) <= set(unit.shapes):
        return dict(zip(w.layer.roles, w.arrays, strict=True))
    return dict(zip(unit.shapes, w.arrays, strict=False))


def _or(array: Array | None, default: float | None) -> Array | float | None:
    return default if array is None else array


def fit(layer: LayerRecord, unit: Unit, arrays: Sequence[Array] | None = None) -> Mapped:
    """The tensors of a unit from a layer's weights (or other arrays in their places).

    Raises Misfit where names or shapes don't fit, or where a tensor of the unit gets no value.
    """
    mapper = next((MAPPERS[kind] for kind in layer.kinds if kind in MAPPERS), None)
    if mapper is None and any(kind in PARTS for kind in layer.kinds):
        raise Misfit(f"{layer} has the weights of several modules")
    mapper = mapper or variables
    try:
        mapped = mapper(Weights(layer, tuple(layer.weights if arrays is None else arrays)), unit)
    except (KeyError, ValueError, IndexError) as error:
        raise Misfit(f"{layer} has not the weights of {unit}: {error}") from error
    result: Mapped = {}
    for name, value in mapped.items():
        if value is None:
            if name in unit.shapes:
                raise Misfit(f"{unit} has a {name}, {layer} has none")
            continue
        target = _fitting_name(name, value, unit, result)
        if isinstance(value, float):
            result[target] = value
            continue
        result[target] = _fitting_shape(value, unit.shapes[target], layer, unit)
    left = set(unit.shapes) - set(result)
    if left:
        raise Misfit(f"{unit} has {', '.join(sorted(left))}, {layer} has not")
    return result


def _fitting_name(name: str, value: Array | float, unit: Unit, taken: Mapped) -> str:
    """The name itself, or in a class of the program's own the next tensor of that shape."""
    if name in unit.shapes:
        return name
    for other, shape in unit.shapes.items():
        if not isinstance(value, float) and other not in taken and shape == value.shape:
            return other
    raise Misfit(f"{unit} has no {name}")


def _fitting_shape(value: Array, shape: tuple[int, ...], layer: LayerRecord, unit: Unit) -> Array:
    """The array in the unit's shape: only axes of size one may differ."""
    if value.shape == shape:
        return value
    if [s for s in value.shape if s > 1] != [s for s in shape if s > 1]:
        raise Misfit(f"{unit} differs from {layer}: {shape} instead of {value.shape}")
    return value.reshape(shape)
