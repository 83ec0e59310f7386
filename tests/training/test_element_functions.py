"""Functions that data sets apply: random numbers, conditions, calls of other functions."""

from __future__ import annotations

import pytest

from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
import tensorflow as tf

rng = np.random.default_rng(0)
x = rng.uniform(size=(20, 6, 5, 3)).astype("float32")
y = rng.normal(size=(20,))
slices = tf.data.Dataset.from_tensor_slices
"""
PAIRS = "found = [float(np.sum(a)) + float(np.sum(b)) for a, b in ds]\n"
SINGLE = "found = [np.array(a) for a in ds]\n"

TRIALS = {
    "a random number decides": "def augment(image, label):\n"
    "    if tf.random.uniform(()) > 2.0:\n"
    "        image = tf.image.flip_left_right(image)\n        label = label * 2\n"
    "    return image, label\n\n\nds = slices((x, y)).map(augment)\n" + PAIRS,
    "either way": "def augment(image):\n"
    "    if tf.random.uniform([], 0, 1.0, dtype=tf.float32) < 2.0:\n"
    "        image = tf.image.flip_left_right(image)\n"
    "    else:\n        image = image * 2.0\n"
    "    if tf.random.normal(()) > 50.0:\n        return image * 3.0\n"
    "    return image\n\n\nds = slices(x).map(augment)\n" + SINGLE,
    "in a variable": "def augment(image):\n"
    "    chance = tf.random.uniform(shape=())\n"
    "    turns = tf.random.uniform(shape=[], maxval=1, dtype=tf.int32)\n"
    "    if chance < 2.0:\n        image = image + 1.0\n"
    "    return tf.image.rot90(image, turns)\n\n\nds = slices(x).map(augment)\n" + SINGLE,
    "tf.cond": "def augment(image):\n    return tf.cond(\n"
    "        tf.random.uniform(()) > 5.0, lambda: tf.image.flip_left_right(image), lambda: image\n"
    "    )\n\n\nds = slices(x).map(augment)\n" + SINGLE,
    "a number of the data decides": "def scale(image, label):\n"
    "    if label > 0.0:\n        image = image * 2.0\n"
    "    return image, label\n\n\nds = slices((x, y)).map(scale)\n" + PAIRS,
    "calls in lambdas": "def scale(image):\n    return tf.cast(image, tf.float32) / 255.0\n\n\n"
    "def flip(image, label):\n    return tf.image.flip_left_right(image), label\n\n\n"
    "ds = slices((x, y)).map(lambda a, b: (scale(a), b)).map(lambda a, b: flip(scale(a), b))\n"
    + PAIRS,
    "flags": "def scale(image, training=False):\n"
    "    if training:\n        image = image * 2.0\n    return image / 3.0\n\n\n"
    "found = [np.array(a) for a in slices(x).map(lambda image: scale(image, training=True))]\n"
    "found += [np.array(a) for a in slices(x).map(lambda image: scale(image))]\n",
    "a flag of a helper": "def read(image, gray=False):\n"
    "    if gray:\n        image = tf.image.rgb_to_grayscale(tf.cast(image, tf.float32))\n"
    "    else:\n        image = tf.image.resize(image, [4, 4])\n    return image\n\n\n"
    "def both(image):\n    return read(image), read(image, gray=True)\n\n\n"
    "ds = slices(x).map(both)\n" + PAIRS,
    "what is drawn is kept": "def jitter(image):\n    if tf.random.uniform(()) > 0.5:\n"
    "        image = image * 2.0\n    return image\n\n\n"
    "def change(image):\n    image = jitter(image)\n    return image / 2.0\n\n\n"
    "ds = slices(x).map(change).batch(4).cache()\n"
    "found = int([float(np.sum(a)) for a in ds] == [float(np.sum(a)) for a in ds])\n",
    "batches resized": "ds = slices((x, y)).batch(4).map(\n"
    "    lambda images, labels: (tf.image.resize(images, (3, 4)), labels)\n)\n" + PAIRS,
    "a function that is called as a method of lists": "def turned(image, label):\n"
    "    return tf.reverse(image, [0]), label\n\n\n"
    "ds = slices((x, y)).map(turned)\n" + PAIRS,
    "batches changed": "def change(images, labels):\n"
    "    images = tf.image.resize(images, (8, 8))\n"
    "    images = tf.image.adjust_contrast(images, 2.0)\n"
    "    return images / 255.0, labels + 1.0\n\n\n"
    "ds = slices((x, y)).batch(4).map(change)\n" + PAIRS,
    "lines of numbers": """
