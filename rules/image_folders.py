"""Folders of images as data sets, as `image_dataset_from_directory` reads them."""

from __future__ import annotations

from rules.emitted_images import LABELS, MODES
from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import Arg, Expr, call, expr, method
from transpiler.ir.pipeline import Element, Folder, Gives, Leaf, Pipeline, batched
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, source

IMAGES = Leaf(4, "float32")
_CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}


def images_of(size: Expr, color_mode: Expr) -> Leaf:
    """Batches of images of this size."""
    items = size.items if size.items is not None else ()
    known = [item.value for item in items] if items else size.value
    sizes = known if isinstance(known, (list, tuple)) else (known, known)
    height, width = (one if isinstance(one, int) else None for one in (*sizes, None, None)[:2])
    channels = _CHANNELS.get(str(color_mode.value))
    return replace(IMAGES, sizes=(None, height, width, channels))


@source("keras.utils.image_dataset_from_directory",
        "keras.preprocessing.image_dataset_from_directory",
        "keras.preprocessing.image.image_dataset_from_directory",
        fidelity=Fidelity.CLOSE)  # fmt: skip
def image_dataset_from_directory(
    directory: Param,
    labels: Param = "inferred",
    label_mode: Param = "int",
    class_names: Param = None,
    color_mode: Param = "rgb",
    batch_size: Param = 32,
    image_size: Param = (256, 256),
    shuffle: Param = True,
    seed: Param = None,
    validation_split: Param = None,
    subset: Param = None,
    interpolation: Param = "bilinear",
    follow_links: Param = False,
    crop_to_aspect_ratio: Param = False,
    pad_to_aspect_ratio: Param = False,
    data_format: Param = None,
    format: Param = "tf",
    verbose: Param = True,
) -> Expr:
    """PIL decodes JPEG and 16-bit files, and makes colors gray, with slightly other values."""
    if not labels.is_const("inferred", None):
        raise Unsupported("labels that the folders don't give")
    if not crop_to_aspect_ratio.is_const(True, False) or not pad_to_aspect_ratio.is_const(False):
        raise Unsupported("images that are padded, or whose cropping is only known at run time")
    if not (follow_links.is_const(False) and data_format.is_const(None, "channels_last")):
        raise Unsupported("links to other folders, or channels first")
    if not (interpolation.is_const("bilinear", "nearest") and format.is_const("tf")):
        raise Unsupported("another interpolation than bilinear or nearest, or another format")
    if labels.is_const(None):
        label_mode = labels
    images = _images(directory, kind_of(label_mode, color_mode), image_size, class_names,
                     crop_to_aspect_ratio)  # fmt: skip
    if interpolation.is_const("nearest"):
        images = with_option(images, "mode", "nearest-exact")
    pixels = images_of(image_size, color_mode)
    element: Element = (pixels, Leaf(1, "int64"))
    if label_mode.is_const(None):
        element = pixels
    elif not label_mode.is_const("int"):
        element = (pixels, Leaf(2, "float32"))
    if batch_size.is_const(None):
        return _single(images, validation_split, subset, shuffle, seed, element)
    if subset.is_const("both"):
        parts = [part_of_folder(images, validation_split, expr(s), shuffle, seed) for s in _SUBSETS]
        orders = (shuffle, expr(False))
        pairs = zip(parts, orders, strict=True)
        pair = [loader(part, batch_size, o, seed, element, Folder.TF) for part, o in pairs]
        return replace(expr(tuple(pair)), value=tuple(one.value for one in pair))
    if not subset.is_const(None):
        images = part_of_folder(images, validation_split, subset, shuffle, seed)
    return loader(images, batch_size, shuffle, seed, element, Folder.TF)


def with_option(data: Expr, name: str, value: Arg) -> Expr:
    """A data set of an emitted class with one more argument, which others may go without."""
    made, _, rest = data.text.partition("(")
    added = call(made, **{name: value}).text.removeprefix(f"{made}(")
    text = f"{made}({rest.removesuffix(')')}, {added}"
    return replace(data, text=text, helpers=data.helpers | {f"{made}.{name}"})


