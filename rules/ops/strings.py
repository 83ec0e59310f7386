"""Functions of texts in a data pipeline: the names of files are strings of Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.data_sets import with_helpers
from transpiler.ir.expr import Expr, call, index, infix, method
from transpiler.ir.tensor import Tensor, Unsupported
from transpiler.record import replace
from transpiler.rule import Param, op


@op("tf.strings.split")
def split(input: Tensor, sep: Param = None, maxsplit: Param = -1) -> Tensor:
    """The parts of one text; of several, torch has none."""
    if not maxsplit.is_const(-1):
        raise Unsupported("texts that are split some times only")
    given = [] if sep.is_const(None, "") else [sep]
    return Tensor(method(input.code, "split", *given), (), dtype="strings")


@op("tf.strings.to_number")
def to_number(input: Tensor, out_type: Param = None) -> Tensor:
    """A number that a text says."""
    kind = "float32" if out_type.is_const(None) else out_type.text.rpartition(".")[2]
    made = {"float32": "float", "float64": "float", "int32": "int", "int64": "int"}.get(kind)
    if made is None or input.dtype == "strings":
        raise Unsupported("numbers of several texts, or of another type")
    code = call("torch.tensor", call(made, input.code), dtype=Expr(f"torch.{kind}"))
    return Tensor(with_helpers(code, "torch"), None, dtype=kind)


def compared(a: Tensor | Expr, operator: str, b: Tensor | Expr) -> Tensor:
    """`parts[-2] == class_names`: whether a text is another one, or each of several."""
    text, other = (a, b) if isinstance(a, Tensor) else (b, a)
    assert isinstance(text, Tensor)
    if operator not in ("==", "!=") or isinstance(other, Tensor) or text.dtype == "strings":
        raise Unsupported("texts that are compared in another way")
    if isinstance(other.value, str):
        code = call("torch.tensor", infix(text.code, operator, other))
        return Tensor(with_helpers(code, "torch"), None, dtype="bool")
    array = other if other.array else with_helpers(call("np.array", other), "numpy")
    code = call("torch.as_tensor", infix(array, operator, text.code))
    return Tensor(with_helpers(replace(code, helpers=code.helpers | array.helpers), "torch"),
                  (), dtype="bool")  # fmt: skip


def part_of_texts(x: Tensor, keys: Sequence[Any]) -> Tensor:
    """`parts[-2]`, one of several texts."""
    if x.dtype != "strings" or len(keys) != 1 or not isinstance(keys[0], Expr):
        raise Unsupported("parts of texts, other than one of several")
    return Tensor(index(x.code, keys[0]), None, dtype="string")
