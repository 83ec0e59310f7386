"""What `keras.applications` computes with plain numbers while it builds a model.

Its models as bases of other models are in `pretrained.py`.
"""

from __future__ import annotations

from rules.emitted import emitted
from transpiler.rule import tool

for _name in ("obtain_input_shape", "_obtain_input_shape"):  # Keras 2 calls it private
    tool(f"keras.applications.imagenet_utils.{_name}", "obtain_input_shape")
tool("keras.applications.imagenet_utils.validate_activation", "validate_activation")
tool("keras.utils.file_utils.exists", "os.path.exists")

emitted(
    "obtain_input_shape",
    '''
def obtain_input_shape(
    input_shape, default_size, min_size, data_format, require_flatten, weights=None
):
    """The shape of the images, channels last, checked against what the model can take."""
    pretrained = weights == "imagenet"
    channels = input_shape[-1] if input_shape and not pretrained else 3
    default_shape = (default_size, default_size, channels)
    if pretrained and require_flatten:
        if input_shape is not None and input_shape != default_shape:
            raise ValueError(f"input_shape must be {default_shape}, got {input_shape}")
        return default_shape
    if not input_shape:
        return default_shape if require_flatten else (None, None, 3)
    if len(input_shape) != 3:
        raise ValueError("input_shape must be three numbers")
    if pretrained and input_shape[-1] != 3:
        raise ValueError(f"the input must have 3 channels, got {input_shape}")
    if any(size is not None and size < min_size for size in input_shape[:2]):
        raise ValueError(f"images must be at least {min_size} wide, got {input_shape}")
    if require_flatten and None in input_shape:
        raise ValueError(f"input_shape must be known in full, got {input_shape}")
    return input_shape
''',
)

emitted(
    "validate_activation",
    '''
def validate_activation(classifier_activation, weights):
    """Pretrained weights are for a softmax, or for the logits."""
    if weights is not None and classifier_activation not in ("softmax", None):
        raise ValueError(f"pretrained weights need a softmax: {classifier_activation}")
''',
)

emitted(
    "halving_pad",
    '''
def halving_pad(size, kernel_size):
    """The zeros around an image of this size that make a convolution halve it."""
    kernel = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    return tuple((k // 2 - 1 + n % 2, k // 2) for k, n in zip(kernel, size))
''',
)
