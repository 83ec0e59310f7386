"""Batches of generators of images that programs take by themselves, or side by side."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

HEAD = """\
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.preprocessing.image import ImageDataGenerator

rng = np.random.RandomState(0)
x, masks = rng.rand(20, 6, 4, 3), (rng.rand(20, 6, 4, 1) > 0.5).astype("float32")
sizes, y = rng.rand(20, 2), rng.rand(20, 1)
gen = ImageDataGenerator(rescale=0.5)
"""
TAKEN = HEAD + """
alone = gen.flow(x, batch_size=8, shuffle=False)
pairs = gen.flow(x, y, batch_size=8, shuffle=False)
firsts = [next(alone)[0] for _ in range(7)]
rest = [alone.next() for _ in range(3)][-1]
numbered = gen.flow(x, y, batch_size=8, shuffle=False)
one, label = numbered[2]
other, count = numbered[1][0], len(numbered)
seen = []
for batch, labels in pairs:
    seen.append(labels.sum())
    if len(seen) == 4:
        break
batch, labels = next(pairs)
single = next(gen.flow(x[:1], batch_size=1))[0]


def batches(flows, size):
    inputs = flows.flow((x, sizes), y, batch_size=size, shuffle=False)
    while True:
        both, targets = next(inputs)
        yield both, targets


def weighted(size):
    flow = gen.flow(x, y, batch_size=size, shuffle=False, sample_weight=sizes[:, 0])
    for images, targets, weights in flow:
        yield images, targets, weights * 2


image, size = layers.Input((6, 4, 3), name="image"), layers.Input((2,), name="size")
h = layers.Concatenate()([layers.Flatten()(image), size])
model = keras.Model([image, size], layers.Dense(1)(h))
model.compile("sgd", "mse")
history = model.fit(batches(gen, 8), steps_per_epoch=3, epochs=2, verbose=0)
losses = history.history["loss"]

plain = keras.Sequential([layers.Input((6, 4, 3)), layers.Flatten(), layers.Dense(1)])
plain.compile("sgd", "mse")
others = plain.fit(weighted(8), steps_per_epoch=3, epochs=2, verbose=0).history["loss"]
"""


def test_what_is_taken_is_equal(scripts: Scripts) -> None:
    apart = scripts.compare(TAKEN, converted(TAKEN, Options(keras="2")), "2")
    expected = {"firsts", "rest", "one", "label", "other", "count", "seen", "batch", "labels"}
    assert expected | {"single", "losses", "others"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-6} == {}


PAIRS = HEAD + """
options = dict(rotation_range=30, horizontal_flip=True, zoom_range=0.2, width_shift_range=0.1)
changed = ImageDataGenerator(**options)
others = ImageDataGenerator(rescale=2.0, **options)
changed.fit(x, augment=True, seed=3)
first = changed.flow(x, batch_size=6, seed=3)
second = others.flow(x, batch_size=6, seed=3)
steps = len(first)


def both():
    for one, other in zip(first, second):
        yield one, other


