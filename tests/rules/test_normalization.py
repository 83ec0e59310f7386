"""Normalization against Keras."""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np
import pytest
import torch

from tests.rules.layer_harness import (
    RANDOM,
    both,
    check,
    given_tensor,
    keras_layer,
    move_weights,
    translate,
    unknown,
)
from tests.rules.rnn_harness import build, model_of
from transpiler.ir.tensor import Layout, Tensor, Unsupported

LAYOUTS = [Layout.FIRST, Layout.LAST]
SHAPES = [(4,), (5, 4), (3, 2, 4), (3, 2, 2, 4)]
SCALES = list(itertools.product([True, False], [True, False]))
ALL = ("momentum", "epsilon", "center", "scale", "groups")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("center", "scale"), SCALES)
@pytest.mark.parametrize("hidden", [(), ALL])
@pytest.mark.parametrize("sizes", ["all", "channels"])
def test_batch_norm(
    shape: tuple[int, ...], center: bool, scale: bool, hidden: Any, sizes: str
) -> None:
    given = {"momentum": 0.9, "epsilon": 1e-4, "center": center, "scale": scale}
    layer = keras_layer("BatchNormalization", [shape], given)
    made = translate("BatchNormalization", [shape], given, hidden=hidden, sizes=sizes)
    move_weights(layer, made.module)
    x = RANDOM.normal(size=(6, *shape))
    before = layer.moving_variance.numpy()
    for training in (False, True):
        wanted, got = both(layer, made.module, [x], training)
        for ours, theirs in zip(got, wanted, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-9)
    buffers = {n.rpartition(".")[2]: b.numpy() for n, b in made.module.named_buffers()}
    np.testing.assert_allclose(buffers["running_mean"], layer.moving_mean.numpy(), atol=1e-9)
    count = x.size // shape[-1]
    new = (layer.moving_variance.numpy() - 0.9 * before) * count / (count - 1)
    np.testing.assert_allclose(buffers["running_var"], 0.9 * before + new, atol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("center", "scale"), SCALES)
@pytest.mark.parametrize("count", [1, 5])
def test_exact_batch_norm(shape: tuple[int, ...], center: bool, scale: bool, count: int) -> None:
    """The running variance is Keras's, too."""
    given = {"momentum": 0.9, "epsilon": 1e-4, "center": center, "scale": scale}
    if count == 1 and len(shape) == 1:
        return  # torch refuses a batch of one number per channel
    layer = keras_layer("BatchNormalization", [shape], given)
    made = translate("BatchNormalization", [shape], given, exact=True)
    move_weights(layer, made.module)
    for training in (True, True, False):
        x = RANDOM.normal(size=(count, *shape))
        wanted, got = both(layer, made.module, [x], training)
        for ours, theirs in zip(got, wanted, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-9)
    buffers = {n.rpartition(".")[2]: b.numpy() for n, b in made.module.named_buffers()}
    np.testing.assert_allclose(buffers["running_mean"], layer.moving_mean.numpy(), atol=1e-9)
    np.testing.assert_allclose(buffers["running_var"], layer.moving_variance.numpy(), atol=1e-9)


@pytest.mark.parametrize("axis", [1, 2, 3, -1])
def test_batch_norm_along_another_axis(axis: int) -> None:
    check("BatchNormalization", [(3, 2, 4)], axis=axis)


def test_batch_norm_with_a_mask() -> None:
    # Keras adds 1e-7 to the number of steps
    x, mask = RANDOM.normal(size=(6, 5, 2)), RANDOM.random((6, 5)) > 0.4
    layer = keras_layer("BatchNormalization", [(5, 2)], {})
    given = given_tensor("x0", (5, 2), Layout.FIRST, "all", "float64")
    masked = Tensor(given.code, given.dims, given.layout, given.dtype, None, unknown("mask"))
    built = build("BatchNormalization", masked, {})
    module = model_of(
        Tensor(
            built.code.__class__(
                f"({built.code.text}).movedim(1, -1)",
                modules=built.code.modules,
                helpers=built.code.helpers,
            )
        ),
        ("x0", "mask"),
    )
    move_weights(layer, module)
    for training in (False, True):
        module.train(training)
        (out,) = module(torch.as_tensor(x), torch.as_tensor(mask))
        wanted = layer(x, training=training, mask=mask)
        np.testing.assert_allclose(out.detach().numpy(), wanted.numpy(), atol=1e-6)
    buffers = dict(module.named_buffers())
    np.testing.assert_allclose(buffers["m0.running_var"], layer.moving_variance.numpy(), atol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("center", "scale"), SCALES)
@pytest.mark.parametrize("hidden", [(), ALL])
def test_layer_norm(shape: tuple[int, ...], center: bool, scale: bool, hidden: Any) -> None:
    for sizes in ("all", "channels", "no rank"):
        check(
            "LayerNormalization",
            [shape],
            hidden=hidden,
            sizes=sizes,
            center=center,
            scale=scale,
            epsilon=1e-4,
        )


@pytest.mark.parametrize("axis", [1, 2, [1, 2], [2, 3], [-3, -2, -1], [1, 3], [-1]])
def test_other_axes(axis: Any) -> None:
    check("LayerNormalization", [(3, 2, 4)], axis=axis, tolerance=1e-8)


@pytest.mark.parametrize("axis", [-1, 3, [-1], [2, 3], [1, 2, 3]])
@pytest.mark.parametrize("hidden", [(), ("epsilon",)])
def test_rms_norm(axis: Any, hidden: Any) -> None:
    check("RMSNormalization", [(3, 2, 4)], hidden=hidden, axis=axis, epsilon=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("center", "scale"), SCALES)
@pytest.mark.parametrize("hidden", [(), ALL])
@pytest.mark.parametrize("groups", [1, 2, -1])
def test_group_norm(
    shape: tuple[int, ...], center: bool, scale: bool, hidden: Any, groups: int
) -> None:
    hidden = () if groups == -1 else hidden
    check("GroupNormalization", [shape], hidden=hidden, groups=groups, center=center, scale=scale)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("axis", [-1, 1, [1, 2], [3]])
def test_unit_norm(layout: Layout, axis: Any) -> None:
    check("UnitNormalization", [(3, 2, 4)], layout=layout, axis=axis)


def test_what_is_refused() -> None:
    for given in ({"renorm": True}, {"synchronized": True}, {"axis": [1, 2]}):
        with pytest.raises(Unsupported):
            translate("BatchNormalization", [(3, 2, 4)], given)
    with pytest.raises(Unsupported):
        translate("SpectralNormalization", [(3,)], {"layer": None})
    with pytest.raises(Unsupported):
        translate("LayerNormalization", [(3, 2, 4)], {"axis": [2, 1]})
    assert keras.layers.SpectralNormalization
