"""What layers make of masked sequences: their numbers, and the mask that they pass on."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import pytest
import tf_keras
import torch
from keras.src.backend import get_keras_mask, set_keras_mask

from rules.masks import DISPUTED, mask_of, merged
from tests.rules.layer_harness import (
    RANDOM,
    arguments_of,
    given_tensor,
    in_keras_order,
    keras_layer,
    move_weights,
)
from tests.rules.rnn_harness import model_of, rule_of
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.options import Options
from transpiler.rule import Rule

STEPS, FEATURES = 5, 4
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 1, 0, 1]], bool)
MASKS = [MASK, ~MASK | (np.arange(STEPS) == 0)]

#: Layers that take a sequence, with the arguments they need.
LAYERS: dict[str, dict[str, Any]] = {
    "ActivityRegularization": {}, "Activation": {"activation": "softmax"},
    "AdaptiveAveragePooling1D": {"output_size": 1}, "AlphaDropout": {"rate": 0.1},
    "AveragePooling1D": {"pool_size": 2}, "BatchNormalization": {}, "Conv1D":
    {"filters": 2, "kernel_size": 2}, "Conv1DTranspose": {"filters": 2, "kernel_size": 2},
    "Cropping1D": {"cropping": 1}, "Dense": {"units": 3},
    "Discretization": {"bin_boundaries": [-0.5, 0.5]},
    "Normalization": {"mean": 0.1, "variance": 2},
    "DepthwiseConv1D": {"kernel_size": 2},
    "Dropout": {"rate": 0.1}, "ELU": {}, "Flatten": {}, "GRU": {"units": 3},
    "GaussianDropout": {"rate": 0.1}, "GaussianNoise": {"stddev": 1.0},
    "GlobalAveragePooling1D": {}, "GlobalMaxPooling1D": {}, "GroupNormalization": {"groups": 2},
    "Identity": {}, "LSTM": {"units": 3, "return_sequences": True}, "LayerNormalization": {},
    "LeakyReLU": {}, "Masking": {}, "MaxPooling1D": {}, "PReLU": {}, "Permute": {"dims": (2, 1)},
    "RMSNormalization": {}, "ReLU": {}, "Rescaling": {"scale": 2.0},
    "Reshape": {"target_shape": (4, 5)}, "SeparableConv1D": {"filters": 2, "kernel_size": 2},
    "SimpleRNN": {"units": 3}, "Softmax": {}, "SpatialDropout1D": {"rate": 0.1},
    "UnitNormalization": {}, "UpSampling1D": {"size": 2}, "ZeroPadding1D": {},
}  # fmt: skip
MERGES = ("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract")
REFUSED = {"Softmax", "Maximum", "Minimum", "Multiply"}


def from_keras(layer: Any, inputs: list[Any], masks: list[Any]) -> tuple[Any, Any]:
    tensors = [keras.ops.convert_to_tensor(x) for x in inputs]
    for tensor, mask in zip(tensors, masks, strict=True):
        if mask is not None:
            set_keras_mask(tensor, keras.ops.convert_to_tensor(mask))
    out = layer(tensors if len(tensors) > 1 else tensors[0], training=False)
    mask = get_keras_mask(out)
    return np.asarray(out), None if mask is None else np.asarray(mask)


def masked_inputs(rule: Rule, count: int, masks: list[Any]) -> list[Tensor]:
    layout = Layout.LAST if rule.layout is Layout.ANY else rule.layout
    given = [
        given_tensor(f"x{i}", (STEPS, FEATURES), layout, "all", "float64") for i in range(count)
    ]
    return [
        Tensor(x.code, x.dims, x.layout, x.dtype, mask=None if m is None else Expr(name_of(m)))
        for x, m in zip(given, masks, strict=True)
    ]


def name_of(mask: Any) -> str:
    return f"m{id(mask)}"


def outcome(name: str, given: dict[str, Any], masks: list[Any]) -> tuple[Any, ...]:
    """Keras's output and mask, ours, and our tensor."""
    rule, count = rule_of(f"keras.layers.{name}"), len(masks)
    arrays = [RANDOM.normal(size=(3, STEPS, FEATURES)) for _ in masks]
    layer = keras_layer(name, [(STEPS, FEATURES)] * count, given)
    inputs = masked_inputs(rule, count, masks)
    arguments = {**arguments_of(rule, given, ()), **rule.chosen(Options(keras="3"))}
    built = rule.build(inputs if rule.merges else inputs[0], **arguments)
    assert isinstance(built, Tensor)
    code = in_keras_order(built.code, built.rank) if built.layout is Layout.FIRST else built.code
    shown = [Tensor(code)]
    if built.mask is not None and built.mask.text != DISPUTED.text:
        shown.append(Tensor(built.mask))
    named = {name_of(m): torch.as_tensor(m) for m in masks if m is not None}
    model = model_of(shown, tuple(f"x{i}" for i in range(count)), **named).eval()
    move_weights(layer, model)
    results = [r.detach().numpy() for r in model(*map(torch.as_tensor, arrays))]
    return *from_keras(layer, arrays, masks), results, built


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str) -> None:
    if name in REFUSED:
        with pytest.raises(Unsupported):
            outcome(name, LAYERS[name], [MASK])
        return
    wanted, mask, results, built = outcome(name, LAYERS[name], [MASK])
    np.testing.assert_allclose(results[0], wanted, atol=1e-7)
    if mask is None:
        assert built.mask is None
    else:
        np.testing.assert_array_equal(results[1], mask)


