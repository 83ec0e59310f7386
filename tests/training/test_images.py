"""Image files as arrays: the same numbers from PIL alone."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

PROGRAM = """\
import numpy as np
import tensorflow as tf
from PIL import Image
from tensorflow.keras.preprocessing import image
from tensorflow.keras.utils import img_to_array, load_img

IMG_SIZE = (12, 10)
rng = np.random.default_rng(0)
Image.fromarray(rng.integers(0, 255, (20, 30, 3), dtype="uint8")).save("a.png")
Image.fromarray(rng.integers(0, 255, (20, 30), dtype="uint8")).save("b.png")
paths = ["a.png", "b.png"]
one = img_to_array(load_img("a.png"))
gray = img_to_array(load_img("a.png", color_mode="grayscale", target_size=(8, 6)))
bilinear = image.load_img(paths[1], target_size=IMG_SIZE, interpolation="bilinear")
smooth = image.img_to_array(bilinear)
x = np.array([img_to_array(load_img(path, target_size=IMG_SIZE)) for path in paths]) / 256.0
batch = np.expand_dims(smooth, axis=0)
y = np.array([[1.0, 0.0], [0.0, 1.0]])


def read(path):
    img = image.load_img(path, target_size=IMG_SIZE)
    return image.img_to_array(img) / 256.0


z = np.stack([read(p) for p in paths])
model = tf.keras.Sequential([
    tf.keras.layers.Flatten(input_shape=(12, 10, 3)),
    tf.keras.layers.Dense(2, activation="softmax"),
])
model.compile("sgd", "categorical_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0)
pred = model.predict(z)
"""


def errors(text: str) -> list[str]:
    return [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]


def test_images_are_read_equally(scripts: Scripts) -> None:
    assert not errors(PROGRAM)
    apart = scripts.compare(PROGRAM, convert(PROGRAM).text)
    assert {"one", "gray", "smooth", "x", "z", "pred"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_nothing_of_keras_is_left() -> None:
    text = convert(PROGRAM).text
    assert "tensorflow" not in text
    assert "load_img(paths[1], IMG_SIZE, resample=PIL.Image.BILINEAR)" in text
    assert 'load_img("a.png", (8, 6), mode="L")' in text


@pytest.mark.parametrize(
    "call",
    [
        'load_img("a.png", keep_aspect_ratio=True)',
        'load_img("a.png", color_mode=mode)',
        'load_img("a.png", interpolation="cubic")',
        'load_img("a.png", surprise=1)',
        'img_to_array(one, dtype="uint8")',
        'img_to_array(one, "channels_first")',
    ],
)
def test_what_is_not_translated_is_said(call: str) -> None:
    head = "from tensorflow.keras.utils import img_to_array, load_img\n\n"
    text = convert(f"{head}mode = input()\none = two = 1\n{call}\n")
    assert [d.line for d in text.diagnostics if d.severity is Severity.ERROR] == [5]