DEFAULTS = [[1.5], [0.0], [0.0], [7]]
with open("a.csv", "w") as file:
    file.write("a,b\\n0.5,2\\n,1e-3\\n-3 ,4.25\\n")
with open("b.csv", "w") as file:
    file.write('1;2.5;" 3";4\\n;2;3;\\n')


def parse(line):
    fields = tf.io.decode_csv(line, record_defaults=[2.0, 0.0])
    return tf.stack(fields[:-1]), tf.stack(fields[-1:])


def parse_too(line):
    a, b, c, y = tf.io.decode_csv(line, DEFAULTS, field_delim=";")
    return tf.stack([a, c, b]), y


ds = tf.data.TextLineDataset("a.csv").skip(1).map(parse)
others = [np.array(a).sum() + int(b) for a, b in tf.data.TextLineDataset("b.csv").map(parse_too)]
""" + PAIRS,
    "lines of many numbers": """
with open("c.csv", "w") as file:
    file.write("0.5,2,0.25,1\\n,1.5,,\\n")


COLUMNS = 3


def parse(line):
    defaults = [[0.0]] * COLUMNS + [[4]]
    fields = tf.io.decode_csv(line, record_defaults=defaults)
    return tf.reshape(fields[:-1], (3, 1)), fields[-1]


ds = tf.data.TextLineDataset("c.csv").map(parse)
""" + PAIRS,
    "lines without defaults": """
with open("d.csv", "w") as file:
    file.write("0.5,2,7\\n1.5,,4\\n")


def parse(line):
    defaults = [tf.constant([], tf.float32), tf.constant([3], dtype=tf.int32), [0]]
    a, b, c = tf.io.decode_csv(line, record_defaults=defaults)
    return a, b + c


ds = tf.data.TextLineDataset("d.csv").map(parse)
""" + PAIRS,
    "weights of classes": "def weigh(images, labels):\n"
    "    weights = tf.constant([2.0, 1.0])\n    weights = weights / tf.reduce_sum(weights)\n"
    "    places = tf.cast(labels > 0, tf.int32)\n"
    "    return images, tf.gather(weights, indices=places)\n\n\n"
    "ds = slices((x[::-1], y)).batch(4).map(weigh)\n" + PAIRS,
    "functions in functions": """
import os
from PIL import Image


def build(images, labels, size, training=False):
    def resize(image):
        \"\"\"To what the caller says.\"\"\"
        # its rank is not known here
        return tf.image.resize(image, [size, size])

    def process(image, label):
        image = resize(image)  # in either case
        if size > 2:
            image = image * share
        return image, tf.one_hot(tf.cast(label > 0, tf.int32), classes)

    share, classes = 0.5, 2
    ds = slices((images, labels)).map(process)
    if training:
        ds = ds.shuffle(5)
    return ds.batch(4)


class Files:
    def __init__(self, pattern, size):
        self.pattern = pattern
        self.size = size

    def data(self, batch=3):
        def read(path):
            image = tf.image.decode_png(tf.io.read_file(path), channels=3)
            return tf.image.resize(image, [self.size, 3]) / 127.5 - 1

        files = tf.data.Dataset.list_files(self.pattern, shuffle=False)
        return files.map(read).batch(batch, drop_remainder=True)


def of_batches(images):
    return slices(images).batch(4).map(lambda image: tf.image.resize(image, (3, 3)))


for i in range(5):
    os.makedirs("seen", exist_ok=True)
    pixels = rng.integers(0, 255, (8, 6, 3), dtype="uint8")
    Image.fromarray(pixels).save(f"seen/{i}.png")
