"""Dropout and noise: random, so their distributions are compared."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import torch

from tests.rules.layer_harness import translate
from transpiler.ir.tensor import Layout, Unsupported
from transpiler.pipeline import convert

LAYOUTS = [Layout.FIRST, Layout.LAST]
SHAPES = {1: (6, 50), 2: (4, 3, 50), 3: (3, 2, 2, 50)}


def outputs(name: str, shape: tuple[int, ...], layout: Layout, hide: bool, given: Any) -> Any:
    hidden = tuple(k for k in given if k != "noise_shape") if hide else ()
    made = translate(name, [shape], given, layout=layout, hidden=hidden)
    x = torch.ones((400, *shape), dtype=torch.float64)
    made.module.eval()
    assert torch.equal(made.module(x)[0], x)
    made.module.train()
    return made.module(x)[0].numpy()


@pytest.mark.parametrize("hide", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_dropout(hide: bool, layout: Layout, rate: float) -> None:
    out = outputs("Dropout", (4, 3, 5), layout, hide, {"rate": rate})
    values = set(np.unique(out.round(9)))
    assert values == {0.0, round(1 / (1 - rate), 9)}
    assert abs((out == 0).mean() - rate) < 0.02


@pytest.mark.parametrize("layout", LAYOUTS)
def test_shared_dropout(layout: Layout) -> None:
    given = {"rate": 0.4, "noise_shape": (None, 1, 1, 5)}
    out = outputs("Dropout", (4, 3, 5), layout, False, given)
    assert (out == out[:, :1, :1]).all()
    assert abs((out == 0).mean() - 0.4) < 0.05


@pytest.mark.parametrize("hide", [False, True])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_spatial_dropout(hide: bool, count: int) -> None:
    out = outputs(f"SpatialDropout{count}D", SHAPES[count], Layout.LAST, hide, {"rate": 0.3})
    flat = out.reshape(400, -1, 50)
    assert (flat == flat[:, :1]).all()
    assert abs((out == 0).mean() - 0.3) < 0.02


@pytest.mark.parametrize(("name", "given"), [
    ("GaussianNoise", {"stddev": 0.3}),
    ("GaussianDropout", {"rate": 0.3}),
    ("AlphaDropout", {"rate": 0.3}),
])  # fmt: skip
@pytest.mark.parametrize("hide", [False, True])
def test_noise(name: str, given: dict[str, float], hide: bool) -> None:
    out = outputs(name, (200,), Layout.LAST, hide, given)
    layer = getattr(keras.layers, name)(**given)
    theirs = layer(np.ones((400, 200), "float32"), training=True).numpy()
    assert abs(out.mean() - theirs.mean()) < 0.02
    assert abs(out.std() - theirs.std()) < 0.02


def test_penalties_are_refused() -> None:
    with pytest.raises(Unsupported):
        translate("AlphaDropout", [(4,)], {"rate": 0.1, "noise_shape": (None, 1)})


def test_without_a_rate_the_shape_of_the_noise_is_not_read() -> None:
    source = """
from keras import Sequential, layers

model = Sequential([layers.Input((4,)), layers.Dropout(0.0, noise_shape=(None, 8))])
"""
    scope: dict[str, Any] = {}
    exec(convert(source).text, scope)
    x = torch.rand(3, 4)
    assert torch.equal(scope["model"].train()(x), x)
