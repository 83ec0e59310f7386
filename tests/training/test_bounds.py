"""How far torch's steps are from Keras's, as the notes of the optimizers say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from rules.emitted import EMITTED
from transpiler.registry import load_rules

RULES = load_rules().optimizers
EPSILON = 1e-7


def steps(optimizer: Callable[..., Any], gradients: torch.Tensor, **arguments: Any) -> torch.Tensor:
    """How far each gradient of a sequence moves a weight."""
    weight = torch.nn.Parameter(torch.zeros_like(gradients[0]))
    made = optimizer([weight], **arguments)
    found = []
    for gradient in gradients:
        before = weight.detach().clone()
        weight.grad = gradient.clone()
        made.step()
        found.append(weight.detach() - before)
    return torch.stack(found)


def emitted(name: str) -> Any:
    scope: dict[str, Any] = {"torch": torch}
    exec(EMITTED[name].source, scope)
    return scope[name]


def mean_squares(gradients: torch.Tensor, decay: float) -> torch.Tensor:
    """The moving mean of their squares after each step."""
    mean, found = torch.zeros_like(gradients[0]), []
    for gradient in gradients:
        mean = decay * mean + (1 - decay) * gradient**2
        found.append(mean)
    return torch.stack(found)


@pytest.fixture
def gradients() -> torch.Tensor:
    """Ten of every size."""
    rng = np.random.default_rng(0)
    sizes = 10.0 ** np.arange(-9.0, 4.0)
    return torch.as_tensor(rng.uniform(0.5, 1.5, size=(10, 13)) * sizes)


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_adam(name: str, gradients: torch.Tensor) -> None:
    note = RULES[f"keras.optimizers.{name}"].note
    assert "up to epsilon / sqrt(v) longer, at first 3.2e-6 / |g|" in note
    mine = steps(getattr(torch.optim, name), gradients, eps=EPSILON)
    keras = steps(emitted(f"Keras{name}"), gradients, eps=EPSILON)
    longer = mine / keras - 1
    assert (longer >= -1e-9).all()
    assert (longer <= EPSILON / mean_squares(gradients, 0.999).sqrt() + 1e-9).all()
    assert longer[0] == pytest.approx(3.06e-6 / (gradients[0] + EPSILON), rel=1e-2, abs=1e-9)


@pytest.mark.parametrize("centered", [False, True])
def test_rmsprop(centered: bool, gradients: torch.Tensor) -> None:
    note = RULES["keras.optimizers.RMSprop"].note
    assert "differ by up to epsilon / min(2 v, sqrt(v))" in note
    mine = steps(torch.optim.RMSprop, gradients, lr=1e-3, alpha=0.9, eps=EPSILON, centered=centered)
    keras = steps(emitted("KerasRMSprop"), gradients, lr=1e-3, centered=centered)
    variance = mean_squares(gradients, 0.9)
    if centered:
        mean, means = torch.zeros_like(gradients[0]), []
        for gradient in gradients:
            mean = 0.9 * mean + 0.1 * gradient
            means.append(mean)
        variance = variance - torch.stack(means) ** 2
    bound = EPSILON / torch.minimum(2 * variance, variance.sqrt())
    assert ((mine / keras - 1).abs() <= bound * (1 + 1e-6) + 1e-9).all()
    assert ((mine / keras - 1).abs() > bound / 100).any()


def test_adamax(gradients: torch.Tensor) -> None:
    assert "up to epsilon / norm longer" in RULES["keras.optimizers.Adamax"].note
    mine = steps(torch.optim.Adamax, gradients, lr=1e-3, eps=EPSILON)
    keras = steps(emitted("KerasAdamax"), gradients, lr=1e-3)
    norm, norms = torch.zeros_like(gradients[0]), []
    for gradient in gradients:
        norm = torch.maximum(0.999 * norm, gradient)
        norms.append(norm)
    longer = mine / keras - 1
    assert (longer >= -1e-9).all()
    assert (longer <= EPSILON / torch.stack(norms) + 1e-9).all()


@pytest.mark.parametrize("start", [0.0, 0.1, 1.0])
def test_adagrad(start: float, gradients: torch.Tensor) -> None:
    note = RULES["keras.optimizers.Adagrad"].note
    assert "differ by up to epsilon / min(2 s, sqrt(s))" in note
    made = torch.optim.Adagrad
    mine = steps(made, gradients, lr=1e-3, initial_accumulator_value=start, eps=EPSILON)
    keras = steps(made, gradients, lr=1e-3, initial_accumulator_value=start + EPSILON, eps=0.0)
    sums = start + (gradients**2).cumsum(0)
    bound = EPSILON / torch.minimum(2 * sums, sums.sqrt())
    assert ((mine / keras - 1).abs() <= bound * (1 + 1e-6) + 1e-9).all()
