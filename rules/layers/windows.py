"""The arithmetic of sliding windows, which convolutions and pooling share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from transpiler.ir.expr import Arg, Expr, call, expr, infix, prefix
from transpiler.ir.tensor import Dim, Tensor, Unsupported
from transpiler.rule import compact, sizes


def channels_last(data_format: Expr) -> None:
    """Refuse what is not Keras's default order of axes."""
    if not data_format.is_const(None, "channels_last"):
        raise Unsupported(f"data_format={data_format} is not supported, only channels_last")


def padding_mode(padding: Expr) -> str | None:
    """`valid`, `same` or `causal`; None where it is only known at run time."""
    if not padding.known:
        return None
    mode = str(padding.value).lower()
    if mode not in ("valid", "same", "causal"):
        raise Unsupported(f"padding={padding}")
    return mode


def tidy(value: Expr) -> Expr:
    """A size in the author's spelling, but `(3, 3)` as `3`."""
    if value.items and len({item.text for item in value.items}) == 1:
        return value.items[0]
    return value


def per_axis(value: Expr, count: int) -> tuple[Dim, ...]:
    """A size argument as one size for each of `count` axes, None where it is not known."""
    if value.items is not None and len(value.items) in (1, count):
        return value.items * (count // len(value.items))
    known = sizes(value, count)
    if known is None:
        return (None,) * count
    if isinstance(value.value, int):
        return (value,) * count
    return tuple(expr(size) for size in known)


def all_ones(value: Expr, count: int) -> bool:
    """Whether a size is 1 along each axis."""
    return sizes(value, count) == (1,) * count


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


def same_amounts(size: int, window: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """What TensorFlow's "same" pads before and after an axis."""
    total = max((-(-size // stride) - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def same_padding(
    x: Tensor, window: Expr, stride: Expr, dilation: Arg, count: int
) -> tuple[tuple[int, int], ...] | None:
    """What "same" pads before and after each spatial axis, None where that is not known."""
    windows, strides = sizes(window, count), sizes(stride, count)
    if windows == (1,) * count:
        return ((0, 0),) * count
    dilations, shape = sizes(expr(dilation), count), numbers(spatial(x, count))
    if windows is None or strides is None or dilations is None or shape is None:
        return None
    each = zip(shape, windows, strides, dilations, strict=True)
    return tuple(same_amounts(n, k, s, d) for n, k, s, d in each)


def padded(code: Expr, amounts: Sequence[tuple[Arg, Arg]], **value: Arg) -> Expr:
    """`F.pad(code, ...)` over the spatial axes of a tensor with its channels first."""
    flat = tuple(chain.from_iterable(reversed(amounts)))
    return call("F.pad", code, flat, **value)


def both_sides(amounts: Sequence[tuple[int, int]]) -> Arg | None:
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
        return infix(size, "//", stride)
    reach = infix(infix(window, "-", 1), "*", dilation)
    if stride.is_const(1):
        return infix(size, "-", reach)
    return infix(infix(infix(size, "-", infix(reach, "+", 1)), "//", stride), "+", 1)


def ceil_divided(size: Expr, divisor: Expr) -> Expr:
    """`size / divisor` rounded up."""
    if divisor.is_const(1):
        return size
    if size.known and divisor.known:
        return expr(-(-size.value // divisor.value))
    return prefix("-", infix(prefix("-", size), "//", divisor))


def window_sizes(
    x: Tensor, window: Expr, stride: Expr, dilation: Arg, padding: Expr, count: int
) -> tuple[Dim, ...] | None:
    """The spatial sizes after a window has slid over `x`, None where the rank is not known."""
    if x.dims is None:
        return None
    mode = padding_mode(padding)
    if mode is None and all_ones(window, count):
        mode = "same"
    each = zip(
        spatial(x, count),
        per_axis(window, count),
        per_axis(stride, count),
        per_axis(expr(dilation), count),
        strict=True,
    )
    return tuple(window_size(n, k, s, d, mode) for n, k, s, d in each)
