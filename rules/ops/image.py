"""Functions on images."""

from __future__ import annotations

from rules.ops.operators import in_order
from transpiler.ir.expr import Arg, Expr, Symbol, call, expr, infix, method
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, op

#: Keras's interpolations by torch's names. TensorFlow's bicubic uses another kernel.
MODES = {
    "bilinear": "bilinear",
    "nearest": "nearest-exact",
    "nearest_neighbor": "nearest-exact",
}


def resized(x: Tensor, size: Expr, interpolation: Expr, antialias: Expr) -> Tensor:
    """An image tensor, channels first, at another size."""
    if not interpolation.known or not antialias.known:
        raise Unsupported("the interpolation is only known when the program runs")
    kind = interpolation.value
    kind = kind.name.rpartition(".")[2] if isinstance(kind, Symbol) else str(kind)
    mode = MODES.get(kind.lower())
    if mode is None:
        raise Unsupported(f"{kind} interpolation: torch's gives other numbers")
    options: dict[str, Arg] = {"size": size, "mode": mode}
    if antialias.value and mode == "bilinear":
        options["antialias"] = True
    sizes = size.items
    dims: tuple[Dim, ...] = (None, None) if sizes is None or len(sizes) != 2 else sizes
    channels = x.channels_hint if x.dims is None else x.dims[-1]
    code = call("F.interpolate", x.code, **options)
    return replace(x, code=code, dims=(*dims, channels), channels_hint=None, mask=None)


_RESIZE = {"interpolation": "method", "data": "images"}


@op("tf.image.resize", "tf.image.resize_images", layout=Layout.FIRST, aliases=_RESIZE)
def resize(
    images: Tensor,
    size: Param,
    method: Param = "bilinear",
    preserve_aspect_ratio: Param = False,
    antialias: Param = False,
) -> Tensor:
    """Pixel centers as in torch; nearest is torch's nearest-exact; TensorFlow gives floats."""
    if images.dtype != "float32" and "NEAREST" not in method.text.upper():
        images = _floats(images)
    return _resized(images, size, method, preserve_aspect_ratio, antialias)


@op("keras.ops.image.resize", layout=Layout.FIRST, aliases=_RESIZE)
def keras_resize(
    images: Tensor,
    size: Param,
    method: Param = "bilinear",
    preserve_aspect_ratio: Param = False,
    antialias: Param = False,
) -> Tensor:
    """Pixel centers as in torch; nearest is torch's nearest-exact."""
    return _resized(images, size, method, preserve_aspect_ratio, antialias)


def _resized(images: Tensor, size: Expr, kind: Expr, keeps_aspect: Expr, smooths: Expr) -> Tensor:
    if not keeps_aspect.is_const(False):
        raise Unsupported("a resize that preserves the aspect ratio")
    return resized(_batch(images), size, kind, smooths)


def _floats(images: Tensor) -> Tensor:
    return replace(images, code=method(images.code, "float"), dtype="float32")


def _resize_kind(kind: str) -> None:
    @op(
        f"tf.image.resize_{kind}",
        f"tf.compat.v1.image.resize_{kind}",
        layout=Layout.FIRST,
    )
    def build(images: Tensor, size: Param, align_corners: Param = False) -> Tensor:
        """Version 1 did not put pixels at their centers."""
        return _aligned(images, size, expr(kind), align_corners)


@op("tf.compat.v1.image.resize", layout=Layout.FIRST)
def resize_as_before(
    images: Tensor,
    size: Param,
    method: Param = "bilinear",
    align_corners: Param = False,
    preserve_aspect_ratio: Param = False,
) -> Tensor:
    """Version 1 did not put pixels at their centers."""
    if not preserve_aspect_ratio.is_const(False):
        raise Unsupported("a resize that preserves the aspect ratio")
    return _aligned(images, size, method, align_corners)


def _aligned(images: Tensor, size: Expr, method: Expr, align_corners: Expr) -> Tensor:
    """Images at another size, their corner pixels at the corners."""
    if not align_corners.is_const(True) or not method.is_const("bilinear"):
        raise Unsupported("TensorFlow 1's resize samples at other places than torch's")
    images = _batch(images)
    result = resized(images, size, method, expr(False))
    code = call("F.interpolate", images.code, size=size, mode=method, align_corners=True)
    return replace(result, code=code)


