"""Where functions live in TensorFlow and Keras, and what their parameters are called there."""

from __future__ import annotations

from typing import Final

#: What the tensor is called, in the functions of one.
ONE: Final = dict.fromkeys(
    ("a", "data", "features", "input", "input_tensor", "logits", "t", "tensor", "value"), "x"
)

#: What the tensors are called, in the functions of two.
TWO: Final = {"x1": "x", "x2": "y", "a": "x", "b": "y"}

#: What `axis` and `keepdims` were called in TensorFlow 1.
OLD: Final = {
    "keep_dims": "keepdims",
    "reduction_indices": "axis",
    "dimension": "axis",
    "dim": "axis",
    "squeeze_dims": "axis",
}


def everywhere(*names: str) -> tuple[str, ...]:
    """The functions of these names: in tf, tf.math, keras.ops and keras.backend."""
    return tuple(
        f"{room}.{name}"
        for name in names
        for room in ("tf", "tf.math", "keras.ops", "keras.backend")
    )


def tensorflow(*names: str) -> tuple[str, ...]:
    """The functions of these names in tf and tf.math."""
    return tuple(f"{room}.{name}" for name in names for room in ("tf", "tf.math"))


def keras(*names: str) -> tuple[str, ...]:
    """The functions of these names in keras.ops and keras.backend."""
    return tuple(f"{room}.{name}" for name in names for room in ("keras.ops", "keras.backend"))
