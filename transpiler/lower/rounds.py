"""Calls in a loop that is interpreted round by round, whose text serves all of them."""

from __future__ import annotations

from typing import Any

from transpiler.interpret.training import TrainingCall
from transpiler.interpret.values import (
    Framework,
    Function,
    Mapping,
    Partial,
    Sequence,
    Static,
    Value,
)
from transpiler.ir.expr import Configured
from transpiler.ir.tensor import Unsupported
from transpiler.lower.own_losses import is_own

#: The arguments of other calls than `compile` whose values decide what is written.
_DECIDING = ("verbose", "shuffle", "callbacks", "class_weight")


def refuse_rounds(call: TrainingCall) -> None:
    """Refuse a call that is another one in some round: `for loss in (rmse, mape): ...`."""
    for earlier in call.rounds:
        for name in {**call.given, **earlier.given}:
            if call.name != "compile" and name not in _DECIDING:
                continue
            values = [c.given[name].value for c in (call, earlier) if name in c.given]
            own = name == "loss" and len(values) == 2 and all(map(is_own, values))
            if not own and (len(values) < 2 or _known(values[0]) != _known(values[1])):
                raise Unsupported(f"what its {name} is depends on the round of a loop")


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
