"""Keras's generators of changed images: a transform, and loaders of what it is applied to."""

from __future__ import annotations

import re
from typing import Any

from rules.image_folders import IMAGES, kind_of, loader
from transpiler.ir.expr import UNKNOWN, Arg, Expr, call, expr, index, infix
from transpiler.ir.pipeline import Applied, Changes, Element, Folder, Leaf
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source

GENERATOR = "keras.preprocessing.image.ImageDataGenerator"
#: Arguments that need statistics of the data, or that change images as torch can't.
_REFUSED = (
    "featurewise_center", "samplewise_center", "featurewise_std_normalization",
    "samplewise_std_normalization", "zca_whitening", "brightness_range", "channel_shift_range",
)  # fmt: skip


@source(GENERATOR)
def image_data_generator(
    featurewise_center: Param = False,
    samplewise_center: Param = False,
    featurewise_std_normalization: Param = False,
    samplewise_std_normalization: Param = False,
    zca_whitening: Param = False,
    zca_epsilon: Param = 1e-6,
    rotation_range: Param = 0,
    width_shift_range: Param = 0.0,
    height_shift_range: Param = 0.0,
    brightness_range: Param = None,
    shear_range: Param = 0.0,
    zoom_range: Param = 0.0,
    channel_shift_range: Param = 0.0,
    fill_mode: Param = "nearest",
    cval: Param = 0.0,
    horizontal_flip: Param = False,
    vertical_flip: Param = False,
    rescale: Param = None,
    preprocessing_function: Param = None,
    data_format: Param = None,
    validation_split: Param = 0.0,
    interpolation_order: Param = 1,
    dtype: Param = None,
) -> Expr:
    """A transform of single images; its random numbers are others."""
    given = dict(locals())
    for name in _REFUSED:
        if not _is_off(given[name]):
            raise Unsupported(f"{name} is not translated")
    if not data_format.is_const(None, "channels_last") or not dtype.is_const(None, "float32"):
        raise Unsupported("channels first, or another type than float32")
    parts = [*_affine(given), *_mirrors(horizontal_flip, vertical_flip)]
    if isinstance(preprocessing_function.value, Applied):
        parts.append(helper("ImageFunction", replace(preprocessing_function, value=UNKNOWN)))
    elif not preprocessing_function.is_const(None):
        parts.append(helper("ArrayFunction", preprocessing_function))
    if not _is_off(rescale):
        parts.append(helper("Rescale", rescale))
    made = call("nn.Sequential", *parts) if len(parts) > 1 else call("nn.Identity")
    if len(parts) == 1:
        made = parts[0]
    split = None if _is_off(validation_split) else validation_split
    return replace(made, value=Changes(split, not parts))


def _is_off(value: Expr) -> bool:
    return value.is_const(None, False, 0, 0.0)


def _affine(given: dict[str, Any]) -> list[Expr]:
    """How images are turned, moved, sheared and zoomed."""
    ranges = {
        "rotation": given["rotation_range"],
        "height_shift": given["height_shift_range"],
        "width_shift": given["width_shift_range"],
        "shear": given["shear_range"],
    }
    options: dict[str, Arg] = {k: value for k, value in ranges.items() if not _is_off(value)}
    for name in ("height_shift", "width_shift"):
        size = ranges[name].value
        if name in options and not (isinstance(size, float) and 0 < size < 1):
            raise Unsupported("shifts that are not a known part of the image")
    zoom = given["zoom_range"]
    if not _is_off(zoom):
        options["zoom"] = _zoom(zoom)
    if options and not given["fill_mode"].is_const("nearest"):
        raise Unsupported("fill_mode=…, other than the nearest edge")
    if options and not given["interpolation_order"].is_const(1):
        raise Unsupported("another interpolation than a linear one")
    return [helper("RandomAffine", **options)] if options else []


def _zoom(zoom: Expr) -> Arg:
    if isinstance(zoom.value, (int, float)):
        return tuple(round(1 + sign * zoom.value, 12) for sign in (-1, 1))
    if isinstance(zoom.value, (tuple, list)) and len(zoom.value) == 2:
        return zoom
    raise Unsupported("a zoom that is only known at run time")


def _mirrors(horizontal: Expr, vertical: Expr) -> list[Expr]:
    if not horizontal.is_const(True, False) or not vertical.is_const(True, False):
        raise Unsupported("whether images are flipped is only known at run time")
    flipped = ((1, horizontal), (0, vertical))
    return [helper("RandomMirror", axis) for axis, flip in flipped if flip.is_const(True)]


