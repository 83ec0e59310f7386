"""Augmentation of images by changes of their colors, by blurring and by shearing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rules.emitted_augmentation  # noqa: F401  (the sources of the classes named here)
from rules.layers.preprocessing import (
    augmented,
    random_brightness,
    random_contrast,
    range_options,
    sampling,
)
from rules.layers.windows import channels_last
from transpiler.ir.expr import Expr, expr
from transpiler.ir.tensor import Layout, Tensor, Unsupported
from transpiler.rule import Param, as_floats, helper, layer, unless

#: What all these layers take, and what has no effect on the images.
IGNORED = ("seed", "bounding_box_format")


def _factor(factor: Expr, least: Expr) -> tuple[Expr, Expr]:
    """The bounds between which a factor is drawn: one number is the upper one."""
    if factor.items is not None and len(factor.items) == 2:
        return factor.items[0], factor.items[1]
    if factor.known and isinstance(factor.value, (list, tuple)):
        low, high = sorted(factor.value)
        return expr(low), expr(high)
    if not factor.known:
        raise Unsupported("whether the factor is a number is only known when the program runs")
    return least, factor


ZERO = expr(0)


def _colored(x: Tensor) -> None:
    """Refuse what Keras takes for something else than images of three colors."""
    if x.dims is None or not x.channels.is_const(3):
        raise Unsupported("images that are not known to have three colors")
    _no_whole_numbers(x)


def _no_whole_numbers(x: Tensor) -> None:
    if x.dtype.startswith(("int", "uint")):
        raise Unsupported("an augmentation of whole numbers, which Keras rounds")


@layer("AutoContrast", layout=Layout.FIRST, ignored=IGNORED)
def auto_contrast(x: Tensor, value_range: Param = (0, 255)) -> Tensor:
    """Also outside of training, as in Keras."""
    if x.dims is not None and x.rank != 4:
        raise Unsupported("augmentation of something else than a batch of images")
    return x.to(helper("auto_contrast", as_floats(x).code, **range_options(value_range)))


@layer("Solarization", layout=Layout.FIRST, ignored=IGNORED)
def solarization(
    x: Tensor,
    addition_factor: Param = 0.0,
    threshold_factor: Param = 0.0,
    value_range: Param = (0, 255),
) -> Tensor:
    """The same distribution."""
    factors = _factor(addition_factor, ZERO), _factor(threshold_factor, ZERO)
    return augmented(x, "Solarization", *factors, **range_options(value_range))


@layer("RandomGrayscale", layout=Layout.FIRST, ignored=IGNORED)
def random_grayscale(x: Tensor, factor: Param = 0.5, data_format: Param = None) -> Tensor:
    """The same distribution."""
    channels_last(data_format)
    _colored(x)
    return augmented(x, "RandomGrayscale", **unless(factor, 0.5, factor=factor))


@layer("RandomInvert", layout=Layout.FIRST, ignored=IGNORED)
def random_invert(
    x: Tensor, factor: Param = 1.0, value_range: Param = (0, 255), data_format: Param = None
) -> Tensor:
    """The same distribution; one number is the most that the chance can be."""
    channels_last(data_format)
    return augmented(x, "RandomInvert", *_factor(factor, ZERO), **range_options(value_range))


@layer("RandomPosterization", layout=Layout.FIRST, ignored=IGNORED)
def random_posterization(
    x: Tensor, factor: Param, value_range: Param = (0, 255), data_format: Param = None
) -> Tensor:
    """The same distribution; the upper bound itself is never drawn."""
    channels_last(data_format)
    low, high = _factor(factor, expr(1))
    return augmented(x, "RandomPosterization", low, high, **range_options(value_range))


def _with_colors(x: Tensor, name: str, factor: Expr, value_range: Expr, order: Expr) -> Tensor:
    channels_last(order)
    _colored(x)
    return augmented(x, name, *_factor(factor, ZERO), **range_options(value_range))


@layer("RandomHue", layout=Layout.FIRST, ignored=IGNORED)
def random_hue(
    x: Tensor, factor: Param, value_range: Param = (0, 255), data_format: Param = None
) -> Tensor:
    """The same distribution."""
    return _with_colors(x, "RandomHue", factor, value_range, data_format)


@layer("RandomSaturation", layout=Layout.FIRST, ignored=IGNORED)
def random_saturation(
    x: Tensor, factor: Param, value_range: Param = (0, 255), data_format: Param = None
) -> Tensor:
    """The same distribution; Keras limits the saturation by the range of values."""
    return _with_colors(x, "RandomSaturation", factor, value_range, data_format)


@layer("RandomColorDegeneration", layout=Layout.FIRST, ignored=IGNORED)
def random_color_degeneration(
    x: Tensor, factor: Param, value_range: Param = (0, 255), data_format: Param = None
) -> Tensor:
    """The same distribution."""
    return _with_colors(x, "RandomColorDegeneration", factor, value_range, data_format)


@layer("RandomSharpness", layout=Layout.FIRST, ignored=IGNORED)
def random_sharpness(
    x: Tensor, factor: Param, value_range: Param = (0, 255), data_format: Param = None
) -> Tensor:
    """The same distribution."""
    channels_last(data_format)
    bounds = _factor(factor, ZERO)
    return augmented(x, "RandomSharpness", *bounds, **range_options(value_range))


@layer("RandomColorJitter", layout=Layout.FIRST, ignored=IGNORED)
def random_color_jitter(
    x: Tensor,
    value_range: Param = (0, 255),
    brightness_factor: Param = None,
    contrast_factor: Param = None,
    saturation_factor: Param = None,
    hue_factor: Param = None,
    data_format: Param = None,
) -> Tensor:
    """Brightness, contrast, saturation and hue one after another."""
    last = expr(None)
    channels_last(data_format)
    steps: list[tuple[Callable[..., Any], Expr, tuple[Expr, ...]]] = [
        (random_brightness, brightness_factor, (value_range,)),
        (random_contrast, contrast_factor, (value_range,)),
        (random_saturation, saturation_factor, (value_range, last)),
        (random_hue, hue_factor, (value_range, last)),
    ]
    for step, factor, others in steps:
        if not factor.is_const(None):
            x = step(x, factor, *others)
    return x


@layer("RandomErasing", layout=Layout.FIRST, ignored=IGNORED)
def random_erasing(
    x: Tensor,
    factor: Param = 1.0,
    scale: Param = (0.02, 0.33),
    fill_value: Param = None,
    value_range: Param = (0, 255),
    data_format: Param = None,
) -> Tensor:
    """The same distribution."""
    channels_last(data_format)
    options = unless(fill_value, None, fill_value=fill_value) | range_options(value_range)
    if not scale.is_const((0.02, 0.33)):
        options |= {"scale": expr(_factor(scale, ZERO))}
    return augmented(x, "RandomErasing", *_factor(factor, ZERO), **options)


@layer("RandomGaussianBlur", layout=Layout.FIRST, ignored=IGNORED)
def random_gaussian_blur(
    x: Tensor,
    factor: Param = 1.0,
    kernel_size: Param = 3,
    sigma: Param = 1.0,
    value_range: Param = (0, 255),
    data_format: Param = None,
) -> Tensor:
    """The same distribution, for square kernels."""
    channels_last(data_format)
    size = kernel_size.value if kernel_size.known else None
    if isinstance(size, (list, tuple)):
        size = size[0] if len(set(size)) == 1 else None
    if not isinstance(size, int):
        raise Unsupported(f"kernel_size={kernel_size} of a blur: only square kernels")
    options = unless(size, 3, kernel_size=size) | range_options(value_range)
    if not sigma.is_const(1, 1.0):
        options |= {"sigma": expr(_factor(sigma, ZERO))}
    return augmented(x, "RandomGaussianBlur", *_factor(factor, ZERO), **options)


@layer("RandomShear", layout=Layout.FIRST, ignored=IGNORED)
def random_shear(
    x: Tensor,
    x_factor: Param = 0.0,
    y_factor: Param = 0.0,
    interpolation: Param = "bilinear",
    fill_mode: Param = "reflect",
    fill_value: Param = 0.0,
    data_format: Param = None,
) -> Tensor:
    """The same distribution; the upper left corner stays where it is."""
    channels_last(data_format)
    options = sampling(fill_mode, interpolation, fill_value)
    factors = _around_zero(x_factor), _around_zero(y_factor)
    return augmented(x, "RandomShear", *factors, **options)


def _around_zero(factor: Expr) -> tuple[Expr, Expr]:
    low, high = _factor(factor, ZERO)
    return (expr(-factor.value), high) if isinstance(factor.value, (int, float)) else (low, high)
