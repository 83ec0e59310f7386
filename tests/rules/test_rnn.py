"""Recurrent rules against Keras, in float64."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import keras
import numpy as np
import pytest
import torch
from torch import nn

from rules.emitted import EMITTED
from rules.layers import rnn, wrappers  # noqa: F401
from tests.rules.rnn_harness import build, model_of, rule_of, tensor, wrapped
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported

B, T, C, U = 4, 6, 3, 5
RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(B, T, C))
MASK = np.array([[1, 1, 1, 1, 1, 1], [0, 0, 1, 0, 1, 0], [0] * 6, [1, 1, 1, 0, 0, 0]], bool)


def fill(layer: keras.Layer) -> None:
    layer.set_weights([RANDOM.normal(size=w.shape) * 0.5 for w in layer.get_weights()])


def recurrent_weights(
    weights: list[np.ndarray], suffixed: bool, module: nn.Module
) -> dict[str, Any]:
    """Keras's kernel, recurrent kernel and bias by the names of torch's or the emitted module."""
    k, r = weights[0].T, weights[1].T
    names = dict(module.named_parameters())
    gru = "GRU" in type(module).__name__
    own_gru = "bias_ih" in names or gru

    def order(a: np.ndarray) -> np.ndarray:
        if not gru:
            return a
        update, reset, new = np.split(a, 3)
        return np.concatenate([reset, update, new])

    values = {"weight_ih": order(k), "weight_hh": order(r)}
    if len(weights) == 3:
        b = weights[2]
        if b.ndim == 2:
            values |= {"bias_ih": order(b[0]), "bias_hh": order(b[1])}
        elif suffixed:
            values |= {"bias_ih": b, "bias_hh": np.zeros_like(b)}
        else:
            values |= {"bias": order(b)}
    assert own_gru or len(weights) < 3 or weights[2].ndim == 1
    return values


def load(module: nn.Module, weights: list[np.ndarray], direction: str = "") -> None:
    suffixed = isinstance(module, nn.RNNBase)
    values = recurrent_weights(weights, suffixed, module)
    suffix = f"_l0{direction}" if suffixed else ""
    names = module.state_dict(keep_vars=True)
    with torch.no_grad():
        for name, value in values.items():
            target = names[name + suffix]
            assert target.shape == value.shape, name
            target.copy_(torch.as_tensor(value))


def rnn_modules(model: nn.Module) -> list[nn.Module]:
    return [m for m in model.children() if any(True for _ in m.parameters(recurse=False))]


def keras_run(layer: Any, x: np.ndarray, weight_seed: int, **call: Any) -> tuple[list[Any], Any]:
    import tensorflow as tf

    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, **call)
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        loss = sum(
            tf.reduce_sum(o * tf.constant(np.random.default_rng(i).normal(size=o.shape)))
            for i, o in enumerate(outputs)
        )
    return [o.numpy() for o in outputs], tape.gradient(loss, inputs).numpy()


def torch_run(model: nn.Module, x: np.ndarray, *rest: Any) -> tuple[list[Any], Any]:
    inputs = torch.tensor(x, requires_grad=True)
    outputs = model(inputs, *rest)
    loss = sum(
        (o * torch.as_tensor(np.random.default_rng(i).normal(size=o.shape))).sum()
        for i, o in enumerate(outputs)
    )
    loss.backward()
    return [o.detach().numpy() for o in outputs], inputs.grad.numpy()


def compare(keras_result: Any, torch_result: Any, within: float = 1e-9) -> None:
    (a, ga), (b, gb) = keras_result, torch_result
    assert len(a) == len(b)
    for left, right in zip(a, b, strict=True):
        assert left.shape == right.shape
        np.testing.assert_allclose(right, left, rtol=1e-9, atol=within)
    np.testing.assert_allclose(gb, ga, rtol=1e-9, atol=within)


OPTIONS = {
    "LSTM": [
        {},
        {"activation": "relu"},
        {"recurrent_activation": "hard_sigmoid"},
        {"use_bias": False},
        {"activation": None, "use_bias": False},
        {"activation": "softmax"},
    ],
    "GRU": [
        {},
        {"reset_after": False},
        {"activation": "relu"},
        {"use_bias": False},
        {"reset_after": False, "use_bias": False, "recurrent_activation": "hard_sigmoid"},
        {"activation": "elu", "use_bias": False},
    ],
    "SimpleRNN": [
        {},
        {"activation": "relu"},
        {"activation": "sigmoid"},
        {"use_bias": False},
        {"activation": "linear", "use_bias": False},
    ],
}
KINDS = [(kind, options) for kind, all_options in OPTIONS.items() for options in all_options]
FLAGS = [
    dict(zip(("return_sequences", "return_state", "go_backwards"), flags, strict=True))
    for flags in itertools.product((False, True), repeat=3)
]


@pytest.mark.sample(6)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("stated", [False, True])
@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_single(
    kind: str, options: dict[str, Any], flags: dict[str, Any], stated: bool, masked: bool
) -> None:
    layer = getattr(keras.layers, kind)(U, dtype="float64", **options, **flags)
    layer.build((B, T, C))
    fill(layer)
    states = [RANDOM.normal(size=(B, U)) for _ in range(2 if kind == "LSTM" else 1)]
    x = tensor("x", T, C, mask=Expr("mask") if masked else None)
    call: dict[str, Any] = {}
    if stated:
        call["initial_state"] = [tensor(f"s{i}", U) for i in range(len(states))]
    result = build(kind, x, {"units": U, **options, **flags}, **call)
    names = ("x", *(f"s{i}" for i in range(len(states)) if stated), *(["mask"] if masked else []))
    model = model_of(result, names)
    (module,) = rnn_modules(model)
    load(module, layer.get_weights())
    given = [torch.as_tensor(s) for s in states] if stated else []
    if masked:
        given.append(torch.as_tensor(MASK))
    keras_call: dict[str, Any] = {}
    if stated:
        keras_call["initial_state"] = [keras.ops.convert_to_tensor(s) for s in states]
    if masked:
        keras_call["mask"] = keras.ops.convert_to_tensor(MASK)
    # TensorFlow's sixth in hard_sigmoid is a float32
    within = 1e-6 if "hard_sigmoid" in options.values() else 1e-9
    compare(keras_run(layer, X, 0, **keras_call), torch_run(model, X, *given), within)


@pytest.mark.sample(6)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("stated", [False, True])
@pytest.mark.parametrize("state", [False, True])
@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("mode", ["concat", "sum", "ave", "mul", None])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("LSTM", {}),
        ("GRU", {}),
        ("SimpleRNN", {}),
        ("LSTM", {"activation": "relu"}),
        ("GRU", {"reset_after": False}),
    ],
)
def test_bidirectional(
    kind: str,
    options: dict[str, Any],
    mode: str | None,
    sequences: bool,
    state: bool,
    stated: bool,
    masked: bool,
) -> None:
    options = {**options, "return_sequences": sequences, "return_state": state}
    inner = getattr(keras.layers, kind)(U, dtype="float64", **options)
    layer = keras.layers.Bidirectional(inner, merge_mode=mode, dtype="float64")
    layer.build((B, T, C))
    fill(layer)
    weights = layer.get_weights()
    states = [RANDOM.normal(size=(B, U)) for _ in range(4 if kind == "LSTM" else 2)]
    x = tensor("x", T, C, mask=Expr("mask") if masked else None)
    call: dict[str, Any] = {}
    if stated:
        call["initial_state"] = [tensor(f"s{i}", U) for i in range(len(states))]
    result = build(
        "Bidirectional", x, {"layer": wrapped(kind, units=U, **options), "merge_mode": mode}, **call
    )
    names = ("x", *(f"s{i}" for i in range(len(states)) if stated), *(["mask"] if masked else []))
    model = model_of(result, names)
    modules = rnn_modules(model)
    half = len(weights) // 2
    load(modules[0], weights[:half])
    load(modules[-1], weights[half:], "_reverse" if len(modules) == 1 else "")
    given = [torch.as_tensor(s) for s in states] if stated else []
    if masked:
        given.append(torch.as_tensor(MASK))
    keras_call: dict[str, Any] = {}
    if stated:
        keras_call["initial_state"] = [keras.ops.convert_to_tensor(s) for s in states]
    if masked:
        keras_call["mask"] = keras.ops.convert_to_tensor(MASK)
    compare(keras_run(layer, X, 0, **keras_call), torch_run(model, X, *given))


@pytest.mark.parametrize(
    "rates",
    [{"dropout": 0.4}, {"recurrent_dropout": 0.4}, {"dropout": 0.2, "recurrent_dropout": 0.3}],
)
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN"])
def test_dropout(kind: str, rates: dict[str, float]) -> None:
    """Off in evaluation; while training as far from it as Keras's is, on average."""
    options = {"units": U, "return_sequences": True, **rates}
    layer = getattr(keras.layers, kind)(dtype="float64", **options)
    layer.build((B, T, C))
    fill(layer)
    model = model_of(build(kind, tensor("x", T, C), options), ("x",))
    (module,) = rnn_modules(model)
    load(module, layer.get_weights())
    compare(keras_run(layer, X, 0), torch_run(model.eval(), X))
    many = np.repeat(X[:1], 4000, axis=0)
    theirs = np.asarray(layer(many, training=True))
    mine = model.train()(torch.as_tensor(many))[0].detach().numpy()
    np.testing.assert_allclose(mine.mean(0), theirs.mean(0), rtol=0, atol=0.06)
    np.testing.assert_allclose(mine.std(0), theirs.std(0), rtol=0, atol=0.06)