@pytest.mark.parametrize("name", MERGES)
@pytest.mark.parametrize("second", ["same", "other", "none"])
def test_merges(name: str, second: str) -> None:
    masks = [MASK, {"same": MASK, "other": MASKS[1], "none": None}[second]]
    given = {"axes": 2} if name == "Dot" else {}
    if name in REFUSED:
        with pytest.raises(Unsupported):
            outcome(name, given, masks)
        return
    wanted, mask, results, built = outcome(name, given, masks)
    np.testing.assert_allclose(results[0], wanted, atol=1e-9)
    if name == "Dot":
        assert mask is None
        assert built.mask is None
    elif second == "same":
        np.testing.assert_array_equal(results[1], mask)
    elif second == "none":  # or one that keeps all steps
        assert built.mask is None
        assert mask is None or np.asarray(mask).all()
    else:
        assert built.mask is DISPUTED


@pytest.mark.parametrize("name", ["Identity", "Rescaling", "Normalization"])
def test_what_keras_2_drops(name: str) -> None:
    """Keras 3 passes these masks on; who looks at one must know which is meant."""
    rule, layers = rule_of(f"keras.layers.{name}"), tf_keras.layers
    inputs = layers.Input((STEPS,))
    embedded = layers.Embedding(9, FEATURES, mask_zero=True)(inputs)
    assert getattr(getattr(layers, name)(**LAYERS[name])(embedded), "_keras_mask", None) is None
    (x,) = masked_inputs(rule, 1, [MASK])
    given = arguments_of(rule, LAYERS[name], ())
    masks = [rule.build(x, **given, keras=k).mask for k in ("2", "3", "auto")]  # type: ignore[union-attr]
    assert masks == [None, x.mask, DISPUTED]


def test_agreement() -> None:
    m, n = Expr("m"), Expr("n")
    assert merged([None, None]) is None
    assert merged([m, Expr("m")]) is m
    assert merged([m, n]) is merged([m, None]) is DISPUTED
    x = Tensor(Expr("x"), mask=DISPUTED)
    with pytest.raises(Unsupported):
        mask_of(x)
    assert mask_of(Tensor(Expr("x"), mask=m)) is m


def test_every_layer_that_looks_at_a_mask_is_tested() -> None:
    """A layer of Keras with a `mask` in its call, or that passes one on, must be known here."""
    elsewhere = {
        "AdditiveAttention", "Attention", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D",
        "ConvLSTM3D", "Embedding", "GlobalAvgPool1D", "GroupQueryAttention", "Lambda",
        "MultiHeadAttention", "Pipeline", "RNN", "ReversibleEmbedding", "TimeDistributed",
    }  # fmt: skip
    for name, cls in vars(keras.layers).items():
        if not isinstance(cls, type) or not issubclass(cls, keras.layers.Layer):
            continue
        looks = any("mask" in p for p in inspect.signature(cls.call).parameters)
        passes = cls.compute_mask is not keras.layers.Layer.compute_mask
        if cls is not keras.layers.Layer and (looks or passes):
            assert name in {*LAYERS, *MERGES, *elsewhere}, name
