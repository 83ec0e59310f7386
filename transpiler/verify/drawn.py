"""Training data drawn in the shapes and of the kinds that a model and its loss ask for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from transpiler.verify.fill import fill_ids, fill_input
from transpiler.verify.keras_inputs import declared_inputs, id_range
from transpiler.verify.records import Array
from transpiler.verify.training_runs import rows
from transpiler.verify.unread import Unread

_SHARES = ("kl_divergence", "kullback_leibler_divergence", "kld")
_POSITIVE = ("poisson", "msle", "mean_squared_logarithmic_error", "mape",
             "mean_absolute_percentage_error")  # fmt: skip
_BITS = ("binary", "hinge")
_OPEN = 16  #: the size of a dimension that a model leaves open
_NUMBERS = 20_000_000  #: how many are drawn at most


def draw_unread(model: Any, given: dict[str, Any], count: int, drawn: dict[str, Array]) -> None:
    """Put data in the place of those of `x` and `y` that can't be read, and note them by name."""
    unread = {name: list(_unread(given.get(name))) for name in ("x", "y")}
    if not any(unread.values()):
        return
    tensors = declared_inputs(model)[0]
    if not tensors:
        raise RuntimeError(next(one.reason for found in unread.values() for one in found))
    largest = max(math.prod(d or _OPEN for d in tensor.shape[1:]) for tensor in tensors)
    count = rows(given.get("x")) or rows(given.get("y")) or min(count, _NUMBERS // largest)
    generator = np.random.default_rng(1000 + len(drawn))

    def fill(name: str, slots: dict[str, Any], draw: Callable[[str, Any], Array]) -> None:
        given[name] = _filled(given[name], slots, draw)
        for one in unread[name]:
            drawn[one.name] = one.value

    if unread["x"]:
        slots = {str(t.name).split(":")[0]: t for t in tensors}
        fill("x", slots, lambda _, tensor: draw_input(model, tensor, count, generator))
    if unread["y"]:
        names = getattr(model, "output_names", None) or list(map(str, range(len(model.outputs))))
        losses = _by_output(getattr(model, "loss", None), names)
        slots = dict(zip(names, model.outputs, strict=True))
        fill("y", slots, lambda name, t: draw_target(losses[name], t, count, generator))


def _unread(value: Any) -> Iterator[Unread]:
    parts = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, Unread):
        yield value
    elif isinstance(value, (Mapping, list, tuple)):
        for part in parts:
            yield from _unread(part)


def _filled(value: Any, slots: Mapping[str, Any], draw: Callable[[str, Any], Array]) -> Any:
    """Arrays in the place of what is unread, one for each slot of the model."""
    if isinstance(value, Unread):
        if len(slots) != 1:
            raise RuntimeError(value.reason)
        if value.value is None:
            ((name, tensor),) = slots.items()
            value.value = draw(name, tensor)
        return value.value
    if isinstance(value, Mapping):
        return {k: _filled(v, {k: slots[k]}, draw) if k in slots else v for k, v in value.items()}
    if isinstance(value, (list, tuple)) and len(value) == len(slots):
        pairs = zip(value, slots.items(), strict=True)
        return [_filled(v, dict([slot]), draw) for v, slot in pairs]
    return value


def _by_output(loss: Any, names: Sequence[str]) -> dict[str, Any]:
    if isinstance(loss, Mapping):
        return {name: loss.get(name, "mse") for name in names}
    if isinstance(loss, (list, tuple)):
        return dict(zip(names, loss, strict=False))
    return dict.fromkeys(names, loss)


def draw_input(model: Any, tensor: Any, count: int, generator: np.random.Generator) -> Array:
    """Numbers, or ids where the model looks them up."""
    shape = (count, *(_OPEN if d is None else int(d) for d in tensor.shape[1:]))
    ids, padded = id_range(model, tensor)
    kind = str(getattr(tensor.dtype, "name", tensor.dtype))
    if ids or kind.startswith(("int", "uint")):
        return fill_ids(generator, shape, ids or 2, padded)
    return fill_input(generator, shape)


def draw_target(loss: Any, tensor: Any, count: int, generator: np.random.Generator) -> Array:
    """What a loss compares an output with."""
    name = loss_name(loss)
    sizes = tuple(_OPEN if d is None else int(d) for d in tensor.shape[1:])
    classes = sizes[-1] if sizes else 1
    if "sparse" in name:
        return generator.integers(0, classes, (count, *sizes[:-1]))
    single = sizes[:-1] if sizes[-1:] == (1,) else sizes
    if "categorical" in name:
        drawn = generator.integers(0, classes, (count, *sizes[:-1]))
        one_hot: Array = np.eye(classes)[drawn]
        return one_hot
    if any(word in name for word in _BITS):
        return generator.integers(0, 2, (count, *single))
    if name in _SHARES:
        return generator.dirichlet(np.ones(classes), (count, *sizes[:-1]))
    if name in _POSITIVE:
        return generator.uniform(0.5, 2.0, (count, *single))
    return generator.normal(0.0, 1.0, (count, *single))


def loss_name(loss: Any) -> str:
    """`SparseCategoricalCrossentropy` is `sparse_categorical_crossentropy`."""
    text = loss if isinstance(loss, str) else getattr(loss, "__name__", "")
    if not text:
        text = str(getattr(loss, "name", "") or type(loss).__name__)
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in str(text))
    return snake.lstrip("_")
