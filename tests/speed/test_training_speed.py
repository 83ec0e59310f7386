"""Emitted loops train as fast as hand-written ones. Takes minutes: `pytest tests/speed --full`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
import training_by_hand
import training_scripts

from transpiler.pipeline import convert

PAIRS: dict[str, tuple[str, Callable[[dict[str, Any]], Any]]] = {
    "images": (training_scripts.IMAGES, training_by_hand.Images),
    "table": (training_scripts.TABLE, training_by_hand.Table),
    "texts": (training_scripts.TEXTS, training_by_hand.Texts),
}
#: Rounds of one series, and how often a series that says too much is repeated: what else runs on
#: the machine makes one of the two look slow now and then, but not the same one again and again.
ROUNDS = 31
SERIES = 3
LIMIT = 1.05


def emitted(program: str) -> tuple[dict[str, Any], Callable[[], Any]]:
    """What a converted script holds once it has run, and one more epoch of its training."""
    scope: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(convert(program).text, "<emitted>", "exec"), scope)
    names = ["model", "train_loader", "criterion", "optimizer"]
    names += ["scheduler"] if "scheduler" in scope else []
    arguments = [scope[name] for name in names]
    return scope, lambda: scope["train_epoch"](*arguments)


def seconds(epoch: Callable[[], Any]) -> float:
    """Of the processor, on one thread: others may use the machine at the same time."""
    start = time.process_time()
    epoch()
    return time.process_time() - start


def ratio(ours: Callable[[], Any], theirs: Callable[[], Any]) -> float:
    """How many times as long ours takes: the median of pairs, each run side by side."""
    found = []
    for round in range(ROUNDS):
        pair = (ours, theirs) if round % 2 else (theirs, ours)
        times = {epoch: seconds(epoch) for epoch in pair}
        found.append(times[ours] / times[theirs])
    return statistics.median(found)


@pytest.mark.full
@pytest.mark.parametrize("name", PAIRS)
def test_trains_as_fast_as_by_hand(name: str) -> None:
    program, by_hand = PAIRS[name]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    ratios: list[float] = []
    try:
        scope, ours = emitted(program)
        written = by_hand(scope)
        theirs = written.epoch
        assert len(written.loader) == len(scope["train_loader"])
        assert sum(p.numel() for p in scope["model"].parameters()) == sum(
            p.numel() for p in written.model.parameters()
        )
        ours(), theirs()
        while len(ratios) < SERIES and not any(found <= LIMIT for found in ratios):
            ratios.append(ratio(ours, theirs))
    finally:
        torch.set_num_threads(threads)
    print(f"{name}: {' '.join(f'{r:.3f}' for r in ratios)} times as long")  # noqa: T201
    assert min(ratios) <= LIMIT
