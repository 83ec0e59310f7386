"""Layers that are told that the channels come first: what torch has, so that nothing is moved.

Shapes are in the program's order, the channels where it has them. For the rule such a layer is one
whose channels come last in Keras, and were already moved to where torch wants them.
"""

from __future__ import annotations

from typing import Any

from transpiler.interpret.statics import constant
from transpiler.interpret.values import Layer
from transpiler.ir.expr import expr, transposed
from transpiler.ir.tensor import Layout, Tensor, UnknownRank
from transpiler.record import replace

#: Layers that look at the format themselves, have weights that depend on it, or don't run with it.
_OTHERS = ("Flatten", "Global", "LocallyConnected", "RandomColorJitter")
#: Layers before whose channels are the steps of a sequence.
_STEPPING = "ConvLSTM"
_NORMALIZING = ("keras.layers.BatchNormalization", "keras.layers.GroupNormalization")


def given_first(layer: Layer) -> bool:
    """Whether its channels come first, as an argument says."""
    given = layer.arguments.get("data_format")
    return given is not None and constant(given) == "channels_first"


def wanted_layout(layer: Layer) -> Layout:
    """Where a layer wants the channels of its input."""
    if layer.rule is None:
        return Layout.ANY
    return Layout.LAST if given_first(layer) else layer.rule.layout


def normalizes_first(layer: Layer, x: Tensor) -> bool:
    """Whether it normalizes along the first axis of a tensor that is in the program's order."""
    axis = layer.arguments.get("axis")
    moved = x.layout is not Layout.LAST or x.dims is None or len(x.dims) < 2 or x.mask is not None
    if layer.symbol not in _NORMALIZING or axis is None or moved:
        return False
    return constant(axis) in (1, [1], (1,))


def with_channels_first(
    layer: Layer, arguments: dict[str, Any], given: list[Tensor]
) -> tuple[bool, dict[str, Any], list[Tensor]]:
    """Whether channels come first for the layer, and if so, what its rule gets instead."""
    if len(given) != 1:
        return False, arguments, given
    name = layer.symbol.rpartition(".")[2]
    if given_first(layer) and not name.startswith(_OTHERS):
        changed = {"data_format": expr("channels_last")}
    elif normalizes_first(layer, given[0]):
        changed = {"axis": expr(-1)}
    else:
        return False, arguments, given
    return True, {**arguments, **changed}, [_seen_as_moved(given[0], name.startswith(_STEPPING))]


def _seen_as_moved(x: Tensor, steps: bool) -> Tensor:
    """The same numbers in the same places: channels last in Keras, and moved to the front.

    Where steps come before the channels, those two change places.
    """
    if x.dims is None:
        raise UnknownRank("the number of dimensions is not known here")
    if len(x.dims) < 2:
        return x
    if steps:
        x = replace(x, code=transposed(x.code), dims=(*x.dims[1::-1], *x.dims[2:]))
    dims = x.dims or ()
    return replace(x, dims=(*dims[1:], dims[0]), layout=Layout.FIRST, channels_hint=None)


def seen_in_order(layer: Layer, result: Any, given: Tensor) -> Any:
    """What the rule gave for this tensor, in the program's order again."""
    if isinstance(result, list):
        return [seen_in_order(layer, part, given) for part in result]
    if not isinstance(result, Tensor) or result.layout is Layout.LAST or len(result.dims or ()) < 2:
        return result
    dims = result.dims or ()
    seen = replace(result, dims=(dims[-1], *dims[:-1]), layout=Layout.LAST, channels_hint=None)
    if not layer.symbol.rpartition(".")[2].startswith(_STEPPING) or len(dims) != len(
        given.dims or ()
    ):
        return seen
    order = (*(seen.dims or ())[1::-1], *(seen.dims or ())[2:])
    return replace(seen, code=transposed(seen.code), dims=order)
