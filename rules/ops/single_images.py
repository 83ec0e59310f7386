"""Functions on one image alone, or a batch, as data pipelines apply them: channels come last."""

from __future__ import annotations

from rules.emitted import FUNCTIONAL, TORCH, emitted
from rules.ops.image import MODES
from transpiler.ir.expr import MUL, Arg, Expr, Symbol, call, expr, index, infix, method, ternary
from transpiler.ir.tensor import Dim, Layout, Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import ONE_IMAGE, Param, helper, op


def _image(x: Tensor) -> Tensor:
    """What is surely one image."""
    if x.dims is None or x.rank != 3 or x.layout is Layout.FIRST:
        raise Unsupported("what is not known to be one image alone")
    return x


def _images(x: Tensor) -> Tensor:
    """What is surely one image, or a batch of images."""
    if x.dims is None or x.rank not in (3, 4) or x.layout is Layout.FIRST:
        raise Unsupported("what is not known to be one image alone, or a batch of images")
    return x


def _floats(x: Tensor) -> Tensor:
    """What surely holds images of floats: of others, TensorFlow rounds the values."""
    if not x.dtype.startswith("float"):
        raise Unsupported(f"an image of {x.dtype}, whose values TensorFlow rounds")
    return _images(x)


def _made(x: Tensor, name: str, *arguments: Arg) -> Tensor:
    return replace(x, code=helper(name, x.code, *arguments))


#: The ending of functions that work on batches.
_EACH = "_each"


def _made_of_all(x: Tensor, name: str, *arguments: Arg) -> Tensor:
    """By the function for one image, or that for a batch."""
    return _made(x, name if x.rank == 3 else f"{name}{_EACH}", *arguments)


@op(f"tf.image.resize{ONE_IMAGE}", f"keras.ops.image.resize{ONE_IMAGE}")
def resize(
    images: Tensor,
    size: Param,
    method: Param = "bilinear",
    preserve_aspect_ratio: Param = False,
    antialias: Param = False,
) -> Tensor:
    """Pixel centers as in torch; nearest is torch's nearest-exact."""
    if not preserve_aspect_ratio.is_const(False) or not antialias.is_const(False):
        raise Unsupported("a resize that preserves the aspect ratio, or smooths")
    kind = method.value
    kind = kind.name.rpartition(".")[2] if isinstance(kind, Symbol) else str(kind)
    mode = MODES.get(kind.lower())
    if mode is None:
        raise Unsupported(f"{kind} interpolation: torch's gives other numbers")
    name = "resize_image" if mode == "bilinear" else "resize_nearest"
    dtype = "float32" if mode == "bilinear" else images.dtype
    if images.dims is None:
        return _made(replace(images, dtype=dtype), f"{name}{_EACH}", size)
    image = _image(images)
    sizes = size.items
    dims: tuple[Dim, ...] = (None,) if sizes is None or len(sizes) != 2 else (sizes[1],)
    made = replace(image, dims=(*dims, image.dims[-1] if image.dims else None), dtype=dtype)
    return _made(made, name, size)


for _name, _mode, _cast in (
    ("resize_image", "bilinear", ".to(torch.float32)"),
    ("resize_nearest", "nearest-exact", ""),
):
    emitted(
        f"{_name}{_EACH}",
        f'''
def {_name}{_EACH}(images, size):
    """Images at another size, or one alone: rows, columns and channels."""
    images = images{_cast}.movedim(-1, -3)
    batch = images.reshape(-1, *images.shape[-3:])
    resized = F.interpolate(batch, size, mode="{_mode}")
    return resized.reshape(*images.shape[:-2], *resized.shape[-2:]).movedim(-3, -1)
''',
        (),
        TORCH,
        FUNCTIONAL,
        early=True,
    )
    emitted(
        _name,
        f'''
def {_name}(image, size):
    """An image at another size: rows, columns and channels."""
    image = image{_cast}.movedim(-1, 0)[None]
    return F.interpolate(image, size, mode="{_mode}")[0].movedim(0, -1)
''',
        (),
        TORCH,
        FUNCTIONAL,
        early=True,
    )