for _kind in ("bilinear", "nearest_neighbor", "bicubic", "area"):
    _resize_kind(_kind)


def _batch(x: Tensor) -> Tensor:
    """Images of a batch, channels first."""
    if x.layout is not Layout.FIRST and x.dims is not None:
        if x.rank != 4:
            raise Unsupported("one image alone; a batch of images is wanted")
        return replace(x, code=method(x.code, "permute", 0, 3, 1, 2), layout=Layout.FIRST)
    return x


@op("keras.backend.resize_images", layout=Layout.FIRST)
def resize_images(
    x: Tensor,
    height_factor: Param,
    width_factor: Param,
    data_format: Param,
    interpolation: Param = "nearest",
) -> Tensor:
    """By whole factors."""
    if not data_format.is_const("channels_last", None):
        raise Unsupported(f"data_format={data_format}")
    x = _batch(x)
    mode = {"nearest": "nearest", "bilinear": "bilinear"}.get(str(interpolation.value))
    if mode is None:
        raise Unsupported(f"{interpolation} interpolation")
    factors = (height_factor, width_factor)
    options: dict[str, Arg] = {} if mode == "nearest" else {"mode": mode}
    code = call("F.interpolate", x.code, scale_factor=factors, **options)
    if x.dims is None:
        return replace(x, code=code)
    spatial = tuple(
        None if d is None else infix(d, "*", f) for d, f in zip(x.spatial, factors, strict=True)
    )
    return replace(x, code=code, dims=(*spatial, x.dims[-1]), mask=None)


@op("tf.nn.depth_to_space", layout=Layout.FIRST, aliases={"input": "x"})
def depth_to_space(x: Tensor, block_size: Param, data_format: Param = "NHWC") -> Tensor:
    """As pixel_shuffle, but blocks are the slower part of the channels."""
    x = _shuffled(x, data_format)
    area = infix(block_size, "*", block_size)
    regrouped = method(x.code, "unflatten", 1, (area, -1))
    channels = method(method(regrouped, "transpose", 1, 2), "flatten", 1, 2)
    code = call("F.pixel_shuffle", channels, block_size)
    spatial = [None if d is None else infix(d, "*", block_size) for d in x.spatial]
    return replace(x, code=code, dims=(*spatial, infix(x.channels, "//", area)), mask=None)


@op("tf.nn.space_to_depth", layout=Layout.FIRST, aliases={"input": "x"})
def space_to_depth(x: Tensor, block_size: Param, data_format: Param = "NHWC") -> Tensor:
    """As pixel_unshuffle, but blocks are the slower part of the channels."""
    x = _shuffled(x, data_format)
    area = infix(block_size, "*", block_size)
    blocks = call("F.pixel_unshuffle", x.code, block_size)
    regrouped = method(blocks, "unflatten", 1, (-1, area))
    code = method(method(regrouped, "transpose", 1, 2), "flatten", 1, 2)
    spatial = [None if d is None else infix(d, "//", block_size) for d in x.spatial]
    return replace(x, code=code, dims=(*spatial, infix(x.channels, "*", area)), mask=None)


def _shuffled(x: Tensor, data_format: Expr) -> Tensor:
    if not data_format.is_const("NHWC"):
        raise Unsupported(f"data_format={data_format}")
    return _batch(x)


def _flip(name: str, axis: int) -> None:
    @op(f"tf.image.{name}", aliases={"image": "x"})
    def build(x: Tensor) -> Tensor:
        """The same."""
        if x.rank == 3:
            return replace(x, code=method(x.code, "flip", axis - 1), mask=None)
        return replace(x, code=method(x.code, "flip", x.axis(axis)), mask=None)


_flip("flip_left_right", 2)
_flip("flip_up_down", 1)


@op("tf.image.grayscale_to_rgb", aliases={"images": "x"})
def grayscale_to_rgb(x: Tensor) -> Tensor:
    """Three times the same channel."""
    x = in_order(x)
    copies = [Expr("-1", -1)] * (x.rank - 1)
    return x.with_channels(method(x.code, "expand", *copies, 3), 3)
