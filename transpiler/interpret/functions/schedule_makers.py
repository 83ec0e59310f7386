"""Functions that give a LearningRateScheduler: they give the function that it calls, then.

def step_decay(initial, factor):                def step_decay(initial, factor):
    def schedule(epoch):                            def schedule(epoch):
        return initial * factor ** epoch                return initial * factor ** epoch
    return LearningRateScheduler(schedule)          return schedule
"""

from __future__ import annotations

import libcst as cst

from transpiler.interpret.functions.given_parts import calls_in
from transpiler.interpret.functions.summaries import symbol_of
from transpiler.interpret.region import Region
from transpiler.interpret.statics import verbatim
from transpiler.interpret.values import Framework, Function, Static, Unknown, Value
from transpiler.ir.expr import Configured
from transpiler.record import replace
from transpiler.source.importers import is_imported
from transpiler.source.suites import returns_of

SCHEDULER = "keras.callbacks.LearningRateScheduler"


def given_schedule(
    region: Region, node: cst.CSTNode, function: Function, bound: dict[str, Value]
) -> Static | None:
    """The callback that such a call gives; None where the function does something else."""
    if "LearningRateScheduler" not in region.tree.words:
        return None  # most files: the rest looks through the whole function
    made = function.node
    here = function.file is None or function.file is region.file
    if not here or not isinstance(made, cst.FunctionDef) or not isinstance(node, cst.Call):
        return None
    if made.decorators or function.nested_in or function.owner:
        return None
    answers = [answer.value for answer in returns_of(made)]
    calls = [c for c in calls_in(made) if isinstance(symbol_of(function, c.func), Framework)]
    if len(answers) != 1 or len(calls) != 1 or answers[0] is not calls[0]:
        return None
    schedule = _schedule_of(function, calls[0])
    if schedule is None or any(isinstance(value, Unknown) for value in bound.values()):
        return None
    if is_imported(region.file.path, rf"\b{function.name}\b"):
        return None
    region.file.schedule_makers[function.name] = (calls[0], schedule)
    called = verbatim(region, node, *bound.values())
    place = region.tree.span(node)
    return Static(replace(called.expr, value=Configured(SCHEDULER, (called.expr,), (), place)))


def _schedule_of(function: Function, call: cst.Call) -> cst.BaseExpression | None:
    """What a `LearningRateScheduler(...)` calls."""
    symbol = symbol_of(function, call.func)
    if not isinstance(symbol, Framework) or symbol.name != SCHEDULER:
        return None
    found = [a.value for a in call.args if a.keyword is None or a.keyword.value == "schedule"]
    others = [a for a in call.args if a.keyword is not None and a.keyword.value != "schedule"]
    known = all(a.keyword is not None and a.keyword.value == "verbose" for a in others)
    plain = known and 1 <= len(found) <= 2 and not any(a.star for a in call.args)
    return found[0] if plain else None
