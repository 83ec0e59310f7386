"""Layers as Keras 1 made them: the sizes of a kernel are given one by one, gates are others.

Convolution2D(32, 3, 3, border_mode="same")         Conv2D(32, (3, 3), padding="same")
"""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.arguments import Argument
from transpiler.interpret.region import Region
from transpiler.interpret.values import Sequence
from transpiler.regex import regex

_CONVOLUTION = regex(r"(?:Separable)?(Conv|Convolution)([23])D|(LocallyConnected)([23])D")
#: What Keras 1 calls these sizes, by how many there are.
_SIZES = {2: ("nb_row", "nb_col"), 3: ("kernel_dim1", "kernel_dim2", "kernel_dim3")}
#: What only Keras 1 takes, in such a call and in a program.
_KEYWORDS = frozenset(
    {"nb_filter", "init", "border_mode", "subsample", "dim_ordering", "bias", "W_regularizer",
     "b_regularizer", "W_constraint", "b_constraint"}
)  # fmt: skip
_OF_RECURRENT = frozenset(
    {"output_dim", "inner_activation", "inner_init", "forget_bias_init", "consume_less",
     "U_regularizer", "dropout_W", "dropout_U", *_KEYWORDS}
)  # fmt: skip
_TOLD = frozenset({"inner_activation", "recurrent_activation"})
_PROGRAM = regex(r"\b(?:nb_epoch|border_mode|dim_ordering|samples_per_epoch|nb_val_samples)\s*=")
#: With these, the Keras 2 that still took sizes one by one raised an error.
_NEWER = frozenset({"kernel_size", "padding", "strides", "data_format", "dilation_rate"})
_PLAIN = regex(r"(?m)^\s*(?:from|import)\s+keras\b")
_STRIDE = (
    "the last of these numbers is the stride, as in tf.keras and Keras 3; before Keras 2.4, all of "
    "them were sizes of its kernel"
)
_KERNEL = (
    "these numbers are the sizes of its kernel, as before Keras 2.4; in tf.keras and Keras 3, the "
    "last of them is the stride"
)

_GATES = (
    "its gates are those of today's Keras; those of Keras 1 are a hard sigmoid, and a GRU resets "
    "its state before the product with the kernel: say so with recurrent_activation and reset_after"
)


def say_gates(region: Region, name: str, arguments: list[Argument], node: cst.CSTNode) -> None:
    """Say of a recurrent layer that Keras 1 must have made that it had other gates there."""
    if name not in ("LSTM", "GRU"):
        return
    keywords = {keyword for keyword, _ in arguments if keyword is not None}
    told = _TOLD if name == "LSTM" else frozenset({"reset_after"})
    if keywords & told:
        return
    if keywords & _OF_RECURRENT or _PROGRAM.search(region.tree.blanked):
        region.say(ASSUMED, node, f"keras.layers.{name}: {_GATES}")


def with_kernel_size(
    region: Region, name: str, arguments: list[Argument], node: cst.CSTNode
) -> list[Argument]:
    """The arguments of a layer, with the sizes of a kernel together where Keras 1 got them.

    Where it isn't certain which of the two a number is, that is said.
    """
    match = _CONVOLUTION.fullmatch(name)
    if match is None:
        return arguments
    rank = int(match[2] or match[4])
    keywords = {keyword for keyword, _ in arguments if keyword is not None}
    given = [value for keyword, value in arguments if keyword is None]
    named = [value for size in _SIZES[rank] for keyword, value in arguments if keyword == size]
    sizes = named or given[1 : 1 + rank]
    if len(sizes) != rank or any(isinstance(size, Sequence) for size in sizes):
        return arguments
    text, keras = region.tree.blanked, region.file.options.keras
    if not (named or keywords & _KEYWORDS or _PROGRAM.search(text)):
        if keras != "auto" or keywords & _NEWER or _PLAIN.search(text) is None:
            return arguments
        older = match[1] == "Convolution"
        region.say(ASSUMED, node, f"keras.layers.{name}: {_KERNEL if older else _STRIDE}")
        if not older:
            return arguments
    others = [(k, v) for k, v in arguments if k is not None and k not in _SIZES[rank]]
    rest = [(None, value) for value in (given[:1] if not named else given)]
    more = [("", value) for value in given[1 + rank :] if not named]  # in another order then
    return [*rest, *more, ("kernel_size", Sequence(tuple(sizes), tuple)), *others]
