"""Models of which only the run tells whether they are trainable.

def stage(model, base, trainable, lr):
    base.trainable = trainable
    model.compile(Adam(lr), loss="mse")
    model.fit(x, y)

Gradients are switched on and off there; all that trains then is compiled behind that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from transpiler.interpret.trainable import is_told_by_run
from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Model
from transpiler.lower.frozen_regularizers import watched_of
from transpiler.lower.unheard import place_of, runs_nothing
from transpiler.regex import regex

if TYPE_CHECKING:
    from transpiler.lower.freezing import Freezing

BY_RUN = "whether it is trainable is only known at run time"
_TRAINS = ("fit", "train_on_batch")
_LEAVES = regex(r"\b(?:return|break|continue|raise|yield)\b")


def is_made_here(call: TrainingCall) -> bool:
    """Whether it is said once of each model, where that is made."""
    made = root(call.model)
    fresh = made.region is call.region or (made.caller is call.region and made.source is None)
    return fresh and not call.in_loop


def models_by_run(plan: Freezing, calls: Sequence[TrainingCall]) -> list[Model]:
    """The models of which gradients tell whether they are trainable, as it runs.

    All that is said of them goes for what is compiled behind it, and for nothing else; where only
    the run tells that, and it doesn't, it is refused.
    """
    said = [c for c in calls if c.name == "trainable"]
    found = []
    for model in {id(root(c.model)): root(c.model) for c in said if _is_open(c)}.values():
        mine = [c for c in said if root(c.model) is model]
        heard = all(_is_heard(plan, c, calls) for c in mine)
        told = [c for c in mine if is_told_by_run(c) and not is_made_here(c)]
        if heard or told:
            found.append(model)
        for call in () if heard else told:
            call.problem = call.problem or BY_RUN
    return found


def _is_open(call: TrainingCall) -> bool:
    """Whether only the run tells what is trainable behind it, and the model was made before."""
    if is_told_by_run(call):
        return not is_made_here(call)
    return call.conditional and call.given["value"].text == "True"


def is_by_run(plan: Freezing, call: TrainingCall) -> bool:
    """Whether gradients tell whether a model is trainable that a call says something of."""
    return call.name == "trainable" and any(root(call.model) is one for one in plan.by_run)


def tells_norms(plan: Freezing, call: TrainingCall) -> bool:
    """Whether layers that normalize batches go by what only the run tells."""
    told = is_told_by_run(call) and is_made_here(call)
    return (told or is_by_run(plan, call)) and plan.of.normalizes(call.model)


def refuse_by_run(plan: Freezing, calls: Sequence[TrainingCall]) -> None:
    """Refuse what is only known at run time, where no gradients tell it."""
    for call in calls:
        if not plan.in_place and is_by_run(plan, call):
            call.problem = call.problem or BY_RUN


def _is_heard(plan: Freezing, call: TrainingCall, calls: Sequence[TrainingCall]) -> bool:
    """Whether a model is compiled anew before it trains, and nothing else goes by what it says."""
    said = [c for c in calls if c.name in ("trainable", "freeze")]
    mine = plan.of.parts(call.model)
    alone = all(
        (c.name == call.name and root(c.model) is root(call.model))
        or not mine & plan.of.parts(c.model)
        for c in said
    )
    assigned = call.of is None and not call.but_norms and alone
    if not assigned or any(watched_of(plan, call)):
        return False
    trains = [c for c in calls if c.name in _TRAINS and plan.concern(call.model, c.model)]
    return plan.of.needs_gradients_alone(call, and_norms=True) and all(
        _is_compiled_since(call, train, calls) for train in trains
    )


def _is_compiled_since(
    call: TrainingCall, train: TrainingCall, calls: Sequence[TrainingCall]
) -> bool:
    """Whether a model is surely compiled between a call and what trains it."""
    mine = (c for c in calls if c.name == "compile" and root(c.model) is root(train.model))
    for one in mine:
        if one.region is call.region and place_of(call) < place_of(one):
            here = train.region is call.region
            in_time = not here or not place_of(call) < place_of(train) < place_of(one)
            if in_time and _follows(call, one):
                return True
        if one.region is train.region and place_of(one) < place_of(train):
            apart = call.region is not train.region or not (
                place_of(one) < place_of(call) < place_of(train)
            )
            if apart and _follows(one, train):
                return True
    return False


def _follows(call: TrainingCall, other: TrainingCall) -> bool:
    """Whether another call surely comes to pass behind a call, with nothing between that trains."""
    assert call.region is not None
    tree = call.region.tree
    begin, end = place_of(call), place_of(other)
    lines = (tree.blanked[tree.line_start(begin) : end] + "_").split("\n")
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    passed = min(indents) == indents[-1] and _LEAVES.search(tree.blanked, begin, end) is None
    return passed and runs_nothing(call, other)
