"""Arithmetic of sizes: whole numbers, which simplify where floats would round in another way."""

from __future__ import annotations

from collections.abc import Callable

from transpiler.ir.expr import (
    Arg,
    Expr,
    expr,
    index,
    infix,
    is_whole,
    literal,
    operation_of,
    prefix,
)
from transpiler.record import replace

#: What is neither a whole number nor a tuple of some, as far as is known.
UNSIZED = Expr("")
WHOLE = Expr("", whole=True)

#: Operators that make whole numbers of whole numbers.
_STAYING = frozenset({"+", "-", "*", "//", "%"})


def stays_whole(left: Expr, operator: str, right: Expr) -> bool:
    """Whether `left operator right` is surely a whole number, as both are."""
    return operator in _STAYING and is_whole(left) and is_whole(right)


def elements_of(value: Expr) -> tuple[Expr, ...]:
    """The elements of a tuple or list, or of what it is like; none where that is not known.

    Of what has any number of them, it is one that stands for all.
    """
    if value.items is not None:
        return value.items
    if isinstance(value.value, (tuple, list)):
        return tuple(expr(element) for element in value.value)
    if isinstance(value.value, range):
        return (WHOLE,)
    return () if value.like is None else elements_of(value.like)


def row_length(value: Expr) -> int:
    """Of how many whole numbers a tuple or list surely is, 0 where it may be something else."""
    elements = elements_of(value)
    return len(elements) if all(map(is_whole, elements)) else 0


def sized_alike(made: Expr, *options: Expr) -> Expr:
    """What is surely like one of some values: a whole number, or a tuple of some, where all are."""
    return replace(made, whole=bool(options) and all(map(is_whole, options)), like=_alike(options))


def _alike(options: tuple[Expr, ...]) -> Expr | None:
    rows = [elements_of(option) for option in options]
    if len(options) == 1:
        return options[0] if rows[0] else None
    if len(set(map(len, rows))) != 1:
        return None
    merged = tuple(sized_alike(UNSIZED, *column) for column in zip(*rows, strict=True))
    return Expr("", items=merged) if any(m.whole or m.like for m in merged) else None


def place_of(value: Expr, place: int) -> Expr | None:
    """What a size is along one axis: a number is the same along all, a tuple has one for each."""
    if is_whole(value):
        return value
    if place >= row_length(value):
        return None
    if value.items is not None:
        return value.items[place]
    return replace(index(value, place), whole=True)


def combine(left: Arg, operator: str, right: Arg) -> Expr:
    """`left operator right` for sizes, as the simplest expression that is always equal."""
    a, b = expr(left), expr(right)
    number = _literal(b)
    if number is None or (a.known and _literal(a) is None):
        return infix(a, operator, b)
    if operator in ("+", "-"):
        return _shifted(a, number if operator == "+" else -number)
    if operator == "*":
        return _multiplied(a, number)
    if operator == "//" and number > 0:
        return _floor_divided(a, number)
    return infix(a, operator, b)


def ceil_divided(size: Expr, divisor: Expr) -> Expr:
    """`size / divisor` rounded up: `-(-size // divisor)`, or simpler."""
    number = _literal(divisor)
    if number is not None and number > 0 and not size.known:
        base, constant = _sum(size)
        if constant or _quotient(base) is not None:
            return combine(combine(size, "+", number - 1), "//", number)
    return prefix("-", combine(prefix("-", size), "//", divisor))


def substitute(size: Expr, leaf: Callable[[Expr], Expr]) -> Expr:
    """The size, with the expressions that it is computed from replaced, and simplified again."""
    operation = operation_of(size)
    if operation is None:
        return leaf(size)
    operator, operands = operation
    parts = [substitute(operand, leaf) for operand in operands]
    if len(parts) == 1:
        return prefix(operator, parts[0])
    return combine(parts[0], operator, parts[1])


def _literal(size: Expr) -> int | None:
    """The number that a size is written as; None also where a constant has a name."""
    value = size.value
    if not isinstance(value, int) or isinstance(value, bool) or size.text != literal(value):
        return None
    return value


def _sum(size: Expr) -> tuple[Expr, int]:
    """A size as what is not known of it, and a number to add."""
    operation = operation_of(size)
    if operation is not None and operation[0] in ("+", "-") and len(operation[1]) == 2:
        number = _literal(operation[1][1])
        if number is not None:
            return operation[1][0], number if operation[0] == "+" else -number
    return size, 0


def _by_literal(size: Expr, operator: str) -> tuple[Expr, int] | None:
    """`x` and `n` of a size `x operator n` where `n` is a positive number."""
    operation = operation_of(size)
    if operation is None or operation[0] != operator or len(operation[1]) != 2:
        return None
    number = _literal(operation[1][1])
    return None if number is None or number <= 0 else (operation[1][0], number)


def _quotient(size: Expr) -> tuple[Expr, int] | None:
    """`x` and `n` of a size that is `x // n`, also of `-(-x // n)`, which is `(x + n - 1) // n`."""
    operation = operation_of(size)
    if operation is not None and operation[0] == "-" and len(operation[1]) == 1:
        inner = _by_literal(operation[1][0], "//")
        if inner is not None:
            return _shifted(prefix("-", inner[0]), inner[1] - 1), inner[1]
    return _by_literal(size, "//")


def _shifted(size: Expr, number: int) -> Expr:
    base, constant = _sum(size)
    return infix(base, "+", constant + number)


def _multiplied(size: Expr, number: int) -> Expr:
    base, factor = _by_literal(size, "*") or (size, 1)
    return infix(base, "*", factor * number)


def _floor_divided(size: Expr, number: int) -> Expr:
    base, constant = _sum(size)
    if constant and constant % number == 0:
        return _shifted(_floor_divided(base, number), constant // number)
    quotient = _quotient(base)
    if quotient is not None and number > 1:
        inner, divisor = quotient
        return _floor_divided(_shifted(inner, constant * divisor), divisor * number)
    product = _by_literal(size, "*")
    if product is not None and product[1] % number == 0:
        return _multiplied(product[0], product[1] // number)
    if product is not None and number % product[1] == 0:
        return _floor_divided(product[0], number // product[1])
    if constant and constant == number - 1:
        return prefix("-", infix(prefix("-", base), "//", number))
    return infix(size, "//", number)
