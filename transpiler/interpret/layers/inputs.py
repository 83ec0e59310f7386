"""The tensors that a layer is called on: how many axes they have, where their channels are."""

from __future__ import annotations

import re

import libcst as cst

from transpiler.interpret.layers.formats import normalizes_first, wanted_layout
from transpiler.interpret.region import GiveUp, Region
from transpiler.interpret.statics import constant
from transpiler.interpret.tensors.layouts import (
    common_layout,
    in_layout,
    parameter_behind,
    with_rank,
)
from transpiler.interpret.tensors.names import ensure_current, is_plain
from transpiler.interpret.values import Bound, Layer, Repeated, Sequence, Static, Value
from transpiler.ir.code import Line
from transpiler.ir.expr import UNKNOWN, Expr, index, infix
from transpiler.ir.tensor import Layout
from transpiler.record import replace
from transpiler.regex import regex


def input_tensors(region: Region, inputs: Value, node: cst.CSTNode) -> list[Bound]:
    """The tensors that a layer is called on; a list of unknown length is one, starred."""
    if isinstance(inputs, Bound):
        return [ensure_current(region, inputs, node)]
    if isinstance(inputs, Repeated) and isinstance(inputs.item, Bound):
        return [starred(inputs)]
    if isinstance(inputs, Sequence):
        items = list(inputs.items)
        if items and all(isinstance(i, Bound) for i in items):
            return list_inputs(region, inputs, node)
        for item in items:
            if isinstance(item, Static) and (name := parameter_behind(region, item.expr)):
                region.want(f"tensor:{name}", True)
    raise GiveUp("a layer is called on something that is not a tensor", node)


def starred(inputs: Repeated) -> Bound:
    """All tensors of a list whose length is not known, as one operand: `*skips`.

    Its channels are those of all tensors together; the hint says how many each has.
    """
    item = inputs.item
    assert isinstance(item, Bound)
    code = inputs.code
    star = Expr(f"*{code.text}", names=code.names, modules=code.modules, helpers=code.helpers)
    dims, each = item.tensor.dims, item.tensor.channels_hint
    if dims:  # else each is one number for a sample
        channels, each = None, None
        if item.fixed and inputs.static is not None:
            channels, each = infix(_length(inputs.static), "*", dims[-1]), dims[-1]
        elif inputs.static is not None:
            text = f"sum({_iterated(inputs.static.text)})"
            channels = Expr(text, names=inputs.static.names, strength=18)
            last = dims[-1]
            each = last if last is not None and last.known else index(inputs.static, 0)
        dims = (*dims[:-1], channels)
    return Bound(replace(item.tensor, code=star, dims=dims, channels_hint=each))


_AS_LIST = regex(r"list\((\w+\.values\(\))\)")


def _iterated(text: str) -> str:
    """A list that is only run through: `sizes.values()` for `list(sizes.values())`."""
    return _AS_LIST.sub(r"\1", text)


def _length(static: Expr) -> Expr:
    """How many elements a list has."""
    match = re.fullmatch(r"range\((\w+)\)", static.text)
    if match is not None:
        text = match.group(1)
        return Expr(text, int(text) if text.isdigit() else UNKNOWN, names=static.names)
    return Expr(f"len({static.text})", strength=18, names=static.names)


def list_inputs(region: Region, inputs: Sequence, node: cst.CSTNode) -> list[Bound]:
    """The tensors of a list; those whose variables changed are read from the list itself."""
    bounds: list[Bound] = []
    for position, item in enumerate(inputs.items):
        assert isinstance(item, Bound)
        current = region.scope.current(item.tensor.code)
        if not current or (inputs.code is not None and not is_plain(item.tensor.code)):
            if inputs.code is None:
                raise GiveUp("a tensor is used after its variable got another value", node)
            code = Expr(f"{inputs.code.text}[{position}]", names=inputs.code.names)
            item = replace(item, tensor=replace(item.tensor, code=code))
        bounds.append(item)
    return bounds


RANKED = regex(r"([123])D(Transpose)?$")


def as_integers(region: Region, value: Bound) -> Bound:
    """An Input that says nothing of its type, and feeds an Embedding, gets integers.

    Not where it does so under a condition: else it may be computed with.
    """
    name = value.tensor.code.text
    known = region.inputs.get(name)
    if known is not None and not known[2] and (not region.branches or _came_in(region, name)):
        return replace(value, tensor=replace(value.tensor, dtype="int64"))
    return value


def _came_in(region: Region, name: str) -> bool:
    """Whether an input came in where the code is now, under no condition of its own."""
    marks = (n for n in region.forward if isinstance(n, Line) and not n.text)
    return any(mark.defs == {name} for mark in marks)


def with_declared_rank(region: Region, layer: Layer, bounds: list[Bound]) -> list[Bound]:
    """The inputs, of which the layer may say how many axes they have."""
    rank = declared_rank(layer)
    layout = wanted_layout(layer)
    if not rank and layout is Layout.FIRST:
        for bound in bounds:
            if bound.source.startswith("seq:"):
                with_rank(region, bound, 2)
    if rank:
        return [with_rank(region, b, rank, layout) for b in bounds]
    rank = _rank_beside(layer, bounds)
    return [with_rank(region, b, rank) if rank and b.source else b for b in bounds]


def merges_alike(layer: Layer) -> bool:
    """Whether the code of a layer is right for inputs that have as many axes as each other."""
    elementwise = layer.rule is not None and layer.rule.elementwise
    return elementwise or layer.symbol in (
        "keras.layers.Concatenate",
        "keras.layers.concatenate",
    )


def _rank_beside(layer: Layer, bounds: list[Bound]) -> int:
    """How many axes the inputs have beside which others are merged; 0 if nothing tells it."""
    known = {len(b.tensor.dims) + 1 for b in bounds if b.tensor.dims is not None}
    return max(known) if len(known) == 1 and merges_alike(layer) else 0


def declared_rank(layer: Layer) -> int:
    """How many axes the input has, as `Conv2D` says by its name; 0 where nothing says it."""
    axis = constant(layer.arguments["axis"]) if "axis" in layer.arguments else None
    normalizes = layer.symbol.endswith((".BatchNormalization", ".Normalization"))
    if normalizes and isinstance(axis, int) and axis > 0:
        return axis + 1
    if layer.symbol.startswith("keras.applications."):
        return 4
    if layer.symbol.endswith(".MultiHeadAttention") and "attention_axes" not in layer.arguments:
        return 3
    found = RANKED.search(layer.symbol)
    return int(found.group(1)) + 2 if found else _RANKS.get(layer.symbol.rpartition(".")[2], 0)


_RANKS = {"LSTM": 3, "GRU": 3, "SimpleRNN": 3, "Bidirectional": 3, "CuDNNLSTM": 3, "CuDNNGRU": 3,
          "RepeatVector": 2, "TimeDistributed": 0, "Embedding": 0, "Resizing": 4, "CenterCrop": 4,
          "RandomBrightness": 4, "RandomContrast": 4, "RandomFlip": 4, "RandomRotation": 4,
          "RandomTranslation": 4, "RandomZoom": 4}  # fmt: skip


def in_wanted_layout(region: Region, layer: Layer, bounds: list[Bound]) -> list[Bound]:
    """The inputs, their channels where the rule wants them, or all in one place."""
    wanted = wanted_layout(layer)
    if normalizes_first(layer, bounds[0].tensor):
        return bounds
    if wanted is not Layout.ANY:
        return [in_layout(region, b, wanted) for b in bounds]
    if len(bounds) < 2:
        return bounds
    target = common_layout(bounds)
    return [in_layout(region, b, target) for b in bounds]