@op("tf.image.convert_image_dtype")
def convert_image_dtype(image: Tensor, dtype: Param, saturate: Param = False) -> Tensor:
    """Bytes become numbers up to one."""
    wanted = dtype.value.name if isinstance(dtype.value, Symbol) else str(dtype.value)
    wanted = wanted.rpartition(".")[2]
    if image.dtype == wanted != "":
        return image
    if wanted != "float32" or image.dtype != "uint8":
        raise Unsupported("images of other types than bytes and float32")
    code = infix(method(image.code, "to", Expr("torch.float32")), "/", 255)
    return replace(image, code=code, dtype="float32")


@op("tf.image.rgb_to_grayscale", layout=Layout.LAST)
def rgb_to_grayscale(images: Tensor) -> Tensor:
    """The brightness, with the weights of TensorFlow."""
    image = _floats(images)
    weights = method(image.code, "new_tensor", [expr(0.2989), expr(0.587), expr(0.114)])
    code = method(infix(image.code, "*", weights), "sum", -1, keepdim=True)
    return replace(image, code=code, dims=(*image.spatial, expr(1)))


@op("tf.image.crop_to_bounding_box")
def crop_to_bounding_box(
    image: Tensor,
    offset_height: Param,
    offset_width: Param,
    target_height: Param,
    target_width: Param,
) -> Tensor:
    """A slice."""
    image = _image(image)
    rows, columns = _part(offset_height, target_height), _part(offset_width, target_width)
    code = index(image.code, rows, columns)
    return replace(image, code=code, dims=(target_width, image.dims[-1] if image.dims else None))


def _part(start: Expr, size: Expr) -> Expr:
    """The slice that begins somewhere, and is so long."""
    stop = infix(start, "+", size)
    plain = start.is_const(0) or size.text.isdigit()
    text = stop.text if plain else f"{start} + {size.wrapped(MUL)}"
    names = start.names | size.names
    if start.is_const(0):
        return Expr(f":{size}", names=names)
    return Expr(f"{start}:{text}" if text.isdigit() else f"{start} : {text}", names=names)


@op("tf.image.random_crop", "tf.random_crop", layout=Layout.LAST)
def random_crop(value: Tensor, size: Param, seed: Param = None) -> Tensor:
    """A part of this size; the random numbers are others."""
    image = _images(value)
    dims = (None,) * (image.rank - 1) if size.items is None else size.items[1:]
    return _made(replace(image, dims=tuple(dims)), "random_crop", size)


emitted(
    "random_crop",
    '''
def random_crop(image, size):
    """A part of this size, at a random place."""
    for axis, length in enumerate(size):
        start = torch.randint(image.shape[axis] - length + 1, ()).item()
        image = image.narrow(axis, start, length)
    return image
''',
    (),
    TORCH,
    early=True,
)


def _random_flip(name: str, axis: int) -> None:
    @op(f"tf.image.{name}", layout=Layout.LAST)
    def build(image: Tensor, seed: Param = None) -> Tensor:
        """Half of the time; the random numbers are others."""
        image = _images(image)
        if image.rank == 4:
            return _made(image, "random_flips", axis + 1)
        flips = infix(_draw(), "<", 0.5)
        return replace(image, code=ternary(flips, method(image.code, "flip", axis), image.code))


_random_flip("random_flip_left_right", 1)
_random_flip("random_flip_up_down", 0)


emitted(
    "random_flips",
    '''
def random_flips(images, axis):
    """Mirror half of the images of a batch along an axis."""
    flips = torch.rand(len(images), 1, 1, 1) < 0.5
    return torch.where(flips, images.flip(axis), images)
''',
    (),
    TORCH,
    early=True,
)


def _draw() -> Expr:
    """A random number up to one."""
    code = call("torch.rand", ())
    return replace(code, helpers=code.helpers | {"torch"})


def _between(low: Expr, high: Expr) -> Expr:
    """A random number between two."""
    return infix(low, "+", infix(infix(high, "-", low), "*", _draw()))


@op("tf.image.adjust_brightness", layout=Layout.LAST)
def adjust_brightness(image: Tensor, delta: Param) -> Tensor:
    """A sum."""
    image = _floats(image)
    return replace(image, code=infix(image.code, "+", delta))


