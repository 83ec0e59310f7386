"""Attention rules against Keras, in float64."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
import torch
from torch import nn

from tests.rules.rnn_harness import argument, bound, model_of, rule_of, tensor
from tests.rules.test_rnn import compare
from transpiler.ir.expr import Expr
from transpiler.registry import load_rules

load_rules()
RANDOM = np.random.default_rng(11)
B, T, S, E = 3, 4, 5, 8
Q = RANDOM.normal(size=(B, T, E))
V = RANDOM.normal(size=(B, S, E))
K = RANDOM.normal(size=(B, S, E))
W = RANDOM.normal(size=(B, S, 7))
ROWS = np.array([[1, 1, 0, 1], [1, 1, 1, 1], [0, 0, 0, 0]], bool)
COLUMNS = np.array([[1, 0, 1, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]], bool)
GIVEN = RANDOM.normal(size=(B, T, S)) > 0
HEADS = RANDOM.normal(size=(B, 2, T, S)) > 0
FLAT = RANDOM.normal(size=(T, S)) > 0


def projections(
    weights: list[np.ndarray], bias: bool
) -> list[tuple[np.ndarray, np.ndarray | None]]:
    step = 2 if bias else 1
    pairs = [(weights[i], weights[i + 1] if bias else None) for i in range(0, len(weights), step)]
    shaped = []
    for number, (kernel, b) in enumerate(pairs):
        inside = int(np.prod(kernel.shape[:-1])) if number == 3 else kernel.shape[0]
        shaped.append((kernel.reshape(inside, -1).T, None if b is None else b.reshape(-1)))
    return shaped


def load(model: nn.Module, weights: list[np.ndarray], bias: bool) -> None:
    (module,) = model.children()
    state: dict[str, np.ndarray] = {}
    parts = projections(weights, bias)
    if isinstance(module, nn.MultiheadAttention):
        state["in_proj_weight"] = np.concatenate([w for w, _ in parts[:3]])
        state["out_proj.weight"] = parts[3][0]
        if bias:
            state["in_proj_bias"] = np.concatenate([b for _, b in parts[:3] if b is not None])
            state["out_proj.bias"] = parts[3][1]
    else:
        for name, (w, b) in zip(("query", "key", "value", "output"), parts, strict=True):
            state[f"{name}.weight"] = w
            if b is not None:
                state[f"{name}.bias"] = b
    module.load_state_dict({k: torch.as_tensor(v) for k, v in state.items()})


def keras_run(
    layer: Any, given: list[np.ndarray], positional: bool, carried: Any = None, **call: Any
) -> Any:
    import tensorflow as tf

    inputs = [tf.constant(g) for g in given]
    if carried is not None:
        inputs[0]._keras_mask = tf.constant(carried)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(*inputs, **call) if positional else layer(inputs, **call)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        loss = sum(
            tf.reduce_sum(o * tf.constant(np.random.default_rng(i).normal(size=o.shape)))
            for i, o in enumerate(outputs)
        )
    return [o.numpy() for o in outputs], tape.gradient(loss, inputs[0]).numpy()


def torch_run(model: nn.Module, *given: np.ndarray) -> Any:
    inputs = [torch.tensor(g, requires_grad=g.dtype != bool) for g in given]
    outputs = model(*inputs)
    loss = sum(
        (o * torch.as_tensor(np.random.default_rng(i).normal(size=o.shape))).sum()
        for i, o in enumerate(outputs)
    )
    loss.backward()
    return [o.detach().numpy() for o in outputs], inputs[0].grad.numpy()


MASKS: list[tuple[str, ...]] = [
    (),
    ("query_mask",),
    ("value_mask",),
    ("query_mask", "value_mask"),
    ("attention_mask",),
    ("value_mask", "attention_mask"),
    ("heads",),
    ("flat",),
]
REAL = {
    "query_mask": ROWS,
    "value_mask": COLUMNS,
    "attention_mask": GIVEN,
    "heads": HEADS,
    "flat": FLAT,
}
LAYERS = [
    ({"num_heads": 2, "key_dim": 4}, (Q, V)),
    ({"num_heads": 2, "key_dim": 4}, (Q, V, K)),
    ({"num_heads": 2, "key_dim": 4, "use_bias": False}, (Q, V)),
    ({"num_heads": 2, "key_dim": 16}, (Q, V)),
    ({"num_heads": 2, "key_dim": 4, "value_dim": 7, "output_shape": 9, "use_bias": False}, (Q, W)),
    ({"num_heads": 2, "key_dim": 4, "output_shape": (8,)}, (Q, V, W)),
    ({"num_heads": 2, "key_dim": 4, "dropout": 0.3}, (Q, V)),
]


@pytest.mark.parametrize("scores", [False, True])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("masks", MASKS)
@pytest.mark.parametrize(("options", "given"), LAYERS)
def test_multi_head(
    options: dict[str, Any],
    given: tuple[np.ndarray, ...],
    masks: tuple[str, ...],
    causal: bool,
    scores: bool,
) -> None:
    layer = keras.layers.MultiHeadAttention(dtype="float64", **options)
    layer.build(*(g.shape for g in given))
    weights = [RANDOM.normal(size=w.shape) * 0.5 for w in layer.get_weights()]
    layer.set_weights(weights)
    names = ["query", "value", "key"][: len(given)]
    tensors = [tensor(n, *g.shape[1:]) for n, g in zip(names, given, strict=True)]
    rule = rule_of("keras.layers.MultiHeadAttention")
    call: dict[str, Any] = dict(zip(names[1:], tensors[1:], strict=True))
    keras_call: dict[str, Any] = {}
    carried = False
    for mask in masks:
        if mask == "query_mask":  # Keras looks at the one that the tensor carries
            tensors[0] = replace(tensors[0], mask=Expr("query_mask"))
            carried = True
            continue
        target = mask if mask.endswith("_mask") else "attention_mask"
        call[target] = tensor(mask, *REAL[mask].shape[1:], dtype="bool")
        keras_call[target] = REAL[mask]
    if causal:
        call["use_causal_mask"], keras_call["use_causal_mask"] = argument(True), True
    if scores:
        call["return_attention_scores"], keras_call["return_attention_scores"] = (
            argument(True),
            True,
        )
    result = rule.build(tensors[0], **bound(rule, options), **call)
    model = model_of(result, (*names, *masks)).eval()
    load(model, weights, options.get("use_bias", True))
    compare(
        keras_run(layer, list(given), True, ROWS if carried else None, **keras_call),
        torch_run(model, *given, *(REAL[m] for m in masks)),
    )


@pytest.mark.parametrize("masks", MASKS[:6])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_grouped(masks: tuple[str, ...], causal: bool, dropout: float) -> None:
    options = {"head_dim": 4, "num_query_heads": 4, "num_key_value_heads": 2, "dropout": dropout}
    layer = keras.layers.GroupQueryAttention(dtype="float64", **options)
    layer.build(Q.shape, W.shape)
    weights = [RANDOM.normal(size=w.shape) * 0.5 for w in layer.get_weights()]
    layer.set_weights(weights)
    rule = rule_of("keras.layers.GroupQueryAttention")
    call: dict[str, Any] = {"value": tensor("value", *W.shape[1:])}
    keras_call: dict[str, Any] = {m: REAL[m] for m in masks}
    for mask in masks:
        call[mask] = tensor(mask, *REAL[mask].shape[1:], dtype="bool")
    if causal:
        call["use_causal_mask"], keras_call["use_causal_mask"] = argument(True), True
    result = rule.build(tensor("query", *Q.shape[1:]), **bound(rule, options), **call)
    model = model_of(result, ("query", "value", *masks)).eval()
    load(model, weights, True)
    compare(
        keras_run(layer, [Q, W], True, **keras_call),
        torch_run(model, Q, W, *(REAL[m] for m in masks)),
    )


SIMPLE = [
    ("Attention", {}),
    ("Attention", {"use_scale": True}),
    ("Attention", {"score_mode": "concat"}),
    ("Attention", {"score_mode": "concat", "use_scale": True}),
    ("Attention", {"dropout": 0.2}),
    ("AdditiveAttention", {}),
    ("AdditiveAttention", {"use_scale": False}),
]
BEHAVIOURS = list(itertools.product([False, True], [False, True], [False, True], [False, True]))


@pytest.mark.parametrize(("keyed", "masked", "causal", "scores"), BEHAVIOURS)
@pytest.mark.parametrize(("name", "options"), SIMPLE)
def test_simple(
    name: str, options: dict[str, Any], keyed: bool, masked: bool, causal: bool, scores: bool
) -> None:
    layer = getattr(keras.layers, name)(dtype="float64", **options)
    given = [Q, V, K] if keyed else [Q, V]
    layer.build([g.shape for g in given])
    weights = [RANDOM.normal(size=w.shape) for w in layer.get_weights()]
    layer.set_weights(weights)
    names = ["q", "v", "k"][: len(given)]
    tensors = [tensor(n, *g.shape[1:]) for n, g in zip(names, given, strict=True)]
    rule = rule_of(f"keras.layers.{name}")
    call: dict[str, Any] = {}
    keras_call: dict[str, Any] = {}
    if masked:
        call["mask"] = [tensor("rows", T, dtype="bool"), tensor("columns", S, dtype="bool")]
        keras_call["mask"] = [ROWS, COLUMNS] + ([None] if keyed else [])
    if causal:
        call["use_causal_mask"], keras_call["use_causal_mask"] = argument(True), True
    if scores:
        call["return_attention_scores"], keras_call["return_attention_scores"] = (
            argument(True),
            True,
        )
    result = rule.build(tensors, **bound(rule, options), **call)
    model = model_of(result, (*names, *(["rows", "columns"] if masked else []))).eval()
    for (_, parameter), value in zip(model.named_parameters(), weights, strict=True):
        parameter.data.copy_(torch.as_tensor(value))
    masks = [ROWS, COLUMNS] if masked else []
    compare(keras_run(layer, given, False, **keras_call), torch_run(model, *given, *masks))


def test_symbolic_sizes() -> None:
    rule = rule_of("keras.layers.MultiHeadAttention")
    x = tensor("x", 4, None).with_channels(Expr("x"), Expr("dim"))
    given = {"num_heads": Expr("heads"), "key_dim": Expr("dim"), "dropout": Expr("rate")}
    result = rule.build(x, **bound(rule, given), value=x)
    assert (
        result.code.modules[0].constructor.text
        == "MultiHeadAttention(dim, heads, dim, dropout=rate)"
    )