def resampled(data: Expr, interpolation: Expr) -> Expr:
    """Images that PIL resizes, in another way than by the nearest pixels."""
    if not interpolation.is_const(*_FILTERS):
        raise Unsupported("an interpolation that PIL does not have, or is not known")
    if interpolation.is_const("nearest"):
        return data
    return with_option(data, "resample", Expr(f"PIL.Image.{str(interpolation.value).upper()}"))


def in_colors(data: Expr, color_mode: Expr) -> Expr:
    """Images of which only the program knows when it runs how many colors they have."""
    return data if color_mode.known else with_option(data, "color_mode", color_mode)


_FILTERS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")


def _images(directory: Expr, kind: str, size: Expr, classes: Expr, crops: Expr) -> Expr:
    """The images of a folder, one by one."""
    given = [directory, size if size.items is not None or not size.known else expr((size, size))]
    cropped = "Cropped" if crops.is_const(True) else ""
    if classes.is_const(None):
        return helper(f"{cropped}{kind}ImageFolder", *given)
    if kind.startswith("Unlabeled"):
        raise Unsupported("classes of images without labels")
    return helper(f"{cropped}{kind}ImageFolderOfClasses", *given, classes)


def _single(
    images: Expr, share: Expr, subset: Expr, shuffle: Expr, seed: Expr, element: Element
) -> Expr:
    """Images that are still to be batched."""
    if subset.is_const("both"):
        raise Unsupported("both parts of single images: ask for them one by one")
    if not subset.is_const(None):
        images = part_of_folder(images, share, subset, shuffle, seed)
    made = Pipeline(Gives.SAMPLES, batched(element, -1), folder=Folder.SINGLE)
    if not shuffle.is_const(False):
        made = replace(made, shuffled=shuffle, seed=None if seed.is_const(None) else seed)
    return replace(images, value=made)


_SUBSETS = ("training", "validation")


def kind_of(label_mode: Expr, color_mode: Expr, open_colors: bool = False) -> str:
    """How the name of the class begins that gives such labels of such images.

    With `open_colors`, it is that of a class which may be told how many colors they have.
    """
    if open_colors and not color_mode.known:
        color_mode = expr("rgb")
    if not label_mode.is_const(*LABELS) or not color_mode.is_const(*MODES):
        raise Unsupported("labels or colors whose mode is only known at run time")
    return f"{LABELS[label_mode.value]}{MODES[color_mode.value]}"


def loader(
    data: Expr, batch_size: Expr, shuffle: Expr, seed: Expr, element: Element, kind: Folder
) -> Expr:
    """Batches of images, in random order if that is asked."""
    given: dict[str, Arg] = {"batch_size": batch_size}
    random = not shuffle.is_const(False)
    if random:
        given["shuffle"] = shuffle
        if not seed.is_const(None):
            given["generator"] = method(call("torch.Generator"), "manual_seed", seed)
    code = call("DataLoader", data, **given)
    helpers = code.helpers | ({"torch"} if "generator" in given else set())
    made = Pipeline(Gives.BATCHES, element, random=random, remade=random, folder=kind, counted=True)
    drawn = None if seed.is_const(None) else seed
    return replace(code, value=replace(made, drawn=drawn), helpers=helpers)


def part_of_folder(folder: Expr, share: Expr, subset: Expr, shuffle: Expr, seed: Expr) -> Expr:
    """The images to train with, or those to validate with, which are the last of all."""
    if subset.known and not subset.is_const(*_SUBSETS):
        raise Unsupported('subset=…, other than "training", "validation" or "both"')
    if shuffle.is_const(False):
        return helper("part_in_order", folder, share, subset)
    if not shuffle.is_const(True) or seed.is_const(None):
        raise Unsupported("whether the images are shuffled before they are split is not known")
    return helper("random_part", folder, share, subset, seed)
