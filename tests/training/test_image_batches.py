"""Batches of generators of images that programs take by themselves, or side by side."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

pytest.importorskip("PIL")
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
TAKEN = (
    HEAD
    + """
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
)


def test_what_is_taken_is_equal(scripts: Scripts) -> None:
    apart = scripts.compare(TAKEN, converted(TAKEN, Options(keras="2")), "2")
    expected = {"firsts", "rest", "one", "label", "other", "count", "seen", "batch", "labels"}
    assert expected | {"single", "losses", "others"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-6} == {}


PAIRS = (
    HEAD
    + """
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
)


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


SAVED = (
    HEAD
    + """
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
)


def test_images_are_saved_as_keras_saves_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pytest.importorskip("PIL.Image")
    found = []
    for name, text in {"before": SAVED, "after": converted(SAVED)}.items():
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        exec(text, {})
        files = {n.rpartition("_")[0] + n[-4:]: n for n in os.listdir("seen")}
        pixels = {n: np.array(image.open(Path("seen", f)), "int") for n, f in files.items()}
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
    "saved, perhaps": "def f(folder=None):\n    return gen.flow(x, save_to_dir=folder)",
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