pairs = zip(changed.flow(x, batch_size=6, seed=3), others.flow(x, batch_size=6, seed=3))
"""


def test_the_same_seed_changes_images_alike() -> None:
    """In pairs with targets that are images: also in the second pass, and in another order."""
    namespace: dict[str, Any] = {}
    exec(converted(PAIRS), namespace)
    for given in namespace["both"](), namespace["pairs"]:
        seen = [next(given) for _ in range(5)]
        for one, other in seen:
            assert isinstance(one, np.ndarray)
            assert np.array_equal(one * 2, other)
        assert not np.array_equal(seen[0][0], seen[4][0])
        known = np.unique(namespace["x"].astype("float32").round(5))
        assert not np.isin(seen[0][0].round(5), known).all()


UNET = '''import os

import numpy as np
from PIL import Image
from tf_keras.callbacks import ModelCheckpoint
from tf_keras.layers import Conv2D, Input
from tf_keras.models import Model
from tf_keras.preprocessing.image import ImageDataGenerator

rng = np.random.RandomState(0)
for name in "image", "label":
    os.makedirs(os.path.join("membrane", name), exist_ok=True)
    for i in range(6):
        pixels = rng.randint(0, 255, (9, 7), dtype="uint8")
        Image.fromarray(pixels).save(os.path.join("membrane", name, f"{i}.png"))


def adjust(image, mask, several):
    if several:
        image = image / 255
    elif np.max(image) > 1:
        image, mask = image / 255, mask / 255
        mask[mask > 0.5] = 1
        mask[mask <= 0.5] = 0
    return (image, mask)


def train_generator(
    batch_size, path, image_folder, mask_folder, aug_dict, image_color_mode="grayscale",
    mask_color_mode="grayscale", several=False, save_to_dir=None, target_size=(8, 6), seed=1,
):
    """Images and their masks, changed alike."""
    image_datagen = ImageDataGenerator(**aug_dict)
    mask_datagen = ImageDataGenerator(**aug_dict)
    images = image_datagen.flow_from_directory(
        path, classes=[image_folder], class_mode=None, color_mode=image_color_mode,
        target_size=target_size, batch_size=batch_size, save_to_dir=save_to_dir,
        save_prefix="image", seed=seed)
    masks = mask_datagen.flow_from_directory(
        path, classes=[mask_folder], class_mode=None, color_mode=mask_color_mode,
        target_size=target_size, batch_size=batch_size, save_to_dir=save_to_dir,
        save_prefix="mask", seed=seed)
    both = zip(images, masks)
    for (image, mask) in both:
        image, mask = adjust(image, mask, several)
        yield (image, mask)


def test_generator(path, count=4):
    for i in range(count):
        image = np.array(Image.open(os.path.join(path, "%d.png" % i)).resize((6, 8))) / 255
        yield np.reshape(image, (1,) + image.shape + (1,))


def unet(pretrained_weights=None, input_size=(8, 6, 1)):
    inputs = Input(input_size)
    x = Conv2D(3, 3, activation="relu", padding="same", kernel_initializer="he_normal")(inputs)
    model = Model(inputs, Conv2D(1, 1, activation="sigmoid")(x))
    model.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])
    if pretrained_weights:
        model.load_weights(pretrained_weights)
    return model


options = dict(zoom_range=0.0, horizontal_flip=False, fill_mode="wrap")
generator = train_generator(6, "membrane", "image", "label", options)
model = unet()
checkpoint = ModelCheckpoint("unet.hdf5", monitor="loss", verbose=1, save_best_only=True)
history = model.fit(generator, steps_per_epoch=2, epochs=2, callbacks=[checkpoint])
losses = history.history["loss"]
results = model.predict(test_generator(os.path.join("membrane", "image")), 4, verbose=1)
'''


def test_a_unet_trains_on_images_and_masks(scripts: Scripts) -> None:
    """By options, colors and a folder for what is changed that only the program knows."""
    options = Options(keras="2")
    apart = scripts.compare(UNET, converted(UNET, options), "2")
    assert {"losses", "results"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-6} == {}


def test_options_that_are_not_seen_are_all_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a function that other files call: each of them, and none that is not converted."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    exec(converted(UNET[: UNET.index("def test_generator")], Options(keras="2")), namespace)
    options = {"rescale": 0.5, "vertical_flip": True, "zoom_range": [0.8, 1.2], "cval": 2}
    options |= {"fill_mode": "constant", "height_shift_range": 3, "brightness_range": (0.5, 1)}
    options |= {"samplewise_center": True, "channel_shift_range": 3.0}
    Path("seen").mkdir()
    made = namespace["train_generator"](
        2, "membrane", "image", "label", options, "rgba", several=True, save_to_dir="seen"
    )
    image, mask = next(made)
    assert image.shape == (2, 8, 6, 4)
    assert mask.shape == (2, 8, 6, 1)
    assert sorted({n.partition("_")[0] for n in os.listdir("seen")}) == ["image", "mask"]
    with pytest.raises(TypeError, match="zca_whitening"):
        next(namespace["train_generator"](2, "membrane", "image", "label", {"zca_whitening": 1}))


OPENED = UNET[: UNET.index("def adjust")] + """
SIZE = (8, 6)


def in_order(flow, name, size=SIZE):
    return flow.flow_from_directory(
        "membrane", size, classes=[name], class_mode=None, batch_size=4, shuffle=False)


def with_default(options=None, seed=1):
    if options is None:
        options = {"rescale": 0.5}
    gen = ImageDataGenerator(**options)
    one = gen.flow_from_directory("membrane", SIZE, class_mode=None, batch_size=12, seed=seed)
    two = gen.flow_from_directory("membrane", SIZE, class_mode=None, batch_size=12, seed=seed)
    return zip(one, two)


def with_more(options, rescale):
    one = in_order(ImageDataGenerator(rescale=rescale, **options), "image")
    yield from one


def with_keywords(**options):
    one = ImageDataGenerator(**options).flow_from_directory(
        "membrane", SIZE, classes=["label"], class_mode=None, batch_size=4, shuffle=False)
    while True:
        yield next(one)


def with_flags(flip, zoom=0.0):
    gen = ImageDataGenerator(
        horizontal_flip=flip, zoom_range=zoom, rescale=0.5, validation_split=0.5)
    return gen.flow_from_directory(
        "membrane", SIZE, classes=["image"], class_mode=None, shuffle=False, subset="training")


