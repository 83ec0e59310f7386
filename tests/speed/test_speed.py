"""Emitted models run as fast as hand-written ones. Takes minutes: `pytest tests/speed --full`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import keras_models
import pytest
import torch
import torch_models
from torch import nn

from transpiler.pipeline import convert

PAIRS: dict[str, tuple[str, type[nn.Module], Callable[[], torch.Tensor]]] = {
    "resnet50": (keras_models.RESNET, torch_models.ResNet50, torch_models.image),
    "vgg16": (keras_models.VGG, torch_models.VGG16, torch_models.image),
    "mobilenet_v2": (keras_models.MOBILENET, torch_models.MobileNetV2, torch_models.image),
    "lstm": (keras_models.LSTM, torch_models.LSTMClassifier, torch_models.tokens),
    "transformer": (
        keras_models.TRANSFORMER,
        torch_models.TransformerClassifier,
        torch_models.tokens,
    ),
}
#: Rounds of one series, and how often a series that says too much is repeated: what else runs on
#: the machine makes one of the two look slow now and then, but not the same one again and again.
ROUNDS = 31
SERIES = 3
LIMIT = 1.05


def emitted(program: str) -> nn.Module:
    scope: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(convert(program).text, "<emitted>", "exec"), scope)
    model = scope["model"]
    assert isinstance(model, nn.Module)
    return model


def forward(model: nn.Module, x: torch.Tensor) -> None:
    with torch.no_grad():
        model(x)


def step(model: nn.Module, x: torch.Tensor) -> None:
    model.zero_grad()
    model(x).square().mean().backward()


def seconds(run: Callable[[nn.Module, torch.Tensor], None], model: nn.Module, x: Any) -> float:
    """Of the processor, on one thread: others may use the machine at the same time."""
    start = time.process_time()
    run(model, x)
    return time.process_time() - start


def ratio(run: Callable[[nn.Module, torch.Tensor], None], ours: Any, theirs: Any, x: Any) -> float:
    """How many times as long ours takes: the median of pairs, each run side by side."""
    found = []
    for round in range(ROUNDS):
        models = (ours, theirs) if round % 2 else (theirs, ours)
        times = {id(model): seconds(run, model, x) for model in models}
        found.append(times[id(ours)] / times[id(theirs)])
    return statistics.median(found)


@pytest.mark.full
@pytest.mark.parametrize("run", [forward, step])
@pytest.mark.parametrize("name", PAIRS)
def test_as_fast_as_by_hand(name: str, run: Callable[[nn.Module, torch.Tensor], None]) -> None:
    program, by_hand, make = PAIRS[name]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    ratios: list[float] = []
    try:
        ours, theirs, x = emitted(program), by_hand(), make()
        assert sum(p.numel() for p in ours.parameters()) == sum(
            p.numel() for p in theirs.parameters()
        )
        for model in (ours, theirs):
            model.train(run is step)
            run(model, x)
            run(model, x)
        while len(ratios) < SERIES and not any(found <= LIMIT for found in ratios):
            ratios.append(ratio(run, ours, theirs, x))
    finally:
        torch.set_num_threads(threads)
    listed = " ".join(f"{ratio:.3f}" for ratio in ratios)
    print(f"{name} {run.__name__}: {listed} times as long")  # noqa: T201
    assert min(ratios) <= LIMIT