@op("tf.image.random_brightness", layout=Layout.LAST)
def random_brightness(image: Tensor, max_delta: Param, seed: Param = None) -> Tensor:
    """A random sum; the random numbers are others."""
    image = _floats(image)
    share = infix(infix(_draw(), "*", 2), "-", 1)
    return replace(image, code=infix(image.code, "+", infix(share, "*", max_delta)))


def _adjusted(name: str, random: str, source: str, needs: tuple[str, ...]) -> None:
    """Declare a change of an image by a factor, and by a random one."""

    @op(f"tf.image.{name}", layout=Layout.LAST)
    def adjust(image: Tensor, factor: Param) -> Tensor:
        """The same formula."""
        return _made_of_all(_floats(image), name, factor)

    @op(f"tf.image.{random}", layout=Layout.LAST)
    def adjust_at_random(image: Tensor, lower: Param, upper: Param, seed: Param = None) -> Tensor:
        """The random numbers are others."""
        return _made_of_all(_floats(image), name, _between(lower, upper))

    _emit(name, source, needs)


def _emit(name: str, source: str, needs: tuple[str, ...]) -> None:
    """Declare a function of one image, and the same of a batch."""
    emitted(name, source, needs, TORCH, early=True)
    changes = {
        f"def {name}(image": f"def {name}{_EACH}(images",
        "image.permute(2, 0, 1)[None]": "images.permute(0, 3, 1, 2)",
        "[0].permute(1, 2, 0)": ".permute(0, 2, 3, 1)",
        "image.mean((0, 1))": "images.mean((1, 2), keepdim=True)",
        "(image - mean)": "(images - mean)",
        "of an image": "of images",
        "each channel": "each channel of each image",
    }
    for one, all_of_them in changes.items():
        source = source.replace(one, all_of_them)
    emitted(f"{name}{_EACH}", source, needs, TORCH, early=True)


_adjusted(
    "adjust_contrast",
    "random_contrast",
    '''
def adjust_contrast(image, factor):
    """Spread the values of each channel around their mean."""
    mean = image.mean((0, 1))
    return (image - mean) * factor + mean
''',
    (),
)
_adjusted(
    "adjust_saturation",
    "random_saturation",
    '''
def adjust_saturation(image, factor):
    """Make the colors of an image stronger."""
    hsv = rgb_to_hsv(image.permute(2, 0, 1)[None])
    hsv[:, 1] = (hsv[:, 1] * factor).clamp(0, 1)
    return hsv_to_rgb(hsv)[0].permute(1, 2, 0)
''',
    ("rgb_to_hsv", "hsv_to_rgb"),
)


@op("tf.image.adjust_hue", layout=Layout.LAST)
def adjust_hue(image: Tensor, delta: Param) -> Tensor:
    """The same formula."""
    return _made_of_all(_floats(image), "adjust_hue", delta)


@op("tf.image.random_hue", layout=Layout.LAST)
def random_hue(image: Tensor, max_delta: Param, seed: Param = None) -> Tensor:
    """The random numbers are others."""
    share = infix(infix(_draw(), "*", 2), "-", 1)
    return _made_of_all(_floats(image), "adjust_hue", infix(share, "*", max_delta))


_emit(
    "adjust_hue",
    '''
def adjust_hue(image, delta):
    """Turn the colors of an image around the wheel."""
    hsv = rgb_to_hsv(image.permute(2, 0, 1)[None])
    hsv[:, 0] = (hsv[:, 0] + delta) % 1
    return hsv_to_rgb(hsv)[0].permute(1, 2, 0)
''',
    ("rgb_to_hsv", "hsv_to_rgb"),
)


@op("tf.image.per_image_standardization", layout=Layout.LAST)
def per_image_standardization(image: Tensor) -> Tensor:
    """Zero mean, and a variance of one."""
    return _made_of_all(_floats(image), "standardize_image")


