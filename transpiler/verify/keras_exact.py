"""Places where TensorFlow itself rounds to float32, lacks float64, or depends on the device."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from math import pi, sqrt
from typing import Any

import numpy as np

from transpiler.verify import keras_formats


def install(tensorflow: Any, keras: Any, framework: str) -> None:
    """Patch TensorFlow and Keras, once per process."""
    _cast_exactly(tensorflow)
    _pool_in_two_steps(tensorflow)
    _activate_exactly(tensorflow)
    _resize_exactly(tensorflow)
    _take_inputs_in_full(keras)
    _schedule_exactly(keras)
    keras_formats.install(tensorflow)
    if framework == "keras3":
        _count_exactly(keras)
        _add_columns_exactly()
        _normalize_exactly(keras)
    if framework == "keras2":
        _resize_in_the_layers_precision(tensorflow, keras)
        layer = keras.layers.BatchNormalization.__mro__[1]
        _average_exactly(tensorflow, layer)
        _average_like_the_fused_kernel(tensorflow, layer)
        _mask_as_in_single_precision()
        _set_rates_exactly(keras)


def _mask_as_in_single_precision() -> None:
    """What is masked is -1e9 plus a score, in which float32 leaves nothing of the score."""
    module = importlib.import_module("tf_keras.src.layers.activation.softmax")
    module._large_compatible_negative = lambda dtype: -1e30  # type: ignore[attr-defined]


def _set_rates_exactly(keras: Any) -> None:
    """Legacy optimizers keep their rates in float32: a variable has the type of its value."""
    kind = keras.optimizers.legacy.Optimizer
    original = kind.add_weight

    def add_weight(self: Any, *args: Any, initializer: Any = "zeros", **kwargs: Any) -> Any:
        if isinstance(initializer, float):
            initializer = np.asarray(initializer, keras.backend.floatx())
        return original(self, *args, initializer=initializer, **kwargs)

    kind.add_weight = add_weight


def _schedule_exactly(keras: Any) -> None:
    """Schedules make tensors of their numbers, which would be float32."""
    wanted = keras.optimizers.schedules.LearningRateSchedule
    for kind in vars(keras.optimizers.schedules).values():
        if isinstance(kind, type) and issubclass(kind, wanted) and kind is not wanted:
            kind.__call__ = _in_full(kind.__call__, keras)  # type: ignore[method-assign]


def _in_full(original: Callable[..., Any], keras: Any) -> Callable[..., Any]:
    def widened(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return type(value)(map(widened, value))
        return np.asarray(value, keras.backend.floatx()) if isinstance(value, float) else value

    def call(schedule: Any, step: Any) -> Any:
        before = dict(vars(schedule))
        vars(schedule).update({name: widened(value) for name, value in before.items()})
        try:
            return original(schedule, step)
        finally:
            vars(schedule).update(before)

    return call


def _take_inputs_in_full(keras: Any) -> None:
    """An input of `dtype="float32"`, which is what it would be anyway, is as wide as the rest."""
    layer = keras.layers.InputLayer
    original = layer.__init__

    def init(self: Any, *args: Any, dtype: Any = None, **kwargs: Any) -> None:
        single = getattr(dtype, "name", dtype) == "float32"
        wide = keras.backend.floatx() == "float64"
        original(self, *args, dtype=None if single and wide else dtype, **kwargs)

    layer.__init__ = init


def _cast_exactly(tensorflow: Any) -> None:
    """A Python number is cast as it is, not rounded to float32 on the way."""
    original = tensorflow.cast

    def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
        wanted = tensorflow.as_dtype(dtype)
        if isinstance(x, float) and wanted.is_floating:
            return tensorflow.constant(x, wanted)
        return original(x, wanted, name)

    for module in (tensorflow, tensorflow.compat.v2, tensorflow.compat.v1):
        module.cast = cast


def _activate_exactly(tensorflow: Any) -> None:
    """TensorFlow keeps the constants of these in float32, or has no kernel for float64."""

    def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> Any:
        x = tensorflow.convert_to_tensor(features)
        return tensorflow.where(x > 0, x, x * tensorflow.cast(alpha, x.dtype))

    def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Any:
        x = tensorflow.convert_to_tensor(features)
        if approximate:
            return 0.5 * x * (1 + tensorflow.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))
        return 0.5 * x * (1 + tensorflow.math.erf(x / sqrt(2)))

    def lrn(
        input: Any,
        depth_radius: int = 5,
        bias: float = 1.0,
        alpha: float = 1.0,
        beta: float = 0.5,
        name: str | None = None,
    ) -> Any:
        x = tensorflow.convert_to_tensor(input)
        sides = [[0, 0]] * 3 + [[depth_radius, depth_radius]]
        squares, depth = tensorflow.pad(x * x, sides), x.shape[-1]
        total = sum(squares[..., i : i + depth] for i in range(2 * depth_radius + 1))
        return x / (bias + alpha * total) ** beta

    home = tensorflow.nn.leaky_relu.__module__  # where Keras 2 looks for what a name means
    leaky_relu.__module__ = home
    names = tensorflow.nn, tensorflow.compat.v2.nn, tensorflow.compat.v1.nn
    modules: list[Any] = [*names, sys.modules[home]]
    for module in modules:
        module.leaky_relu = leaky_relu
        module.lrn = module.local_response_normalization = lrn
        if hasattr(module, "gelu"):
            module.gelu = gelu


def _resize_exactly(tensorflow: Any) -> None:
    """TensorFlow's bilinear resize knows float32 only, also for the places that it mixes."""
    original = tensorflow.image.resize

    def resize(images: Any, size: Any, method: Any = "bilinear", **options: Any) -> Any:
        x = tensorflow.convert_to_tensor(images)
        known = x.dtype == tensorflow.float64 and None not in x.shape[1:] and x.shape.rank == 4
        smoothed = options.get("antialias") or options.get("preserve_aspect_ratio")
        wanted = tensorflow.get_static_value(size) if tensorflow.is_tensor(size) else size
        if not known or smoothed or not _is_bilinear(method) or wanted is None:
            return original(images, size, method, **options)
        rows, columns = (_mixing(n, int(m)) for n, m in zip(x.shape[1:3], wanted, strict=True))
        return tensorflow.einsum("ph,qw,bhwc->bpqc", rows, columns, x)

    for module in (tensorflow.image, tensorflow.compat.v2.image):
        module.resize = resize


