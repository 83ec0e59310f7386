"""Arithmetic of the framework on what is no tensor: Python's, on numbers; torch's, on arrays."""

from __future__ import annotations

import math
import re
from typing import Any

import libcst as cst

from transpiler.interpret.arguments import Argument
from transpiler.interpret.dispatch import provided
from transpiler.interpret.region import Region
from transpiler.interpret.statics import rewrite, to_expr
from transpiler.interpret.values import Framework, Static
from transpiler.ir import tokens
from transpiler.ir.expr import POSTFIX, UNKNOWN, Expr, call, infix
from transpiler.record import replace
from transpiler.regex import regex

_ARITHMETIC = frozenset({"tf", "tf.dtypes", "tf.math", "keras.ops", "keras.backend"})

_DTYPE = regex(r"(?<!\w)(?:float(?:16|32|64)|u?int(?:8|16|32|64)|bool)(?!\w)")
#: Functions that Python's `math` has by the same name.
_OF_MATH = frozenset({"exp", "log", "sin", "cos", "tan", "tanh"})
#: `2 * np.pi`
_WITH_PI = regex(r"(?:[\d\s.+\-*/()]|\b(?:np|numpy|math)\.(?:pi|e)\b)+")
#: That a function without tensors casts what may be arrays.
CASTS_ARRAYS = "casts:arrays"


def arithmetic(
    region: Region, node: cst.Call, name: str, arguments: list[Argument]
) -> Static | None:
    """`tf.sqrt(tf.cast(dim, tf.float32))`: arithmetic on plain numbers is Python's."""
    parent, _, last = name.rpartition(".")
    given = arguments[0][1] if arguments else None
    own = region.is_module and region.whole is node  # it may be used outside of models too
    if parent not in _ARITHMETIC or not isinstance(given, Static):
        return None
    free = not isinstance(region.file.globals.get("math"), Framework)
    if last in _OF_MATH and len(arguments) == 1 and _is_number(given.expr) and free:
        return _by_python(region, node, given, last)
    casts = last == "cast" and len(arguments) == 2
    kind = to_expr(region, arguments[1][1]).text if casts else ""
    dtype = _DTYPE.search(kind)
    if dtype and not _is_number(given.expr) and _may_be_data(region, node, own):
        number = _as_array(given.expr, dtype.group())
        region.helpers_used |= {"torch"}
    elif own:
        return None
    elif "float" in kind:
        number = given
    elif re.search(r"\bint\d*\b", kind):
        number = Static(_as_int(given.expr), given.run and _as_int(given.run))
    elif last == "sqrt" and len(arguments) == 1:
        run = given.run and infix(given.run, "**", 0.5)
        number = Static(infix(given.expr, "**", 0.5), run)
    else:
        return None
    rewrite(region, node, number)
    region.settled[region.tree.span(node)] = number.expr.text
    return number


def _by_python(region: Region, node: cst.Call, given: Static, name: str) -> Static | None:
    """`tf.math.exp(-0.1)`: a function of a number is that of Python."""
    made = call(f"math.{name}", given.expr)
    if isinstance(given.expr.value, (int, float)):
        try:
            made = replace(made, value=getattr(math, name)(given.expr.value))
        except (ValueError, OverflowError):
            return None
    number = Static(made, given.run and call(f"math.{name}", given.run))
    rewrite(region, node, number)
    region.settled[region.tree.span(node)] = number.expr.text
    return number


#: What computes a number, as `arithmetic` writes it.
_OF_PYTHON = regex(r"math\.|int\(|.* \*\* 0\.5$")


def is_number_of_python(region: Region, node: cst.Call, receiver: Static) -> bool:
    """Whether Python computes a number of which `.numpy()` is asked: it is one already."""
    asked = node.func
    if not isinstance(asked, cst.Attribute) or node.args or receiver.expr.array:
        return False
    inner, outer = region.tree.span(asked.value), region.tree.span(node)
    known = isinstance(receiver.expr.value, (int, float))
    computed = known or _OF_PYTHON.match(receiver.expr.text) is not None
    settled = region.settled.get(inner) == receiver.expr.text
    if not computed or not (settled or (known and isinstance(asked.value, cst.Name))):
        return False
    region.settled[outer] = region.settled.pop(inner, receiver.expr.text)
    for spans in (region.rewrites, region.running):
        spans[outer] = spans.pop(inner, receiver.expr.text)
    return True


def _is_number(value: Expr) -> bool:
    """Whether it is a number for sure, and no array."""
    sized = tokens.SIZE in value.text or value.text.startswith(("len(", "int(", "float("))
    return value.known or value.whole or sized or bool(_WITH_PI.fullmatch(value.text))


def _may_be_data(region: Region, node: cst.Call, own: bool) -> bool:
    """Whether what is cast may be an array: outside of models, and of functions of tensors."""
    if own:
        shape: Any = provided("shape_of")(region, node.args[0].value)
        return shape is not None and shape[:1] == (None,)
    region.presumes_numbers = True
    return region.is_module or CASTS_ARRAYS in region.wants


def _as_array(value: Expr, kind: str) -> Static:
    """An array as the tensor that a cast makes of it."""
    made = call("torch.as_tensor", value, dtype=Expr(f"torch.{kind}"))
    return Static(replace(made, array=True))


def _as_int(number: Expr) -> Expr:
    """The whole part, as a cast takes it."""
    known = int(number.value) if isinstance(number.value, (int, float)) else UNKNOWN
    return replace(
        number, text=f"int({number.text})", value=known, strength=POSTFIX, items=None, whole=True
    )
