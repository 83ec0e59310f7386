"""Dense layers, embeddings and masks against Keras."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
import torch

from tests.rules.layer_harness import RANDOM, check, given_tensor, move_weights, translate
from tests.rules.rnn_harness import build, model_of
from transpiler.ir.expr import expr
from transpiler.ir.tensor import Layout, Tensor, Unsupported


@pytest.mark.parametrize("shape", [(4,), (5, 4), (3, 2, 4), (3, 2, 2, 4)])
@pytest.mark.parametrize("hidden", [(), ("units", "use_bias")])
@pytest.mark.parametrize("sizes", ["all", "channels", "named", "no rank"])
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense(shape: tuple[int, ...], hidden: Any, sizes: str, use_bias: bool) -> None:
    check("Dense", [shape], hidden=hidden, sizes=sizes, units=3, use_bias=use_bias)


@pytest.mark.parametrize("shape", [(), (5,), (3, 2)])
@pytest.mark.parametrize("dtype", ["int32", "int64", "float64"])
@pytest.mark.parametrize("hidden", [(), ("input_dim", "output_dim")])
def test_embedding(shape: tuple[int, ...], dtype: str, hidden: Any) -> None:
    ids = RANDOM.integers(0, 7, size=(3, *shape)).astype(dtype)
    layer = keras.layers.Embedding(7, 4, dtype="float64")
    layer.build()
    given = {"input_dim": 7, "output_dim": 4}
    made = translate("Embedding", [shape], given, hidden=hidden, dtype=dtype)
    table = next(made.module.parameters())
    table.data = torch.as_tensor(layer.embeddings.numpy())
    (out,) = made.module(torch.as_tensor(ids))
    np.testing.assert_allclose(out.detach().numpy(), layer(ids).numpy())


def test_masks() -> None:
    ids = RANDOM.integers(0, 3, size=(3, 5))
    x = given_tensor("x0", (5,), Layout.LAST, "all", "int64")
    made = build("Embedding", x, {"input_dim": 3, "output_dim": 4, "mask_zero": True})
    layer = keras.layers.Embedding(3, 4, mask_zero=True)
    (mask,) = model_of(replace(made, code=made.mask), ("x0",))(torch.as_tensor(ids))
    np.testing.assert_array_equal(mask.numpy(), layer.compute_mask(ids).numpy())
    with pytest.raises(Unsupported):
        translate(
            "Embedding",
            [(5,)],
            {"input_dim": 3, "output_dim": 4, "mask_zero": True},
            hidden=("mask_zero",),
        )


@pytest.mark.parametrize("value", [0.0, 2.0])
@pytest.mark.parametrize("hidden", [(), ("mask_value",)])
def test_masking(value: float, hidden: Any) -> None:
    x = RANDOM.normal(size=(3, 5, 2))
    x[0, 2:] = value
    x[1, 1, 0] = value
    made = check("Masking", [(5, 2)], inputs=[x], hidden=hidden, mask_value=value)
    assert made.result.mask is not None
    tensor = Tensor(made.result.mask)
    (mask,) = model_of(tensor, ("x0",), a_mask_value=value)(torch.as_tensor(x))
    wanted = keras.layers.Masking(value).compute_mask(x).numpy()
    np.testing.assert_array_equal(mask.numpy(), wanted)


KEEPS = ["Dense", "Dropout", "Activation", "BatchNormalization", "LayerNormalization", "ReLU"]
DROPS = ["Conv1D", "MaxPooling1D", "Flatten", "Reshape", "Permute", "Cropping1D", "UpSampling1D",
         "ZeroPadding1D", "GlobalAveragePooling1D", "GlobalMaxPooling1D"]  # fmt: skip
ARGUMENTS: dict[str, dict[str, Any]] = {
    "Dense": {"units": 3},
    "Dropout": {"rate": 0.2},
    "Activation": {"activation": "relu"},
    "Conv1D": {"filters": 2, "kernel_size": 2},
    "Reshape": {"target_shape": (10,)},
    "Permute": {"dims": (2, 1)},
}


@pytest.mark.parametrize("name", KEEPS + DROPS)
def test_masks_travel_as_in_keras(name: str) -> None:
    layout = (
        Layout.FIRST if name in ("Conv1D", "BatchNormalization", "MaxPooling1D") else Layout.LAST
    )
    x = replace(given_tensor("x0", (5, 2), layout, "all", "float64"), mask=expr(True))
    made = build(name, x, ARGUMENTS.get(name, {}))
    assert (made.mask is not None) == (name in KEEPS)
    assert getattr(keras.layers, name)(**ARGUMENTS.get(name, {})).supports_masking == (
        name in [*KEEPS, "GlobalAveragePooling1D"]
    )


def test_the_way_back_of_an_embedding() -> None:
    """The rows of the table are the weights of a linear layer."""
    layer = keras.layers.ReversibleEmbedding(7, 4, logit_soft_cap=2.0, dtype="float64")
    layer.build((None, 5))
    layer.set_weights([RANDOM.normal(size=(7, 4))])
    hidden = RANDOM.normal(size=(3, 5, 4))
    given = {"input_dim": 7, "output_dim": 4, "logit_soft_cap": 2.0}
    made = translate("ReversibleEmbedding", [(5, 4)], given, reverse=expr(True))
    move_weights(layer, made.module)
    (ours,) = made.module(torch.as_tensor(hidden))
    wanted = np.asarray(layer(hidden, reverse=True))
    np.testing.assert_allclose(ours.detach(), wanted, atol=1e-12)
    for more in ({"tie_weights": False}, {"mask_zero": True}, {"reverse_dtype": "float32"}):
        with pytest.raises(Unsupported):
            translate("ReversibleEmbedding", [(5, 4)], {**given, **more}, reverse=expr(True))
    ids = RANDOM.integers(0, 7, size=(3, 5))
    check("ReversibleEmbedding", [(5,)], inputs=[ids], trains=False, input_dim=7, output_dim=4)
