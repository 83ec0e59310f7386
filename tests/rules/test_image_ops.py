"""Functions on single images, as pipelines apply them: the same numbers as TensorFlow's."""

from __future__ import annotations

import importlib
import os
from typing import Any

import numpy as np
import pytest
from PIL import Image

from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf

rng = np.random.default_rng(0)
images = rng.uniform(size=(5, 6, 9, 3)).astype("float32")
{pixels}

def change(image):
    return {call}


ds = tf.data.Dataset.from_tensor_slices(images).map(change).batch(5)
for batch in ds:
    result = np.array(batch)
"""
CALLS = [
    "tf.image.resize(image, [3, 4])",
    "tf.image.resize(image, (12, 7), method='nearest')",
    "tf.image.resize(image, [8, 8], 'bilinear') * 2.0",
    "tf.image.rgb_to_grayscale(image)",
    "tf.image.crop_to_bounding_box(image, 1, 2, 4, 5)",
    "tf.image.pad_to_bounding_box(image, 1, 2, 10, 12)",
    "tf.image.adjust_brightness(image, 0.2)",
    "tf.image.adjust_contrast(image, 1.5)",
    "tf.image.adjust_saturation(image, 0.7)",
    "tf.image.adjust_saturation(image, 1.9)",
    "tf.image.adjust_hue(image, 0.3)",
    "tf.image.adjust_hue(image, -0.1)",
    "tf.image.per_image_standardization(image)",
    "tf.image.resize_with_crop_or_pad(image, 4, 4)",
    "tf.image.resize_with_crop_or_pad(image, 9, 12)",
    "tf.image.resize_with_crop_or_pad(image, 3, 14)",
    "tf.image.rot90(image)",
    "tf.image.transpose(image)",
    "tf.image.rot90(image, k=3)",
    "tf.image.flip_left_right(image)",
    "tf.image.flip_up_down(image)",
    "tf.image.convert_image_dtype(image, tf.float32)",
    "tf.image.grayscale_to_rgb(tf.image.rgb_to_grayscale(image))",
    "tf.image.central_crop(image, 0.5)",
    "tf.image.central_crop(image, central_fraction=0.87)",
    "tf.image.adjust_gamma(image, 2.0)",
    "tf.image.adjust_gamma(image, gamma=0.5, gain=2.0)",
]
#: Those that TensorFlow does to each image of a batch, too.
_OF_BATCHES = (
    "adjust_", "central_crop", "flip_", "gray", "per_image_standardization", "rot90", "resize(",
    "transpose",
)  # fmt: skip
BYTES = [
    "tf.image.convert_image_dtype(tf.cast(image, tf.uint8), 'uint8')",
    "tf.image.resize(image, [3, 4])",
    "tf.image.resize(image, [3, 4], method=tf.image.ResizeMethod.NEAREST_NEIGHBOR)",
    "tf.image.resize_with_crop_or_pad(image, 4, 12)",
    "tf.image.random_crop(image, [6, 9, 3])",
]


CAST = "tf.cast(image, tf.float32)"


def run(text: str, name: str = "result") -> Any:
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    return namespace[name]


def compare(call: str, pixels: str, batches: bool = False) -> None:
    original = PROGRAM.format(call=call, pixels=pixels)
    if batches:
        original = original.replace(".map(change).batch(5)", ".batch(5).map(change)")
    conversion = convert(original)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    expected, found = run(original), run(conversion.text)
    assert expected.shape == found.shape
    assert expected.dtype == found.dtype
    assert np.abs(expected - found.astype(expected.dtype)).max() < 3e-6


@pytest.mark.parametrize("call", CALLS)
def test_images_of_floats(call: str) -> None:
    compare(call.replace("image,", f"{CAST},").replace("image)", f"{CAST})"), "")


@pytest.mark.parametrize("call", [c for c in CALLS if any(name in c for name in _OF_BATCHES)])
def test_batches_of_images(call: str) -> None:
    call = call.replace("image,", f"{CAST},").replace("image)", f"{CAST})")
    compare(call, "", batches=True)


RANDOM = {
    "tf.image.random_flip_left_right(image)": lambda whole: [whole, whole[:, ::-1]],
    "tf.image.random_flip_up_down(image)": lambda whole: [whole, whole[::-1]],
    "tf.image.random_brightness(image, 0.0)": lambda whole: [whole],
    "tf.image.random_contrast(image, 1.0, 1.0 + 1e-9)": lambda whole: [whole],
    "tf.image.random_crop(image, [5, 6, 9, 3])": lambda whole: [whole],
}


@pytest.mark.parametrize("call", RANDOM)
def test_images_of_a_batch_are_changed_one_by_one(call: str) -> None:
    text = PROGRAM.format(call=call.replace("image", CAST, 2).replace(CAST, "image", 1), pixels="")
    text = text.replace(".map(change).batch(5)", ".batch(5).map(change)")
    text = text.replace("rng.uniform(size=(5,", "rng.uniform(size=(40,").replace("(5)", "(40)")
    text = text.replace("[5, 6, 9", "[40, 6, 9")
    found = run(convert(text).text)
    images = np.random.default_rng(0).uniform(size=(40, 6, 9, 3)).astype("float32")
    seen = set()
    for whole, image in zip(images, found, strict=True):
        ways = [np.abs(way - image).max() < 1e-5 for way in RANDOM[call](whole)]
        assert any(ways)
        seen.add(ways.index(True))
    assert len(seen) == len(RANDOM[call](images[0]))


@pytest.mark.parametrize("call", BYTES)
def test_images_of_bytes(call: str) -> None:
    compare(call, "images = (images * 255).astype('uint8')")


REFUSED = [
    "tf.image.resize(image, [3, 4], method='bicubic')",
    "tf.image.resize(image, [3, 4], preserve_aspect_ratio=True)",
    "tf.image.resize(image, [3, 4], antialias=True)",
    "tf.image.convert_image_dtype(image, tf.int16)",
    "tf.image.resize_with_pad(image, 4, 4)",
]


@pytest.mark.parametrize("call", REFUSED)
def test_what_is_not_translated_is_said(call: str) -> None:
    conversion = convert(PROGRAM.format(call=call, pixels=""))
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]


def test_bytes_are_not_changed_as_floats() -> None:
    pixels = "images = (images * 255).astype('uint8')"
    conversion = convert(PROGRAM.format(call="tf.image.adjust_contrast(image, 2.0)", pixels=pixels))
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]


READ = """\
import tensorflow as tf