ds = build(x, y, 3)
others = [np.array(a) for a in of_batches(x)]
files = [np.array(a) for a in Files("seen/*.png", 4).data()]
several = [np.array(a) for a in Files(["seen/[34].png", "seen/*0.png"], 5).data()]
""" + PAIRS,
    "bytes resized": "ds = slices((x * 255).astype('uint8')).batch(4).map(\n"
    "    lambda images: tf.image.resize(images, (3, 4))\n)\n" + SINGLE,
}  # fmt: skip


@pytest.mark.parametrize("text", TRIALS.values(), ids=TRIALS)
def test_gives_the_same(text: str, scripts: Scripts) -> None:
    conversion = convert(HEAD + text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    assert "tf." not in conversion.text
    apart = scripts.compare(HEAD + text, conversion.text)
    assert "found" in apart
    assert ("Files" in text) == ({"others", "files", "several"} <= apart.keys())
    assert ("b.csv" in text) <= ("others" in apart)
    assert max(apart.values()) < (4e-7 if "Files" in text else 2e-7), apart


MODEL = """\
model = tf.keras.Sequential([{layers}tf.keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
found = model.fit(ds, epochs=2, verbose=0).history["loss"]
"""
CLASSES = "ds = slices((x, np.arange(20) % 3))"
NORM = """\
def norm(image, label):
    image = tf.cast(image, tf.float32)
    image = (image - 0.5) / 0.5
    return image, label


"""
UNSHAPED = {
    "rows": "ds = slices((x.reshape(20, 90), np.arange(20) % 3))\n"
    "ds = ds.map(lambda a, b: (a / 2.0, b)).batch(8)\n"
    + MODEL.format(layers="tf.keras.layers.Dense(4), "),
    "images": f"{NORM}{CLASSES}.map(norm).cache().shuffle(20).batch(8).prefetch(2)\n"
    + MODEL.format(layers="tf.keras.layers.Flatten(), "),
    "batches": f"{NORM}{CLASSES}.batch(8).map(norm)\n"
    + MODEL.format(layers="tf.keras.layers.Conv2D(2, 2), tf.keras.layers.Flatten(), "),
}


@pytest.mark.parametrize("text", UNSHAPED.values(), ids=UNSHAPED)
def test_sizes_that_functions_keep_tell_those_of_a_model(text: str, scripts: Scripts) -> None:
    conversion = convert(HEAD + text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    assert "Lazy" not in conversion.text
    apart = scripts.compare(HEAD + text, conversion.text)
    assert "found" in apart
    assert max(apart.values()) < 1e-9, apart


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ("images / 255.0", True),
        ("tf.image.random_flip_left_right(images)", True),
        ("tf.image.random_brightness(images, 0.1)", True),
        ("tf.image.resize(images, [9, 9])", False),
        ("images[:, ::2]", False),
    ],
)
def test_folders_of_images_tell_their_sizes(change: str, known: bool) -> None:
    text = HEAD + (
        'ds = tf.keras.utils.image_dataset_from_directory("flowers", image_size=(32, 16))\n'
        f"ds = ds.map(lambda images, labels: ({change}, labels))\n"
    )
    layers = "tf.keras.layers.Rescaling(0.5), tf.keras.layers.Flatten(), "
    assert ("nn.Linear(1536, 3)" in convert(text + MODEL.format(layers=layers)).text) is known


REFUSED = {
    "a lambda that calls layers": "dense = tf.keras.layers.Dense(3)\n\n\n"
    "def project(image):\n    return dense(image)\n\n\n"
    "ds = slices(x).map(lambda image: project(image))\n",
    "sums of bytes, which wrap around": "pixels = (x * 255).astype('uint8')\n"
    "ds = slices(pixels).map(lambda image: tf.reduce_sum(image))\n",
    "means of bytes": "ds = slices((x * 255).astype(np.uint8)).map(lambda a: tf.reduce_mean(a))\n",
    "lines of texts": "def parse(line):\n"
    "    name, age = tf.io.decode_csv(line, [[''], [0.0]])\n    return age\n\n\n"
    "ds = tf.data.TextLineDataset('a.csv').map(parse)\n",
    "whole numbers without a bound": "def draw(image):\n"
    "    return image * tf.cast(tf.random.uniform((), dtype=tf.int32), tf.float32)\n\n\n"
    "ds = slices(x).map(draw)\n",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_not_understood_is_said(text: str) -> None:
    messages = [d.message for d in convert(HEAD + text).diagnostics if d.severity is Severity.ERROR]
    assert any("`map` is left as it is" in message for message in messages)


def test_chance_stays_chance() -> None:
    """What is drawn anew for each element is not drawn once when the function is written."""
    text = convert(HEAD + TRIALS["a random number decides"]).text
    assert "    if torch.rand(()) > 2.0:\n        image = image.flip(1)\n" in text


IN_PLACE = """\
def double(features, label):
    features["a"] = tf.cast(features["a"], tf.float32) * 2.0
    return features, label


def batches():
    ds = tf.data.Dataset.from_tensor_slices(({"a": x, "b": x + 1}, y))
    ds = ds.map(double)
    return ds.batch(5)


found = batches()
"""


def test_elements_are_changed_in_place_inside_a_function() -> None:
    """What is given to a function is no library that it reads."""
    assert not [d for d in convert(HEAD + IN_PLACE).diagnostics if d.severity is Severity.ERROR]
