"""Calls in a loop that is interpreted round by round, whose text serves all of them."""

from __future__ import annotations

from typing import Any

from transpiler.interpret.training import Given, TrainingCall
from transpiler.interpret.values import (
    Framework,
    Function,
    Mapping,
    Partial,
    Sequence,
    Static,
    Value,
)
from transpiler.ir.expr import Configured, Expr
from transpiler.ir.tensor import Unsupported
from transpiler.lower.own_losses import is_own
from transpiler.record import replace

#: Of which the program can pick one when it runs.
_CHOSEN = ("loss", "optimizer")
#: The arguments of other calls than `compile` whose values decide what is written.
_DECIDING = ("verbose", "shuffle", "callbacks", "class_weight")


def settle_rounds(call: TrainingCall) -> None:
    """Refuse a call that is another one in some round: `for loss in (rmse, mape): ...`.

    Where it is an optimizer, or the name of a loss, the variable of the loop says which.
    """
    for name in _CHOSEN if call.name == "compile" else ():
        _read_when_it_runs(call, name)
    for earlier in call.rounds:
        for name in {**call.given, **earlier.given}:
            if call.name != "compile" and name not in _DECIDING:
                continue
            values = [c.given[name].value for c in (call, earlier) if name in c.given]
            own = name == "loss" and len(values) == 2 and all(map(is_own, values))
            if (
                not own
                and not all(map(_runs, values))
                and (len(values) < 2 or _known(values[0]) != _known(values[1]))
            ):
                raise Unsupported(f"what its {name} is depends on the round of a loop")


def _read_when_it_runs(call: TrainingCall, name: str) -> None:
    """Forget what a part of the training is, where each round has another one."""
    given = [one.given[name] for one in (call, *call.rounds) if name in one.given]
    values = [one.value for one in given]
    differ = any(_known(value) != _known(values[0]) for value in values)
    if len(given) != len(call.rounds) + 1 or not differ:
        return
    if not all(_is_named(one, name) for one in given):
        return
    for one, part in zip((call, *call.rounds), given, strict=True):
        reading = Expr(part.text, names=frozenset(part.versions))
        one.given[name] = replace(part, value=Static(reading))


def _is_named(given: Given, name: str) -> bool:
    """Whether it is a variable that holds an optimizer, or a string, or is read when it runs."""
    if not isinstance(given.value, Static) or not given.text.isidentifier():
        return False
    made = given.value.expr.value
    loss = isinstance(made, Configured) and made.name.startswith("keras.losses.")
    return isinstance(made, str) or loss or _runs(given.value) or name == "optimizer"


def _runs(value: Value) -> bool:
    """Whether a value is only known when the program runs."""
    return isinstance(value, Static) and not value.expr.known


def _known(value: Value) -> Any:
    """What is known of an argument, for a comparison."""
    match value:
        case Static(expr=made) if isinstance(made.value, Configured):
            parts = [*made.value.args, *(part for _, part in made.value.kwargs)]
            return made.value.name, [_known(Static(part)) for part in parts]
        case Static(expr=made):
            return repr(made.value) if made.known else None
        case Sequence():
            return [_known(item) for item in value.items]
        case Mapping():
            return {str(key): _known(item) for key, item in value.items.items()}
        case Function():
            return id(value.node)
        case Partial():
            return _known(value.callee), [(k, _known(v)) for k, v in value.arguments]
        case Framework():
            return value.name
    return type(value).__name__
