"""Source expressions: Python text with what is known of its value, composed without parsing.

An `Expr` is what a rule gets for each argument and gives back as code. Combinators (`call`,
`method`, `infix` ...) put parentheses where precedence asks for them, fold constants, and carry
along what an expression needs: modules to construct, helper functions to emit, statements to run
before it, and which versions of which names it reads.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final, TypeAlias

from transpiler.ir import tokens
from transpiler.record import record, replace
from transpiler.regex import regex


class _Unknown:
    """The value of an expression that is only known when the program runs."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("ask `known` before using a value as a condition")

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()

#: Binding strengths, as in Python's grammar; a higher one binds tighter.
ATOM, POSTFIX, POWER, UNARY, MUL, ADD, SHIFT, BITAND, BITXOR, BITOR, COMPARE, NOT, AND, OR = (
    20, 18, 16, 15, 13, 12, 11, 10, 9, 8, 6, 5, 4, 3,
)  # fmt: skip
TERNARY, LAMBDA, TUPLE = 2, 1, 0

BINARY_STRENGTH: Final[Mapping[str, int]] = {
    "**": POWER, "*": MUL, "/": MUL, "//": MUL, "%": MUL, "@": MUL, "+": ADD, "-": ADD,
    "<<": SHIFT, ">>": SHIFT, "&": BITAND, "^": BITXOR, "|": BITOR,
    "==": COMPARE, "!=": COMPARE, "<": COMPARE, "<=": COMPARE, ">": COMPARE, ">=": COMPARE,
    "in": COMPARE, "not in": COMPARE, "is": COMPARE, "is not": COMPARE, "and": AND, "or": OR,
}  # fmt: skip

Name: TypeAlias = tuple[str, int]  #: a name and which of its assignments is meant


@record(frozen=True, slots=True)
class Symbol:
    """A name of the framework, in canonical spelling: `keras.activations.relu`, `tf.nn.relu`."""

    name: str


@record(frozen=True, slots=True)
class Configured:
    """An object of the framework that is no layer: `VarianceScaling(scale=2.0)`, `HeNormal()`."""

    name: str  #: canonical: `keras.initializers.VarianceScaling`
    args: tuple[Expr, ...] = ()
    kwargs: tuple[tuple[str, Expr], ...] = ()
    place: tuple[int, int] | None = None  #: where in the file it is made, if that matters


@record(frozen=True, slots=True)
class OneOf:
    """One of several initializers, or none, as a variable of the program holds it."""

    options: tuple[Expr, ...]


@record(frozen=True, slots=True)
class Bind:
    """A statement of `forward` that an expression needs before it: `target = value`."""

    target: str  #: the text left of `=`, with tokens for the variables it makes
    value: Expr
    activity: int = 0  #: the number of the activity regularizer that looks at what it makes


@record(frozen=True, slots=True)
class Expr:
    """Python source for a value, and what is known of it."""

    text: str
    value: Any = UNKNOWN  #: the value where it is a constant; lists and tuples of constants too
    strength: int = ATOM
    names: frozenset[Name] = frozenset()  #: the versions of the names that it reads
    modules: tuple[Module, ...] = ()  #: modules whose tokens stand in the text
    helpers: frozenset[str] = frozenset()  #: emitted helper functions or classes that it calls
    before: tuple[Bind, ...] = ()  #: statements that run before it
    items: tuple[Expr, ...] | None = None  #: the elements, where it is a list or tuple display
    whole: bool = False  #: surely a whole number, even where it is not known which
    operation: Operation | None = field(default=None, compare=False, repr=False)  #: made it
    array: bool = False  #: surely an array of numpy, where torch wants a tensor
    like: Expr | None = None  #: another value, whose whole numbers and tuples are such here, too

    @property
    def known(self) -> bool:
        """Whether the value is a constant of the program."""
        return self.value is not UNKNOWN

    def is_const(self, *values: object) -> bool:
        """Whether it is known, and equal to one of `values`; True and 1 are not equal here."""
        held = self.value
        for value in () if held is UNKNOWN else values:
            if held == value and isinstance(held, bool) == isinstance(value, bool):
                return True
        return False

    def __str__(self) -> str:
        return self.text

    def wrapped(self, strength: int) -> str:
        """The text, in parentheses if it binds weaker than its place asks for."""
        return f"({self.text})" if self.strength < strength else self.text


