"""Models of `keras.applications` under a head of the program's own.

Nothing in torch gives the numbers of their weights, so each becomes a stub. What is known is what
comes out of it, so that the head is converted all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from inspect import Parameter, Signature
from typing import Any

from transpiler.ir.expr import Expr, expr
from transpiler.ir.tensor import Dim, Placeholder, Tensor, Unsupported
from transpiler.record import record
from transpiler.rule import base

#: How the layers that halve an image do it: ceil, floor, a 3x3 kernel without padding, and such a
#: kernel that moves by one.
_STEPS: dict[str, Callable[[int], int]] = {
    "c": lambda size: -(-size // 2),
    "f": lambda size: size // 2,
    "V": lambda size: (size - 3) // 2 + 1,
    "v": lambda size: size - 2,
}

_DEFAULTS: dict[str, Any] = {
    "include_top": True, "include_preprocessing": True, "weights": "imagenet",
    "input_tensor": None, "input_shape": None, "pooling": None, "classes": 1000,
    "classifier_activation": "softmax", "alpha": 1.0, "depth_multiplier": 1, "dropout": 0.001,
    "minimalistic": False, "dropout_rate": 0.2,
}  # fmt: skip

_HEAD = ("pooling", "classes", "classifier_activation")
_USUAL = ("include_top", "weights", "input_tensor", "input_shape", *_HEAD)


@record(frozen=True, slots=True)
class Base:
    """What is known of an application: its parameters, what comes out, what torchvision has."""

    channels: int
    steps: str  #: what its layers do to the size of an image
    torchvision: str = ""
    parameters: tuple[str, ...] = _USUAL
    inside: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By pattern of a layer's name: the channels there, and how many of `steps` came before."""

    def output(self, x: Tensor, given: dict[str, Expr]) -> tuple[tuple[Dim, ...] | None, Dim]:
        """The sizes that come out, and the channels where their number is not known."""
        if not given["include_top"].known or not given["pooling"].known:
            raise Unsupported("whether it ends in a classifier or a pooling is not known")
        if given["include_top"].value:
            return (given["classes"],), given["classes"]
        channels = self._channels(given)
        if given["pooling"].value is not None:
            return (channels,), channels
        return (*(self._shrunk(size) for size in x.spatial), channels), channels

    def features(self, x: Tensor, layer: str) -> tuple[Dim, ...]:
        """The sizes of what a layer inside of it gives."""
        for pattern, (channels, steps) in self.inside.items():
            if re.fullmatch(pattern, layer):
                return (*(self._shrunk(size, steps) for size in x.spatial), expr(channels))
        return (None, None, None)

    def _shrunk(self, size: Dim, steps: int | None = None) -> Dim:
        if size is None or not size.known:
            return None
        number: int = size.value
        for step in self.steps[:steps]:
            number = _STEPS[step](number)
        return expr(number)

    def _channels(self, given: dict[str, Expr]) -> Dim:
        """The channels of the features, which `alpha` multiplies where there is one."""
        alpha = given.get("alpha", expr(1.0))
        return expr(self.channels) if alpha.is_const(1.0, 1) else None


def _advice(known: Base, inside: bool) -> str:
    if not known.torchvision:
        return "torchvision has no such model"
    whole = f"torchvision.models.{known.torchvision}"
    nearest = f"torchvision's create_feature_extractor on {whole}" if inside else whole
    return f"{nearest} is the nearest, with other weights and preprocessing"


def _declare(name: str, known: Base) -> None:
    def build(x: Tensor, features: Expr | None = None, **given: Expr) -> Tensor:
        """A stub: torch has other weights, but the head on it is converted."""
        reason = f"keras.applications.{name} is a pretrained base"
        if features is not None:
            dims = known.features(x, features.value)
            raise Placeholder(reason, _advice(known, True), dims, dims[-1])
        raise Placeholder(reason, _advice(known, False), *known.output(x, given))

    build.__signature__ = _signature(known.parameters)  # type: ignore[attr-defined]
    base(name)(build)


def _signature(parameters: Iterable[str]) -> Signature:
    """Keras's own, and of the call: whether it trains, and the layer inside that is asked for."""
    plain = [
        Parameter(p, Parameter.POSITIONAL_OR_KEYWORD, default=_DEFAULTS[p]) for p in parameters
    ]
    first = Parameter("x", Parameter.POSITIONAL_OR_KEYWORD)
    call = [Parameter(p, Parameter.KEYWORD_ONLY, default=None) for p in ("training", "features")]
    return Signature([first, *plain, *call])


