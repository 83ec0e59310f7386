"""Folders of images, and generators that change images: what comes of their files and arrays."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rules.emitted import EMITTED
from tests.rules.rnn_harness import emitted_sources
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.pipeline import convert

HEAD = """\
import os

import numpy as np
from PIL import Image
import tensorflow as tf
from tensorflow.keras.preprocessing.image import ImageDataGenerator

rng = np.random.default_rng(0)
for name in "dogs", "cats", "cows":
    for i in range(6):
        os.makedirs(os.path.join("pets", name), exist_ok=True)
        pixels = rng.integers(0, 255, (8, 12, 3), dtype="uint8")
        pixels = pixels if i else pixels[..., 0]
        Image.fromarray(pixels).save(os.path.join("pets", name, f"{i}.png"))
"""
MODEL = """
model = tf.keras.Sequential([
    tf.keras.layers.Flatten(input_shape={shape}),
    tf.keras.layers.Dense({units}{activation}),
])
model.compile("sgd", "{loss}", run_eagerly=True)
"""


def program(data: str, fit: str, shape: str, loss: str = "", units: int = 3) -> str:
    """A script that trains on images of three classes."""
    loss = loss or "sparse_categorical_crossentropy"
    activation = ', activation="softmax"' if "cross" in loss else ""
    model = MODEL.format(shape=shape, units=units, activation=activation, loss=loss)
    return f"{HEAD}{data}\n{model}history = {fit}\n"


def folder(arguments: str) -> str:
    call = "tf.keras.utils.image_dataset_from_directory"
    return f'data = {call}("pets", image_size=(4, 6), {arguments})'


def flow(arguments: str, generator: str = "rescale=1 / 255") -> str:
    made = f"gen = ImageDataGenerator({generator})\n"
    return f'{made}data = gen.flow_from_directory("pets", batch_size=4, {arguments})'


FIT = "model.fit(data, epochs=2, verbose=0)"
TRIALS = {
    "folder": program(folder('shuffle=False'), FIT, "(4, 6, 3)"),
    "folder in rows": program(
        folder('shuffle=False, label_mode="categorical", color_mode="rgba"'),
        FIT, "(4, 6, 4)", "categorical_crossentropy",
    ),
    "last part": program(
        folder('shuffle=False, validation_split=0.4, subset="validation"'),
        FIT, "(4, 6, 3)",
    ),
    "random part": program(
        folder('seed=4, validation_split=0.4, subset="training", batch_size=3'),
        FIT, "(4, 6, 3)",
    ),
    "both parts": program(
        folder('seed=4, validation_split=0.4, subset="both", batch_size=3').replace(
            "data =", "data, rest ="
        ),
        "model.fit(data, epochs=2, verbose=0, validation_data=rest)", "(4, 6, 3)",
    ),
    "files": program(flow('class_mode="sparse", target_size=(5, 7)'), FIT, "(5, 7, 3)"),
    "files in rows": program(
        flow('target_size=(5, 7), color_mode="rgba", seed=1'),
        FIT, "(5, 7, 4)", "categorical_crossentropy",
    ),
    "files of a part": program(
        flow('target_size=(5, 7), subset="validation", class_mode="sparse"',
             "validation_split=0.4, horizontal_flip=True"),
        FIT, "(5, 7, 3)",
    ),
    "preprocessed": program(
        flow('target_size=(5, 7), class_mode="sparse"',
             "preprocessing_function=tf.keras.applications.vgg16.preprocess_input, "
             "rescale=1 / 255, zoom_range=[0.9, 1.1]"),
        FIT, "(5, 7, 3)",
    ),
    "arrays": program(
        "x, y = rng.normal(size=(20, 4, 6, 3)), rng.integers(0, 3, size=(20,))\n"
        "gen = ImageDataGenerator(preprocessing_function=lambda image: image / 2)\n"
        "gen.fit(x)\ndata = gen.flow(x, y, batch_size=8)",
        FIT, "(4, 6, 3)",
    ),
    "parts of weighed arrays": program(
        "x, y = rng.normal(size=(20, 4, 6, 3)), np.tile([[0.5], [2.0]], (10, 1))\n"
        "w = rng.uniform(size=(20,))\n"
        "gen = ImageDataGenerator(validation_split=0.25)\n"
        'data = gen.flow(x, y, 8, subset="training", sample_weight=w, shuffle=False)\n'
        'rest = gen.flow(x, y, batch_size=8, subset="validation", sample_weight=w)',
        "model.fit(data, epochs=2, verbose=0, validation_data=rest)", "(4, 6, 3)", "mse", 1,
    ),
    "parts of arrays": program(
        "x, y = rng.normal(size=(20, 4, 6, 3)), np.tile([[0.5], [2.0]], (10, 1))\n"
        "gen = ImageDataGenerator(validation_split=0.25)\n"
        'data = gen.flow(x, y, 8, subset="training")\n'
        'rest = gen.flow(x, y, batch_size=8, subset="validation")',
        "model.fit(data, epochs=2, verbose=0, validation_data=rest)", "(4, 6, 3)", "mse", 1,
    ),
    "some classes": program(
        flow('class_mode="sparse", target_size=(5, 7), classes=["dogs", "cats"]'),
        FIT, "(5, 7, 3)",
    ),
} | {
    f"arrays, {options}": program(
        f"x, y = rng.normal(size=(20, 4, 6, 3)) * {scale}, rng.integers(0, 3, size=(20,))\n"
        f"gen = ImageDataGenerator({options})\n"
        "gen.fit(x)\ndata = gen.flow(x, y, batch_size=8)",
        FIT, "(4, 6, 3)",
    )
    for scale, options in {
        2: "featurewise_center=True",
        3: "featurewise_std_normalization=True, rescale=0.5",
        4: "zca_whitening=True, zca_epsilon=1e-3",
        5: "zca_whitening=True, horizontal_flip=False, samplewise_center=True",
        6: "samplewise_center=True, samplewise_std_normalization=True",
        30: "brightness_range=[0.5, 1.5], rescale=1 / 255",
        0.1: "channel_shift_range=0.2, vertical_flip=True",
    }.items()
}  # fmt: skip


@pytest.mark.sample(2)
@pytest.mark.parametrize("text", TRIALS.values(), ids=TRIALS)
def test_trains_equally(text: str, scripts: Scripts) -> None:
    conversion = convert(text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    assert "tf." not in conversion.text
    text = f'{text}losses = history.history["loss"]\n'
    apart = scripts.compare(text, convert(text).text)
    assert "losses" in apart
    # where images are enlarged by fractions, TensorFlow computes with 32 bits
    assert max(apart.values()) < 1e-6, apart


TABLE = """
from tests.training.pretended_table import table

