"""Runs a Keras layer and the torch code of its rule on the same numbers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
import torch
from torch import nn

from tests.rules.rnn_harness import model_of, rule_of
from transpiler.ir.expr import Expr, expr, method
from transpiler.ir.tensor import Layout, Tensor
from transpiler.registry import load_rules
from transpiler.rule import Rule
from transpiler.verify.keras_layers import facts, kinds, role
from transpiler.verify.records import LayerRecord
from transpiler.verify.weights import PARTS, Unit, fit

load_rules()
RANDOM = np.random.default_rng(3)


def unknown(name: str) -> Expr:
    """A variable of the program whose value the rule does not see."""
    return Expr(name, names=frozenset({(name, 0)}))


@dataclass(frozen=True)
class Translation:
    """What a rule made of a layer, ready to run."""

    module: nn.Module
    result: Tensor


def names_of(arguments: dict[str, Any], hidden: Sequence[str]) -> dict[str, Any]:
    return {f"a_{name}": arguments[name] for name in hidden if name in arguments}


def arguments_of(rule: Rule, given: dict[str, Any], hidden: Sequence[str]) -> dict[str, Expr]:
    """All arguments as expressions: constants, or names where hidden."""
    result = {}
    for parameter in list(rule.signature.parameters.values())[1:]:
        if parameter.kind is parameter.KEYWORD_ONLY:
            continue
        value = given.get(parameter.name, parameter.default)
        hide = parameter.name in hidden and parameter.name in given
        result[parameter.name] = unknown(f"a_{parameter.name}") if hide else expr(value)
    return result


def in_keras_order(code: Expr, rank: int) -> Expr:
    return method(code, "movedim", 1, -1) if rank > 2 else code


def given_tensor(
    name: str, shape: tuple[int, ...], layout: Layout, sizes: str, dtype: str
) -> Tensor:
    """The input of a rule: `sizes` says which are known ("all", "channels", "rank", "named")."""
    dims: Any = tuple(expr(n) for n in shape)
    if sizes == "named":
        dims = tuple(unknown(f"{name}_{i}") for i in range(len(shape)))
    if sizes == "channels":
        dims = (*(None,) * (len(shape) - 1), dims[-1])
    first = layout is Layout.FIRST and len(shape) > 1
    code = method(Expr(name), "movedim", -1, 1) if first else Expr(name)
    hint = dims[-1] if sizes == "no rank" else None
    return Tensor(code, None if sizes == "no rank" else dims, layout, dtype, hint)


def translate(
    name: str,
    shapes: Sequence[tuple[int, ...]],
    given: dict[str, Any],
    *,
    layout: Layout = Layout.LAST,
    hidden: Sequence[str] = (),
    sizes: str = "all",
    dtype: str = "float64",
    **chosen: Any,
) -> Translation:
    """The torch module for a layer that is called on tensors of these shapes (without batch)."""
    rule = rule_of(f"keras.layers.{name}")
    wanted = rule.layout if rule.layout is not Layout.ANY else layout
    names = [f"x{i}" for i in range(len(shapes))]
    inputs = [given_tensor(n, s, wanted, sizes, dtype) for n, s in zip(names, shapes, strict=True)]
    arguments = {**arguments_of(rule, given, hidden), **chosen}
    built = rule.build(inputs if rule.merges else inputs[0], **arguments)
    assert isinstance(built, Tensor)
    values = {
        f"{n}_{i}": size for n, s in zip(names, shapes, strict=True) for i, size in enumerate(s)
    }
    code = built.code
    if built.layout is Layout.FIRST:
        code = in_keras_order(code, 3 if built.dims is None else built.rank)
    model = model_of(replace(built, code=code), tuple(names), **values, **names_of(given, hidden))
    return Translation(model, built)


def keras_layer(
    name: str, shapes: Sequence[tuple[int, ...]], given: dict[str, Any], precision: str = "float64"
) -> Any:
    """The layer, built, with random weights."""
    layer = getattr(keras.layers, name)(**given, dtype=precision)
    batch = [(None, *s) for s in shapes]
    layer.build(batch if len(batch) > 1 else batch[0])
    layer.set_weights([positive(w.name, RANDOM.normal(size=w.shape)) for w in layer.weights])
    return layer


def positive(name: str, values: np.ndarray) -> np.ndarray:
    return np.abs(values) + 0.1 if "variance" in name else values


def units(module: nn.Module) -> list[Unit]:
    """The modules with weights of their own."""
    found = []
    for path, part in module.named_modules():
        own = {
            n: tuple(p.shape)
            for n, p in (*part.named_parameters(recurse=False), *part.named_buffers(recurse=False))
            if n != "num_batches_tracked"
        }
        if own:
            classes = tuple(c.__name__ for c in type(part).__mro__)
            parameters = frozenset(n for n, _ in part.named_parameters(recurse=False))
            found.append(Unit(path, classes, own, parameters))
    return found


def mapped(layer: Any, arrays: Sequence[Any], module: nn.Module) -> dict[str, np.ndarray]:
    """Arrays in the places of a Keras layer's weights, by torch's names."""
    roles = tuple(role(w) for w in layer.weights)
    record = LayerRecord(
        kinds(layer), layer.name, roles, tuple(map(np.asarray, arrays)), facts(layer)
    )
    apart = len(units(module)) > 1
    parts = next((PARTS[k](record) for k in record.kinds if k in PARTS and apart), [record])
    if not layer.weights:
        return {}
    return {
        f"{unit.path}.{name}": value
        for part, unit in zip(parts, units(module), strict=True)
        for name, value in fit(part, unit).items()
        if value is not None
    }


def move_weights(layer: Any, module: nn.Module) -> None:
    state = module.state_dict()
    for name, value in mapped(layer, layer.get_weights(), module).items():
        tensor = torch.as_tensor(np.array(value)).double()
        state[name] = tensor.expand(state[name].shape) if tensor.dim() == 0 else tensor
    module.load_state_dict(state)


def both(
    layer: Any, module: nn.Module, inputs: Sequence[np.ndarray], training: bool
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Output, input gradients and weight gradients of Keras and of torch."""
    variables = [tf.Variable(x) for x in inputs]
    weights = [w.value for w in layer.trainable_weights]
    with tf.GradientTape() as tape:
        out = layer(variables if len(variables) > 1 else variables[0], training=training)
        out = tf.cast(out, tf.float64)
        cotangent = np.cos(np.arange(int(tf.size(out)))).reshape(out.shape)
        loss = tf.reduce_sum(out * cotangent)
    floating = [v for v in variables if v.dtype.is_floating]
    gradients = tape.gradient(loss, [*floating, *weights])
    dense = [tf.convert_to_tensor(g).numpy() for g in gradients]
    places = {id(w.value): i for i, w in enumerate(layer.weights)}
    arrays = [np.zeros(w.shape) for w in layer.weights]
    for weight, gradient in zip(weights, dense[len(floating) :], strict=True):
        arrays[places[id(weight)]] = gradient
    ours = torch_results(module, inputs, cotangent, training)
    named = mapped(layer, arrays, module)
    parameters = dict(module.named_parameters())
    wanted = [
        out.numpy(),
        *dense[: len(floating)],
        *(v for k, v in named.items() if k in parameters),
    ]
    got = [*ours, *(parameters[k].grad.numpy() for k in named if k in parameters)]
    return wanted, got


