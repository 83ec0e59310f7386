"""Whether two sets of arrays are the same numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from transpiler.verify.records import Array
from transpiler.verify.report import Check

#: What a norm-relative difference must stay under, by the precision of both programs.
FORWARD_BOUND = {"float64": 1e-9, "float32": 1e-4}
GRADIENT_BOUND = {"float64": 1e-9, "float32": 1e-3}
#: Where no gradient is larger than this in float64, all are zero but for rounding.
ROUNDING = 1e-11


def distance(expected: Array, actual: Array, floor: float = 0.0) -> tuple[float, float]:
    """The largest difference, and the norm of the difference relative to that of `expected`."""
    if expected.shape != actual.shape:
        return float("inf"), float("inf")
    if not expected.size:
        return 0.0, 0.0
    one = expected.astype(np.float64)
    other = actual.astype(np.float64)
    difference = other - one
    norm = max(float(np.linalg.norm(one)), floor)
    gap = float(np.linalg.norm(difference))
    largest = float(np.abs(difference).max())
    if gap == 0.0:
        return 0.0, 0.0
    return largest, gap / norm if norm > 0 else float("inf")


def where_finite(expected: Array, actual: Array) -> tuple[Array, Array]:
    """Both with zeros where `expected` is not finite: there is no number to compare with.

    Of a gradient, say: zero times infinity is not a number for TensorFlow, and masked by torch.
    """
    known = np.isfinite(expected)
    if expected.shape != actual.shape or known.all():
        return expected, actual
    return np.where(known, expected, 0.0), np.where(known, actual, 0.0)


def check(pairs: Iterable[tuple[str, Array, Array]], bound: float, floor: float = 0.0) -> Check:
    """The worst of several pairs of arrays; `floor` is the least norm to compare with."""
    worst = (0.0, 0.0, "")
    for label, expected, actual in pairs:
        largest, relative = distance(expected, actual, floor)
        if np.isnan(relative):
            return Check(largest, float("nan"), bound, label)
        if relative > worst[1] or (relative == worst[1] and largest > worst[0]):
            worst = (largest, relative, label)
    return Check(worst[0], worst[1], bound, worst[2])


def check_updates(triples: Iterable[tuple[str, Array, Array, Array]], bound: float) -> Check:
    """The worst of several steps from old values: label, old, expected and actual new values.

    The steps are compared, not the values: a step of 1 % would hide its errors in the rest.
    """
    worst = Check(0.0, 0.0, bound)
    for label, old, expected, actual in triples:
        floor = 1e-2 * float(np.linalg.norm(old))
        step = check([(label, expected - old, actual - old)], bound, floor)
        if not step.rel_diff <= worst.rel_diff:
            worst = step
    return worst


def gradient_floor(gradients: Iterable[Array], bound: float) -> float:
    """Gradients that are zero but for rounding are measured against the largest of them.

    Where all are, as behind a softmax of equal numbers, what counts is that they are next to zero:
    weights, inputs and the gradients of the outputs are about one. What rounding leaves of them is
    the larger, the smaller the numbers are that a layer divides by.
    """
    norms = [float(np.linalg.norm(gradient[np.isfinite(gradient)])) for gradient in gradients]
    largest = max(norms, default=0.0)
    if bound >= GRADIENT_BOUND["float32"]:
        return max(1e-1 * largest, 1e-3)
    return max(1e-3 * largest, 1e-5 if largest > ROUNDING else 1e-3)
