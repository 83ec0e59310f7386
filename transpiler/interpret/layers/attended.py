"""Masks that Keras 3 forgets while a model runs.

There, MultiHeadAttention takes the masks off the very tensors that it gets. Attention layers ask
the tensors for their masks when they run, so what another one sees depends on which runs first, and
on how the tensors came to be. That is left for a person; Keras 2 keeps the masks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from transpiler.interpret.region import Region
from transpiler.interpret.values import Layer
from transpiler.ir.tensor import Tensor, Unsupported

_TAKES: Final = "keras.layers.MultiHeadAttention"
_ASKS: Final = frozenset(
    {_TAKES}
    | {f"keras.layers.{n}" for n in ("AdditiveAttention", "Attention", "GroupQueryAttention")}
)


def check_masks(region: Region, layer: Layer, inputs: Iterable[Any], node: Any) -> None:
    """Refuse an attention layer if it is not certain that Keras 3 still has the masks for it."""
    if layer.rule is None or region.file.options.keras == "2":
        return
    if layer.rule.names[0] not in _ASKS:
        return
    takes = layer.rule.names[0] == _TAKES
    for mask in {(x.mask.text, x.mask.names) for x in _tensors(inputs) if x.mask is not None}:
        readers = region.attended.setdefault(mask, {})
        others = [takes_too for reader, takes_too in readers.items() if reader is not node]
        if (others and (takes or any(others))) or (takes and region.loops):
            raise Unsupported(
                "Keras 3 takes the mask off what a MultiHeadAttention gets, and others may not see "
                "it then (--keras 2 keeps it)"
            )
        readers[node] = takes


def _tensors(inputs: Iterable[Any]) -> Iterable[Tensor]:
    for value in inputs:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list):
            yield from _tensors(value)