emitted(
    "standardize_image",
    '''
def standardize_image(image):
    """Zero mean, and a variance of one where the values differ."""
    spread = image.std(correction=0).clamp(min=image.numel() ** -0.5)
    return (image - image.mean()) / spread
''',
    early=True,
)
emitted(
    f"standardize_image{_EACH}",
    f'''
def standardize_image{_EACH}(images):
    """Zero mean of each image, and a variance of one where its values differ."""
    dims = (1, 2, 3)
    spread = images.std(dims, correction=0, keepdim=True)
    spread = spread.clamp(min=images[0].numel() ** -0.5)
    return (images - images.mean(dims, keepdim=True)) / spread
''',
    early=True,
)


@op("tf.image.pad_to_bounding_box")
def pad_to_bounding_box(
    image: Tensor,
    offset_height: Param,
    offset_width: Param,
    target_height: Param,
    target_width: Param,
) -> Tensor:
    """Zeros around the image."""
    image = _image(image)
    made = replace(image, dims=(target_width, image.dims[-1] if image.dims else None))
    return _made(made, "pad_image", offset_height, offset_width, target_height, target_width)


emitted(
    "pad_image",
    '''
def pad_image(image, top, left, height, width):
    """An image on a larger one of zeros."""
    bottom, right = height - top - image.shape[0], width - left - image.shape[1]
    return F.pad(image, (0, 0, left, right, top, bottom))
''',
    (),
    FUNCTIONAL,
    early=True,
)


@op("tf.image.resize_with_crop_or_pad", "tf.image.resize_image_with_crop_or_pad")
def resize_with_crop_or_pad(image: Tensor, target_height: Param, target_width: Param) -> Tensor:
    """Around the middle."""
    image = _image(image)
    made = replace(image, dims=(target_width, image.dims[-1] if image.dims else None))
    return _made(made, "crop_or_pad", target_height, target_width)


emitted(
    "crop_or_pad",
    '''
def crop_or_pad(image, height, width):
    """The middle of an image, or the image in the middle of zeros."""
    for axis, size in enumerate((height, width)):
        spare = size - image.shape[axis]
        if spare < 0:
            image = image.narrow(axis, -spare // 2, size)
        else:
            padding = (spare // 2, spare - spare // 2)
            image = F.pad(image, (0, 0) * (2 - axis) + padding)
    return image
''',
    (),
    FUNCTIONAL,
    early=True,
)


@op("tf.image.rot90", layout=Layout.LAST)
def rot90(image: Tensor, k: Param = 1) -> Tensor:
    """The same."""
    image = _images(image)
    channels = image.dims[-1] if image.dims else None
    made = replace(image, dims=(*(None,) * (image.rank - 2), channels))
    axes = (0, 1) if image.rank == 3 else (1, 2)
    times = method(k.code, "item") if isinstance(k, Tensor) else k
    return replace(made, code=method(image.code, "rot90", times, axes))


@op("tf.image.transpose", "tf.image.transpose_image", layout=Layout.LAST)
def transpose(image: Tensor) -> Tensor:
    """Rows become columns."""
    image = _images(image)
    assert image.dims is not None
    if image.rank == 3:
        code = method(image.code, "transpose", 0, 1)
        return replace(image, code=code, dims=(None, image.dims[-1]))
    rows, columns, channels = image.dims
    return replace(
        image, code=method(image.code, "transpose", 1, 2), dims=(columns, rows, channels)
    )


@op("tf.image.central_crop", layout=Layout.LAST)
def central_crop(image: Tensor, central_fraction: Param) -> Tensor:
    """A part around the middle, as large as whole pixels on both sides let it be."""
    image = _images(image)
    channels = image.dims[-1] if image.dims else None
    dims = (*(None,) * (image.rank - 2), channels)
    return _made(replace(image, dims=dims), "central_crop", central_fraction)


emitted(
    "central_crop",
    '''
def central_crop(image, fraction):
    """The middle of an image, without a part of each side."""
    height, width = image.shape[-3:-1]
    top, left = (int((size - size * fraction) / 2) for size in (height, width))
    return image[..., top : height - top, left : width - left, :]
''',
    early=True,
)


@op("tf.image.adjust_gamma", layout=Layout.LAST)
def adjust_gamma(image: Tensor, gamma: Param = 1, gain: Param = 1) -> Tensor:
    """A power."""
    image = _floats(image)
    power = infix(image.code, "**", gamma)
    return replace(image, code=power if gain.is_const(1, 1.0) else infix(gain, "*", power))
