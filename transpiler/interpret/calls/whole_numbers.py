"""What Python's own functions make of whole numbers, and of tuples and lists of them."""

from __future__ import annotations

from transpiler.interpret.region import Region
from transpiler.interpret.statics import to_expr
from transpiler.interpret.values import Value
from transpiler.ir.expr import Expr, expr, is_whole
from transpiler.ir.sizes import UNSIZED, WHOLE, elements_of, sized_alike
from transpiler.record import replace

#: Functions that give one of their arguments.
_CHOOSING = frozenset({"max", "min"})
#: Functions that give the elements of a list or tuple again.
_AGAIN = frozenset({"reversed", "list", "tuple"})


def of_whole_numbers(region: Region, name: str, values: list[Value], made: Expr) -> Expr:
    """The call of such a function, with what is known of the numbers in what it gives."""
    given = [to_expr(region, value) for value in values]
    only = given[0] if len(given) == 1 else UNSIZED
    if name in ("len", "int") or (name == "round" and len(given) == 1):
        return replace(made, whole=True)
    if name == "abs" or (name in _CHOOSING and len(given) > 1):
        return replace(made, whole=all(map(is_whole, given)))
    if name == "range":
        return replace(made, like=expr((WHOLE,)))
    if name == "enumerate" and given:
        return replace(made, like=expr(((WHOLE, _any_of(given[0])),)))
    if name == "zip":
        return replace(made, like=expr((tuple(map(_any_of, given)),)))
    return sized_alike(made, only) if name in _AGAIN else made


def _any_of(value: Expr) -> Expr:
    """What any element of a list or tuple is like."""
    return sized_alike(UNSIZED, *elements_of(value))
