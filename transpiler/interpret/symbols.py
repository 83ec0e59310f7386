"""Every way to spell a TensorFlow or Keras name, brought to one canonical spelling.

Canonical names begin with `keras.` or `tf.`: `tensorflow.keras.layers.Conv2D`,
`tf_keras.layers.Conv2D`, `keras.src.layers.convolutional.conv2d.Conv2D` and
`tensorflow.python.keras.layers.Conv2D` are all `keras.layers.Conv2D`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from transpiler.regex import regex

#: Top-level modules whose names are the framework's.
ROOTS = frozenset(
    {"tensorflow", "keras", "tf_keras", "keras_core", "keras_applications", "scikeras"}
)

_PREFIXES = (
    ("tensorflow.python.keras.", "keras."),
    ("tensorflow.compat.v2.", "tensorflow."),
    ("tensorflow.contrib.keras.", "keras."),
    ("tensorflow.keras.", "keras."),
    ("tf.keras.", "keras."),
    ("tf.compat.v2.", "tf."),
    ("tf_keras.", "keras."),
    ("keras_core.", "keras."),
    ("keras_applications.", "keras.applications."),
    ("scikeras.wrappers.", "keras.wrappers.scikit_learn."),
    ("keras.api.", "keras."),
    ("keras.src.", "keras."),
    ("keras.engine.", "keras."),
    ("keras.backend.nn.", "tf.nn."),  # in `tensorflow.python.keras`
    ("keras.backend.tf.", "tf."),  # in Keras 2.0 to 2.3
)

#: Submodules whose contents Keras exports one level higher.
_LAYER_MODULES = frozenset(
    {
        "core", "convolutional", "pooling", "normalization", "merge", "merging", "recurrent",
        "advanced_activations", "embeddings", "noise", "wrappers", "local", "reshaping",
        "regularization", "activation", "activations", "attention", "rnn", "preprocessing",
        "experimental", "layer", "input_spec", "convolutional_recurrent", "cudnn_recurrent",
        "dense_attention", "einsum_dense", "kernelized", "multi_head_attention",
        "normalization_v2", "recurrent_v2", "rnn_cell_wrapper_v2",
    }
)  # fmt: skip

_SAME = {
    "keras.models.Input": "keras.Input",
    "keras.layers.Input": "keras.Input",
    "keras.layers.InputLayer": "keras.layers.InputLayer",
    "keras.models.Model": "keras.Model",
    "keras.models.Functional": "keras.Model",
    "keras.models.functional.Functional": "keras.Model",
    "keras.functional.Functional": "keras.Model",
    "keras.training.Model": "keras.Model",
    "keras.topology.Input": "keras.Input",
    "keras.input_layer.Input": "keras.Input",
    "keras.models.Sequential": "keras.Sequential",
    "keras.sequential.Sequential": "keras.Sequential",
    "keras.models.sequential.Sequential": "keras.Sequential",
    "keras.models.model.Model": "keras.Model",
    "keras.core.input_layer.Input": "keras.Input",
    "keras.layers.core.input_layer.Input": "keras.Input",
    "keras.layers.Layer": "keras.Layer",
    "keras.topology.Layer": "keras.Layer",
    "keras.base_layer.Layer": "keras.Layer",
    "keras.activations.activations.relu": "keras.activations.relu",
    "keras.applications._KERAS_BACKEND": "keras.backend",
    "keras.applications._KERAS_LAYERS": "keras.layers",
    "keras.applications._KERAS_MODELS": "keras.models",
    "keras.applications._KERAS_UTILS": "keras.utils",
}

#: Keras 2's second spelling of its optimizers.
_SAME |= {
    f"keras.optimizers.{name.lower()}": f"keras.optimizers.{name}"
    for name in ("SGD", "RMSprop", "Adagrad", "Adadelta", "Adam", "Adamax", "Nadam", "Ftrl")
}

#: Modules of Keras whose classes TensorFlow 2 has under names of its own: `tf.losses.Huber`.
_ALSO_OF_TF = frozenset({"optimizers", "losses", "metrics"})

#: What gives a function the parts of Keras that its caller works with; packages hand it on.
SUBMODULES = "get_submodules_from_kwargs"


#: What trains a model: known by its arguments, or not at all.
OF_TRAINING = (
    "keras.optimizers.", "keras.losses.", "keras.metrics.", "keras.callbacks.",
    "tf.optimizers.", "tf.losses.", "tf.metrics.", "tf.TensorSpec", "tf.TensorShape",
    "keras.mixed_precision.", "keras.DTypePolicy",
)  # fmt: skip


def is_optimizer(name: str) -> bool:
    """Whether a canonical name is that of an optimizer's class."""
    return name.rpartition(".")[0] == "keras.optimizers"


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """The canonical spelling of a dotted name that starts with one of `ROOTS`."""
    dotted = name + "."
    for prefix, replacement in _PREFIXES:
        if dotted.startswith(prefix):
            dotted = replacement + dotted[len(prefix) :]
    if dotted.startswith("tensorflow."):
        dotted = "tf." + dotted[len("tensorflow.") :]
    parts = dotted[:-1].split(".")
    if parts[:2] == ["keras", "layers"]:
        parts = _flatten_layers(parts)
    elif parts[:2] == ["keras", "applications"] and parts[-1][:1].isupper():
        parts = ["keras", "applications", parts[-1]]
    elif len(parts) > 2 and parts[:1] == ["tf"] and parts[1] in _ALSO_OF_TF:
        if parts[-1][:1].isupper() and parts[2] != "Reduction":  # all else is TensorFlow 1's own
            parts[0] = "keras"
    result = ".".join(parts)
    return _SAME.get(result, result)


def _flatten_layers(parts: list[str]) -> list[str]:
    """`keras.layers.convolutional.conv2d.Conv2D` is `keras.layers.Conv2D`."""
    last = parts[-1]
    middle = parts[2:-1]
    if middle and middle[0] in _LAYER_MODULES and (last[:1].isupper() or last in _FUNCTIONS):
        return ["keras", "layers", last]
    return parts


_FUNCTIONS = frozenset(
    {"add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot"}
)


#: An import of the framework inside of a function, a class or a branch.
IMPORTED_INSIDE = regex(
    rf"^[ \t]+(?:import|from)[ \t]+(?:{'|'.join(sorted(ROOTS))})\b", re.MULTILINE
)


def is_framework(module: str) -> bool:
    """Whether a dotted module name belongs to TensorFlow or Keras."""
    return module.split(".", 1)[0] in ROOTS


def short(name: str) -> str:
    """How to name an API to a user: `keras.layers.Conv2D` stays, `tf.nn.relu` stays."""
    return name
