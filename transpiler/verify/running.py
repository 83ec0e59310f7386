"""The one difference of torch's batch normalization that is declared: its running variance."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from transpiler.verify.compare import check_updates
from transpiler.verify.pairing import Pairing
from transpiler.verify.records import Array
from transpiler.verify.torch_units import channel_statistics, watched

UNBIASED = "CLOSE: the running variance of torch's BatchNorm is unbiased, Keras's is not"


@contextlib.contextmanager
def running_variances(
    torch: Any, modules: Mapping[str, Any], pairing: Pairing
) -> Iterator[dict[str, Array]]:
    """What torch's own rule makes of the running variances during a step, by tensor name."""
    found: dict[str, Array] = {}
    norms = {
        pair.unit.path: modules[pair.unit.path]
        for pair in pairing
        if "_BatchNorm" in pair.unit.kinds and "running_var" in pair.unit.shapes
    }

    def note(path: str, module: Any, inputs: Any) -> None:
        _, variance, count = channel_statistics(torch, inputs)
        name = f"{path}.running_var"
        old = found.get(name)
        if old is None:
            old = module.running_var.detach().numpy().copy()
        momentum = module.momentum
        unbiased = variance.numpy() * count / max(count - 1, 1)
        found[name] = (1 - momentum) * old + momentum * unbiased

    with watched(norms, note):
        yield found


def settle_running(
    state: Sequence[tuple[str, Array, Array, Array]], unbiased: Mapping[str, Array], bound: float
) -> str:
    """The rule's name where nothing but running variances differ, each exactly as torch has it."""
    for name, old, expected, actual in state:
        if check_updates([(name, old, expected, actual)], bound).passed:
            continue
        torchs = unbiased.get(name)
        if torchs is None or not check_updates([(name, old, torchs, actual)], bound).passed:
            return ""
        if not _factor_explains(expected, actual):
            return ""
    return UNBIASED


def _factor_explains(expected: Array, actual: Array) -> bool:
    """Unbiased variances are the larger ones, at most twice as large with two or more elements."""
    return bool(np.all(actual >= expected - 1e-12) and np.all(actual <= 2.5 * expected))