class Loader:
    def __init__(self, options):
        self.options = options

    def batches(self):
        for images in ImageDataGenerator(**self.options).flow(np.ones((5, 4, 4, 3)), batch_size=3):
            yield images * 2


found = [float(p.sum()) for p in next(with_default())]
for made in with_more({"fill_mode": "wrap"}, 0.25), with_keywords(rescale=2.0, vertical_flip=False):
    found += [float(images.sum()) for _, images in zip(range(5), made)]
found += [float(images.sum()) for _, images in zip(range(5), Loader({"rescale": 3.0}).batches())]
found.append(float(next(with_flags(False)).sum()))
"""


def test_options_in_other_ways(scripts: Scripts) -> None:
    """The batches come without end, in functions of which several have the same variables."""
    apart = scripts.compare(OPENED, converted(OPENED, Options(keras="2")), "2")
    assert "found" in apart
    assert {name: far for name, far in apart.items() if not far < 1e-6} == {}


SAVED = HEAD + """
import os

os.makedirs("seen")
number = 0
for images in gen.flow(x, batch_size=8, shuffle=False, save_to_dir="seen", save_prefix="a"):
    number += 1
    if number == 3:
        break
for images, _ in gen.flow(x[:2], y[:2], save_to_dir="seen", save_format="jpeg"):
    break
"""


def test_images_are_saved_as_keras_saves_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for name, text in {"before": SAVED, "after": converted(SAVED)}.items():
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        exec(text, {})
        files = {n.rpartition("_")[0] + n[-4:]: n for n in os.listdir("seen")}
        pixels = {n: np.array(Image.open(Path("seen", f)), "int") for n, f in files.items()}
        found.append(pixels)
    before, after = found
    assert before.keys() == after.keys()
    assert len(before) == 22
    for name, pixels in before.items():
        assert np.abs(pixels - after[name]).max() <= (8 if name.endswith("jpeg") else 1)


REFUSED = {
    "taken and asked": "flow = gen.flow(x)\na, b = next(flow), next(flow)\nprint(len(flow))",
    "by number, with a seed": "flow = gen.flow(x, seed=3)\nfirst = flow[0]",
    "from the end": "flow = gen.flow(x)\nlast = flow[-1]",
    "others without targets": "flow = gen.flow((x, sizes))",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_is_not_translated_is_said(data: str) -> None:
    conversion = convert(f"{HEAD}{data}\n")
    assert [d.message for d in conversion.diagnostics if d.severity is Severity.ERROR]


def test_what_is_taken_for_a_list_is_said() -> None:
    messages = [d.message for d in convert(TAKEN, Options(keras="2")).diagnostics]
    assert sum("taken for a list or tuple" in message for message in messages) == 1


def test_the_order_of_what_is_asked_by_number_is_said() -> None:
    messages = [d.message for d in convert(f"{HEAD}flow = gen.flow(x)\nx = flow[0]").diagnostics]
    assert any("in their order" in message for message in messages)


STEPS = HEAD + """
flow = gen.flow(x, y, batch_size=8, shuffle=False)
checked = gen.flow(x[:18], y[:18], batch_size=4, shuffle=False)
model = keras.Sequential([keras.Input((6, 4, 3)), layers.Flatten(), layers.Dense(1)])
model.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])
losses = model.fit(flow, {options}, verbose=0, shuffle=False).history
more = model.fit(flow, steps_per_epoch=2, epochs=2, verbose=0, shuffle=False).history
"""


@pytest.mark.parametrize("keras", ["2", "3"])
@pytest.mark.parametrize(
    "options",
    [
        "steps_per_epoch=2, epochs=4",
        "steps_per_epoch=flow.n // flow.batch_size, epochs=3",
        "steps_per_epoch=3, epochs=2",
        "steps_per_epoch=1, epochs=5, validation_data=checked, validation_steps=2",
        "epochs=3, validation_data=checked, validation_steps=5",
    ],
)
def test_epochs_go_on_where_the_last_one_has_ended(
    options: str, keras: str, scripts: Scripts
) -> None:
    text = STEPS.format(options=options)
    made = Options(exact=True, keras=keras)
    apart = scripts.compare(text, converted(text, made), keras)
    assert {"losses", "more"} <= apart.keys()
    assert max(apart.values()) < 1e-9, apart


def test_what_is_assumed_of_the_epochs_is_said() -> None:
    text = STEPS.format(options="steps_per_epoch=2, epochs=4")
    for keras, count in [("auto", 2), ("2", 0), ("3", 0)]:
        said = [d.message for d in convert(text, Options(keras=keras)).diagnostics]
        assert len([m for m in said if "each epoch goes on where" in m]) == count, said
