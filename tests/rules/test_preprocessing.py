"""Preprocessing rules, wrappers and the sources that they emit."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import black
import keras
import numpy as np
import pytest
import tensorflow as tf
import torch

from rules.emitted import EMITTED
from rules.ops.operators import in_order
from tests.rules.rnn_harness import argument, bound, build, model_of, rule_of, tensor
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.registry import load_rules
from transpiler.rule import SHARED, Rule, Wrapped

RULES = load_rules().layers
RANDOM = np.random.default_rng(5)
IMAGES = RANDOM.uniform(0, 255, size=(2, 8, 6, 3))


def images(first: bool, dtype: str = "float32") -> Tensor:
    x = tensor("x", 8, 6, 3, dtype=dtype)
    if first:
        return replace(x, code=Expr("x.permute(0, 3, 1, 2)", strength=18), layout=Layout.FIRST)
    return x


def ran(result: Any, x: np.ndarray, train: bool = False) -> np.ndarray:
    model = model_of(in_order(result), ("x",)).train(train)
    return np.asarray(model(torch.as_tensor(x))[0])


DETERMINISTIC: list[tuple[str, dict[str, Any]]] = [
    ("Rescaling", {"scale": 1 / 255}),
    ("Rescaling", {"scale": 2.0, "offset": -1}),
    ("Resizing", {"height": 4, "width": 9}),
    ("Resizing", {"height": 4, "width": 9, "interpolation": "nearest"}),
    ("CenterCrop", {"height": 4, "width": 3}),
    ("CenterCrop", {"height": 5, "width": 6}),
    ("CenterCrop", {"height": 9, "width": 6}),
    ("CenterCrop", {"height": 3, "width": 13}),
    ("Resizing", {"height": 4, "width": 9, "crop_to_aspect_ratio": True}),
    ("Resizing", {"height": 9, "width": 2, "crop_to_aspect_ratio": True}),
    ("Resizing", {"height": 4, "width": 9, "pad_to_aspect_ratio": True}),
    ("Resizing", {"height": 9, "width": 2, "pad_to_aspect_ratio": True, "fill_value": 7.5}),
    ("Normalization", {"mean": 3.0, "variance": 2.0}),
    ("Normalization", {"mean": 3.0, "variance": 2.0, "invert": True}),
    ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [2.0, 0.0, 4.0]}),
    ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [2.0, 1.0, 4.0], "invert": True}),
]


@pytest.mark.parametrize(("name", "options"), DETERMINISTIC)
def test_deterministic(name: str, options: dict[str, Any]) -> None:
    layer = getattr(keras.layers, name)(dtype="float64", **options)
    rule = rule_of(f"keras.layers.{name}")
    expected = np.asarray(layer(IMAGES))
    first = rule.layout is Layout.FIRST
    result = build(name, images(first), options)
    # Keras's rescaling rounds the scale to float32
    within = {"Resizing": 1e-3, "CenterCrop": 1e-3, "Rescaling": 1e-6}.get(name, 1e-9)
    np.testing.assert_allclose(ran(result, IMAGES), expected, rtol=0, atol=within)
    assert [d.value for d in result.dims] == list(expected.shape[1:])


@pytest.mark.parametrize("axis", [-1, None])
def test_adapted(axis: int | None) -> None:
    layer = keras.layers.Normalization(axis=axis, dtype="float64")
    layer.adapt(IMAGES)
    model = model_of(build("Normalization", images(False), {"axis": axis}), ("x",))
    next(model.children()).adapt(IMAGES)  # type: ignore[operator]
    mine = model(torch.as_tensor(IMAGES))[0]
    np.testing.assert_allclose(mine, layer(IMAGES), rtol=0, atol=1e-5)


#: With equal bounds the random layers always do the same.
FIXED: list[tuple[str, dict[str, Any]]] = [
    *[("RandomRotation", {"factor": (a, a)}) for a in (0.25, 0.5, 0.1, -0.3)],
    ("RandomRotation", {"factor": (0.1, 0.1), "fill_mode": "constant"}),
    ("RandomRotation", {"factor": (0.2, 0.2), "fill_mode": "nearest"}),
    ("RandomZoom", {"height_factor": (0.3, 0.3)}),
    ("RandomZoom", {"height_factor": (-0.4, -0.4)}),
    ("RandomZoom", {"height_factor": (0.3, 0.3), "width_factor": (-0.2, -0.2)}),
    (
        "RandomZoom",
        {"height_factor": (0.3, 0.3), "width_factor": (0.1, 0.1), "fill_mode": "constant"},
    ),
    ("RandomTranslation", {"height_factor": (0.2, 0.2), "width_factor": (-0.3, -0.3)}),
    (
        "RandomTranslation",
        {"height_factor": (0.25, 0.25), "width_factor": (0, 0), "fill_mode": "constant"},
    ),
    ("RandomBrightness", {"factor": (0.2, 0.2)}),
    ("RandomBrightness", {"factor": (-0.4, -0.4), "value_range": (0, 100)}),
    ("RandomContrast", {"factor": (0.0, 0.0)}),
]


@pytest.mark.parametrize(("name", "options"), FIXED)
def test_fixed_augmentation(name: str, options: dict[str, Any]) -> None:
    layer = getattr(keras.layers, name)(**options)
    x = IMAGES.astype("float32")
    result = build(name, images(True), options)
    np.testing.assert_allclose(ran(result, x), x)
    expected = np.asarray(layer(x, training=True))
    np.testing.assert_allclose(ran(result, x.astype("float64"), True), expected, rtol=0, atol=2e-2)


def test_flip() -> None:
    for mode, axes in (("horizontal", 2), ("vertical", 1), ("horizontal_and_vertical", (1, 2))):
        result = build("RandomFlip", images(True), {"mode": mode})
        many = np.repeat(IMAGES[:1], 400, axis=0)
        flipped = ran(result, many, True)
        turned = np.flip(IMAGES[0], tuple(a - 1 for a in np.atleast_1d(axes)))
        kinds = [np.array_equal(f, turned) for f in flipped]
        assert all(k or np.array_equal(f, IMAGES[0]) for k, f in zip(kinds, flipped, strict=True))
        assert 140 < sum(kinds) < 260


def test_contrast_range() -> None:
    result = build("RandomContrast", images(True), {"factor": Expr("0.3", 0.3)})
    constructor = result.code.modules[0].constructor.text
    assert constructor == "RandomContrast(1, 1.3)"


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("shape", [(5, 1), (5, 3)])
def test_category_encoding(mode: str, shape: tuple[int, int]) -> None:
    if mode == "one_hot" and shape[1] > 1:
        pytest.skip("Keras refuses it")
    ids = RANDOM.integers(0, 4, size=shape)
    layer = keras.layers.CategoryEncoding(num_tokens=4, output_mode=mode)
    result = build(
        "CategoryEncoding",
        tensor("x", shape[1], dtype="int64"),
        {"num_tokens": 4, "output_mode": mode},
    )
    np.testing.assert_array_equal(ran(result, ids), np.asarray(layer(ids)))


def test_discretization() -> None:
    x = np.array([[-1.0, 0.0, 0.4, 1.0, 2.5]])
    layer = keras.layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0])
    result = build("Discretization", tensor("x", 5), {"bin_boundaries": [0.0, 1.0, 2.0]})
    np.testing.assert_array_equal(ran(result, x), np.asarray(layer(x)))


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("StringLookup", {}),
    ("TextVectorization", {}),
    ("Hashing", {}),
    ("Resizing", {"height": 4, "width": 4, "interpolation": "bicubic"}),
    ("Normalization", {"axis": 1}),
    ("RandomRotation", {"factor": 0.1, "fill_mode": "wrap"}),
    ("Discretization", {"num_bins": 4}),
    ("CategoryEncoding", {}),
]


@pytest.mark.parametrize(("name", "options"), REFUSED)
def test_refused(name: str, options: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        build(name, images(RULES[f"keras.layers.{name}"].layout is Layout.FIRST), options)


def in_time(name: str, **given: Any) -> Wrapped:
    """A layer at every step; the engine puts the channels where its rule wants them."""
    rule = rule_of(f"keras.layers.{name}")

    def apply(wrapped: Wrapped, x: Tensor, **call: Any) -> Any:
        if wrapped.rule.layout is Layout.FIRST:
            order = (0, x.rank - 1, *range(1, x.rank - 1))
            code = Expr(f"{x.code}.permute{order}", strength=18)
            x = replace(x, code=code, layout=Layout.FIRST)
        return wrapped.rule.build(x, **wrapped.arguments, **call)

    return Wrapped(rule, bound(rule, given), apply)


@pytest.mark.parametrize(
    ("name", "options", "shape"),
    [
        ("Dense", {"units": 4}, (5, 3)),
        ("Dense", {"units": 4}, (5, 2, 3)),
        ("Conv2D", {"filters": 4, "kernel_size": 3}, (5, 6, 7, 3)),
        ("Flatten", {}, (5, 2, 3)),
        ("MaxPooling2D", {}, (5, 6, 8, 3)),
        ("GlobalAveragePooling2D", {}, (5, 6, 8, 3)),
        ("Conv1D", {"filters": 4, "kernel_size": 3, "padding": "same"}, (5, 6, 3)),
    ],
)
def test_time_distributed(name: str, options: dict[str, Any], shape: tuple[int, ...]) -> None:
    layer = keras.layers.TimeDistributed(
        getattr(keras.layers, name)(**options, dtype="float64"), dtype="float64"
    )
    x = RANDOM.normal(size=(2, *shape))
    layer.build(x.shape)
    weights = [RANDOM.normal(size=w.shape) for w in layer.get_weights()]
    layer.set_weights(weights)
    result = build("TimeDistributed", tensor("x", *shape), {"layer": in_time(name, **options)})
    model = model_of(in_order(result), ("x",))
    for (_, parameter), value in zip(model.named_parameters(), weights, strict=True):
        moved = (
            value.transpose(value.ndim - 1, value.ndim - 2, *range(value.ndim - 2))
            if value.ndim > 1
            else value
        )
        parameter.data.copy_(torch.as_tensor(moved))
    expected = np.asarray(layer(tf.constant(x)))
    np.testing.assert_allclose(model(torch.as_tensor(x))[0].detach(), expected, rtol=0, atol=1e-9)
    assert [d.value for d in result.dims] == list(expected.shape[1:])


MINE = {
    r.names[0]: r
    for r in RULES.values()
    if r.build.__module__
    in {
        "rules.layers.rnn",
        "rules.layers.wrappers",
        "rules.layers.attention",
        "rules.layers.preprocessing",
        "rules.layers.lookup",
        "rules.layers.cells",
    }
}


@pytest.mark.parametrize("rule", MINE.values(), ids=list(MINE))
def test_signature(rule: Rule) -> None:
    """All parameters of the layer, in its order, with its defaults."""
    keras_class = getattr(keras.layers, rule.names[0].rpartition(".")[2])
    theirs = dict(list(inspect.signature(keras_class.__init__).parameters.items())[1:])
    named = {
        name: p
        for name, p in list(rule.signature.parameters.items())[1:]
        if p.kind is not p.KEYWORD_ONLY
    }
    assert rule.note
    assert [n for n in theirs if n in named] == list(named)
    for name, parameter in theirs.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        assert name in named or name in SHARED or name in rule.ignored, name
        if name in named:
            assert named[name].default == parameter.default, name


OWN = [
    "pack_steps",
    "unpack_steps",
    "LSTM",
    "GRU",
    "ResetBeforeGRU",
    "RNN",
    "MultiHeadAttention",
    "ScoredMultiHeadAttention",
    "GroupedQueryAttention",
    "Attention",
    "AdditiveAttention",
    "causal_mask",
    "Normalization",
    "RandomFlip",
    "uniform",
    "warp",
    "RandomRotation",
    "RandomZoom",
    "RandomTranslation",
    "RandomContrast",
    "RandomBrightness",
    "divide_no_nan",
]


@pytest.mark.parametrize("name", OWN)
def test_emitted_source(name: str) -> None:
    """As black writes it, within its line length, and complete."""
    source = EMITTED[name].source
    assert black.format_str(source, mode=black.Mode()) == source
    assert max(map(len, source.splitlines())) <= 88
    scope: dict[str, Any] = {}
    todo, seen = [name], []
    while todo:
        seen.append(todo.pop())
        todo += EMITTED[seen[-1]].needs
    for needed in reversed(seen):
        exec("\n".join([*EMITTED[needed].imports, EMITTED[needed].source]), scope)


def test_unknown_arguments() -> None:
    x = tensor("x", 8, 6, 3)
    assert build("Rescaling", x, {"scale": Expr("scale")}).code.text == "x * scale"
    assert argument(1).is_const(1)
