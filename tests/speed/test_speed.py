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
ROUNDS = 21
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


@pytest.mark.full
@pytest.mark.parametrize("run", [forward, step])
@pytest.mark.parametrize("name", PAIRS)
def test_as_fast_as_by_hand(name: str, run: Callable[[nn.Module, torch.Tensor], None]) -> None:
    program, by_hand, make = PAIRS[name]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        ours, theirs, x = emitted(program), by_hand(), make()
        assert sum(p.numel() for p in ours.parameters()) == sum(
            p.numel() for p in theirs.parameters()
        )
        for model in (ours, theirs):
            model.train(run is step)
            run(model, x)
            run(model, x)
        times = [(seconds(run, ours, x), seconds(run, theirs, x)) for _ in range(ROUNDS)]
    finally:
        torch.set_num_threads(threads)
    mine, others = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"{name} {run.__name__}: {mine * 1e3:.1f} ms, by hand {others * 1e3:.1f} ms")  # noqa: T201
    assert mine <= LIMIT * others