def test_arguments_known_at_run_time() -> None:
    given = {
        "units": Expr("n"),
        "return_sequences": Expr("deep"),
        "dropout": Expr("rate"),
        "use_bias": Expr("bias"),
    }
    for deep in (False, True):
        result = build("LSTM", tensor("x", T, C), given)
        model = model_of(result, ("x",), n=U, deep=deep, rate=0.0, bias=False)
        shape = (B, T, U) if deep else (B, U)
        assert model(torch.as_tensor(X))[0].shape == shape
        assert str(result.channels) == "n"
    result = build("LSTM", tensor("x", T, C), {"units": U, "activation": Expr("kind")})
    model = model_of(result, ("x",), kind="relu")
    assert model(torch.as_tensor(X))[0].shape == (B, U)


@pytest.mark.parametrize(
    "given",
    [{"stateful": Expr("keep")}, {"return_state": Expr("state")}],
)
def test_refused(given: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        build("LSTM", tensor("x", T, C), {"units": U, **given})
    with pytest.raises(Unsupported):
        build("GRU", tensor("x", T, C), {"units": U, "reset_after": Expr("after")})


@pytest.mark.parametrize("name", ["LSTM", "SimpleRNN"])
@pytest.mark.parametrize("exact", [False, True])
def test_the_bias_takes_steps_twice_as_long_or_equal_ones(name: str, exact: bool) -> None:
    note = rule_of(f"keras.layers.{name}").note
    assert note.endswith(
        "has a second bias, which trains too: their sum takes steps twice as long."
    )
    import tensorflow as tf

    layer = getattr(keras.layers, name)(U, dtype="float64")
    layer.build((None, T, C))
    fill(layer)
    before = layer.get_weights()[2]
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(tf.constant(X)) ** 2)
    step = -0.1 * tape.gradient(loss, layer.trainable_weights[2].value).numpy()
    model = model_of(build(name, tensor("x", T, C), {"units": U}, exact=exact), ("x",))
    (module,) = rnn_modules(model)
    load(module, layer.get_weights())
    model.requires_grad_(True)
    (model(torch.as_tensor(X))[0] ** 2).sum().backward()
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    after = (module.bias_ih_l0 + module.bias_hh_l0).detach().numpy()
    np.testing.assert_allclose(after - before, step if exact else 2 * step, rtol=1e-9)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_one_bias_survives_what_modules_go_through(bidirectional: bool) -> None:
    lstm = nn.LSTM(C, U, batch_first=True, bidirectional=bidirectional)
    scope: dict[str, Any] = {"torch": torch}
    exec(EMITTED["single_bias"].source, scope)
    once = copy.deepcopy(scope["single_bias"](lstm)).double()
    once.load_state_dict(once.state_dict())
    plain = nn.LSTM(C, U, batch_first=True, bidirectional=bidirectional).double()
    plain.load_state_dict(once.state_dict())
    x = torch.as_tensor(X)
    assert torch.equal(once(x)[0], plain(x)[0])
    assert not any("bias_hh" in name for name, _ in once.named_parameters())
