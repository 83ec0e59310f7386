"""What both sides need to run a program that trains."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from transpiler.verify.training_text import STEPS


@contextlib.contextmanager
def scratch_folder() -> Iterator[None]:
    """A working folder of its own, for what a program saves and loads."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="tf2torch-") as place:
        os.chdir(place)
        try:
            yield
        finally:
            os.chdir(before)


@contextlib.contextmanager
def patched(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Something else under a name, for a while."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def plain_values(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers, arrays, lists of numbers and histories that a program holds at its end."""
    found = {k: _plain(v) for k, v in namespace.items() if not k.startswith("_")}
    return {k: v for k, v in found.items() if v is not None}


def _plain(value: Any) -> Any:
    """A value as numbers, None where it is nothing to compare."""
    history = getattr(value, "history", None)
    if isinstance(history, dict):
        return {k: np.asarray(values, "float64") for k, values in history.items()}
    if isinstance(value, dict):
        plain = {k: _plain(v) for k, v in value.items()}
        return plain if all(v is not None for v in plain.values()) else None
    if isinstance(value, (bool, str, type, type(None))):
        return None
    if hasattr(value, "__getitem__") and not hasattr(value, "__array__"):
        if not isinstance(value, (list, tuple, range)):
            return None  # a data set of the program's own, which may have no end
    with contextlib.suppress(Exception):
        array = np.asarray(value, "float64")
        return array if array.size < 10**6 else None
    return None


def apart(one: Any, other: Any) -> float:
    """The norm of the difference, relative to the norm.

    Infinite where the shapes differ, and where one has no number in a place where the other has.
    """
    if isinstance(one, dict) or isinstance(other, dict):
        if not isinstance(one, dict) or not isinstance(other, dict) or one.keys() != other.keys():
            return float("inf")
        return max((apart(one[k], other[k]) for k in one), default=0.0)
    a, b = np.asarray(one, "float64"), np.asarray(other, "float64")
    if a.shape != b.shape:
        return float("inf")
    if np.isnan(a).any() and (np.isnan(a) == np.isnan(b)).all():
        a, b = np.nan_to_num(a), np.nan_to_num(b)
    if np.isinf(a).any():
        same = a == b
        a, b = np.where(same, 0.0, a), np.where(same, 0.0, b)
    found = float(np.linalg.norm(a - b) / (np.linalg.norm(a) or 1.0))
    return float("inf") if np.isnan(found) else found


def rows(value: Any) -> int | None:
    """How many samples data have; None where they aren't arrays."""
    if isinstance(value, Mapping):
        value = next(iter(value.values()), None)
    elif isinstance(value, (list, tuple)):
        value = next(iter(value), None)
    shape = getattr(value, "shape", None)
    return int(shape[0]) if shape else None


def shortened(value: Any, part: slice) -> Any:
    """Some of the samples of each array."""
    if isinstance(value, Mapping):
        return {key: shortened(one, part) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [shortened(one, part) for one in value]
    return value[part] if getattr(value, "shape", None) else value


def limit(size: int) -> slice:
    """So many rows make ten batches, and one that is not full."""
    return slice(size * STEPS + size // 2)
