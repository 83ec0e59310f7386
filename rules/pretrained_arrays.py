"""Images for the pretrained models of `keras.applications`, and what they recognize, as arrays.

The same for tensors is in `ops/images_for_bases.py`.
"""

from __future__ import annotations

from rules.emitted import TORCH, emitted
from transpiler.ir.expr import Expr
from transpiler.ir.tensor import Unsupported
from transpiler.rule import Param, helper, source

_NUMPY = "import numpy as np"

_CHANGED = '''
def NAME(images):
    """TEXT; floats change in place."""
    if not np.issubdtype(images.dtype, np.floating):
        images = images.astype("float32")
STEPS
'''


def _declare(name: str, text: str, steps: str, modules: str) -> None:
    """What one of Keras's modes does to images, and the models that want it."""
    emitted(
        name,
        _CHANGED.replace("NAME", name).replace("TEXT", text).replace("STEPS", steps.strip("\n")),
        (),
        _NUMPY,
        early=True,
    )

    @source(*(f"keras.applications.{module}.preprocess_input" for module in modules.split()))
    def preprocess_input(x: Param, data_format: Param = None) -> Expr:
        """An array of images."""
        if not data_format.is_const(None, "channels_last"):
            raise Unsupported("images with their channels first")
        return helper(name, x)


_declare(
    "center_bgr",
    "BGR images without the mean colors of ImageNet",
    """
    images -= np.array([123.68, 116.779, 103.939], dtype=images.dtype)
    return np.ascontiguousarray(images[..., ::-1])
""",
    "resnet resnet50 vgg16 vgg19",
)
_declare(
    "scale_to_ones",
    "Images with values from -1 to 1",
    """
    images /= 127.5
    images -= 1
    return images
""",
    "inception_resnet_v2 inception_v3 mobilenet mobilenet_v2 nasnet resnet_v2 xception",
)
_declare(
    "standardize",
    "Images by the mean and deviation of ImageNet's colors",
    """
    images /= 255
    images -= np.array([0.485, 0.456, 0.406], dtype=images.dtype)
    images /= np.array([0.229, 0.224, 0.225], dtype=images.dtype)
    return images
""",
    "densenet",
)


@source(
    *(
        f"keras.applications.{module}.preprocess_input"
        for module in ("convnext", "efficientnet", "efficientnet_v2", "mobilenet_v3")
    )
)
def preprocess_input(x: Param, data_format: Param = None) -> Expr:
    """Nothing: these models scale their images themselves."""
    images: Expr = x
    return images


_MODES = {"caffe": "center_bgr", "tf": "scale_to_ones", "torch": "standardize"}


@source("keras.applications.imagenet_utils.preprocess_input")
def preprocess_as(x: Param, data_format: Param = None, mode: Param = "caffe") -> Expr:
    """What is done for one model or another, by the name of its mode."""
    if not data_format.is_const(None, "channels_last") or not mode.is_const(*_MODES):
        raise Unsupported("images with their channels first, or a mode only known at run time")
    return helper(_MODES[mode.value], x)


_MODULES = (
    "convnext", "densenet", "efficientnet", "efficientnet_v2", "imagenet_utils",
    "inception_resnet_v2", "inception_v3", "mobilenet", "mobilenet_v2", "mobilenet_v3", "nasnet",
    "resnet", "resnet50", "resnet_v2", "vgg16", "vgg19", "xception",
)  # fmt: skip


@source(*(f"keras.applications.{module}.decode_predictions" for module in _MODULES))
def decode_predictions(preds: Param, top: Param = 5) -> Expr:
    """The classes by Keras's own list of them, which is downloaded."""
    return helper("decode_predictions", preds, *([] if top.is_const(5) else [top]))


emitted(
    "decode_predictions",
    '''
def decode_predictions(predictions, top=5):
    """The likeliest classes of ImageNet for each image: id, name and probability."""
    path = Path("data", "imagenet_class_index.json")
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        url = f"https://storage.googleapis.com/download.tensorflow.org/data/{path.name}"
        torch.hub.download_url_to_file(url, str(path))
    classes = json.loads(path.read_text())
    return [
        [(*classes[str(i)], row[i]) for i in row.argsort()[-top:][::-1]]
        for row in predictions
    ]
''',
    (),
    "import json",
    "from pathlib import Path",
    TORCH,
    early=True,
)