_MOBILE = ("input_shape", "alpha", "depth_multiplier", "dropout", *_USUAL[:3], *_HEAD)
_MOBILE_V2 = ("input_shape", "alpha", *_USUAL[:3], *_HEAD)
_MOBILE_V3 = (
    "input_shape", "alpha", "minimalistic", *_USUAL[:3], "classes", "pooling", "dropout_rate",
    "classifier_activation", "include_preprocessing",
)  # fmt: skip
_NASNET = ("input_shape", *_USUAL[:3], *_HEAD)
_EFFICIENT_V2 = (*_USUAL, "include_preprocessing")
_CONVNEXT = ("include_top", "include_preprocessing", *_USUAL[1:])

_IN_VGG = {
    rf"block{block}_{layer}": (channels, block - before)
    for block, channels in enumerate((64, 128, 256, 512, 512), 1)
    for layer, before in ((r"conv\d", 1), ("pool", 0))
}
_IN_RESNET = {
    "conv1_relu": (64, 1),
    "pool1_pool": (64, 2),
    **{rf"conv{i}_block\d+_out": (128 * 2 ** (i - 1), i) for i in range(2, 6)},
}
_IN_DENSENET121 = {
    "conv1_relu": (64, 1), "pool2_relu": (256, 2), "pool3_relu": (512, 3), "pool4_relu": (1024, 4)
}  # fmt: skip
_IN_MOBILENET_V2 = {
    f"block_{block}_expand_relu": (channels, steps)
    for block, channels, steps in ((1, 96, 1), (3, 144, 2), (6, 192, 3), (13, 576, 4), (16, 960, 5))
}
_IN_EFFICIENTNET_B0 = {
    f"block{block}a_expand_activation": (channels, steps)
    for block, channels, steps in ((2, 96, 1), (3, 144, 2), (4, 240, 3), (6, 672, 4), (7, 1152, 5))
} | {"top_activation": (1280, 5)}

BASES = {
    "VGG16": Base(512, "fffff", "vgg16", inside=_IN_VGG),
    "VGG19": Base(512, "fffff", "vgg19", inside=_IN_VGG),
    "ResNet50": Base(2048, "ccccc", "resnet50", inside=_IN_RESNET),
    "ResNet101": Base(2048, "ccccc", "resnet101", inside=_IN_RESNET),
    "ResNet152": Base(2048, "ccccc", "resnet152", inside=_IN_RESNET),
    "ResNet50V2": Base(2048, "ccccc"),
    "ResNet101V2": Base(2048, "ccccc"),
    "ResNet152V2": Base(2048, "ccccc"),
    "Xception": Base(2048, "Vvcccc"),
    "InceptionV3": Base(2048, "VvVvVVV", "inception_v3"),
    "InceptionResNetV2": Base(1536, "VvVvVVV"),
    "DenseNet121": Base(1024, "ccfff", "densenet121", inside=_IN_DENSENET121),
    "DenseNet169": Base(1664, "ccfff", "densenet169"),
    "DenseNet201": Base(1920, "ccfff", "densenet201"),
    "MobileNet": Base(1024, "cffff", "", _MOBILE),
    "MobileNetV2": Base(1280, "ccccc", "mobilenet_v2", _MOBILE_V2, _IN_MOBILENET_V2),
    "MobileNetV3Small": Base(576, "ccccc", "mobilenet_v3_small", _MOBILE_V3),
    "MobileNetV3Large": Base(960, "ccccc", "mobilenet_v3_large", _MOBILE_V3),
    "NASNetMobile": Base(1056, "Vcccc", "", _NASNET),
    "NASNetLarge": Base(4032, "Vcccc", "", _NASNET),
    "ConvNeXtTiny": Base(768, "fffff", "convnext_tiny", _CONVNEXT),
    "ConvNeXtSmall": Base(768, "fffff", "convnext_small", _CONVNEXT),
    "ConvNeXtBase": Base(1024, "fffff", "convnext_base", _CONVNEXT),
    "ConvNeXtLarge": Base(1536, "fffff", "convnext_large", _CONVNEXT),
    "ConvNeXtXLarge": Base(2048, "fffff", "", _CONVNEXT),
    **{
        f"EfficientNetB{i}": Base(
            channels, "ccccc", f"efficientnet_b{i}", inside={} if i else _IN_EFFICIENTNET_B0
        )
        for i, channels in enumerate((1280, 1280, 1408, 1536, 1792, 2048, 2304, 2560))
    },
    **{
        f"EfficientNetV2B{i}": Base(channels, "ccccc", "", _EFFICIENT_V2)
        for i, channels in enumerate((1280, 1280, 1408, 1536))
    },
    **{
        f"EfficientNetV2{size}": Base(
            1280, "ccccc", f"efficientnet_v2_{size.lower()}", _EFFICIENT_V2
        )
        for size in "SML"
    },
}

for _name, _known in BASES.items():
    _declare(_name, _known)
