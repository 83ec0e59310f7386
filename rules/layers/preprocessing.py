"""Preprocessing and augmentation of images and features."""

from __future__ import annotations

import re

import rules.emitted_preprocessing  # noqa: F401  (the sources of the classes named here)
from rules.axes import by_channel
from rules.layers.windows import channels_last
from rules.masks import passed_on
from rules.ops.image import resized
from transpiler.ir.expr import (
    POSTFIX,
    Arg,
    Expr,
    attribute,
    call,
    expr,
    index,
    infix,
    joined,
    method,
    prefix,
)
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, as_floats, by_name, helper, layer, own, unless

#: What lies outside of an image, by torch's names.
FILLS = {"reflect": "reflection", "nearest": "border", "constant": "zeros"}


@layer("Rescaling")
def rescaling(x: Tensor, scale: Param, offset: Param = 0.0, *, keras: str = "auto") -> Tensor:
    """Written out."""
    x = passed_on(as_floats(x), keras)
    factor, shift = (by_channel(x, a) if _is_list(a) else by_name(a) for a in (scale, offset))
    return x.to(infix(infix(x.code, "*", factor), "+", shift))


def _is_list(values: Expr) -> bool:
    """Whether it is a list, be it one that is only known when the program runs."""
    return values.items is not None or values.text.startswith("[")


@layer("Resizing", layout=Layout.FIRST, ignored={"fill_mode"})
def resizing(
    x: Tensor,
    height: Param,
    width: Param,
    interpolation: Param = "bilinear",
    crop_to_aspect_ratio: Param = False,
    pad_to_aspect_ratio: Param = False,
    fill_value: Param = 0.0,
    antialias: Param = False,
    data_format: Param = None,
) -> Tensor:
    """Pixel centers as in torch; nearest is torch's nearest-exact."""
    channels_last(data_format)
    if not (crop_to_aspect_ratio.known and pad_to_aspect_ratio.known):
        raise Unsupported("whether the aspect ratio is preserved is only known at run time")
    if x.dtype.startswith("uint"):
        raise Unsupported("a resize of whole numbers, which Keras rounds")
    if crop_to_aspect_ratio.value:
        x = _cropped_to_ratio(x, height, width)
    if pad_to_aspect_ratio.value:
        fill = unless(fill_value, 0.0, fill_value=fill_value)
        x = x.to(helper("pad_to_aspect_ratio", x.code, height, width, **fill))
    return resized(x, expr((height, width)), interpolation, antialias)


@layer("CenterCrop", layout=Layout.FIRST)
def center_crop(x: Tensor, height: Param, width: Param, data_format: Param = None) -> Tensor:
    """A slice; images that are smaller are resized."""
    channels_last(data_format)
    if x.dims is None or x.rank != 4:
        raise Unsupported("a crop of something else than a batch of images")
    if not (_are_numbers(*x.spatial) and _are_numbers(height, width)):
        return x.to(helper("center_crop", x.code, height, width), (height, width, x.dims[-1]))
    if all(_number(n) >= w.value for n, w in zip(x.spatial, (height, width), strict=True)):
        return _middle(x, height.value, width.value)
    small = _cropped_to_ratio(x, height, width)
    return resized(small, expr((height, width)), expr("bilinear"), expr(False))


def _are_numbers(*sizes: Dim) -> bool:
    return all(size is not None and size.known for size in sizes)


def _number(size: Dim) -> int:
    assert size is not None
    return int(size.value)


