"""Image files, as functions of a data pipeline read them."""

from __future__ import annotations

from rules.emitted import TORCH, emitted
from transpiler.diagnostics import Fidelity
from transpiler.ir.expr import Expr, call, method
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, helper, op

emitted("Path", "", (), "from pathlib import Path", early=True)


@op("tf.io.read_file", "tf.read_file")
def read_file(filename: Tensor) -> Tensor:
    """The bytes of a file."""
    code = method(call("Path", filename.code), "read_bytes")
    return Tensor(replace(code, helpers=code.helpers | {"Path"}), (), dtype="bytes")


#: The helper that decodes so many channels, and how many those are.
_DECODERS: dict[int, tuple[str, Expr | None]] = {
    0: ("decode_image", None),
    1: ("decode_gray_image", Expr("1", 1)),
    3: ("decode_rgb_image", Expr("3", 3)),
    4: ("decode_rgba_image", Expr("4", 4)),
}

_DECODE = '''
def NAME(data):
    """The pixels of an image file: rows, columns and channels."""
    image = PIL.Image.open(io.BytesIO(data))CONVERTED
    return torch.as_tensor(np.array(image)AXIS)
'''
_OWN_MODE = """
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGB")
    pixels = np.array(image)
    return torch.as_tensor(pixels if pixels.ndim == 3 else pixels[..., None])"""
for _channels, _mode in ((1, "L"), (3, "RGB"), (4, "RGBA")):
    emitted(
        _DECODERS[_channels][0],
        _DECODE.replace("NAME", _DECODERS[_channels][0])
        .replace("CONVERTED", f'.convert("{_mode}")')
        .replace("AXIS", "[..., None]" if _mode == "L" else ""),
        (),
        "import io",
        "import numpy as np",
        "import PIL.Image",
        TORCH,
        early=True,
    )
emitted(
    "decode_image",
    _DECODE.replace("NAME", "decode_image")
    .replace("\n    return torch.as_tensor(np.array(image)AXIS)", _OWN_MODE)
    .replace("CONVERTED", ""),
    (),
    "import io",
    "import numpy as np",
    "import PIL.Image",
    TORCH,
    early=True,
)


def _decoded(contents: Tensor, channels: Expr, dtype: Expr) -> Tensor:
    if contents.dtype != "bytes":
        raise Unsupported("an image whose bytes are not those of a file")
    found = _DECODERS.get(channels.value) if channels.known else None
    if found is None or "16" in dtype.text or "float" in dtype.text:
        raise Unsupported("channels that are only known at run time, or 16-bit images")
    name, depth = found
    return Tensor(helper(name, contents.code), (None, depth), dtype="uint8")


@op("tf.io.decode_jpeg", "tf.image.decode_jpeg", fidelity=Fidelity.CLOSE)
def decode_jpeg(
    contents: Tensor,
    channels: Param = 0,
    ratio: Param = 1,
    fancy_upscaling: Param = True,
    try_recover_truncated: Param = False,
    acceptable_fraction: Param = 1,
    dct_method: Param = "",
) -> Tensor:
    """PIL decodes JPEG files with values that differ by one or two."""
    if not ratio.is_const(1):
        raise Unsupported("a JPEG file that is decoded at another size")
    return _decoded(contents, channels, Expr("tf.uint8"))


@op("tf.io.decode_png", "tf.image.decode_png")
def decode_png(contents: Tensor, channels: Param = 0, dtype: Param = "tf.uint8") -> Tensor:
    """As PIL decodes it."""
    return _decoded(contents, channels, dtype)


@op("tf.io.decode_bmp", "tf.image.decode_bmp")
def decode_bmp(contents: Tensor, channels: Param = 0) -> Tensor:
    """As PIL decodes it."""
    return _decoded(contents, channels, Expr("tf.uint8"))


@op("tf.io.decode_image", "tf.image.decode_image", fidelity=Fidelity.CLOSE)
def decode_image(
    contents: Tensor,
    channels: Param = None,
    dtype: Param = "tf.uint8",
    expand_animations: Param = True,
) -> Tensor:
    """PIL decodes JPEG files with values that differ by one or two, and the first of several."""
    channels = Expr("0", 0) if channels.is_const(None) else channels
    return _decoded(contents, channels, dtype)
