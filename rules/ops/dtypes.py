"""Element types."""

from __future__ import annotations

from typing import Final

from transpiler.ir.expr import ATOM, Expr, Symbol, joined, method
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.record import replace

#: Types that have a method of their own: `x.float()`.
SHORT: Final = {
    "bfloat16": "bfloat16",
    "bool": "bool",
    "float16": "half",
    "float32": "float",
    "float64": "double",
    "int32": "int",
    "int64": "long",
}

OTHER: Final = {"double": "float64", "half": "float16", "float": "float32", "int": "int32"}

#: All that torch computes with.
NAMES: Final = frozenset({*SHORT, "int8", "int16", "uint8", "complex64", "complex128"})


def torch_dtype(dtype: Expr) -> tuple[Expr, str]:
    """A type as torch spells it, and its name: of `tf.float32`, `"float32"` or `y.dtype`."""
    if dtype.known:
        name = dtype_name(dtype)
        return Expr(f"torch.{name}", strength=ATOM), name
    if dtype.text.endswith(".dtype"):
        return joined(dtype.text, dtype.strength, dtype), "float32"
    raise Unsupported(f"the type {dtype} is only known when the program runs")


def dtype_name(dtype: Expr) -> str:
    """The plain name of a type that is known."""
    value = dtype.value
    given = value.name if isinstance(value, Symbol) else str(value)
    name = given.rpartition(".")[2]
    name = OTHER.get(name, name)
    if name not in NAMES:
        raise Unsupported(f"torch has no type {given}")
    return name


def converted(x: Tensor, dtype: Expr) -> Tensor:
    """`x` in another type."""
    named, name = torch_dtype(dtype)
    if dtype.known and name in SHORT:
        return replace(x, code=method(x.code, SHORT[name]), dtype=name, mask=None)
    return replace(x, code=method(x.code, "to", named), dtype=name, mask=None)