gen = ImageDataGenerator(rescale=1 / 255, validation_split=0.3)
"""
METHOD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator

class Trainer:
    def __init__(self):
        self.model = keras.Sequential([keras.layers.Flatten(input_shape=(4, 4, 3)),
                                       keras.layers.Dense(1)])
        self.model.compile("sgd", "mse")
    def train(self, images, targets):
        flow = ImageDataGenerator(rescale=1 / 255.0).flow(images, targets, batch_size=3)
        return self.model.fit(flow, epochs=2, verbose=0).history["loss"]

images = np.random.uniform(0, 255, size=(8, 4, 4, 3))
losses = Trainer().train(images, np.arange(8.0))
"""


def test_methods_train_on_what_a_generator_loads() -> None:
    conversion = convert(METHOD)
    assert not [d for d in conversion.diagnostics if d.severity is Severity.ERROR]
    assert "train_epoch(self.model, flow, " in conversion.text
    called = METHOD.replace("return self", "show(flow)\n        return self")
    assert any("go on without end" in d.message for d in convert(called).diagnostics)


FLOW = "gen.flow_from_dataframe(table, {}, target_size=(5, 7), shuffle=False)"
TABLES = {
    "train": '"pets", "name", "kind", subset="training"',
    "some": 'x_col="path", y_col="kind", classes=["cows", "dogs"], class_mode="sparse"',
    "raw": 'x_col="path", y_col=["size", "width"], class_mode="raw", color_mode="grayscale"',
    "alone": 'directory="pets", x_col="name", y_col="size", class_mode=None, subset="validation"',
}