paths = ["a.png", "b.png"]


def read(path):
    return tf.io.decode_png(tf.io.read_file(path){channels})


for image in tf.data.Dataset.from_tensor_slices({paths}).map(read):
    result = image.numpy()
"""


@pytest.mark.parametrize("channels", ["", ", 0", ", 1", ", channels=3", ", channels=4"])
@pytest.mark.parametrize("paths", ["paths", "['b.png']", "sorted(paths)"])
def test_files_are_read_equally(
    channels: str, paths: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pixels = np.random.default_rng(0).integers(0, 255, (4, 5, 3), dtype="uint8")
    if channels == ", 1":
        pixels = pixels[..., 0]
    for name in ("a.png", "b.png"):
        Image.fromarray(pixels).save(os.path.join(tmp_path, name))
    original = READ.format(channels=channels, paths=paths)
    conversion = convert(original)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    expected, found = run(original), run(conversion.text)
    assert expected.tolist() == found.tolist()


def test_a_random_crop_is_a_part() -> None:
    torch = importlib.import_module("torch")
    call = "tf.image.random_crop(image, size=[2, 3, 3])"
    found = run(convert(PROGRAM.format(call=call, pixels="")).text)
    whole = np.random.default_rng(0).uniform(size=(5, 6, 9, 3)).astype("float32")
    for image, part in zip(torch.tensor(whole), torch.tensor(found), strict=True):
        windows = image.unfold(0, 2, 1).unfold(1, 3, 1)
        alike = (windows.permute(0, 1, 3, 4, 2) == part).flatten(2).all(-1)
        assert alike.any()
