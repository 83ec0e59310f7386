"""Keras's generators of changed images: a transform, and loaders of what it is applied to."""

from __future__ import annotations

import re
from typing import Any

from rules.image_folders import IMAGES, images_of, in_colors, kind_of, loader, resampled
from transpiler.ir.expr import (
    POSTFIX,
    UNKNOWN,
    Arg,
    Expr,
    call,
    expr,
    index,
    infix,
    method,
    sequence_expr,
)
from transpiler.ir.pipeline import Applied, Changes, Element, Folder, Leaf, Needs, Options
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source

GENERATOR = "keras.preprocessing.image.ImageDataGenerator"


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
    if not data_format.is_const(None, "channels_last") or not dtype.is_const(None, "float32"):
        raise Unsupported("channels first, or another type than float32")
    parts = _affine(given)
    if not _is_off(channel_shift_range):
        parts.append(helper("RandomChannelShift", channel_shift_range))
    parts += _mirrors(horizontal_flip, vertical_flip)
    if not _is_off(brightness_range):
        parts.append(helper("RandomExposure", *_two(brightness_range)))
    if isinstance(preprocessing_function.value, Applied):
        parts.append(helper("ImageFunction", replace(preprocessing_function, value=UNKNOWN)))
    elif not preprocessing_function.is_const(None):
        parts.append(helper("ArrayFunction", preprocessing_function))
    if not _is_off(rescale):
        parts.append(helper("Rescale", rescale))
    parts += _by_sample(given)
    statistics = _by_feature(given)
    parts += statistics
    made = call("nn.Sequential", *parts) if len(parts) > 1 else call("nn.Identity")
    if len(parts) == 1:
        made = parts[0]
    split = None if _is_off(validation_split) else validation_split
    factor = None if _is_off(rescale) else rescale
    needs = Needs(len(parts) > 1, factor) if statistics else None
    return replace(made, value=Changes(split, not parts, needs))


#: The options that are decided on when the program runs, and what does what they ask for.
_OPTIONS = {
    "rotation_range": "RandomAffine",
    "width_shift_range": "RandomAffine",
    "height_shift_range": "RandomAffine",
    "shear_range": "RandomAffine",
    "zoom_range": "RandomAffine",
    "fill_mode": "RandomAffine",
    "cval": "RandomAffine",
    "channel_shift_range": "RandomChannelShift",
    "horizontal_flip": "RandomMirror",
    "vertical_flip": "RandomMirror",
    "brightness_range": "RandomExposure",
    "preprocessing_function": "ArrayFunction",
    "rescale": "Rescale",
    "samplewise_center": "CenterImage",
    "samplewise_std_normalization": "StandardizeImage",
}
_SHIFTS = {"width_shift_range", "height_shift_range"}


@source(f"{GENERATOR}.of_options")
def of_options(
    options: Param = None,
    rotation_range: Param = None,
    width_shift_range: Param = None,
    height_shift_range: Param = None,
    shear_range: Param = None,
    zoom_range: Param = None,
    fill_mode: Param = None,
    cval: Param = None,
    channel_shift_range: Param = None,
    horizontal_flip: Param = None,
    vertical_flip: Param = None,
    brightness_range: Param = None,
    rescale: Param = None,
    samplewise_center: Param = None,
    samplewise_std_normalization: Param = None,
    validation_split: Param = None,
) -> Expr:
    """A transform that a function makes of a dict, whatever is in it."""
    named: dict[str, Expr] = {k: v for k, v in locals().items() if not v.is_const(None)}
    unpacked, split = named.pop("options", None), named.pop("validation_split", None)
    keys = frozenset[str]()
    if unpacked is not None:
        assert isinstance(unpacked.value, Options)
        known = unpacked.value.keys
        keys = frozenset(_OPTIONS) if known is None else known
    if not keys <= _OPTIONS.keys():
        raise Unsupported(f"{min(keys - _OPTIONS.keys())} in a dict of options")
    asked = {*keys, *named}
    asked |= {"fill_mode"} if "cval" in asked else set()
    helpers = {_OPTIONS[option] for option in asked}
    if "RandomAffine" in helpers:
        helpers |= {f"RandomAffine.{option}" for option in asked & {"fill_mode", "cval"}}
        helpers |= {"RandomAffine.pixels", "random_shift"} if asked & _SHIFTS else set()
        asked.add("moves")
    helpers |= {f"augmentation.{option}" for option in asked}
    whole = [] if unpacked is None else [_starred(unpacked)]
    made = helper("augmentation", *whole, **named)
    return replace(made, value=Changes(split), helpers=made.helpers | helpers)


def _starred(options: Expr) -> Expr:
    return replace(options, text=f"**{options.wrapped(POSTFIX)}", value=UNKNOWN)


def _is_off(value: Expr) -> bool:
    return value.is_const(None, False, 0, 0.0)


