"""The optimizer of a `compile`, its schedule, and how gradients are cut."""

from __future__ import annotations

from dataclasses import replace

from transpiler.interpret.values import Value
from transpiler.ir.expr import Configured, Expr, expr, infix
from transpiler.ir.tensor import Unsupported
from transpiler.ir.training import Optimizer, Schedule
from transpiler.lower.binding import Use, of_configured, only, use_of
from transpiler.record import record
from transpiler.registry import Rules

#: Arguments of an optimizer that say how gradients are cut, and what torch does then.
_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")

_STEP = Expr("step")


@record(frozen=True, slots=True)
class Optimizing:
    """What steps the weights."""

    optimizer: Optimizer
    use: Use
    schedule: Schedule | None = None
    clipping: tuple[tuple[str, Expr], ...] = ()
    note: str = ""  #: a difference of torch's that is worth knowing


def lower_optimizer(rules: Rules, value: Value, variable: str, changes: bool) -> Optimizing:
    """The optimizer of a model in a variable; `changes` if a callback changes its rate."""
    use = use_of(rules.optimizers, "keras.optimizers", value, "the optimizer")
    only(use, "name", "decay", *_CLIPPING)
    given = ((n, use.others[n]) for n in _CLIPPING if n in use.others)
    clipping = tuple((n, v) for n, v in given if not v.is_const(None))
    rate = use.arguments.get("learning_rate")
    schedule = None
    if rate is not None and isinstance(rate.value, Configured):
        schedule_use = of_configured(rules.schedules, "keras.optimizers.schedules", rate.value)
        only(schedule_use, "name")
        schedule = schedule_use.build(_STEP)
    decay = use.others.get("decay", expr(None))
    if not decay.is_const(None, 0, 0.0):
        if schedule is not None or use.rule.names[0].endswith("Nadam"):
            raise Unsupported(f"{use.symbol}: decay with a schedule of its own")
        schedule = _decaying(use, decay)
    if schedule is not None:
        use = replace(use, arguments={**use.arguments, "learning_rate": schedule.initial})
    made: Optimizer = use.build(Expr(f"{variable}.parameters()", strength=18))
    note = ""
    if made.momentum and not changes and not decay.is_const(None, 0, 0.0):
        note = "torch applies the rate of a step to all of its momentum, Keras to its gradient"
    elif made.momentum and (changes or schedule is not None):
        if made.changing is None:
            raise Unsupported(f"{use.symbol}: momentum with a learning rate that changes")
        made = Optimizer(made.changing)
    return Optimizing(made, use, schedule, clipping, note)


def _decaying(use: Use, decay: Expr) -> Schedule:
    """Keras 2's `decay`: the rate over one plus so much for each step."""
    rate = use.arguments.get("learning_rate")
    if rate is None:
        rate = expr(use.rule.signature.parameters["learning_rate"].default)
    return Schedule(rate, infix(1, "/", infix(1, "+", infix(decay, "*", _STEP))))
