"""Layers and models that are called with `training=True` or `training=False` in a model.

features = base(inputs, training=False)
x = layers.Dropout(0.5)(x, training=True)

In Keras 2 that holds whatever the model does that they are part of. In Keras 3, `fit`, `evaluate`
and `predict` overrule it, and so does a call of the model that says `training` itself.
"""

from __future__ import annotations

import libcst as cst

from transpiler.diagnostics import ASSUMED
from transpiler.interpret.layers.freezing import own_layers
from transpiler.interpret.region import Region
from transpiler.interpret.statics import constant
from transpiler.interpret.values import Layer, Model, Value
from transpiler.regex import regex

_AS_THE_MODEL = "`training` is taken to be None: it follows the model's train() and eval()"
_NEVER_TRAINS = (
    "it follows the model's train() and eval(), as in Keras 3; Keras 2 keeps to training=False "
    "(--keras)"
)
_ALWAYS_TRAINS = (
    "it keeps to training=True, as in Keras 2; Keras 3's fit, evaluate and predict overrule that "
    "(--keras)"
)
_OVERRULED = (
    "it follows the model's train() and eval(), as in Keras 3's fit, evaluate and predict; a call "
    "of the model without `training` would keep to training=True"
)
#: Layers that do the same while their model is trained as else.
_ALIKE = regex(
    r"keras\.layers\.(Dense|EinsumDense|\w*Conv\w+|\w*Pool\w+|Flatten|Reshape|Permute|RepeatVector"
    r"|Activation|\w*ReLU|ELU|Softmax|Embedding|Add|Concatenate|Multiply|Average|Subtract|Maximum"
    r"|Minimum|Dot|ZeroPadding\w+|Cropping\w+|UpSampling\w+|LayerNormalization|InputLayer)"
)


def fixed_training(region: Region, given: Value, what: str, node: cst.CSTNode) -> bool | None:
    """Whether `training=given` in a call fixes how a layer or model runs; None if it does not."""
    value, keras = constant(given), region.file.options.keras
    said = ""
    if value is True:
        said = {"3": _OVERRULED, "auto": _ALWAYS_TRAINS}.get(keras, "")
    elif value is False:
        said = _NEVER_TRAINS if keras == "auto" else ""
    elif value is not None:
        said = _AS_THE_MODEL
    if said:
        region.say(ASSUMED, node, f"{what}: {said}")
    if (value is True and keras != "3") or (value is False and keras == "2"):
        return bool(value)
    return None


def runs_alike(model: Model) -> bool:
    """Whether a model surely does the same while it is trained as else."""
    if model.summary is not None:
        region = model.summary.region
        return region is not None and _all_alike(region.called_layers) and not region.model_layers
    layers = own_layers(model)
    return layers is not None and _all_alike(layers)


def _all_alike(layers: list[Layer]) -> bool:
    return bool(layers) and all(x.block is None and _ALIKE.fullmatch(x.symbol) for x in layers)
