"""Random weights and inputs that let differences show: nothing saturated, nothing zero."""

from __future__ import annotations

import math

import numpy as np

from transpiler.verify.records import Array

#: Weights by role that may not be drawn around zero.
_POSITIVE = {"moving_variance": (0.5, 2.0), "variance": (0.5, 2.0), "gamma": (0.5, 1.5)}


def fill_weight(generator: np.random.Generator, role: str, shape: tuple[int, ...]) -> Array:
    """A weight of about the size that keeps activations near one."""
    if role in _POSITIVE:
        return generator.uniform(*_POSITIVE[role], shape)
    if role == "count":
        return np.ones(shape)
    if len(shape) < 2:
        return generator.normal(0.0, 0.3, shape)
    if role == "embeddings":
        return generator.normal(0.0, 1.0, shape)
    fan_in = shape[0] if len(shape) == 2 else math.prod(shape[:-1])
    return generator.normal(0.0, 1.0 / math.sqrt(max(1, fan_in)), shape)


def fill_input(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Floats of about unit size."""
    return generator.normal(0.0, 1.0, shape)


def fill_ids(
    generator: np.random.Generator, shape: tuple[int, ...], count: int, padded: bool
) -> Array:
    """Ids below `count`; where zero means padding, rows of several lengths."""
    ids = generator.integers(1 if padded and count > 1 else 0, max(count, 1), shape)
    if padded and len(shape) > 1:
        for row in range(1, shape[0]):
            ids[row, max(1, shape[1] - 1 - row) :] = 0
    return ids


def cotangent(generator: np.random.Generator, output: Array) -> Array:
    """What an output is multiplied with before the sum whose gradients are taken."""
    return generator.normal(0.0, 1.0, output.shape)
