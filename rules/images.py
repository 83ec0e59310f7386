"""Image files as arrays."""

from __future__ import annotations

from rules.emitted import emitted
from transpiler.ir.expr import Arg, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.rule import Param, helper, source

#: Filters of PIL by Keras's names.
_FILTERS = {
    "nearest": "NEAREST", "bilinear": "BILINEAR", "bicubic": "BICUBIC", "hamming": "HAMMING",
    "box": "BOX", "lanczos": "LANCZOS",
}  # fmt: skip
_MODES = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}


@source("keras.utils.load_img", "keras.preprocessing.image.load_img")
def load_img(
    path: Param,
    color_mode: Param = "rgb",
    target_size: Param = None,
    interpolation: Param = "nearest",
    keep_aspect_ratio: Param = False,
) -> Expr:
    """What Keras itself does with PIL."""
    if not keep_aspect_ratio.is_const(False):
        raise Unsupported("an image that keeps its proportions")
    if not (color_mode.is_const(*_MODES) and interpolation.is_const(*_FILTERS)):
        raise Unsupported("a color mode or an interpolation that is only known at run time")
    given: dict[str, Arg] = {}
    if not color_mode.is_const("rgb"):
        given["mode"] = _MODES[color_mode.value]
    if not interpolation.is_const("nearest"):
        given["resample"] = Expr(f"PIL.Image.{_FILTERS[interpolation.value]}")
    sizes = [] if target_size.is_const(None) else [target_size]
    return helper("load_img", path, *sizes, **given)


emitted(
    "load_img",
    '''
def load_img(path, size=None, mode="RGB", resample=PIL.Image.NEAREST):
    """An image, of so many rows and columns; 16-bit grays stay as they are."""
    image = PIL.Image.open(path)
    if mode != "L" or image.mode not in ("I", "I;16"):
        image = image.convert(mode)
    return image if size is None else image.resize((size[1], size[0]), resample)
''',
    (),
    "import PIL.Image",
    early=True,
)


@source("keras.utils.img_to_array", "keras.preprocessing.image.img_to_array")
def img_to_array(img: Param, data_format: Param = None, dtype: Param = None) -> Expr:
    """Height, width and channels, which an image in shades of gray lacks."""
    if not data_format.is_const(None, "channels_last"):
        raise Unsupported("an array whose channels come first")
    if not dtype.is_const(None, "float32"):
        raise Unsupported("an array of another type than float32")
    return helper("img_to_array", img)


emitted(
    "img_to_array",
    '''
def img_to_array(image):
    """An image as numbers, with an axis for its channels."""
    array = np.asarray(image, dtype="float32")
    return array[..., np.newaxis] if array.ndim == 2 else array
''',
    (),
    "import numpy as np",
    early=True,
)
