"""Augmentations of colors against Keras, for factors that leave nothing to chance."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from tests.rules.rnn_harness import build
from tests.rules.test_preprocessing import images, ran
from transpiler.ir.tensor import Unsupported

RANDOM = np.random.default_rng(11)
IMAGES = RANDOM.uniform(0, 255, size=(2, 8, 6, 3)).astype("float32")
IMAGES[0, 0, :2] = [[0, 0, 0], [70, 70, 70]]  # without a hue

#: Layers, their arguments, and whether a sign is drawn.
FIXED: list[tuple[str, dict[str, Any], bool]] = [
    ("Solarization", {"threshold_factor": (0.0, 0.0)}, False),
    ("Solarization", {"value_range": (0, 1)}, False),
    ("RandomGrayscale", {"factor": 1.0}, False),
    ("RandomGrayscale", {"factor": 0.0}, False),
    ("RandomInvert", {"factor": (1.0, 1.0)}, False),
    ("RandomInvert", {"factor": (1.0, 1.0), "value_range": (0, 1)}, False),
    ("RandomPosterization", {"factor": (3, 3)}, False),
    ("RandomPosterization", {"factor": (2, 3), "value_range": (0, 1)}, False),
    ("RandomHue", {"factor": (0.0, 0.0)}, False),
    ("RandomHue", {"factor": (0.4, 0.4)}, True),
    ("RandomHue", {"factor": (1.0, 1.0), "value_range": (0, 1)}, True),
    ("RandomSaturation", {"factor": (0.3, 0.3)}, False),
    ("RandomSaturation", {"factor": (0.8, 0.8)}, False),
    ("RandomSaturation", {"factor": (0.8, 0.8), "value_range": (0, 1)}, False),
    ("RandomSharpness", {"factor": (0.2, 0.2)}, False),
    ("RandomSharpness", {"factor": (0.9, 0.9), "value_range": (0, 1)}, False),
    ("RandomColorDegeneration", {"factor": (0.6, 0.6)}, False),
    ("RandomColorJitter", {"brightness_factor": (0.2, 0.2), "saturation_factor": (0.3, 0.3)},
     False),
    ("RandomColorJitter", {"hue_factor": (0.2, 0.2)}, True),
    ("RandomErasing", {"factor": (0.0, 0.0)}, False),
    ("RandomErasing", {"scale": (1, 1), "factor": (1, 1), "fill_value": 300.0}, False),
    ("RandomErasing", {"scale": (1, 1), "factor": (1, 1), "fill_value": (1.0, 2.0, 3.0)}, False),
    ("RandomGaussianBlur", {"factor": (1.0, 1.0), "sigma": (0.7, 0.7)}, False),
    ("RandomGaussianBlur",
     {"factor": (1.0, 1.0), "sigma": (0.9, 0.9), "kernel_size": (5, 5)}, False),
    ("RandomShear", {"x_factor": (0.3, 0.3)}, True),
    ("RandomShear", {"x_factor": (0.2, 0.2), "y_factor": (0.4, 0.4), "fill_mode": "constant"},
     True),
]  # fmt: skip


def of_range(options: dict[str, Any]) -> np.ndarray:
    return IMAGES / 255 if options.get("value_range") == (0, 1) else IMAGES


@pytest.mark.parametrize(("name", "options", "signed"), FIXED)
def test_same_function(name: str, options: dict[str, Any], signed: bool) -> None:
    x = of_range(options)
    layer = getattr(keras.layers, name)(**options)
    result = build(name, images(True), options)
    np.testing.assert_array_equal(ran(result, x), x)
    np.testing.assert_array_equal(np.asarray(layer(x, training=False)), x)
    atol = 2e-5 * (1 if "value_range" in options else 255)
    for image in (x[:1], x[1:]) if signed else (x,):
        theirs = [np.asarray(layer(image, training=True)) for _ in range(16 if signed else 1)]
        ours = [ran(result, image, True) for _ in range(16 if signed else 1)]
        for these, those in ((ours, theirs), (theirs, ours)):
            for made in these:
                assert min(np.abs(made - other).max() for other in those) <= atol


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("RandomGrayscale", {"factor": 1.0}),
        ("RandomPosterization", {"factor": (3, 3)}),
        ("RandomHue", {"factor": 0.4}),
        ("RandomSaturation", {"factor": 0.3}),
        ("RandomSharpness", {"factor": 0.2}),
        ("RandomColorDegeneration", {"factor": 0.6}),
        ("RandomErasing", {"scale": 0.3, "fill_value": 3.0}),
        ("RandomGaussianBlur", {"sigma": (0.7, 0.7)}),
        ("RandomShear", {"x_factor": 0.3}),
        ("RandomRotation", {"factor": 0.2}),
        ("RandomZoom", {"height_factor": 0.2, "width_factor": 0.1}),
        ("RandomTranslation", {"height_factor": 0.2, "width_factor": 0.1}),
        ("RandomFlip", {}),
    ],
)
def test_channels_first_is_the_same_in_another_order(name: str, options: dict[str, Any]) -> None:
    """So that images whose channels come first need no rules of their own."""
    layer = getattr(keras.layers, name)
    last, first = layer(seed=3, **options), layer(seed=3, data_format="channels_first", **options)
    wanted = np.asarray(last(IMAGES, training=True)).transpose(0, 3, 1, 2)
    found = np.asarray(first(IMAGES.transpose(0, 3, 1, 2), training=True))
    np.testing.assert_allclose(found, wanted, atol=1e-2)


@pytest.mark.parametrize("options", [{}, {"value_range": (0, 1)}])
def test_auto_contrast(options: dict[str, Any]) -> None:
    x = of_range(options) / 2
    x[1, :, :, 0] = 0.25  # nothing to stretch
    layer = keras.layers.AutoContrast(**options)
    result = build("AutoContrast", images(True), options)
    for train in (False, True):
        wanted = np.asarray(layer(x, training=train))
        np.testing.assert_allclose(ran(result, x, train), wanted, rtol=1e-5, atol=1e-4)


def test_bounds_of_single_numbers() -> None:
    for name, options, bounds in (
        ("RandomHue", {"factor": 0.3}, "RandomHue(0, 0.3)"),
        ("RandomPosterization", {"factor": 5}, "RandomPosterization(1, 5)"),
        ("RandomInvert", {}, "RandomInvert(0, 1.0)"),
        ("RandomShear", {"x_factor": 0.2}, "RandomShear((-0.2, 0.2), (-0.0, 0.0))"),
        ("Solarization", {"threshold_factor": 0.4}, "Solarization((0, 0.0), (0, 0.4))"),
    ):
        made = build(name, images(True), options).code.modules[0].constructor.text
        assert made == bounds


def test_refused() -> None:
    with pytest.raises(Unsupported):
        build("RandomGaussianBlur", images(True), {"kernel_size": (3, 5)})
    with pytest.raises(Unsupported):
        build("RandomGrayscale", images(True, "uint8"), {})


def test_equalization_has_no_place_in_a_model() -> None:
    """Keras gives its input back as its output, so that what follows is behind that instead."""
    given = keras.Input((4, 4, 3))
    made = keras.layers.Equalization()(given)
    assert made is given
    model = keras.Model(given, keras.layers.Rescaling(2.0)(made))
    assert [type(layer).__name__ for layer in model.layers] == ["InputLayer", "Rescaling"]
    with pytest.raises(Unsupported, match="leaves it out"):
        build("Equalization", images(True), {})


def test_what_is_erased() -> None:
    """Rectangles of the sizes that Keras draws, equally often at each place."""
    keras.utils.set_random_seed(0)  # sizes at the edge of another one come once in a long while
    options = {"factor": (1, 1), "scale": (0.25, 0.25), "fill_value": 255.0}
    layer = keras.layers.RandomErasing(**options)
    result = build("RandomErasing", images(True), options)
    many = np.zeros((4000, 8, 6, 3), "float32")
    theirs, ours = np.asarray(layer(many, training=True)) > 0, ran(result, many, True) > 0
    np.testing.assert_allclose(ours.mean(axis=0), theirs.mean(axis=0), atol=0.06)
    sizes = [sorted({m[..., 0].any(axis).sum() for m in made for axis in (0, 1)})
             for made in (ours, theirs)]  # fmt: skip
    assert sizes[0] == sizes[1] == [3, 4]
