"""What the pretrained models of `keras.applications` want done to images."""

from __future__ import annotations

from collections.abc import Callable

from rules.axes import by_channel
from transpiler.ir.expr import Arg, Expr, infix, method
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.rule import Param, op

_MEAN: list[Arg] = [0.485, 0.456, 0.406]
_STD: list[Arg] = [0.229, 0.224, 0.225]
_BGR_MEAN: list[Arg] = [103.939, 116.779, 123.68]


def _between_ones(x: Tensor) -> Expr:
    return infix(infix(x.code, "/", 127.5), "-", 1)


def _standardized(x: Tensor) -> Expr:
    centered = infix(infix(x.code, "/", 255), "-", by_channel(x, _MEAN))
    return infix(centered, "/", by_channel(x, _STD))


def _bgr_centered(x: Tensor) -> Expr:
    return infix(method(x.code, "flip", x.axis(-1)), "-", by_channel(x, _BGR_MEAN))


def _declare(modules: str, change: Callable[[Tensor], Expr]) -> None:
    names = [f"keras.applications.{module}.preprocess_input" for module in modules.split()]

    @op(*names)
    def preprocess_input(x: Tensor, data_format: Param = None) -> Tensor:
        """Torchvision's own preprocessing is another one, except for DenseNet."""
        if not data_format.is_const(None, "channels_last"):
            raise Unsupported(f"data_format={data_format}")
        return x.to(change(x))


_declare("resnet resnet50 vgg16 vgg19", _bgr_centered)
_declare(
    "inception_resnet_v2 inception_v3 mobilenet mobilenet_v2 nasnet resnet_v2 xception",
    _between_ones,
)
_declare("densenet", _standardized)
_declare("convnext efficientnet efficientnet_v2 mobilenet_v3", lambda x: x.code)