#: A size that is not known, where it makes no difference unless somebody reads it.
NO_SIZE = Expr(tokens.NO_SIZE, names=frozenset({(tokens.NO_SIZE, -1)}))

#: An operator and its operands: two where it stands between them, one where it stands before it.
Operation: TypeAlias = tuple[str, tuple[Expr, ...]]

_serial = itertools.count()


@record(frozen=True, slots=True, eq=False)
class Module:
    """A torch module that `__init__` constructs and `forward` calls.

    `token` stands for it in the text of expressions until the names are chosen.
    """

    constructor: Expr  #: `nn.Linear(64, 10)`
    hint: str = ""  #: what to call it where the program gives it no name: `conv2d`, `dense`
    token: str = field(default_factory=lambda: tokens.module(next(_serial)))
    still: bool = False  #: whether it runs as in inference, also while its model is trained
    whole: bool = False  #: whether it is a model, whose own class sets its weights

    @property
    def ref(self) -> Expr:
        """The module as an expression of `forward`."""
        return Expr(self.token, modules=(self,))

    def __call__(self, *args: Arg, **kwargs: Arg) -> Expr:
        """Calling the module in `forward`."""
        return call(self.ref, *args, **kwargs)


Arg: TypeAlias = "Expr | int | float | bool | str | tuple[Arg, ...] | list[Arg] | None"


def is_whole(value: Expr) -> bool:
    """Whether an expression is surely a whole number."""
    if value.known:
        return isinstance(value.value, int) and not isinstance(value.value, bool)
    return value.whole


def variable(hint: str = "out") -> Expr:
    """A new variable of `forward`, named when the code is written; for the target of a `Bind`."""
    return Expr(tokens.variable(f"{hint}:{next(_serial)}"))


def let(targets: tuple[Expr | str, ...], value: Expr, then: Expr) -> Expr:
    """`then`, after the statement `targets = value`; targets are variables or `_`."""
    target = ", ".join(str(t) for t in targets)
    return replace(
        _carrying(then, value, then), before=(*value.before, Bind(target, value), *then.before)
    )


def _carrying(result: Expr, *parts: Expr) -> Expr:
    """`result` with all that `parts` need: names, modules, helpers, statements before."""
    needy = [p for p in parts if p.names or p.helpers or p.modules or p.before]
    if not needy:
        return result
    names: frozenset[Name] = result.names
    helpers: frozenset[str] = result.helpers
    modules: dict[str, Module] = {m.token: m for m in result.modules}
    before: dict[int, Bind] = {id(b): b for b in result.before}
    for part in needy:
        names |= part.names
        helpers |= part.helpers
        for module in part.modules:
            modules[module.token] = module
        for bind in part.before:
            before[id(bind)] = bind
    return Expr(
        result.text,
        result.value,
        result.strength,
        names,
        tuple(modules.values()),
        helpers,
        tuple(before.values()),
        result.items,
        result.whole,
        result.operation,
        result.array,
        result.like,
    )


_SIZE = regex(tokens.ANY_SIZE)
_VARIABLE = regex(tokens.ANY_VARIABLE)


_NOTHING = frozenset[str]()


def reads(expr: Expr) -> frozenset[str]:
    """The names and variables that an expression reads."""
    found = frozenset([name for name, _ in expr.names]) if expr.names else _NOTHING
    if tokens.VARIABLE in expr.text:
        found |= frozenset(_VARIABLE.findall(_SIZE.sub("", expr.text)))
    return found


def with_helper(expr: Expr, *helpers: str) -> Expr:
    """The expression, which calls these emitted helpers."""
    return replace(expr, helpers=expr.helpers | frozenset(helpers))


