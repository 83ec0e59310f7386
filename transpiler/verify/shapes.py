"""The input shape of a model that declares none, from the first layer of the converted one."""

from __future__ import annotations

from typing import Any, TypeAlias

from transpiler.verify.torch_units import unit_modules

#: A shape without the batch, and how many ids there are where the input holds ids (else 0).
Shape: TypeAlias = tuple[tuple[int, ...], int]

_SIZES = (28, 32, 64, 96, 128, 150, 160, 180, 200, 224, 256, 299)


def guess_shape(torch: Any, model: Any) -> Shape | None:
    """The first likely shape with which the model runs."""
    model.eval()
    for shape, ids in _candidates(model):
        x = torch.zeros((2, *shape), dtype=torch.int64 if ids else torch.get_default_dtype())
        try:
            with torch.no_grad():
                model(x)
        except Exception:
            continue
        return shape, ids
    return None


def _candidates(model: Any) -> list[Shape]:
    units = list(unit_modules(model).values())
    if not units:
        return [((8,), 0)]
    first = units[0]
    if type(first).__name__ == "Embedding":
        return [((size,), first.num_embeddings) for size in (7, 10, 20, 50, 100, 200, 250, 500)]
    if hasattr(first, "input_size"):
        return [((7, first.input_size), 0)]
    if hasattr(first, "kernel_size"):
        channels = first.in_channels or 3  # a lazy one takes any number
        return [((*(size,) * len(first.kernel_size), channels), 0) for size in _SIZES]
    features = getattr(first, "in_features", None) or getattr(first, "num_features", None)
    mean: Any = getattr(first, "mean", None)
    if features is None and getattr(mean, "ndim", 0) == 1:
        features = len(mean)  # it has been adapted to data
    return [((features,), 0)] if features else [((size,), 0) for size in (8, 16, 32)]