SHOWN = {
    "table": TABLE
    + "".join(f"{name} = {FLOW.format(given)}\n" for name, given in TABLES.items())
    + "shown = [train.n, len(train), train.class_indices, list(train.classes), len(alone)]\n"
    "shown += [some.n, some.class_indices, list(some.labels), some.filepaths, alone.filepaths]\n"
    "first = []\nfor data in train, some, raw, alone:\n    for batch in data:\n"
    "        first += [np.array(part).ravel() for part in batch]\n        break\n"
    "first = np.concatenate(first)",
    "asked": (
        flow('class_mode="sparse", shuffle=False')
        + "\ndata.reset()\nfor x, y in data:\n    first = np.array(x)\n    break\n"
        "shown = [len(data), data.samples, data.n, data.num_classes, data.batch_size]\n"
        "shown += [data.class_indices, list(data.classes), data.filenames, data.filepaths]"
    ),
    "interpolated": (
        TABLE
        + f"train = {FLOW.format(TABLES['train'])[:-1]}, interpolation='lanczos')\n"
        + f"some = {FLOW.format(TABLES['some'])}\n"
        + flow('class_mode=None, shuffle=False, target_size=(5, 7), interpolation="bilinear"')
        + "\nlisted = gen.flow_from_directory(\n"
        '    "pets", (5, 7), classes=["dogs"], interpolation="bicubic", shuffle=False)\n'
        + folder('shuffle=False, interpolation="nearest"').replace("data =", "near =")
        + "\nfirst, shown = [], [len(listed), len(near)]\n"
        "for data in train, some, listed, near:\n    for images, labels in data:\n"
        "        first.append(np.array(images).ravel())\n        break\n"
        "first = np.concatenate(first)"
    ),
    "in a function": (
        "def load(path, subset):\n"
        "    data = tf.keras.utils.image_dataset_from_directory(\n"
        "        path, seed=2, validation_split=0.3, subset=subset, image_size=(4, 4))\n"
        "    return data, data.class_names\n\n\n"
        'data, names = load("pets", "validation")\n'
        "shown = [names, sorted(data.file_paths)]\n"
        "first = np.concatenate([np.array(y) for _, y in data]).sum()"
    ),
}


@pytest.mark.parametrize("data", SHOWN.values(), ids=SHOWN)
def test_loaders_answer_as_keras_does(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f"{HEAD}{data}\n"
    conversion = convert(text)
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR] == []
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    exec(text, before)
    exec(conversion.text, after)
    assert [str(value) for value in before["shown"]] == [str(value) for value in after["shown"]]
    assert np.abs(np.array(before["first"]) - np.array(after["first"])).max() < 1e-6


