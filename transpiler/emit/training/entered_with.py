"""What a model is compiled with where functions ask it that may be called before and after that.

model.compile("adam", "mse")
score(model)                        # the first criterion
model.compile("sgd", "mae")
score(model)                        # and the second: the function has one text for both
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import libcst as cst

from transpiler.emit.training.shared import Part, Shared
from transpiler.interpret.functions.handed import stands_in
from transpiler.interpret.region import Region
from transpiler.interpret.training import STEPS, TRAINING, TrainingCall, root
from transpiler.ir.expr import Expr
from transpiler.ir.training import Loss, Optimizer, Prediction
from transpiler.lower.optimizers import Optimizing
from transpiler.lower.training import Compiled, Training

_SEVERAL = (
    "the model is compiled in several ways, and what this calls may be under each of them: write "
    "it once for each"
)


def settle_entered(shared: Shared, training: Training, parts: list[Part]) -> None:
    """Let calls in functions go with the `compile` in force where these get the model."""
    for part in parts:
        for call in part.calls:
            found = _entered(shared, training, part, call)
            if len(found) == 1:
                call.compiled = found[0]
            call.entered = found


def under_several(
    shared: Shared, training: Training, parts: list[Part]
) -> tuple[TrainingCall, str] | None:
    """A call in a function that is not the same under each `compile` of its model."""
    for part in parts:
        for call in part.calls:
            found = _entered(shared, training, part, call)
            if found and call.name in STEPS and _has_named_loss(training.compiled.values()):
                return call, _SEVERAL
            if len(found) < 2:
                continue
            ways = [training.compiled.get(id(one)) for one in found]
            written = {None if way is None else _written(way) for way in ways}
            if len(written) > 1 or None in written or _has_named_loss(filter(None, ways)):
                return call, _SEVERAL
    return None


def _has_named_loss(ways: Iterable[Compiled]) -> bool:
    """Whether one of several losses is a function, which no variable is made for."""
    losses = {way.loss.criterion.text for way in ways}
    return len(losses) > 1 and any(map(str.isidentifier, losses))


def _entered(
    shared: Shared, training: Training, part: Part, call: TrainingCall
) -> list[TrainingCall]:
    """What a model may be compiled with where a function asks it; none where it is not for that."""
    compiles = [one for one in training.calls if one.name == "compile"]
    in_module = isinstance(part.room.node, cst.Module)
    if call.name not in TRAINING or in_module or len(compiles) < 2 or part.room.owner:
        return []
    region = part.room.region
    if call.compiled is not None and stands_in(call.compiled.region, region):
        return []
    if call.model.source is None:
        return [] if any(one.region is region for one in compiles) else compiles
    return _of_callers(shared, id(root(call.model)), region, compiles, set())


def _of_callers(
    shared: Shared, model: int, region: Region, compiles: list[TrainingCall], seen: set[int]
) -> list[TrainingCall]:
    """What a model is compiled with where a function gets it, or those do that call it.

    Where nothing has compiled it yet that is seen there, what gives it has.
    """
    found: dict[int, TrainingCall] = {}
    seen.add(id(region))
    for room in shared.rooms:
        for handed in room.region.handings.values():
            if handed.summary.region is not region:
                continue
            own = handed.compiled.get(model, [])
            inside = [one for one in own if one.region is room.region]
            if not isinstance(room.node, cst.Module) and not inside and id(room.region) not in seen:
                own = _of_callers(shared, model, room.region, compiles, seen) or own
            away = (one for one in compiles if one.region not in (room.region, region))
            own = own or [*away]
            found |= {id(one): one for one in own}
    return list(found.values())


def _written(compiled: Compiled) -> Any:
    """What functions that train do with it, but for what they get: criterion and optimizer."""
    whole = compiled.subset is None
    return _plain((compiled.heads, compiled.optimizing, compiled.precision, whole))


#: What functions get, or what is only said of it.
_GIVEN: dict[type, tuple[str, ...]] = {
    Loss: ("criterion", "places", "note"),
    Optimizing: ("use", "notes", "assumed"),
    Prediction: ("column",),
}


def _plain(value: Any) -> Any:
    """The text of all that a record holds."""
    if isinstance(value, Expr):
        return value.text
    if isinstance(value, (Optimizer, type(None), str, int, float, Enum)):
        return type(value).__name__ if isinstance(value, Optimizer) else value
    if isinstance(value, dict):
        return tuple((key, _plain(one)) for key, one in value.items())
    if isinstance(value, (set, frozenset)):
        return tuple(sorted(map(str, map(_plain, value))))
    if isinstance(value, (tuple, list)):
        return tuple(map(_plain, value))
    if is_dataclass(value):
        names = [f.name for f in fields(value) if f.name not in _GIVEN.get(type(value), ())]
        return type(value).__name__, *((name, _plain(getattr(value, name))) for name in names)
    return id(value)