def _cropped_to_ratio(x: Tensor, height: Expr, width: Expr) -> Tensor:
    """The largest part in the middle that has the aspect ratio of these sizes."""
    if x.dims is None or not (_are_numbers(*x.spatial) and _are_numbers(height, width)):
        return x.to(helper("crop_to_aspect_ratio", x.code, height, width))
    rows, columns = (_number(n) for n in x.spatial)
    most_rows = max(columns * height.value // width.value, 1)
    most_columns = max(rows * width.value // height.value, 1)
    return _middle(x, min(rows, most_rows), min(columns, most_columns))


def _middle(x: Tensor, height: int, width: int) -> Tensor:
    """So many rows and columns around the center."""
    keys: list[Arg] = [Expr(":"), Expr(":")]
    for size, wanted in zip(x.spatial, (height, width), strict=True):
        start = (_number(size) - wanted) // 2
        whole = wanted == _number(size)
        keys.append(Expr(":") if whole else joined(f"{start or ''}:{start + wanted}", 0))
    while keys and expr(keys[-1]).text == ":":
        keys.pop()
    assert x.dims is not None
    code = index(x.code, *keys) if keys else x.code
    return x.to(code, (expr(height), expr(width), x.dims[-1]))


@layer("Normalization", layout=Layout.LAST)
def normalization(
    x: Tensor,
    axis: Param = -1,
    mean: Param = None,
    variance: Param = None,
    invert: Param = False,
    *,
    keras: str = "auto",
    adapted: Expr | None = None,
    standing: Expr | None = None,
) -> Tensor:
    """A mean and variance found by `adapt` are buffers of a small class."""
    if not axis.is_const(-1, None) and not (x.dims is not None and axis.is_const(x.rank - 1)):
        raise Unsupported(f"normalization along axis {axis}")
    if not invert.known or not mean.known:
        raise Unsupported("the mean is only known when the program runs")
    x = passed_on(x, keras)
    if standing is not None:
        width = method(attribute(standing, "mean"), "numel")
        if x.dims is None or x.dims[-1] is None:
            x = replace(x, channels_hint=width)
        made = replace(own("Normalization", hint="normalization"), constructor=standing)
        return x.to(made(as_floats(x).code))
    if mean.value is None:
        if adapted is not None and (x.dims is None or x.dims[-1] is None):
            x = replace(x, channels_hint=_width(adapted))
        sizes = () if axis.is_const(None) else (x.channels,)
        cls = "InverseNormalization" if invert.value else "Normalization"
        made = own(cls, *sizes, hint="normalization")
        if adapted is not None:
            made = replace(made, constructor=method(made.constructor, "adapt", adapted))
        return x.to(made(as_floats(x).code))
    return x.to(_normalized(as_floats(x).code, mean, variance, bool(invert.value)))


def _width(data: Expr) -> Expr:
    """The number of columns of an array."""
    alone = re.fullmatch(r"np\.(?:as)?array\((\w+)\)", data.text)
    named = data if alone is None else replace(data, text=alone.group(1), strength=POSTFIX)
    return index(attribute(named, "shape"), -1)


def _normalized(code: Expr, mean: Expr, variance: Expr, invert: bool) -> Expr:
    """By numbers that the program gives."""
    if not variance.known:
        raise Unsupported("the variance is only known when the program runs")
    numbers = variance.value if isinstance(variance.value, (list, tuple)) else [variance.value]
    deviations = [max(float(v) ** 0.5, 1e-7) for v in numbers]
    deviation: Arg = deviations[0]
    shift: Expr = mean
    if isinstance(variance.value, (list, tuple)):
        deviation = method(code, "new_tensor", list(deviations))
    if mean.items is not None:
        shift = method(code, "new_tensor", mean)
    if invert:
        return infix(infix(code, "*", deviation), "+", shift)
    return infix(infix(code, "-", shift), "/", deviation)


@layer("CategoryEncoding", layout=Layout.LAST)
def category_encoding(
    x: Tensor, num_tokens: Param = None, output_mode: Param = "multi_hot", sparse: Param = False
) -> Tensor:
    """One-hot vectors, alone or taken together."""
    if not sparse.is_const(False) or x.dims is None or num_tokens.is_const(None):
        raise Unsupported("a sparse encoding, or one of unknown size")
    single = bool(x.dims) and x.dims[-1] is not None and x.dims[-1].is_const(1)
    code = x.code if x.dtype == "int64" else method(x.code, "long")
    if output_mode.is_const("one_hot"):
        flat = method(code, "squeeze", -1) if single else code
        dims = x.dims[:-1] if single else x.dims
        encoded = call("F.one_hot", flat, num_tokens)
        return replace(x, code=method(encoded, "float"), dims=(*dims, num_tokens), dtype="float32")
    if not output_mode.is_const("multi_hot", "count") or not x.dims:
        raise Unsupported(f"output_mode={output_mode}")
    together = "amax" if output_mode.value == "multi_hot" else "sum"
    encoded = method(call("F.one_hot", code, num_tokens), together, -2)
    dims = (*x.dims[:-1], num_tokens)
    return replace(x, code=method(encoded, "float"), dims=dims, dtype="float32")


@layer("Discretization", ignored={"epsilon"})
def discretization(
    x: Tensor,
    bin_boundaries: Param = None,
    num_bins: Param = None,
    output_mode: Param = "int",
    sparse: Param = False,
) -> Tensor:
    """The boundaries must be given: torch has no quantile sketch."""
    if bin_boundaries.is_const(None):
        raise Unsupported("bins that `adapt` finds in data")
    if not output_mode.is_const("int") or not sparse.is_const(False):
        raise Unsupported(f"output_mode={output_mode}")
    code = as_floats(x).code
    # not `new_tensor`: of whole numbers, it would round the boundaries
    bounds = call("torch.tensor", bin_boundaries, device=attribute(code, "device"))
    found = call("torch.bucketize", code, bounds, right=True)
    return replace(x, code=found, dtype="int64", mask=None)


@layer("RandomFlip", layout=Layout.FIRST, ignored={"seed"})
def random_flip(
    x: Tensor, mode: Param = "horizontal_and_vertical", data_format: Param = None
) -> Tensor:
    """The same distribution; Keras flips both ways together or not at all."""
    channels_last(data_format)
    dims = {"horizontal": (3,), "vertical": (2,), "horizontal_and_vertical": (2, 3)}
    if not mode.known or mode.value not in dims:
        raise Unsupported(f"mode={mode}")
    return augmented(x, "RandomFlip", *dims[mode.value])


@layer("RandomRotation", layout=Layout.FIRST, ignored={"seed"})
def random_rotation(
    x: Tensor,
    factor: Param,
    fill_mode: Param = "reflect",
    interpolation: Param = "bilinear",
    fill_value: Param = 0.0,
    data_format: Param = None,
) -> Tensor:
    """The same distribution; positive factors turn counter-clockwise."""
    channels_last(data_format)
    options = sampling(fill_mode, interpolation, fill_value)
    return augmented(x, "RandomRotation", *_bounds(factor), **options)


@layer("RandomZoom", layout=Layout.FIRST, ignored={"seed"})
def random_zoom(
    x: Tensor,
    height_factor: Param,
    width_factor: Param = None,
    fill_mode: Param = "reflect",
    interpolation: Param = "bilinear",
    fill_value: Param = 0.0,
    data_format: Param = None,
) -> Tensor:
    """The same distribution; without a width factor both axes zoom alike."""
    channels_last(data_format)
    options = sampling(fill_mode, interpolation, fill_value)
    factors = [_bounds(height_factor)]
    if not width_factor.is_const(None):
        factors.append(_bounds(width_factor))
    return augmented(x, "RandomZoom", *factors, **options)


@layer("RandomTranslation", layout=Layout.FIRST, ignored={"seed"})
def random_translation(
    x: Tensor,
    height_factor: Param,
    width_factor: Param,
    fill_mode: Param = "reflect",
    interpolation: Param = "bilinear",
    fill_value: Param = 0.0,
    data_format: Param = None,
) -> Tensor:
    """The same distribution; positive factors move the image down and right."""
    channels_last(data_format)
    options = sampling(fill_mode, interpolation, fill_value)
    factors = _bounds(height_factor), _bounds(width_factor)
    return augmented(x, "RandomTranslation", *factors, **options)


@layer("RandomContrast", layout=Layout.FIRST, ignored={"seed"})
def random_contrast(x: Tensor, factor: Param, value_range: Param = (0, 255)) -> Tensor:
    """The same distribution; in Keras 3 one number never lowers the contrast."""
    if factor.items is not None:
        low, high = factor.items
        bounds = infix(1, "-", low), infix(1, "+", high)
    else:
        bounds = expr(1), infix(1, "+", factor)
    return augmented(x, "RandomContrast", *bounds, **range_options(value_range))


@layer("RandomBrightness", layout=Layout.FIRST, ignored={"seed"})
def random_brightness(x: Tensor, factor: Param, value_range: Param = (0, 255)) -> Tensor:
    """The same distribution."""
    return augmented(x, "RandomBrightness", *_bounds(factor), **range_options(value_range))


def augmented(x: Tensor, cls: str, *args: Arg, **options: Arg) -> Tensor:
    """A class that does nothing but while training."""
    if x.dims is not None and x.rank != 4:
        raise Unsupported("augmentation of something else than a batch of images")
    module = own(cls, *args, hint=_snake(cls), **options)
    return x.to(module(as_floats(x).code))


def _snake(name: str) -> str:
    """`random_flip` for RandomFlip."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


def _bounds(factor: Expr) -> tuple[Expr, Expr]:
    """A number as that range around zero."""
    if factor.items is not None and len(factor.items) == 2:
        return factor.items[0], factor.items[1]
    if factor.known and isinstance(factor.value, (list, tuple)):
        low, high = factor.value
        return expr(low), expr(high)
    return (expr(-factor.value) if factor.known else prefix("-", factor)), factor


def range_options(value_range: Expr) -> dict[str, Arg]:
    """The range of the values of images, unless it is the usual one."""
    known = value_range.value if value_range.known else ()
    if not isinstance(known, (list, tuple)):
        raise Unsupported(f"value_range={value_range}")
    return {} if tuple(known) == (0, 255) else {"value_range": value_range}


def sampling(fill_mode: Expr, interpolation: Expr, fill_value: Expr) -> dict[str, Arg]:
    """Arguments of grid_sample that are not the defaults."""
    if not fill_mode.known or fill_mode.value not in FILLS:
        raise Unsupported(f"fill_mode={fill_mode}")
    if fill_mode.value == "constant" and not fill_value.is_const(0, 0.0):
        raise Unsupported(f"fill_value={fill_value}")
    if not interpolation.is_const("bilinear", "nearest"):
        raise Unsupported(f"interpolation={interpolation}")
    return {
        **unless(interpolation, "bilinear", mode=interpolation),
        **unless(fill_mode, "reflect", padding_mode=FILLS[fill_mode.value]),
    }
