"""The arithmetic of sliding windows, which convolutions and pooling share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Final, TypeAlias

from transpiler.ir.expr import Arg, Expr, call, expr, reads
from transpiler.ir.sizes import ceil_divided, combine, place_of, row_length
from transpiler.ir.tensor import Dim, Tensor, Unsupported
from transpiler.record import record, replace
from transpiler.rule import compact, sizes


def channels_last(data_format: Expr) -> None:
    """Refuse what is not Keras's default order of axes."""
    if not data_format.is_const(None, "channels_last"):
        raise Unsupported(f"data_format={data_format} is not supported, only channels_last")


def tidy(value: Expr) -> Expr:
    """A size in the author's spelling, but `(3, 3)` as `3`."""
    if value.items and len({item.text for item in value.items}) == 1:
        return value.items[0]
    return value


def per_axis(value: Expr, count: int) -> tuple[Dim, ...]:
    """A size argument as one size for each of `count` axes, None where it is not known."""
    if value.items is not None and len(value.items) in (1, count):
        return value.items * (count // len(value.items))
    if value.whole or row_length(value) == count:
        return tuple(place_of(value, place) for place in range(count))
    known = sizes(value, count)
    if known is None:
        return (None,) * count
    if isinstance(value.value, int):
        return (value,) * count
    return tuple(expr(size) for size in known)


def numbers(dims: Sequence[Dim]) -> tuple[int, ...] | None:
    """Sizes as integers, None where one of them is no constant."""
    values = [int(d.value) for d in dims if d is not None and d.known]
    return tuple(values) if len(values) == len(dims) else None


def spatial(x: Tensor, count: int) -> tuple[Dim, ...]:
    """The sizes between batch and channels, each None where the rank is not known."""
    if x.dims is None:
        return (None,) * count
    if len(x.dims) != count + 1:
        raise Unsupported(f"a tensor of rank {x.rank}, where {count + 2} is needed")
    return x.spatial


#: What is cut off or padded before and after each axis.
Amounts: TypeAlias = tuple[tuple[int, int], ...]

ONE: Final = expr(1)


@record(frozen=True, slots=True)
class Window:
    """What slides over the spatial axes of a tensor, by Keras's arguments."""

    count: int  #: of spatial axes
    kernel: Expr
    strides: Expr
    padding: Expr
    dilation: Expr = ONE

    @property
    def mode(self) -> str | None:
        """`valid`, `same` or `causal`; None where it is only known at run time."""
        if not self.padding.known:
            return None
        mode = str(self.padding.value).lower()
        if mode not in ("valid", "same", "causal"):
            raise Unsupported(f"padding={self.padding}")
        return mode

    def all_ones(self, value: Expr) -> bool:
        """Whether a size is 1 along each axis."""
        return sizes(value, self.count) == (1,) * self.count

    def options(self) -> dict[str, Arg]:
        """Torch's stride and dilation, where they are not 1."""
        given = {"stride": self.strides, "dilation": self.dilation}
        return {k: tidy(v) for k, v in given.items() if not self.all_ones(v) or reads(v)}

    def same_amounts(self, x: Tensor) -> Amounts | None:
        """What "same" pads before and after each axis, None where that is not known."""
        if self.all_ones(self.kernel):
            return ((0, 0),) * self.count
        known = [sizes(v, self.count) for v in (self.kernel, self.strides, self.dilation)]
        shape = numbers(spatial(x, self.count))
        if shape is None or None in known:
            return None
        each = zip(shape, *(k or () for k in known), strict=True)
        return tuple(same_amounts(n, k, s, d) for n, k, s, d in each)

    def shape(self, x: Tensor) -> tuple[Dim, ...] | None:
        """The spatial sizes of the result, None where the rank is not known."""
        if x.dims is None:
            return None
        mode = "same" if self.mode is None and self.all_ones(self.kernel) else self.mode
        given = (self.kernel, self.strides, self.dilation)
        each = zip(spatial(x, self.count), *(per_axis(v, self.count) for v in given), strict=True)
        return tuple(window_size(n, k, s, d, mode) for n, k, s, d in each)

    def result(self, x: Tensor, code: Expr, channels: Dim) -> Tensor:
        """What comes out, which carries no mask."""
        shape = self.shape(x)
        if shape is not None:
            return replace(x.to(code, (*shape, channels)), mask=None)
        return replace(x.to(code), channels_hint=channels, mask=None)


def same_amounts(size: int, window: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """What TensorFlow's "same" pads before and after an axis."""
    total = max((-(-size // stride) - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def padded(code: Expr, amounts: Sequence[tuple[Arg, Arg]], **value: Arg) -> Expr:
    """`F.pad(code, ...)` over the spatial axes of a tensor with its channels first."""
    flat = tuple(chain.from_iterable(reversed(amounts)))
    if all(expr(amount).is_const(0) for amount in flat):
        return code
    return call("F.pad", code, flat, **value)


def both_sides(amounts: Amounts) -> Arg | None:
    """Amounts as torch's `padding`, which is the same before and after; None if they differ."""
    if any(before != after for before, after in amounts):
        return None
    return compact(tuple(before for before, _ in amounts))


def window_size(size: Dim, window: Dim, stride: Dim, dilation: Dim, mode: str | None) -> Dim:
    """How many places along an axis a window has."""
    if size is None:
        return None
    if mode in ("same", "causal"):
        return None if stride is None else ceil_divided(size, stride)
    if window is None or stride is None or dilation is None or mode is None:
        return None
    if window.text == stride.text and dilation.is_const(1):
        return combine(size, "//", stride)
    reach = combine(combine(window, "-", 1), "*", dilation)
    if stride.is_const(1):
        return combine(size, "-", reach)
    steps = combine(combine(size, "-", combine(reach, "+", 1)), "//", stride)
    return combine(steps, "+", 1)
