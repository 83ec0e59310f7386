"""The weight maps of recurrent layers and of attention, and how compound layers come apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from transpiler.verify.records import Array, LayerRecord
from transpiler.verify.weights import (
    PARTS,
    Mapped,
    Misfit,
    Unit,
    Weights,
    channels_first,
    maps,
)


@maps("LSTM", "LSTMCell", "SimpleRNN", "SimpleRNNCell", "CuDNNLSTM")
def gated(w: Weights, unit: Unit) -> Mapped:
    """Keras's gates stand in torch's order; torch's second bias is zero."""
    return _direction(w, 0, unit, suffix(unit), lambda array: array)


@maps("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
def conv_lstm(w: Weights, unit: Unit) -> Mapped:
    """As an LSTM's, each matrix a convolution."""
    kernels = channels_first(w["kernel"]), channels_first(w["recurrent_kernel"])
    return {"weight_ih": kernels[0], "weight_hh": kernels[1], "bias": w.get("bias")}


@maps("GRU", "GRUCell", "CuDNNGRU")
def gru(w: Weights, unit: Unit) -> Mapped:
    """z, r, h become r, z, n."""
    return _direction(w, 0, unit, suffix(unit), swap_gates)


@maps("Bidirectional")
def bidirectional(w: Weights, unit: Unit) -> Mapped:
    """Forward and backward weights of one module."""
    order = swap_gates if "GRU" in str(w.fact("wrapped")) else (lambda array: array)
    half = len(w.arrays) // 2
    return {
        **_direction(w, 0, unit, "_l0", order),
        **_direction(w, half, unit, "_l0_reverse", order),
    }


def suffix(unit: Unit) -> str:
    """`_l0` in torch's layers, nothing in its cells and in a class of the program's own."""
    return "_l0" if "weight_ih_l0" in unit.shapes else ""


def swap_gates(array: Array) -> Array:
    """The first two thirds of the last axis change places."""
    update, reset, candidate = np.split(array, 3, axis=-1)
    return np.concatenate([reset, update, candidate], axis=-1)


def _direction(
    w: Weights, start: int, unit: Unit, ending: str, order: Callable[[Array], Array]
) -> Mapped:
    kernel, recurrent, *rest = w.arrays[start : start + (3 if w.fact("use_bias", True) else 2)]
    bias = rest[0] if rest else None
    # A class of the program's own may keep Keras's gates: it says so by its names.
    order = order if f"weight_ih{ending}" in unit.shapes else (lambda array: array)
    mapped: Mapped = {
        f"weight_ih{ending}": order(kernel).T,
        f"weight_hh{ending}": order(recurrent).T,
    }
    if f"weight_ih{ending}" not in unit.shapes and "kernel" in unit.shapes:
        return {"kernel": kernel, "recurrent_kernel": recurrent, "bias": bias}
    if bias is None:
        zero = 0.0 if f"bias_ih{ending}" in unit.shapes else None
        return {**mapped, f"bias_ih{ending}": zero, f"bias_hh{ending}": zero}
    if bias.ndim == 2:  # reset_after: one bias for the input, one for the state
        ordered = order(bias)
        return {**mapped, f"bias_ih{ending}": ordered[0], f"bias_hh{ending}": ordered[1]}
    if f"bias_ih{ending}" in unit.shapes:
        second = {f"bias_hh{ending}": 0.0} if f"bias_hh{ending}" in unit.shapes else {}
        return {**mapped, f"bias_ih{ending}": order(bias), **second}
    return {**mapped, "bias": order(bias)}


@maps("MultiHeadAttention")
def multi_head_attention(w: Weights, unit: Unit) -> Mapped:
    """The packed projections of nn.MultiheadAttention."""
    if "MultiheadAttention" not in unit.kinds:
        raise Misfit(f"{unit} is not an attention")
    step = 2 if w.fact("use_bias", True) else 1
    query, key, value, output = (w.arrays[i * step] for i in range(4))
    size = query.shape[0]
    packed = [array.reshape(size, -1).T for array in (query, key, value)]
    mapped: Mapped = {
        "in_proj_weight": np.concatenate(packed),
        "out_proj.weight": output.reshape(-1, output.shape[-1]).T,
    }
    if step == 2:
        mapped["in_proj_bias"] = np.concatenate([w.arrays[i * 2 + 1].ravel() for i in range(3)])
        mapped["out_proj.bias"] = w.arrays[7]
    return mapped


def _parts(*names: str) -> Callable[[Callable[[LayerRecord], list[LayerRecord]]], None]:
    """Declare how a Keras layer comes apart."""

    def declare(function: Callable[[LayerRecord], list[LayerRecord]]) -> None:
        PARTS.update(dict.fromkeys(names, function))

    return declare


@_parts("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention")
def _projections(layer: LayerRecord) -> list[LayerRecord]:
    """Query, key, value and output, each like a Dense over flattened heads."""
    step = 2 if layer.facts.get("use_bias", True) else 1
    roles = ("kernel", "bias")[:step]
    names = ("query", "key", "value", "output")
    if len(layer.weights) != 4 * step:
        return []
    return [
        layer.part("Projection", {i * step + j: role for j, role in enumerate(roles)}, called=name)
        for i, name in enumerate(names)
    ]


@maps("Projection")
def projection(w: Weights, unit: Unit) -> Mapped:
    """A Linear whose features are heads times sizes; the last one joins the heads."""
    kernel, bias = w["kernel"], w.get("bias")
    joined = w.fact("called") == "output"
    inside = int(np.prod(kernel.shape[:-1])) if joined else kernel.shape[0]
    return {
        "weight": kernel.reshape(inside, -1).T,
        "bias": None if bias is None else bias.reshape(-1),
    }


def _separable(layer: LayerRecord, kind: str) -> list[LayerRecord]:
    """The depthwise convolution has no bias."""
    pointwise = {1: "kernel"} | ({2: "bias"} if len(layer.weights) > 2 else {})
    return [
        layer.part(f"DepthwiseConv{kind}", {0: "depthwise_kernel"}),
        layer.part(f"Conv{kind}", pointwise),
    ]


@_parts("Bidirectional")
def _directions(layer: LayerRecord) -> list[LayerRecord]:
    """Two layers of their own, where torch's bidirectional module can't do it."""
    half = len(layer.weights) // 2
    wrapped = str(layer.facts.get("wrapped", "LSTM"))
    roles = [role.split("/")[-1] for role in layer.roles]
    return [
        layer.part(wrapped, {i: roles[i] for i in range(start, start + half)})
        for start in (0, half)
    ]


def _conv_lstm(layer: LayerRecord, kind: str) -> list[LayerRecord]:
    """One convolution of the input with the bias, one of the state without."""
    first = {0: "kernel"} | ({2: "bias"} if len(layer.weights) > 2 else {})
    return [layer.part(f"Conv{kind}", first), layer.part(f"Conv{kind}", {1: "kernel"})]


for _rank in ("1D", "2D", "3D"):
    _parts(f"SeparableConv{_rank}")(partial(_separable, kind=_rank))
    _parts(f"ConvLSTM{_rank}")(partial(_conv_lstm, kind=_rank))
