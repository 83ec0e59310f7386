"""Layers that look strings up or need a quantity that torch has no counterpart for: refused."""

from __future__ import annotations

from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.rule import layer

REASONS = {
    "StringLookup": "torch has no string tensors",
    "IntegerLookup": "its vocabulary is learned by `adapt`: map the integers in the data pipeline",
    "TextVectorization": "torch has no string tensors: tokenize in the data pipeline",
    "Hashing": "it needs TensorFlow's hash function",
    "HashedCrossing": "it needs TensorFlow's hash function",
}


def _refused(name: str, reason: str) -> None:
    @layer(name, ignored=_everything(name))
    def build(x: Tensor) -> Tensor:
        """Refused."""
        raise Unsupported(reason)


def _everything(name: str) -> tuple[str, ...]:
    """All parameters of the layer."""
    from rules.keras_signatures import SIGNATURES

    return SIGNATURES[name]


for _name, _reason in REASONS.items():
    _refused(_name, _reason)