@source(f"{GENERATOR}.flow")
def flow(
    generator: Param,
    x: Param,
    y: Param = None,
    batch_size: Param = 32,
    shuffle: Param = True,
    sample_weight: Param = None,
    seed: Param = None,
    save_to_dir: Param = None,
    save_prefix: Param = "",
    save_format: Param = "png",
    ignore_class_split: Param = False,
    subset: Param = None,
) -> Expr:
    """The rows of arrays, in batches."""
    changes = _changes(generator)
    if y.is_const(None) or not sample_weight.is_const(None) or not save_to_dir.is_const(None):
        raise Unsupported("images without targets, with weights, or that are saved")
    if not subset.is_const(None):
        x, y = (_part(array, changes, subset) for array in (x, y))
    data = helper("ImageArrays", x, y, replace(generator, value=UNKNOWN))
    element: Element = (IMAGES, Leaf())
    return loader(data, batch_size, shuffle, seed, element, Folder.ARRAYS)


def _changes(generator: Expr) -> Changes:
    changes = generator.value
    assert isinstance(changes, Changes)
    return changes


def _part(array: Expr, changes: Changes, subset: Expr) -> Expr:
    """The first ones validate, the others train."""
    if not re.fullmatch(r"[A-Za-z_][\w.]*", array.text):
        raise Unsupported("a part of what is no variable")
    count = call("int", infix(call("len", array), "*", _split(changes, subset)))
    part = f":{count}" if subset.is_const("validation") else f"{count}:"
    return index(array, replace(count, text=part))


def _split(changes: Changes, subset: Expr) -> Expr:
    if changes.split is None or not subset.is_const("training", "validation"):
        raise Unsupported("which part of the images is meant is not known")
    return changes.split


@source(f"{GENERATOR}.flow_from_directory")
def flow_from_directory(
    generator: Param,
    directory: Param,
    target_size: Param = (256, 256),
    color_mode: Param = "rgb",
    classes: Param = None,
    class_mode: Param = "categorical",
    batch_size: Param = 32,
    shuffle: Param = True,
    seed: Param = None,
    save_to_dir: Param = None,
    save_prefix: Param = "",
    save_format: Param = "png",
    follow_links: Param = False,
    subset: Param = None,
    interpolation: Param = "nearest",
    keep_aspect_ratio: Param = False,
) -> Expr:
    """The files of a folder, in batches."""
    changes = _changes(generator)
    if not classes.is_const(None) or not save_to_dir.is_const(None):
        raise Unsupported("a list of classes, or images that are saved")
    if not (follow_links.is_const(False) and keep_aspect_ratio.is_const(False)):
        raise Unsupported("links to other folders, or images that keep their proportions")
    if not interpolation.is_const("nearest"):
        raise Unsupported("another interpolation than the nearest pixel")
    mode = expr("sparse") if class_mode.is_const("binary") else class_mode
    kind = f"{kind_of(mode, color_mode)}ImageDirectory"
    data = helper(kind, directory, target_size, replace(generator, value=UNKNOWN))
    if not subset.is_const(None):
        share = _split(changes, subset)
        ends = (0, share) if subset.is_const("validation") else (share, 1)
        data = helper("part_of_classes", data, *ends)
    element: Element = (IMAGES, Leaf(1, "int64"))
    if mode.is_const(None):
        element = IMAGES
    elif mode.is_const("categorical"):
        element = (IMAGES, Leaf(2, "float32"))
    elif mode.is_const("input"):
        element = (IMAGES, IMAGES)
    return loader(data, batch_size, shuffle, seed, element, Folder.KERAS)


@source(f"{GENERATOR}.flow_from_dataframe")
def flow_from_dataframe(
    generator: Param,
    dataframe: Param,
    directory: Param = None,
    x_col: Param = "filename",
    y_col: Param = "class",
    weight_col: Param = None,
    target_size: Param = (256, 256),
    color_mode: Param = "rgb",
    classes: Param = None,
    class_mode: Param = "categorical",
    batch_size: Param = 32,
    shuffle: Param = True,
    seed: Param = None,
    save_to_dir: Param = None,
    save_prefix: Param = "",
    save_format: Param = "png",
    subset: Param = None,
    interpolation: Param = "nearest",
    validate_filenames: Param = True,
) -> Expr:
    """Which files and classes a table names, is only known when the program runs."""
    raise Unsupported("files that a table names: write a data set that reads its rows")