#: What moves pixels, by what is taken for those that are outside of the image.
_FILLED = {
    "nearest": "RandomAffine",
    "constant": "RandomAffineOnBlack",
    "reflect": "RandomAffineReflected",
}


def _affine(given: dict[str, Any]) -> list[Expr]:
    """How images are turned, moved, sheared and zoomed."""
    ranges = {
        "rotation": given["rotation_range"],
        "height_shift": given["height_shift_range"],
        "width_shift": given["width_shift_range"],
        "shear": given["shear_range"],
    }
    options: dict[str, Arg] = {k: value for k, value in ranges.items() if not _is_off(value)}
    pixels = any(
        name in options and not _is_share(ranges[name]) for name in ("height_shift", "width_shift")
    )
    zoom = given["zoom_range"]
    if not _is_off(zoom):
        options["zoom"] = _zoom(zoom)
    if not options:
        return []
    if not given["interpolation_order"].is_const(1):
        raise Unsupported("another interpolation than a linear one")
    mode, cval = given["fill_mode"], given["cval"]
    filled = _FILLED.get(mode.value) if mode.known else None
    if mode.is_const("constant") and not cval.is_const(0, 0.0):
        filled = None
    if filled is None:
        options["fill_mode"] = mode
        if not cval.is_const(0, 0.0):
            options["cval"] = cval
    made = helper(filled or "RandomAffine", **options)
    asked = {"fill_mode", "cval"} & options.keys() | ({"pixels"} if pixels else set())
    return [_asking(made, filled or "RandomAffine", asked)]


def _is_share(size: Expr) -> bool:
    """Whether an image is moved by up to a known part of its size."""
    return isinstance(size.value, float) and 0 < size.value < 1


def _asking(made: Expr, name: str, options: set[str]) -> Expr:
    """An emitted class or function with these of its options, and what they need."""
    helpers = {f"{name}.{option}" for option in options}
    if "pixels" in options:
        helpers.add("random_shift")
    return replace(made, helpers=made.helpers | helpers)


def _zoom(zoom: Expr) -> Arg:
    if isinstance(zoom.value, (int, float)):
        return tuple(round(1 + sign * zoom.value, 12) for sign in (-1, 1))
    if isinstance(zoom.value, (tuple, list)) and len(zoom.value) == 2:
        return zoom
    raise Unsupported("a zoom that is only known at run time")


def _two(ends: Expr) -> tuple[Arg, Arg]:
    """The ends of a range."""
    if isinstance(ends.value, (tuple, list)) and len(ends.value) == 2:
        return ends.value[0], ends.value[1]
    return index(ends, 0), index(ends, 1)


def _switch(given: dict[str, Any], name: str) -> bool:
    value: Expr = given[name]
    if not value.is_const(True, False):
        raise Unsupported(f"{name} is only known at run time")
    return value.is_const(True)


def _by_sample(given: dict[str, Any]) -> list[Expr]:
    """Each image by its own mean, and deviation."""
    if _switch(given, "samplewise_std_normalization"):
        return [helper("StandardizeImage")]
    return [helper("CenterImage")] if _switch(given, "samplewise_center") else []


def _by_feature(given: dict[str, Any]) -> list[Expr]:
    """Images by what is found in others; as in Keras, whitening does not divide by a deviation."""
    divides = _switch(given, "featurewise_std_normalization")
    if _switch(given, "zca_whitening"):
        if divides:
            raise Unsupported("zca_whitening together with featurewise_std_normalization")
        epsilon = given["zca_epsilon"]
        return [helper("Whiten", *([] if epsilon.is_const(1e-6) else [epsilon]))]
    if divides:
        return [helper("Standardize")]
    return [helper("Center")] if _switch(given, "featurewise_center") else []


@source(f"{GENERATOR}.fit")
def fit(
    generator: Param,
    x: Param,
    augment: Param = False,
    rounds: Param = 1,
    seed: Param = None,
) -> Expr:
    """Finds the statistics of the images that the generator subtracts and divides by."""
    needs = _changes(generator).needs
    assert needs is not None
    if not augment.is_const(False):
        raise Unsupported("statistics of images that are changed at random")
    made = replace(generator, value=UNKNOWN)
    images = x if needs.factor is None else infix(x, "*", needs.factor)
    return method(index(made, -1) if needs.last else made, "fit", images)


def _mirrors(horizontal: Expr, vertical: Expr) -> list[Expr]:
    if not horizontal.is_const(True, False) or not vertical.is_const(True, False):
        raise Unsupported("whether images are flipped is only known at run time")
    flipped = ((1, horizontal), (0, vertical))
    return [helper("RandomMirror", axis) for axis, flip in flipped if flip.is_const(True)]


