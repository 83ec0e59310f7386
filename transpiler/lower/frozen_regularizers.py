"""Regularizers of what is frozen after `compile`: in Keras 3 they add nothing to the loss then.

model.compile("sgd", "mse")
model.fit(x, y)
model.trainable = False
model.evaluate(x, y)        # without them; with them if it was evaluated before, and traced then
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from transpiler.interpret.training import TrainingCall, root
from transpiler.interpret.values import Layer
from transpiler.lower.unheard import is_made_still
from transpiler.source.run_again import called_as, runs_again

if TYPE_CHECKING:
    from transpiler.lower.freezing import Freezing

_TESTS = ("evaluate", "test_on_batch")
_TRAINS = ("fit", "train_on_batch")
_LOSSES = (*_TRAINS, *_TESTS)
_TRACED = (
    "layers that have regularizers are frozen, or not any more, since it was evaluated: Keras 3 "
    "goes on as it was then, until the next `compile`"
)

_UNHEARD = (
    "layers that have regularizers are frozen, or not any more, which Keras 3 looks at when it "
    "evaluates, not when it goes on training: `compile` the model then"
)


_MADE_STILL = (
    "a model that is made with `trainable=False` has regularizers, for which Keras 3 adds nothing"
)


def watched_of(plan: Freezing, call: TrainingCall) -> Iterator[Layer]:
    """The layers that a call freezes, or not, and that have regularizers or constraints."""
    if call.name == "freeze":
        yield from (x for x in call.layers if any("_regularizer" in name for name in x.arguments))
        return
    home = plan.of.home(call.model)
    mine = {module.token for module in plan.of.modules(call.model)}
    for layer, _, _ in home[0].penalties if home is not None else ():
        if any(module.token in mine for module in layer.modules):
            yield layer


def asked_frozen(plan: Freezing, calls: Sequence[TrainingCall]) -> frozenset[int]:
    """Those of models that are frozen before what they are part of is asked for its loss."""
    frozen = [(number, call) for number, call in enumerate(calls) if call.name == "trainable"]
    asked = (
        c for number, c in frozen if any(_asks(plan, c, _behind(plan, number, calls), _LOSSES))
    )
    return frozenset(id(layer) for call in asked for layer in watched_of(plan, call))


def _behind(plan: Freezing, number: int, calls: Sequence[TrainingCall]) -> Sequence[TrainingCall]:
    """What comes after a call: all others, where the function that makes the model says it."""
    home, call = plan.of.home(calls[number].model), calls[number]
    first = home is not None and home[0] is call.region and call.region.function is not None
    return calls if first else calls[number + 1 :]


def refuse_traced(plan: Freezing, calls: Sequence[TrainingCall]) -> None:
    """Refuse to evaluate what was evaluated before some of these layers were frozen."""
    for call in calls:
        if call.name in _TESTS and is_made_still(call.model) and any(watched_of(plan, call)):
            call.problem = call.problem or _MADE_STILL
    for number, call in enumerate(calls):
        if call.name not in ("trainable", "freeze") or not any(watched_of(plan, call)):
            continue
        earlier, after = calls[:number][::-1], calls[number + 1 :]
        before = any(_asked(plan, call, earlier, _TESTS))
        goes_on = all(any(_asked(plan, call, part, _TRAINS)) for part in (earlier, after))
        for later in _asked(plan, call, after, _TESTS):
            if before or _is_asked_again(call, later):
                later.problem = later.problem or _TRACED
            elif goes_on:
                later.problem = later.problem or _UNHEARD


def _asked(
    plan: Freezing, call: TrainingCall, others: Sequence[TrainingCall], names: Sequence[str]
) -> Iterator[TrainingCall]:
    """The calls up to the next `compile` that ask for the loss of what a model is part of."""
    return _asks(plan, call, itertools.takewhile(lambda c: c.name != "compile", others), names)


def _asks(
    plan: Freezing, call: TrainingCall, others: Iterable[TrainingCall], names: Sequence[str]
) -> Iterator[TrainingCall]:
    """The calls that ask for the loss of what a model is part of."""
    for other in others:
        validates = other.name == "fit" and any(
            name in other.given and other.given[name].text not in ("None", "0", "0.0")
            for name in ("validation_data", "validation_split")
        )
        if other.name in names or validates:
            mine, whole = root(call.model), root(other.model)
            itself = mine in (whole, whole.origin)  # or as the function gives it that makes it
            if itself or plan.concern(call.model, other.model):
                yield other


def _is_asked_again(call: TrainingCall, later: TrainingCall) -> bool:
    """Whether a function that runs more than once asks, maybe also before."""
    region = later.region
    if region is None or region is call.region or region.function is None:
        return False
    name = getattr(getattr(region.function, "name", None), "value", "")
    start, _ = region.tree.span(region.function)
    text, path = region.tree.text, region.file.path
    return bool(name) and runs_again(text, called_as(text, name, start), path)