REFUSED = {
    "labels listed": folder("labels=[0, 1]"),
    "both parts, perhaps shuffled": folder(
        'seed=1, validation_split=0.2, subset="both", shuffle=mix'
    ),
    "another interpolation": folder('interpolation="bicubic"'),
    "an interpolation of the program": flow("interpolation=input()"),
    "unknown mode": folder("label_mode=input()"),
    "statistics of changed images": flow("", "featurewise_center=True")
    + "\ngen.fit(x, augment=True)",
    "statistics that may be asked": flow("", "featurewise_center=center"),
    "whitened and divided": flow("", "zca_whitening=True, featurewise_std_normalization=True"),
    "asked of what is saved": flow('save_to_dir="seen"') + "\nprint(data.class_indices)",
    "statistics in a dict": "def load(options):\n    return ImageDataGenerator(**options)\n\n"
    "gen = load({'zoom_range': 0.2, 'featurewise_center': True})\n",
    "several targets": "gen = ImageDataGenerator()\n"
    'data = gen.flow_from_dataframe(frame, class_mode="multi_output", y_col=["a", "b"])',
    "looped": flow("") + "\nshapes = [x.shape for x, y in data]",
    "looped on": flow("") + "\nfor _ in range(2):\n    for i, (x, y) in enumerate(data):\n"
    "        if i == 2:\n            break",
    "looped again": flow("") + 2 * "\nfor x, y in data:\n    break",
    "next ones": flow("") + "\nx, y = next(data)\nz, _ = next(data)\nprint(len(data))",
    "shape": flow("") + "\nprint(data.image_shape)",
    "mapped": flow("") + "\ndata = data.map(lambda x, y: (x, y))",
    "unknown generator": "def load(gen):\n    return gen.flow_from_directory('pets')\n\n"
    + flow(""),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_is_not_translated_is_said(data: str) -> None:
    conversion = convert(f"{HEAD}{data}\n")
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("fill_mode", "name", "options"),
    [
        ("nearest", "RandomAffine", {}),
        ("constant", "RandomAffineOnBlack", {}),
        ("reflect", "RandomAffineReflected", {}),
        ("wrap", "RandomAffine", {"fill_mode": "wrap"}),
        ("constant", "RandomAffine", {"fill_mode": "constant", "cval": 3}),
        ("reflect", "RandomAffine", {"fill_mode": "reflect"}),
        ("nearest", "RandomAffine", {"fill_mode": "nearest"}),
    ],
)
def test_images_are_moved_as_keras_moves_them(
    seed: int, fill_mode: str, name: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = importlib.import_module("torch")
    images: Any = importlib.import_module("keras.src.legacy.preprocessing.image")
    ranges: dict[str, Any] = {"shear_range": 20, "rotation_range": 40, "zoom_range": (0.7, 1.4)}
    generator = images.ImageDataGenerator(
        width_shift_range=0.2,
        height_shift_range=0.3,
        dtype="float64",
        fill_mode=fill_mode,
        cval=options.get("cval", 0.0),
        **ranges,
    )
    image = np.random.default_rng(seed).normal(size=(9, 14, 3))
    np.random.seed(seed)
    drawn = generator.get_random_transform(image.shape)
    expected = generator.apply_transform(image.copy(), drawn)
    shares = [
        [drawn["theta"] / 40, drawn["shear"] / 20],
        [drawn["tx"] / 0.3 / 9, drawn["ty"] / 0.2 / 14],
        [(drawn[z] - 0.7) / 0.7 * 2 - 1 for z in ("zx", "zy")],
    ]
    given = iter(torch.tensor(shares, dtype=torch.float64) / 2 + 0.5)
    monkeypatch.setattr(torch, "rand", lambda *size: next(given))
    torch.set_default_dtype(torch.float64)
    try:
        module = written(name, set(options))[name](40, 0.3, 0.2, 20, (0.7, 1.4), **options)
        found = module(torch.tensor(image)).numpy()
    finally:
        torch.set_default_dtype(torch.float32)
    assert np.abs(found - expected).max() < 1e-9


def written(name: str, options: set[str]) -> dict[str, Any]:
    """What an emitted class is with these of its options, and what it needs."""
    namespace: dict[str, Any] = {}
    exec("\n".join(EMITTED[name].imports), namespace)
    exec(EMITTED[name].written(set(), options), namespace)
    return namespace


@pytest.mark.parametrize("amount", [3, [-4, 2, 2, 5], [0.2, 0.4], (0.5, 1.5), 2.5, 0.4, 1.0, 0])
@pytest.mark.parametrize("mode", ["wrap", "constant"])
def test_images_are_moved_by_as_many_pixels_as_in_keras(
    amount: Any, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By one of several numbers as often as it is among them, to both sides; also by none."""
    torch = importlib.import_module("torch")
    images: Any = importlib.import_module("keras.src.legacy.preprocessing.image")
    options = {"fill_mode": mode, "height_shift_range": amount, "dtype": "float64"}
    generator = images.ImageDataGenerator(**options)
    image = np.arange(24, dtype="float32").reshape(8, 3, 1)
    np.random.seed(0)
    drawn = [generator.get_random_transform(image.shape)["tx"] for _ in range(600)]
    namespace = written("RandomAffine", {"fill_mode", "pixels"})
    exec(emitted_sources({"random_shift"}), namespace)
    torch.manual_seed(0)
    found = [float(namespace["random_shift"](amount, 8)) for _ in range(600)]
    assert np.abs(np.sort(found) - np.sort(drawn)).mean() < 0.1 * max(drawn) + 1e-9
    for shift in {*drawn[:8], max(drawn), min(drawn)}:
        monkeypatch.setitem(
            namespace, "random_shift", lambda way, size, by=shift: float(by) if way else 0.0
        )
        moved = namespace["RandomAffine"](height_shift=1, fill_mode=mode)(torch.tensor(image))
        expected = generator.apply_transform(image, {"tx": shift})
        assert np.abs(moved.numpy() - expected).max() < 1e-5


@pytest.mark.parametrize("factor", [0.3, 0.7, 1.0, 1.8])
@pytest.mark.parametrize(("low", "high"), [(0, 255), (-3, 40), (20, 300), (0, 1)])
def test_images_are_exposed_as_keras_does(factor: float, low: float, high: float) -> None:
    torch = importlib.import_module("torch")
    images: Any = importlib.import_module("keras.src.legacy.preprocessing.image")
    namespace: dict[str, Any] = {}
    exec(emitted_sources({"RandomExposure", "RandomChannelShift"}), namespace)
    image = np.random.default_rng(0).uniform(low, high, size=(9, 14, 3)).astype("float32")
    expected = images.apply_brightness_shift(image.copy(), factor, scale=False)
    found = namespace["RandomExposure"](factor, factor)(torch.tensor(image)).numpy()
    assert np.abs(found - expected).max() <= 1e-6 * (high - low)
    shift = namespace["RandomChannelShift"](factor)
    torch.manual_seed(0)
    share = (torch.rand(()) * 2 - 1).item()
    torch.manual_seed(0)
    expected = images.apply_channel_shift(image, share * factor, channel_axis=2)
    assert np.allclose(shift(torch.tensor(image)).numpy(), expected, rtol=1e-6)


def test_a_mirrored_image() -> None:
    torch = importlib.import_module("torch")
    namespace: dict[str, Any] = {}
    exec(emitted_sources({"RandomMirror"}), namespace)
    image = torch.arange(6.0).reshape(2, 3, 1)
    mirrored = {str(namespace["RandomMirror"](1)(image).flatten().tolist()) for _ in range(30)}
    assert mirrored == {"[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]", "[2.0, 1.0, 0.0, 5.0, 4.0, 3.0]"}


@pytest.mark.parametrize("share", [0.2, 0.34])
def test_files_are_split_as_keras_splits_them(
    share: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(HEAD, {})
    utils: Any = importlib.import_module("keras").utils
    namespace = {"Dataset": importlib.import_module("torch.utils.data").Dataset}
    exec(emitted_sources({"ImageFolder", "random_part"}), namespace)
    for subset in ("training", "validation"):
        wanted = utils.image_dataset_from_directory(
            "pets", validation_split=share, subset=subset, seed=3, verbose=False
        )
        part = namespace["random_part"](namespace["ImageFolder"]("pets", 4), share, subset, 3)
        assert [os.path.relpath(p) for p in wanted.file_paths] == [p for p, _ in part.samples]
        assert wanted.class_names == part.classes


AUGMENT = (
    "augment = tf.keras.Sequential("
    "[tf.keras.layers.RandomFlip(), tf.keras.layers.RandomZoom(0.1)])\n"
)


@pytest.mark.parametrize(
    "steps",
    [
        # where it is part of a model, evaluating takes it out of training
        "data = data.map(lambda x, y: (augment(x, training=True), y))\n"
        "model = tf.keras.Sequential([tf.keras.Input((4, 6, 3)), augment])",
    ],
)
def test_other_ways_to_augment_in_a_step_are_said(steps: str) -> None:
    conversion = convert(f"{HEAD}{AUGMENT}{folder('')}\n{steps}\n")
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]