def literal(value: Any) -> str:
    """A constant as black would write it; small floats as `1e-3`."""
    if value is None or type(value) in (bool, int):  # most are
        return repr(value)
    if isinstance(value, str):
        single = repr(value)
        if '"' not in single and single.startswith("'"):
            return '"' + single[1:-1].replace("\\'", "'") + '"'
        return single
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, tuple):
        inner = ", ".join(literal(v) for v in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    return repr(value)


def _float(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return f'float("{value}")'
    text = repr(value)
    if 0 < abs(value) < 0.01 and "e" not in text:
        mantissa, exponent = f"{value:.15e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(exponent)}"
    return text.replace("e-0", "e-")


def expr(value: Arg) -> Expr:
    """A Python constant, or a tuple or list with expressions in it, as an expression."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, (tuple, list)):
        return _display(value)
    negative = isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0
    return Expr(literal(value), value, UNARY if negative else ATOM)


def sequence_expr(parts: Sequence[Expr], kind: type) -> Expr:
    """A tuple or list of expressions as one expression."""
    return _display(tuple(parts) if kind is tuple else list(parts))


def dict_expr(parts: dict[Any, Expr]) -> Expr:
    """A dict of expressions, by constant keys, as one expression."""
    inner = ", ".join(f"{literal(key)}: {part.wrapped(TERNARY)}" for key, part in parts.items())
    return _carrying(Expr(f"{{{inner}}}"), *parts.values())


def _display(values: tuple[Arg, ...] | list[Arg]) -> Expr:
    parts = tuple(expr(v) for v in values)
    inner = ", ".join(p.wrapped(TERNARY) for p in parts)
    if isinstance(values, list):
        text = f"[{inner}]"
    else:
        text = f"({inner},)" if len(parts) == 1 else f"({inner})"
    known: Any = UNKNOWN
    if all(p.known for p in parts):
        known = type(values)(p.value for p in parts)
    return _carrying(Expr(text, known, items=parts), *parts)


def call(function: Expr | str, /, *args: Arg, **kwargs: Arg) -> Expr:
    """`function(*args, **kwargs)`."""
    callee = function if isinstance(function, Expr) else Expr(function, strength=POSTFIX)
    positional = [expr(a) for a in args]
    named = {k: expr(v) for k, v in kwargs.items()}
    parts = [p.wrapped(TERNARY) for p in positional]
    parts += [f"{k}={v.wrapped(TERNARY)}" for k, v in named.items()]
    text = f"{callee.wrapped(POSTFIX)}({', '.join(parts)})"
    return _carrying(Expr(text, strength=POSTFIX), *positional, *named.values(), callee)


def method(receiver: Expr, name: str, *args: Arg, **kwargs: Arg) -> Expr:
    """`receiver.name(*args, **kwargs)`; where it is `*items`, of each of them."""
    if receiver.text.startswith("*"):
        each = replace(receiver, text="item", strength=ATOM)
        asked = method(each, name, *args, **kwargs)
        return replace(asked, text=f"*({asked.text} for item in {receiver.text[1:]})")
    return call(attribute(receiver, name), *args, **kwargs)


_SWAP = ".transpose(1, 2)"


def transposed(code: Expr) -> Expr:
    """A tensor with its axes 1 and 2 swapped, or swapped back."""
    if code.strength >= POSTFIX and code.text.endswith(_SWAP):
        return replace(code, text=code.text.removesuffix(_SWAP))
    return method(code, "transpose", 1, 2)


def attribute(receiver: Expr, name: str) -> Expr:
    """`receiver.name`."""
    return _carrying(Expr(f"{receiver.wrapped(POSTFIX)}.{name}", strength=POSTFIX), receiver)


def index(receiver: Expr, *keys: Arg) -> Expr:
    """`receiver[keys]`; a key given as an `Expr` may be a slice such as `Expr(":-1")`."""
    parts = [expr(k) for k in keys]
    text = f"{receiver.wrapped(POSTFIX)}[{', '.join(p.text for p in parts)}]"
    known: Any = UNKNOWN
    if len(parts) == 1 and isinstance(parts[0].value, int):
        if listed := _LISTED_SHAPE.fullmatch(receiver.text):
            text = f"{listed.group(1)}[{parts[0].text}]"
        shape = text.rpartition("[")[0]
        if shape.endswith(_BEHIND_BATCH):
            text = _of_whole_shape(shape, parts[0].value)
    if receiver.known and len(parts) == 1 and parts[0].known:
        try:
            known = receiver.value[parts[0].value]
        except (TypeError, IndexError, KeyError):
            known = UNKNOWN
    if known is not UNKNOWN and isinstance(known, (int, float, str, bool, type(None))):
        return expr(known)
    return _carrying(Expr(text, known, POSTFIX), receiver, *parts)


_BEHIND_BATCH = ".shape[1:]"


#: `list(x.shape)`, of which one size is asked.
_LISTED_SHAPE = regex(r"(?:list|tuple)\(([\w.]+\.shape(?:\[1:\])?)\)")


def _of_whole_shape(shape: str, place: int) -> str:
    """`x.shape[1:][0]` as `x.shape[1]`."""
    return f"{shape[: -len('[1:]')]}[{place + 1 if place >= 0 else place}]"


#: An operand that black writes `**` next to without spaces.
_SIMPLE = regex(r"-?[\w.]+")

_FOLD: Final[dict[str, Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
}


def infix(left: Arg, operator: str, right: Arg) -> Expr:
    """`left operator right`, folded where both are numbers, simplified where one is neutral."""
    a, b = expr(left), expr(right)
    folded = _folded(a, operator, b)
    if folded is not None:
        return folded
    strength = BINARY_STRENGTH[operator]
    commutes = operator in ("+", "*", "and", "or")
    if operator == "**":
        hugs = all(_SIMPLE.fullmatch(p) for p in (a.text, b.text))
        text = f"{a.wrapped(strength + 1)}{'**' if hugs else ' ** '}{b.wrapped(UNARY)}"
    elif strength == COMPARE:
        text = f"{a.wrapped(strength + 1)} {operator} {b.wrapped(strength + 1)}"
    else:
        same = commutes and b.strength == strength and _is_chain_of(operator, b.text)
        text = f"{a.wrapped(strength)} {operator} {b.wrapped(strength if same else strength + 1)}"
    return _carrying(Expr(text, strength=strength, operation=(operator, (a, b))), a, b)


def _is_chain_of(operator: str, text: str) -> bool:
    """Whether no other operator that binds as strongly stands in it: `3 * (x * 2 % n)` needs its.

    What stands in brackets counts, too, which costs a pair of them at most.
    """
    strength = BINARY_STRENGTH[operator]
    others = (o for o, s in BINARY_STRENGTH.items() if s == strength and o != operator)
    return not any(f" {other} " in text for other in others)


def _folded(a: Expr, operator: str, b: Expr) -> Expr | None:
    if a.known and b.known and operator in _FOLD:
        if not all(isinstance(v.value, (int, float)) for v in (a, b)):
            return None
        try:
            return expr(_FOLD[operator](a.value, b.value))
        except (ArithmeticError, ValueError):
            return None
    if operator in ("*", "//") and b.is_const(1):
        return a
    if operator == "*" and a.is_const(1):
        return b
    if operator in ("+", "-") and b.is_const(0):
        return a
    if operator == "+" and a.is_const(0):
        return b
    if operator == "+" and b.known and isinstance(b.value, int) and b.value < 0:
        return infix(a, "-", -b.value)
    return None


def prefix(operator: str, operand: Expr) -> Expr:
    """`-x`, `+x`, `~x` or `not x`; a number is folded, and `--x` is `x`."""
    if operator == "-":
        if isinstance(operand.value, (int, float)) and not isinstance(operand.value, bool):
            return expr(-operand.value)
        made_by = operation_of(operand)
        if made_by is not None and made_by[0] == "-" and len(made_by[1]) == 1:
            return made_by[1][0]
    strength = NOT if operator == "not" else UNARY
    space = " " if operator == "not" else ""
    text = f"{operator}{space}{operand.wrapped(strength)}"
    return _carrying(Expr(text, strength=strength, operation=(operator, (operand,))), operand)


def operation_of(made: Expr) -> Operation | None:
    """How `infix` or `prefix` put an expression together; None where it is not known."""
    if made.operation is None:
        return None
    operator, operands = made.operation
    if len(operands) == 1:
        again = prefix(operator, operands[0])
    else:
        again = infix(operands[0], operator, operands[1])
    return made.operation if again.text == made.text else None


def ternary(test: Expr, then: Expr, otherwise: Expr) -> Expr:
    """`then if test else otherwise`."""
    if then.text == otherwise.text:
        return then
    text = f"{then.wrapped(OR)} if {test.wrapped(OR)} else {otherwise.wrapped(TERNARY)}"
    return _carrying(Expr(text, strength=TERNARY), test, then, otherwise)


def joined(text: str, strength: int, *parts: Expr) -> Expr:
    """An expression with this text, which was put together from `parts`."""
    return _carrying(Expr(text, strength=strength), *parts)
