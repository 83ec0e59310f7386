"""Locally connected layers against those of Keras 2."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tf_keras
import torch

from tests.rules.layer_harness import RANDOM, move_weights, translate
from transpiler.ir.tensor import UnknownSize, Unsupported

CASES: list[tuple[int, dict[str, Any]]] = [
    (1, {"kernel_size": 3}),
    (1, {"kernel_size": (2,), "strides": 2, "use_bias": False}),
    (2, {"kernel_size": (3, 2)}),
    (2, {"kernel_size": 2, "strides": (2, 1)}),
    (2, {"kernel_size": (3, 3), "strides": 2, "use_bias": False}),
]


@pytest.mark.parametrize(("count", "given"), CASES)
@pytest.mark.parametrize("hidden", [(), ("filters",)])
def test_equal(count: int, given: dict[str, Any], hidden: Any) -> None:
    name, shape = f"LocallyConnected{count}D", (7, 6, 2)[-count - 1 :]
    layer = getattr(tf_keras.layers, name)(5, **given, dtype="float64")
    layer.build((None, *shape))
    layer.set_weights([RANDOM.normal(size=w.shape) for w in layer.weights])
    made = translate(name, [shape], {"filters": 5, **given}, hidden=hidden)
    move_weights(layer, made.module)
    x = RANDOM.normal(size=(3, *shape))
    (ours,) = made.module(torch.as_tensor(x))
    wanted = layer(x).numpy()
    np.testing.assert_allclose(ours.detach(), wanted, rtol=1e-9, atol=1e-9)
    assert made.result.dims is not None
    assert [d.value for d in made.result.dims[:-1] if d] == list(wanted.shape[1:-1])


def test_starts_like_keras() -> None:
    made = translate("LocallyConnected2D", [(7, 6, 2)], {"filters": 50, "kernel_size": 3})
    weight, bias = made.module.parameters()
    bound = (6 / (20 * (18 + 50))) ** 0.5
    assert bound * 0.99 < float(weight.detach().abs().max()) <= bound
    assert not bias.any()


def test_what_is_refused() -> None:
    for more in ({"padding": "same"}, {"implementation": 2}, {"data_format": "channels_first"}):
        with pytest.raises(Unsupported):
            translate("LocallyConnected2D", [(5, 5, 2)], {"filters": 2, "kernel_size": 3, **more})
    with pytest.raises(UnknownSize):
        translate(
            "LocallyConnected1D", [(5, 2)], {"filters": 2, "kernel_size": 3}, sizes="channels"
        )
