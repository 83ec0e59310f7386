"""Arguments of optimizers that may be None when the program runs, where torch takes a number.

SGD(weight_decay=args.decay)        torch.optim.SGD(…, weight_decay=args.decay or 0.0)
"""

from __future__ import annotations

from collections.abc import Mapping

from transpiler.interpret.context import FileContext
from transpiler.interpret.training import Given
from transpiler.interpret.values import Static, Value
from transpiler.ir.expr import OR, Configured, Expr, joined
from transpiler.ir.tensor import Unsupported
from transpiler.record import replace
from transpiler.regex import regex
from transpiler.source.possible_constants import constants_it_may_be

#: What is as good as None, and what as 0.
_NONE_IS = {"weight_decay": "0.0", "gradient_accumulation_steps": "1"}
_ZERO_IS = frozenset({"gradient_accumulation_steps"})
#: What None leaves out altogether, or makes something else.
_LEFT_OUT = frozenset({"ignore_class", "top_k", "warmup_target", "l1", "l2"})


def without_none(file: FileContext, value: Value) -> Value:
    """An optimizer whose arguments are numbers where None would mean these."""
    made = value.expr.value if isinstance(value, Static) else None
    if not isinstance(made, Configured):
        return value
    for given in (*made.args, *(given for _, given in made.kwargs)):
        if isinstance(given.value, Configured):  # a schedule
            refuse_none(file, given.value.name, dict(given.value.kwargs))
    kwargs = tuple((name, _number(file, name, given)) for name, given in made.kwargs)
    if kwargs == made.kwargs:
        return value
    assert isinstance(value, Static)
    return replace(value, expr=replace(value.expr, value=replace(made, kwargs=kwargs)))


def _number(file: FileContext, name: str, given: Expr) -> Expr:
    absent = ("None", "0") if name in _ZERO_IS else ("None",)
    if name not in _NONE_IS or given.known or not may_be(file, given, *absent):
        return given
    text = given.text if given.strength > OR else f"({given.text})"
    return joined(f"{text} or {_NONE_IS[name]}", OR, given)


def refuse_none(file: FileContext, symbol: str, arguments: Mapping[str, object]) -> None:
    """Refuse arguments of a part that may be None when the program runs."""
    for name, given in arguments.items():
        if name in _LEFT_OUT and isinstance(given, Expr) and not given.known:
            if may_be(file, given, "None"):
                raise Unsupported(f"{symbol}: `{given.text}`, its {name}, may be None when it runs")


def refuse_weights(file: FileContext, given: Given | None) -> None:
    """Refuse a weight of the only loss that may be None when the program runs, or a list."""
    if given is None or not isinstance(given.value, Static) or given.value.expr.known:
        return
    text = given.value.expr.text
    if not all(map(_is_number, constants_it_may_be(file.tree.text, file.path, text))):
        raise Unsupported(f"whether `{text}` is a number is only known at run time")


def _is_number(constant: str | None) -> bool:
    return constant is not None and regex(r"-?\d[\w.]*").fullmatch(constant) is not None


def may_be(file: FileContext, given: Expr, *constants: str) -> bool:
    """Whether an expression of a program is one of some constants when it runs, at least at times.

    "0" stands for each zero.
    """
    return not constants_it_may_be(file.tree.text, file.path, given.text).isdisjoint(constants)
