"""Arguments that may be None, or zero, when the program runs: by defaults, or by assignments.

def fit(x, y, x_val=None, y_val=None, batch_size=None):
    val = (x_val, y_val) if x_val is not None else None
"""

from __future__ import annotations

import libcst as cst

from transpiler.emit.training.model import ModelWriter
from transpiler.interpret.statics import constant
from transpiler.interpret.training import TrainingCall
from transpiler.ir.expr import UNKNOWN
from transpiler.ir.tensor import Unsupported
from transpiler.source.possible_constants import Constants, constants_it_may_be

#: What can be multiplied and subscripted as it stands.
_ATOMS = (cst.Name, cst.Integer, cst.Attribute, cst.Subscript, cst.Call, cst.List)


def may_be_none(writer: ModelWriter, expression: str) -> bool:
    """Whether some value of an expression is None in the program."""
    return "None" in _constants(writer, expression)


def may_be_zero(writer: ModelWriter, expression: str) -> bool:
    """The same for zero."""
    return "0" in _constants(writer, expression)


def _constants(writer: ModelWriter, expression: str) -> Constants:
    return constants_it_may_be(writer.tree.text, writer.shared.file.path, expression)


def batch_size(writer: ModelWriter, call: TrainingCall, name: str = "batch_size") -> str | None:
    """The size of the batches; where that may be None, Keras takes 32, and torch no batches.

    Keras 3 does so for zero, too, and both where they validate.
    """
    size, zero = writer.argument(call, name), name != "batch_size" or _is_3(writer)
    known = constant(call.given[name].value) if size is not None else UNKNOWN
    if isinstance(known, int) and known <= 0:
        if known < 0 or not zero:
            raise Unsupported(f"{name}={known}, which Keras refuses")
        return None
    if size is None or isinstance(known, int):
        return size
    absent = may_be_none(writer, size) or (zero and may_be_zero(writer, size))
    return or_32(size) if absent else size


def or_32(size: str) -> str:
    """What Keras takes for a size that may be None."""
    return f"({size}) or 32" if " if " in size else f"{size} or 32"


def _is_3(writer: ModelWriter) -> bool:
    return writer.shared.file.options.keras != "2"


def present_part(node: cst.CSTNode | None) -> tuple[cst.BaseExpression | None, bool]:
    """Of `a if test else None`, and the other way around: `a`, and whether the test must hold."""
    if not isinstance(node, cst.IfExp):
        return None, False
    if _is_none(node.orelse):
        return node.body, True
    return (node.orelse, False) if _is_none(node.body) else (None, False)


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def bracketed(text: str) -> str:
    """An expression that something can be multiplied with, or called on."""
    node = cst.parse_expression(text)
    return text if isinstance(node, _ATOMS) or node.lpar else f"({text})"