@source(f"{GENERATOR}.flow")
def flow(
    generator: Param,
    x: Expr | tuple[Expr, ...],
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
    images, *others = x if isinstance(x, tuple) else (x,)
    rows = [array for array in (y, sample_weight) if not array.is_const(None)]
    if y.is_const(None) and (others or rows):
        raise Unsupported("other arrays beside images without targets")
    if not subset.is_const(None):
        images = _part(images, changes, subset)
        others = [_part(array, changes, subset) for array in others]
        # Keras cuts the targets alone, and gives the weights of the first samples to each part
        rows = [_part(array, changes, subset) for array in rows[:1]] + rows[1:]
    name = ("ImageArray", "ImageArrays", "WeightedImageArrays")[len(rows)]
    element: Element = (IMAGES, *(Leaf() for _ in rows)) if rows else IMAGES
    if others:
        element = ((IMAGES, *(Leaf() for _ in others)), *(Leaf() for _ in rows))
        name, rows = f"Mixed{name}", [sequence_expr(others, list), *rows]
    data = helper(name, images, *rows, replace(generator, value=UNKNOWN))
    if not save_to_dir.is_const(None):
        if others:
            raise Unsupported("images with other arrays that are saved")
        data = _saved(data, bool(rows), save_to_dir, save_prefix, save_format)
    return loader(data, batch_size, shuffle, seed, element, Folder.ARRAYS)


def _saved(data: Expr, labeled: bool, folder: Expr, prefix: Expr, ending: Expr) -> Expr:
    """Images of which files are written, unless the folder turns out to be None."""
    options: dict[str, Arg] = {}
    if not prefix.is_const(""):
        options["prefix"] = prefix
    if not ending.is_const("png"):
        options["ending"] = ending
    name = "SavedSamples" if labeled else "SavedImages"
    made = helper(name, data, folder, **options)
    return made if folder.known else replace(made, helpers=made.helpers | {f"{name}.perhaps"})


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
    if not (follow_links.is_const(False) and keep_aspect_ratio.is_const(False)):
        raise Unsupported("links to other folders, or images that keep their proportions")
    mode = expr("sparse") if class_mode.is_const("binary") else class_mode
    kind, given = kind_of(mode, color_mode, True), [directory, target_size]
    given.append(replace(generator, value=UNKNOWN))
    if classes.is_const(None):
        data = helper(f"{kind}ImageDirectory", *given)
    else:
        data = helper(f"{kind}ImagesOfClasses", *given, classes)
    data = in_colors(resampled(data, interpolation), color_mode)
    if not subset.is_const(None):
        share = _split(changes, subset)
        ends = (0, share) if subset.is_const("validation") else (share, 1)
        data = helper("part_of_classes", data, *ends)
    pixels = images_of(target_size, color_mode)
    element: Element = (pixels, Leaf(1, "int64"))
    if mode.is_const(None):
        element = pixels
    elif mode.is_const("categorical"):
        element = (pixels, Leaf(2, "float32"))
    elif mode.is_const("input"):
        element = (pixels, pixels)
    if save_to_dir.is_const(None):
        return loader(data, batch_size, shuffle, seed, element, Folder.KERAS)
    data = _saved(data, not mode.is_const(None), save_to_dir, save_prefix, save_format)
    return loader(data, batch_size, shuffle, seed, element, Folder.ARRAYS)


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
    """The files that a table names, in batches."""
    changes = _changes(generator)
    if not weight_col.is_const(None):
        raise Unsupported("images that have weights")
    if not validate_filenames.is_const(True):
        raise Unsupported("files that may lack")
    mode = expr("sparse") if class_mode.is_const("binary") else class_mode
    raw = mode.is_const("raw", "other")
    if mode.is_const("multi_output"):
        raise Unsupported("several targets for each image")
    kind = kind_of(expr(None) if raw else mode, color_mode, True)
    kind = kind.replace("Unlabeled", "Target") if raw else kind
    root = expr("") if directory.is_const(None) else directory
    columns = [x_col] if mode.is_const(None, "input") else [x_col, y_col]
    given = [dataframe, root, *columns, target_size, replace(generator, value=UNKNOWN)]
    if classes.is_const(None) or len(columns) == 1 or raw:
        data = helper(f"{kind}ImageTable", *given)
    else:
        data = helper(f"{kind}ImageTableOfClasses", *given, classes)
    data = in_colors(resampled(data, interpolation), color_mode)
    if not subset.is_const(None):
        share = _split(changes, subset)
        ends = (0, share) if subset.is_const("validation") else (share, 1)
        data = helper("part_of_rows", data, *ends)
    pixels = images_of(target_size, color_mode)
    element: Element = (pixels, Leaf() if raw else Leaf(1, "int64"))
    if mode.is_const(None):
        element = pixels
    elif mode.is_const("categorical"):
        element = (pixels, Leaf(2, "float32"))
    elif mode.is_const("input"):
        element = (pixels, pixels)
    if save_to_dir.is_const(None):
        return loader(data, batch_size, shuffle, seed, element, Folder.TABLE)
    data = _saved(data, not mode.is_const(None), save_to_dir, save_prefix, save_format)
    return loader(data, batch_size, shuffle, seed, element, Folder.ARRAYS)