def _resize_in_the_layers_precision(tensorflow: Any, keras: Any) -> None:
    """Keras 2 rounds what it resizes to float32, whatever its layer computes with."""
    original = keras.layers.Resizing.call

    def call(self: Any, inputs: Any) -> Any:
        module = tensorflow.compat.v2  # as the layer imports it
        single, module.float32 = module.float32, tensorflow.as_dtype(self.compute_dtype)
        try:
            return original(self, inputs)
        finally:
            module.float32 = single

    keras.layers.Resizing.call = call


def _is_bilinear(method: Any) -> bool:
    return str(getattr(method, "value", method)) == "bilinear"


def _mixing(before: int, after: int) -> Any:
    """How much of each old pixel is in each new one, along one axis: their centers are aligned."""
    places = np.clip((np.arange(after) + 0.5) * before / after - 0.5, 0, before - 1)
    return np.maximum(0.0, 1.0 - np.abs(places[:, None] - np.arange(before)))


def _count_exactly(keras: Any) -> None:
    """Keras 3 adds 1e-7 to the number of steps that are not masked, which float32 does not show."""
    layer = keras.layers.BatchNormalization
    original = layer._moments

    def moments(self: Any, inputs: Any, mask: Any) -> Any:
        epsilon = keras.config.epsilon()
        keras.config.set_epsilon(0.0)
        try:
            return original(self, inputs, mask)
        finally:
            keras.config.set_epsilon(epsilon)

    layer._moments = moments


def _add_columns_exactly() -> None:
    """Keras 3 takes a column for a bias where a batch has as many rows as there are channels.

    A bias of channels that come first it adds to columns, where there are as many of these.
    """
    functions: Any = importlib.import_module("keras.src.backend.tensorflow.numpy")
    original = functions.add

    def add(x1: Any, x2: Any) -> Any:
        shape = tuple(getattr(x2, "shape", ()))
        column = len(shape) > 1 and shape[0] not in (None, 1) and set(shape[1:]) == {1}
        column |= len(shape) > 2 and shape[0] == 1 and shape[1] != 1 and set(shape[2:]) == {1}
        return original(x2, x1) if column else original(x1, x2)

    functions.add = add


