"""Inputs and outputs as flat lists, and back into what a model takes."""

from __future__ import annotations

from typing import Any

from transpiler.verify.records import Structure


def tensors_of(packed: Any) -> tuple[list[Any], Structure]:
    """The tensors of one value, list or dict, and how they were packed."""
    if isinstance(packed, dict):
        keys = tuple(sorted(packed))
        return [packed[key] for key in keys], Structure("dict", tuple(map(str, keys)))
    if isinstance(packed, (list, tuple)):
        flat: list[Any] = []
        for part in packed:
            flat.extend(tensors_of(part)[0])
        return flat, Structure("list")
    return [packed], Structure()


def pack(arrays: list[Any], packing: Structure) -> Any:
    """The other way round."""
    if packing.kind == "dict":
        return dict(zip(packing.keys, arrays, strict=True))
    return arrays if packing.kind == "list" else arrays[0]
