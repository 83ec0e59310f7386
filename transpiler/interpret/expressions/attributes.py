"""Attributes of values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.interpret.dispatch import evaluate, evaluates, provided
from transpiler.interpret.expressions.names import replace_function
from transpiler.interpret.region import Region
from transpiler.interpret.statics import const, rewrite, verbatim
from transpiler.interpret.symbols import canonical
from transpiler.interpret.tensors.operators import dims_value, rewrite_shape
from transpiler.interpret.values import (
    Bound,
    Framework,
    Function,
    Inside,
    Instance,
    Layer,
    Mapping,
    Model,
    Namespace,
    Repeated,
    Sequence,
    Static,
    Unknown,
    UserClass,
    Value,
    Within,
    bases_of,
    holds_tensor,
)
from transpiler.ir.expr import POSTFIX, UNKNOWN, Expr, index

#: Names of the framework with a value that is settled when converting.
CONSTANTS: dict[str, Any] = {
    "keras.backend.image_data_format": "channels_last",
    "keras.config.image_data_format": "channels_last",
    "keras.backend.image_dim_ordering": "tf",
    "keras.backend.epsilon": 1e-7,
    "keras.config.epsilon": 1e-7,
    "keras.backend.backend": "tensorflow",
    "keras.config.backend": "tensorflow",
    "keras.backend.floatx": "float32",
    "keras.config.floatx": "float32",
}


@evaluates(cst.Attribute)
def attribute_node(region: Region, node: cst.Attribute) -> Value:
    receiver = evaluate(region, node.value)
    return attribute_of(region, node, receiver, node.attr.value)


def attribute_of(region: Region, node: cst.Attribute, receiver: Value, attr: str) -> Value:
    """The value of `receiver.attr`."""
    if isinstance(receiver, Framework):
        found = canonical(f"{receiver.name}.{attr}")
        if found == "tf.newaxis":
            rewrite(region, node, const(None))
            return const(None)
        return Framework(found)
    if isinstance(receiver, Bound):
        if attr == "shape":
            shape = dims_value(region, receiver)
            rewrite_shape(region, node, receiver, shape)
            return shape
        if attr in ("dtype", "ndim", "name"):
            return _tensor_attribute(receiver, attr)
        return Unknown(f"`.{attr}` of a tensor")
    if isinstance(receiver, UserClass):
        return provided("class_attribute")(region, receiver, attr, node)
    if isinstance(receiver, Model):
        return provided("model_attribute")(region, receiver, attr, node)
    if bases_of(receiver):
        return provided("base_attribute")(region, receiver, attr, node)
    if isinstance(receiver, Layer):
        if attr == "output" and receiver.output is not None:
            return receiver.output
        return Unknown(f"`.{attr}` of a layer")
    if isinstance(receiver, Namespace):
        found_there = receiver.items.get(attr, Unknown(f"`.{attr}` of another module"))
        if isinstance(found_there, Function) and isinstance(node.value, cst.Name):
            names = region.scope.read(node.value.value).names
            written = Expr(region.tree.source(node), strength=POSTFIX, names=names)
            return replace_function(found_there, written)
        return found_there
    if isinstance(receiver, Within):
        return provided("features_of_base")(region, receiver, attr, node)
    if isinstance(receiver, Inside):
        border = {"input": receiver.input, "output": receiver.output}.get(attr)
        return border if border is not None else Unknown(f"`.{attr}` of a layer")
    if isinstance(receiver, (Static, Unknown)) and attr == "shape":
        sizes: Any = provided("shape_of")(region, node.value)
        if sizes is not None:
            return _array_shape(region, node, receiver, sizes)
    if isinstance(receiver, Static):
        known = UNKNOWN
        if receiver.expr.text == "self" and "self" in region.parameters:
            stored = region.scope.values.get(f"self.{attr}")
            if stored is not None and not isinstance(stored, Static):
                return stored
            key = f"self.{attr}"
            return Static(
                Expr(key, UNKNOWN, POSTFIX, frozenset({(key, region.scope.version(key))}))
            )
        return verbatim(region, node, receiver, value=known)
    if isinstance(receiver, Instance):
        return provided("instance_attribute")(region, receiver, attr, node)
    if isinstance(receiver, Unknown):
        return Unknown(receiver.reason)
    if isinstance(receiver, (Sequence, Mapping, Repeated)):
        if holds_tensor(receiver):
            return Unknown(f"`.{attr}` of a list of tensors")
        return verbatim(region, node, receiver)
    return Unknown(f"`.{attr}`")


def _array_shape(
    region: Region, node: cst.Attribute, receiver: Static | Unknown, sizes: tuple[int | None, ...]
) -> Value:
    """`x_train.shape`, of whose sizes some are known."""
    known = [receiver] if isinstance(receiver, Static) else []
    written = verbatim(region, node, *known).expr
    items = tuple(
        Static(replace(index(written, i), value=UNKNOWN if size is None else size))
        for i, size in enumerate(sizes)
    )
    return Sequence(items, tuple, static=written)


def _tensor_attribute(receiver: Bound, attr: str) -> Value:
    tensor = receiver.tensor
    if attr == "dtype":
        return const(tensor.dtype)
    if attr == "ndim" and tensor.dims is not None:
        return const(tensor.rank)
    return Unknown(f"`.{attr}` of a tensor")
