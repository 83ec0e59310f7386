"""Schedules of learning rates: factors for LambdaLR, which steps once a batch."""

from __future__ import annotations

from transpiler.ir.expr import Expr, call, index, infix, joined, ternary
from transpiler.ir.training import Schedule
from transpiler.rule import Param, by_name, helper, is_written, schedule, unless


@schedule("ExponentialDecay")
def exponential_decay(
    step: Expr,
    initial_learning_rate: Param,
    decay_steps: Param,
    decay_rate: Param,
    staircase: Param = False,
) -> Schedule:
    """The same."""
    return Schedule(
        initial_learning_rate,
        infix(decay_rate, "**", _progress(step, decay_steps, staircase)),
    )


def _progress(step: Expr, decay_steps: Expr, staircase: Expr) -> Expr:
    steps, share = (infix(step, division, decay_steps) for division in ("//", "/"))
    return _either(staircase, steps, share)


def _either(flag: Expr, then: Expr, otherwise: Expr) -> Expr:
    """What a flag tells, which may be known when the program runs alone."""
    if flag.known:
        return then if flag.value else otherwise
    return ternary(flag, then, otherwise)


@schedule("InverseTimeDecay")
def inverse_time_decay(
    step: Expr,
    initial_learning_rate: Param,
    decay_steps: Param,
    decay_rate: Param,
    staircase: Param = False,
) -> Schedule:
    """The same."""
    growth = infix(decay_rate, "*", _progress(step, decay_steps, staircase))
    return Schedule(initial_learning_rate, infix(1, "/", infix(1, "+", growth)))


@schedule("PolynomialDecay")
def polynomial_decay(
    step: Expr,
    initial_learning_rate: Param,
    decay_steps: Param,
    end_learning_rate: Param = 0.0001,
    power: Param = 1.0,
    cycle: Param = False,
) -> Schedule:
    """The same."""
    cycles = joined(f"max(math.ceil({infix(step, '/', decay_steps)}), 1)", 18, decay_steps)
    done = joined(f"min({step}, {decay_steps})", 18, step, decay_steps)
    part = _either(
        cycle, infix(step, "/", infix(decay_steps, "*", cycles)), infix(done, "/", decay_steps)
    )
    left = infix(1, "-", part)
    if not is_written(power, 1):
        left = infix(left, "**", power)
    if is_written(end_learning_rate, 0):
        return Schedule(initial_learning_rate, left)
    ratio = infix(by_name(end_learning_rate), "/", by_name(initial_learning_rate))
    return Schedule(
        initial_learning_rate, infix(infix(left, "*", infix(1, "-", ratio)), "+", ratio)
    )


@schedule("CosineDecay")
def cosine_decay(
    step: Expr,
    initial_learning_rate: Param,
    decay_steps: Param,
    alpha: Param = 0.0,
    name: Param = "CosineDecay",
    warmup_target: Param = None,
    warmup_steps: Param = 0,
) -> Schedule:
    """The same; torch's own cosine rises again after its end."""
    if not warmup_target.is_const(None):
        if not initial_learning_rate.is_const(0, 0.0):
            start = {"start": infix(initial_learning_rate, "/", warmup_target)}
        else:
            start = {}
        given = {**start, **unless(alpha, 0, alpha=alpha)}
        factor = helper("warmup_then_cosine", step, warmup_steps, decay_steps, **given)
        return Schedule(warmup_target, factor)
    done = joined(f"min({step}, {decay_steps})", 18, step, decay_steps)
    part = infix(done, "/", decay_steps)
    cosine = joined(f"math.cos(math.pi * {part.wrapped(14)})", 18, part)
    factor = infix(0.5, "*", infix(1, "+", cosine))
    if not is_written(alpha, 0):
        factor = infix(infix(infix(1, "-", by_name(alpha)), "*", factor), "+", by_name(alpha))
    return Schedule(initial_learning_rate, factor)


@schedule("CosineDecayRestarts")
def cosine_decay_restarts(
    step: Expr,
    initial_learning_rate: Param,
    first_decay_steps: Param,
    t_mul: Param = 2.0,
    m_mul: Param = 1.0,
    alpha: Param = 0.0,
) -> Schedule:
    """An emitted function: torch's warm restarts come after whole epochs."""
    given = {
        **unless(t_mul, 2.0, t_mul=t_mul),
        **unless(m_mul, 1.0, m_mul=m_mul),
        **unless(alpha, 0.0, alpha=alpha),
    }
    return Schedule(
        initial_learning_rate, helper("cosine_with_restarts", step, first_decay_steps, **given)
    )


@schedule("PiecewiseConstantDecay")
def piecewise_constant_decay(step: Expr, boundaries: Param, values: Param) -> Schedule:
    """The same: a value holds up to its boundary, that included."""
    first = values.items[0] if values.items else index(values, 0)
    number = call("bisect.bisect_left", boundaries, step)
    return Schedule(first, infix(index(values, number), "/", first))