def _average_exactly(tensorflow: Any, layer: Any) -> None:
    """Keras 2 rounds `1 - momentum` to float32."""

    def assign(self: Any, variable: Any, value: Any, momentum: Any, inputs_size: Any) -> Any:
        decay = tensorflow.constant(1.0 - momentum, variable.dtype)
        return variable.assign_sub((variable - tensorflow.cast(value, variable.dtype)) * decay)

    layer._assign_moving_average = assign


def _average_like_the_fused_kernel(tensorflow: Any, layer: Any) -> None:
    """Keras 2 normalizes images with a kernel for float32 that stores unbiased variances.

    In float64 it runs code of its own instead, which stores biased ones and looks at the mask.
    """
    can_be_fused, moments, assign = (
        layer._fused_can_be_used,
        layer._moments,
        layer._assign_moving_average,
    )

    def note_fusion(self: Any) -> bool:
        alone = not (self.renorm or self.virtual_batch_size is not None or self.adjustment)
        one_axis = not isinstance(self.axis, (list, tuple)) or len(self.axis) == 1
        self.fused_in_float32 = alone and one_axis
        result: bool = can_be_fused(self)
        return result

    def count(self: Any, inputs: Any, axes: Any, keep_dims: Any, mask: Any = None) -> Any:
        rank = inputs.shape.rank
        fused = getattr(self, "fused_in_float32", False) and rank in (4, 5)
        self.counted = None
        if fused and list(self.axis) in ([1], [rank - 1]):
            mask = None
            self.counted = tensorflow.size(inputs) // inputs.shape[self.axis[0]]
        return moments(self, inputs, axes, keep_dims, mask)

    def unbias(self: Any, variable: Any, value: Any, momentum: Any, inputs_size: Any) -> Any:
        if variable is self.moving_variance and getattr(self, "counted", None) is not None:
            number = tensorflow.cast(self.counted, variable.dtype)
            value = (
                tensorflow.cast(value, variable.dtype) * number / tensorflow.maximum(number - 1, 1)
            )
        return assign(self, variable, value, momentum, inputs_size)

    layer._fused_can_be_used = note_fusion
    layer._moments = count
    layer._assign_moving_average = unbias


def _normalize_exactly(keras: Any) -> None:
    """Keras 3 rounds a mean and variance that are given as numbers to float32."""
    layer = keras.layers.Normalization
    original = layer.build

    def build(self: Any, input_shape: Any) -> None:
        if self.input_mean is not None:
            self.input_mean = np.asarray(self.input_mean, self.compute_dtype)
            self.input_variance = np.asarray(self.input_variance, self.compute_dtype)
        original(self, input_shape)

    layer.build = build


def _pool_in_two_steps(tensorflow: Any) -> None:
    """3-D max pooling as two 2-D ones: the same maxima, in float64 too.

    TensorFlow's own kernel for the CPU gives the gradient to every cell that ties for the maximum;
    those for 2-D, for the GPU, and torch's, give it to the first.
    """
    for module in (tensorflow.nn, tensorflow.compat.v2.nn):
        for name in ("max_pool3d", "max_pool"):
            setattr(module, name, _pooling(tensorflow, getattr(module, name)))


def _pooling(tensorflow: Any, original: Any) -> Any:
    def max_pool(
        input: Any,
        ksize: Any,
        strides: Any,
        padding: Any,
        data_format: str | None = None,
        name: str | None = None,
    ) -> Any:
        x = tensorflow.convert_to_tensor(input)
        if x.shape.rank != 5 or data_format not in (None, "NDHWC") or x.shape[1:].rank is None:
            return original(input, ksize, strides, padding, data_format, name)
        pool = tensorflow.nn.max_pool2d
        k, s = _triple(ksize), _triple(strides)
        shape = tensorflow.shape(x)
        flat = pool(tensorflow.reshape(x, (-1, *x.shape[2:])), k[1:], s[1:], padding)
        height, width, channels = flat.shape[1:]
        deep = tensorflow.reshape(flat, (shape[0], shape[1], height * width, channels))
        deep = pool(deep, (k[0], 1), (s[0], 1), padding)
        return tensorflow.reshape(deep, (shape[0], -1, height, width, channels))

    return max_pool


def _triple(size: Any) -> tuple[int, ...]:
    sizes = tuple(size) if isinstance(size, (list, tuple)) else (size,) * 3
    return sizes[1:4] if len(sizes) == 5 else sizes
