"""Convolutions whose channels come first, which TensorFlow can't compute without a GPU."""

from __future__ import annotations

from typing import Any


def install(tensorflow: Any) -> None:
    """Move the channels to the end and back around them."""
    modules = tensorflow.nn, tensorflow.compat.v2.nn
    original, transposed = tensorflow.nn.convolution, tensorflow.nn.conv_transpose

    def convolution(
        input: Any,
        filters: Any,
        strides: Any = None,
        padding: Any = "VALID",
        data_format: Any = None,
        dilations: Any = None,
        name: Any = None,
    ) -> Any:
        if not _first(data_format):
            return original(input, filters, strides, padding, data_format, dilations, name)
        x = _last(tensorflow, input)
        return _moved(tensorflow, original(x, filters, strides, padding, None, dilations, name))

    def conv_transpose(
        input: Any,
        filters: Any,
        output_shape: Any,
        strides: Any,
        padding: Any = "SAME",
        data_format: Any = None,
        dilations: Any = None,
        name: Any = None,
    ) -> Any:
        given = (strides, padding)
        if not _first(data_format):
            return transposed(input, filters, output_shape, *given, data_format, dilations, name)
        batch, channels, *sizes = tensorflow.unstack(tensorflow.convert_to_tensor(output_shape))
        shape = tensorflow.stack([batch, *sizes, channels])
        x = _last(tensorflow, input)
        made = transposed(x, filters, shape, *given, None, dilations, name)
        return _moved(tensorflow, made)

    for module in modules:
        module.convolution, module.conv_transpose = convolution, conv_transpose


def _first(data_format: Any) -> bool:
    return str(data_format or "").startswith("NC")


def _last(tensorflow: Any, x: Any) -> Any:
    rank = len(x.shape)
    return tensorflow.transpose(x, (0, *range(2, rank), 1))


def _moved(tensorflow: Any, x: Any) -> Any:
    rank = len(x.shape)
    return tensorflow.transpose(x, (0, rank - 1, *range(1, rank - 1)))