def torch_results(
    module: nn.Module, inputs: Sequence[np.ndarray], cotangent: np.ndarray, training: bool
) -> list[np.ndarray]:
    module.train(training)
    module.zero_grad()
    tensors = [torch.as_tensor(x) for x in inputs]
    for tensor in tensors:
        if tensor.is_floating_point():
            tensor.requires_grad_()
    (out,) = module(*tensors)
    (out * torch.as_tensor(cotangent).reshape(out.shape)).sum().backward()
    return [out.detach().numpy(), *(t.grad.numpy() for t in tensors if t.grad is not None)]


def check(
    name: str,
    shapes: Sequence[tuple[int, ...]],
    *,
    layout: Layout = Layout.LAST,
    hidden: Sequence[str] = (),
    sizes: str = "all",
    trains: bool = True,
    tolerance: float = 1e-9,
    inputs: Sequence[np.ndarray] | None = None,
    precision: str = "float64",
    **given: Any,
) -> Translation:
    """Both frameworks agree, in inference and in training, on outputs and gradients."""
    arrays = inputs or [RANDOM.normal(size=(3, *s)) for s in shapes]
    layer = keras_layer(name, shapes, given, precision)
    dtype = str(arrays[0].dtype)
    made = translate(name, shapes, given, layout=layout, hidden=hidden, sizes=sizes, dtype=dtype)
    move_weights(layer, made.module)
    for training in (False, True) if trains else (False,):
        wanted, got = both(layer, made.module, arrays, training)
        assert len(wanted) == len(got)
        for ours, theirs in zip(got, wanted, strict=True):
            assert ours.shape == theirs.shape
            np.testing.assert_allclose(ours, theirs, atol=tolerance, rtol=tolerance)
    check_shape(made, wanted[0].shape[1:], shapes)
    return made


def check_shape(made: Translation, shape: tuple[int, ...], shapes: Any) -> None:
    """The sizes that the rule foretold are those that came out."""
    if made.result.dims is None:
        if made.result.channels_hint is not None:
            assert value_of(made.result.channels_hint, shapes) in (None, shape[-1])
        return
    assert len(made.result.dims) == len(shape)
    for dim, size in zip(made.result.dims, shape, strict=True):
        if dim is not None:
            assert value_of(dim, shapes) in (None, size)


def value_of(dim: Expr, shapes: Any) -> int | None:
    names = {f"x{k}_{i}": size for k, s in enumerate(shapes) for i, size in enumerate(s)}
    if any(not text.startswith("x") for text, _ in dim.names):
        return None
    return int(eval(dim.text, names))
